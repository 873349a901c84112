//! Time that stands still until told otherwise, and ids that can be foreseen.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use cardfile_directory::{Clock, Ids};
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

/// A clock that shows one time until it is set or advanced.
#[derive(Debug)]
pub struct FixedClock(Mutex<Timestamp>);

impl FixedClock {
    /// A clock that shows this time.
    #[must_use]
    pub fn new(now: Timestamp) -> Self {
        FixedClock(Mutex::new(now))
    }

    /// Sets the time.
    pub fn set(&self, now: Timestamp) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = now;
    }

    /// Moves the time on, or back by a negative duration, and answers the new time.
    pub fn advance(&self, by: SignedDuration) -> Timestamp {
        let mut now = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *now += by;
        *now
    }
}

/// 2026-03-04, 05:06:07.089 in the morning.
impl Default for FixedClock {
    fn default() -> Self {
        FixedClock::new(Timestamp::from_millisecond(1_772_600_767_089).expect("a time of this century is in range"))
    }
}

impl Clock for FixedClock {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Ids shaped like those of version 7 (RFC 9562 §5.7) that count up from a seed: strictly increasing, equal for equal seeds,
/// and disjoint for different ones.
#[derive(Debug, Default)]
pub struct CountingIds {
    seed: u32,
    given: AtomicU64,
}

impl CountingIds {
    /// Ids of this seed.
    #[must_use]
    pub fn new(seed: u32) -> Self {
        CountingIds { seed, given: AtomicU64::new(0) }
    }

    /// The `n`th id of a seed, counted from 1.
    #[must_use]
    pub fn id(seed: u32, n: u64) -> Uuid {
        const MILLIS: u128 = 0x0190_0000_0000;
        const VERSION: u128 = 0x7 << 76;
        const VARIANT: u128 = 0b10 << 62;
        const COUNTED: u128 = (1 << 62) - 1;
        Uuid::from_u128((MILLIS + u128::from(seed)) << 80 | VERSION | VARIANT | (u128::from(n) & COUNTED))
    }
}

impl Ids for CountingIds {
    fn next(&self) -> Uuid {
        Self::id(self.seed, self.given.fetch_add(1, Ordering::Relaxed) + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clock_stands_still_until_it_is_moved() {
        let clock = FixedClock::default();
        let before = clock.now();
        assert_eq!(clock.now(), before);
        assert_eq!(before.to_string(), "2026-03-04T05:06:07.089Z");
        assert_eq!(clock.advance(SignedDuration::from_secs(90)), clock.now());
        assert_eq!(clock.now().duration_since(before), SignedDuration::from_secs(90));
        clock.set(before);
        assert_eq!(clock.now(), before);
    }

    #[test]
    fn ids_are_of_version_7_increase_and_can_be_foreseen() {
        let ids = CountingIds::new(7);
        let given: Vec<Uuid> = (0..1000).map(|_| ids.next()).collect();
        assert!(given.is_sorted_by(|a, b| a < b));
        assert!(given.iter().all(|id| id.get_version_num() == 7 && id.get_variant() == uuid::Variant::RFC4122));
        assert_eq!(given[4], CountingIds::id(7, 5));
        assert!(given[999] < CountingIds::id(8, 1));
    }
}
