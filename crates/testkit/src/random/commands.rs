//! Random commands.

use cardfile_directory::{Command, Merge, Revision, Store, Trash};
use cardfile_model::{
    Audience, Batch, Edit, Expect, GroupDraft, GroupPatch, MemberEdit, Mode, NoteEdit, Numbers, OrganizationId, Patch, People,
    Reach, Selection, Sources, Unknown, Write,
};
use uuid::Uuid;

use super::Trial;

pub(super) const SHELVES: &[&str] = &["left", "right"];
pub(super) const NOTE_KEYS: &[&str] = &["k", "k1", "k10", "k2", "é", "K"];
const GROUP_NAMES: &[&str] =
    &["Harbour", "HÁRBOUR", "Harbour west", "Quay", "Ropewalk", "Zoë", "Mill", "Lantern", "North", "South"];

impl Trial {
    /// A command, or now and then some together.
    pub async fn command(&mut self) -> Command {
        if !self.dice.chance(10) {
            return self.single().await;
        }
        let mut commands = Vec::new();
        for _ in 0..self.dice.below(4) {
            commands.push(self.single().await);
        }
        if self.dice.chance(40) {
            commands.extend(self.organization_with_people().await);
        }
        Command::Together(commands)
    }

    /// An organization is made, or changed, with some people in it.
    async fn organization_with_people(&mut self) -> [Command; 2] {
        let command = if self.dice.chance(60) { self.create_organization() } else { self.patch_organization() };
        let organization = match &command {
            Command::CreateOrganization(draft) => draft.id,
            _ => self.some_organization(),
        };
        let reach = Reach::Below(self.organizations[0]);
        let mode = if self.dice.chance(70) { Mode::AllOrNothing } else { Mode::Each };
        [command, Command::Write(Batch { organization, reach, mode, ..self.batch().await })]
    }

    /// One command; early on mostly writes, so that there is somebody.
    async fn single(&mut self) -> Command {
        let organization = *self.dice.one(&self.organizations);
        match self.dice.below(30) {
            0..=6 => Command::Write(self.batch().await),
            7 => Command::Trash(Trash { organization, sources: self.sources(), selection: self.selection(8) }),
            8 | 9 => Command::CreateGroup(self.group_draft()),
            10..=13 => Command::PatchGroup { id: self.some_group(), patch: self.group_patch() },
            14 => Command::DeleteGroup { id: self.some_group() },
            15 => Command::Note { organization, edits: (0..self.dice.below(4)).map(|_| self.note_edit()).collect() },
            16 => self.create_organization(),
            17..=19 => self.patch_organization(),
            20 => {
                let organization = self.some_organization();
                Command::Undo { organization, change: self.change(organization).await, is_forced: self.dice.chance(40) }
            }
            21 => Command::Restore(Trash { organization, sources: self.sources(), selection: self.selection(20) }),
            28 | 29 => Command::Merge(Box::new(self.merge(organization))),
            22 => Command::Revise(Box::new(self.revision(organization))),
            23 => Command::Unless {
                since: self.change(organization).await,
                touched: (0..self.dice.below(4)).map(|_| self.dice.below(20)).collect(),
                command: Box::new(Command::Trash(Trash { organization, sources: Sources::Any, selection: self.selection(8) })),
            },
            24 => {
                let at = self.organizations.iter().position(|known| *known == organization).unwrap_or_default();
                Command::Erase { organization, sources: self.sources(), id: self.somebody(at) }
            }
            25 => {
                let at = self.organizations.iter().position(|known| *known == organization).unwrap_or_default();
                Command::Bundle { organization, sources: self.sources(), id: self.somebody(at) }
            }
            _ => Command::Undo { organization, change: self.change(organization).await, is_forced: self.dice.chance(40) },
        }
    }

    fn merge(&mut self, organization: OrganizationId) -> Merge {
        let at = self.organizations.iter().position(|known| *known == organization).unwrap_or_default().min(1);
        let most = 1 + self.dice.below(3);
        Merge {
            organization,
            sources: self.sources(),
            into: self.somebody(at),
            others: (0..most).map(|_| self.somebody(at)).collect(),
            patch: if self.dice.chance(30) { self.patch() } else { Patch::default() },
            admits_unknown_groups: self.dice.chance(30),
        }
    }

    fn revision(&mut self, organization: OrganizationId) -> Revision {
        Revision {
            organization,
            sources: self.sources(),
            numbers: (0..self.dice.below(6)).map(|_| self.dice.below(30)).collect(),
            admits_unknown_groups: self.dice.chance(30),
            patch: self.patch(),
        }
    }

    /// A change to be taken back: mostly one of the organization's last.
    async fn change(&mut self, organization: OrganizationId) -> u64 {
        let log = self.judge.changes(self.tenant, organization, 0, usize::MAX).await.expect("the judge can be asked");
        let back = if self.dice.chance(75) { self.dice.below(5) } else { self.dice.below(60) };
        let change = log.iter().rev().nth(back as usize).map_or(0, |change| change.revision);
        if self.dice.chance(10) { change + 1 } else { change }
    }

