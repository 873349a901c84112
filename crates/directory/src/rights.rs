//! Groups that an organization lets those below it see and change. Kept as notes of the organization that owns the groups.

use cardfile_model::{
    Edit, Group, GroupFilter, GroupOrder, GroupPatch, GroupQuery, MemberEdit, NoteEdit, NoteKeys, NoteQuery, Numbers,
    Organization, OrganizationId, Unknown,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::access::Desk;
use crate::error::{Action, Error, Kind, Result};
use crate::groups::{GroupEditor, GroupReader};
use crate::store::Command;

const SHELF: &str = "group-rights";

/// What an organization may do with a group of one above it. Without one it does not know of the group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Right {
    /// Seeing it and who is in it.
    Read,
    /// Also changing who is in it.
    Write,
}

/// A right given to an organization, or taken from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Grant {
    /// To whom: an organization below the group's.
    pub to: OrganizationId,
    /// On which group.
    pub group: Uuid,
    /// What it may do; `None` for nothing.
    pub right: Option<Right>,
}

impl GroupReader<'_, '_> {
    /// A group of this organization (without a right), or one of an organization above that this one has a right on.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn reach(&self, id: Uuid) -> Result<(Group, Option<Right>)> {
        self.desk.reach(id).await
    }

    /// The groups of organizations above that this one has a right on, by id.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn shared(&self) -> Result<Vec<(Uuid, Right)>> {
        self.desk.shared().await
    }

    /// One page of this organization's groups and of those shared with it, by name, and how many there are in all.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn find_with_shared(&self, offset: u64, limit: usize) -> Result<(Vec<(Group, Option<Right>)>, u64)> {
        let shared = self.desk.shared().await?;
        let query = GroupQuery {
            organization: self.desk.organization.id,
            also: shared.iter().map(|(id, _)| *id).collect(),
            filter: GroupFilter::All,
            order: GroupOrder::Name,
            is_descending: false,
            offset,
            limit,
        };
        let (groups, total) = self.desk.directory.store.groups(self.desk.caller.tenant, query).await?;
        let right = |id: Uuid| shared.iter().find(|(known, _)| *known == id).map(|(_, right)| *right);
        Ok((groups.into_iter().map(|group| (right(group.id), group)).map(|(right, group)| (group, right)).collect(), total))
    }

    /// The groups, this organization's and those shared with it, in which some of these people are: names and who of them.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn groups_of(&self, people: &Numbers) -> Result<Vec<(String, Numbers)>> {
        let also: Vec<Uuid> = self.desk.shared().await?.into_iter().map(|(id, _)| id).collect();
        let Desk { directory, caller, organization, .. } = self.desk;
        directory.store.groups_of(caller.tenant, organization.id, &also, people).await
    }

    /// The rights of an organization below on groups of this one, by group.
    ///
    /// # Errors
    /// `NotFound` for an organization that is not below this one.
    pub async fn rights_of(&self, below: OrganizationId) -> Result<Vec<(Uuid, Right)>> {
        self.desk.below(below).await?;
        self.desk.rights(self.desk.organization.id, below).await
    }
}

impl GroupEditor<'_, '_> {
    /// Gives and takes rights, all of them or none.
    ///
    /// # Errors
    /// `NotFound` for a group that is not of this organization, or an organization that is not below it.
    pub async fn grant(&self, grants: &[Grant]) -> Result<()> {
        let mut edits = Vec::with_capacity(grants.len());
        for Grant { to, group, right } in grants {
            self.desk.below(*to).await?;
            self.desk.group(*group).await?;
            let value = right.map(serde_json::to_value).transpose().map_err(Error::internal)?;
            edits.push(NoteEdit { shelf: SHELF.into(), key: key(*to, *group), value });
        }
        let command = Command::Note { organization: self.desk.organization.id, edits };
        self.desk.directory.apply(self.desk.caller.tenant, self.desk.author(), command).await.map(drop)
    }

    /// Changes who is in a group of this organization, or in one of an organization above that may be changed from here.
    /// "Everyone" and person numbers mean the contacts of the group's organization and of those above it.
    ///
    /// # Errors
    /// `NotFound` for the group, or for people with [`Unknown::Refuse`]; `Forbidden` for a group that may only be seen.
    pub async fn change_members(&self, id: Uuid, members: Vec<MemberEdit>, unknown: Unknown) -> Result<Group> {
        let (_, right) = self.desk.reach(id).await?;
        if right == Some(Right::Read) {
            return Err(Error::Forbidden { action: Action::ChangeInherited });
        }
        let patch = GroupPatch { name: None, description: Edit::Keep, members, unknown, inherits: true };
        let command = Command::PatchGroup { id, patch };
        let applied = self.desk.directory.apply(self.desk.caller.tenant, self.desk.author(), command).await?;
        applied.group.ok_or_else(|| Error::internal("a store answered no group for a change of one"))
    }
}

impl Desk<'_> {
    async fn reach(&self, id: Uuid) -> Result<(Group, Option<Right>)> {
        let found = self.directory.store.group(self.caller.tenant, id).await?.ok_or_else(|| Error::no_group(id))?;
        if found.organization == self.organization.id {
            return Ok((found, None));
        }
        if !self.above.contains(&found.organization) {
            return Err(Error::no_group(id));
        }
        let keys = NoteKeys::These(vec![key(self.organization.id, id)]);
        let right = self.rights_in(found.organization, keys).await?.pop().map(|(_, right)| right);
        right.map(|right| (found, Some(right))).ok_or_else(|| Error::no_group(id))
    }

    async fn shared(&self) -> Result<Vec<(Uuid, Right)>> {
        let mut shared = Vec::new();
        for above in &self.above {
            shared.extend(self.rights(*above, self.organization.id).await?);
        }
        Ok(shared)
    }

    /// The rights on groups of `owner` that `to` has.
    async fn rights(&self, owner: OrganizationId, to: OrganizationId) -> Result<Vec<(Uuid, Right)>> {
        self.rights_in(owner, NoteKeys::Starting(format!("{to}/"))).await
    }

    async fn rights_in(&self, owner: OrganizationId, keys: NoteKeys) -> Result<Vec<(Uuid, Right)>> {
        let query = NoteQuery { organization: owner, shelf: SHELF.into(), keys, offset: 0, limit: usize::MAX };
        let (notes, _) = self.directory.store.notes(self.caller.tenant, query).await?;
        let right = |note: cardfile_model::Note| {
            let group = note.key.split_once('/')?.1.parse().ok()?;
            Some((group, serde_json::from_value(note.value).ok()?))
        };
        Ok(notes.into_iter().filter_map(right).collect())
    }

    /// An organization below this one.
    ///
    /// # Errors
    /// `NotFound` for one that is not.
    pub async fn below(&self, id: OrganizationId) -> Result<Organization> {
        let tree = self.directory.tree(self.caller.tenant).await?;
        let is_below = id != self.organization.id && tree.is_within(id, self.organization.id);
        let found = tree.get(id).filter(|_| is_below);
        found
            .map(|found| Organization::clone(found))
            .ok_or_else(|| Error::NotFound { kind: Kind::Organization, id: id.to_string() })
    }
}

fn key(to: OrganizationId, group: Uuid) -> String {
    format!("{to}/{group}")
}
