//! How often a principal may ask, where several processes share a store.

use std::time::Duration;

use async_trait::async_trait;
use cardfile_model::TenantId;
use uuid::Uuid;

use crate::error::Result;

/// Counts the requests of principals for all processes that share a store. What it keeps is no part of the directory: no change
/// moves a revision, and whoever loses it has lost a second's count.
#[async_trait]
pub trait Permits: Send + Sync {
    /// Takes so many permits, or what there is, of those that a principal has for a second: `limit` of them, from the moment on
    /// that the first one is taken.
    ///
    /// **Errors**: `Unavailable` when the count cannot be reached.
    async fn take(&self, tenant: TenantId, principal: Uuid, wanted: u32, limit: u32) -> Result<Taken>;

    /// Forgets some of the principals of a tenant who have taken none for an hour.
    async fn forget(&self, tenant: TenantId) -> Result<()>;
}

/// Permits that were taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Taken {
    /// How many.
    pub permits: u32,
    /// How many more there are of this second.
    pub left: u32,
    /// How long they may be used, from when they were asked for.
    pub lasts: Duration,
}