    fn note_edit(&mut self) -> NoteEdit {
        NoteEdit {
            shelf: (*self.dice.one(SHELVES)).into(),
            key: (*self.dice.one(NOTE_KEYS)).into(),
            value: self.dice.chance(70).then(|| serde_json::json!({"n": self.dice.below(3)})),
        }
    }

    async fn batch(&mut self) -> Batch {
        let size = if self.dice.chance(5) { 30 } else { self.dice.below(6) };
        let at = self.dice.below(2) as usize;
        let mut writes = Vec::new();
        for _ in 0..size {
            writes.push(self.write(at).await);
        }
        Batch {
            organization: self.organizations[at],
            reach: match self.dice.below(6) {
                0 => Reach::Members,
                1 => Reach::Below(*self.dice.one(&self.organizations)),
                _ => Reach::Own,
            },
            sources: self.sources(),
            mode: if self.dice.chance(25) { Mode::AllOrNothing } else { Mode::Each },
            admits_unknown_groups: self.dice.chance(30),
            has_unique_emails: self.dice.chance(20),
            most_blanked: self.dice.chance(10).then(|| self.dice.below(3).into()),
            writes,
        }
    }

    /// A write to the organization at this place.
    async fn write(&mut self, at: usize) -> Write {
        let kind = self.dice.below(12);
        if kind > 9 {
            let id = self.new_id();
            self.people.push(id);
            let by = (0..self.dice.below(3)).map(|_| self.match_key()).collect();
            return Write::Upsert { id, by, claim: Box::new(self.claim()) };
        }
        if kind < 4 {
            let id = if self.dice.chance(85) { self.new_id() } else { *self.dice.one(&self.people) };
            self.people.push(id);
            return Write::Create { id, contact: Box::new(self.card()) };
        }
        let id = self.somebody(at);
        let expect = self.expect(id, self.organizations[at]).await;
        match kind {
            4..=6 => Write::Patch { id, expect, patch: Box::new(self.patch()) },
            7 | 8 => Write::Replace { id, expect, contact: Box::new(self.card()) },
            _ => Write::Delete { id, expect },
        }
    }

    async fn expect(&mut self, id: Uuid, organization: OrganizationId) -> Expect {
        match self.dice.below(10) {
            0 => Expect::Absent,
            1 => Expect::At(self.dice.below(50).into()),
            2..=4 => {
                let found = self.judge.get(self.tenant, organization, Audience::Everything, &[id]).await;
                let record = found.expect("the judge can be asked").remove(0);
                record.map_or(Expect::Any, |record| Expect::At(record.revision))
            }
            _ => Expect::Any,
        }
    }

    /// Sources to be touched: mostly any.
    pub fn sources(&mut self) -> Sources {
        match self.dice.below(8) {
            0 => Sources::Only(vec!["CH".into()]),
            1 => Sources::Only(vec!["Elsewhere".into(), "Webex4Broadworks".into()]),
            _ => Sources::Any,
        }
    }

    /// Some people, or in so many cases of a hundred everyone but some.
    fn selection(&mut self, percent: u32) -> Selection {
        let people = if self.dice.chance(75) {
            let at = self.dice.below(2) as usize;
            People::Ids((0..self.dice.below(6)).map(|_| self.somebody(at)).collect())
        } else {
            let most = u32::try_from(self.people.len()).expect("there are not that many");
            People::Numbers((0..self.dice.below(6)).map(|_| self.dice.below(most + 3)).collect::<Numbers>())
        };
        if self.dice.chance(percent) { Selection::AllExcept(people) } else { Selection::Only(people) }
    }

    fn unknown(&mut self) -> Unknown {
        *self.dice.one(&[Unknown::Admit, Unknown::Admit, Unknown::Skip, Unknown::Refuse])
    }

    fn stranger(&mut self) {
        if self.dice.chance(20) {
            let stranger = self.new_id();
            self.people.push(stranger);
        }
    }

    fn group_draft(&mut self) -> GroupDraft {
        self.stranger();
        let id = if self.dice.chance(90) { self.new_id() } else { self.some_group() };
        self.groups.push(id);
        GroupDraft {
            id,
            organization: *self.dice.one(&self.organizations),
            parent: self.dice.chance(10).then(|| self.some_group()),
            name: (*self.dice.one(GROUP_NAMES)).into(),
            description: self.dice.chance(50).then(|| "What for".into()),
            members: self.selection(30),
            unknown: self.unknown(),
        }
    }

    fn group_patch(&mut self) -> GroupPatch {
        self.stranger();
        let steps = self.dice.below(3);
        let members = (0..steps).map(|_| {
            let selection = self.selection(15);
            if self.dice.chance(65) { MemberEdit::Add(selection) } else { MemberEdit::Remove(selection) }
        });
        GroupPatch {
            members: members.collect(),
            name: self.dice.chance(20).then(|| (*self.dice.one(GROUP_NAMES)).into()),
            description: match self.dice.below(8) {
                0 => Edit::Clear,
                1 => Edit::Set((*self.dice.one(&["What for", "Who knows"])).into()),
                _ => Edit::Keep,
            },
            unknown: self.unknown(),
            inherits: self.dice.chance(50),
        }
    }
}
