//! The card of one person: found, and written with all that follows from it.

use cardfile_directory::Result;
use cardfile_index::terms::{self, Terms};
use cardfile_model::{Contact, Numbers, Record, TenantId};
use uuid::Uuid;

use crate::sets::{self, SetName};
use crate::turn::{Indexed, Turn};
use crate::{merge, rows};

/// What is indexed of a contact.
pub(crate) fn indexed(contact: &Contact) -> Indexed {
    Indexed { text: terms::text(contact), terms: Terms::of(contact) }
}

/// The card of a person, wherever they belong; `None` for who is not there.
pub(crate) fn find(turn: &mut Turn<'_>, tenant: TenantId, id: Uuid) -> Result<Option<Record>> {
    let connection = turn.connection;
    let draft = turn.draft(tenant)?;
    match draft.number_of(connection, id)? {
        Some(number) if draft.is_live(connection, number)? => draft.record(connection, number),
        _ => Ok(None),
    }
}

/// As [`find`]; for who was merged into another, that other.
pub(crate) fn find_any(turn: &mut Turn<'_>, tenant: TenantId, id: Uuid) -> Result<Option<Record>> {
    let found = find(turn, tenant, id)?;
    if found.is_some() {
        return Ok(found);
    }
    let connection = turn.connection;
    match merge::successors(turn, tenant, &[id])?.min() {
        Some(number) => turn.draft(tenant)?.record(connection, number),
        None => Ok(None),
    }
}

/// Writes a changed card: its row, its sets, and its place in the index.
pub(crate) fn put(turn: &mut Turn<'_>, tenant: TenantId, before: &Record, after: &Record) -> Result<()> {
    turn.draft(tenant)?.people.change(after, rows::document(&after.contact)?);
    share(turn, tenant, after.number, &before.contact.shared_with, &after.contact.shared_with)?;
    let (was, is) = (&before.contact, &after.contact);
    belong(turn, tenant, after.number, was, is)?;
    reach(turn, tenant, after.number, &SetName::WithEmail, (was.emails.is_empty(), is.emails.is_empty()))?;
    reach(turn, tenant, after.number, &SetName::WithPhone, (was.phones.is_empty(), is.phones.is_empty()))?;
    if is_indexed_alike(was, is) {
        return Ok(());
    }
    let (was, is) = (indexed(was), indexed(is));
    if was.text != is.text || was.terms != is.terms {
        turn.index(tenant, after.number, is);
    }
    Ok(())
}

/// Whether two cards of a person have the same in all that is indexed: then it need not be made to be compared.
fn is_indexed_alike(was: &Contact, is: &Contact) -> bool {
    let names = (&was.display_name, &was.given_name, &was.family_name) == (&is.display_name, &is.given_name, &is.family_name);
    names && was.emails == is.emails && was.phones == is.phones && was.keys == is.keys && was.formers == is.formers
}

/// Keeps the sets that say where a person belongs, what they may do there, and whether they are in use.
fn belong(turn: &mut Turn<'_>, tenant: TenantId, number: u32, was: &Contact, is: &Contact) -> Result<()> {
    if was.memberships == is.memberships && was.is_inactive == is.is_inactive && was.formers == is.formers {
        return Ok(());
    }
    let (connection, set) = (turn.connection, Numbers::from_iter([number]));
    let (before, after) = (sets::belonging(was), sets::belonging(is));
    let draft = turn.draft(tenant)?;
    for name in before.iter().filter(|name| !after.contains(name)) {
        draft.exclude(connection, name, &set)?;
    }
    for name in after.iter().filter(|name| !before.contains(name)) {
        draft.include(connection, name, &set)?;
    }
    Ok(())
}

/// Keeps a set that says who can be reached some way.
fn reach(turn: &mut Turn<'_>, tenant: TenantId, number: u32, name: &SetName, lacks: (bool, bool)) -> Result<()> {
    let (connection, set) = (turn.connection, Numbers::from_iter([number]));
    match lacks {
        (true, false) => turn.draft(tenant)?.include(connection, name, &set),
        (false, true) => turn.draft(tenant)?.exclude(connection, name, &set),
        _ => Ok(()),
    }
}

/// Keeps the sets that say to which groups a card is shown.
pub(crate) fn share(turn: &mut Turn<'_>, tenant: TenantId, number: u32, before: &[Uuid], after: &[Uuid]) -> Result<()> {
    if before == after {
        return Ok(());
    }
    let (connection, set) = (turn.connection, Numbers::from_iter([number]));
    let draft = turn.draft(tenant)?;
    for id in before.iter().filter(|id| !after.contains(id)) {
        draft.exclude(connection, &SetName::SharedWith(*id), &set)?;
    }
    for id in after.iter().filter(|id| !before.contains(id)) {
        draft.include(connection, &SetName::SharedWith(*id), &set)?;
    }
    match (before.is_empty(), after.is_empty()) {
        (true, false) => draft.include(connection, &SetName::Restricted, &set),
        (false, true) => draft.exclude(connection, &SetName::Restricted, &set),
        _ => Ok(()),
    }
}
