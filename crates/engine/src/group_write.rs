//! Writing groups.

use cardfile_directory::{Applied, Author, Error, Kind, Result};
use cardfile_model::{ChangeKind, Group, GroupDraft, GroupPatch, MemberEdit, Numbers, People, Selection, TenantId, Unknown};
use uuid::Uuid;

use crate::groups::{self, GroupRow, drafted};
use crate::log::{self, Before, Entry, Told};
use crate::sets::SetName;
use crate::sql::Connection;
use crate::trash::{book_of, named};
use crate::turn::{Draft, Turn};
use crate::{merge, organizations, rows, write};

/// Makes a group.
pub(crate) fn create(turn: &mut Turn<'_>, tenant: TenantId, author: &Author, wanted: GroupDraft) -> Result<Applied> {
    let connection = turn.connection;
    let draft = turn.draft(tenant)?;
    let (key, number) = (draft.row.key, draft.row.next_group);
    let organization = organizations::number(connection, key, wanted.organization)?;
    if groups::row_by_id(connection, key, wanted.id)?.is_some() {
        return Err(Error::AlreadyExists { kind: Kind::Group, key: wanted.id.to_string() });
    }
    let is_parent_there = match wanted.parent {
        Some(parent) => groups::by_id(connection, key, parent)?.is_some_and(|row| row.organization == organization),
        None => true,
    };
    draft.row.next_group += 1;
    let group = Group {
        id: wanted.id,
        number,
        organization: wanted.organization,
        parent: wanted.parent,
        name: wanted.name,
        description: wanted.description,
        created: author.time,
        modified: author.time,
        revision: draft.row.revision + 1,
        size: 0,
        cards: 0,
        with_email: 0,
        with_phone: 0,
    };
    let row = GroupRow { organization, is_deleted: false, group };
    groups::put(connection, key, &row)?;
    if groups::count(connection, key)? > author.limits.tenant_groups.into() {
        return Err(Error::TooLarge { limit: "tenant_groups", most: author.limits.tenant_groups.into() });
    }
    if let Some(parent) = row.group.parent.filter(|_| !is_parent_there) {
        return Err(Error::no_group(parent));
    }
    let mut entry = Entry::new(ChangeKind::GroupCreate, organization);
    entry.group = Some(wanted.id);
    entry.before.group_came = Some(true);
    entry.came = change_members(turn, tenant, &row, &[MemberEdit::Add(wanted.members)], (wanted.unknown, false))?.0;
    remembered(turn, tenant, author, row, &entry)
}

/// Changes a group.
pub(crate) fn patch(turn: &mut Turn<'_>, tenant: TenantId, author: &Author, id: Uuid, patch: GroupPatch) -> Result<Applied> {
    let key = turn.draft(tenant)?.row.key;
    let mut row = groups::by_id(turn.connection, key, id)?.ok_or_else(|| Error::no_group(id))?;
    let before = row.group.clone();
    if let Some(name) = patch.name {
        row.group.name = name;
    }
    patch.description.apply(&mut row.group.description);
    let mut entry = Entry::new(ChangeKind::GroupPatch, row.organization);
    entry.group = Some(id);
    entry.before.note_group(&before, &row.group);
    let is_described_otherwise = entry.before != Before::default();
    if is_described_otherwise {
        // First of all, for a name that is taken is told of before people who are not known.
        write_changed(turn, tenant, author, &mut row)?;
    }
    (entry.came, entry.went) = change_members(turn, tenant, &row, &patch.members, (patch.unknown, patch.inherits))?;
    if entry.is_empty() {
        let revision = turn.draft(tenant)?.row.revision;
        let group = Some(drafted(turn, tenant, row)?);
        return Ok(Applied { revision, group, ..Applied::default() });
    }
    if !is_described_otherwise {
        // Only who is in it changed: its name need not be put into the indexes again.
        touched(turn, tenant, author, &mut row)?;
    }
    remembered(turn, tenant, author, row, &entry)
}

/// Deletes a group. Who was in it is kept, so that undo can bring it back.
pub(crate) fn delete(turn: &mut Turn<'_>, tenant: TenantId, author: &Author, id: Uuid) -> Result<Applied> {
    let connection = turn.connection;
    let draft = turn.draft(tenant)?;
    let mut row = groups::by_id(connection, draft.row.key, id)?.ok_or_else(|| Error::no_group(id))?;
    let mut entry = Entry::new(ChangeKind::GroupDelete, row.organization);
    entry.group = Some(id);
    entry.before.group_came = Some(false);
    entry.went = draft.members(connection, row.group.number)?;
    row.is_deleted = true;
    write_changed(turn, tenant, author, &mut row)?;
    let applied = remembered(turn, tenant, author, row, &entry)?;
    Ok(Applied { group: None, ..applied })
}

