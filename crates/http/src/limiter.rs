//! How often a principal may ask.

use std::num::NonZeroU32;
use std::time::Duration;

use cardfile_directory::Error;
use cardfile_model::TenantId;
use governor::clock::{Clock, DefaultClock};
use governor::middleware::StateInformationMiddleware;
use governor::state::keyed::DashMapStateStore;
use governor::{Quota, RateLimiter};
use uuid::Uuid;

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
#[derive(Debug)]
pub struct Limiter {
    limit: NonZeroU32,
    clock: DefaultClock,
    counted: RateLimiter<Key, DashMapStateStore<Key>, DefaultClock, StateInformationMiddleware>,
}

impl Limiter {
    /// A limiter to so many requests a second, which may come at once.
    #[must_use]
    pub fn new(limit: NonZeroU32) -> Self {
        let counted = RateLimiter::dashmap(Quota::per_second(limit)).with_middleware::<StateInformationMiddleware>();
        Limiter { limit, clock: DefaultClock::default(), counted }
    }

    /// Counts one request.
    ///
    /// # Errors
    /// `Throttled` with the time until the next one is let in, a second at least.
    pub fn admit(&self, key: Key) -> Result<Allowance, Error> {
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

    #[test]
    fn each_principal_has_its_own_allowance() {
        let limiter = Limiter::new(NonZeroU32::new(2).unwrap());
        let key = |n| (TenantId(Uuid::nil()), Uuid::from_u128(n));
        assert_eq!(limiter.admit(key(1)).unwrap(), Allowance { limit: 2, remaining: 1 });
        assert_eq!(limiter.admit(key(1)).unwrap().remaining, 0);
        let Err(Error::Throttled { retry_after }) = limiter.admit(key(1)) else { panic!("a third one at once was let in") };
        assert!(retry_after >= Duration::from_secs(1));
        assert_eq!(limiter.admit(key(2)).unwrap().remaining, 1);
    }
}
