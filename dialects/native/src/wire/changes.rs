//! Changes, as the log tells of them.

use cardfile_model::Change;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// A change.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ChangeEntry {
    /// The number of the change: the directory's revision that it led to.
    pub change: u64,
    /// When, RFC 3339.
    #[schema(value_type = String, format = DateTime)]
    pub time: Timestamp,
    /// What was done: `write`, `trash`, `restore`, `revise`, `merge`, `erase`, `bundle`, `group_create`, `group_patch`,
    /// `group_delete`, `note`, `organization`, `organization_patch` or `undo`.
    pub kind: &'static str,
    /// Through which door.
    pub door: String,
    /// Whose token was used; absent for the command line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub principal: Option<Uuid>,
    /// Who that is, by name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub author: Option<String>,
    /// The group it was done to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group: Option<Uuid>,
    /// How many people it touched.
    pub touched: u64,
    /// How many of these came: into the directory, or into the group.
    pub came: u64,
    /// How many of these went: to the trash, or out of the group.
    pub went: u64,
    /// The change that it took back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub undoes: Option<u64>,
    /// Whether it can be taken back.
    pub undoable: bool,
    /// The person numbers of those touched, where one change is asked for: a thousand at most.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub numbers: Vec<u32>,
}

/// How many numbers of those touched are told.
const MOST_NUMBERS: usize = 1000;

impl ChangeEntry {
    /// A change as a list tells of it.
    pub fn of(change: &Change, author: Option<String>) -> ChangeEntry {
        ChangeEntry {
            change: change.revision,
            time: change.time,
            kind: change.kind.name(),
            door: change.door.clone(),
            principal: change.principal,
            author,
            group: change.group,
            touched: change.touched.len(),
            came: change.came.len(),
            went: change.went.len(),
            undoes: change.undoes,
            undoable: change.is_undoable,
            numbers: Vec::new(),
        }
    }

    /// A change as it is told by itself.
    pub fn whole(change: &Change, author: Option<String>) -> ChangeEntry {
        let numbers = change.touched.iter().take(MOST_NUMBERS).collect();
        ChangeEntry { numbers, ..ChangeEntry::of(change, author) }
    }
}

/// A page of changes, the oldest first.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ChangePage {
    /// The changes.
    pub items: Vec<ChangeEntry>,
    /// The change to go on behind; absent when there are no more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_since: Option<u64>,
}

/// How a change is taken back.
#[derive(Debug, Clone, Copy, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct UndoRequest {
    /// Whether whoever was touched since is passed over; otherwise nothing is taken back then.
    pub force: bool,
}
