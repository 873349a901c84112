//! Single contacts.

use axum::extract::Request;
use axum::http::StatusCode;
use axum::http::header::ETAG;
use axum::response::Response;
use cardfile_directory::{Applied, Error, Outcome};
use cardfile_interchange::json::{Person, PersonPatch};
use cardfile_model::{Expect, Filter, Mode, Record, Write};

use super::list::MEMBERS;
use crate::answer::{Answer, Rendered, json, tag};
use crate::fields::{Fields, picked};
use crate::precondition::{expectation, is_known, refused, wants_absent};
use crate::routes::PREFIX;
use crate::visit::{Around, Visit, read};
use crate::wire::Problem;
use crate::{error::Failure, once};

/// Makes a contact.
#[utoipa::path(
    post, path = "/contacts", tag = "contacts", operation_id = "contacts.create",
    params(("organization" = Option<Uuid>, Query, description = "Whose contact; the token's own organization by default"),
           ("Idempotency-Key" = Option<String>, Header, description = "Under it this is done once")),
    request_body = Person,
    responses((status = 201, description = "It was made", body = Person), (status = 400, body = Problem, content_type = "application/problem+json"))
)]
pub async fn create(visit: Visit, request: Request) -> Answer {
    let body = visit.body(request).await?;
    let desk = visit.desk().await?;
    let editor = desk.editor()?;
    let mut person: Person = read(&body)?;
    person.source.get_or_insert_with(|| desk.source());
    let places = Around::of(&desk);
    let id = person.id.unwrap_or_else(|| visit.directory().next_id());
    let contact = Box::new(person.into_contact(&places)?);
    let deed = editor.writing(Mode::AllOrNothing, vec![Write::Create { id, contact }])?;
    once::perform(&visit, &desk, (deed, &body), move |applied| {
        let record = written(applied)?;
        let rendered = Rendered::new(StatusCode::CREATED, &Person::of(record, &places))?;
        Ok(rendered.at(record.revision).made(format!("{PREFIX}/contacts/{}", record.id)))
    })
    .await
}

/// Reads a contact.
#[utoipa::path(
    get, path = "/contacts/{contact}", tag = "contacts", operation_id = "contacts.get",
    params(("contact" = Uuid, Path), ("organization" = Option<Uuid>, Query), ("fields" = Option<String>, Query, description = "Members, apart by commas, such as id,emails.value"),
           ("If-None-Match" = Option<String>, Header)),
    responses((status = 200, body = Person), (status = 304, description = "It is as the reader has it"), (status = 404, body = Problem, content_type = "application/problem+json"))
)]
pub async fn get(visit: Visit) -> Answer {
    let desk = visit.desk().await?;
    let record = desk.reader()?.get(visit.id("contact")?).await?;
    shown(&visit, &record, &Around::of(&desk))
}

/// Reads a contact by its person number.
#[utoipa::path(
    get, path = "/contacts/by-number/{number}", tag = "contacts", operation_id = "contacts.by_number",
    params(("number" = u32, Path), ("organization" = Option<Uuid>, Query), ("fields" = Option<String>, Query)),
    responses((status = 200, body = Person), (status = 404, body = Problem, content_type = "application/problem+json"))
)]
pub async fn by_number(visit: Visit) -> Answer {
    let desk = visit.desk().await?;
    let number: u32 = visit.number("number")?;
    let filter = Filter::Called([number].into());
    let page = desk.reader()?.find(filter, cardfile_model::Order::Number, 0, 1).await?;
    let unknown = || Error::NotFound { kind: cardfile_directory::Kind::Contact, id: number.to_string() };
    let record = page.records.into_iter().next().ok_or_else(unknown)?;
    shown(&visit, &record, &Around::of(&desk))
}

/// Changes a contact by a merge patch (RFC 7396).
#[utoipa::path(
    patch, path = "/contacts/{contact}", tag = "contacts", operation_id = "contacts.patch",
    params(("contact" = Uuid, Path), ("organization" = Option<Uuid>, Query), ("If-Match" = Option<String>, Header), ("Idempotency-Key" = Option<String>, Header)),
    request_body(content = PersonPatch, content_type = "application/merge-patch+json"),
    responses((status = 200, body = Person), (status = 412, body = Problem, content_type = "application/problem+json"))
)]
pub async fn patch(visit: Visit, request: Request) -> Answer {
    let body = visit.body(request).await?;
    let desk = visit.desk().await?;
    let places = Around::of(&desk);
    let id = visit.id("contact")?;
    let expect = expectation(&visit.headers)?;
    let patch = Box::new(read::<PersonPatch>(&body)?.into_patch(&places)?);
    let deed = desk.editor()?.writing(Mode::AllOrNothing, vec![Write::Patch { id, expect, patch }])?;
    expected(once::perform(&visit, &desk, (deed, &body), move |applied| stands(applied, &places)).await, expect)
}

