//! Jobs: looked at, told to go on, cancelled, applied; and their files.

use axum::body::{Body, Bytes};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;
use cardfile_directory::{Error, Job, JobState, Jobs, Kind};
use cardfile_jobs::{Document, WEBHOOK, Work};
use futures_util::{StreamExt, stream};
use uuid::Uuid;

use crate::answer::{Answer, Rendered, json};
use crate::error::{Failure, parameter};
use crate::visit::Visit;
use crate::wire::{JobEntry, JobList, Problem};

/// How often a job that is being written is read again before its caller is told to try later.
const TRIES: usize = 20;

/// Lists the jobs of the organization.
#[utoipa::path(
    get, path = "/jobs", tag = "jobs", operation_id = "jobs.list",
    params(("organization" = Option<Uuid>, Query), ("kind" = Option<String>, Query), ("state" = Option<String>, Query)),
    responses((status = 200, body = JobList))
)]
pub async fn list(visit: Visit) -> Answer {
    let desk = visit.desk().await?;
    let (kind, state) = (visit.parameters.filled("kind"), visit.parameters.filled("state"));
    let mut jobs = desk.jobs()?.list().await?;
    jobs.retain(|job| job.kind != WEBHOOK);
    jobs.retain(|job| kind.is_none_or(|kind| job.kind == kind) && state.is_none_or(|state| job.state.name() == state));
    let items = jobs.iter().map(JobEntry::of).collect::<Result<_, Error>>()?;
    json(StatusCode::OK, &JobList { items })
}

/// Tells where a job stands.
#[utoipa::path(
    get, path = "/jobs/{job}", tag = "jobs", operation_id = "jobs.get",
    params(("job" = Uuid, Path), ("organization" = Option<Uuid>, Query)),
    responses((status = 200, body = JobEntry), (status = 404, body = Problem, content_type = "application/problem+json"))
)]
pub async fn get(visit: Visit) -> Answer {
    let desk = visit.desk().await?;
    let job = found(&desk.jobs()?, visit.id("job")?).await?;
    json(StatusCode::OK, &JobEntry::of(&job)?)
}

/// Removes a job that has ended, with its files.
#[utoipa::path(
    delete, path = "/jobs/{job}", tag = "jobs", operation_id = "jobs.delete",
    params(("job" = Uuid, Path), ("organization" = Option<Uuid>, Query)),
    responses((status = 204, description = "It is gone"), (status = 409, description = "It goes on", body = Problem, content_type = "application/problem+json"))
)]
pub async fn delete(visit: Visit) -> Answer {
    let desk = visit.desk().await?;
    desk.editor()?;
    let jobs = desk.jobs()?;
    let job = found(&jobs, visit.id("job")?).await?;
    if !job.state.is_over() {
        return Err(Failure::JobState { state: job.state.name(), wanted: "it has ended, or cancel it" });
    }
    jobs.remove(&job).await?;
    Rendered::empty().respond()
}

/// Stops a job. What it has done until then is done.
#[utoipa::path(
    post, path = "/jobs/{job}/cancel", tag = "jobs", operation_id = "jobs.cancel",
    params(("job" = Uuid, Path), ("organization" = Option<Uuid>, Query)),
    responses((status = 200, body = JobEntry), (status = 409, description = "It has ended", body = Problem, content_type = "application/problem+json"))
)]
pub async fn cancel(visit: Visit) -> Answer {
    changed(&visit, "it has not ended", |job, _| {
        if job.state.is_over() {
            return false;
        }
        job.state = JobState::Cancelling;
        true
    })
    .await
}

/// Tells a job that has stopped to ask that it may go on.
#[utoipa::path(
    post, path = "/jobs/{job}/confirm", tag = "jobs", operation_id = "jobs.confirm",
    params(("job" = Uuid, Path), ("organization" = Option<Uuid>, Query)),
    responses((status = 200, body = JobEntry), (status = 409, description = "It asks nothing", body = Problem, content_type = "application/problem+json"))
)]
pub async fn confirm(visit: Visit) -> Answer {
    changed(&visit, "it asks", |job, document| {
        if job.state != JobState::Asking {
            return false;
        }
        (job.state, document.is_confirmed, document.question) = (JobState::Waiting, true, None);
        true
    })
    .await
}

