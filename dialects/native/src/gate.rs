//! What every request passes through: an id, the token, the rate limit, the deadline, and the form of a failure.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use cardfile_directory::{Caller, Error};
use cardfile_http::{Allowance, Door, Late, bearer, within};

use crate::error::Failure;
use crate::settings::Settings;
use crate::visit::Visitor;

/// Where files are sent to, within the door.
const IMPORTS: &str = "/imports";
const REQUEST: HeaderName = HeaderName::from_static("x-request-id");
const LIMIT: HeaderName = HeaderName::from_static("ratelimit-limit");
const REMAINING: HeaderName = HeaderName::from_static("ratelimit-remaining");

/// The way in, and how it answers.
#[derive(Clone)]
pub struct Entrance {
    /// The way in.
    pub door: Arc<Door>,
    /// How it answers.
    pub settings: Arc<Settings>,
}

/// Lets a request in, or answers why not: without a valid token nothing is told, not even which paths there are.
pub async fn gate(State(entrance): State<Entrance>, request: Request, next: Next) -> Response {
    let id: Arc<str> = entrance.door.directory().next_id().to_string().into();
    let is_write = !matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    let timeout = match request.uri().path() {
        // What is sent may be large.
        IMPORTS => Duration::from_secs(entrance.settings.import_seconds.into()),
        _ => entrance.door.settings().request_timeout,
    };
    let (mut response, allowance) = match within(timeout, is_write, handle(entrance, request, next)).await {
        Ok(handled) => handled,
        Err(Late) => (Failure::Late.into_response(), None),
    };
    if let Some(failure) = response.extensions_mut().remove::<Arc<Failure>>() {
        let mut told = failure.answer(&id);
        std::mem::swap(told.extensions_mut(), response.extensions_mut());
        response = told;
    }
    let headers = response.headers_mut();
    if let Ok(value) = HeaderValue::try_from(&*id) {
        headers.insert(REQUEST, value);
    }
    if let Some(Allowance { limit, remaining }) = allowance {
        headers.insert(LIMIT, limit.into());
        headers.insert(REMAINING, remaining.into());
    }
    tracing::debug!(request = &*id, status = response.status().as_u16(), "native: answered");
    response
}

/// Finds out who calls, and lets the handler do its part.
async fn handle(entrance: Entrance, mut request: Request, next: Next) -> (Response, Option<Allowance>) {
    match admit(&entrance.door, request.headers()).await {
        Ok((caller, allowance)) => {
            request.extensions_mut().insert(Visitor { entrance, caller });
            (next.run(request).await, allowance)
        }
        Err(error) => (Failure::from(error).into_response(), None),
    }
}

async fn admit(door: &Door, headers: &HeaderMap) -> Result<(Arc<Caller>, Option<Allowance>), Error> {
    let token = bearer(headers).ok_or(Error::Unauthenticated)?;
    let caller = door.directory().identify(token).await?;
    let allowance = door.admit(&caller).await?;
    Ok((caller, allowance))
}
