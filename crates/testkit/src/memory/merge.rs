//! Several people turn out to be one.

use std::collections::BTreeMap;

use cardfile_directory::{Applied, Author, Merge, Result, judge};
use cardfile_model::{Batch, ChangeKind, Expect, Mode, Numbers, OrganizationId, Patch, Reach, Record, Write};
use uuid::Uuid;

use super::state::{Before, Deed, Effect, Seat, Tenant};
use super::write::Writing;

pub(super) fn merge(tenant: &mut Tenant, author: &Author, merge: Merge) -> Result<Applied> {
    let Merge { organization, sources, into, others, mut patch, admits_unknown_groups } = merge;
    judge::merge(&author.limits, &others)?;
    let (reach, mode) = (Reach::Own, Mode::AllOrNothing);
    let (has_unique_emails, most_blanked, writes) = (false, None, Vec::new());
    let batch = Batch { organization, reach, sources, mode, admits_unknown_groups, has_unique_emails, most_blanked, writes };
    let seats = tenant.seat(author, into, &others);
    let (here, change) = (tenant.number_of(organization), tenant.next_revision());
    let mut writing = Writing::begin(tenant, author, batch)?;
    let current = writing.current(into)?;
    let (mut contact, mut gone, number) = (current.contact.clone(), Vec::<Record>::new(), current.number);
    for id in &others {
        let other = writing.current(*id)?;
        if other.number == number || gone.iter().any(|known| known.number == other.number) {
            return Err(judge::named_twice(*id));
        }
        contact.take_in(&other, change);
        gone.push(other);
    }
    patch.memberships.iter_mut().for_each(|edit| edit.settle(here));
    patch.apply(&mut contact);
    let patch = Box::new(Patch::reverse(&contact, &current.contact));
    writing.change(current, Write::Patch { id: into, expect: Expect::Any, patch })?;
    for other in &gone {
        writing.remove(other, Expect::Any)?;
    }
    let blanked = writing.blanked();
    let (tenant, author, before) = writing.judged()?;
    let applied = tenant.log_people_and_seats(author, (ChangeKind::Merge, organization, None), before, seats);
    Ok(Applied { blanked, ..applied })
}

impl Tenant {
    /// Puts somebody into the groups that others are in, as a change of each group.
    fn seat(&mut self, author: &Author, into: Uuid, others: &[Uuid]) -> Vec<Seat> {
        let Some(person) = self.led_to(into) else { return Vec::new() };
        let others: Numbers = others.iter().filter_map(|id| self.led_to(*id)).collect();
        let rows = self.groups.iter().filter(|row| !row.is_deleted && !row.members.is_disjoint(&others));
        let wanted = rows.filter(|row| !row.members.contains(person));
        let seats: Vec<Seat> = wanted.map(|row| Seat { group: row.group.id, person, came: true }).collect();
        for seat in &seats {
            self.sit(author, seat);
        }
        seats
    }

    /// Somebody comes into a group, or goes.
    fn sit(&mut self, author: &Author, seat: &Seat) {
        let (revision, one) = (self.next_revision(), Numbers::from_iter([seat.person]));
        let row = self.groups.iter_mut().find(|row| row.group.id == seat.group).expect("it was looked up");
        if seat.came {
            row.members |= &one;
        } else {
            row.members -= &one;
        }
        (row.group.modified, row.group.revision) = (author.time, revision);
        let organization = row.group.organization;
        let (came, went) = if seat.came { (one, Numbers::new()) } else { (Numbers::new(), one) };
        let effect = Effect::GroupPatched { name: None, description: None };
        let (kind, stayed) = (ChangeKind::GroupPatch, Numbers::new());
        self.log(author, Deed { kind, organization, group: Some(seat.group), came, went, stayed, undoes: None, effect });
    }

    /// Takes back who came into groups and who went, but for who stands there otherwise by now.
    pub fn unseat(&mut self, author: &Author, seats: Vec<Seat>) -> Vec<Seat> {
        let mut done = Vec::new();
        for seat in seats.into_iter().rev() {
            let is_known = self.card_mut(seat.person).is_some();
            let row = self.groups.iter().find(|row| row.group.id == seat.group && !row.is_deleted);
            if row.is_some_and(|row| is_known && row.members.contains(seat.person) == seat.came) {
                let back = Seat { came: !seat.came, ..seat };
                self.sit(author, &back);
                done.push(back);
            }
        }
        done
    }

    /// As [`Tenant::log_people`], with what became of groups.
    pub fn log_people_and_seats(
        &mut self,
        author: &Author,
        change: (ChangeKind, OrganizationId, Option<u64>),
        before: BTreeMap<u32, Before>,
        seats: Vec<Seat>,
    ) -> Applied {
        let applied = if before.is_empty() && !seats.is_empty() {
            let ((kind, organization, undoes), none) = (change, Numbers::new);
            let (came, went, stayed, effect) = (none(), none(), none(), Effect::People(before));
            self.log(author, Deed { kind, organization, group: None, came, went, stayed, undoes, effect })
        } else {
            self.log_people(author, change, before)
        };
        if let Some(logged) = self.log.last_mut().filter(|_| applied.is_changed) {
            logged.seats = seats;
        }
        applied
    }
}
