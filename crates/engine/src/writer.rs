//! Those who write: requests that wait at the same time share one durable transaction.
//!
//! Each job runs in a savepoint of its own, so that one that fails takes nothing of the others with it, and is answered only
//! after the commit. A writer does not wait for company: a group is whoever is there. Where a database has several writers, a
//! tenant always has the same one, and a transaction is about one tenant.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::thread::JoinHandle;

use cardfile_directory::{Error, Result};
use cardfile_model::TenantId;
use tokio::sync::oneshot;

use crate::database::Database;
use crate::fault::{caught, closed, overloaded};
use crate::state::States;
use crate::turn::Turn;

/// Jobs that share a transaction at most.
const GROUP_JOBS: usize = 64;
/// Writes that share a transaction at most: further jobs wait for the next one.
const GROUP_WEIGHT: usize = 4_000;

struct Job {
    tenant: TenantId,
    weight: usize,
    task: Box<dyn Task>,
}

/// What is done within a turn, maybe more than once, and then answered once.
trait Task: Send {
    /// Does it. In a turn that does not stand nothing is done.
    fn run(&mut self, turn: &mut Turn<'_>);
    /// Tells the one who waits how it went. Gets the failure of the commit, if it failed.
    fn answer(self: Box<Self>, failure: Option<Error>);
}

struct Asked<W, T> {
    work: W,
    result: Result<T>,
    reply: oneshot::Sender<Result<T>>,
}

impl<T: Send, W: FnMut(&mut Turn<'_>) -> Result<T> + Send> Task for Asked<W, T> {
    fn run(&mut self, turn: &mut Turn<'_>) {
        self.result = turn.job(&mut self.work);
    }

    fn answer(self: Box<Self>, failure: Option<Error>) {
        // Who asked may have gone away; the work stands all the same.
        let _ = self.reply.send(failure.map_or(self.result, Err));
    }
}

/// What a writer is sent.
enum Letter {
    Job(Job),
    /// To end, once all that was sent before is done.
    Stop,
}

/// What the writers tell of themselves.
#[derive(Debug, Default)]
pub(crate) struct Meter {
    pub(crate) waiting: AtomicUsize,
    pub(crate) groups: AtomicU64,
    pub(crate) jobs: AtomicU64,
    pub(crate) last_group: AtomicUsize,
}

/// The way to the writing threads.
#[derive(Clone)]
pub(crate) struct Writer {
    lanes: Arc<[SyncSender<Letter>]>,
    meter: Arc<Meter>,
}

impl Writer {
    /// Starts the threads. They end when they are told to, or when the last `Writer` is dropped; `after_group` is called after
    /// each commit with the tenants that were written to.
    pub(crate) fn start(
        database: &Arc<dyn Database>,
        states: &Arc<States>,
        queue: usize,
        after_group: impl Fn(&[TenantId]) + Clone + Send + 'static,
    ) -> Result<(Writer, Vec<JoinHandle<()>>)> {
        let meter = Arc::new(Meter::default());
        let (mut lanes, mut threads) = (Vec::new(), Vec::new());
        for _ in 0..database.writers().max(1) {
            let (jobs, inbox) = sync_channel(queue);
            let (database, states, meter) = (Arc::clone(database), Arc::clone(states), Arc::clone(&meter));
            let after_group = after_group.clone();
            let thread = std::thread::Builder::new()
                .name("cardfile-writer".into())
                .spawn(move || run(&*database, &states, &inbox, &meter, after_group))
                .map_err(Error::internal)?;
            lanes.push(jobs);
            threads.push(thread);
        }
        Ok((Writer { lanes: lanes.into(), meter }, threads))
    }

    /// Has the threads end when they have done what was asked of them so far; whoever asks later is told that the store is
    /// closed.
    pub(crate) fn stop(&self) {
        for lane in &*self.lanes {
            // A thread that ended already needs not be told.
            let _ = lane.send(Letter::Stop);
        }
    }

