//! Who is meant by a selection, and moving them to the trash by set arithmetic.

use cardfile_directory::{Action, Applied, Author, Error, Result, Trash};
use cardfile_model::{ChangeKind, Numbers, People, Selection, Sources, TenantId, Unknown};
use rusqlite::Connection;

use crate::log::{self, Entry};
use crate::sets::SetName;
use crate::turn::{Draft, Turn};
use crate::{organizations, rows};

/// Moves the selected people of an organization to the trash.
pub(crate) fn apply(turn: &mut Turn<'_>, tenant: TenantId, author: &Author, trash: &Trash) -> Result<Applied> {
    let connection = turn.connection;
    let draft = turn.draft(tenant)?;
    let organization = organizations::number(connection, draft.row.key, trash.organization)?;
    let base = people_of(connection, draft, organization)?;
    let mut entry = Entry::new(ChangeKind::Trash, organization);
    entry.went = select(connection, draft, &trash.selection, &base, Unknown::Skip)? & &base;
    check_sources(connection, draft, &trash.sources, &entry.went)?;
    draft.include(connection, &SetName::Trash, &entry.went)?;
    let is_changed = !entry.is_empty();
    let touched = if is_changed { log::append(turn, tenant, author, &entry)? } else { 0 };
    let revision = turn.draft(tenant)?.row.revision;
    Ok(Applied { revision, is_changed, outcomes: Vec::new(), touched, group: None })
}

/// Everyone of an organization who is not in the trash.
pub(crate) fn people_of(connection: &Connection, draft: &mut Draft, organization: u32) -> Result<Numbers> {
    let live = draft.live(connection)?;
    Ok(if organization == organizations::ROOT {
        live - &*draft.set(connection, &SetName::Elsewhere)?
    } else {
        live & &*draft.set(connection, &SetName::Organization(organization))?
    })
}

/// The people a selection means, `everyone` being who "all" stands for.
///
/// # Errors
/// `NotFound` for the first unknown person with [`Unknown::Refuse`].
pub(crate) fn select(
    connection: &Connection,
    draft: &mut Draft,
    selection: &Selection,
    everyone: &Numbers,
    unknown: Unknown,
) -> Result<Numbers> {
    match selection {
        Selection::Only(people) => named(connection, draft, people, unknown),
        Selection::AllExcept(people) => {
            let unknown = if unknown == Unknown::Admit { Unknown::Skip } else { unknown };
            Ok(everyone - named(connection, draft, people, unknown)?)
        }
    }
}

/// The numbers of the people named: of those who live, and of those who have a number but no card.
fn named(connection: &Connection, draft: &mut Draft, people: &People, unknown: Unknown) -> Result<Numbers> {
    let stubs = draft.set(connection, &SetName::Stubs)?;
    let known = draft.live(connection)? | &*stubs;
    let ids = match people {
        People::Numbers(numbers) => {
            let missing = (numbers - &known).min();
            return match missing.filter(|_| unknown == Unknown::Refuse) {
                Some(number) => Err(Error::NotFound { kind: cardfile_directory::Kind::Contact, id: number.to_string() }),
                None => Ok(numbers & known),
            };
        }
        People::Ids(ids) => ids,
    };
    let mut found = Numbers::new();
    for id in ids {
        match rows::number_of(connection, draft.row.key, *id)? {
            Some(number) if known.contains(number) => drop(found.insert(number)),
            None if unknown == Unknown::Admit => {
                let number = draft.row.next_person;
                rows::give_number(connection, draft.row.key, *id, number)?;
                rows::insert_stub(connection, draft.row.key, number, *id)?;
                draft.row.next_person += 1;
                draft.include(connection, &SetName::Stubs, &Numbers::from_iter([number]))?;
                found.insert(number);
            }
            _ if unknown == Unknown::Refuse => return Err(Error::no_contact(*id)),
            _ => {}
        }
    }
    Ok(found)
}

/// Refuses people whose source the caller may not touch.
fn check_sources(connection: &Connection, draft: &mut Draft, allowed: &Sources, people: &Numbers) -> Result<()> {
    if matches!(allowed, Sources::Any) {
        return Ok(());
    }
    for name in draft.sources(connection)? {
        let SetName::Source(source) = &name else { continue };
        if !allowed.allow(source) && !draft.set(connection, &name)?.is_disjoint(people) {
            return Err(Error::Forbidden { action: Action::UseSource(Some(source.clone())) });
        }
    }
    Ok(())
}
