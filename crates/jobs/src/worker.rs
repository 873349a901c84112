//! Whoever does the jobs: takes up what is due, one process at a time each.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use cardfile_directory::{Directory, Job, JobState, Result};
use cardfile_model::TenantId;
use jiff::SignedDuration;
use tokio::sync::Semaphore;
use uuid::Uuid;

use crate::bench::{Bench, Stop};
use crate::document::{Document, WEBHOOK, Webhook, Work};
use crate::post::Post;
use crate::settings::Settings;
use crate::{dry_run, duplicates, export, import, webhook};

/// How often it is looked whether something is due.
const PAUSE: Duration = Duration::from_millis(500);
/// Webhooks that one process attends to at the same time.
const LINES: usize = 8;
/// The first pause before a job is tried again; each further one is twice as long, up to an hour.
const FIRST_REST: i64 = 2;
const LONGEST_REST: i64 = 3600;

/// Does jobs, for as long as it is run.
pub struct Worker {
    directory: Arc<Directory>,
    settings: Settings,
    places: Arc<Semaphore>,
    /// Places of webhooks, so that these do not wait for long work.
    lines: Arc<Semaphore>,
    post: Post,
    /// What is at work in this process.
    busy: Mutex<BTreeSet<Uuid>>,
}

impl Worker {
    /// A worker that has nothing to do yet.
    #[must_use]
    pub fn new(directory: Arc<Directory>, settings: Settings) -> Arc<Self> {
        let places = Arc::new(Semaphore::new(settings.at_once));
        let post = Post::new(settings.webhook_private, Duration::from_secs(settings.webhook_seconds.into()));
        let lines = Arc::new(Semaphore::new(LINES));
        Arc::new(Worker { directory, settings, places, lines, post, busy: Mutex::default() })
    }

