//! What of an answer must be the same: all of it but the wording of failures.

use cardfile_directory::{Applied, Counts, Difference, Error, Outcome, Planned, Result};
use cardfile_model::{Group, Numbers, Organization};

/// What of a command's answer is compared.
#[derive(Debug, PartialEq)]
pub(super) struct Answer {
    revision: u64,
    is_changed: bool,
    touched: u64,
    counts: Counts,
    blanked: u64,
    outcomes: Vec<Result<Outcome, String>>,
    group: Option<Group>,
    organization: Option<Organization>,
    number: Option<u32>,
}

/// What of a plan is compared.
#[derive(Debug, PartialEq)]
pub(super) struct Plan {
    sets: [Numbers; 3],
    revisions: (u64, u64),
    counts: Counts,
    differences: Vec<Difference>,
}

/// The answer to a command. What an undo tells of a group is left to the store.
pub(super) fn applied(result: &Result<Applied>, is_undo: bool) -> Result<Answer, String> {
    let Applied { revision, is_changed, outcomes, touched, group, organization, counts, blanked, number, receipt: _ } =
        result.as_ref().map_err(failure)?;
    let outcome = |outcome: &Result<Outcome>| match outcome {
        Ok(outcome) => Ok(outcome.clone()),
        Err(error) => Err(failure(error)),
    };
    let outcomes = outcomes.iter().map(outcome).collect();
    let group = group.clone().filter(|_| !is_undo);
    let (revision, is_changed, touched, counts, blanked) = (*revision, *is_changed, *touched, *counts, *blanked);
    let (organization, number) = (organization.clone(), *number);
    Ok(Answer { revision, is_changed, touched, counts, blanked, outcomes, group, organization, number })
}

/// The answer to what a command would do; what it would answer is compared when it is done.
pub(super) fn planned(result: &Result<Planned>) -> Result<Plan, String> {
    let Planned { applied, revision, touched, came, went, differences } = result.as_ref().map_err(failure)?;
    let sets = [touched.clone(), came.clone(), went.clone()];
    Ok(Plan { sets, revisions: (*revision, applied.revision), counts: applied.counts, differences: differences.clone() })
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