/// Replaces a contact, or makes it under this id. Where the person belongs, and whether it is in use, is kept when it is replaced.
#[utoipa::path(
    put, path = "/contacts/{contact}", tag = "contacts", operation_id = "contacts.put",
    params(("contact" = Uuid, Path), ("organization" = Option<Uuid>, Query), ("If-Match" = Option<String>, Header),
           ("If-None-Match" = Option<String>, Header, description = "* for a contact that must not be there yet"), ("Idempotency-Key" = Option<String>, Header)),
    request_body = Person,
    responses((status = 200, body = Person), (status = 201, body = Person), (status = 412, body = Problem, content_type = "application/problem+json"))
)]
pub async fn put(visit: Visit, request: Request) -> Answer {
    let body = visit.body(request).await?;
    let desk = visit.desk().await?;
    let places = Around::of(&desk);
    let id = visit.id("contact")?;
    let mut person: Person = read(&body)?;
    person.source.get_or_insert_with(|| desk.source());
    if person.id.is_some_and(|given| given != id) {
        return Err(crate::error::parameter("id", "must be the id in the path"));
    }
    let expect = expectation(&visit.headers)?;
    let contact = Box::new(person.into_contact(&places)?);
    let is_there = match desk.reader()?.get(id).await {
        Ok(_) => true,
        Err(Error::NotFound { .. }) => false,
        Err(error) => return Err(error.into()),
    };
    let is_new = wants_absent(&visit.headers) || !is_there && !matches!(expect, Expect::At(_));
    let write = if is_new { Write::Create { id, contact } } else { Write::Replace { id, expect, contact } };
    let deed = desk.editor()?.writing(Mode::AllOrNothing, vec![write])?;
    let answered = once::perform(&visit, &desk, (deed, &body), move |applied| stands(applied, &places)).await;
    if is_new && wants_absent(&visit.headers) { answered.map_err(precondition) } else { expected(answered, expect) }
}

/// Moves a contact to the trash.
#[utoipa::path(
    delete, path = "/contacts/{contact}", tag = "contacts", operation_id = "contacts.delete",
    params(("contact" = Uuid, Path), ("organization" = Option<Uuid>, Query), ("If-Match" = Option<String>, Header), ("Idempotency-Key" = Option<String>, Header)),
    responses((status = 204, description = "It is in the trash"), (status = 404, body = Problem, content_type = "application/problem+json"))
)]
pub async fn delete(visit: Visit) -> Answer {
    let desk = visit.desk().await?;
    let expect = expectation(&visit.headers)?;
    let write = Write::Delete { id: visit.id("contact")?, expect };
    let deed = desk.editor()?.writing(Mode::AllOrNothing, vec![write])?;
    expected(once::perform(&visit, &desk, (deed, &[]), |_| Ok(Rendered::empty())).await, expect)
}

/// A contact as it is after a write.
fn stands(applied: &Applied, places: &Around) -> Result<Rendered, Error> {
    let record = written(applied)?;
    let is_made = matches!(applied.outcomes.first(), Some(Ok(Outcome::Created(_))));
    let status = if is_made { StatusCode::CREATED } else { StatusCode::OK };
    let rendered = Rendered::new(status, &Person::of(record, places))?.at(record.revision);
    Ok(if is_made { rendered.made(format!("{PREFIX}/contacts/{}", record.id)) } else { rendered })
}

/// The contact that the only write of a deed was about.
fn written(applied: &Applied) -> Result<&Record, Error> {
    match applied.outcomes.first() {
        Some(Ok(Outcome::Created(record) | Outcome::Changed(record) | Outcome::Unchanged(record))) => Ok(record),
        _ => Err(Error::internal("a store answered no contact for a write")),
    }
}

/// An answer of a write that expected a revision.
fn expected(answer: Answer, expect: Expect) -> Answer {
    if expect == Expect::Any { answer } else { answer.map_err(precondition) }
}

fn precondition(failure: Failure) -> Failure {
    match failure {
        Failure::Directory(error) => refused(error),
        failure => failure,
    }
}

fn shown(visit: &Visit, record: &Record, places: &Around) -> Result<Response, Failure> {
    if is_known(&visit.headers, record.revision) {
        let mut response = Response::default();
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        response.headers_mut().insert(ETAG, tag(record.revision));
        return Ok(response);
    }
    let fields = Fields::of(visit, MEMBERS)?;
    let item = serde_json::to_value(Person::of(record, places)).map_err(Error::internal)?;
    let mut response = json(StatusCode::OK, &picked(fields.as_ref(), item))?;
    response.headers_mut().insert(ETAG, tag(record.revision));
    Ok(response)
}
