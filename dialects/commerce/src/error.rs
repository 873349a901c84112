//! What went wrong, as this dialect's answer: the only place where errors get their form.
//!
//! Clients branch on the code, so that each has its one sense here; where a call tells more, its handler says which code.

use std::fmt::Display;
use std::time::Duration;

use axum::http::StatusCode;
use axum::http::header::{ALLOW, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, HeaderValue};
use axum::response::{IntoResponse, Response};
use cardfile_directory::{Action, Error, Kind, Reason};
use cardfile_http::{body, json};
use cardfile_model::{Violation, role};

use crate::answer;
use crate::envelope::ErrorBody;
use crate::{parameter, query};

/// Why a request failed.
#[derive(Debug)]
pub struct Failure {
    /// What clients branch on.
    pub code: &'static str,
    /// The status.
    pub status: StatusCode,
    /// A sentence for people.
    pub message: String,
    retry_after: Option<Duration>,
    allow: Option<String>,
}

/// What a handler answers when it fails.
pub type Result<T, E = Failure> = std::result::Result<T, E>;

impl Failure {
    /// A failure that asks for nothing more.
    pub fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Failure { code, status, message: message.into(), retry_after: None, allow: None }
    }

    fn bad(code: &'static str, message: impl Into<String>) -> Self {
        Failure::new(StatusCode::BAD_REQUEST, code, message)
    }

    /// The token is not there, not known, has ended, or is of another surface.
    pub fn unauthorized() -> Self {
        Failure::new(StatusCode::UNAUTHORIZED, "401", "A valid access token is required.")
    }

    /// No such path.
    pub fn no_route() -> Self {
        Failure::new(StatusCode::NOT_FOUND, "404", "There is no such address.")
    }

    /// The path is known, but not for this method.
    pub fn no_method(allow: String) -> Self {
        let failure = Failure::new(StatusCode::METHOD_NOT_ALLOWED, "405", "This method is not for this address.");
        Failure { allow: Some(allow), ..failure }
    }

    /// The request took too long.
    pub fn late() -> Self {
        Failure::new(StatusCode::GATEWAY_TIMEOUT, "504", "The request took too long.")
    }

    /// A header or a body is not as it must be.
    pub fn input(what: impl Display) -> Self {
        Failure::bad("100000", format!("The input is invalid: {what}."))
    }

    /// A value is longer than what is kept.
    pub fn too_long(what: impl Display) -> Self {
        Failure::bad("00004", format!("The value is too long: {what}."))
    }

    /// No account of this id.
    pub fn no_account(id: &str) -> Self {
        Failure::new(StatusCode::NOT_FOUND, "100001", format!("No organization with id {} was found.", shown(id)))
    }

    /// Another account under the same parent is called so.
    pub fn account_name(name: &str) -> Self {
        Failure::bad("100002", format!("An organization of the name {} exists already.", shown(name)))
    }

    /// The merchant itself is no account.
    pub fn root_organization() -> Self {
        Failure::bad("10024", "The root organization cannot be updated.")
    }

    /// No address of this id in an account.
    pub fn no_address(id: &str) -> Self {
        Failure::input(format_args!("there is no address with id {}", shown(id)))
    }

    /// What is sent as the id of a profile, a role or a value is none.
    pub fn profile_input(id: impl Display) -> Self {
        Failure::bad("22007", format!("Profile id {} is not valid input.", shown(&id.to_string())))
    }

    /// A value of a profile is not as it must be.
    pub fn profile_value(what: impl Display) -> Self {
        Failure::bad("22007", format!("The input of the profile is not valid: {what}."))
    }

    /// A role of an organization's own is not named by its id.
    pub fn custom_role() -> Self {
        Failure::bad("13001", "A custom role needs the repositoryId of a role of the organization.")
    }

    /// A role that is no organization's is not named by its id.
    pub fn global_role(id: impl Display) -> Self {
        Failure::bad("13001", format!("There is no role '{id}' without an organization."))
    }

    /// A member of a profile is missing or malformed, by its code.
    pub fn profile_field(code: &'static str, message: &str) -> Self {
        Failure::bad(code, message)
    }

    /// No profile of this id.
    pub fn no_profile(id: &str) -> Self {
        Failure::new(StatusCode::NOT_FOUND, "22001", format!("No profile with id {} was found.", shown(id)))
    }

    /// A profile is not of the account that it is looked for in.
    pub fn not_in_account(id: &str) -> Self {
        Failure::bad("22010", format!("Profile {} does not belong to the account of the shopper.", shown(id)))
    }

    /// Who was to be taken out of an account is not in it.
    pub fn no_contact(id: &str, account: &str) -> Self {
        Failure::bad("100020", format!("Profile {} is not a contact of organization {account}.", shown(id)))
    }

    /// Nobody would be left to approve in an account.
    pub fn last_approver(account: &str) -> Self {
        Failure::bad("100020", format!("The last approver of organization {account} cannot be removed."))
    }

    /// Who asks would take away their own standing.
    pub fn oneself() -> Self {
        Failure::bad("23042", "You may not remove your own profile from this account.")
    }

    /// A profile is no business user.
    pub fn other_type(id: &str) -> Self {
        Failure::bad("1002019", format!("User {} is of a different type and cannot be taken out of the organization.", shown(id)))
    }

    /// The profile or the account of the context is not in use.
    pub fn inactive() -> Self {
        Failure::bad("89102", "The shopper profile or its account is inactive.")
    }

    /// The profile of the context is not known.
    pub fn no_shopper() -> Self {
        Failure::bad("89101", "The shopper profile of the agent context is not valid.")
    }

    /// Who asks may not.
    pub fn forbidden() -> Self {
        Failure::new(StatusCode::FORBIDDEN, "100091", "No permission for this action.")
    }

    /// A header that must be there is not.
    pub fn missing_header(name: &str) -> Self {
        Failure::bad("82001", format!("Required header is missing: {name}"))
    }

    /// Another profile has this e-mail address.
    pub fn email_taken(email: &str) -> Self {
        Failure::bad("22006", format!("A profile with the e-mail address {} exists already.", shown(email)))
    }

    /// A query cannot be parsed, or names what is not known.
    pub fn query(fault: impl Display) -> Self {
        Failure::bad("100070", format!("The query expression is not valid: {fault}."))
    }

    /// A query of an organization's roles cannot be parsed, or names what is not known.
    pub fn role_query(fault: impl Display) -> Self {
        Failure::bad("85000", format!("The query expression is not valid: {fault}."))
    }

    /// An organization cannot be one of a profile's.
    pub fn account_input(id: &str) -> Self {
        Failure::bad("22046", format!("Organization id {} is not acceptable for the profile.", shown(id)))
    }

    /// The answer.
    pub fn answer(&self) -> Response {
        let mut response = answer::json(self.status, &ErrorBody::new(self.code, &self.message, self.status.as_u16()));
        let headers: &mut HeaderMap = response.headers_mut();
        if let Some(after) = self.retry_after {
            // A whole number of seconds, rounded up.
            let seconds = after.as_secs().saturating_add(u64::from(after.subsec_nanos() > 0)).max(1);
            headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        if let Some(allow) = self.allow.as_deref().and_then(|allow| HeaderValue::from_str(allow).ok()) {
            headers.insert(ALLOW, allow);
        }
        if self.status == StatusCode::UNAUTHORIZED {
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        self.answer()
    }
}

/// The beginning of a text that came from a client, short enough to be said back.
fn shown(text: &str) -> String {
    parameter::shortened(text)
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        match error {
            Error::Invalid(violations) => invalid(&violations),
            Error::Unauthenticated => Failure::unauthorized(),
            Error::Forbidden { action: Action::TakeLast(role::APPROVER) } => Failure::last_approver("the account"),
            Error::Forbidden { action: Action::TakeLast(role) } => {
                Failure::bad("100020", format!("The last {role} of the account cannot be removed."))
            }
            Error::Forbidden { action: Action::TouchOneself } => Failure::oneself(),
            Error::Forbidden {
                action:
                    Action::Scope
                    | Action::Role
                    | Action::Organization
                    | Action::UseSource(_)
                    | Action::ChangeInherited
                    | Action::Delegate,
            } => Failure::forbidden(),
            Error::NotFound { kind: Kind::Organization | Kind::Tenant, id } => Failure::no_account(&id),
            Error::NotFound { kind: Kind::Contact, id } => Failure::no_profile(&id),
            Error::NotFound { kind: Kind::Membership, .. } => {
                Failure::bad("100020", "The profile is not a contact of the organization.")
            }
            Error::NotFound {
                kind: Kind::Group | Kind::Change | Kind::Client | Kind::Login | Kind::Token | Kind::Plan | Kind::Job | Kind::Once,
                id,
            } => Failure::new(StatusCode::NOT_FOUND, "404", format!("{} was not found.", shown(&id))),
            Error::AlreadyExists { kind: Kind::Contact | Kind::Login, key } => Failure::email_taken(&key),
            Error::AlreadyExists { kind: Kind::Organization, key } => Failure::account_name(&key),
            Error::AlreadyExists { kind, key } => Failure::input(format!("{kind} {} exists already", shown(&key))),
            // Others came between each time that it was tried.
            Error::Stale { .. } => {
                let failure = Failure::new(StatusCode::SERVICE_UNAVAILABLE, "503", "Others change the same all the time.");
                Failure { retry_after: Some(Duration::from_secs(1)), ..failure }
            }
            Error::TooLarge { limit, most } => Failure::input(format!("at most {most} are allowed ({limit})")),
            Error::Throttled { retry_after } => {
                let failure = Failure::new(StatusCode::TOO_MANY_REQUESTS, "429", "Too many requests.");
                Failure { retry_after: Some(retry_after), ..failure }
            }
            Error::Unavailable { reason, retry_after } => {
                if let Reason::Storage(source) = &reason {
                    tracing::error!(%source, "commerce: the storage does not answer");
                }
                let failure = Failure::new(StatusCode::SERVICE_UNAVAILABLE, "503", "Not available now.");
                Failure { retry_after: Some(retry_after), ..failure }
            }
            Error::Internal(source) => {
                tracing::error!(%source, "commerce: a request failed");
                Failure::new(StatusCode::INTERNAL_SERVER_ERROR, "100019", "Internal error.")
            }
        }
    }
}

