//! What went wrong, as this dialect's answer: the only place where errors get their form.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::http::header::{ACCEPT, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use cardfile_directory::{Action, Error, Kind, Reason};
use cardfile_http::{body, json};
use cardfile_model::{Sources, Violation};

use crate::source;
use crate::visit::json_body;
use crate::wire::{ErrorAnswer, ErrorDetail, FailedContact};

const NO_TOKEN: &str = "The request requires a valid access token set in the Authorization request header.";
const NOT_ALLOWED: &str = "The server understood the request, but refused to fulfill it because the access token is missing \
                           required scopes or the user is missing required roles or licenses.";
const NOT_FOUND: &str = "The requested resource could not be found.";
const LOCKED: &str = "The requested resource is temporarily unavailable.";

/// The names of members where Webex and the model call them differently.
const RENAMED: &[(&str, &str)] = &[
    ("display_name", "displayName"),
    ("given_name", "firstName"),
    ("family_name", "lastName"),
    ("organization", "companyName"),
    ("photo_uri", "avatarURL"),
    ("preferred_method", "primaryContactMethod"),
    ("phones", "phoneNumbers"),
    ("sip_addresses", "sipAddresses"),
    ("shared_with", "groupIds"),
    ("name", "displayName"),
];

/// Why a request failed.
#[derive(Debug)]
pub enum Failure {
    /// The directory refused.
    Directory(Error),
    /// The body was not taken.
    Body(body::Fault),
    /// No such path.
    NoRoute,
    /// The path is known, but not for this method.
    NoMethod,
    /// It took too long.
    Late,
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Failure::Directory(error)
    }
}

impl From<body::Fault> for Failure {
    fn from(fault: body::Fault) -> Self {
        Failure::Body(fault)
    }
}

impl From<json::Fault> for Failure {
    fn from(fault: json::Fault) -> Self {
        Failure::Directory(invalid(fault))
    }
}

/// Only the gate knows what an error body needs (the tracking id, whose sources): until there, the failure travels as an
/// extension of an empty response.
impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let mut response = Response::new(Body::empty());
        response.extensions_mut().insert(Arc::new(self));
        response
    }
}

/// A fault in a body as an error of the directory.
pub fn invalid(fault: json::Fault) -> Error {
    Error::invalid(fault.member, "json", fault.message)
}

/// An error in this dialect's words.
struct Told {
    status: StatusCode,
    /// Never empty.
    messages: Vec<String>,
    retry_after: Option<Duration>,
}

impl Told {
    fn new(status: StatusCode, message: impl Into<String>) -> Self {
        Told { status, messages: vec![message.into()], retry_after: None }
    }

    fn later(self, retry_after: Duration) -> Self {
        Told { retry_after: Some(retry_after), ..self }
    }

    fn of(error: &Error, sources: &Sources) -> Self {
        match error {
            Error::Invalid(violations) => Told { messages: sentences(violations), ..Told::new(StatusCode::BAD_REQUEST, "") },
            Error::Unauthenticated => Told::new(StatusCode::UNAUTHORIZED, NO_TOKEN),
            Error::Forbidden { action: Action::UseSource(name) } => {
                Told::new(StatusCode::FORBIDDEN, source::refusal(sources, name.as_deref()))
            }
            Error::Forbidden { action: Action::Scope | Action::Role | Action::Organization | Action::ChangeInherited } => {
                Told::new(StatusCode::FORBIDDEN, NOT_ALLOWED)
            }
            Error::Forbidden { action: action @ (Action::TakeLast(_) | Action::TouchOneself | Action::Delegate) } => {
                Told::new(StatusCode::FORBIDDEN, format!("The request is refused: {action}."))
            }
            Error::NotFound { .. } => Told::new(StatusCode::NOT_FOUND, NOT_FOUND),
            Error::AlreadyExists { kind: Kind::Group, .. } => {
                Told::new(StatusCode::CONFLICT, "Group with the same name already exists.")
            }
            Error::AlreadyExists { kind, .. } => Told::new(StatusCode::CONFLICT, format!("This {kind} already exists.")),
            Error::Stale { .. } => Told::new(StatusCode::CONFLICT, "The resource was changed meanwhile."),
            Error::TooLarge { limit, most } => {
                Told::new(StatusCode::BAD_REQUEST, format!("{}: at most {most} are accepted.", limited(limit)))
            }
            Error::Throttled { retry_after } => {
                Told::new(StatusCode::TOO_MANY_REQUESTS, "Too many requests.").later(*retry_after)
            }
            Error::Unavailable { reason: Reason::Locked, retry_after } => {
                Told::new(StatusCode::LOCKED, LOCKED).later(*retry_after)
            }
            Error::Unavailable { reason: Reason::Overloaded | Reason::ShuttingDown | Reason::Storage(_), retry_after } => {
                Told::new(StatusCode::SERVICE_UNAVAILABLE, "Service unavailable.").later(*retry_after)
            }
            Error::Internal(_) => Told::new(StatusCode::INTERNAL_SERVER_ERROR, "Internal server error."),
        }
    }
}

