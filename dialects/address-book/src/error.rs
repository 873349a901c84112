//! Failures, and the only place where they get their status, code and words.

use std::collections::BTreeMap;
use std::time::Duration;

use axum::http::StatusCode;
use cardfile_directory::{Action, Error, Kind, Reason};
use cardfile_http::body;
use cardfile_http::charset::NotText;
use cardfile_http::{form, xml};
use cardfile_model::Violation;

use crate::settings::{BusinessErrors, Settings};

/// What kind of failure it is, in the words of this door.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Code {
    InvalidRequest,
    Unauthorized,
    NotPermitted,
    NotFound,
    GroupNotFound,
    ContactNotFound,
    GroupNameExists,
    TooManyItems,
    MethodNotAllowed,
    PayloadTooLarge,
    UnsupportedMediaType,
    TooManyRequests,
    Unavailable,
    InternalError,
}

/// Why a request was not done.
#[derive(Debug, Clone)]
pub struct Failure {
    /// The status, but for what is set about failures of business.
    pub status: StatusCode,
    /// The code.
    pub code: Code,
    /// A sentence; it names the field at fault and repeats nothing that was sent.
    pub reason: String,
    /// The methods a path has, for 405.
    pub allow: Option<String>,
    /// When to ask again, for 429 and 503.
    pub retry_after: Option<Duration>,
    /// Whether it is about contacts and groups.
    pub is_business: bool,
}

impl Failure {
    /// A failure of HTTP.
    pub fn new(status: StatusCode, code: Code, reason: impl Into<String>) -> Self {
        Failure { status, code, reason: reason.into(), allow: None, retry_after: None, is_business: false }
    }

    /// A failure about contacts and groups.
    pub fn business(status: StatusCode, code: Code, reason: impl Into<String>) -> Self {
        Failure { is_business: true, ..Failure::new(status, code, reason) }
    }

    /// Something in the request is not as it must be.
    pub fn invalid(field: &str, message: impl std::fmt::Display) -> Self {
        let reason = if field.is_empty() { message.to_string() } else { format!("{field}: {message}") };
        Failure::new(StatusCode::BAD_REQUEST, Code::InvalidRequest, reason)
    }

    /// More items than are taken at once.
    pub fn too_many(most: usize) -> Self {
        let reason = format!("At most {most} items are taken at once.");
        Failure::new(StatusCode::BAD_REQUEST, Code::TooManyItems, reason)
    }

    /// No such contact.
    pub fn no_contact() -> Self {
        Failure::business(StatusCode::NOT_FOUND, Code::ContactNotFound, "Contact not found.")
    }

    /// No such group.
    pub fn no_group() -> Self {
        Failure::business(StatusCode::NOT_FOUND, Code::GroupNotFound, "Group not found.")
    }

    /// It may not be changed from here.
    pub fn inherited() -> Self {
        Failure::business(StatusCode::FORBIDDEN, Code::NotPermitted, "Inherited records may not be changed here.")
    }

    /// No such path.
    pub fn no_route() -> Self {
        Failure::new(StatusCode::NOT_FOUND, Code::NotFound, "There is no such address.")
    }

    /// Who calls did not say who they are.
    pub fn unauthorized() -> Self {
        Failure::new(StatusCode::UNAUTHORIZED, Code::Unauthorized, "A valid access token is required.")
    }

    /// The request took too long.
    pub fn late() -> Self {
        Failure::new(StatusCode::GATEWAY_TIMEOUT, Code::Unavailable, "The request took too long.")
    }

    /// The status as it is answered.
    pub fn answered(&self, settings: &Settings) -> StatusCode {
        let is_ok = self.is_business && settings.business_errors == BusinessErrors::Ok200;
        if is_ok { StatusCode::OK } else { self.status }
    }
}

impl Code {
    /// The word for it: the operator's, else ours.
    pub fn word(self, words: &BTreeMap<String, String>) -> String {
        let own = format!("{self:?}");
        words.get(&own).cloned().unwrap_or(own)
    }
}