    pub(crate) fn meter(&self) -> &Meter {
        &self.meter
    }

    fn lane(&self, tenant: TenantId) -> &SyncSender<Letter> {
        let mut hasher = DefaultHasher::new();
        tenant.hash(&mut hasher);
        let lanes = self.lanes.len() as u64;
        &self.lanes[usize::try_from(hasher.finish() % lanes).unwrap_or_default()]
    }

    /// Has work done in a turn, and waits until it is durable. `weight` is about how many rows it writes. When the transaction
    /// conflicts with another, the work is done anew.
    pub(crate) async fn write<T: Send + 'static>(
        &self,
        tenant: TenantId,
        weight: usize,
        work: impl FnMut(&mut Turn<'_>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let (job, answer) = job(tenant, weight, work);
        self.meter.waiting.fetch_add(1, Ordering::Relaxed);
        if let Err(error) = self.lane(tenant).try_send(Letter::Job(job)) {
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
        tenant: TenantId,
        work: impl FnMut(&mut Turn<'_>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let (job, answer) = job(tenant, 1, work);
        self.meter.waiting.fetch_add(1, Ordering::Relaxed);
        self.lane(tenant).send(Letter::Job(job)).map_err(|_| {
            self.meter.waiting.fetch_sub(1, Ordering::Relaxed);
            closed()
        })?;
        answer.blocking_recv().unwrap_or_else(|_| Err(closed()))
    }
}

/// A job, and where its outcome will arrive.
fn job<T: Send + 'static>(
    tenant: TenantId,
    weight: usize,
    work: impl FnMut(&mut Turn<'_>) -> Result<T> + Send + 'static,
) -> (Job, oneshot::Receiver<Result<T>>) {
    let (reply, answer) = oneshot::channel();
    (Job { tenant, weight, task: Box::new(Asked { work, result: Err(closed()), reply }) }, answer)
}

fn run(database: &dyn Database, states: &States, inbox: &Receiver<Letter>, meter: &Meter, after_group: impl Fn(&[TenantId])) {
    let is_apart = database.writers() > 1;
    let mut is_stopped = false;
    let mut next = receive(inbox);
    while let Some(first) = next.take() {
        let mut group = vec![first];
        let mut weight = group[0].weight;
        while group.len() < GROUP_JOBS {
            match inbox.try_recv() {
                Ok(Letter::Job(job)) if weight + job.weight > GROUP_WEIGHT || is_apart && job.tenant != group[0].tenant => {
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
        after_group(&commit(database, states, group));
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
fn commit(database: &dyn Database, states: &States, mut group: Vec<Job>) -> Vec<TenantId> {
    let (mut published, mut is_careful) = (Vec::new(), !database.may_repeat());
    let committed = database.transact(&mut |connection| {
        // What an earlier try made known did not come to be.
        states.withdraw_all(published.drain(..));
        let mut turn = Turn::new(connection, states, is_careful);
        is_careful = true;
        for job in &mut group {
            job.task.run(&mut turn);
        }
        let finished = caught(|| turn.finish());
        published = turn.published();
        finished
    });
    let mut failure = committed.err();
    let tenants = if failure.is_some() {
        states.withdraw_all(published.drain(..));
        Vec::new()
    } else {
        published.iter().map(|(tenant, _)| *tenant).collect()
    };
    let mut group = group.into_iter().peekable();
    while let Some(job) = group.next() {
        let own = match &failure {
            Some(error) if group.peek().is_some() => Some(repeat(error)),
            Some(_) => failure.take(),
            None => None,
        };
        job.task.answer(own);
    }
    tenants
}

/// A failure once more, for the next one who waits for the same commit.
fn repeat(error: &Error) -> Error {
    match error {
        Error::Unavailable { .. } => overloaded(),
        error => Error::internal(error.to_string()),
    }
}
