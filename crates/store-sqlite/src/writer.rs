//! The one thread that writes: requests that wait at the same time share one durable transaction.
//!
//! Each job runs in a savepoint of its own, so that one that fails takes nothing of the others with it, and is answered only
//! after the commit is on the disk. The thread does not wait for company: a group is whoever is there.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::thread::JoinHandle;

use cardfile_directory::{Error, Result};
use cardfile_model::TenantId;
use rusqlite::Connection;
use tokio::sync::oneshot;

use crate::fault::{caught, closed, fault, overloaded};
use crate::state::States;
use crate::turn::Turn;

/// Jobs that share a transaction at most.
const GROUP_JOBS: usize = 64;
/// Writes that share a transaction at most: further jobs wait for the next one.
const GROUP_WEIGHT: usize = 4_000;

/// Runs a job within a turn; answers what to call after the commit, with its outcome.
type Work = Box<dyn FnOnce(&mut Turn<'_>) -> Answer + Send>;
/// Tells the one who waits how it went. Gets the failure of the commit, if it failed.
type Answer = Box<dyn FnOnce(Option<Error>) + Send>;

struct Job {
    weight: usize,
    work: Work,
}

/// What the thread is sent.
enum Letter {
    Job(Job),
    /// To end, once all that was sent before is done.
    Stop,
}

/// What the writer tells of itself.
#[derive(Debug, Default)]
pub(crate) struct Meter {
    pub(crate) waiting: AtomicUsize,
    pub(crate) groups: AtomicU64,
    pub(crate) jobs: AtomicU64,
    pub(crate) last_group: AtomicUsize,
}

/// The way to the writing thread.
#[derive(Clone)]
pub(crate) struct Writer {
    jobs: SyncSender<Letter>,
    meter: Arc<Meter>,
}

impl Writer {
    /// Starts the thread. It ends when it is told to, or when the last `Writer` is dropped; `after_group` is called after each
    /// commit.
    pub(crate) fn start(
        connection: Connection,
        states: Arc<States>,
        queue: usize,
        after_group: impl FnMut(&Connection, &[TenantId]) + Send + 'static,
    ) -> Result<(Writer, JoinHandle<()>)> {
        let (jobs, inbox) = sync_channel(queue);
        let meter = Arc::new(Meter::default());
        let thread_meter = Arc::clone(&meter);
        let thread = std::thread::Builder::new()
            .name("cardfile-writer".into())
            .spawn(move || run(&connection, &states, &inbox, &thread_meter, after_group))
            .map_err(Error::internal)?;
        Ok((Writer { jobs, meter }, thread))
    }

    /// Has the thread end when it has done what was asked of it so far; whoever asks later is told that the store is closed.
    pub(crate) fn stop(&self) {
        // A thread that ended already needs not be told.
        let _ = self.jobs.send(Letter::Stop);
    }

    pub(crate) fn meter(&self) -> &Meter {
        &self.meter
    }

    /// Has work done in a turn, and waits until it is durable. `weight` is about how many rows it writes.
    pub(crate) async fn write<T: Send + 'static>(
        &self,
        weight: usize,
        work: impl FnOnce(&mut Turn<'_>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let (job, answer) = job(weight, work);
        self.meter.waiting.fetch_add(1, Ordering::Relaxed);
        if let Err(error) = self.jobs.try_send(Letter::Job(job)) {
            self.meter.waiting.fetch_sub(1, Ordering::Relaxed);
            return Err(match error {
                TrySendError::Full(_) => overloaded(),
                TrySendError::Disconnected(_) => closed(),
            });
        }
        answer.await.unwrap_or_else(|_| Err(closed()))
    }

    /// As [`Writer::write`], for a thread that may wait.
    pub(crate) fn write_blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Turn<'_>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let (job, answer) = job(1, work);
        self.meter.waiting.fetch_add(1, Ordering::Relaxed);
        self.jobs.send(Letter::Job(job)).map_err(|_| {
            self.meter.waiting.fetch_sub(1, Ordering::Relaxed);
            closed()
        })?;
        answer.blocking_recv().unwrap_or_else(|_| Err(closed()))
    }
}

