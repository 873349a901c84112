//! Taking a change back, as a change of its own.

use cardfile_directory::{Applied, Author, Error, Kind, Result, judge};
use cardfile_model::{Change, ChangeKind, Numbers, OrganizationId, Patch, Record, TenantId};
use uuid::Uuid;

use crate::group_write::write_changed;
use crate::groups;
use crate::log::{self, Before, Entry, Told};
use crate::sets::SetName;
use crate::turn::Turn;
use crate::{cards, merge, notes, organization_write, organizations, protect};

/// Which change is to be taken back.
pub(crate) struct Wanted {
    pub(crate) organization: OrganizationId,
    pub(crate) change: u64,
    pub(crate) is_forced: bool,
}

/// Takes a change back.
pub(crate) fn apply(turn: &mut Turn<'_>, tenant: TenantId, author: &Author, wanted: &Wanted) -> Result<Applied> {
    let connection = turn.connection;
    let key = turn.draft(tenant)?.row.key;
    let unknown = || Error::NotFound { kind: Kind::Change, id: wanted.change.to_string() };
    let organization = organizations::number(connection, key, wanted.organization).map_err(|error| match error {
        Error::NotFound { .. } => unknown(),
        error => error,
    })?;
    let change = log::change(connection, key, organization, wanted.change)?.ok_or_else(unknown)?;
    if !change.is_undoable {
        return Err(not_undoable("this change cannot be taken back, or not any more"));
    }
    let before = log::before(connection, key, change.revision)?;
    let busy = log::touched_since(connection, key, change.revision, change.group)? & &change.touched;
    // Who was erased since has nothing left to be in the way.
    let busy = busy - &*turn.draft(tenant)?.set(connection, &SetName::Erased)?;
    if !busy.is_empty() && !wanted.is_forced {
        let actual = turn.draft(tenant)?.row.revision;
        return Err(Error::Stale { expected: change.revision, actual });
    }
    let mut entry = Entry::new(ChangeKind::Undo, organization);
    entry.undoes = Some(change.revision);
    entry.group = change.group;
    let mut changed = None;
    match change.group {
        None if before.organization.is_some() => {
            let turned = before.organization.unwrap_or_default();
            let back = (wanted.organization, change.revision, &turned);
            let (organization, back) = organization_write::take_back(turn, tenant, author, back, wanted.is_forced)?;
            (changed, entry.before.organization) = (Some(organization), back);
        }
        None if !before.notes.is_empty() => {
            let undone = notes::undo(connection, key, organization, before.notes, wanted.is_forced)?;
            let actual = turn.draft(tenant)?.row.revision;
            entry.before.notes = undone.map_err(|()| Error::Stale { expected: change.revision, actual })?;
        }
        Some(group) => undo_group(turn, tenant, author, (&change, before, group), &busy, wanted.is_forced, &mut entry)?,
        None => undo_cards(turn, tenant, author, (&change, before), &busy, &mut entry)?,
    }
    let is_changed = !entry.is_empty();
    let Told { touched, counts } = log::append_any(turn, tenant, author, &entry)?;
    let revision = turn.draft(tenant)?.row.revision;
    Ok(Applied { revision, is_changed, touched, counts, organization: changed, ..Applied::default() })
}

fn not_undoable(message: &str) -> Error {
    Error::invalid("change", "undoable", message)
}

