//! What becomes of each command within a turn.

use cardfile_directory::{Applied, Author, Command, Result};
use cardfile_model::TenantId;

use crate::turn::Turn;
use crate::undo::Wanted;
use crate::write::Prepared;
use crate::{erase, group_write, jobs, merge, notes, organization_write, organizations, plan, plans, revise, trash, undo, write};

/// About how many rows a command writes.
pub(crate) fn weight(command: &Command) -> usize {
    match command {
        Command::Write(batch) => batch.writes.len(),
        Command::Note { edits, .. } => edits.len(),
        Command::Trash(_) | Command::Restore(_) => 100,
        Command::Undo { .. } | Command::Erase { .. } => 1000,
        Command::Merge(merge) => merge.others.len() + 100,
        Command::Revise(revision) => usize::try_from(revision.numbers.len()).unwrap_or(usize::MAX),
        Command::Unless { command, .. } | Command::AndJob { command, .. } => weight(command),
        Command::Job(_)
        | Command::CreateGroup(_)
        | Command::PatchGroup { .. }
        | Command::DeleteGroup { .. }
        | Command::CreateOrganization(_)
        | Command::KeepPlan(_)
        | Command::ForgetPlan { .. }
        | Command::PatchOrganization { .. }
        | Command::Bundle { .. } => 1,
        Command::Together(commands) => commands.iter().map(weight).sum(),
    }
}

/// Does a command. What it did until it was refused is left to its job to take back.
pub(crate) fn apply(turn: &mut Turn<'_>, tenant: TenantId, author: &Author, command: Command) -> Result<Applied> {
    match command {
        Command::Write(batch) => {
            let key = turn.draft(tenant)?.row.key;
            let number = organizations::number(turn.connection, key, batch.organization)?;
            write::apply(turn, tenant, author, Prepared::new(batch, number, author))
        }
        Command::Trash(wanted) => trash::apply(turn, tenant, author, &wanted),
        Command::Restore(wanted) => trash::restore(turn, tenant, author, &wanted),
        Command::Revise(revision) => revise::apply(turn, tenant, author, *revision),
        Command::Merge(wanted) => merge::apply(turn, tenant, author, *wanted),
        Command::KeepPlan(plan) => plans::keep(turn, tenant, author, &plan),
        Command::ForgetPlan { id } => plans::forget(turn, tenant, id),
        Command::Job(edit) => jobs::apply(turn, tenant, author, edit),
        Command::AndJob { command, then } => {
            let applied = apply(turn, tenant, author, *command)?;
            let edit = then.0(&applied);
            jobs::apply(turn, tenant, author, edit)?;
            Ok(applied)
        }
        Command::Unless { since, touched, command } => plan::unless(turn, tenant, author, (since, &touched, *command)),
        Command::CreateGroup(draft) => group_write::create(turn, tenant, author, draft),
        Command::PatchGroup { id, patch } => group_write::patch(turn, tenant, author, id, patch),
        Command::DeleteGroup { id } => group_write::delete(turn, tenant, author, id),
        Command::Note { organization, edits } => notes::apply(turn, tenant, author, organization, edits),
        Command::CreateOrganization(draft) => organization_write::create(turn, tenant, author, *draft),
        Command::PatchOrganization { id, expect, patch } => organization_write::patch(turn, tenant, author, (id, expect), *patch),
        Command::Undo { organization, change, is_forced } => {
            undo::apply(turn, tenant, author, &Wanted { organization, change, is_forced })
        }
        Command::Erase { organization, sources, id } => {
            erase::apply(turn, tenant, author, &erase::Wanted { organization, id, sources: &sources })
        }
        Command::Bundle { organization, sources, id } => {
            erase::bundle(turn, tenant, author, &erase::Wanted { organization, id, sources: &sources })
        }
        Command::Together(commands) => {
            let before = Applied::nothing(turn.draft(tenant)?.row.revision);
            commands.into_iter().try_fold(before, |done, command| Ok(done.and(apply(turn, tenant, author, command)?)))
        }
    }
}
