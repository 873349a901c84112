//! All that is kept of one person, as it is handed out to them.

use jiff::Timestamp;
use uuid::Uuid;

use crate::change::Change;
use crate::contact::Record;
use crate::organization::{OrganizationId, Role};

/// All that is kept of one person. Nothing in it is secret: of passwords and tokens only that there are any.
#[derive(Debug, Clone, PartialEq)]
pub struct Dossier {
    /// The card, with what the directory gave it. What sources claimed is among its extensions ([`crate::Claim`]).
    pub record: Record,
    /// Whether it is in the trash.
    pub is_trashed: bool,
    /// Where the person belongs, the home first; also who belongs to the root alone has one.
    pub memberships: Vec<Place>,
    /// The groups the person is in, of whichever organization, by number.
    pub groups: Vec<GroupName>,
    /// The changes that touched the person, and those that only tell that something was done with them; oldest first.
    pub changes: Vec<Authored>,
    /// With what the person signs in.
    pub logins: Vec<LoginName>,
    /// The tokens that act as the person, oldest first.
    pub tokens: Vec<TokenName>,
}

/// An organization that a person belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The organization.
    pub organization: OrganizationId,
    /// What it is called.
    pub name: String,
    /// The roles held there.
    pub roles: Vec<String>,
}

/// A group that a person is in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupName {
    /// The group.
    pub id: Uuid,
    /// What it is called.
    pub name: String,
    /// Whose group it is.
    pub organization: OrganizationId,
}

/// A change, and who made it.
#[derive(Debug, Clone, PartialEq)]
pub struct Authored {
    /// The change.
    pub change: Change,
    /// Who made it, by name; the door where nobody asked through one.
    pub author: String,
}

/// With what a person signs in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoginName {
    /// Where: `admin`, `agent` or `store`.
    pub surface: &'static str,
    /// The name.
    pub name: String,
    /// The id of whom it stands for, as the log names it.
    pub principal: Uuid,
    /// The organization it opens.
    pub organization: OrganizationId,
    /// When it was made.
    pub created: Timestamp,
}

/// A token that acts as a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenName {
    /// The id of whom it stands for, as the log names it.
    pub principal: Uuid,
    /// What that is called.
    pub name: Option<String>,
    /// The organization it opens.
    pub organization: OrganizationId,
    /// What it may do there.
    pub role: Role,
    /// What it covers; empty for everything.
    pub scopes: Vec<String>,
    /// Whether it was given to who signed in.
    pub is_session: bool,
    /// When it was made.
    pub created: Timestamp,
    /// When it ends.
    pub expires: Option<Timestamp>,
}
