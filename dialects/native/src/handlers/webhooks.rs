//! Webhooks: addresses that are told what changes, and what could not be told.

use axum::body::Body;
use axum::extract::Request;
use axum::http::HeaderValue;
use axum::http::StatusCode;
use axum::http::header::{CONTENT_TYPE, LOCATION};
use axum::response::Response;
use cardfile_directory::{Desk, Error, Job, Kind};
use cardfile_jobs::{Document, Letter, WEBHOOK, Webhook, Work};

use crate::answer::{Answer, Rendered, json};
use crate::error::{Failure, parameter};
use crate::routes::PREFIX;
use crate::visit::{Visit, read};
use crate::wire::{LetterEntry, LetterList, Problem, WebhookCreation, WebhookEntry, WebhookList};

/// How often a webhook that is being written is read again before its caller is told to try later.
const TRIES: usize = 20;
/// The shortest secret that is taken, in bytes.
const LEAST_SECRET: usize = 24;

/// Has an address told what changes from now on. Deliveries are signed as the Standard Webhooks specification has it; one that is
/// not taken is tried again with growing pauses, and is a dead letter in the end. Under an Idempotency-Key it is refused: what is
/// secret is not kept.
#[utoipa::path(
    post, path = "/webhooks", tag = "webhooks", operation_id = "webhooks.create",
    params(("organization" = Option<Uuid>, Query)), request_body = WebhookCreation,
    responses((status = 201, description = "It was made; its secret is told here only", body = WebhookEntry), (status = 400, body = Problem, content_type = "application/problem+json"))
)]
pub async fn create(visit: Visit, request: Request) -> Answer {
    super::tokens::without_key(&visit)?;
    let body = visit.body(request).await?;
    let desk = visit.desk().await?;
    desk.administration()?;
    let WebhookCreation { url, below, secret } = read(&body)?;
    if let Some(fault) = cardfile_jobs::url_fault(&url) {
        return Err(parameter("url", fault));
    }
    if secret.as_ref().is_some_and(|secret| secret.len() < LEAST_SECRET) {
        return Err(parameter("secret", format!("must have at least {LEAST_SECRET} bytes")));
    }
    let secret = secret.map_or_else(cardfile_jobs::new_secret, Ok)?;
    let position = desk.reader()?.feed(None, below, 1).await?.next.text();
    let webhook = Webhook {
        url,
        secret: secret.clone(),
        below,
        position,
        delivered: 0,
        letters: Vec::new(),
        letters_ever: 0,
        again: std::collections::BTreeSet::new(),
    };
    let jobs = desk.jobs()?;
    let document = Document::new(Work::Webhook(webhook), desk.mandate());
    let job = jobs.put(jobs.draft(WEBHOOK, document.written()?), Vec::new(), Vec::new()).await?;
    let entry = WebhookEntry { secret: Some(secret), ..WebhookEntry::of(&job)? };
    let mut response = json(StatusCode::CREATED, &entry)?;
    if let Ok(location) = HeaderValue::try_from(format!("{PREFIX}/webhooks/{}", job.id)) {
        response.headers_mut().insert(LOCATION, location);
    }
    Ok(response)
}

/// Lists the webhooks of the organization.
#[utoipa::path(
    get, path = "/webhooks", tag = "webhooks", operation_id = "webhooks.list",
    params(("organization" = Option<Uuid>, Query)), responses((status = 200, body = WebhookList))
)]
pub async fn list(visit: Visit) -> Answer {
    let desk = visit.desk().await?;
    desk.administration()?;
    let jobs = desk.jobs()?.list().await?;
    let items = jobs.iter().filter(|job| job.kind == WEBHOOK).map(WebhookEntry::of).collect::<Result<_, Error>>()?;
    json(StatusCode::OK, &WebhookList { items })
}

/// Tells how a webhook fares.
#[utoipa::path(
    get, path = "/webhooks/{webhook}", tag = "webhooks", operation_id = "webhooks.get",
    params(("webhook" = Uuid, Path), ("organization" = Option<Uuid>, Query)),
    responses((status = 200, body = WebhookEntry), (status = 404, body = Problem, content_type = "application/problem+json"))
)]
pub async fn get(visit: Visit) -> Answer {
    let desk = visit.desk().await?;
    let (job, _, _) = found(&visit, &desk).await?;
    json(StatusCode::OK, &WebhookEntry::of(&job)?)
}

/// Ends a webhook; its dead letters go with it.
#[utoipa::path(
    delete, path = "/webhooks/{webhook}", tag = "webhooks", operation_id = "webhooks.delete",
    params(("webhook" = Uuid, Path), ("organization" = Option<Uuid>, Query)),
    responses((status = 204, description = "It is gone"), (status = 404, body = Problem, content_type = "application/problem+json"))
)]
pub async fn delete(visit: Visit) -> Answer {
    let desk = visit.desk().await?;
    let (job, _, _) = found(&visit, &desk).await?;
    desk.jobs()?.remove(&job).await?;
    Rendered::empty().respond()
}

