//! Plans that are kept, so that they can be applied. They go by themselves after their term.

use axum::http::StatusCode;
use cardfile_directory::{Desk, Error, KeptPlan, Planned};
use cardfile_model::Numbers;
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Set, Task};
use crate::answer::{Answer, Rendered, json};
use crate::error::Failure;
use crate::once;
use crate::visit::Visit;

/// A plan as it is kept.
#[derive(Serialize, Deserialize)]
struct Kept {
    task: Task,
    /// The revision that it was made at.
    since: u64,
    /// Whom it would touch.
    touched: Set,
}

/// Keeps a plan; answers its id.
pub async fn kept(visit: &Visit, desk: &Desk<'_>, task: &Task, planned: &Planned) -> Result<Uuid, Failure> {
    // Whoever is meant must be as they were, also if nothing would happen to them; those who would be made are not there yet.
    let meant = task.people().cloned().unwrap_or_default();
    let touched = Set((&planned.touched - &planned.came) | came_back(task, planned) | meant);
    let kept = Kept { task: task.clone(), since: planned.revision, touched };
    let document = serde_json::to_value(&kept).map_err(Error::internal)?;
    let term = SignedDuration::from_hours(visit.settings().plan_hours.into());
    Ok(desk.editor()?.keep_plan(document, term).await?.id)
}

/// Who would come back, rather than be made.
fn came_back(task: &Task, planned: &Planned) -> Numbers {
    match task {
        Task::Write { .. } => Numbers::new(),
        _ => planned.came.clone(),
    }
}

/// Does what a plan says, if nobody whom it is about was touched since.
pub async fn applied(visit: &Visit, desk: &Desk<'_>, id: Uuid) -> Answer {
    let (_, Kept { task, since, touched }) = found(desk, id).await?;
    let deed = task.deed(desk).await?.unless(since, touched.0);
    once::perform(visit, desk, (deed, &[]), move |applied| task.told(applied)).await
}

/// What a plan is about.
pub async fn shown(desk: &Desk<'_>, id: Uuid) -> Answer {
    let (plan, kept) = found(desk, id).await?;
    let people = kept.touched.0.len();
    let shown = serde_json::json!({
        "plan": plan.id,
        "task": kept.task,
        "since": kept.since,
        "people": people,
        "created": plan.created,
        "expires": plan.expires,
    });
    json(StatusCode::OK, &shown)
}

/// Forgets a plan.
pub async fn discarded(desk: &Desk<'_>, id: Uuid) -> Answer {
    desk.editor()?.forget_plan(id).await?;
    Rendered::empty().respond()
}

async fn found(desk: &Desk<'_>, id: Uuid) -> Result<(KeptPlan, Kept), Failure> {
    let plan = desk.editor()?.kept_plan(id).await?;
    let kept = serde_json::from_value(plan.document.clone()).map_err(Error::internal)?;
    Ok((plan, kept))
}
