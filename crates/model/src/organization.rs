//! Tenants and the organizations in them.

use serde::{Deserialize, Serialize};
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
    /// Whether requests are turned away for now (maintenance, restore).
    pub is_locked: bool,
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
