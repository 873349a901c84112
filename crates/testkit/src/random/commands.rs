//! Random commands.

use cardfile_directory::{Command, Store, Trash};
use cardfile_model::{
    Audience, Batch, Edit, Expect, GroupDraft, GroupPatch, MemberEdit, Mode, Numbers, People, Selection, Sources, Unknown, Write,
};
use uuid::Uuid;

use super::Trial;

const GROUP_NAMES: &[&str] = &["Harbour", "HÁRBOUR", "Harbour west", "Quay", "Ropewalk", "Zoë"];

impl Trial {
    /// A command; early on mostly writes, so that there is somebody.
    pub async fn command(&mut self) -> Command {
        let organization = *self.dice.one(&self.organizations);
        match self.dice.below(20) {
            0..=7 => Command::Write(self.batch().await),
            8 => Command::Trash(Trash { organization, sources: self.sources(), selection: self.selection(15) }),
            9 | 10 => Command::CreateGroup(self.group_draft()),
            11..=14 => Command::PatchGroup { id: *self.dice.one(&self.groups), patch: self.group_patch() },
            15 => Command::DeleteGroup { id: *self.dice.one(&self.groups) },
            _ => Command::Undo { organization, change: self.change(), is_forced: self.dice.chance(40) },
        }
    }

    /// A change to be taken back: mostly one of the last.
    fn change(&mut self) -> u64 {
        let back = if self.dice.chance(70) { self.dice.below(6) } else { self.dice.below(80) };
        (self.revision + 1).saturating_sub(back.into())
    }

    async fn batch(&mut self) -> Batch {
        let size = if self.dice.chance(5) { 30 } else { self.dice.below(6) };
        let mut writes = Vec::new();
        for _ in 0..size {
            writes.push(self.write().await);
        }
        Batch {
            organization: *self.dice.one(&self.organizations),
            sources: self.sources(),
            mode: if self.dice.chance(25) { Mode::AllOrNothing } else { Mode::Each },
            admits_unknown_groups: self.dice.chance(30),
            writes,
        }
    }

    async fn write(&mut self) -> Write {
        let kind = self.dice.below(10);
        if kind < 4 {
            let id = if self.dice.chance(85) { self.new_id() } else { *self.dice.one(&self.people) };
            self.people.push(id);
            return Write::Create { id, contact: Box::new(self.card()) };
        }
        let id = *self.dice.one(&self.people);
        let expect = self.expect(id).await;
        match kind {
            4..=6 => Write::Patch { id, expect, patch: Box::new(self.patch()) },
            7 | 8 => Write::Replace { id, expect, contact: Box::new(self.card()) },
            _ => Write::Delete { id, expect },
        }
    }

    async fn expect(&mut self, id: Uuid) -> Expect {
        match self.dice.below(10) {
            0 => Expect::Absent,
            1 => Expect::At(self.dice.below(50).into()),
            2..=4 => {
                let organization = *self.dice.one(&self.organizations);
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
            People::Ids(self.dice.some(&self.people, 5))
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
        let id = if self.dice.chance(90) { self.new_id() } else { *self.dice.one(&self.groups) };
        self.groups.push(id);
        GroupDraft {
            id,
            organization: *self.dice.one(&self.organizations),
            parent: self.dice.chance(10).then(|| *self.dice.one(&self.groups)),
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
        }
    }
}