/// Who came goes to the trash, who went comes back, who changed changes back; `busy` people are passed over.
fn undo_cards(
    turn: &mut Turn<'_>,
    tenant: TenantId,
    author: &Author,
    (change, before): (&Change, Before),
    busy: &Numbers,
    entry: &mut Entry,
) -> Result<()> {
    let connection = turn.connection;
    let seats: Vec<_> = before.seats.into_iter().filter(|seat| !busy.contains(seat.person)).collect();
    entry.before.seats = merge::unseat(turn, tenant, author, &seats)?;
    let draft = turn.draft(tenant)?;
    let revision = draft.row.revision + 1;
    let (people, trash) = (draft.set(connection, &SetName::People)?, draft.set(connection, &SetName::Trash)?);
    // Who was removed for good since is passed over.
    entry.went = (&change.came - busy) & (&*people - &*trash);
    entry.came = (&change.went - busy) & &*trash;
    protect::spares(turn, tenant, author, &entry.went)?;
    let mut losses = protect::losses_of(turn, tenant, author, &entry.went)?;
    let draft = turn.draft(tenant)?;
    let live = draft.live(connection)?;
    draft.include(connection, &SetName::Trash, &entry.went)?;
    draft.exclude(connection, &SetName::Trash, &entry.came)?;
    for (number, patch) in before.patches {
        let Some(current) = turn.draft(tenant)?.record(connection, number)? else { continue };
        let mut contact = current.contact.clone();
        if busy.contains(number) {
            // Who was taken in is somebody again, whatever else became of the card.
            contact.formers.retain(|former| former.change != change.revision);
        } else {
            patch.apply(&mut contact);
        }
        if contact == current.contact {
            continue;
        }
        let after = Record { revision, modified: author.time, contact, ..current };
        if live.contains(number) {
            judge::oneself(author, &current, Some(&after.contact))?;
            losses.extend(judge::losses(author, &current.contact, Some(&after.contact)));
        }
        cards::put(turn, tenant, &current, &after)?;
        entry.before.patches.push((number, Patch::reverse(&current.contact, &after.contact)));
    }
    protect::stand(turn, tenant, &losses, &Numbers::new())
}

/// The group's members, name and being are as they were before.
fn undo_group(
    turn: &mut Turn<'_>,
    tenant: TenantId,
    author: &Author,
    (change, before, id): (&Change, Before, Uuid),
    busy: &Numbers,
    is_forced: bool,
    entry: &mut Entry,
) -> Result<()> {
    let connection = turn.connection;
    let draft = turn.draft(tenant)?;
    let mut row = groups::row_by_id(connection, draft.row.key, id)?.ok_or_else(|| Error::no_group(id))?;
    let stale = Error::Stale { expected: change.revision, actual: row.group.revision };
    let pass_over = |is_otherwise: bool| if is_otherwise && !is_forced { Err(()) } else { Ok(is_otherwise) };
    let name = SetName::Group(row.group.number);
    let is_left_standing = before.group_came != Some(false);
    let Ok(is_otherwise) = pass_over(is_left_standing == row.is_deleted) else { return Err(stale) };
    if is_otherwise {
        return Ok(());
    }
    if let Some(came) = before.group_came {
        // The members of a deleted group are kept with it, so that only its being changes.
        row.is_deleted = came;
        entry.before.group_came = Some(!came);
        let members = draft.members(connection, row.group.number)?;
        if came { entry.went = members } else { entry.came = members }
    } else {
        let members = draft.members(connection, row.group.number)?;
        let known = &*draft.set(connection, &SetName::People)? | &*draft.set(connection, &SetName::Stubs)?;
        entry.went = (&change.came - busy) & &members;
        entry.came = (&(&change.went - busy) - &members) & known;
        draft.include(connection, &name, &entry.came)?;
        draft.exclude(connection, &name, &entry.went)?;
        let current = row.group.clone();
        if let Some((from, to)) = before.name {
            match pass_over(current.name != to) {
                Ok(false) => row.group.name = from,
                Ok(true) => {}
                Err(()) => return Err(stale),
            }
        }
        if let Some((from, to)) = before.description {
            match pass_over(current.description != to) {
                Ok(false) => row.group.description = from,
                Ok(true) => {}
                Err(()) => return Err(stale),
            }
        }
        entry.before.note_group(&current, &row.group);
    }
    if !entry.is_empty() {
        write_changed(turn, tenant, author, &mut row)?;
    }
    Ok(())
}
