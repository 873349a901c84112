//! Tenants and the organizations in them.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

/// A sealed directory: isolation, quota, revision counter and shard key. Nothing crosses it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct TenantId(pub Uuid);

/// An account inside a tenant; the root organization bears the tenant's id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct OrganizationId(pub Uuid);

impl std::fmt::Display for OrganizationId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl std::fmt::Display for TenantId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// An organization of a tenant's tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Organization {
    /// The id; the tenant's for the root.
    pub id: OrganizationId,
    /// The organization number: dense within the tenant, 1 for the root.
    pub number: u32,
    /// The organization it is part of; `None` for the root.
    pub parent: Option<OrganizationId>,
    /// What it is called.
    pub name: String,
    /// The country its phone numbers are dialled in, ISO 3166-1 alpha-2 in capitals; `None` to take that of the organization
    /// above it.
    pub country: Option<String>,
    /// Whether requests are turned away for now (maintenance, restore): the operator's to say.
    pub is_locked: bool,
    /// Whether it does business; what that means is for a door to say.
    pub is_active: bool,
    /// The tenant's revision at its last change.
    pub revision: u64,
    /// When it was made.
    pub created: Timestamp,
    /// When it changed last, or was made.
    pub modified: Timestamp,
    /// What one dialect alone knows, by the dialect's name; returned as received.
    pub extensions: BTreeMap<String, Value>,
}

impl Organization {
    /// The number of every tenant's root organization.
    pub const ROOT: u32 = 1;
}

/// What a principal may do in its organization and in those below it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Everything.
    Admin,
    /// Reading what is shared with it.
    Reader,
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// An organization of this number and name.
    pub(crate) fn organization(number: u32, name: &str) -> Organization {
        Organization {
            id: OrganizationId(Uuid::from_u128(number.into())),
            number,
            parent: (number > 1).then_some(OrganizationId(Uuid::from_u128(1))),
            name: name.into(),
            country: None,
            is_locked: false,
            is_active: true,
            revision: number.into(),
            created: Timestamp::UNIX_EPOCH,
            modified: Timestamp::UNIX_EPOCH,
            extensions: BTreeMap::new(),
        }
    }
}
