//! Jobs that are begun: a file to bring in, a file to make, a search for who is there twice.

use axum::extract::Request;
use axum::http::StatusCode;
use axum::response::Response;
use cardfile_directory::{Desk, Error, Job, JobState, Jobs, Piece};
use cardfile_interchange::Format;
use cardfile_jobs::{Document, Duplicates, Export, Import, Match, Set, Work, sentence_of};
use cardfile_model::{Life, Reach};
use futures_util::StreamExt;
use jiff::SignedDuration;
use sha2::{Digest, Sha256};

use crate::answer::{Answer, Rendered};
use crate::error::{Failure, parameter};
use crate::once;
use crate::routes::PREFIX;
use crate::visit::{Visit, read};
use crate::wire::{DuplicatesRequest, ExportRequest, JobEntry, Problem};

/// The name of the file that is sent.
const INPUT: &str = "input";
/// Bytes of a piece that a file is kept in, about.
const PIECE: usize = 256 * 1024;
/// How long a file may pause on its way.
const PATIENCE: SignedDuration = SignedDuration::from_hours(1);

/// Takes a file of contacts and brings it in beside other requests. The answer comes when the file is here; the job tells the rest.
#[utoipa::path(
    post, path = "/imports", tag = "jobs", operation_id = "imports.create",
    params(("organization" = Option<Uuid>, Query),
           ("format" = Option<String>, Query, description = "csv, vcard, jscontact, ldif or jsonl; found out by the media type, the name and the beginning of the file unless said"),
           ("fileName" = Option<String>, Query), ("encoding" = Option<String>, Query),
           ("mapping" = Option<String>, Query, description = "What the columns of CSV mean, as JSON"),
           ("source" = Option<String>, Query, description = "The source that the file speaks for"),
           ("match" = Option<String>, Query, description = "By what a row finds its contact besides the source's own key: key, email, phone or none"),
           ("precedence" = Option<String>, Query, description = "Sources whose word counts before others', apart by commas"),
           ("sync" = Option<bool>, Query, description = "Whether the file has everyone of its source, so that others of it go to the trash"),
           ("dryRun" = Option<bool>, Query), ("differences" = Option<u64>, Query), ("confirm" = Option<bool>, Query),
           ("Idempotency-Key" = Option<String>, Header)),
    request_body(content = String, content_type = "application/octet-stream"),
    responses((status = 202, description = "It is begun", body = JobEntry), (status = 413, body = Problem, content_type = "application/problem+json"))
)]
pub async fn import(visit: Visit, request: Request) -> Answer {
    let desk = visit.desk().await?;
    desk.editor()?;
    let (import, is_confirmed) = (asked(&visit)?, visit.flag("confirm")?);
    if let Some(message) = sentence_of(&import) {
        return Err(parameter("import", message));
    }
    let mut document = Document::new(Work::Import(import), desk.mandate());
    document.is_confirmed = is_confirmed;
    let jobs = desk.jobs()?;
    let due = visit.directory().in_a_while(PATIENCE);
    let job = Job { state: JobState::Receiving, due, ..jobs.draft(document.work.kind(), document.written()?) };
    let job = jobs.put(job, Vec::new(), Vec::new()).await?;
    let begun = match received(&visit, &jobs, job.clone(), document, request).await {
        Ok((last, piece, digest)) => begun(&visit, &desk, (last, piece), &digest).await,
        Err(failure) => Err(failure),
    };
    // What did not come whole, or came a second time, is nothing to be kept.
    if !matches!(&begun, Ok(Begun::New(_))) {
        jobs.remove(&job).await?;
    }
    match begun? {
        Begun::New(response) | Begun::Known(response) => Ok(response),
    }
}

/// What became of a file that came whole.
enum Begun {
    /// It is brought in.
    New(Response),
    /// It is, or was, under the same key.
    Known(Response),
}

/// Has the job wait for its turn: under a key once, so that a file that is sent again is brought in once.
async fn begun(visit: &Visit, desk: &Desk<'_>, (job, piece): (Job, Piece), digest: &[u8]) -> Result<Begun, Failure> {
    let jobs = desk.jobs()?;
    let rendered = told(&job)?;
    let kept = rendered.clone();
    let key = once::once(visit, digest, move |_| Ok(kept.clone()))?;
    let applied = desk.perform(jobs.writing(job, vec![piece]), key).await?;
    match &applied.receipt {
        Some(receipt) => once::replayed(receipt).map(Begun::Known),
        None => rendered.respond().map(Begun::New),
    }
}

/// Takes the file piece by piece; answers the job with its last piece, which is not kept yet, and what tells the
/// file from others.
async fn received(
    visit: &Visit,
    jobs: &Jobs<'_, '_>,
    mut job: Job,
    mut document: Document,
    request: Request,
) -> Result<(Job, Piece, Vec<u8>), Failure> {
    let most = u64::from(visit.settings().import_mib) * 1024 * 1024;
    let media_type = "application/octet-stream";
    let (mut stream, mut held) = (request.into_body().into_data_stream(), Vec::with_capacity(PIECE));
    let mut hash = Sha256::new();
    loop {
        let chunk = stream.next().await.transpose().map_err(|_| cardfile_http::body::Fault::Broken)?;
        let is_last = chunk.is_none();
        held.extend_from_slice(&chunk.unwrap_or_default());
        if document.progress.total + held.len() as u64 > most {
            return Err(Error::TooLarge { limit: "import_mib", most: visit.settings().import_mib.into() }.into());
        }
        if held.len() < PIECE && !is_last {
            continue;
        }
        document.progress.total += held.len() as u64;
        hash.update(&held);
        let piece = document.append(INPUT, media_type, std::mem::take(&mut held));
        job.document = document.written()?;
        job.due = visit.directory().in_a_while(PATIENCE);
        if is_last {
            (job.state, job.due) = (JobState::Waiting, visit.directory().clock().now());
            return Ok((job, piece, hash.finalize().to_vec()));
        }
        job = jobs.put(job, vec![piece], Vec::new()).await?;
    }
}

