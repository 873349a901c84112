//! What every request passes through: a tracking id, the token, the rate limit, the deadline, and the form of a failure.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use cardfile_directory::{Caller, Error};
use cardfile_http::{Allowance, Door, Late, bearer, within};
use cardfile_model::Sources;

use crate::error::Failure;
use crate::visit::Visitor;

const TRACKING: HeaderName = HeaderName::from_static("trackingid");
const LIMIT: HeaderName = HeaderName::from_static("ratelimit-limit");
const REMAINING: HeaderName = HeaderName::from_static("ratelimit-remaining");
/// How much of a client's own tracking id is logged.
const MOST_TRACKED: usize = 200;

/// Lets a request in, or answers why not: without a valid token nothing is told, not even which paths there are.
pub async fn gate(State(door): State<Arc<Door>>, request: Request, next: Next) -> Response {
    let entry = Entry::new(&door);
    let client = tracked(request.headers());
    let is_write = !matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    let handling = handle(Arc::clone(&door), entry.clone(), request, next);
    let (entry, response) = match within(door.settings().request_timeout, is_write, handling).await {
        Ok(handled) => handled,
        Err(Late) => (entry, Failure::Late.into_response()),
    };
    let response = entry.finish(response);
    tracing::debug!(tracking = &*entry.tracking, client, status = response.status().as_u16(), "webex: answered");
    response
}

/// Finds out who calls, and lets the handler do its part.
async fn handle(door: Arc<Door>, mut entry: Entry, mut request: Request, next: Next) -> (Entry, Response) {
    let response = match entry.admit(&door, request.headers()).await {
        Ok(caller) => {
            let tracking = Arc::clone(&entry.tracking);
            request.extensions_mut().insert(Visitor { door, caller, tracking });
            next.run(request).await
        }
        Err(error) => Failure::from(error).into_response(),
    };
    (entry, response)
}

/// What is known of a request at its end.
#[derive(Clone)]
struct Entry {
    tracking: Arc<str>,
    sources: Sources,
    allowance: Option<Allowance>,
}

impl Entry {
    fn new(door: &Door) -> Self {
        let tracking = format!("ROUTERGW_{}", door.directory().next_id()).into();
        Entry { tracking, sources: Sources::Only(Vec::new()), allowance: None }
    }

    async fn admit(&mut self, door: &Door, headers: &HeaderMap) -> Result<Arc<Caller>, Error> {
        let token = bearer(headers).ok_or(Error::Unauthenticated)?;
        let caller = door.directory().identify(token).await?;
        self.sources = caller.principal.sources.clone();
        // What a refused caller is told; one that is let in is told what is left.
        self.allowance = door.settings().rate_limit.map(|limit| Allowance { limit: limit.get(), remaining: 0 });
        self.allowance = door.admit(&caller).await?;
        Ok(caller)
    }

    fn finish(&self, mut response: Response) -> Response {
        if let Some(failure) = response.extensions_mut().remove::<Arc<Failure>>() {
            let mut told = failure.answer(&self.sources, &self.tracking);
            std::mem::swap(told.extensions_mut(), response.extensions_mut());
            response = told;
        }
        let headers = response.headers_mut();
        if let Ok(value) = HeaderValue::try_from(&*self.tracking) {
            headers.insert(TRACKING, value);
        }
        if let Some(Allowance { limit, remaining }) = self.allowance {
            headers.insert(LIMIT, limit.into());
            headers.insert(REMAINING, remaining.into());
        }
        response
    }
}

/// The tracking id a client gave, for the log.
fn tracked(headers: &HeaderMap) -> String {
    let given = headers.get(TRACKING).and_then(|value| value.to_str().ok()).unwrap_or_default();
    given.chars().take(MOST_TRACKED).collect()
}
