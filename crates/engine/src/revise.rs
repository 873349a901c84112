//! One patch for many people.

use cardfile_directory::{Applied, Author, Error, Result, Revision, judge};
use cardfile_model::{Batch, ChangeKind, Expect, Mode, Numbers, Reach, TenantId, Write};
use uuid::Uuid;

use crate::turn::Turn;
use crate::write::Run;

/// Rows read ahead at once.
const AHEAD: usize = 1_000;

/// Applies a patch to many people.
pub(crate) fn apply(turn: &mut Turn<'_>, tenant: TenantId, author: &Author, revision: Revision) -> Result<Applied> {
    let Revision { organization, sources, numbers, admits_unknown_groups, patch } = revision;
    let most = author.limits.revised_people.into();
    if numbers.len() > most {
        return Err(Error::TooLarge { limit: "revised_people", most });
    }
    let batch = Batch {
        organization,
        reach: Reach::Own,
        sources,
        mode: Mode::AllOrNothing,
        admits_unknown_groups,
        has_unique_emails: false,
        most_blanked: None,
        writes: Vec::new(),
    };
    let mut run = Run::begin(turn, tenant, author, (batch, ChangeKind::Revise))?;
    let mut write = Write::Patch { id: Uuid::nil(), expect: Expect::Any, patch: Box::new(patch) };
    judge::settle(&mut write, run.organization());
    let mut numbers = numbers.iter();
    loop {
        let ahead: Numbers = numbers.by_ref().take(AHEAD).collect();
        if ahead.is_empty() {
            return run.end();
        }
        run.read_ahead(&ahead)?;
        for number in ahead {
            if let Some(current) = run.at(number)? {
                run.change(current, write.clone())?;
            }
        }
    }
}