/// Does what a dry run of an import found out: refused when somebody whom it would touch was touched since.
#[utoipa::path(
    post, path = "/jobs/{job}/apply", tag = "jobs", operation_id = "jobs.apply",
    params(("job" = Uuid, Path), ("organization" = Option<Uuid>, Query)),
    responses((status = 200, body = JobEntry),
              (status = 409, description = "It is no dry run that is done, or somebody was touched since", body = Problem, content_type = "application/problem+json"))
)]
pub async fn apply(visit: Visit) -> Answer {
    let desk = visit.desk().await?;
    desk.editor()?;
    let jobs = desk.jobs()?;
    let job = found(&jobs, visit.id("job")?).await?;
    let mut document = Document::read(job.document.clone())?;
    let no_plan = || Failure::JobState { state: job.state.name(), wanted: "it is a dry run that is done" };
    let Work::Import(import) = &mut document.work else { return Err(no_plan()) };
    import.dry_run = false;
    let planned = document.planned.take().filter(|_| job.state == JobState::Done).ok_or_else(no_plan)?;
    let (total, input) = (document.progress.total, document.files.remove("input"));
    let dropped = std::mem::take(&mut document.files).into_keys().collect();
    document.files.extend(input.map(|file| ("input".to_owned(), file)));
    document.progress = cardfile_jobs::Progress { total, ..Default::default() };
    (document.started, document.mandate) = (None, desk.mandate());
    let job = Job { state: JobState::Waiting, due: visit.directory().clock().now(), document: document.written()?, ..job };
    let job = jobs.put_unless((planned.revision, planned.touched.0), job, dropped).await?;
    json(StatusCode::OK, &JobEntry::of(&job)?)
}

/// Reads a file of a job.
#[utoipa::path(
    get, path = "/jobs/{job}/files/{file}", tag = "jobs", operation_id = "jobs.file",
    params(("job" = Uuid, Path), ("file" = String, Path), ("organization" = Option<Uuid>, Query)),
    responses((status = 200, description = "The file, in its own media type", body = String, content_type = "application/octet-stream"),
              (status = 404, body = Problem, content_type = "application/problem+json"))
)]
pub async fn file(visit: Visit) -> Answer {
    let name = visit.place("file").to_owned();
    let (job, found) = {
        let desk = visit.desk().await?;
        let job = found(&desk.jobs()?, visit.id("job")?).await?;
        let found = Document::read(job.document.clone())?.files.remove(&name);
        (job, found)
    };
    let Some(found) = found else { return Err(Failure::NoRoute) };
    let begin = Some((visit, job, name.clone(), 0));
    let pieces = stream::unfold(begin, |at| async move {
        let (visit, job, name, part) = at?;
        match piece(&visit, &job, &name, part).await {
            Ok(Some(bytes)) => Some((Ok(Bytes::from(bytes)), Some((visit, job, name, part + 1)))),
            Ok(None) => None,
            Err(error) => Some((Err(error), None)),
        }
    });
    let mut response = Response::new(Body::from_stream(pieces.boxed()));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::try_from(found.media_type).map_err(Error::internal)?);
    if let Ok(value) = HeaderValue::try_from(format!("attachment; filename=\"{name}\"")) {
        headers.insert(CONTENT_DISPOSITION, value);
    }
    Ok(response)
}

async fn piece(visit: &Visit, job: &Job, name: &str, part: u32) -> std::io::Result<Option<Vec<u8>>> {
    let desk = visit.desk().await.map_err(|_| std::io::Error::other("the organization is out of reach by now"))?;
    let jobs = desk.jobs().map_err(std::io::Error::other)?;
    jobs.piece(job, name, part).await.map_err(std::io::Error::other)
}

/// The job of an id; a webhook, which is one underneath, is none here.
async fn found(jobs: &Jobs<'_, '_>, id: Uuid) -> Result<Job, Error> {
    let job = jobs.get(id).await?;
    if job.kind == WEBHOOK { Err(Error::NotFound { kind: Kind::Job, id: id.to_string() }) } else { Ok(job) }
}

/// Changes a job that somebody may be writing at the same time. `change` says whether it can be done.
async fn changed(visit: &Visit, wanted: &'static str, change: impl Fn(&mut Job, &mut Document) -> bool) -> Answer {
    let desk = visit.desk().await?;
    desk.editor()?;
    let (jobs, id) = (desk.jobs()?, visit.id("job")?);
    for _ in 0..TRIES {
        let mut job = found(&jobs, id).await?;
        let (state, mut document) = (job.state.name(), Document::read(job.document.clone())?);
        if !change(&mut job, &mut document) {
            return Err(Failure::JobState { state, wanted });
        }
        (job.due, job.document) = (visit.directory().clock().now(), document.written()?);
        match jobs.put(job, Vec::new(), Vec::new()).await {
            Err(Error::Stale { .. }) => {}
            job => return json(StatusCode::OK, &JobEntry::of(&job?)?),
        }
    }
    Err(parameter("job", "is written too often; try again"))
}
