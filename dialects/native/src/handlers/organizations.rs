//! Organizations.

use axum::extract::Request;
use axum::http::StatusCode;
use axum::http::header::ETAG;
use cardfile_directory::{Applied, Error, Kind, OrganizationDraft};
use cardfile_model::{Organization, OrganizationId, OrganizationPatch, fold};

use crate::answer::{Answer, Rendered, json, tag};
use crate::error::Failure;
use crate::once;
use crate::paging::Slice;
use crate::precondition::{expectation, refused};
use crate::routes::PREFIX;
use crate::visit::{Visit, read};
use crate::wire::{OrganizationChange, OrganizationCreation, OrganizationEntry, OrganizationPage, Problem};

/// Lists the organization at hand and all below it.
#[utoipa::path(
    get, path = "/organizations", tag = "organizations", operation_id = "organizations.list",
    params(("organization" = Option<Uuid>, Query), ("name" = Option<String>, Query, description = "A text within the name; case and accents do not matter"),
           ("limit" = Option<u64>, Query), ("cursor" = Option<String>, Query)),
    responses((status = 200, body = OrganizationPage))
)]
pub async fn list(visit: Visit) -> Answer {
    let desk = visit.desk().await?;
    let slice = Slice::of(&visit)?;
    let wanted = visit.parameters.filled("name").map(fold::text).unwrap_or_default();
    let found: Vec<&Organization> = desk.organizations().filter(|found| fold::text(&found.name).contains(&wanted)).collect();
    let total = found.len() as u64;
    let first = usize::try_from(slice.offset()).unwrap_or(usize::MAX);
    let items: Vec<OrganizationEntry> = found.into_iter().skip(first).take(slice.limit).map(OrganizationEntry::of).collect();
    let next_cursor = slice.next(items.len(), total);
    json(StatusCode::OK, &OrganizationPage { total, items, next_cursor })
}

/// Reads an organization.
#[utoipa::path(
    get, path = "/organizations/{id}", tag = "organizations", operation_id = "organizations.get",
    params(("id" = Uuid, Path)),
    responses((status = 200, body = OrganizationEntry), (status = 404, body = Problem, content_type = "application/problem+json"))
)]
pub async fn get(visit: Visit) -> Answer {
    let desk = visit.desk().await?;
    let id = OrganizationId(visit.id("id")?);
    let unknown = || Error::NotFound { kind: Kind::Organization, id: id.to_string() };
    let found = desk.organization_below(id).ok_or_else(unknown)?;
    let mut response = json(StatusCode::OK, &OrganizationEntry::of(found))?;
    response.headers_mut().insert(ETAG, tag(found.revision));
    Ok(response)
}

/// Makes an organization.
#[utoipa::path(
    post, path = "/organizations", tag = "organizations", operation_id = "organizations.create",
    params(("organization" = Option<Uuid>, Query), ("Idempotency-Key" = Option<String>, Header)),
    request_body = OrganizationCreation,
    responses((status = 201, body = OrganizationEntry), (status = 400, body = Problem, content_type = "application/problem+json"))
)]
pub async fn create(visit: Visit, request: Request) -> Answer {
    let body = visit.body(request).await?;
    let desk = visit.desk().await?;
    let OrganizationCreation { name, parent, country, active } = read(&body)?;
    known_country(country.as_deref())?;
    let draft = OrganizationDraft {
        parent: parent.map(OrganizationId),
        country,
        is_active: active != Some(false),
        ..OrganizationDraft::new(OrganizationId(visit.directory().next_id()), name)
    };
    let deed = desk.administration()?.founding(draft)?;
    once::perform(&visit, &desk, (deed, &body), |applied| {
        let made = organization(applied)?;
        let rendered = Rendered::new(StatusCode::CREATED, &OrganizationEntry::of(made))?;
        Ok(rendered.at(made.revision).made(format!("{PREFIX}/organizations/{}", made.id)))
    })
    .await
}

/// Changes an organization, or moves it with all that is below it.
#[utoipa::path(
    patch, path = "/organizations/{id}", tag = "organizations", operation_id = "organizations.patch",
    params(("id" = Uuid, Path), ("If-Match" = Option<String>, Header), ("Idempotency-Key" = Option<String>, Header)),
    request_body(content = OrganizationChange, content_type = "application/merge-patch+json"),
    responses((status = 200, body = OrganizationEntry), (status = 412, body = Problem, content_type = "application/problem+json"))
)]
pub async fn patch(visit: Visit, request: Request) -> Answer {
    let body = visit.body(request).await?;
    let desk = visit.desk().await?;
    let OrganizationChange { name, parent, country, active } = read(&body)?;
    if let cardfile_model::Edit::Set(country) = &country {
        known_country(Some(country))?;
    }
    let patch = OrganizationPatch {
        name,
        is_active: active,
        parent: parent.map(OrganizationId),
        country,
        ..OrganizationPatch::default()
    };
    let expect = expectation(&visit.headers)?;
    let deed = desk.administration()?.reforming(OrganizationId(visit.id("id")?), expect, patch)?;
    let answered = once::perform(&visit, &desk, (deed, &body), |applied| {
        let changed = organization(applied)?;
        Ok(Rendered::new(StatusCode::OK, &OrganizationEntry::of(changed))?.at(changed.revision))
    })
    .await;
    answered.map_err(|failure| match failure {
        Failure::Directory(error @ Error::Stale { .. }) => refused(error),
        failure => failure,
    })
}

fn known_country(country: Option<&str>) -> Result<(), Failure> {
    match country {
        Some(code) if !cardfile_directory::phones::is_country(code) => {
            Err(Error::invalid("country", "known", "must be a country code of ISO 3166-1: two capitals").into())
        }
        _ => Ok(()),
    }
}

fn organization(applied: &Applied) -> Result<&Organization, Error> {
    applied.organization.as_ref().ok_or_else(|| Error::internal("a store answered no organization for a change of one"))
}
