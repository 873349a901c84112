//! One person whole: all that is kept of them, and all traces of them gone.
//!
//! What is found by number or id goes with the transaction. The words of a person are covered there by an empty entry of the
//! index, so that nothing finds them; the segments that hold them are written anew by the merger (`merger.rs`), which does so for
//! each that covers one of the set *erased*. What is removed is overwritten where the database can
//! ([`crate::sql::Sql::shred`]). That set, the id in `stubs` and the id in `ids` are what is left.

use std::collections::BTreeSet;

use cardfile_directory::{Applied, Author, Error, Result, judge};
use cardfile_model::{ChangeKind, Membership, MembershipEdit, Numbers, OrganizationId, Record, Sources, TenantId};
use uuid::Uuid;

use crate::log::{self, Entry, Erased, Told};
use crate::sets::{SetName, bits};
use crate::sql::{Connection, Key, params, row};
use crate::turn::{Indexed, Turn};
use crate::{cards, jobs, logins, organizations, plans, protect, registry, rows, sets};

/// Answers that are looked through at once: each may be of a hundred kilobytes.
const ANSWERS: usize = 100;

/// Who is meant, and whose source may be touched.
pub(crate) struct Wanted<'a> {
    pub(crate) organization: OrganizationId,
    pub(crate) id: Uuid,
    pub(crate) sources: &'a Sources,
}

/// Erases a person.
pub(crate) fn apply(turn: &mut Turn<'_>, tenant: TenantId, author: &Author, wanted: &Wanted<'_>) -> Result<Applied> {
    let (organization, record) = find(turn, tenant, author, wanted)?;
    let connection = turn.connection;
    let (number, people) = (record.number, Numbers::from([record.number]));
    let draft = turn.draft(tenant)?;
    let mut kept = Vec::new();
    for former in &record.contact.formers {
        kept.extend(draft.record(connection, former.number)?.map(|record| record.id));
    }
    judge::erasable(&kept)?;
    let is_live = draft.is_live(connection, number)?;
    if is_live {
        judge::oneself(author, &record, None)?;
        let losses = judge::losses(author, &record.contact, None).into_iter().collect();
        protect::stand(turn, tenant, &losses, &people)?;
    }
    connection.shred()?;
    let draft = turn.draft(tenant)?;
    let key = draft.row.key;
    // What the job kept back is of people, too.
    draft.store_people(connection)?;
    draft.people.clear();
    connection.many(connection.words().delete_contact, &[row![key, number]])?;
    rows::insert_stub(connection, key, number, wanted.id)?;
    let mut names: BTreeSet<SetName> = draft.drafted_sets().collect();
    names.extend(sets::names_with(connection, key, number)?);
    for name in names {
        draft.exclude(connection, &name, &people)?;
    }
    draft.include(connection, &SetName::Erased, &people)?;
    turn.index(tenant, number, Indexed::default());
    let mut homes = forget_patches(connection, key, number)?;
    homes.append(&mut seats(&record.contact.memberships));
    forget_answers(connection, key, wanted.id)?;
    plans::forget_all(connection, key)?;
    jobs::forget_told(connection, tenant, key)?;
    logins::remove_of(turn, tenant, wanted.id)?;
    registry::revoke_tokens_as(connection, key, wanted.id)?;
    let mut entry = Entry::new(ChangeKind::Erase, organization);
    entry.before.erased = Some(Erased { number, homes });
    if is_live {
        entry.went = people;
    } else {
        entry.passed = people;
    }
    logged(turn, tenant, author, (number, &entry))
}

/// Logs that all that is kept of a person is handed out.
pub(crate) fn bundle(turn: &mut Turn<'_>, tenant: TenantId, author: &Author, wanted: &Wanted<'_>) -> Result<Applied> {
    let (organization, record) = find(turn, tenant, author, wanted)?;
    let mut entry = Entry::new(ChangeKind::Bundle, organization);
    entry.passed.insert(record.number);
    logged(turn, tenant, author, (record.number, &entry))
}

