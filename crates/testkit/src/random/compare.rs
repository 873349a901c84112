//! What of an answer must be the same: all of it but the wording of failures.

use cardfile_directory::{Applied, Error, Outcome, Result};
use cardfile_model::{Group, Organization};

/// What of a command's answer is compared.
#[derive(Debug, PartialEq)]
pub(super) struct Answer {
    revision: u64,
    is_changed: bool,
    touched: u64,
    outcomes: Vec<Result<Outcome, String>>,
    group: Option<Group>,
    organization: Option<Organization>,
}

/// The answer to a command. What an undo tells of a group is left to the store.
pub(super) fn applied(result: &Result<Applied>, is_undo: bool) -> Result<Answer, String> {
    let Applied { revision, is_changed, outcomes, touched, group, organization } = result.as_ref().map_err(failure)?;
    let outcome = |outcome: &Result<Outcome>| match outcome {
        Ok(outcome) => Ok(outcome.clone()),
        Err(error) => Err(failure(error)),
    };
    let outcomes = outcomes.iter().map(outcome).collect();
    let group = group.clone().filter(|_| !is_undo);
    let (revision, is_changed, touched, organization) = (*revision, *is_changed, *touched, organization.clone());
    Ok(Answer { revision, is_changed, touched, outcomes, group, organization })
}

/// A failure without its wording: what it is, of what kind, and which rules are broken.
pub(super) fn failure(error: &Error) -> String {
    match error {
        Error::Invalid(found) => {
            let rules: Vec<String> = found.iter().map(|violation| format!("{} {}", violation.field, violation.rule)).collect();
            format!("Invalid {rules:?}")
        }
        Error::Unauthenticated => "Unauthenticated".into(),
        Error::Forbidden { action } => format!("Forbidden {action:?}"),
        Error::NotFound { kind, .. } => format!("NotFound {kind:?}"),
        Error::AlreadyExists { kind, .. } => format!("AlreadyExists {kind:?}"),
        Error::Stale { .. } => "Stale".into(),
        Error::TooLarge { limit, most } => format!("TooLarge {limit} {most}"),
        Error::Throttled { .. } => "Throttled".into(),
        Error::Unavailable { .. } => "Unavailable".into(),
        Error::Internal(source) => format!("Internal {source}"),
    }
}
