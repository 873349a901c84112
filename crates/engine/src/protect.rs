//! Seeing to it that a write leaves every organization somebody in use who holds what must be held.

use std::collections::BTreeSet;

use cardfile_directory::judge::{self, Loss};
use cardfile_directory::{Action, Author, Error, Result};
use cardfile_model::{Numbers, TenantId};

use crate::rows;
use crate::sets::SetName;
use crate::turn::Turn;

/// What goes with people who go to the trash. Only who holds a guarded role anywhere is looked at.
pub(crate) fn losses_of(turn: &mut Turn<'_>, tenant: TenantId, author: &Author, going: &Numbers) -> Result<BTreeSet<Loss>> {
    let mut losses = BTreeSet::new();
    if !author.protected.last_approver && !author.protected.last_admin {
        return Ok(losses);
    }
    let connection = turn.connection;
    let draft = turn.draft(tenant)?;
    let key = draft.row.key;
    let holders = going & &*draft.set(connection, &SetName::Holders)?;
    rows::records(connection, key, holders, |record| {
        losses.extend(judge::losses(author, &record.contact, None));
        Ok(())
    })?;
    Ok(losses)
}

/// Whether who goes to the trash is not who asks.
///
/// # Errors
/// `Forbidden`.
pub(crate) fn spares(turn: &mut Turn<'_>, tenant: TenantId, author: &Author, going: &Numbers) -> Result<()> {
    let Some(person) = author.person.filter(|_| author.protected.oneself) else { return Ok(()) };
    let key = turn.draft(tenant)?.row.key;
    match rows::number_of(turn.connection, key, person)? {
        Some(number) if going.contains(number) => Err(Error::Forbidden { action: Action::TouchOneself }),
        _ => Ok(()),
    }
}

/// Whether somebody in use holds each of these roles, as things are now and without these people.
///
/// # Errors
/// `Forbidden` for the first that nobody is left to hold.
pub(crate) fn stand(turn: &mut Turn<'_>, tenant: TenantId, losses: &BTreeSet<Loss>, without: &Numbers) -> Result<()> {
    let connection = turn.connection;
    for loss in losses {
        let draft = turn.draft(tenant)?;
        let holders = draft.set(connection, &SetName::Role(loss.organization, loss.role.to_owned()))?;
        let in_use = &*holders - &*draft.set(connection, &SetName::Inactive)? - without;
        let (people, trash) = (draft.set(connection, &SetName::People)?, draft.set(connection, &SetName::Trash)?);
        // There are few of them, and so it is quicker to look at each than to make the set of everyone who lives.
        if !in_use.iter().any(|number| people.contains(number) && !trash.contains(number)) {
            return Err(loss.refusal());
        }
    }
    Ok(())
}