const PROTECTED: &str =
    "An account must keep somebody who approves and somebody who administers it, and nobody removes themselves.";

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        match error {
            Error::Invalid(violations) => invalid(&violations),
            Error::Unauthenticated => Failure::unauthorized(),
            Error::Forbidden { action: Action::ChangeInherited } => Failure::inherited(),
            Error::Forbidden { action } => {
                let reason = match action {
                    Action::Scope => "The access token does not cover this.",
                    Action::Role => "This is for administrators.",
                    Action::Organization => "The account is not yours.",
                    Action::TakeLast(_) | Action::TouchOneself | Action::Delegate => PROTECTED,
                    Action::UseSource(_) | Action::ChangeInherited => "This record may not be changed here.",
                };
                Failure::business(StatusCode::FORBIDDEN, Code::NotPermitted, reason)
            }
            Error::NotFound { kind: Kind::Contact, .. } => Failure::no_contact(),
            Error::NotFound { kind: Kind::Group, .. } => Failure::no_group(),
            Error::NotFound {
                kind:
                    Kind::Tenant
                    | Kind::Organization
                    | Kind::Client
                    | Kind::Login
                    | Kind::Change
                    | Kind::Membership
                    | Kind::Token
                    | Kind::Plan
                    | Kind::Job
                    | Kind::Once,
                ..
            } => Failure::business(StatusCode::NOT_FOUND, Code::NotFound, "Account not found."),
            Error::AlreadyExists { kind: Kind::Group, .. } => {
                Failure::business(StatusCode::CONFLICT, Code::GroupNameExists, "There is a group of this name already.")
            }
            Error::AlreadyExists { .. } => Failure::business(StatusCode::CONFLICT, Code::InvalidRequest, "It exists already."),
            Error::Stale { .. } => {
                let reason = "It was changed meanwhile; try again.";
                Failure::business(StatusCode::CONFLICT, Code::InvalidRequest, reason)
            }
            Error::TooLarge { limit, most } => {
                let reason = format!("More than {most} ({limit}) are not taken.");
                Failure::new(StatusCode::BAD_REQUEST, Code::TooManyItems, reason)
            }
            Error::Throttled { retry_after } => {
                let failure = Failure::new(StatusCode::TOO_MANY_REQUESTS, Code::TooManyRequests, "Too many requests.");
                Failure { retry_after: Some(retry_after), ..failure }
            }
            Error::Unavailable { reason, retry_after } => {
                if let Reason::Storage(source) = &reason {
                    tracing::error!(%source, "address book: the storage does not answer");
                }
                let failure = Failure::new(StatusCode::SERVICE_UNAVAILABLE, Code::Unavailable, "Not available now.");
                Failure { retry_after: Some(retry_after), ..failure }
            }
            Error::Internal(source) => {
                tracing::error!(%source, "address book: a request failed");
                Failure::new(StatusCode::INTERNAL_SERVER_ERROR, Code::InternalError, "Internal error.")
            }
        }
    }
}

/// The first broken rule, in this door's names.
fn invalid(violations: &[Violation]) -> Failure {
    let Some(Violation { field, message, .. }) = violations.first() else { return Failure::invalid("", "invalid") };
    let name = match field.split(['[', '.']).next().unwrap_or_default() {
        "given_name" => "FirstName",
        "family_name" => "LastName",
        "phones" => "MobilePhone",
        "emails" => "EmailAddress",
        "name" => "GroupName",
        _ => field,
    };
    Failure::invalid(name, message)
}

impl From<body::Fault> for Failure {
    fn from(fault: body::Fault) -> Self {
        match fault {
            body::Fault::MediaType => {
                let reason = "The body must be JSON, XML or a form, and say so in Content-Type.";
                Failure::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, Code::UnsupportedMediaType, reason)
            }
            body::Fault::TooLarge(most) => {
                let reason = format!("The body is longer than {most} bytes.");
                Failure::new(StatusCode::PAYLOAD_TOO_LARGE, Code::PayloadTooLarge, reason)
            }
            body::Fault::Broken | body::Fault::Late => Failure::invalid("", "The body did not come whole."),
        }
    }
}

impl From<NotText> for Failure {
    fn from(fault: NotText) -> Self {
        Failure::invalid("", fault)
    }
}

impl From<xml::Fault> for Failure {
    fn from(fault: xml::Fault) -> Self {
        Failure::invalid("", fault)
    }
}

impl From<form::Fault> for Failure {
    fn from(fault: form::Fault) -> Self {
        let told = match fault {
            form::Fault::Key(_) => "a key cannot be read".to_owned(),
            fault => fault.to_string(),
        };
        Failure::invalid("", told)
    }
}
