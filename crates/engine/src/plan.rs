//! What a command would do: it is done and taken back.

use std::collections::{BTreeMap, BTreeSet};

use cardfile_directory::{Applied, Author, Command, Difference, Error, Planned, Result};
use cardfile_model::{ChangeKind, Numbers, Patch, TenantId};

use crate::commands;
use crate::log;
use crate::turn::{Turn, Witnessed};

/// Does a command and tells what it did. Whoever calls this has the job taken back.
pub(crate) fn plan(turn: &mut Turn<'_>, tenant: TenantId, author: &Author, (command, most): (Command, usize)) -> Result<Planned> {
    let revision = turn.draft(tenant)?.row.revision;
    turn.watch();
    let applied = commands::apply(turn, tenant, author, command)?;
    let entries = turn.watched();
    let mut planned = Planned { applied, revision, ..Planned::default() };
    for entry in &entries {
        planned.touched |= &entry.touched;
        planned.came |= &entry.came;
        planned.went |= &entry.went;
    }
    planned.differences = differences(turn, tenant, &entries, most)?;
    planned.applied.revision = revision;
    Ok(planned)
}

/// How cards differ from what they were before some entries, by number.
fn differences(turn: &mut Turn<'_>, tenant: TenantId, entries: &[Witnessed], most: usize) -> Result<Vec<Difference>> {
    let made: Numbers =
        entries.iter().filter(|entry| entry.kind == ChangeKind::Write).fold(Numbers::new(), |made, entry| made | &entry.came);
    // What a later entry changed is taken back first.
    let mut back: BTreeMap<u32, Vec<&Patch>> = BTreeMap::new();
    for (number, patch) in entries.iter().rev().flat_map(|entry| &entry.patches) {
        back.entry(*number).or_default().push(patch);
    }
    let numbers: BTreeSet<u32> = back.keys().copied().chain(made.iter()).collect();
    let connection = turn.connection;
    let mut differences = Vec::new();
    for number in numbers {
        if differences.len() >= most {
            break;
        }
        let draft = turn.draft(tenant)?;
        let Some(record) = draft.record(connection, number)? else { continue };
        let after = record.contact;
        if made.contains(number) {
            if draft.is_live(connection, number)? {
                differences.push(Difference { id: record.id, number, before: None, after });
            }
            continue;
        }
        let mut before = after.clone();
        back.remove(&number).into_iter().flatten().for_each(|patch| patch.clone().apply(&mut before));
        if before != after {
            differences.push(Difference { id: record.id, number, before: Some(before), after });
        }
    }
    Ok(differences)
}

/// Does a command if none of these people was touched since a revision.
pub(crate) fn unless(
    turn: &mut Turn<'_>,
    tenant: TenantId,
    author: &Author,
    (since, touched, command): (u64, &Numbers, Command),
) -> Result<Applied> {
    let row = &turn.draft(tenant)?.row;
    let (key, actual) = (row.key, row.revision);
    if !log::touched_at_all_since(turn.connection, key, since)?.is_disjoint(touched) {
        return Err(Error::Stale { expected: since, actual });
    }
    commands::apply(turn, tenant, author, command)
}