fn logged(turn: &mut Turn<'_>, tenant: TenantId, author: &Author, (number, entry): (u32, &Entry)) -> Result<Applied> {
    let Told { touched, counts } = log::append(turn, tenant, author, entry)?;
    let revision = turn.draft(tenant)?.row.revision;
    Ok(Applied { revision, is_changed: true, touched, counts, number: Some(number), ..Applied::default() })
}

/// The number of the organization, and the card of who is meant there, in the trash or not.
fn find(turn: &mut Turn<'_>, tenant: TenantId, author: &Author, wanted: &Wanted<'_>) -> Result<(u32, Record)> {
    let connection = turn.connection;
    let organization = organizations::number(connection, turn.draft(tenant)?.row.key, wanted.organization)?;
    judge::delegation(author, |id| cards::find(turn, tenant, id))?;
    let draft = turn.draft(tenant)?;
    let number = draft.number_of(connection, wanted.id)?.ok_or_else(|| Error::no_contact(wanted.id))?;
    let record = draft.record(connection, number)?.ok_or_else(|| Error::no_contact(wanted.id))?;
    judge::whole(organization, wanted.sources, &record)?;
    Ok((organization, record))
}

/// The organizations of some memberships; of none the root.
fn seats(memberships: &[Membership]) -> BTreeSet<u32> {
    let mut seats: BTreeSet<u32> = memberships.iter().map(|seat| seat.organization).collect();
    seats.extend(seats.is_empty().then_some(organizations::ROOT));
    seats
}

/// Has undo forget how a person was; answers which organizations they were in by that.
fn forget_patches(connection: &Connection, tenant: Key, number: u32) -> Result<BTreeSet<u32>> {
    let sql = "SELECT revision, touched
                 FROM log
                WHERE tenant_id = ?1 AND NOT is_purged";
    let mut touching: Vec<u64> = Vec::new();
    connection.each(sql, params![tenant], |row| {
        if bits(row.blob(1)?)?.contains(number) {
            touching.push(row.get(0)?);
        }
        Ok(())
    })?;
    let mut homes = BTreeSet::new();
    for revision in touching {
        let mut before = log::before(connection, tenant, revision)?;
        let gone: Vec<_> = before.patches.extract_if(.., |(of, _)| *of == number).collect();
        for edit in gone.iter().flat_map(|(_, patch)| &patch.memberships) {
            // What takes a change of memberships back puts the whole list in its place.
            let MembershipEdit::Replace(memberships) = edit else { continue };
            homes.append(&mut seats(memberships));
        }
        if !gone.is_empty() {
            log::put_before(connection, tenant, revision, &before)?;
        }
    }
    Ok(homes)
}

/// Blanks what was answered under keys if it tells of this id; the keys stay, so that nothing is done again under them.
fn forget_answers(connection: &Connection, tenant: Key, id: Uuid) -> Result<()> {
    let name = id.to_string().into_bytes();
    let sql = "SELECT principal, key, answer
                 FROM idempotency
                WHERE tenant_id = ?1 AND (principal, key) > (?2, ?3)
                ORDER BY principal, key
                LIMIT ?4";
    let blank = "UPDATE idempotency
                    SET answer = ?4
                  WHERE tenant_id = ?1 AND principal = ?2 AND key = ?3";
    let nothing: &[u8] = &[];
    // No key is empty, so nothing comes before this.
    let mut last = (Uuid::nil(), String::new());
    loop {
        let answers = connection.rows(sql, params![tenant, last.0, last.1, ANSWERS], |row| {
            let is_telling = row.blob(2)?.windows(name.len()).any(|part| part == name);
            Ok((row.get::<Uuid>(0)?, row.get::<String>(1)?, is_telling))
        })?;
        for (principal, key, _) in answers.iter().filter(|(.., is_telling)| *is_telling) {
            connection.execute(blank, params![tenant, principal, key, nothing])?;
        }
        match answers.into_iter().next_back() {
            Some((principal, key, _)) => last = (principal, key),
            None => return Ok(()),
        }
    }
}