/// Writes a group's row as changed at the tenant's next revision.
pub(crate) fn write_changed(turn: &mut Turn<'_>, tenant: TenantId, author: &Author, row: &mut GroupRow) -> Result<()> {
    let connection = turn.connection;
    let draft = turn.draft(tenant)?;
    row.group.modified = author.time;
    row.group.revision = draft.row.revision + 1;
    draft.touch();
    groups::put(connection, draft.row.key, row)
}

/// Writes that a group changed at the tenant's next revision.
fn touched(turn: &mut Turn<'_>, tenant: TenantId, author: &Author, row: &mut GroupRow) -> Result<()> {
    let connection = turn.connection;
    let draft = turn.draft(tenant)?;
    row.group.modified = author.time;
    row.group.revision = draft.row.revision + 1;
    draft.touch();
    groups::put_times(connection, draft.row.key, &row.group)
}

fn remembered(turn: &mut Turn<'_>, tenant: TenantId, author: &Author, row: GroupRow, entry: &Entry) -> Result<Applied> {
    let Told { touched, counts } = log::append(turn, tenant, author, entry)?;
    let revision = turn.draft(tenant)?.row.revision;
    let group = Some(drafted(turn, tenant, row)?);
    Ok(Applied { revision, is_changed: true, touched, counts, group, ..Applied::default() })
}

/// Applies steps to who is in a group; answers who came and who went in the end.
fn change_members(
    turn: &mut Turn<'_>,
    tenant: TenantId,
    row: &GroupRow,
    edits: &[MemberEdit],
    (unknown, inherits): (Unknown, bool),
) -> Result<(Numbers, Numbers)> {
    let connection = turn.connection;
    let name = SetName::Group(row.group.number);
    let draft = turn.draft(tenant)?;
    let before = draft.members(connection, row.group.number)?;
    let mut after = before.clone();
    for edit in edits {
        match edit {
            MemberEdit::Add(Selection::Only(People::Numbers(numbers))) => {
                let everyone = book_of(connection, turn.draft(tenant)?, row.organization, inherits)?;
                if let Some(number) = (numbers - &everyone).min().filter(|_| unknown == Unknown::Refuse) {
                    return Err(Error::NotFound { kind: Kind::Contact, id: number.to_string() });
                }
                after |= everyone & numbers;
            }
            MemberEdit::Add(Selection::Only(People::Ids(ids))) => after |= joining(turn, tenant, ids, unknown)?,
            MemberEdit::Add(Selection::AllExcept(people)) => {
                let everyone = book_of(connection, turn.draft(tenant)?, row.organization, inherits)?;
                after |= everyone - named(turn, tenant, people)?;
            }
            MemberEdit::Remove(Selection::Only(people)) => after -= named(turn, tenant, people)?,
            MemberEdit::Remove(Selection::AllExcept(people)) => after &= named(turn, tenant, people)?,
        }
    }
    let draft = turn.draft(tenant)?;
    draft.store_people(connection)?;
    let (came, went) = (&after - &before, &before - &after);
    draft.include(connection, &name, &came)?;
    draft.exclude(connection, &name, &went)?;
    Ok((came, went))
}

/// The numbers by which people join a group. Only who lives is known, and who was merged into them; with [`Unknown::Admit`] so is
/// whoever has an id, but for those who were removed for good.
fn joining(turn: &mut Turn<'_>, tenant: TenantId, ids: &[Uuid], unknown: Unknown) -> Result<Numbers> {
    let connection = turn.connection;
    let draft = turn.draft(tenant)?;
    let live = draft.live(connection)?;
    let mut joining = Numbers::new();
    draft.people.read_ahead(connection, draft.row.key, ids, &[])?;
    for id in ids {
        let known = turn.draft(tenant)?.number_of(connection, *id)?;
        if let Some(number) = known.filter(|number| live.contains(*number)) {
            joining.insert(number);
            continue;
        }
        let successors = merge::successors(turn, tenant, &[*id])?;
        let draft = turn.draft(tenant)?;
        match known {
            _ if !successors.is_empty() => joining |= successors,
            _ if unknown == Unknown::Refuse => return Err(Error::no_contact(*id)),
            _ if unknown == Unknown::Skip => {}
            Some(number) => {
                let is_kept = draft.set(connection, &SetName::People)?.contains(number)
                    || draft.set(connection, &SetName::Stubs)?.contains(number);
                joining.extend(is_kept.then_some(number));
            }
            None => drop(joining.insert(admit(connection, draft, *id)?)),
        }
    }
    Ok(joining)
}

/// Gives an id without a card a number of its own.
fn admit(connection: &Connection, draft: &mut Draft, id: Uuid) -> Result<u32> {
    let number = draft.row.next_person;
    draft.row.next_person = write::after(number)?;
    draft.people.give_number(id, number);
    rows::insert_stub(connection, draft.row.key, number, id)?;
    draft.include(connection, &SetName::Stubs, &Numbers::from_iter([number]))?;
    Ok(number)
}
