//! Time and ids as parameters, so that every answer can be reproduced in a test.

use jiff::Timestamp;
use uuid::Uuid;

/// Tells the time.
pub trait Clock: Send + Sync {
    /// Now, in UTC.
    fn now(&self) -> Timestamp;
}

/// Gives ids.
pub trait Ids: Send + Sync {
    /// An id never given before.
    fn next(&self) -> Uuid;
}

/// The machine's clock, in whole microseconds: so much of a time every store keeps.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place where time is taken from the air")]
    fn now(&self) -> Timestamp {
        let now = Timestamp::now();
        Timestamp::from_microsecond(now.as_microsecond()).unwrap_or(now)
    }
}

/// Ids that sort by the time they were made (RFC 9562 §5.7), so that new ones stand together in the store.
#[derive(Debug, Clone, Copy, Default)]
pub struct TimeOrderedIds;

impl Ids for TimeOrderedIds {
    #[expect(clippy::disallowed_methods, reason = "the one place where ids are taken from the air")]
    fn next(&self) -> Uuid {
        Uuid::now_v7()
    }
}
