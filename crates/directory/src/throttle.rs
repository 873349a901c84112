//! How often one may guess: failures are counted by account and by address, for a while.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use sha2::{Digest, Sha256};

use crate::error::{Error, Result};
use crate::login::Surface;

/// How many accounts and addresses are remembered.
const MOST_KEYS: usize = 100_000;

/// What failures are counted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Key {
    /// A surface and the hash of a folded name, so that long names take no more room than short ones.
    Account(Surface, [u8; 32]),
    Address(IpAddr),
}

/// Whose failures an attempt adds to.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Guesser {
    account: Key,
    address: Option<Key>,
}

impl Guesser {
    pub(crate) fn new(surface: Surface, name: &str, address: Option<IpAddr>) -> Self {
        let account = Key::Account(surface, Sha256::digest(name).into());
        Guesser { account, address: address.map(|address| Key::Address(network(address))) }
    }
}

/// An address as it is counted: whoever has one of IPv6 has 2^64 of them.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() >> 64 << 64)),
        address @ IpAddr::V4(_) => address,
    }
}

/// Failures since the first of them.
#[derive(Debug)]
struct Window {
    began: Timestamp,
    failures: u32,
}

/// Failures of the last while, in memory: a restart forgets them, and each process counts by itself. To count for several, a guess
/// would have to be a failure before it is compared, and many right ones at once would be too many.
#[derive(Debug)]
pub(crate) struct Throttle {
    by_account: u32,
    by_address: u32,
    term: SignedDuration,
    windows: Mutex<HashMap<Key, Window>>,
}

impl Throttle {
    pub(crate) fn new(by_account: u32, by_address: u32, term: SignedDuration) -> Self {
        Throttle { by_account, by_address, term, windows: Mutex::new(HashMap::new()) }
    }

    /// Whether one more guess is allowed.
    ///
    /// # Errors
    /// `Throttled` until the window of the account or of the address ends.
    pub(crate) fn admit(&self, guesser: &Guesser, now: Timestamp) -> Result<()> {
        let windows = self.windows();
        let account = Some((&guesser.account, self.by_account));
        let address = guesser.address.as_ref().map(|key| (key, self.by_address));
        let rests = account.into_iter().chain(address).filter_map(|(key, most)| {
            let window = windows.get(key).filter(|window| window.failures >= most)?;
            self.rest(window, now)
        });
        match rests.max() {
            None => Ok(()),
            Some(rest) => {
                let retry_after = Duration::try_from(rest).unwrap_or_default().max(Duration::from_secs(1));
                Err(Error::Throttled { retry_after })
            }
        }
    }

    /// Counts a failure.
    pub(crate) fn failed(&self, guesser: &Guesser, now: Timestamp) {
        let mut windows = self.windows();
        for key in std::iter::once(guesser.account).chain(guesser.address) {
            if windows.len() >= MOST_KEYS && !windows.contains_key(&key) {
                self.make_room(&mut windows, now);
            }
            let window = windows.entry(key).or_insert(Window { began: now, failures: 0 });
            if self.rest(window, now).is_none() {
                *window = Window { began: now, failures: 0 };
            }
            window.failures = window.failures.saturating_add(1);
        }
    }

    /// Forgets the failures of the account: whoever knows the password guesses no more. Those of the address stay, or an account
    /// of one's own would pay for guessing at others.
    pub(crate) fn succeeded(&self, guesser: &Guesser) {
        self.windows().remove(&guesser.account);
    }

    /// Forgets the windows that ended, and if that is not enough those of the fewest failures: who floods the memory with new
    /// names does not make an account forgotten that is being guessed at.
    fn make_room(&self, windows: &mut HashMap<Key, Window>, now: Timestamp) {
        windows.retain(|_, window| self.rest(window, now).is_some());
        let mut few = 1;
        while windows.len() >= MOST_KEYS {
            windows.retain(|_, window| window.failures > few);
            few = few.saturating_mul(2);
        }
    }

    /// How long a window still lasts.
    fn rest(&self, window: &Window, now: Timestamp) -> Option<SignedDuration> {
        let rest = self.term.checked_sub(now.duration_since(window.began))?;
        rest.is_positive().then_some(rest)
    }

    fn windows(&self) -> MutexGuard<'_, HashMap<Key, Window>> {
        self.windows.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;
