//! Groups and who is in them.

use cardfile_model::{Group, Member};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::select::Select;

/// A group.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct GroupEntry {
    /// The id, given once.
    pub id: Uuid,
    /// The group number, dense from 1.
    pub number: u32,
    /// The organization it belongs to.
    pub organization: Uuid,
    /// The group it is part of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parent: Option<Uuid>,
    /// The name.
    pub name: String,
    /// What it is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// How many people are in it.
    pub size: u64,
    /// The revision at its last change.
    pub revision: u64,
    /// When it was made, RFC 3339.
    #[schema(value_type = String, format = DateTime)]
    pub created: Timestamp,
    /// When it, or who is in it, last changed, RFC 3339.
    #[schema(value_type = String, format = DateTime)]
    pub modified: Timestamp,
}

impl GroupEntry {
    /// A group as this door shows it.
    pub fn of(group: &Group) -> GroupEntry {
        GroupEntry {
            id: group.id,
            number: group.number,
            organization: group.organization.0,
            parent: group.parent,
            name: group.name.clone(),
            description: group.description.clone(),
            size: group.size,
            revision: group.revision,
            created: group.created,
            modified: group.modified,
        }
    }
}

/// A page of groups.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct GroupPage {
    /// How many there are in all.
    pub total: u64,
    /// The groups.
    pub items: Vec<GroupEntry>,
    /// Where the next page begins; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
}

/// A group to be made.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GroupCreation {
    /// The name, not blank; no other group of the organization may have it.
    pub name: String,
    /// What it is for.
    #[serde(default)]
    pub description: Option<String>,
    /// The group it is part of.
    #[serde(default)]
    pub parent: Option<Uuid>,
    /// Who is in it from the start.
    #[serde(default)]
    pub members: Option<Select>,
}

/// A change of a group: what is absent stays, `null` clears the description.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct GroupChange {
    /// The name.
    pub name: Option<String>,
    /// What it is for.
    #[serde(deserialize_with = "super::organizations::named")]
    #[schema(value_type = Option<String>)]
    pub description: cardfile_model::Edit<String>,
}

/// A person in a group.
#[derive(Debug, Serialize, ToSchema)]
pub struct MemberEntry {
    /// The person's id.
    pub id: Uuid,
    /// The person number.
    pub number: u32,
    /// The name, or an e-mail address; absent for an id without a card.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

impl From<Member> for MemberEntry {
    fn from(Member { id, number, name }: Member) -> Self {
        MemberEntry { id, number, name }
    }
}

/// A page of the people in a group.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MemberPage {
    /// How many there are in all.
    pub total: u64,
    /// The people, by number.
    pub items: Vec<MemberEntry>,
    /// Where the next page begins; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
}
