//! What went wrong, as a problem (RFC 9457): the only place where errors get their form.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::http::header::{CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use cardfile_directory::{Error, Reason};
use cardfile_http::{body, json};
use cardfile_model::Violation;
use serde_json::{Value, json};

use crate::wire::{Fault, Problem};

/// Why a request failed.
#[derive(Debug)]
pub enum Failure {
    /// The directory refused.
    Directory(Error),
    /// What was expected of a thing does not hold.
    Precondition(Error),
    /// The body was not taken.
    Body(body::Fault),
    /// So many people are concerned that it must be confirmed.
    Unconfirmed {
        /// How many.
        people: u64,
        /// Of how many.
        of: u64,
    },
    /// A job does not stand where it would have to.
    JobState {
        /// Where it stands.
        state: &'static str,
        /// When it could be done.
        wanted: &'static str,
    },
    /// What never comes back must be confirmed.
    Final,
    /// What was answered under an idempotency key told of somebody who was erased since.
    Erased,
    /// An idempotency key is in use for another request.
    KeyTaken,
    /// What changed behind a position is not known any more.
    Forgotten,
    /// No such path.
    NoRoute,
    /// The path is known, but not for this method.
    NoMethod,
    /// It took too long.
    Late,
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        match error {
            Error::AlreadyExists { kind: cardfile_directory::Kind::Once, .. } => Failure::KeyTaken,
            error => Failure::Directory(error),
        }
    }
}

impl From<body::Fault> for Failure {
    fn from(fault: body::Fault) -> Self {
        Failure::Body(fault)
    }
}

impl From<json::Fault> for Failure {
    fn from(fault: json::Fault) -> Self {
        Error::invalid(fault.member, "json", fault.message).into()
    }
}

impl From<Vec<Violation>> for Failure {
    fn from(violations: Vec<Violation>) -> Self {
        Error::Invalid(violations).into()
    }
}

/// A parameter that cannot be taken.
pub fn parameter(name: &str, message: impl Into<String>) -> Failure {
    Error::invalid(name, "parameter", message).into()
}

/// Only the gate knows the id of the request: until there, the failure travels as an extension of an empty response.
impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let mut response = Response::new(Body::empty());
        response.extensions_mut().insert(Arc::new(self));
        response
    }
}

/// An error in this door's words.
pub struct Told {
    status: StatusCode,
    /// The problem's name, the last part of its type.
    name: &'static str,
    detail: Cow<'static, str>,
    faults: Vec<Fault>,
    retry_after: Option<Duration>,
    more: Value,
}

impl Told {
    fn new(status: StatusCode, name: &'static str, detail: impl Into<Cow<'static, str>>) -> Self {
        Told { status, name, detail: detail.into(), faults: Vec::new(), retry_after: None, more: Value::Null }
    }

    fn later(self, retry_after: Duration) -> Self {
        Told { retry_after: Some(retry_after), ..self }
    }

    fn of(error: &Error) -> Self {
        match error {
            Error::Invalid(violations) => {
                let faults: Vec<Fault> = violations.iter().map(Fault::of).collect();
                let detail = faults.first().map_or_else(String::new, Fault::sentence);
                Told { faults, ..Told::new(StatusCode::BAD_REQUEST, "invalid", detail) }
            }
            Error::Unauthenticated => {
                Told::new(StatusCode::UNAUTHORIZED, "unauthenticated", "Send a valid token as Authorization: Bearer.")
            }
            Error::Forbidden { action } => Told::new(StatusCode::FORBIDDEN, "forbidden", format!("Not allowed: {action}.")),
            Error::NotFound { kind, id } => {
                Told::new(StatusCode::NOT_FOUND, "not-found", format!("There is no {kind} {}.", shown(id)))
            }
            Error::AlreadyExists { kind, key } => {
                Told::new(StatusCode::CONFLICT, "already-exists", format!("There is a {kind} {} already.", shown(key)))
            }
            Error::Stale { expected, actual } => {
                let detail = format!("It was changed meanwhile: revision {expected} was expected, and {actual} found.");
                Told::new(StatusCode::CONFLICT, "changed-meanwhile", detail)
            }
            Error::TooLarge { limit, most } => {
                Told::new(StatusCode::PAYLOAD_TOO_LARGE, "too-large", format!("At most {most} are taken ({limit})."))
            }
            Error::Throttled { retry_after } => {
                Told::new(StatusCode::TOO_MANY_REQUESTS, "too-many-requests", "Ask more slowly.").later(*retry_after)
            }
            Error::Unavailable { reason, retry_after } => {
                let detail = match reason {
                    Reason::Locked => "The organization is locked by its operator.",
                    Reason::Overloaded => "Too much is waiting.",
                    Reason::ShuttingDown => "The server is shutting down.",
                    Reason::Storage(source) => {
                        tracing::error!(%source, "native: the storage does not answer");
                        "The storage does not answer."
                    }
                };
                Told::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", detail).later(*retry_after)
            }
            Error::Internal(source) => {
                tracing::error!(%source, "native: a request failed");
                Told::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", "This is our fault.")
            }
        }
    }

