//! Several people turn out to be one: a card takes others in, and leads on who asks for these.

use std::collections::BTreeSet;

use cardfile_directory::{Applied, Author, Merge, Result, judge};
use cardfile_index::terms;
use cardfile_model::{Batch, ChangeKind, Expect, Mode, Numbers, Patch, Reach, Record, TenantId, Write};
use uuid::Uuid;

use crate::cards;
use crate::group_write::write_changed;
use crate::groups::{self, GroupRow};
use crate::log::{self, Entry, Seat};
use crate::sets::SetName;
use crate::turn::Turn;
use crate::write::Run;

/// Merges people into one.
pub(crate) fn apply(turn: &mut Turn<'_>, tenant: TenantId, author: &Author, merge: Merge) -> Result<Applied> {
    let Merge { organization, sources, into, others, mut patch, admits_unknown_groups } = merge;
    judge::merge(&author.limits, &others)?;
    let batch = Batch {
        organization,
        reach: Reach::Own,
        sources,
        mode: Mode::AllOrNothing,
        admits_unknown_groups,
        has_unique_emails: false,
        most_blanked: None,
        writes: Vec::new(),
    };
    let seats = seat(turn, tenant, author, into, &others)?;
    let mut run = Run::begin(turn, tenant, author, (batch, ChangeKind::Merge))?;
    let current = run.current(into)?;
    let (mut contact, mut gone) = (current.contact.clone(), Vec::new());
    let mut named = BTreeSet::from([current.number]);
    for id in others {
        let other = run.current(id)?;
        if !named.insert(other.number) {
            return Err(judge::named_twice(id));
        }
        contact.take_in(&other, run.revision());
        gone.push(other);
    }
    patch.memberships.iter_mut().for_each(|edit| edit.settle(run.organization()));
    patch.apply(&mut contact);
    let patch = Box::new(Patch::reverse(&contact, &current.contact));
    run.change(current, Write::Patch { id: into, expect: Expect::Any, patch })?;
    for other in &gone {
        run.delete(other, Expect::Any)?;
    }
    run.remember_seats(seats);
    run.end()
}

/// Puts somebody into the groups that others are in: a change of each group, before the merge itself. Who is not there is told of
/// by the merge.
fn seat(turn: &mut Turn<'_>, tenant: TenantId, author: &Author, into: Uuid, others: &[Uuid]) -> Result<Vec<Seat>> {
    let (connection, mut seats, mut numbers) = (turn.connection, Vec::new(), Numbers::new());
    let Some(Record { number: person, .. }) = cards::find_any(turn, tenant, into)? else { return Ok(seats) };
    for id in others {
        numbers.extend(cards::find_any(turn, tenant, *id)?.map(|other| other.number));
    }
    for name in turn.draft(tenant)?.groups(connection)? {
        let SetName::Group(group) = name else { continue };
        let members = turn.draft(tenant)?.set(connection, &name)?;
        if members.contains(person) || members.is_disjoint(&numbers) {
            continue;
        }
        let key = turn.draft(tenant)?.row.key;
        let Some(row) = groups::by_number(connection, key, group)? else { continue };
        let seat = Seat { group: row.group.id, person, came: true };
        sit(turn, tenant, author, row, &seat)?;
        seats.push(seat);
    }
    Ok(seats)
}

/// Somebody comes into a group, or goes: a change of the group.
fn sit(turn: &mut Turn<'_>, tenant: TenantId, author: &Author, mut row: GroupRow, seat: &Seat) -> Result<()> {
    let (connection, name, person) = (turn.connection, SetName::Group(row.group.number), Numbers::from_iter([seat.person]));
    let mut entry = Entry::new(ChangeKind::GroupPatch, row.organization);
    entry.group = Some(row.group.id);
    write_changed(turn, tenant, author, &mut row)?;
    let draft = turn.draft(tenant)?;
    if seat.came {
        draft.include(connection, &name, &person)?;
        entry.came = person;
    } else {
        draft.exclude(connection, &name, &person)?;
        entry.went = person;
    }
    log::append(turn, tenant, author, &entry).map(drop)
}

/// Takes back how people came into groups, and went; answers what was done. Who stands there otherwise by now is passed over.
pub(crate) fn unseat(turn: &mut Turn<'_>, tenant: TenantId, author: &Author, seats: &[Seat]) -> Result<Vec<Seat>> {
    let (connection, mut done) = (turn.connection, Vec::new());
    for seat in seats.iter().rev() {
        let key = turn.draft(tenant)?.row.key;
        let Some(row) = groups::by_id(connection, key, seat.group)? else { continue };
        let draft = turn.draft(tenant)?;
        let is_known = draft.set(connection, &SetName::People)?.contains(seat.person);
        if !is_known || draft.set(connection, &SetName::Group(row.group.number))?.contains(seat.person) != seat.came {
            continue;
        }
        let back = Seat { came: !seat.came, ..seat.clone() };
        sit(turn, tenant, author, row, &back)?;
        done.push(back);
    }
    Ok(done)
}

/// Those into whom these were merged, unless these are there themselves.
pub(crate) fn successors(turn: &mut Turn<'_>, tenant: TenantId, ids: &[Uuid]) -> Result<Numbers> {
    let (connection, mut found) = (turn.connection, Numbers::new());
    let draft = turn.draft(tenant)?;
    let successors = &*draft.set(connection, &SetName::Successors)? - &*draft.set(connection, &SetName::Trash)?;
    if successors.is_empty() {
        return Ok(found);
    }
    for id in ids {
        let draft = turn.draft(tenant)?;
        if let Some(number) = draft.number_of(connection, *id)?
            && draft.is_live(connection, number)?
        {
            continue;
        }
        for number in turn.indexed_by(tenant, &terms::former(*id))? & &successors {
            let record = turn.draft(tenant)?.record(connection, number)?;
            if record.is_some_and(|record| record.contact.took_in(*id)) {
                found.insert(number);
                break;
            }
        }
    }
    Ok(found)
}
