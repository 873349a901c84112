//! Lists of contacts, living ones and those in the trash.

use axum::http::StatusCode;
use cardfile_directory::{Desk, Error, Wanted};
use cardfile_interchange::json::Person;
use cardfile_model::{Filter, Life, Order, Reach, Record};

use crate::answer::{Answer, json};
use crate::error::{Failure, parameter};
use crate::fields::{Fields, picked};
use crate::filter;
use crate::paging::Slice;
use crate::visit::{Around, Visit};
use crate::wire::{ContactPage, Problem};

/// The members that a contact can have.
pub const MEMBERS: &[&str] = &[
    "id",
    "number",
    "revision",
    "created",
    "modified",
    "source",
    "displayName",
    "givenName",
    "familyName",
    "company",
    "title",
    "address",
    "photoUri",
    "preferredMethod",
    "emails",
    "phones",
    "sipAddresses",
    "ims",
    "sharedWith",
    "memberships",
    "active",
    "keys",
    "merged",
    "extensions",
];

/// Lists contacts.
///
/// Without `sort` they come by person number, and pages neither skip nor repeat anyone while others come and go.
#[utoipa::path(
    get, path = "/contacts", tag = "contacts", operation_id = "contacts.list",
    params(
        ("organization" = Option<Uuid>, Query, description = "Whose contacts; the token's own organization by default"),
        ("filter" = Option<String>, Query, description = "Which, as a SCIM filter (RFC 7644, section 3.4.2.2)", example = "emails ew \"@example.com\" and not (title pr)"),
        ("q" = Option<String>, Query, description = "Words that names or e-mail addresses have within them"),
        ("sort" = Option<String>, Query, description = "number, displayName, givenName, familyName, email, phone, created or modified; - before it turns it round"),
        ("inherited" = Option<bool>, Query, description = "Whether contacts of the organizations above are among them"),
        ("fields" = Option<String>, Query), ("limit" = Option<u64>, Query), ("cursor" = Option<String>, Query)
    ),
    responses((status = 200, body = ContactPage), (status = 400, body = Problem, content_type = "application/problem+json"))
)]
pub async fn list(visit: Visit) -> Answer {
    page(&visit, Life::Live).await
}

/// Lists who is in the trash.
#[utoipa::path(
    get, path = "/trash", tag = "trash", operation_id = "trash.list",
    params(("organization" = Option<Uuid>, Query), ("filter" = Option<String>, Query), ("q" = Option<String>, Query), ("sort" = Option<String>, Query),
           ("fields" = Option<String>, Query), ("limit" = Option<u64>, Query), ("cursor" = Option<String>, Query)),
    responses((status = 200, body = ContactPage), (status = 400, body = Problem, content_type = "application/problem+json"))
)]
pub async fn trash(visit: Visit) -> Answer {
    // What is in the trash is for who may write.
    visit.desk().await?.editor()?;
    page(&visit, Life::Trashed).await
}

async fn page(visit: &Visit, life: Life) -> Answer {
    let desk = visit.desk().await?;
    let (slice, fields) = (Slice::of(visit)?, Fields::of(visit, MEMBERS)?);
    let reach = if visit.flag("inherited")? { Reach::Inherited } else { Reach::Members };
    let wanted = Wanted { filter: asked(visit, &desk)?, reach, life, ..Wanted::default() };
    let (order, is_descending) = sorted(visit.parameters.filled("sort").unwrap_or("number"))?;
    let reader = desk.reader()?;
    let (records, total, next_cursor) = if order == Order::Number && !is_descending {
        let all = reader.everyone(wanted.clone()).await?;
        let (shown, next) = slice.cut(&all);
        let page = reader.page(Wanted { filter: Filter::Numbers(shown), ..wanted }).await?;
        (page.records, all.len(), next)
    } else {
        let (offset, limit) = (slice.offset(), slice.limit);
        let page = reader.page(Wanted { order, is_descending, offset, limit, ..wanted }).await?;
        let next = slice.next(page.records.len(), page.total);
        (page.records, page.total, next)
    };
    let places = Around::of(&desk);
    let item = |record: &Record| {
        let item = serde_json::to_value(Person::of(record, &places)).map_err(Error::internal)?;
        Ok(picked(fields.as_ref(), item))
    };
    let items: Result<Vec<_>, Error> = records.iter().map(item).collect();
    json(StatusCode::OK, &ContactPage { total, items: items?, next_cursor })
}

/// What `filter` and `q` ask for.
fn asked(visit: &Visit, desk: &Desk<'_>) -> Result<Filter, Failure> {
    let number_of = |id| desk.tree().get(cardfile_model::OrganizationId(id)).map(|found| found.number);
    let filter = visit.parameters.filled("filter");
    let filter = filter.map(|text| filter::read(text, visit.settings().filter_chars, &number_of)).transpose()?;
    let contains = visit.parameters.filled("q").map(|text| Filter::Contains(text.to_owned()));
    Ok(match (filter, contains) {
        (Some(filter), Some(contains)) => Filter::And(vec![filter, contains]),
        (Some(filter), None) | (None, Some(filter)) => filter,
        (None, None) => Filter::All,
    })
}

fn sorted(sort: &str) -> Result<(Order, bool), Failure> {
    let (name, is_descending) = sort.strip_prefix('-').map_or((sort, false), |name| (name, true));
    let order = match name {
        "number" => Order::Number,
        "displayName" => Order::Name,
        "givenName" => Order::GivenName,
        "familyName" => Order::FamilyName,
        "email" => Order::Email,
        "phone" => Order::Phone,
        "created" => Order::Created,
        "modified" => Order::Modified,
        _ => {
            let known = "must be number, displayName, givenName, familyName, email, phone, created or modified";
            return Err(parameter("sort", known));
        }
    };
    Ok((order, is_descending))
}
