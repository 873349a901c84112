//! Jobs as who may look after them sees them, and as who does them.

use cardfile_model::{OrganizationId, Sources, TenantId};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use crate::access::{Desk, Directory};
use crate::applied::Applied;
use crate::caller::Need;
use crate::deed::Deed;
use crate::error::{Error, Kind, Result};
use crate::job::{Job, JobEdit, JobState, Piece};
use crate::store::{Author, Command};

/// On whose behalf work goes on after the request that asked for it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mandate {
    /// Whose token it was; `None` for the operator.
    pub principal: Option<Uuid>,
    /// Whose sources may be touched; `None` for every one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sources: Option<Vec<String>>,
}

impl Mandate {
    /// Whose sources may be touched.
    #[must_use]
    pub fn sources(&self) -> Sources {
        self.sources.clone().map_or(Sources::Any, Sources::Only)
    }
}

/// Leave to look after the jobs of an organization.
pub struct Jobs<'d, 'a> {
    desk: &'d Desk<'a>,
}

impl<'a> Desk<'a> {
    /// May look after jobs. What a job may do is what its mandate says: who starts one must have leave for that.
    ///
    /// # Errors
    /// `Forbidden` without the scope, or for a principal who is not an administrator.
    pub fn jobs(&self) -> Result<Jobs<'_, 'a>> {
        self.covered(Need::ReadContacts)?;
        self.administrator()?;
        Ok(Jobs { desk: self })
    }

    /// What the caller may do, for a job that goes on without them.
    #[must_use]
    pub fn mandate(&self) -> Mandate {
        let sources = match &self.caller.principal.sources {
            Sources::Any => None,
            Sources::Only(names) => Some(names.clone()),
        };
        Mandate { principal: Some(self.caller.principal.id), sources }
    }
}

impl Jobs<'_, '_> {
    /// The jobs of the organization, the oldest first.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn list(&self) -> Result<Vec<Job>> {
        let mut jobs = self.desk.directory.store.jobs(self.desk.caller.tenant, None).await?;
        jobs.retain(|job| job.organization == self.desk.organization.id);
        Ok(jobs)
    }

    /// The job of this id.
    ///
    /// # Errors
    /// `NotFound` for one that is not the organization's.
    pub async fn get(&self, id: Uuid) -> Result<Job> {
        let found = self.desk.directory.store.job(self.desk.caller.tenant, id).await?;
        let ours = found.filter(|job| job.organization == self.desk.organization.id);
        ours.ok_or_else(|| Error::NotFound { kind: Kind::Job, id: id.to_string() })
    }

    /// A job of the organization that nobody knows of yet: it is kept by [`Jobs::put`].
    #[must_use]
    pub fn draft(&self, kind: &str, document: Value) -> Job {
        let now = self.desk.directory.clock.now();
        Job {
            id: self.desk.directory.ids.next(),
            organization: self.desk.organization.id,
            kind: kind.to_owned(),
            state: JobState::Waiting,
            created: now,
            updated: now,
            due: now,
            version: 0,
            document,
        }
    }

    /// Leave to keep a job as it is here, with pieces of its files.
    #[must_use]
    pub fn writing(&self, job: Job, pieces: Vec<Piece>) -> Deed {
        Deed(Command::Job(JobEdit::Put { job: Box::new(job), pieces, dropped: Vec::new() }))
    }

    /// Keeps a job as it is here, if it was not written since it was read; answers it as it is then.
    ///
    /// # Errors
    /// `Stale`, `TooLarge` (`tenant_jobs`).
    pub async fn put(&self, job: Job, pieces: Vec<Piece>, dropped: Vec<String>) -> Result<Job> {
        self.desk.directory.put_job((self.desk.caller.tenant, self.desk.author()), job, pieces, dropped).await
    }

    /// As [`Jobs::put`], if none of these people was touched since a revision.
    ///
    /// # Errors
    /// `Stale` for that as well.
    pub async fn put_unless(
        &self,
        (since, touched): (u64, cardfile_model::Numbers),
        job: Job,
        dropped: Vec<String>,
    ) -> Result<Job> {
        let job = Job { updated: self.desk.directory.clock.now(), ..job };
        let edit = JobEdit::Put { job: Box::new(job.clone()), pieces: Vec::new(), dropped };
        let command = Command::Unless { since, touched, command: Box::new(Command::Job(edit)) };
        self.desk.directory.apply(self.desk.caller.tenant, self.desk.author(), command).await?;
        Ok(Job { version: job.version + 1, ..job })
    }

    /// A piece of a file of a job; `None` behind the last.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn piece(&self, job: &Job, file: &str, part: u32) -> Result<Option<Vec<u8>>> {
        self.desk.directory.store.job_piece(self.desk.caller.tenant, job.id, file, part).await
    }

    /// Removes a job with its files.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn remove(&self, job: &Job) -> Result<()> {
        let command = Command::Job(JobEdit::Remove { id: job.id });
        self.desk.directory.apply(self.desk.caller.tenant, self.desk.author(), command).await.map(drop)
    }
}

/// Jobs as who does them sees them: no caller, for that was asked when they were begun.
impl Directory {
    /// The jobs that are due, in whichever tenant.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn due_jobs(&self) -> Result<Vec<(TenantId, Job)>> {
        let (now, mut due) = (self.clock.now(), Vec::new());
        for tenant in self.store.tenants_with_jobs().await? {
            due.extend(self.store.jobs(tenant, Some(now)).await?.into_iter().map(|job| (tenant, job)));
        }
        Ok(due)
    }

    /// The job of this id.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn job(&self, tenant: TenantId, id: Uuid) -> Result<Option<Job>> {
        self.store.job(tenant, id).await
    }

    /// Keeps a job that somebody works at, as [`Jobs::put`].
    ///
    /// # Errors
    /// `Stale`.
    pub async fn keep_job(&self, tenant: TenantId, job: Job, pieces: Vec<Piece>, dropped: Vec<String>) -> Result<Job> {
        let author = self.author(None, WORKER);
        self.put_job((tenant, author), job, pieces, dropped).await
    }

    async fn put_job(
        &self,
        (tenant, author): (TenantId, Author),
        job: Job,
        pieces: Vec<Piece>,
        dropped: Vec<String>,
    ) -> Result<Job> {
        let job = Job { updated: author.time, ..job };
        let edit = JobEdit::Put { job: Box::new(job.clone()), pieces, dropped };
        self.store.apply(tenant, author, Command::Job(edit)).await?;
        Ok(Job { version: job.version + 1, ..job })
    }

    /// Removes a job with its files.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn drop_job(&self, tenant: TenantId, id: Uuid) -> Result<Applied> {
        self.store.apply(tenant, self.author(None, WORKER), Command::Job(JobEdit::Remove { id })).await
    }

    /// A piece of a file of a job; `None` behind the last.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn job_piece(&self, tenant: TenantId, id: Uuid, file: &str, part: u32) -> Result<Option<Vec<u8>>> {
        self.store.job_piece(tenant, id, file, part).await
    }

    /// The time that lies so far ahead.
    #[must_use]
    pub fn in_a_while(&self, term: SignedDuration) -> Timestamp {
        self.clock.now().checked_add(term).unwrap_or(Timestamp::MAX)
    }

    /// The tenant that an organization is in.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn home_of(&self, organization: OrganizationId) -> Result<TenantId> {
        self.tenant_of(organization).await
    }
}

/// The door's name in the log for what jobs do that nobody asked for through a door.
const WORKER: &str = "jobs";
