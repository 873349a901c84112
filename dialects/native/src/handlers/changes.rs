//! The log.

use std::collections::BTreeSet;

use axum::http::StatusCode;
use cardfile_directory::{Desk, Error, Kind};
use cardfile_model::Change;

use crate::answer::{Answer, json};
use crate::error::{Failure, parameter};
use crate::paging::Slice;
use crate::visit::Visit;
use crate::wire::{ChangeEntry, ChangePage, Problem};

/// Lists the changes of an organization, the oldest first.
#[utoipa::path(
    get, path = "/log", tag = "changes", operation_id = "log.list",
    params(("organization" = Option<Uuid>, Query), ("since" = Option<u64>, Query, description = "Those behind this change"), ("limit" = Option<u64>, Query)),
    responses((status = 200, body = ChangePage))
)]
pub async fn list(visit: Visit) -> Answer {
    let desk = visit.desk().await?;
    let since = visit.parameters.whole_number("since").map_err(|message| parameter("since", message))?.unwrap_or_default();
    let Slice { limit, .. } = Slice::of(&visit)?;
    // One more is asked for, to know whether there is one.
    let mut changes = desk.editor()?.changes(since, limit.saturating_add(1)).await?;
    let has_more = changes.len() > limit;
    changes.truncate(limit);
    let next_since = changes.last().filter(|_| has_more).map(|last| last.revision);
    let authors = authors(&desk, &changes).await?;
    let items = changes.iter().map(|change| ChangeEntry::of(change, authors.get(&change.revision).cloned())).collect();
    json(StatusCode::OK, &ChangePage { items, next_since })
}

/// Tells of one change, and whom it touched.
#[utoipa::path(
    get, path = "/log/{change}", tag = "changes", operation_id = "log.get",
    params(("change" = u64, Path), ("organization" = Option<Uuid>, Query)),
    responses((status = 200, body = ChangeEntry), (status = 404, body = Problem, content_type = "application/problem+json"))
)]
pub async fn get(visit: Visit) -> Answer {
    let desk = visit.desk().await?;
    let number: u64 = visit.number("change")?;
    let found = desk.editor()?.changes(number.saturating_sub(1), 1).await?;
    let unknown = || Error::NotFound { kind: Kind::Change, id: number.to_string() };
    let change = found.into_iter().next().filter(|change| change.revision == number).ok_or_else(unknown)?;
    let mut authors = authors(&desk, std::slice::from_ref(&change)).await?;
    json(StatusCode::OK, &ChangeEntry::whole(&change, authors.remove(&number)))
}

async fn authors(desk: &Desk<'_>, changes: &[Change]) -> Result<std::collections::BTreeMap<u64, String>, Failure> {
    let revisions: BTreeSet<u64> = changes.iter().map(|change| change.revision).collect();
    Ok(desk.reader()?.authors(&revisions).await?)
}
