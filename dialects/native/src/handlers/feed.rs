//! What changed since: a page of it, waited for if wanted, and all of it as it comes.

use std::convert::Infallible;
use std::time::Duration;

use axum::body::Body;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;
use cardfile_directory::{Error, Feed, Position};
use cardfile_http::bearer;
use futures_util::stream;
use tokio::time::{Instant, timeout};

use crate::answer::{Answer, json};
use crate::error::{Failure, parameter};
use crate::paging::Slice;
use crate::visit::{Around, Visit};
use crate::wire::{FeedPage, Problem};

/// How often it is looked whether another process changed something.
const LOOK: Duration = Duration::from_secs(1);
/// The part of the time a request may take that it may wait.
const PATIENCE: (u32, u32) = (4, 5);
const LAST_EVENT: &str = "last-event-id";

/// Tells what changed behind a position. Without one nothing is told but the position now: take it, read everyone, then follow.
#[utoipa::path(
    get, path = "/changes", tag = "changes", operation_id = "changes.feed",
    params(("organization" = Option<Uuid>, Query), ("since" = Option<String>, Query, description = "The position behind the last page"),
           ("below" = Option<bool>, Query, description = "Whether organizations below are meant too"),
           ("wait" = Option<u64>, Query, description = "Seconds to wait for something to change"), ("limit" = Option<u64>, Query, description = "People on a page at most")),
    responses((status = 200, body = FeedPage),
              (status = 410, description = "What changed since then is not known any more", body = Problem, content_type = "application/problem+json"))
)]
pub async fn page(visit: Visit) -> Answer {
    let asked = Asked::of(&visit)?;
    let from = visit.parameters.filled("since").map(position).transpose()?;
    let wait = visit.parameters.whole_number("wait").map_err(|message| parameter("wait", message))?.unwrap_or_default();
    let (most, part) = (u64::from(visit.settings().feed_wait_seconds), visit.request_timeout() * PATIENCE.0 / PATIENCE.1);
    let (feed, page) = asked.waited(&visit, from, Duration::from_secs(wait.min(most)).min(part)).await?;
    tracing::debug!(is_empty = feed.is_empty(), "native: told what changed");
    json(StatusCode::OK, &page)
}

/// Tells what changes as it comes (`text/event-stream`): each event is a page, its id the position behind it. Who comes back with
/// `Last-Event-ID`, or `since`, goes on there.
#[utoipa::path(
    get, path = "/changes/stream", tag = "changes", operation_id = "changes.stream",
    params(("organization" = Option<Uuid>, Query), ("since" = Option<String>, Query), ("below" = Option<bool>, Query),
           ("limit" = Option<u64>, Query), ("Last-Event-ID" = Option<String>, Header)),
    responses((status = 200, description = "Events named `changes`, each with a page", body = String, content_type = "text/event-stream"),
              (status = 410, body = Problem, content_type = "application/problem+json"))
)]
pub async fn stream(visit: Visit) -> Answer {
    let asked = Asked::of(&visit)?;
    let last = visit.headers.get(LAST_EVENT).and_then(|value| value.to_str().ok());
    let from = last.or(visit.parameters.filled("since")).map(position).transpose()?;
    // The first page tells whether there is anything to follow.
    let (feed, page) = asked.waited(&visit, from, Duration::ZERO).await?;
    let begin = Following { visit, asked, position: feed.next, first: Some(page) };
    let events = stream::unfold(Some(begin), |following: Option<Following>| async move {
        let (text, following) = following?.next().await?;
        Some((Ok::<_, Infallible>(text), Some(following)))
    });
    let mut response = Response::new(Body::from_stream(events));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

/// What is asked of the feed.
#[derive(Clone, Copy)]
struct Asked {
    is_below: bool,
    limit: usize,
}

impl Asked {
    fn of(visit: &Visit) -> Result<Asked, Failure> {
        let Slice { limit, .. } = Slice::of(visit)?;
        if limit == 0 {
            return Err(parameter("limit", "must be at least 1"));
        }
        Ok(Asked { is_below: visit.flag("below")?, limit })
    }

    /// The next page that tells anything, or the last that was looked for within a time.
    async fn waited(self, visit: &Visit, from: Option<Position>, wait: Duration) -> Result<(Feed, FeedPage), Failure> {
        let (end, mut from) = (Instant::now() + wait, from);
        loop {
            let change = visit.directory().change_in(visit.caller());
            let desk = visit.desk().await?;
            let feed = desk.reader()?.feed(from, self.is_below, self.limit).await.map_err(forgotten)?;
            let left = end.saturating_duration_since(Instant::now());
            if from.is_none() || !feed.is_empty() || (left.is_zero() && !feed.has_more) || visit.directory().is_closed() {
                let page = FeedPage::of(&feed, &Around::of(&desk));
                return Ok((feed, page));
            }
            from = Some(feed.next);
            if !feed.has_more {
                let _looked_again = timeout(left.min(LOOK), change).await;
            }
        }
    }
}

/// Somebody who follows the feed.
struct Following {
    visit: Visit,
    asked: Asked,
    position: Position,
    first: Option<FeedPage>,
}

impl Following {
    /// The next event, or the sign that the stream is still there; nothing once it ends.
    async fn next(mut self) -> Option<(String, Following)> {
        if let Some(page) = self.first.take() {
            return Some((event(&page)?, self));
        }
        // Whoever may not call any more is told nothing further.
        let token = bearer(&self.visit.headers)?.to_owned();
        self.visit.directory().identify(&token).await.ok()?;
        if self.visit.directory().is_closed() {
            return None;
        }
        let silence = Duration::from_secs(self.visit.settings().feed_heartbeat_seconds.into());
        let (feed, page) = self.asked.waited(&self.visit, Some(self.position), silence).await.ok()?;
        self.position = feed.next;
        let text = if feed.is_empty() { ":\n\n".to_owned() } else { event(&page)? };
        Some((text, self))
    }
}

/// A page as an event (WHATWG HTML §9.2).
fn event(page: &FeedPage) -> Option<String> {
    let data = serde_json::to_string(page).ok()?;
    Some(format!("id: {}\nevent: changes\ndata: {data}\n\n", page.next))
}

fn position(text: &str) -> Result<Position, Failure> {
    Position::read(text).ok_or_else(|| parameter("since", "must be a position that was given here"))
}

fn forgotten(error: Error) -> Failure {
    match error {
        Error::Stale { .. } => Failure::Forgotten,
        error => error.into(),
    }
}
