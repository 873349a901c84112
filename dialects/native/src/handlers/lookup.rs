//! Who is calling.

use axum::http::StatusCode;
use cardfile_directory::{Candidate, Match};
use cardfile_interchange::json::Person;
use serde::Serialize;
use utoipa::ToSchema;

use crate::answer::{Answer, json};
use crate::error::parameter;
use crate::visit::{Around, Visit};
use crate::wire::Problem;

/// How many contacts are named at most.
const CANDIDATES: usize = 10;

/// Who a number is of.
#[derive(Debug, Serialize, ToSchema)]
pub struct Callers {
    /// The number in international form, if it has one in the organization's country.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub e164: Option<String>,
    /// The contact that may be calling; of several the best.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contact: Option<Person>,
    /// How this contact has the number.
    #[serde(rename = "match", skip_serializing_if = "Option::is_none")]
    pub matched: Option<Matched>,
    /// Who else it may be, at most nine: by `match`, then the organization's own before inherited ones, then those that agree in
    /// more last digits, then by person number. Left out when there is nobody else.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub others: Vec<Caller>,
}

/// Somebody who may be calling.
#[derive(Debug, Serialize, ToSchema)]
pub struct Caller {
    /// How the contact has the number.
    #[serde(rename = "match")]
    pub matched: Matched,
    /// The contact.
    pub contact: Person,
}

/// How a contact has a number, the best first: it is theirs in whichever notation; it is their extension, which is the last part
/// of a number behind a mark (`x4711`, `ext. 4711`, `;ext=4711`, `-4711`), or the end of a number in the organization itself; a
/// number of theirs has the same last digits, seven or more.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Matched {
    /// It is theirs.
    Number,
    /// It is their extension.
    Extension,
    /// A number of theirs ends alike.
    LastDigits,
}

impl From<Match> for Matched {
    fn from(matched: Match) -> Self {
        match matched {
            Match::Number => Matched::Number,
            Match::Extension => Matched::Extension,
            Match::LastDigits => Matched::LastDigits,
        }
    }
}

/// Finds whose phone number this is, in whichever notation; then whose extension, for two to six digits without `+`; then who has a
/// number with the same last digits, for seven or more. Of an end that more than a hundred have, the first hundred are looked at.
#[utoipa::path(
    get, path = "/lookup", tag = "contacts", operation_id = "lookup",
    params(("number" = String, Query, description = "A number, national ones as dialled in the organization's country, or an extension"), ("organization" = Option<Uuid>, Query)),
    responses((status = 200, body = Callers), (status = 400, body = Problem, content_type = "application/problem+json"))
)]
pub async fn lookup(visit: Visit) -> Answer {
    let desk = visit.desk().await?;
    let number = visit.parameters.filled("number").ok_or_else(|| parameter("number", "must be given"))?;
    let places = Around::of(&desk);
    let found = desk.reader()?.callers(number, CANDIDATES).await?;
    let mut callers = found.into_iter().map(|Candidate { record, matched }| (Person::of(&record, &places), matched.into()));
    let (contact, matched) = callers.next().unzip();
    let others = callers.map(|(contact, matched)| Caller { matched, contact }).collect();
    let e164 = cardfile_directory::phones::e164(number, desk.country());
    json(StatusCode::OK, &Callers { e164, contact, matched, others })
}
