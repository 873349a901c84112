//! Trying anew what others came between.

use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

/// How often a change is tried that others come between.
pub const TRIES: usize = 16;
/// The longest pause before the next try, in microseconds.
const MOST_MICROSECONDS: u64 = 20_000;

/// Waits a moment, which differs from one to the next so that those who came between each other do so no more; longer with each try.
pub async fn pause(tried: usize) {
    let most = MOST_MICROSECONDS.min(100 << tried.min(16));
    // A hasher's keys are random.
    tokio::time::sleep(Duration::from_micros(RandomState::new().hash_one(tried) % most)).await;
}
