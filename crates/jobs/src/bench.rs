//! A job that somebody is at: its document, and how it is kept as the work goes on.

use std::sync::Arc;

use cardfile_directory::{Applied, Directory, Error, Job, JobEdit, JobState, Keeper, Piece, Then};
use cardfile_model::TenantId;
use jiff::{SignedDuration, Timestamp};

use crate::document::{Document, Question};
use crate::settings::Settings;

/// The door's name in the log for what is done by jobs.
pub(crate) const DOOR: &str = "jobs";

/// A job at work.
pub(crate) struct Bench<'a> {
    pub(crate) directory: &'a Arc<Directory>,
    pub(crate) settings: &'a Settings,
    pub(crate) tenant: TenantId,
    pub(crate) job: Job,
    pub(crate) document: Document,
}

/// Why work stops before it is done.
#[derive(Debug)]
pub(crate) enum Stop {
    /// The job was written by another: it is to be cancelled, or somebody else has taken it up.
    Overtaken,
    /// It has to be told whether to go on.
    Ask(Question),
    /// It cannot be done.
    Fail(String),
    /// It cannot be done now.
    Later(String),
}

impl From<Error> for Stop {
    fn from(error: Error) -> Stop {
        match error {
            Error::Stale { .. } => Stop::Overtaken,
            Error::Unavailable { .. } | Error::Throttled { .. } | Error::Internal(_) => {
                tracing::warn!(error = &error as &dyn std::error::Error, "a job rests");
                Stop::Later(error.to_string())
            }
            error => Stop::Fail(error.to_string()),
        }
    }
}

impl Bench<'_> {
    /// Somebody at work in the job's organization, by its mandate.
    pub(crate) async fn keeper(&self) -> Result<Keeper<'_>, Stop> {
        let keeper = self.directory.keeper_by((self.tenant, self.job.organization), &self.document.mandate, DOOR).await?;
        if keeper.organization().is_locked {
            return Err(Stop::Later("the organization is locked by its operator".to_owned()));
        }
        Ok(keeper)
    }

    /// When others may take it up if nothing more is heard.
    fn lease(&self) -> Timestamp {
        self.directory.in_a_while(SignedDuration::from_secs(self.settings.lease_seconds.into()))
    }

    /// When it goes with its files once it has ended.
    pub(crate) fn end_of_retention(&self) -> Timestamp {
        self.directory.in_a_while(SignedDuration::from_hours(self.settings.retention_hours.into()))
    }

    /// Keeps the document as it is, and pieces of files; what it does goes on.
    pub(crate) async fn keep(&mut self, pieces: Vec<Piece>, dropped: Vec<String>) -> Result<(), Stop> {
        let due = self.lease();
        self.keep_as(JobState::Running, due, pieces, dropped).await
    }

    /// Keeps the document in a state, to be looked at next when it is due.
    pub(crate) async fn keep_as(
        &mut self,
        state: JobState,
        due: Timestamp,
        pieces: Vec<Piece>,
        dropped: Vec<String>,
    ) -> Result<(), Stop> {
        let job = Job { state, due, document: self.document.written()?, ..self.job.clone() };
        self.job = self.directory.keep_job(self.tenant, job, pieces, dropped).await?;
        Ok(())
    }

    /// What becomes of the job by what a command did: within its transaction, so that neither stands without the other.
    pub(crate) fn then(&self, made: impl Fn(&Applied) -> (Document, Vec<Piece>) + Send + Sync + 'static) -> Then {
        let (job, due) = (self.job.clone(), self.lease());
        Then(Arc::new(move |applied| {
            let (document, pieces) = made(applied);
            // What is kept was read from JSON and is written so; what fails is told as no progress.
            let document = document.written().unwrap_or_else(|_| job.document.clone());
            let job = Job { state: JobState::Running, due, document, ..job.clone() };
            JobEdit::Put { job: Box::new(job), pieces, dropped: Vec::new() }
        }))
    }

    /// Goes on from what a command left of the job.
    pub(crate) fn went_on(&mut self, document: Document) {
        self.document = document;
        self.job.version += 1;
    }
}
