//! Seeing to it that a write leaves every organization somebody in use who holds what must be held.

use std::collections::BTreeSet;

use cardfile_directory::judge::{self, Loss};
use cardfile_directory::{Author, Result};
use cardfile_model::{Numbers, TenantId};

use crate::rows;
use crate::sets::SetName;
use crate::turn::Turn;

/// What goes with people who go to the trash. Only who holds a guarded role anywhere is looked at.
pub(crate) fn losses_of(turn: &mut Turn<'_>, tenant: TenantId, author: &Author, going: &Numbers) -> Result<BTreeSet<Loss>> {
    let connection = turn.connection;
    let draft = turn.draft(tenant)?;
    let key = draft.row.key;
    let mut losses = BTreeSet::new();
    for number in going & &*draft.set(connection, &SetName::Holders)? {
        if let Some((_, contact)) = rows::card(connection, key, number)? {
            losses.extend(judge::losses(author, &contact, None));
        }
    }
    Ok(losses)
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
        let in_use = draft.live(connection)? - &*draft.set(connection, &SetName::Inactive)? - without;
        if holders.is_disjoint(&in_use) {
            return Err(loss.refusal());
        }
    }
    Ok(())
}