/// A job, and where its outcome will arrive.
fn job<T: Send + 'static>(
    weight: usize,
    work: impl FnOnce(&mut Turn<'_>) -> Result<T> + Send + 'static,
) -> (Job, oneshot::Receiver<Result<T>>) {
    let (reply, answer) = oneshot::channel();
    let work: Work = Box::new(move |turn| {
        let result = turn.job(work);
        Box::new(move |failure: Option<Error>| {
            // Who asked may have gone away; the work stands all the same.
            let _ = reply.send(match failure {
                Some(error) => Err(error),
                None => result,
            });
        })
    });
    (Job { weight, work }, answer)
}

fn run(
    connection: &Connection,
    states: &States,
    inbox: &Receiver<Letter>,
    meter: &Meter,
    mut after_group: impl FnMut(&Connection, &[TenantId]),
) {
    let mut is_stopped = false;
    let mut next = receive(inbox);
    while let Some(first) = next.take() {
        let mut group = vec![first];
        let mut weight = group[0].weight;
        while group.len() < GROUP_JOBS {
            match inbox.try_recv() {
                Ok(Letter::Job(job)) if weight + job.weight > GROUP_WEIGHT => {
                    next = Some(job);
                    break;
                }
                Ok(Letter::Job(job)) => {
                    weight += job.weight;
                    group.push(job);
                }
                Ok(Letter::Stop) => {
                    is_stopped = true;
                    break;
                }
                Err(_) => break,
            }
        }
        meter.waiting.fetch_sub(group.len(), Ordering::Relaxed);
        meter.groups.fetch_add(1, Ordering::Relaxed);
        meter.jobs.fetch_add(group.len() as u64, Ordering::Relaxed);
        meter.last_group.store(group.len(), Ordering::Relaxed);
        let tenants = commit(connection, states, group);
        after_group(connection, &tenants);
        if !is_stopped {
            next = next.or_else(|| receive(inbox));
        }
    }
}

/// The next job, waited for; `None` when there will be no more.
fn receive(inbox: &Receiver<Letter>) -> Option<Job> {
    match inbox.recv() {
        Ok(Letter::Job(job)) => Some(job),
        Ok(Letter::Stop) | Err(_) => None,
    }
}

/// One durable transaction for a group of jobs; answers which tenants it wrote to.
fn commit(connection: &Connection, states: &States, group: Vec<Job>) -> Vec<TenantId> {
    let mut answers = Vec::with_capacity(group.len());
    let result = transaction(connection, states, group, &mut answers);
    if result.is_err() && !connection.is_autocommit() {
        // If even this fails the next BEGIN will, and say so to its callers.
        let _ = connection.execute_batch("ROLLBACK");
    }
    let (tenants, mut failure) = match result {
        Ok(tenants) => (tenants, None),
        Err(error) => (Vec::new(), Some(error)),
    };
    let mut answers = answers.into_iter().peekable();
    while let Some(answer) = answers.next() {
        let own = match &failure {
            Some(error) if answers.peek().is_some() => Some(repeat(error)),
            Some(_) => failure.take(),
            None => None,
        };
        answer(own);
    }
    tenants
}

fn transaction(connection: &Connection, states: &States, group: Vec<Job>, answers: &mut Vec<Answer>) -> Result<Vec<TenantId>> {
    let run = |sql| connection.prepare_cached(sql).and_then(|mut statement| statement.execute([])).map(drop).map_err(fault);
    let begun = run("BEGIN IMMEDIATE").inspect_err(|error| {
        tracing::error!(%error, "the writer cannot begin a transaction");
    });
    // In a turn that did not begin jobs do nothing, but they know whom to answer.
    let mut turn = Turn::new(connection, states);
    answers.extend(group.into_iter().map(|job| (job.work)(&mut turn)));
    begun?;
    let committed = caught(|| turn.finish()).and_then(|()| run("COMMIT"));
    // Before the transaction is rolled back: the next one will have the same versions again.
    committed.map(|()| turn.published()).inspect_err(|_| turn.withdraw())
}

/// A failure once more, for the next one who waits for the same commit.
fn repeat(error: &Error) -> Error {
    match error {
        Error::Unavailable { .. } => overloaded(),
        error => Error::internal(error.to_string()),
    }
}

#[cfg(test)]
mod tests;
