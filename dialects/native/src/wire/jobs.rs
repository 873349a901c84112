//! Jobs, as they are told.

use cardfile_directory::{Job, Result};
use cardfile_jobs::{Document, FileOf, Progress, Question};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::select::Select;

/// A job.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct JobEntry {
    /// The id.
    pub id: Uuid,
    /// `import`, `export` or `duplicates`.
    pub kind: String,
    /// `receiving`, `waiting`, `running`, `asking` (it waits to be told to go on), `cancelling`, `done`, `failed` or `cancelled`.
    pub state: &'static str,
    /// When it was asked for, RFC 3339.
    #[schema(value_type = String, format = DateTime)]
    pub created: Timestamp,
    /// When it was last heard of, RFC 3339.
    #[schema(value_type = String, format = DateTime)]
    pub updated: Timestamp,
    /// When it was first taken up, RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub started: Option<Timestamp>,
    /// When it goes with its files, RFC 3339; absent while it goes on.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub expires: Option<Timestamp>,
    /// What is to be done, as it was asked for.
    #[schema(value_type = Object)]
    pub work: Value,
    /// How far it has come.
    pub progress: ProgressEntry,
    /// Its files.
    pub files: Vec<FileEntry>,
    /// Why it could not be done, or not yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
    /// What it has stopped to ask: confirm it, or cancel it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub question: Option<QuestionEntry>,
    /// Of a dry run: how many people it would touch who are there already. It can be applied while none of them changes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub touches: Option<u64>,
}

/// How far a job has come.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ProgressEntry {
    /// Rows of an import that are done.
    pub rows: u64,
    /// Contacts that were made.
    pub created: u64,
    /// Contacts that changed.
    pub changed: u64,
    /// Contacts that were so already.
    pub unchanged: u64,
    /// Rows of which nothing came.
    pub rejected: u64,
    /// Contacts that went to the trash, for the file that has everyone does not have them.
    pub deleted: u64,
    /// Pairs of people who are alike.
    pub found: u64,
    /// Bytes of a file, or people, that are done.
    pub done: u64,
    /// How many there are in all.
    pub total: u64,
    /// Of these in a second, about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub per_second: Option<u64>,
    /// Seconds that are left, about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seconds_left: Option<u64>,
}

/// A file of a job.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FileEntry {
    /// Its name.
    pub name: String,
    /// What it is.
    pub media_type: String,
    /// How long it is.
    pub bytes: u64,
}

/// What a job has stopped to ask.
#[derive(Debug, Serialize, ToSchema)]
pub struct QuestionEntry {
    /// `delete` or `blank`: what it would do.
    pub would: &'static str,
    /// To so many people, or more.
    pub people: u64,
    /// Of how many.
    pub of: u64,
}

/// The jobs of an organization.
#[derive(Debug, Serialize, ToSchema)]
pub struct JobList {
    /// The oldest first.
    pub items: Vec<JobEntry>,
}

/// A file that is wanted.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ExportRequest {
    /// `csv`, `vcard`, `jscontact`, `ldif` or `jsonl`.
    pub format: String,
    /// Who is wanted; everyone who belongs to the organization by default.
    #[serde(default)]
    pub select: Option<Select>,
}

/// How it is looked who is there twice.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct DuplicatesRequest {
    /// How sure it must be, from 0 to 1; 0.5 by default.
    pub confidence: Option<f64>,
    /// People who may share an address, a number or a key: what more of them have says nothing. 5 by default.
    pub most_holders: Option<u32>,
}

impl JobEntry {
    /// A job as it is told. The file that was sent is not among its files.
    ///
    /// # Errors
    /// `Internal` for a document that cannot be read.
    pub fn of(job: &Job) -> Result<Self> {
        let document = Document::read(job.document.clone())?;
        let Document { work, started, progress, files, problem, question, planned, .. } = document;
        let mut work = serde_json::to_value(work).unwrap_or_default();
        if let Some(people) = work.as_object_mut().and_then(|members| members.remove("people")) {
            work["people"] = cardfile_jobs::Set::try_from(people.as_str().unwrap_or_default().to_owned())
                .map_or(Value::Null, |people| people.0.len().into());
        }
        Ok(JobEntry {
            id: job.id,
            kind: job.kind.clone(),
            state: job.state.name(),
            created: job.created,
            updated: job.updated,
            started,
            expires: job.state.is_over().then_some(job.due),
            work,
            progress: ProgressEntry::of(&progress, started, job.updated),
            files: files.into_iter().filter(|(name, _)| name != "input").map(FileEntry::of).collect(),
            problem,
            question: question.map(QuestionEntry::of),
            touches: planned.map(|planned| planned.touched.0.len()),
        })
    }
}

impl ProgressEntry {
    fn of(progress: &Progress, started: Option<Timestamp>, updated: Timestamp) -> Self {
        let Progress { tally, deleted, done, total, found, .. } = *progress;
        let seconds =
            started.map(|started| updated.duration_since(started).as_millis()).and_then(|took| u64::try_from(took).ok());
        let per_second = seconds.filter(|took| *took > 0).map(|took| done.saturating_mul(1000) / took);
        let seconds_left = per_second.filter(|rate| *rate > 0).map(|rate| total.saturating_sub(done).div_ceil(rate));
        ProgressEntry {
            rows: tally.rows(),
            created: tally.created,
            changed: tally.changed,
            unchanged: tally.unchanged,
            rejected: tally.rejected,
            deleted,
            found,
            done,
            total,
            per_second,
            seconds_left,
        }
    }
}

impl FileEntry {
    fn of((name, FileOf { media_type, bytes, .. }): (String, FileOf)) -> Self {
        FileEntry { name, media_type, bytes }
    }
}

impl QuestionEntry {
    fn of(Question { asked, people, of }: Question) -> Self {
        let would = match asked {
            cardfile_jobs::Asked::Delete => "delete",
            cardfile_jobs::Asked::Blank => "blank",
        };
        QuestionEntry { would, people, of }
    }
}
