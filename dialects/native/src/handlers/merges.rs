//! People who are one: merged, and taken apart again.

use axum::body::Bytes;
use axum::extract::Request;
use cardfile_directory::Error;
use cardfile_interchange::json::PersonPatch;
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use super::verbs::Answered;
use crate::answer::Answer;
use crate::plan::{Task, carry_out};
use crate::visit::{Visit, read};
use crate::wire::Problem;

/// Who is the same person.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MergeRequest {
    /// The ids of those who are merged into the contact.
    pub others: Vec<Uuid>,
    /// How the contact changes besides: a merge patch, as for one contact.
    #[serde(default)]
    #[schema(value_type = Option<PersonPatch>)]
    pub patch: Option<Value>,
}

/// Who is taken out again.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct UnmergeRequest {
    /// The id of who was merged into the contact; the last one by default.
    pub other: Option<Uuid>,
    /// Whether the cards that changed since are left as they are, and only who was merged comes back.
    pub force: bool,
}

/// Merges contacts into this one. It takes in what the others have and it lacks, and their places in groups; these go to the
/// trash, and their ids and numbers lead to it at every door.
#[utoipa::path(
    post, path = "/contacts/{contact}/merge", tag = "contacts", operation_id = "contacts.merge",
    params(("contact" = Uuid, Path, description = "Who stays"), ("organization" = Option<Uuid>, Query), ("dryRun" = Option<bool>, Query),
           ("Idempotency-Key" = Option<String>, Header)),
    request_body = MergeRequest,
    responses((status = 200, body = Answered), (status = 400, body = Problem, content_type = "application/problem+json"),
              (status = 404, body = Problem, content_type = "application/problem+json"))
)]
pub async fn merge(visit: Visit, request: Request) -> Answer {
    let body = visit.body(request).await?;
    let desk = visit.desk().await?;
    let MergeRequest { others, patch } = read(&body)?;
    carry_out(&visit, &desk, Task::Merge { into: visit.id("contact")?, others, patch }, &body).await
}

/// Takes a merge back: everyone whom it merged is there again, and the contact is as it was before. After the contact changed
/// that takes `force`: then it keeps what it took in.
#[utoipa::path(
    post, path = "/contacts/{contact}/unmerge", tag = "contacts", operation_id = "contacts.unmerge",
    params(("contact" = Uuid, Path), ("organization" = Option<Uuid>, Query), ("dryRun" = Option<bool>, Query),
           ("Idempotency-Key" = Option<String>, Header)),
    request_body = UnmergeRequest,
    responses((status = 200, body = Answered), (status = 404, body = Problem, content_type = "application/problem+json"),
              (status = 409, description = "A card was changed since", body = Problem, content_type = "application/problem+json"))
)]
pub async fn unmerge(visit: Visit, request: Request) -> Answer {
    let desk = visit.desk().await?;
    let is_empty = axum::body::HttpBody::is_end_stream(request.body());
    let body = if is_empty { Bytes::new() } else { visit.body(request).await? };
    let UnmergeRequest { other, force } = if body.is_empty() { UnmergeRequest::default() } else { read(&body)? };
    let record = desk.reader()?.get(visit.id("contact")?).await?;
    let is_meant = |id: Uuid| other.is_none_or(|other| other == id);
    let former = record.contact.formers.iter().rev().find(|former| is_meant(former.id));
    let former = former.ok_or_else(|| Error::no_contact(other.unwrap_or(record.id)))?;
    carry_out(&visit, &desk, Task::Undo { change: former.change, force }, &body).await
}
