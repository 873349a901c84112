//! An earlier change is taken back.

use std::collections::BTreeMap;

use cardfile_directory::{Applied, Author, Error, Kind, Result};
use cardfile_model::{ChangeKind, Numbers, OrganizationId};

use super::notes::undo_notes;
use super::organization::undo_organization;
use super::state::{Before, Effect, Logged, Tenant};
use super::undo_group::undo_group;

/// An undo at work.
pub(super) struct Undo {
    /// The revision of the change to be taken back.
    pub change: u64,
    pub is_forced: bool,
    /// Who is passed over, for they were touched since.
    pub passed: Numbers,
}

pub(super) fn undo(
    tenant: &mut Tenant,
    author: &Author,
    organization: OrganizationId,
    (change, is_forced): (u64, bool),
) -> Result<Applied> {
    let found = change.checked_sub(1).and_then(|at| tenant.log.get(usize::try_from(at).ok()?));
    let Some(logged) = found.filter(|logged| logged.change.organization == organization).cloned() else {
        return Err(Error::NotFound { kind: Kind::Change, id: change.to_string() });
    };
    if matches!(logged.effect, Effect::Forgotten | Effect::Erased { .. }) {
        return Err(Error::invalid("change", "undoable", "this change cannot be undone, or not any more"));
    }
    let mut undo = Undo { change, is_forced, passed: Numbers::new() };
    for later in tenant.log.iter().filter(|later| later.change.revision > change && later.change.group == logged.change.group) {
        // Who was erased is passed over in any case, and nobody was touched who was only handed out.
        let touched = if later.change.kind.touches() { &later.change.touched - &tenant.erased } else { Numbers::new() };
        let conflict = touched & &logged.change.touched;
        if !conflict.is_empty() {
            undo.pass_over(later.change.revision)?;
            undo.passed |= conflict;
        }
    }
    match logged.effect {
        Effect::People(ref before) => undo_people(tenant, author, &undo, &logged, before),
        Effect::Organization(ref turned) => undo_organization(tenant, author, &undo, organization, turned),
        Effect::Notes(ref changed) => undo_notes(tenant, author, &undo, organization, changed),
        _ => undo_group(tenant, author, &undo, &logged),
    }
}

fn undo_people(
    tenant: &mut Tenant,
    author: &Author,
    undo: &Undo,
    logged: &Logged,
    before: &BTreeMap<u32, Before>,
) -> Result<Applied> {
    let seats = logged.seats.iter().filter(|seat| !undo.passed.contains(seat.person));
    let seats = tenant.unseat(author, seats.cloned().collect());
    let revision = tenant.next_revision();
    let mut now = BTreeMap::new();
    for (number, before) in before {
        let Some(card) = tenant.card_mut(*number) else { continue };
        let current = Before { was_live: card.trashed.is_none(), contact: Some(card.record.contact.clone()) };
        // Who was taken in is somebody again, whatever else became of the card.
        let mut separate = card.record.contact.clone();
        separate.formers.retain(|former| former.change != undo.change);
        let passed = Before { was_live: current.was_live, contact: Some(separate) };
        let before = if undo.passed.contains(*number) { &passed } else { before };
        let mended = before.contact.clone().filter(|contact| *contact != card.record.contact);
        if current.was_live == before.was_live && mended.is_none() {
            continue;
        }
        if current.was_live != before.was_live {
            card.trashed = (!before.was_live).then_some(author.time);
        }
        if let Some(contact) = mended {
            (card.record.contact, card.record.revision, card.record.modified) = (contact, revision, author.time);
        }
        now.insert(*number, current);
    }
    tenant.spares(author, &now)?;
    tenant.stand(tenant.losses(author, &now), &Numbers::new())?;
    let changes = (ChangeKind::Undo, logged.change.organization, Some(undo.change));
    Ok(tenant.log_people_and_seats(author, changes, now, seats))
}

impl Undo {
    /// Something is otherwise since a later revision: refused, unless forced.
    pub fn pass_over(&self, actual: u64) -> Result<()> {
        if self.is_forced { Ok(()) } else { Err(Error::Stale { expected: self.change, actual }) }
    }
}
