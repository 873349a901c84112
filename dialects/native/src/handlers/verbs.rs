//! Verbs that take a selection.

use axum::extract::Request;
use cardfile_interchange::json::PersonPatch;
use cardfile_model::{Life, Reach};
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::answer::Answer;
use crate::plan::{Effect, PlanEntry, Set, Task, carry_out};
use crate::select::Select;
use crate::visit::{Visit, read};
use crate::wire::Problem;

const OWN: (Reach, Life) = (Reach::Own, Life::Live);

/// Who is meant.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Chosen {
    /// Who is meant.
    pub select: Select,
}

/// Who is meant, and how their cards change.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChosenPatch {
    /// Who is meant.
    pub select: Select,
    /// The merge patch, as for one contact.
    #[schema(value_type = PersonPatch)]
    pub patch: Value,
}

/// Who is meant, and where they go.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChosenMove {
    /// Who is meant.
    pub select: Select,
    /// The organization that becomes their home.
    pub to: Uuid,
}

/// What was done, or with `dryRun=true` the plan.
#[derive(Debug, serde::Serialize, ToSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "only its shape is told, in the document")]
pub enum Answered {
    /// What was done.
    Done(Effect),
    /// What would be.
    Planned(PlanEntry),
}

/// Moves people to the trash, by set arithmetic: the cost does not grow with them.
#[utoipa::path(
    post, path = "/contacts/delete", tag = "bulk", operation_id = "contacts.delete_selected",
    params(("organization" = Option<Uuid>, Query), ("dryRun" = Option<bool>, Query, description = "Whether it is only planned: the answer is a plan then"),
           ("confirm" = Option<bool>, Query), ("Idempotency-Key" = Option<String>, Header)),
    request_body = Chosen,
    responses((status = 200, description = "What was done; with dryRun the plan", body = Answered), (status = 409, body = Problem, content_type = "application/problem+json"))
)]
pub async fn delete(visit: Visit, request: Request) -> Answer {
    let body = visit.body(request).await?;
    let desk = visit.desk().await?;
    let Chosen { select } = read(&body)?;
    let people = Set(select.numbers(&visit, &desk, OWN).await?);
    carry_out(&visit, &desk, Task::Delete { people }, &body).await
}

/// Takes people out of the trash.
#[utoipa::path(
    post, path = "/contacts/restore", tag = "trash", operation_id = "contacts.restore_selected",
    params(("organization" = Option<Uuid>, Query), ("dryRun" = Option<bool>, Query), ("Idempotency-Key" = Option<String>, Header)),
    request_body = Chosen, responses((status = 200, body = Answered))
)]
pub async fn restore(visit: Visit, request: Request) -> Answer {
    let body = visit.body(request).await?;
    let desk = visit.desk().await?;
    desk.editor()?;
    let Chosen { select } = read(&body)?;
    let people = Set(select.numbers(&visit, &desk, (Reach::Own, Life::Trashed)).await?);
    carry_out(&visit, &desk, Task::Restore { people }, &body).await
}

/// Changes many cards by one merge patch, all of them or none.
#[utoipa::path(
    post, path = "/contacts/patch", tag = "bulk", operation_id = "contacts.patch_selected",
    params(("organization" = Option<Uuid>, Query), ("dryRun" = Option<bool>, Query), ("differences" = Option<u64>, Query), ("confirm" = Option<bool>, Query), ("Idempotency-Key" = Option<String>, Header)),
    request_body = ChosenPatch,
    responses((status = 200, description = "What was done; with dryRun the plan", body = Answered))
)]
pub async fn patch(visit: Visit, request: Request) -> Answer {
    let body = visit.body(request).await?;
    let desk = visit.desk().await?;
    let ChosenPatch { select, patch } = read(&body)?;
    let people = Set(select.numbers(&visit, &desk, OWN).await?);
    carry_out(&visit, &desk, Task::Patch { people, patch }, &body).await
}

/// Gives people another home.
#[utoipa::path(
    post, path = "/contacts/move", tag = "bulk", operation_id = "contacts.move_selected",
    params(("organization" = Option<Uuid>, Query), ("dryRun" = Option<bool>, Query), ("Idempotency-Key" = Option<String>, Header)),
    request_body = ChosenMove, responses((status = 200, body = Answered))
)]
pub async fn relocate(visit: Visit, request: Request) -> Answer {
    let body = visit.body(request).await?;
    let desk = visit.desk().await?;
    let ChosenMove { select, to } = read(&body)?;
    let people = Set(select.numbers(&visit, &desk, OWN).await?);
    carry_out(&visit, &desk, Task::Move { people, to }, &body).await
}
