//! All that is kept of one person, as JSON.

use cardfile_model::{Authored, Dossier, GroupName, LoginName, Place, Role, TokenName};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Person, Places};

/// All that is kept of one person. Passwords, tokens and what is kept of them are not in it.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Bundle {
    /// The card.
    pub contact: Person,
    /// Whether it is in the trash.
    pub trashed: bool,
    /// Where the person belongs, the home first.
    pub memberships: Vec<BundlePlace>,
    /// The groups the person is in.
    pub groups: Vec<BundleGroup>,
    /// What each source last said of the person, by its name; null when the card's own source alone did.
    #[schema(value_type = Object)]
    pub claims: Value,
    /// The changes that touched the person, and when all of this was handed out; oldest first.
    pub changes: Vec<BundleChange>,
    /// With what the person signs in.
    pub logins: Vec<BundleLogin>,
    /// The tokens that act as the person, oldest first.
    pub tokens: Vec<BundleToken>,
}

/// An organization that a person belongs to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct BundlePlace {
    /// The organization's id.
    pub organization: Uuid,
    /// What it is called.
    pub name: String,
    /// The roles held there.
    pub roles: Vec<String>,
}

/// A group that a person is in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct BundleGroup {
    /// The group's id.
    pub id: Uuid,
    /// What it is called.
    pub name: String,
    /// The organization whose group it is.
    pub organization: Uuid,
}

/// A change that names a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct BundleChange {
    /// The number of the change: the directory's revision that it led to.
    pub revision: u64,
    /// When, RFC 3339.
    #[schema(value_type = String, format = DateTime)]
    pub time: Timestamp,
    /// Through which door.
    pub door: String,
    /// What was done.
    pub kind: &'static str,
    /// Who did it, by name.
    pub author: String,
    /// The organization it was done in.
    pub organization: Uuid,
    /// The group it was done to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group: Option<Uuid>,
    /// Whether the person came by it: into the directory, or into the group.
    pub came: bool,
    /// Whether the person went by it: to the trash, or out of the group.
    pub went: bool,
}

/// With what a person signs in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct BundleLogin {
    /// Where: `admin`, `agent` or `store`.
    pub surface: &'static str,
    /// The name.
    pub name: String,
    /// The id of whom it stands for, as the log names it.
    pub principal: Uuid,
    /// The organization it opens.
    pub organization: Uuid,
    /// When it was made, RFC 3339.
    #[schema(value_type = String, format = DateTime)]
    pub created: Timestamp,
}

/// A token that acts as a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct BundleToken {
    /// The id of whom it stands for, as the log names it.
    pub principal: Uuid,
    /// What that is called.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The organization it opens.
    pub organization: Uuid,
    /// `admin` or `reader`.
    pub role: &'static str,
    /// What it covers; empty for everything.
    pub scopes: Vec<String>,
    /// Whether it was given to who signed in.
    pub session: bool,
    /// When it was made, RFC 3339.
    #[schema(value_type = String, format = DateTime)]
    pub created: Timestamp,
    /// When it ends, RFC 3339; absent for never.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub expires: Option<Timestamp>,
}

impl Bundle {
    /// All that is kept of a person, as JSON.
    #[must_use]
    pub fn of(dossier: &Dossier, places: &dyn Places) -> Bundle {
        // Destructured without `..`, so that a new member does not compile until it is thought of here.
        let Dossier { record, is_trashed, memberships, groups, changes, logins, tokens } = dossier.clone();
        Bundle {
            contact: Person::of(&record, places),
            trashed: is_trashed,
            memberships: memberships.into_iter().map(BundlePlace::from).collect(),
            groups: groups.into_iter().map(BundleGroup::from).collect(),
            claims: record.contact.extensions.get("claims").cloned().unwrap_or_default(),
            changes: changes.into_iter().map(|authored| BundleChange::of(authored, record.number)).collect(),
            logins: logins.into_iter().map(BundleLogin::from).collect(),
            tokens: tokens.into_iter().map(BundleToken::from).collect(),
        }
    }
}

impl BundleChange {
    fn of(Authored { change, author }: Authored, person: u32) -> Self {
        BundleChange {
            revision: change.revision,
            time: change.time,
            door: change.door,
            kind: change.kind.name(),
            author,
            organization: change.organization.0,
            group: change.group,
            came: change.came.contains(person),
            went: change.went.contains(person),
        }
    }
}

impl From<Place> for BundlePlace {
    fn from(Place { organization, name, roles }: Place) -> Self {
        BundlePlace { organization: organization.0, name, roles }
    }
}

impl From<GroupName> for BundleGroup {
    fn from(GroupName { id, name, organization }: GroupName) -> Self {
        BundleGroup { id, name, organization: organization.0 }
    }
}

impl From<LoginName> for BundleLogin {
    fn from(LoginName { surface, name, principal, organization, created }: LoginName) -> Self {
        BundleLogin { surface, name, principal, organization: organization.0, created }
    }
}

impl From<TokenName> for BundleToken {
    fn from(token: TokenName) -> Self {
        let TokenName { principal, name, organization, role, scopes, is_session, created, expires } = token;
        let role = match role {
            Role::Admin => "admin",
            Role::Reader => "reader",
        };
        BundleToken { principal, name, organization: organization.0, role, scopes, session: is_session, created, expires }
    }
}
