//! An organization to try a store at: what a clause asks, in few words.

use cardfile_directory::{Applied, Command, OrganizationDraft, Outcome, Result, Trash};
use cardfile_model::{
    Audience, Batch, Change, Contact, Edit, Expect, Filter, Group, GroupDraft, GroupPatch, Life, Member, MemberEdit, Mode, Order,
    OrganizationId, Page, Patch, Query, Reach, Record, Selection, Sources, TenantId, Unknown, Write,
};
use uuid::Uuid;

use super::harness::Harness;
use crate::people::people;

/// An organization of a tenant in a harness.
#[derive(Clone, Copy)]
pub(super) struct Place<'h> {
    /// The harness.
    pub(super) harness: &'h Harness,
    /// The tenant.
    pub(super) tenant: TenantId,
    /// The organization.
    pub(super) organization: OrganizationId,
}

impl<'h> Place<'h> {
    /// A new organization under this one.
    pub(super) async fn below(&self) -> Place<'h> {
        let id = OrganizationId(self.harness.id());
        let (tenant, parent) = (Some(self.tenant), Some(self.organization));
        let draft = OrganizationDraft { tenant, parent, ..OrganizationDraft::new(id, "Annex") };
        self.harness.store.add_organization(draft, self.harness.clock_now()).await.expect("an organization can be added");
        Place { organization: id, ..*self }
    }

    /// Does a command.
    pub(super) async fn apply(&self, command: Command) -> Result<Applied> {
        self.harness.store.apply(self.tenant, self.harness.author(), command).await
    }

    /// A batch of this organization: each on its own, any source, only known groups.
    pub(super) fn batch(&self, writes: Vec<Write>) -> Batch {
        let organization = self.organization;
        Batch {
            organization,
            reach: Reach::Own,
            sources: Sources::Any,
            mode: Mode::Each,
            admits_unknown_groups: false,
            has_unique_emails: false,
            most_blanked: None,
            writes,
        }
    }

    /// Does writes, each on its own.
    pub(super) async fn write(&self, writes: Vec<Write>) -> Applied {
        self.apply(Command::Write(self.batch(writes))).await.expect("a batch of writes that stand alone is answered")
    }

    /// Does one write.
    pub(super) async fn one(&self, write: Write) -> Result<Outcome> {
        let mut applied = self.write(vec![write]).await;
        assert_eq!(applied.outcomes.len(), 1, "one outcome for one write");
        applied.outcomes.remove(0)
    }

    /// Makes a contact of this id.
    pub(super) async fn create_as(&self, id: Uuid, contact: Contact) -> Record {
        match self.one(create(id, contact)).await {
            Ok(Outcome::Created(record)) => record,
            other => panic!("a contact was to be made, but: {other:?}"),
        }
    }

    /// Makes a contact.
    pub(super) async fn create(&self, contact: Contact) -> Record {
        self.create_as(self.harness.id(), contact).await
    }

    /// Makes the sample people 1, 2, … in one batch and answers their ids.
    pub(super) async fn populate(&self, count: u32) -> Vec<Uuid> {
        let people = people(1, count).into_iter().map(|contact| (self.harness.id(), contact));
        let (ids, writes): (Vec<_>, Vec<_>) = people.map(|(id, contact)| (id, create(id, contact))).unzip();
        let applied = self.write(writes).await;
        assert!(applied.outcomes.iter().all(Result::is_ok), "sample people are valid");
        ids
    }

    /// The contacts of these ids.
    pub(super) async fn get_all(&self, ids: &[Uuid]) -> Vec<Option<Record>> {
        let found = self.harness.store.get(self.tenant, self.organization, Audience::Everything, ids).await;
        found.expect("contacts can be read")
    }

    /// The contact of this id.
    pub(super) async fn get(&self, id: Uuid) -> Option<Record> {
        let mut found = self.get_all(&[id]).await;
        assert_eq!(found.len(), 1, "one answer for one id");
        found.remove(0)
    }

    /// The question for the first thousand contacts that a filter finds, by number.
    pub(super) fn query(&self, filter: Filter) -> Query {
        let organization = self.organization;
        let (sources, audience, order) = (Sources::Any, Audience::Everything, Order::Number);
        Query {
            organization,
            life: Life::Live,
            reach: Reach::Members,
            sources,
            audience,
            filter,
            order,
            is_descending: false,
            then: Vec::new(),
            offset: 0,
            limit: 1000,
        }
    }

    /// Asks a question.
    pub(super) async fn page(&self, query: Query) -> Page {
        self.harness.store.find(self.tenant, query).await.expect("contacts can be found")
    }

    /// The ids of the contacts that a filter finds, by number.
    pub(super) async fn find(&self, filter: Filter) -> Vec<Uuid> {
        let page = self.page(self.query(filter)).await;
        assert_eq!(page.total, page.records.len() as u64, "the total of all on one page");
        page.records.into_iter().map(|record| record.id).collect()
    }

    /// Puts people into the trash.
    pub(super) async fn trash(&self, selection: Selection) -> Applied {
        let trash = Trash { organization: self.organization, sources: Sources::Any, selection };
        self.apply(Command::Trash(trash)).await.expect("people can go to the trash")
    }

    /// A group to be made, of these people, unknown ones admitted.
    pub(super) fn draft(&self, name: &str, members: &[Uuid]) -> GroupDraft {
        GroupDraft {
            id: self.harness.id(),
            organization: self.organization,
            parent: None,
            name: name.into(),
            description: None,
            members: Selection::ids(members.iter().copied()),
            unknown: Unknown::Admit,
        }
    }

    /// Makes a group.
    pub(super) async fn create_group(&self, name: &str, members: &[Uuid]) -> Group {
        let applied = self.apply(Command::CreateGroup(self.draft(name, members))).await.expect("a group can be made");
        applied.group.expect("the group is answered")
    }

    /// Changes a group.
    pub(super) async fn patch_group(&self, id: Uuid, patch: GroupPatch) -> Result<Applied> {
        self.apply(Command::PatchGroup { id, patch }).await
    }

    /// Changes who is in a group, unknown people admitted.
    pub(super) async fn edit_members(&self, id: Uuid, members: Vec<MemberEdit>) -> Applied {
        self.patch_group(id, GroupPatch { members, ..kept() }).await.expect("who is in a group can change")
    }

    /// A group.
    pub(super) async fn group(&self, id: Uuid) -> Option<Group> {
        self.harness.store.group(self.tenant, id).await.expect("a group can be read")
    }

    /// Everyone in a group.
    pub(super) async fn members(&self, group: Uuid) -> Vec<Member> {
        self.harness.store.members(self.tenant, group, 0, 10_000).await.expect("who is in a group can be read")
    }

    /// The ids of everyone in a group.
    pub(super) async fn member_ids(&self, group: Uuid) -> Vec<Uuid> {
        self.members(group).await.into_iter().map(|member| member.id).collect()
    }

    /// Takes a change back.
    pub(super) async fn undo(&self, change: u64) -> Result<Applied> {
        self.apply(Command::Undo { organization: self.organization, change, is_forced: false }).await
    }

    /// Takes a change back, passing over people touched since.
    pub(super) async fn undo_by_force(&self, change: u64) -> Result<Applied> {
        self.apply(Command::Undo { organization: self.organization, change, is_forced: true }).await
    }

    /// The log of this organization.
    pub(super) async fn changes(&self) -> Vec<Change> {
        let changes = self.harness.store.changes(self.tenant, self.organization, 0, 10_000).await;
        changes.expect("the log can be read")
    }

    /// The last change of this organization.
    pub(super) async fn last_change(&self) -> Change {
        self.changes().await.pop().expect("an organization begins with a change")
    }
}

/// The write that makes a contact.
pub(super) fn create(id: Uuid, contact: Contact) -> Write {
    Write::Create { id, contact: Box::new(contact) }
}

/// The write that gives somebody a title.
pub(super) fn entitle(id: Uuid, title: &str) -> Write {
    let patch = Patch { title: Edit::Set(title.into()), ..Patch::default() };
    Write::Patch { id, expect: Expect::Any, patch: Box::new(patch) }
}

/// The write that deletes somebody.
pub(super) fn delete(id: Uuid) -> Write {
    Write::Delete { id, expect: Expect::Any }
}

/// The patch that leaves a group as it is, unknown people admitted.
pub(super) fn kept() -> GroupPatch {
    GroupPatch { name: None, description: Edit::Keep, members: Vec::new(), unknown: Unknown::Admit, inherits: false }
}

/// These people join.
pub(super) fn joining(ids: &[Uuid]) -> MemberEdit {
    MemberEdit::Add(Selection::ids(ids.iter().copied()))
}

/// These people leave.
pub(super) fn leaving(ids: &[Uuid]) -> MemberEdit {
    MemberEdit::Remove(Selection::ids(ids.iter().copied()))
}