    /// Takes up what is due, again and again, for ever.
    pub async fn run(self: Arc<Self>) {
        loop {
            match self.directory.due_jobs().await {
                Ok(due) => {
                    for (tenant, job) in due {
                        if self.is_wanted(tenant, &job).await {
                            self.begin(tenant, job);
                        }
                    }
                }
                Err(error) => tracing::warn!(error = &error as &dyn std::error::Error, "jobs cannot be read; it is tried again"),
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// Does what is due one after the other, until nothing is, and webhooks once each time; answers how much that was.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn finish_due(&self) -> Result<usize> {
        let mut done = 0;
        loop {
            let due = self.directory.due_jobs().await?;
            let is_last = due.iter().all(|(_, job)| job.kind == WEBHOOK);
            for (tenant, job) in due {
                self.attend(tenant, job).await;
                done += 1;
            }
            if is_last {
                return Ok(done);
            }
        }
    }

    /// Whether there is anything to do for a job that is due. Webhooks always are, and seldom have news: those that have none take no
    /// place from others.
    async fn is_wanted(&self, tenant: TenantId, job: &Job) -> bool {
        // What another version of this software left is left to it; its time may be over all the same.
        let Ok(document) = Document::read(job.document.clone()) else { return job.state.is_over() };
        let Work::Webhook(wanted) = document.work.clone() else { return true };
        let (directory, settings, job) = (&self.directory, &self.settings, job.clone());
        let bench = Bench { directory, settings, tenant, job, document };
        webhook::has_news(&bench, &wanted).await.unwrap_or(true)
    }

    /// Has a job attended to beside others, unless it is already or there is no place.
    fn begin(self: &Arc<Self>, tenant: TenantId, job: Job) {
        let places = if job.kind == WEBHOOK { &self.lines } else { &self.places };
        let Ok(place) = Arc::clone(places).try_acquire_owned() else { return };
        if !self.busy().insert(job.id) {
            return;
        }
        let worker = Arc::clone(self);
        tokio::spawn(async move {
            let id = job.id;
            worker.attend(tenant, job).await;
            worker.busy().remove(&id);
            drop(place);
        });
    }

    fn busy(&self) -> std::sync::MutexGuard<'_, BTreeSet<Uuid>> {
        self.busy.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Does what is to be done with a job that is due.
    async fn attend(&self, tenant: TenantId, job: Job) {
        let (id, kind) = (job.id, job.kind.clone());
        let attended = match job.state {
            // Its time is over: of one that has ended, that asks in vain, or whose file never came whole.
            JobState::Done | JobState::Failed | JobState::Cancelled | JobState::Asking | JobState::Receiving => {
                self.directory.drop_job(tenant, id).await.map(drop)
            }
            JobState::Waiting | JobState::Running | JobState::Cancelling => self.work(tenant, job).await,
        };
        if let Err(error) = attended {
            tracing::warn!(job = %id, kind, error = &error as &dyn std::error::Error, "a job could not be attended to");
        }
    }

    async fn work(&self, tenant: TenantId, job: Job) -> Result<()> {
        let (directory, settings) = (&self.directory, &self.settings);
        let is_cancelled = job.state == JobState::Cancelling;
        let document = Document::read(job.document.clone())?;
        let mut bench = Bench { directory, settings, tenant, job, document };
        if let Work::Webhook(wanted) = bench.document.work.clone() {
            self.send(&mut bench, &wanted).await;
            return Ok(());
        }
        if is_cancelled {
            settle(&mut bench, JobState::Cancelled).await;
            return Ok(());
        }
        bench.document.started = bench.document.started.or_else(|| Some(bench.directory.clock().now()));
        (bench.document.problem, bench.document.question) = (None, None);
        let ended = match bench.keep(Vec::new(), Vec::new()).await {
            Ok(()) => done(&mut bench).await,
            Err(stop) => Err(stop),
        };
        self.end(&mut bench, ended).await
    }

    /// Sends what is to be sent to the address of a webhook, if there is anything.
    async fn send(&self, bench: &mut Bench<'_>, wanted: &Webhook) {
        let sent = match webhook::has_news(bench, wanted).await {
            Ok(false) => return,
            Ok(true) => webhook::run(bench, &self.post).await,
            Err(stop) => Err(stop),
        };
        match sent {
            Err(Stop::Fail(problem) | Stop::Later(problem)) => {
                bench.document.problem = Some(problem);
                let due = bench.directory.in_a_while(SignedDuration::from_secs(60));
                kept(bench.keep_as(JobState::Waiting, due, Vec::new(), Vec::new()).await);
            }
            sent => kept(sent),
        }
    }

    /// Keeps how a job ended, or why it did not.
    async fn end(&self, bench: &mut Bench<'_>, ended: Result<(), Stop>) -> Result<()> {
        match ended {
            Ok(()) => settle(bench, JobState::Done).await,
            Err(Stop::Fail(problem)) => {
                bench.document.problem = Some(problem);
                settle(bench, JobState::Failed).await;
            }
            Err(Stop::Ask(question)) => {
                bench.document.question = Some(question);
                let due = bench.end_of_retention();
                kept(bench.keep_as(JobState::Asking, due, Vec::new(), Vec::new()).await);
            }
            Err(Stop::Later(problem)) => {
                bench.document.tries += 1;
                let tries = bench.document.tries;
                bench.document.problem = Some(problem);
                if tries > self.settings.tries {
                    settle(bench, JobState::Failed).await;
                    return Ok(());
                }
                let rest = (FIRST_REST << (tries - 1).min(20)).min(LONGEST_REST);
                let due = bench.directory.in_a_while(SignedDuration::from_secs(rest));
                kept(bench.keep_as(JobState::Waiting, due, Vec::new(), Vec::new()).await);
            }
            Err(Stop::Overtaken) => {
                let Some(job) = bench.directory.job(bench.tenant, bench.job.id).await? else { return Ok(()) };
                if job.state != JobState::Cancelling {
                    return Ok(());
                }
                bench.document = Document::read(job.document.clone())?;
                bench.job = job;
                settle(bench, JobState::Cancelled).await;
            }
        }
        Ok(())
    }
}

/// Does a job to its end.
async fn done(bench: &mut Bench<'_>) -> Result<(), Stop> {
    match bench.document.work.clone() {
        Work::Import(wanted) if wanted.dry_run => dry_run::run(bench, &wanted).await,
        Work::Import(wanted) => import::run(bench, &wanted).await,
        Work::Export(wanted) => export::run(bench, &wanted).await,
        Work::Duplicates(wanted) => duplicates::run(bench, &wanted).await,
        // It has no end, and is attended to apart.
        Work::Webhook(_) => Ok(()),
    }
}

/// Keeps that a job has ended. What it read is let go of, unless that is needed to do what was planned.
async fn settle(bench: &mut Bench<'_>, state: JobState) {
    let is_kept = state == JobState::Done && bench.document.planned.is_some();
    let dropped = if is_kept { None } else { bench.document.files.remove(import::INPUT).map(|_| import::INPUT.to_owned()) };
    let due = bench.end_of_retention();
    kept(bench.keep_as(state, due, Vec::new(), dropped.into_iter().collect()).await);
}

/// Whoever wrote a job meanwhile has the last word.
fn kept(result: Result<(), Stop>) {
    match result {
        Err(Stop::Fail(problem) | Stop::Later(problem)) => {
            tracing::warn!(problem, "how a job ended could not be kept; it is taken up again");
        }
        Ok(()) | Err(Stop::Overtaken | Stop::Ask(_)) => {}
    }
}
