//! Who is calling.

use axum::http::StatusCode;
use cardfile_interchange::json::Person;
use serde::Serialize;
use utoipa::ToSchema;

use crate::answer::{Answer, json};
use crate::error::parameter;
use crate::visit::{Around, Visit};
use crate::wire::Problem;

/// Who a number is of.
#[derive(Debug, Serialize, ToSchema)]
pub struct Callers {
    /// The number in international form, if it has one in the organization's country.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub e164: Option<String>,
    /// The contact that has it; of several the organization's own before an inherited one, then by person number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contact: Option<Person>,
}

/// Finds whose phone number this is, in whichever notation.
#[utoipa::path(
    get, path = "/lookup", tag = "contacts", operation_id = "lookup",
    params(("number" = String, Query, description = "A number, national ones as dialled in the organization's country"), ("organization" = Option<Uuid>, Query)),
    responses((status = 200, body = Callers), (status = 400, body = Problem, content_type = "application/problem+json"))
)]
pub async fn lookup(visit: Visit) -> Answer {
    let desk = visit.desk().await?;
    let number = visit.parameters.filled("number").ok_or_else(|| parameter("number", "must be given"))?;
    let found = desk.reader()?.who_calls(&[number.to_owned()]).await?.into_iter().next().flatten();
    let places = Around::of(&desk);
    let e164 = cardfile_directory::phones::e164(number, desk.country());
    let contact = found.map(|record| Person::of(&record, &places));
    json(StatusCode::OK, &Callers { e164, contact })
}
