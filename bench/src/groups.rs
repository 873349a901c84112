//! What happens to everyone at once: into a group, out of it, into the trash, and back.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use cardfile_directory::{Command, Ids, TimeOrderedIds, Trash};
use cardfile_model::{Edit, GroupDraft, GroupPatch, MemberEdit, OrganizationId, People, Selection, Sources, Unknown};
use uuid::Uuid;

use crate::Bench;
use crate::inside::Inside;
use crate::people::{Id, text};
use crate::process::Process;
use crate::report::Row;
use crate::sample::{Times, float};

const ROUNDS: usize = 5;

/// Everyone of an organization.
pub struct Everyone<'a> {
    /// The store.
    pub inside: &'a Inside,
    /// The organization, the root of its tenant.
    pub organization: Uuid,
    /// The ids of its people.
    pub ids: &'a [Id],
}

impl Everyone<'_> {
    fn new_group(&self) -> Result<Uuid> {
        let draft = GroupDraft {
            id: TimeOrderedIds.next(),
            organization: OrganizationId(self.organization),
            parent: None,
            name: "Everyone but three".to_owned(),
            description: None,
            members: Selection::ids([]),
            unknown: Unknown::Skip,
        };
        let (_, applied) = self.inside.apply(self.organization, Command::CreateGroup(draft))?;
        Ok(applied.group.context("no group was made")?.id)
    }

    /// Changes the group and says how long it took, how many bytes were written, and how many are in it then.
    fn change(&self, group: Uuid, edit: MemberEdit) -> Result<(Duration, usize, u64)> {
        let patch =
            GroupPatch { name: None, description: Edit::Keep, members: vec![edit], unknown: Unknown::Skip, inherits: false };
        let before = Process::this().written()?;
        let (took, applied) = self.inside.apply(self.organization, Command::PatchGroup { id: group, patch })?;
        let written = Process::this().written()? - before;
        Ok((took, written, applied.group.context("no group came back")?.size))
    }

    /// Puts everyone but three into a group and takes them out again, several times; the figures are the worst.
    ///
    /// # Errors
    /// When a change is refused, or others are in the group than should be.
    pub fn measure_group(&self, bench: &mut Bench) -> Result<()> {
        let three = [0, self.ids.len() / 2, self.ids.len() - 1].map(|at| Uuid::parse_str(text(&self.ids[at])));
        let three = three.into_iter().collect::<Result<Vec<Uuid>, _>>()?;
        let but_three = || Selection::AllExcept(People::Ids(three.clone()));
        let group = self.new_group()?;
        // The first write after the start sets a merge going if one is due; its bytes are not the group's.
        Process::this().settle()?;
        let (mut times, mut bytes) = ([Vec::new(), Vec::new()], [0, 0]);
        for _ in 0..ROUNDS {
            for (at, edit) in [MemberEdit::Add(but_three()), MemberEdit::Remove(but_three())].into_iter().enumerate() {
                let (took, written, size) = self.change(group, edit)?;
                let wanted = if at == 0 { self.ids.len() as u64 - 3 } else { 0 };
                ensure!(size == wanted, "{size} are in the group, not {wanted}");
                times[at].push(took);
                bytes[at] = bytes[at].max(written);
            }
        }
        for ((direction, times), bytes) in ["into", "out of"].into_iter().zip(times).zip(bytes) {
            let (name, people) = (format!("everyone but three {direction} a group"), self.ids.len());
            let slowest = Times::from(times).slowest_ms();
            bench.report.add(Row::new(format!("{name}, slowest of {ROUNDS}"), people, slowest, "ms").below(20.0));
            bench.report.add(Row::new(format!("{name}, written"), people, float(bytes) / 1024.0, "KiB").below(1024.0));
        }
        Ok(())
    }

    /// Deletes everyone by a selection and undoes it, several times; the figure is the worst.
    ///
    /// # Errors
    /// When others are touched than should be.
    pub fn measure_trash(&self, bench: &mut Bench) -> Result<()> {
        let (mut deleted, mut undone, people) = (Vec::new(), Vec::new(), self.ids.len());
        let organization = OrganizationId(self.organization);
        for _ in 0..ROUNDS {
            let trash = Trash { organization, sources: Sources::Any, selection: Selection::all() };
            let (took, applied) = self.inside.apply(self.organization, Command::Trash(trash))?;
            ensure!(applied.touched == people as u64, "{} were deleted", applied.touched);
            deleted.push(took);
            let undo = Command::Undo { organization, change: applied.revision, is_forced: false };
            let (took, applied) = self.inside.apply(self.organization, undo)?;
            ensure!(applied.touched == people as u64, "{} came back", applied.touched);
            undone.push(took);
        }
        let slowest = |times: Vec<Duration>| Times::from(times).slowest_ms();
        let name = format!("delete of everyone by a selection, slowest of {ROUNDS}");
        bench.report.add(Row::new(name, people, slowest(deleted), "ms").below(50.0));
        bench.report.add(Row::new(format!("undo of it, slowest of {ROUNDS}"), people, slowest(undone), "ms"));
        Ok(())
    }

    /// Everyone but three into a group and out of it, everyone into the trash and back: the slowest of several times, in
    /// milliseconds.
    ///
    /// # Errors
    /// When a change is refused.
    pub fn times(&self) -> Result<[(&'static str, f64); 4]> {
        let three = [0, self.ids.len() / 2, self.ids.len() - 1].map(|at| Uuid::parse_str(text(&self.ids[at])));
        let three = three.into_iter().collect::<Result<Vec<Uuid>, _>>()?;
        let (group, mut times) = (self.new_group()?, [const { Vec::new() }; 4]);
        let organization = OrganizationId(self.organization);
        for _ in 0..ROUNDS {
            let but_three = || Selection::AllExcept(People::Ids(three.clone()));
            times[0].push(self.change(group, MemberEdit::Add(but_three()))?.0);
            times[1].push(self.change(group, MemberEdit::Remove(but_three()))?.0);
            let trash = Trash { organization, sources: Sources::Any, selection: Selection::all() };
            let (took, applied) = self.inside.apply(self.organization, Command::Trash(trash))?;
            times[2].push(took);
            let undo = Command::Undo { organization, change: applied.revision, is_forced: false };
            times[3].push(self.inside.apply(self.organization, undo)?.0);
        }
        let names = ["everyone but three into a group", "everyone but three out of it", "delete of everyone", "undo of it"];
        let slowest = times.map(|times| Times::from(times).slowest_ms());
        Ok(std::array::from_fn(|at| (names[at], slowest[at])))
    }
}
