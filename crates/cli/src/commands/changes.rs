//! `cardfile log` and `cardfile undo`: what changed, and taking it back.

use anyhow::Result;
use cardfile_model::{Change, OrganizationId};
use serde_json::{Value, json};
use uuid::Uuid;

use super::open;
use crate::arguments::Common;
use crate::output::Output;

pub(super) async fn log(common: &Common, org: Uuid, since: u64, limit: usize, output: &Output) -> Result<()> {
    let changes = open(common).await?.directory.changes(OrganizationId(org), since, limit).await?;
    if let Some(last) = changes.last().filter(|_| changes.len() == limit) {
        eprintln!("there may be more: go on with --since {}", last.revision);
    }
    let json = Value::Array(changes.iter().map(as_json).collect());
    output.answer(&json, || changes.iter().map(as_line).collect::<Vec<_>>().join("\n"))
}

pub(super) async fn undo(common: &Common, change: u64, org: Uuid, is_forced: bool, output: &Output) -> Result<()> {
    let applied = open(common).await?.directory.undo(OrganizationId(org), change, is_forced).await?;
    let json = json!({"revision": applied.revision, "is_changed": applied.is_changed, "touched": applied.touched});
    output.answer(&json, || {
        if applied.is_changed {
            format!("change {change} is taken back by change {}, which touched {} people", applied.revision, applied.touched)
        } else {
            format!("there was nothing left of change {change} to take back")
        }
    })
}

fn as_json(change: &Change) -> Value {
    json!({
        "revision": change.revision,
        "time": change.time,
        "principal": change.principal,
        "door": change.door,
        "kind": change.kind,
        "group": change.group,
        "touched": change.touched.len(),
        "came": change.came.len(),
        "went": change.went.len(),
        "undoes": change.undoes,
        "is_undoable": change.is_undoable,
    })
}

fn as_line(change: &Change) -> String {
    let line = format!(
        "{:>8}  {:.3}  {:<8}  {:<12}  {} people",
        change.revision,
        change.time,
        change.door,
        change.kind.name(),
        change.touched.len()
    );
    let (came, went) = (change.came.len(), change.went.len());
    let moved = (came + went > 0).then(|| format!(", {came} came, {went} went"));
    let group = change.group.map(|group| format!(", group {group}"));
    let undone = change.undoes.map(|undone| format!(", takes back {undone}"));
    let end = (!change.is_undoable).then(|| ", final".to_owned());
    [moved, group, undone, end].into_iter().flatten().fold(line, |line, part| line + &part)
}