    fn of_body(fault: &body::Fault) -> Self {
        match fault {
            body::Fault::MediaType => {
                Told::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "media-type", "The body is not of a media type that is read here.")
            }
            body::Fault::TooLarge(most) => {
                Told::new(StatusCode::PAYLOAD_TOO_LARGE, "too-large", format!("A body has at most {most} bytes."))
            }
            body::Fault::Broken => Told::new(StatusCode::BAD_REQUEST, "body", "The body did not come whole."),
            body::Fault::Late => Told::new(StatusCode::REQUEST_TIMEOUT, "late", "The body did not come in time."),
        }
    }
}

impl Failure {
    fn told(&self) -> Told {
        match self {
            Failure::Directory(error) => Told::of(error),
            Failure::Precondition(error) => match error {
                Error::Stale { .. } | Error::AlreadyExists { .. } => {
                    let told = Told::of(error);
                    Told { status: StatusCode::PRECONDITION_FAILED, ..told }
                }
                error => Told::of(error),
            },
            Failure::Body(fault) => Told::of_body(fault),
            Failure::Unconfirmed { people, of } => {
                let detail = format!("This concerns {people} of {of} people; send confirm=true, or plan it first.");
                let more = json!({"people": people, "of": of});
                Told { more, ..Told::new(StatusCode::CONFLICT, "confirmation-required", detail) }
            }
            Failure::JobState { state, wanted } => {
                let detail = format!("The job is {state}: that is possible when {wanted}.");
                Told::new(StatusCode::CONFLICT, "job-state", detail)
            }
            Failure::Final => {
                let detail = "Who is erased never comes back; send confirm=true.";
                Told::new(StatusCode::CONFLICT, "confirmation-required", detail)
            }
            Failure::Erased => {
                let detail = "This was done before. What was answered told of somebody who was erased since.";
                Told::new(StatusCode::GONE, "erased", detail)
            }
            Failure::KeyTaken => {
                let detail = "This Idempotency-Key was sent with another request.";
                Told::new(StatusCode::UNPROCESSABLE_ENTITY, "idempotency-key-taken", detail)
            }
            Failure::Forgotten => {
                let detail = "What changed since then is not known any more. Take a new position, then read everyone.";
                Told::new(StatusCode::GONE, "forgotten", detail)
            }
            Failure::NoRoute => Told::new(StatusCode::NOT_FOUND, "no-such-path", "There is nothing at this path."),
            Failure::NoMethod => Told::new(StatusCode::METHOD_NOT_ALLOWED, "method", "This path does not know this method."),
            Failure::Late => Told::new(StatusCode::GATEWAY_TIMEOUT, "late", "It takes too long; a write still goes on."),
        }
    }

    /// The answer, for the request of an id.
    pub fn answer(&self, request: &str) -> Response {
        let Told { status, name, detail, faults, retry_after, more } = self.told();
        let problem = Problem {
            r#type: format!("/docs#problem-{name}"),
            title: name.replace('-', " "),
            status: status.as_u16(),
            detail: detail.into_owned(),
            instance: format!("urn:uuid:{request}"),
            violations: faults,
            more,
        };
        let text = serde_json::to_vec(&problem).unwrap_or_default();
        let mut response = Response::new(Body::from(text));
        *response.status_mut() = status;
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if let Some(wait) = retry_after {
            headers.insert(RETRY_AFTER, wait.as_secs().max(1).into());
        }
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

/// The beginning of a text that came from a client, short enough to be said back.
pub fn shown(text: &str) -> String {
    text.chars().take(80).collect()
}

/// What an error is called, and what it says in a sentence.
pub fn described(error: &Error) -> (&'static str, String) {
    let told = Told::of(error);
    (told.name, told.detail.into_owned())
}
