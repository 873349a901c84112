//! The one error of the directory, its ten variants named for what the caller must do.

use std::time::Duration;

use cardfile_model::Violation;
use thiserror::Error;
use uuid::Uuid;

/// The result of everything the directory does.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// An underlying failure: logged once, where the answer is made, and never shown to a client.
pub type Source = Box<dyn std::error::Error + Send + Sync + 'static>;

/// Why something was not done. Each dialect turns it into its own answer in one `match` without a wildcard.
#[derive(Debug, Error)]
pub enum Error {
    /// What was asked breaks rules; mend it.
    #[error("{}", describe(.0))]
    Invalid(Vec<Violation>),
    /// Say who you are.
    #[error("a valid credential is required")]
    Unauthenticated,
    /// You may not do this.
    #[error("not allowed: {action}")]
    Forbidden {
        /// What was refused.
        action: Action,
    },
    /// There is no such thing, or you may not know of it.
    #[error("{kind} {id} is not known")]
    NotFound {
        /// What was looked for.
        kind: Kind,
        /// By which name.
        id: String,
    },
    /// There is one already.
    #[error("{kind} {key} exists already")]
    AlreadyExists {
        /// What was to be made.
        kind: Kind,
        /// The key that is taken.
        key: String,
    },
    /// It changed meanwhile; read it again.
    #[error("changed meanwhile: expected revision {expected}, found {actual}")]
    Stale {
        /// The revision expected.
        expected: u64,
        /// The revision found.
        actual: u64,
    },
    /// Ask for less at once.
    #[error("more than {limit} allows ({most})")]
    TooLarge {
        /// The setting that holds the limit.
        limit: &'static str,
        /// How much it allows.
        most: u64,
    },
    /// Ask more slowly.
    #[error("too many requests; try again in {} s", .retry_after.as_secs())]
    Throttled {
        /// When to ask again; at least a second.
        retry_after: Duration,
    },
    /// Not now; ask again later.
    #[error("not available now: {reason}")]
    Unavailable {
        /// Why.
        reason: Reason,
        /// When to ask again; at least a second.
        retry_after: Duration,
    },
    /// Our fault.
    #[error("internal error")]
    Internal(#[source] Source),
}

/// What a caller was refused.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Action {
    /// The token's scopes do not cover it.
    #[error("the token lacks the scope")]
    Scope,
    /// The principal's role does not cover it.
    #[error("the role does not allow it")]
    Role,
    /// The organization is not the caller's, nor below it; it may not even exist.
    #[error("the organization is out of reach")]
    Organization,
    /// Contacts of this source are not the caller's to touch; absent means that no source was named.
    #[error("contacts of source {} may not be touched", .0.as_deref().unwrap_or("null"))]
    UseSource(Option<String>),
    /// The thing belongs to an organization above the caller's, which does not let it be changed from here.
    #[error("it is inherited and may not be changed here")]
    ChangeInherited,
    /// The organization would be left without anybody in use who holds this role.
    #[error("the last {} of the organization must stay", .0)]
    TakeLast(&'static str),
    /// Who asks must not take away their own card, its use, or their own administration.
    #[error("nobody may take this from themselves")]
    TouchOneself,
    /// The person on whose behalf it is asked holds no role in the organization that allows it.
    #[error("the person holds no role in the organization that allows it")]
    Delegate,
}

/// A kind of thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Kind {
    /// A tenant.
    #[error("tenant")]
    Tenant,
    /// An organization.
    #[error("organization")]
    Organization,
    /// A contact.
    #[error("contact")]
    Contact,
    /// A group.
    #[error("group")]
    Group,
    /// A change.
    #[error("change")]
    Change,
    /// An OAuth client.
    #[error("client")]
    Client,
    /// A person in an organization; named by the organization's number.
    #[error("membership")]
    Membership,
    /// A log-in.
    #[error("log-in")]
    Login,
    /// A token.
    #[error("token")]
    Token,
    /// A plan.
    #[error("plan")]
    Plan,
    /// A job.
    #[error("job")]
    Job,
    /// A request under an idempotency key.
    #[error("idempotency key")]
    Once,
}

/// Why the directory is not available.
#[derive(Debug, Error)]
pub enum Reason {
    /// The organization is locked by its operator.
    #[error("the organization is locked")]
    Locked,
    /// Too much is waiting.
    #[error("overloaded")]
    Overloaded,
    /// The server is shutting down.
    #[error("shutting down")]
    ShuttingDown,
    /// The storage does not answer.
    #[error("the storage does not answer: {0}")]
    Storage(#[source] Source),
}

impl Error {
    /// A broken rule as an error.
    pub fn invalid(field: impl Into<String>, rule: &'static str, message: impl Into<String>) -> Self {
        Error::Invalid(vec![Violation::new(field, rule, message)])
    }

    /// A contact that is not known.
    #[must_use]
    pub fn no_contact(id: Uuid) -> Self {
        Error::NotFound { kind: Kind::Contact, id: id.to_string() }
    }

    /// A group that is not known.
    #[must_use]
    pub fn no_group(id: Uuid) -> Self {
        Error::NotFound { kind: Kind::Group, id: id.to_string() }
    }

    /// An underlying failure that is nobody's fault but ours.
    pub fn internal(source: impl Into<Source>) -> Self {
        Error::Internal(source.into())
    }
}

fn describe(violations: &[Violation]) -> String {
    let parts: Vec<String> = violations.iter().map(|found| format!("{}: {}", found.field, found.message)).collect();
    parts.join("; ")
}
