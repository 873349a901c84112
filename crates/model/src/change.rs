//! How a change is remembered.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::organization::OrganizationId;
use crate::selection::Numbers;

/// One log entry: who, when, through which door, what kind, which people. Every write that changes something makes exactly one.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// The tenant's revision it led to; revisions count up from 1 without gaps.
    pub revision: u64,
    /// When.
    pub time: Timestamp,
    /// Which principal's token was used; `None` for the command line.
    pub principal: Option<Uuid>,
    /// Through which door (`webex`, `cli`, …).
    pub door: String,
    /// What was done.
    pub kind: ChangeKind,
    /// In which organization.
    pub organization: OrganizationId,
    /// The group it was done to, if it was one.
    pub group: Option<Uuid>,
    /// The people it touched.
    pub touched: Numbers,
    /// Of these, who came: into the directory, or into the group.
    pub came: Numbers,
    /// Of these, who went: to the trash, or out of the group.
    pub went: Numbers,
    /// For an undo: the change it took back.
    pub undoes: Option<u64>,
    /// Whether what undo needs is still there (it goes with the retention term).
    pub is_undoable: bool,
}

/// What a change did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChangeKind {
    /// People came, changed or went in one batch of writes.
    Write,
    /// People went to the trash by selection.
    Trash,
    /// A group was made.
    GroupCreate,
    /// A group's name, description or members changed.
    GroupPatch,
    /// A group went.
    GroupDelete,
    /// An earlier change was taken back.
    Undo,
    /// An organization was made.
    Organization,
    /// Notes of an organization came, changed or went.
    Note,
    /// An organization's members changed, or it moved.
    OrganizationPatch,
    /// People came back from the trash by selection.
    Restore,
    /// One patch changed many people.
    Revise,
    /// Several people turned out to be one.
    Merge,
    /// All traces of a person went, but for their number.
    Erase,
    /// All that is kept of a person was handed out: nobody is touched by that.
    Bundle,
}

impl ChangeKind {
    const ALL: [ChangeKind; 14] = [
        ChangeKind::Write,
        ChangeKind::Trash,
        ChangeKind::GroupCreate,
        ChangeKind::GroupPatch,
        ChangeKind::GroupDelete,
        ChangeKind::Undo,
        ChangeKind::Organization,
        ChangeKind::Note,
        ChangeKind::OrganizationPatch,
        ChangeKind::Restore,
        ChangeKind::Revise,
        ChangeKind::Merge,
        ChangeKind::Erase,
        ChangeKind::Bundle,
    ];

    /// Whether those whom a change names are touched by it, as undo, plans and whoever follows the feed go by; otherwise it only
    /// tells that something was done with them.
    #[must_use]
    pub fn touches(self) -> bool {
        self != ChangeKind::Bundle
    }

    /// The kind of this name.
    #[must_use]
    pub fn read(name: &str) -> Option<ChangeKind> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// The name of this kind in logs and in the store.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            ChangeKind::Write => "write",
            ChangeKind::Trash => "trash",
            ChangeKind::GroupCreate => "group_create",
            ChangeKind::GroupPatch => "group_patch",
            ChangeKind::GroupDelete => "group_delete",
            ChangeKind::Undo => "undo",
            ChangeKind::Organization => "organization",
            ChangeKind::Note => "note",
            ChangeKind::OrganizationPatch => "organization_patch",
            ChangeKind::Restore => "restore",
            ChangeKind::Revise => "revise",
            ChangeKind::Merge => "merge",
            ChangeKind::Erase => "erase",
            ChangeKind::Bundle => "bundle",
        }
    }
}
