//! Reading and writing the groups of one organization.

use cardfile_model::{Group, GroupDraft, GroupFilter, GroupOrder, GroupPatch, GroupQuery, Limits, Member, Selection, Unknown};
use uuid::Uuid;

use crate::access::Desk;
use crate::applied::Applied;
use crate::error::{Error, Result};
use crate::store::Command;

/// Leave to read groups.
pub struct GroupReader<'d, 'a> {
    pub(crate) desk: &'d Desk<'a>,
}

/// Leave to write groups.
pub struct GroupEditor<'d, 'a> {
    pub(crate) desk: &'d Desk<'a>,
}

impl GroupReader<'_, '_> {
    /// The group of this id.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn get(&self, id: Uuid) -> Result<Group> {
        self.desk.group(id).await
    }

    /// One page of groups and how many there are in all.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn find(
        &self,
        filter: GroupFilter,
        order: (GroupOrder, bool),
        offset: u64,
        limit: usize,
    ) -> Result<(Vec<Group>, u64)> {
        let (order, is_descending) = order;
        let organization = self.desk.organization.id;
        let query = GroupQuery { organization, also: Vec::new(), filter, order, is_descending, offset, limit };
        self.desk.directory.store.groups(self.desk.caller.tenant, query).await
    }

    /// A slice of the people in a group, by person number.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn members(&self, id: Uuid, offset: u64, limit: usize) -> Result<Vec<Member>> {
        self.desk.group(id).await?;
        self.desk.directory.store.members(self.desk.caller.tenant, id, offset, limit).await
    }
}

impl GroupEditor<'_, '_> {
    /// How much of everything there may be.
    #[must_use]
    pub fn limits(&self) -> &Limits {
        &self.desk.directory.settings.limits
    }

    /// What to do about members whom the directory does not know: as the operator set.
    #[must_use]
    pub fn unknown(&self) -> Unknown {
        if self.desk.directory.settings.admits_unknown_members { Unknown::Admit } else { Unknown::Refuse }
    }

    /// Makes a group with these people in it.
    ///
    /// # Errors
    /// `Invalid` for a blank name, `AlreadyExists` when the name is taken.
    pub async fn create(&self, name: String, description: Option<String>, members: Selection) -> Result<Group> {
        self.create_under(None, name, description, members).await
    }

    /// Makes a group as a part of another.
    ///
    /// # Errors
    /// As [`GroupEditor::create`]; `NotFound` for a parent that is no group of this organization.
    pub async fn create_under(
        &self,
        parent: Option<Uuid>,
        name: String,
        description: Option<String>,
        members: Selection,
    ) -> Result<Group> {
        self.check(Some(&name), description.as_deref())?;
        let draft = GroupDraft {
            id: self.desk.directory.ids.next(),
            organization: self.desk.organization.id,
            parent,
            name,
            description,
            members,
            unknown: self.unknown(),
        };
        group(self.apply(Command::CreateGroup(draft)).await?)
    }

    /// Changes a group, all of it or nothing.
    ///
    /// # Errors
    /// `NotFound`, `Invalid` for a blank name, `AlreadyExists` when the name is taken.
    pub async fn patch(&self, id: Uuid, patch: GroupPatch) -> Result<Group> {
        self.desk.group(id).await?;
        let description = match &patch.description {
            cardfile_model::Edit::Set(text) => Some(text.as_str()),
            _ => None,
        };
        self.check(patch.name.as_deref(), description)?;
        group(self.apply(Command::PatchGroup { id, patch }).await?)
    }

    /// Deletes a group; the people in it stay.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn delete(&self, id: Uuid) -> Result<()> {
        self.desk.group(id).await?;
        self.apply(Command::DeleteGroup { id }).await.map(drop)
    }

    pub(crate) fn check(&self, name: Option<&str>, description: Option<&str>) -> Result<()> {
        let violations = self.limits().group_violations(name, description);
        if violations.is_empty() { Ok(()) } else { Err(Error::Invalid(violations)) }
    }

    async fn apply(&self, command: Command) -> Result<Applied> {
        self.desk.directory.apply(self.desk.caller.tenant, self.desk.author(), command).await
    }
}

impl Desk<'_> {
    /// A group of this desk's organization.
    pub(crate) async fn group(&self, id: Uuid) -> Result<Group> {
        let found = self.directory.store.group(self.caller.tenant, id).await?;
        found.filter(|group| group.organization == self.organization.id).ok_or_else(|| Error::no_group(id))
    }
}

fn group(applied: Applied) -> Result<Group> {
    applied.group.ok_or_else(|| Error::internal("a store answered no group for a change of one"))
}