impl Failure {
    fn told(&self, sources: &Sources) -> Told {
        match self {
            Failure::Directory(error) => Told::of(error, sources),
            Failure::Body(body::Fault::MediaType) => Told::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "Unsupported media type."),
            Failure::Body(body::Fault::TooLarge(most)) => {
                Told::new(StatusCode::PAYLOAD_TOO_LARGE, format!("The body is longer than {most} bytes."))
            }
            Failure::Body(body::Fault::Broken) => Told::new(StatusCode::BAD_REQUEST, "The body did not come whole."),
            Failure::NoRoute => Told::new(StatusCode::NOT_FOUND, NOT_FOUND),
            Failure::NoMethod => Told::new(StatusCode::METHOD_NOT_ALLOWED, "Method not allowed."),
            Failure::Body(body::Fault::Late) | Failure::Late => Told::new(StatusCode::GATEWAY_TIMEOUT, "Gateway timeout."),
        }
    }

    /// The answer; what only the operator may know is logged under the tracking id.
    pub fn answer(&self, sources: &Sources, tracking: &str) -> Response {
        if let Failure::Directory(error) = self {
            log(error, tracking);
        }
        let Told { status, messages, retry_after } = self.told(sources);
        let message = messages.join("; ");
        let errors = messages.iter().map(|description| ErrorDetail { description }).collect();
        let mut response = json_body(status, &ErrorAnswer { message: &message, errors, tracking_id: tracking })
            .unwrap_or_else(|_| status.into_response());
        let headers = response.headers_mut();
        if let Some(after) = retry_after {
            headers.insert(RETRY_AFTER, HeaderValue::from(whole_seconds(after)));
        }
        match status {
            StatusCode::UNAUTHORIZED => drop(headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"))),
            StatusCode::UNSUPPORTED_MEDIA_TYPE => drop(headers.insert(ACCEPT, HeaderValue::from_static("application/json"))),
            _ => {}
        }
        response
    }
}

/// The failure of one item of many, by its position in the request.
pub fn failed(at: usize, error: &Error, sources: &Sources, tracking: &str) -> FailedContact {
    log(error, tracking);
    let Told { status, messages, .. } = Told::of(error, sources);
    let error_code = match status {
        StatusCode::FORBIDDEN => "external.non.privilege",
        StatusCode::BAD_REQUEST => "external.invalid.parameter",
        StatusCode::NOT_FOUND => "external.not.found",
        StatusCode::CONFLICT => "external.conflict",
        _ => "external.internal.error",
    };
    FailedContact { id: at.to_string(), error_code, error_message: messages.join("; "), status_code: status.as_u16() }
}

/// Logs the cause of an error that is ours.
fn log(error: &Error, tracking: &str) {
    let cause: &dyn std::error::Error = match error {
        Error::Internal(cause) | Error::Unavailable { reason: Reason::Storage(cause), .. } => &**cause,
        _ => return,
    };
    tracing::error!(tracking, cause, "webex: a request failed");
}

fn sentences(violations: &[Violation]) -> Vec<String> {
    let sentences: Vec<String> = violations.iter().map(sentence).collect();
    if sentences.is_empty() { vec!["The request is not valid.".to_owned()] } else { sentences }
}

fn sentence(Violation { field, rule: _, message }: &Violation) -> String {
    let end = field.find(['[', '.']).unwrap_or(field.len());
    let (name, rest) = field.split_at(end);
    let name = RENAMED.iter().find(|(ours, _)| *ours == name).map_or(name, |(_, theirs)| theirs);
    if name.is_empty() { message.clone() } else { format!("{name}{rest}: {message}") }
}

/// What a limit limits.
fn limited(limit: &str) -> &str {
    match limit {
        "batch_items" => "contacts",
        "group_edits" => "members",
        "tenant_people" => "contacts of an organization",
        "tenant_groups" => "groups of an organization",
        other => other,
    }
}

/// Clients read `Retry-After` as a whole number: at least one second, rounded up.
fn whole_seconds(after: Duration) -> u64 {
    after.as_secs().saturating_add(u64::from(after.subsec_nanos() > 0)).max(1)
}

#[cfg(test)]
mod tests;
