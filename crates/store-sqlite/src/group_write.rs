//! Writing groups.

use cardfile_directory::{Applied, Author, Error, Kind, Result};
use cardfile_model::{ChangeKind, Group, GroupDraft, GroupPatch, MemberEdit, Numbers, Selection, TenantId, Unknown};
use uuid::Uuid;

use crate::groups::{self, GroupRow, drafted};
use crate::log::{self, Entry, Renamed};
use crate::organizations;
use crate::sets::SetName;
use crate::trash::{people_of, select};
use crate::turn::Turn;

/// Makes a group.
pub(crate) fn create(turn: &mut Turn<'_>, tenant: TenantId, author: &Author, wanted: GroupDraft) -> Result<Applied> {
    let connection = turn.connection;
    let draft = turn.draft(tenant)?;
    let (key, number) = (draft.row.key, draft.row.next_group);
    let organization = organizations::number(connection, key, wanted.organization)?;
    if number > author.limits.tenant_groups {
        return Err(Error::TooLarge { limit: "tenant_groups", most: author.limits.tenant_groups.into() });
    }
    if groups::row_by_id(connection, key, wanted.id)?.is_some() {
        return Err(Error::AlreadyExists { kind: Kind::Group, key: wanted.id.to_string() });
    }
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
    };
    let row = GroupRow { organization, is_deleted: false, group };
    groups::put(connection, key, &row)?;
    let mut entry = Entry::new(ChangeKind::GroupCreate, organization);
    entry.group = Some(wanted.id);
    entry.before.group_came = Some(true);
    entry.came = change_members(turn, tenant, &row, &[MemberEdit::Add(wanted.members)], wanted.unknown)?.0;
    remembered(turn, tenant, author, row, &entry)
}

/// Changes a group.
pub(crate) fn patch(turn: &mut Turn<'_>, tenant: TenantId, author: &Author, id: Uuid, patch: GroupPatch) -> Result<Applied> {
    let key = turn.draft(tenant)?.row.key;
    let mut row = groups::by_id(turn.connection, key, id)?.ok_or_else(|| Error::no_group(id))?;
    let from = (row.group.name.clone(), row.group.description.clone());
    if let Some(name) = patch.name {
        row.group.name = name;
    }
    patch.description.apply(&mut row.group.description);
    let to = (row.group.name.clone(), row.group.description.clone());
    let mut entry = Entry::new(ChangeKind::GroupPatch, row.organization);
    entry.group = Some(id);
    entry.before.group = (from != to).then_some(Renamed { from, to });
    (entry.came, entry.went) = change_members(turn, tenant, &row, &patch.members, patch.unknown)?;
    if entry.is_empty() {
        let revision = turn.draft(tenant)?.row.revision;
        let group = Some(drafted(turn, tenant, row)?);
        return Ok(Applied { revision, is_changed: false, outcomes: Vec::new(), touched: 0, group });
    }
    write_changed(turn, tenant, author, &mut row)?;
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
    entry.went = (*draft.set(connection, &SetName::Group(row.group.number))?).clone();
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

fn remembered(turn: &mut Turn<'_>, tenant: TenantId, author: &Author, row: GroupRow, entry: &Entry) -> Result<Applied> {
    let touched = log::append(turn, tenant, author, entry)?;
    let revision = turn.draft(tenant)?.row.revision;
    let group = Some(drafted(turn, tenant, row)?);
    Ok(Applied { revision, is_changed: true, outcomes: Vec::new(), touched, group })
}

/// Applies steps to who is in a group; answers who came and who went in the end.
fn change_members(
    turn: &mut Turn<'_>,
    tenant: TenantId,
    row: &GroupRow,
    edits: &[MemberEdit],
    unknown: Unknown,
) -> Result<(Numbers, Numbers)> {
    let connection = turn.connection;
    let draft = turn.draft(tenant)?;
    let name = SetName::Group(row.group.number);
    let before = draft.set(connection, &name)?;
    let mut after = (*before).clone();
    for edit in edits {
        match edit {
            MemberEdit::Add(selection) => {
                let everyone = match selection {
                    Selection::Only(_) => Numbers::new(),
                    Selection::AllExcept(_) => people_of(connection, draft, row.organization)?,
                };
                after |= select(connection, draft, selection, &everyone, unknown)?;
            }
            // Who leaves need not be admitted first.
            MemberEdit::Remove(selection) => {
                after -= select(connection, draft, selection, &after.clone(), Unknown::Skip)?;
            }
        }
    }
    let (came, went) = (&after - &*before, &*before - &after);
    draft.include(connection, &name, &came)?;
    draft.exclude(connection, &name, &went)?;
    Ok((came, went))
}
