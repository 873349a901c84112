//! Groups are made, changed and deleted.

use cardfile_directory::{Applied, Author, Error, Kind, Result};
use cardfile_model::{ChangeKind, Edit, Group, GroupDraft, GroupPatch, MemberEdit, Numbers, OrganizationId, fold};
use uuid::Uuid;

use super::state::{Deed, Effect, Row, Tenant};

pub(super) fn create(tenant: &mut Tenant, author: &Author, draft: GroupDraft) -> Result<Applied> {
    let GroupDraft { id, organization, parent, name, description, members: selection, unknown } = draft;
    tenant.known_organization(organization)?;
    if tenant.groups.iter().any(|row| row.group.id == id) {
        return Err(Error::AlreadyExists { kind: Kind::Group, key: id.to_string() });
    }
    tenant.free_name(organization, &name, id)?;
    let most = author.limits.tenant_groups;
    if tenant.groups.iter().filter(|row| !row.is_deleted).count() >= most as usize {
        return Err(Error::TooLarge { limit: "tenant_groups", most: most.into() });
    }
    if let Some(parent) = parent {
        let is_known = tenant.row(parent).is_some_and(|row| row.group.organization == organization);
        is_known.then_some(()).ok_or_else(|| Error::no_group(parent))?;
    }
    let mut members = Numbers::new();
    tenant.edit_members(&mut members, MemberEdit::Add(selection), (organization, false), unknown)?;
    let group = Group {
        id,
        number: u32::try_from(tenant.groups.len() + 1).expect("no test has four billion groups"),
        organization,
        parent,
        name,
        description,
        created: author.time,
        modified: author.time,
        revision: tenant.next_revision(),
        size: 0,
        cards: 0,
        with_email: 0,
        with_phone: 0,
    };
    tenant.groups.push(Row { group, members: members.clone(), is_deleted: false });
    let deed = Deed {
        kind: ChangeKind::GroupCreate,
        organization,
        group: Some(id),
        came: members,
        went: Numbers::new(),
        stayed: Numbers::new(),
        undoes: None,
        effect: Effect::GroupMade,
    };
    let applied = tenant.log(author, deed);
    Ok(Applied { group: tenant.row(id).map(|row| tenant.sized(row)), ..applied })
}

pub(super) fn patch(tenant: &mut Tenant, author: &Author, id: Uuid, patch: GroupPatch) -> Result<Applied> {
    let GroupPatch { name, description, members: edits, unknown, inherits } = patch;
    let Row { group: before, members: were, .. } = tenant.row(id).cloned().ok_or_else(|| Error::no_group(id))?;
    let organization = before.organization;
    let mut group = before.clone();
    if let Some(name) = name {
        tenant.free_name(organization, &name, id)?;
        group.name = name;
    }
    match description {
        Edit::Keep => {}
        Edit::Clear => group.description = None,
        Edit::Set(text) => group.description = Some(text),
    }
    let mut members = were.clone();
    for edit in edits {
        tenant.edit_members(&mut members, edit, (organization, inherits), unknown)?;
    }
    let applied = patched(tenant, author, (ChangeKind::GroupPatch, None), group, members);
    Ok(Applied { group: tenant.row(id).map(|row| tenant.sized(row)), ..applied })
}

/// Puts a group's new name, description and members in place, and logs what changed by that, if anything.
pub(super) fn patched(
    tenant: &mut Tenant,
    author: &Author,
    (kind, undoes): (ChangeKind, Option<u64>),
    mut group: Group,
    members: Numbers,
) -> Applied {
    let revision = tenant.next_revision();
    let row = tenant.row_mut(group.id).expect("who patches a group has found it");
    let before = row.group.clone();
    if (&before.name, &before.description, &row.members) == (&group.name, &group.description, &members) {
        return tenant.unchanged();
    }
    (group.modified, group.revision) = (author.time, revision);
    let came = &members - &row.members;
    let went = &row.members - &members;
    let effect = Effect::GroupPatched {
        name: (before.name != group.name).then(|| (before.name, group.name.clone())),
        description: (before.description != group.description).then(|| (before.description, group.description.clone())),
    };
    let deed = Deed {
        kind,
        organization: group.organization,
        group: Some(group.id),
        came,
        went,
        stayed: Numbers::new(),
        undoes,
        effect,
    };
    (row.group, row.members) = (group, members);
    tenant.log(author, deed)
}

pub(super) fn delete(tenant: &mut Tenant, author: &Author, id: Uuid) -> Result<Applied> {
    tenant.row(id).ok_or_else(|| Error::no_group(id))?;
    Ok(deleted(tenant, author, (ChangeKind::GroupDelete, None), id))
}

/// Deletes a group that stands; its members are kept for undo.
pub(super) fn deleted(tenant: &mut Tenant, author: &Author, (kind, undoes): (ChangeKind, Option<u64>), id: Uuid) -> Applied {
    let row = tenant.row_mut(id).expect("who deletes a group has found it");
    row.is_deleted = true;
    let deed = Deed {
        kind,
        organization: row.group.organization,
        group: Some(id),
        came: Numbers::new(),
        went: row.members.clone(),
        stayed: Numbers::new(),
        undoes,
        effect: Effect::GroupGone,
    };
    tenant.log(author, deed)
}

impl Tenant {
    /// No other group of the organization may stand under this name.
    pub fn free_name(&self, organization: OrganizationId, name: &str, id: Uuid) -> Result<()> {
        let folded = fold::text(name);
        let is_taken = self.groups.iter().any(|row| {
            let group = &row.group;
            !row.is_deleted && group.organization == organization && group.id != id && fold::text(&group.name) == folded
        });
        if is_taken { Err(Error::AlreadyExists { kind: Kind::Group, key: name.to_owned() }) } else { Ok(()) }
    }
}
