//! Passwords: made, hashed and compared, a few at a time on threads of their own.
//!
//! Argon2id with the least that OWASP asks for (19 MiB, two passes, one lane; Password Storage Cheat Sheet, seen 2026), kept as
//! a PHC string, which names its own parameters. One hash takes some tens of milliseconds of a core on purpose, so only so many
//! are made at once, and only so many may wait.

use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use argon2::password_hash::{Error as Refused, PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, PasswordHash, Version};
use futures_channel::oneshot;

use crate::error::{Error, Reason, Result};

/// KiB of memory, passes, lanes.
const COST: (u32, u32, u32) = (19 * 1024, 2, 1);
const SALT_BYTES: usize = 16;
/// A hash of the same cost that no password is known to fit.
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// What a made password is of: 32 letters and digits that are not mistaken for each other.
const ALPHABET: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
/// So many of them are 120 bits.
const MADE_CHARS: usize = 24;

/// When to come again if too many wait.
const RETRY: Duration = Duration::from_secs(1);

/// A password of 120 random bits.
///
/// # Errors
/// `Internal` when the machine gives no randomness.
pub(crate) fn make() -> Result<String> {
    let bytes: [u8; MADE_CHARS] = random()?;
    Ok(bytes.iter().map(|byte| char::from(ALPHABET[usize::from(*byte) % ALPHABET.len()])).collect())
}

fn random<const N: usize>() -> Result<[u8; N]> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|error| Error::internal(error.to_string()))?;
    Ok(bytes)
}

/// The PHC string of a password, with a salt of its own. Takes long.
///
/// # Errors
/// `Internal` when the machine gives no randomness, or no memory.
fn hash(password: &str) -> Result<String> {
    let (memory, passes, lanes) = COST;
    let params = Params::new(memory, passes, lanes, None).map_err(|error| Error::internal(error.to_string()))?;
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    let hash = argon2.hash_password_with_salt(password.as_bytes(), &random::<SALT_BYTES>()?);
    hash.map(|hash| hash.to_string()).map_err(Error::internal)
}

/// Whether a password fits a PHC string. Takes long.
///
/// # Errors
/// `Internal` for a string that is none.
fn fits(password: &str, hash: &str) -> Result<bool> {
    let hash = PasswordHash::new(hash).map_err(|error| Error::internal(error.to_string()))?;
    match Argon2::default().verify_password(password.as_bytes(), &hash) {
        Ok(()) => Ok(true),
        Err(Refused::PasswordInvalid) => Ok(false),
        Err(error) => Err(Error::internal(error)),
    }
}

/// Which of these hashes a password fits. Takes as long for none as for one. For [`Pool::run`].
///
/// # Errors
/// As [`fits`].
pub(crate) fn fitting(password: &str, hashes: &[String]) -> Result<Vec<usize>> {
    if hashes.is_empty() {
        fits(password, NOBODY)?;
        return Ok(Vec::new());
    }
    let mut fitting = Vec::new();
    for (at, hash) in hashes.iter().enumerate() {
        if fits(password, hash)? {
            fitting.push(at);
        }
    }
    Ok(fitting)
}

type Job = Box<dyn FnOnce() + Send>;

/// The threads that hash. They start with the first job and end with the pool.
#[derive(Debug)]
pub(crate) struct Pool {
    workers: usize,
    waiting: usize,
    jobs: OnceLock<SyncSender<Job>>,
}

impl Pool {
    /// So many threads, for which so many jobs may wait; at least one of each.
    pub(crate) fn new(workers: usize, waiting: usize) -> Self {
        Pool { workers: workers.max(1), waiting: waiting.max(1), jobs: OnceLock::new() }
    }

    /// The PHC string of a password.
    ///
    /// # Errors
    /// As [`Pool::run`].
    pub(crate) async fn hash(&self, password: &str) -> Result<String> {
        let password = password.to_owned();
        self.run(move || hash(&password)).await
    }

    /// Has something long done. It is not begun if nobody waits for it any more.
    ///
    /// # Errors
    /// `Unavailable` when too many wait; what the work answers.
    pub(crate) async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
        let (reply, answer) = oneshot::channel();
        let job = move || {
            if !reply.is_canceled() {
                // Who asked may go away while it is done.
                let _ = reply.send(work());
            }
        };
        self.jobs()?.try_send(Box::new(job)).map_err(|error| match error {
            TrySendError::Full(_) => Error::Unavailable { reason: Reason::Overloaded, retry_after: RETRY },
            TrySendError::Disconnected(_) => Error::internal("the threads that hash passwords are gone"),
        })?;
        answer.await.unwrap_or_else(|gone| Err(Error::internal(gone)))
    }

    fn jobs(&self) -> Result<&SyncSender<Job>> {
        if let Some(jobs) = self.jobs.get() {
            return Ok(jobs);
        }
        let (jobs, inbox) = sync_channel(self.waiting);
        let inbox = Arc::new(Mutex::new(inbox));
        for _ in 0..self.workers {
            let inbox = Arc::clone(&inbox);
            let thread = std::thread::Builder::new().name("cardfile-passwords".into());
            thread.spawn(move || work_off(&inbox)).map_err(Error::internal)?;
        }
        // If somebody else was first, these threads end with their channel.
        Ok(self.jobs.get_or_init(|| jobs))
    }
}

fn work_off(inbox: &Mutex<Receiver<Job>>) {
    loop {
        // Only taking a job is under the lock, which the others wait for meanwhile.
        let job = inbox.lock().unwrap_or_else(PoisonError::into_inner).recv();
        match job {
            Ok(job) => job(),
            Err(_) => return,
        }
    }
}

#[cfg(test)]
mod tests;