/// Lists what could not be delivered.
#[utoipa::path(
    get, path = "/webhooks/{webhook}/dead-letters", tag = "webhooks", operation_id = "webhooks.dead_letters",
    params(("webhook" = Uuid, Path), ("organization" = Option<Uuid>, Query)), responses((status = 200, body = LetterList))
)]
pub async fn letters(visit: Visit) -> Answer {
    let desk = visit.desk().await?;
    let (_, _, webhook) = found(&visit, &desk).await?;
    let Webhook { letters, again, .. } = webhook;
    let entry = |Letter { number, time, tries, problem, bytes, .. }| LetterEntry {
        number,
        time,
        tries,
        problem,
        bytes,
        again: again.contains(&number),
    };
    json(StatusCode::OK, &LetterList { items: letters.into_iter().map(entry).collect() })
}

/// Reads the body of a dead letter.
#[utoipa::path(
    get, path = "/webhooks/{webhook}/dead-letters/{letter}", tag = "webhooks", operation_id = "webhooks.dead_letter",
    params(("webhook" = Uuid, Path), ("letter" = u32, Path), ("organization" = Option<Uuid>, Query)),
    responses((status = 200, description = "What was to be delivered", body = serde_json::Value), (status = 404, body = Problem, content_type = "application/problem+json"))
)]
pub async fn letter(visit: Visit) -> Answer {
    let desk = visit.desk().await?;
    let (job, _, _) = found(&visit, &desk).await?;
    let file = cardfile_jobs::file_of(visit.number("letter")?);
    let body = desk.jobs()?.piece(&job, &file, 0).await?.ok_or(Failure::NoRoute)?;
    let mut response = Response::new(Body::from(body));
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    Ok(response)
}

/// Has a dead letter sent again, once.
#[utoipa::path(
    post, path = "/webhooks/{webhook}/dead-letters/{letter}/redeliver", tag = "webhooks", operation_id = "webhooks.redeliver",
    params(("webhook" = Uuid, Path), ("letter" = u32, Path), ("organization" = Option<Uuid>, Query)),
    responses((status = 202, body = WebhookEntry), (status = 404, body = Problem, content_type = "application/problem+json"))
)]
pub async fn redeliver(visit: Visit) -> Answer {
    let job = rewritten(&visit, |webhook, number| {
        let is_there = webhook.letter_mut(number).is_some();
        is_there.then(|| webhook.again.insert(number)).is_some()
    })
    .await?;
    json(StatusCode::ACCEPTED, &WebhookEntry::of(&job)?)
}

/// Forgets a dead letter.
#[utoipa::path(
    delete, path = "/webhooks/{webhook}/dead-letters/{letter}", tag = "webhooks", operation_id = "webhooks.forget_dead_letter",
    params(("webhook" = Uuid, Path), ("letter" = u32, Path), ("organization" = Option<Uuid>, Query)),
    responses((status = 204, description = "It is gone"), (status = 404, body = Problem, content_type = "application/problem+json"))
)]
pub async fn forget(visit: Visit) -> Answer {
    rewritten(&visit, Webhook::forget_letter).await?;
    Rendered::empty().respond()
}

/// Changes what is kept of the dead letter in the path. `change` says whether there is one.
async fn rewritten(visit: &Visit, change: impl Fn(&mut Webhook, u32) -> bool) -> Result<Job, Failure> {
    let (desk, number) = (visit.desk().await?, visit.number("letter")?);
    for _ in 0..TRIES {
        let (job, mut document, mut webhook) = found(visit, &desk).await?;
        if !change(&mut webhook, number) {
            return Err(Failure::NoRoute);
        }
        let dropped = if webhook.letter_mut(number).is_some() { Vec::new() } else { vec![cardfile_jobs::file_of(number)] };
        document.work = Work::Webhook(webhook);
        let job = Job { document: document.written()?, ..job };
        match desk.jobs()?.put(job, Vec::new(), dropped).await {
            Err(Error::Stale { .. }) => {}
            job => return Ok(job?),
        }
    }
    Err(parameter("webhook", "is written too often; try again"))
}

async fn found(visit: &Visit, desk: &Desk<'_>) -> Result<(Job, Document, Webhook), Failure> {
    desk.administration()?;
    let id = visit.id("webhook")?;
    let job = desk.jobs()?.get(id).await?;
    let document = Document::read(job.document.clone())?;
    let Work::Webhook(webhook) = document.work.clone() else {
        return Err(Error::NotFound { kind: Kind::Job, id: id.to_string() }.into());
    };
    Ok((job, document, webhook))
}
