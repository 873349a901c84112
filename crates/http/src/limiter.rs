//! How often a principal may ask.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use cardfile_directory::{Error, Permits};
use cardfile_model::TenantId;
use governor::clock::{Clock, DefaultClock};
use governor::middleware::StateInformationMiddleware;
use governor::state::keyed::DashMapStateStore;
use governor::{Quota, RateLimiter};
use uuid::Uuid;

use crate::slices::Slices;

/// Who is counted: a principal of a tenant.
pub type Key = (TenantId, Uuid);

/// What is left to a caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Allowance {
    /// How many requests a second it may make.
    pub limit: u32,
    /// How many of them it may make at once now.
    pub remaining: u32,
}

/// Counts requests by principal, in constant memory a principal.
pub struct Limiter {
    limit: NonZeroU32,
    clock: DefaultClock,
    counted: RateLimiter<Key, DashMapStateStore<Key>, DefaultClock, StateInformationMiddleware>,
    /// What counts for several servers.
    shared: Option<Slices>,
}

impl Limiter {
    /// A limiter to so many requests a second, which may come at once. With `permits` they are counted for all servers that
    /// share these, as long as these can be had.
    #[must_use]
    pub fn new(limit: NonZeroU32, permits: Option<Arc<dyn Permits>>) -> Self {
        let counted = RateLimiter::dashmap(Quota::per_second(limit)).with_middleware::<StateInformationMiddleware>();
        let shared = permits.map(|permits| Slices::new(limit.get(), permits));
        Limiter { limit, clock: DefaultClock::default(), counted, shared }
    }

    /// Counts one request.
    ///
    /// # Errors
    /// `Throttled` with the time until the next one is let in, a second at least.
    pub async fn admit(&self, key: Key) -> Result<Allowance, Error> {
        if let Some(shared) = &self.shared
            && let Some(answer) = shared.admit(key).await
        {
            return answer;
        }
        match self.counted.check_key(&key) {
            Ok(state) => Ok(Allowance { limit: self.limit.get(), remaining: state.remaining_burst_capacity() }),
            Err(refused) => {
                let wait = refused.wait_time_from(self.clock.now());
                Err(Error::Throttled { retry_after: wait.max(Duration::from_secs(1)) })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn each_principal_has_its_own_allowance() {
        let limiter = Limiter::new(NonZeroU32::new(2).unwrap(), None);
        let key = |n| (TenantId(Uuid::nil()), Uuid::from_u128(n));
        assert_eq!(limiter.admit(key(1)).await.unwrap(), Allowance { limit: 2, remaining: 1 });
        assert_eq!(limiter.admit(key(1)).await.unwrap().remaining, 0);
        let Err(Error::Throttled { retry_after }) = limiter.admit(key(1)).await else { panic!("a third one at once was let in") };
        assert!(retry_after >= Duration::from_secs(1));
        assert_eq!(limiter.admit(key(2)).await.unwrap().remaining, 1);
    }
}