/// How a file is to be brought in.
fn asked(visit: &Visit) -> Result<Import, Failure> {
    let text = |name: &str| visit.parameters.filled(name).map(str::to_owned);
    let typed = visit.headers.get(axum::http::header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let by_type = typed.and_then(Format::of_media_type).map(|format| format.name().to_owned());
    let by = match visit.parameters.filled("match").unwrap_or("key") {
        "key" => Match::Key,
        "email" => Match::Email,
        "phone" => Match::Phone,
        "none" => Match::None,
        _ => return Err(parameter("match", "must be key, email, phone or none")),
    };
    let mapping = text("mapping").map(|text| serde_json::from_str(&text)).transpose();
    let differences = visit.parameters.whole_number("differences").map_err(|message| parameter("differences", message))?;
    let most = visit.settings().page_cap;
    let import = Import {
        format: text("format").or(by_type),
        file_name: text("fileName"),
        encoding: text("encoding"),
        mapping: mapping.map_err(|error| parameter("mapping", format!("must be JSON: {error}")))?,
        source: text("source"),
        by,
        precedence: text("precedence").map(|text| text.split(',').map(str::to_owned).collect()).unwrap_or_default(),
        dry_run: visit.flag("dryRun")?,
        sync: visit.flag("sync")?,
        differences: differences
            .map_or(visit.settings().plan_differences, |asked| usize::try_from(asked).unwrap_or(usize::MAX).min(most)),
    };
    if import.sync && import.source.is_none() {
        return Err(parameter("source", "must be said with sync: whose people the file has"));
    }
    if import.sync && import.by == Match::None {
        return Err(parameter("match", "must find people with sync"));
    }
    Ok(import)
}

/// Makes a file of contacts beside other requests.
#[utoipa::path(
    post, path = "/exports", tag = "jobs", operation_id = "exports.create",
    params(("organization" = Option<Uuid>, Query), ("Idempotency-Key" = Option<String>, Header)),
    request_body = ExportRequest,
    responses((status = 202, description = "It is begun", body = JobEntry), (status = 400, body = Problem, content_type = "application/problem+json"))
)]
pub async fn export(visit: Visit, request: Request) -> Answer {
    let body = visit.body(request).await?;
    let desk = visit.desk().await?;
    let ExportRequest { format, select } = read(&body)?;
    if Format::read(&format).is_none() {
        return Err(parameter("format", "must be csv, vcard, jscontact, ldif or jsonl"));
    }
    let people = match select {
        Some(select) => Some(Set(select.numbers(&visit, &desk, (Reach::Members, Life::Live)).await?)),
        None => None,
    };
    begin(&visit, &desk, Work::Export(Export { format, people }), &body).await
}

/// Looks for people who are there twice, beside other requests. Its file has one line of JSON for each pair, with the reasons and
/// how sure it is; a name alone is never enough.
#[utoipa::path(
    post, path = "/duplicates", tag = "jobs", operation_id = "duplicates.create",
    params(("organization" = Option<Uuid>, Query), ("Idempotency-Key" = Option<String>, Header)),
    request_body = DuplicatesRequest,
    responses((status = 202, description = "It is begun", body = JobEntry))
)]
pub async fn duplicates(visit: Visit, request: Request) -> Answer {
    let body = visit.body(request).await?;
    let desk = visit.desk().await?;
    let DuplicatesRequest { confidence, most_holders } = read(&body)?;
    let (confidence, most_holders) = (confidence.unwrap_or(0.5), most_holders.unwrap_or(5));
    if !(0.0..=1.0).contains(&confidence) {
        return Err(parameter("confidence", "must be from 0 to 1"));
    }
    if !(2..=1000).contains(&most_holders) {
        return Err(parameter("mostHolders", "must be from 2 to 1000"));
    }
    let work = Work::Duplicates(Duplicates { confidence, most_holders: most_holders as usize });
    begin(&visit, &desk, work, &body).await
}

async fn begin(visit: &Visit, desk: &Desk<'_>, work: Work, body: &[u8]) -> Answer {
    let jobs = desk.jobs()?;
    let document = Document::new(work, desk.mandate());
    let job = jobs.draft(document.work.kind(), document.written()?);
    let rendered = told(&job)?;
    once::perform(visit, desk, (jobs.writing(job, Vec::new()), body), move |_| Ok(rendered.clone())).await
}

fn told(job: &Job) -> Result<Rendered, Error> {
    Ok(Rendered::new(StatusCode::ACCEPTED, &JobEntry::of(job)?)?.made(format!("{PREFIX}/jobs/{}", job.id)))
}
