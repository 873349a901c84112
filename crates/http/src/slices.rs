//! How often a principal may ask several servers together: each takes permits in slices from the count that they share.
//!
//! What a server holds and does not use is lost to the others for this second. So the first slice of a second is small, and each
//! further one twice as large as the one before: a server holds about as much as it has been asked for.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use cardfile_directory::{Error, Permits};
use tokio::sync::OwnedMutexGuard;
use tokio::time::timeout;

use crate::limiter::{Allowance, Key};

/// What part of a second's permits the first slice is, and what part the largest one.
const FIRST: u32 = 100;
const LARGEST: u32 = 10;
/// How long a request waits for a permit.
const PATIENCE: Duration = Duration::from_millis(250);
/// How long nobody asks for permits after one was waited for in vain.
const PAUSE: Duration = Duration::from_secs(1);
/// How often the log tells of it.
const TOLD_EVERY: Duration = Duration::from_mins(1);

/// Hands out the permits of slices, and takes new ones.
pub(crate) struct Slices {
    limit: u32,
    permits: Arc<dyn Permits>,
    purses: Mutex<HashMap<Key, Arc<Purse>>>,
    outage: Mutex<Outage>,
}

/// The slice of one principal.
#[derive(Default)]
struct Purse {
    slice: Mutex<Option<Slice>>,
    /// Held by the one who takes the next slice.
    taking: Arc<tokio::sync::Mutex<()>>,
}

struct Slice {
    /// How many permits were asked for.
    size: u32,
    /// How many of them are not spent.
    permits: u32,
    /// Permits beside those of this slice, when it was taken.
    left: u32,
    ends: Instant,
}

/// When permits could not be had.
#[derive(Default)]
struct Outage {
    until: Option<Instant>,
    told: Option<Instant>,
    /// Requests that were let in or refused without, and of which the log has not told.
    requests: u64,
}

impl Slices {
    pub(crate) fn new(limit: u32, permits: Arc<dyn Permits>) -> Self {
        Slices { limit, permits, purses: Mutex::default(), outage: Mutex::default() }
    }

    /// Counts one request; `None` when the shared count does not answer in time.
    pub(crate) async fn admit(&self, key: Key) -> Option<Result<Allowance, Error>> {
        let purse = Arc::clone(held(&self.purses).entry(key).or_default());
        if let Some(answer) = purse.spend(self.limit) {
            return Some(answer);
        }
        if self.is_paused() {
            return None;
        }
        let failure = match timeout(PATIENCE, self.spend(key, &purse)).await {
            Ok(Ok(answer)) => return Some(answer),
            Ok(Err(error)) => error.to_string(),
            Err(late) => late.to_string(),
        };
        self.failed(&failure);
        None
    }

    /// Spends a permit, of a slice that is taken for it if need be. Of those who wait for a slice one takes it.
    async fn spend(&self, key: Key, purse: &Arc<Purse>) -> Result<Result<Allowance, Error>, Error> {
        let mut taking = Arc::clone(&purse.taking).lock_owned().await;
        loop {
            if let Some(answer) = purse.spend(self.limit) {
                return Ok(answer);
            }
            // In a task of its own, so that what comes too late for this request serves the next one.
            let taken = tokio::spawn(take(Arc::clone(&self.permits), self.limit, key, Arc::clone(purse), taking));
            taking = taken.await.map_err(Error::internal)??;
        }
    }

    fn is_paused(&self) -> bool {
        let mut outage = held(&self.outage);
        let is_paused = outage.until.is_some_and(|until| Instant::now() < until);
        outage.requests += u64::from(is_paused);
        is_paused
    }

    fn failed(&self, failure: &str) {
        let (mut outage, now) = (held(&self.outage), Instant::now());
        outage.until = Some(now + PAUSE);
        outage.requests += 1;
        if outage.told.is_none_or(|told| now.duration_since(told) >= TOLD_EVERY) {
            let requests = std::mem::take(&mut outage.requests);
            outage.told = Some(now);
            tracing::warn!(requests, failure, "the count of requests is not shared: this server limits its callers by itself");
        }
    }
}

/// Takes the next slice; nobody else does until what is answered is dropped.
async fn take(
    permits: Arc<dyn Permits>,
    limit: u32,
    (tenant, principal): Key,
    purse: Arc<Purse>,
    taking: OwnedMutexGuard<()>,
) -> Result<OwnedMutexGuard<()>, Error> {
    let asked = Instant::now();
    let before = held(&purse.slice).as_ref().filter(|slice| asked < slice.ends).map(|slice| slice.size);
    let size = before.map_or(limit / FIRST, |before| before.saturating_mul(2)).min(limit / LARGEST).max(1);
    let taken = permits.take(tenant, principal, size, limit).await?;
    *held(&purse.slice) = Some(Slice { size, permits: taken.permits, left: taken.left, ends: asked + taken.lasts });
    Ok(taking)
}

impl Purse {
    /// Spends a permit; `None` when another slice must be taken first.
    fn spend(&self, limit: u32) -> Option<Result<Allowance, Error>> {
        let (mut slice, now) = (held(&self.slice), Instant::now());
        let slice = slice.as_mut().filter(|slice| now < slice.ends)?;
        match slice.permits.checked_sub(1) {
            Some(permits) => {
                slice.permits = permits;
                Some(Ok(Allowance { limit, remaining: permits + slice.left }))
            }
            None if slice.left > 0 => None,
            None => {
                let rest = slice.ends.duration_since(now);
                Some(Err(Error::Throttled { retry_after: rest.max(Duration::from_secs(1)) }))
            }
        }
    }
}

fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
