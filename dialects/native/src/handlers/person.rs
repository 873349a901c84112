//! One person whole, as laws on the protection of data ask for: everything handed out, and everything erased.

use axum::http::header::CACHE_CONTROL;
use axum::http::{HeaderValue, StatusCode};
use cardfile_directory::{Applied, Error};
use cardfile_interchange::json::Bundle;
use serde::Serialize;
use utoipa::ToSchema;

use crate::answer::{Answer, Rendered, json};
use crate::error::Failure;
use crate::once;
use crate::visit::{Around, Visit};
use crate::wire::Problem;

/// What is left of a person who was erased.
#[derive(Debug, Serialize, ToSchema)]
pub struct Erasure {
    /// The directory's revision that it led to.
    pub revision: u64,
    /// The person number, which is not given again.
    pub number: u32,
}

/// Erases a contact, in the trash or not: all traces but the id and the number, which are not given again. Nothing takes it back.
#[utoipa::path(
    post, path = "/contacts/{contact}/erase", tag = "contacts", operation_id = "contacts.erase",
    params(("contact" = Uuid, Path), ("organization" = Option<Uuid>, Query), ("confirm" = Option<bool>, Query, description = "Must be true"),
           ("Idempotency-Key" = Option<String>, Header)),
    responses((status = 200, body = Erasure), (status = 404, body = Problem, content_type = "application/problem+json"),
              (status = 409, description = "It was not confirmed", body = Problem, content_type = "application/problem+json"))
)]
pub async fn erase(visit: Visit) -> Answer {
    let desk = visit.desk().await?;
    let deed = desk.administration()?.erasing(visit.id("contact")?);
    if !visit.flag("confirm")? {
        return Err(Failure::Final);
    }
    once::perform(&visit, &desk, (deed, &[]), erased).await
}

fn erased(applied: &Applied) -> Result<Rendered, Error> {
    let number = applied.number.ok_or_else(|| Error::internal("a store answered no number for an erasing"))?;
    Rendered::new(StatusCode::OK, &Erasure { revision: applied.revision, number })
}

/// Hands out all that is kept of a contact, in the trash or not. The log tells who took it.
#[utoipa::path(
    get, path = "/contacts/{contact}/bundle", tag = "contacts", operation_id = "contacts.bundle",
    params(("contact" = Uuid, Path), ("organization" = Option<Uuid>, Query)),
    responses((status = 200, body = Bundle), (status = 404, body = Problem, content_type = "application/problem+json"))
)]
pub async fn bundle(visit: Visit) -> Answer {
    let desk = visit.desk().await?;
    let dossier = desk.administration()?.bundle(visit.id("contact")?).await?;
    let mut response = json(StatusCode::OK, &Bundle::of(&dossier, &Around::of(&desk)))?;
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}