/// The first broken rule, in this door's names.
fn invalid(violations: &[Violation]) -> Failure {
    let Some(Violation { field, rule, message }) = violations.first() else { return Failure::input("it breaks a rule") };
    let end = field.find(['[', '.']).unwrap_or(field.len());
    let name = match &field[..end] {
        "given_name" => "firstName",
        "family_name" => "lastName",
        "emails" => "email",
        "phones" => "daytimeTelephoneNumber",
        "memberships" => "secondaryOrganizations",
        other => other,
    };
    let told = if name.is_empty() { message.clone() } else { format!("{name}: {message}") };
    if *rule == "length" { Failure::too_long(told) } else { Failure::input(told) }
}

impl From<body::Fault> for Failure {
    fn from(fault: body::Fault) -> Self {
        match fault {
            body::Fault::TooLarge(most) => {
                let told = format!("The input is invalid: the body is longer than {most} bytes.");
                Failure::new(StatusCode::PAYLOAD_TOO_LARGE, "100000", told)
            }
            body::Fault::Late => Failure::late(),
            body::Fault::MediaType | body::Fault::Broken => Failure::input("the body did not come whole"),
        }
    }
}

impl From<json::Fault> for Failure {
    fn from(fault: json::Fault) -> Self {
        Failure::input(format!("the body is not JSON of the form wanted: {fault}"))
    }
}

impl From<parameter::Fault> for Failure {
    fn from(fault: parameter::Fault) -> Self {
        Failure::bad("10002", fault.to_string())
    }
}

impl From<query::Fault> for Failure {
    fn from(fault: query::Fault) -> Self {
        Failure::query(fault)
    }
}
