//! Plans that were made, and undo.

use axum::body::Bytes;
use axum::extract::Request;

use super::verbs::Answered;
use crate::answer::Answer;
use crate::plan::{self, Task, carry_out};
use crate::visit::{Visit, read};
use crate::wire::{Problem, UndoRequest};

/// Does exactly what a plan says, or nothing if somebody whom it is about was touched since.
#[utoipa::path(
    post, path = "/plans/{plan}/apply", tag = "plans", operation_id = "plans.apply",
    params(("plan" = Uuid, Path), ("organization" = Option<Uuid>, Query), ("Idempotency-Key" = Option<String>, Header)),
    responses((status = 200, body = Answered), (status = 409, description = "Somebody was touched since", body = Problem, content_type = "application/problem+json"))
)]
pub async fn apply(visit: Visit) -> Answer {
    let desk = visit.desk().await?;
    plan::applied(&visit, &desk, visit.id("plan")?).await
}

/// Tells what a plan is about.
#[utoipa::path(
    get, path = "/plans/{plan}", tag = "plans", operation_id = "plans.get",
    params(("plan" = Uuid, Path), ("organization" = Option<Uuid>, Query)),
    responses((status = 200, description = "The task, whom it is about, and until when it can be applied", body = serde_json::Value))
)]
pub async fn get(visit: Visit) -> Answer {
    let desk = visit.desk().await?;
    plan::shown(&desk, visit.id("plan")?).await
}

/// Forgets a plan.
#[utoipa::path(
    delete, path = "/plans/{plan}", tag = "plans", operation_id = "plans.delete",
    params(("plan" = Uuid, Path), ("organization" = Option<Uuid>, Query)),
    responses((status = 204, description = "It is gone"))
)]
pub async fn delete(visit: Visit) -> Answer {
    let desk = visit.desk().await?;
    plan::discarded(&desk, visit.id("plan")?).await
}

/// Takes a change back, as a change of its own that can be taken back too.
#[utoipa::path(
    post, path = "/changes/{change}/undo", tag = "changes", operation_id = "changes.undo",
    params(("change" = u64, Path), ("organization" = Option<Uuid>, Query), ("dryRun" = Option<bool>, Query, description = "Whether it is only shown what would happen"),
           ("Idempotency-Key" = Option<String>, Header)),
    request_body = UndoRequest,
    responses((status = 200, body = Answered), (status = 409, description = "Somebody was touched since", body = Problem, content_type = "application/problem+json"))
)]
pub async fn undo(visit: Visit, request: Request) -> Answer {
    let desk = visit.desk().await?;
    let change = visit.number("change")?;
    let is_empty = axum::body::HttpBody::is_end_stream(request.body());
    let body = if is_empty { Bytes::new() } else { visit.body(request).await? };
    let UndoRequest { force } = if body.is_empty() { UndoRequest::default() } else { read(&body)? };
    carry_out(&visit, &desk, Task::Undo { change, force }, &body).await
}
