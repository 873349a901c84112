//! Groups: named sets of people.

use jiff::Timestamp;
use uuid::Uuid;

use crate::organization::OrganizationId;
use crate::patch::Edit;
use crate::selection::{Selection, Unknown};

/// A named set of people in an organization.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// The id, given once and never reused.
    pub id: Uuid,
    /// The group number: dense within the tenant from 1.
    pub number: u32,
    /// The organization it belongs to.
    pub organization: OrganizationId,
    /// The group it is part of, if any.
    pub parent: Option<Uuid>,
    /// The name, unique within the organization when folded.
    pub name: String,
    /// What it is for.
    pub description: Option<String>,
    /// When it was made.
    pub created: Timestamp,
    /// When it, or who is in it, last changed.
    pub modified: Timestamp,
    /// The tenant's revision at the last change.
    pub revision: u64,
    /// How many people are in it.
    pub size: u64,
    /// How many of these have a card.
    pub cards: u64,
    /// How many of these have an e-mail address on it.
    pub with_email: u64,
    /// How many of these have a phone number on it.
    pub with_phone: u64,
}

/// A group to be made.
#[derive(Debug, Clone, PartialEq)]
pub struct GroupDraft {
    /// The id, made by the directory or brought by an import.
    pub id: Uuid,
    /// The organization it belongs to.
    pub organization: OrganizationId,
    /// The group it is part of, if any.
    pub parent: Option<Uuid>,
    /// The name, not blank.
    pub name: String,
    /// What it is for.
    pub description: Option<String>,
    /// Who is in it from the start.
    pub members: Selection,
    /// What to do about members whom the directory does not know.
    pub unknown: Unknown,
}

/// A change to a group, all of it or nothing.
#[derive(Debug, Clone, PartialEq)]
pub struct GroupPatch {
    /// A new name, not blank.
    pub name: Option<String>,
    /// A new description, or none.
    pub description: Edit<String>,
    /// Who joins and who leaves, step by step.
    pub members: Vec<MemberEdit>,
    /// What to do about people whom the directory does not know.
    pub unknown: Unknown,
    /// Whether the contacts of the organizations above the group's are among "everyone", and known by their numbers.
    pub inherits: bool,
}

/// One step of a change of membership. "Everyone" is everyone of the group's organization (and of those above it, if the patch
/// says so) when adding, everyone in the group when removing. A person number is known only if it is one of those.
#[derive(Debug, Clone, PartialEq)]
pub enum MemberEdit {
    /// These join; who is in already stays.
    Add(Selection),
    /// These leave; who is not in is passed over.
    Remove(Selection),
}

/// One person in a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// The person's id.
    pub id: Uuid,
    /// The person number.
    pub number: u32,
    /// The name or an e-mail address; `None` for an id without a card.
    pub name: Option<String>,
}
