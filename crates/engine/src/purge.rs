//! Removing for good who has been in the trash for long, and what undo kept, a small slice at a time.

use cardfile_directory::Result;
use cardfile_index::texts;
use cardfile_model::Numbers;
use jiff::Timestamp;
use uuid::Uuid;

use crate::database::Readers;
use crate::flush::{self, TextEdits};
use crate::leases::Lease;
use crate::sets::{SetName, bits};
use crate::sql::{Connection, Key, Row, ToValue, Value, params};
use crate::state::{States, View};
use crate::turn::{Draft, Turn};
use crate::writer::Writer;

/// People removed in one slice.
const SLICE: u64 = 500;
/// Changes looked at in one slice, at least: so many share one look through the log.
const WINDOW: usize = 2_000;
/// Changes forgotten in one transaction.
const FORGOTTEN: usize = 200;
/// How long nobody else removes anything of a tenant, from the last transaction on.
const LEASE_SECONDS: i64 = 60;

/// Removes one slice; answers how many people it was, none when all is done. Tenants of which another holder removes people
/// are left to it.
pub(crate) fn slice(readers: &Readers, states: &States, writer: &Writer, holder: Uuid, before: Timestamp) -> Result<u64> {
    let before = before.as_microsecond();
    let mut removed = 0;
    for tenant in readers.with(crate::registry::tenants)? {
        let lease = Lease { tenant, name: "purge", holder, seconds: LEASE_SECONDS };
        let mut is_held = false;
        'tenant: while removed < SLICE {
            let plan = readers.snapshot(|connection| Plan::make(&states.view(connection, tenant)?, before, SLICE - removed))?;
            if plan.changes.is_empty() {
                break;
            }
            for changes in plan.changes.chunks(FORGOTTEN) {
                let (changes, as_of) = (changes.to_vec(), plan.as_of);
                let gone = writer.write_blocking(tenant, move |turn| remove(turn, lease, &changes, as_of))?;
                is_held = gone.is_some();
                let Some(gone) = gone else { break 'tenant };
                removed += gone;
            }
        }
        if is_held {
            writer.write_blocking(tenant, move |turn| lease.release(turn))?;
        }
    }
    Ok(removed)
}

/// What is to be removed of a tenant next, made beside the writer.
struct Plan {
    /// The revision of the tenant when this was made.
    as_of: u64,
    changes: Vec<Old>,
}

/// A change that is old enough.
#[derive(Clone)]
struct Old {
    revision: u64,
    /// Whom it sent to the trash, where they still are.
    due: Numbers,
    /// Whether these are all.
    is_whole: bool,
}

impl Plan {
    /// The oldest changes before a time of which something is still kept, with at most `room` people.
    fn make(view: &View<'_>, before: i64, room: u64) -> Result<Self> {
        let mut changes = oldest(view, before)?;
        keep_last(view, &mut changes)?;
        let mut room = room;
        for at in 0..changes.len() {
            let change = &mut changes[at];
            change.is_whole = change.due.len() <= room;
            if !change.is_whole {
                change.due = change.due.iter().take(usize::try_from(room).unwrap_or_default()).collect();
                changes.truncate(at + 1);
                break;
            }
            room -= change.due.len();
        }
        Ok(Plan { as_of: view.state.row.revision, changes })
    }
}

/// The oldest changes of which something is still kept, with everyone in the trash whom they sent there.
fn oldest(view: &View<'_>, before: i64) -> Result<Vec<Old>> {
    let sql = "SELECT revision, touched, came, group_id IS NULL
                 FROM log
                WHERE tenant_id = ?1 AND revision > ?4 AND NOT is_purged AND time < ?2
                ORDER BY revision
                LIMIT ?3";
    let trash = view.set(&SetName::Trash)?;
    view.connection.rows(sql, params![view.key(), before, WINDOW, view.state.row.purged], |row| {
        // Who was made and deleted in one batch is touched, but neither came nor went.
        let is_of_cards: bool = row.get(3)?;
        let due = if is_of_cards { (set(row, 1)? - set(row, 2)?) & &*trash } else { Numbers::new() };
        Ok(Old { revision: row.get(0)?, due, is_whole: true })
    })
}

/// Leaves each change those whom no later one sent to the trash again: one look through the log for all of them.
fn keep_last(view: &View<'_>, changes: &mut [Old]) -> Result<()> {
    let Some(first) = changes.iter().find(|change| !change.due.is_empty()).map(|change| change.revision) else { return Ok(()) };
    let sql = "SELECT revision, went
                 FROM log
                WHERE tenant_id = ?1 AND revision > ?2 AND group_id IS NULL
                ORDER BY revision DESC";
    let (mut later, mut changes) = (Numbers::new(), changes.iter_mut().rev().peekable());
    view.connection.each(sql, params![view.key(), first], |row| {
        let revision: u64 = row.get(0)?;
        while let Some(change) = changes.next_if(|change| change.revision >= revision) {
            change.due -= &later;
        }
        later |= set(row, 1)?;
        Ok(())
    })?;
    changes.for_each(|change| change.due -= &later);
    Ok(())
}

/// Removes people whom old changes sent to the trash, but for those who were restored since, and forgets what undo kept of the
/// changes of which nobody is left; answers how many people it was, `None` when another holder has the lease.
fn remove(turn: &mut Turn<'_>, lease: Lease, changes: &[Old], as_of: u64) -> Result<Option<u64>> {
    if !lease.take(turn)? {
        return Ok(None);
    }
    let connection = turn.connection;
    let draft = turn.draft(lease.tenant)?;
    let key = draft.row.key;
    let mut due = Numbers::new();
    for change in changes {
        due |= &change.due;
    }
    due -= sent_since(connection, key, as_of)?;
    due &= &*draft.set(connection, &SetName::Trash)?;
    remove_rows(connection, key, &due)?;
    draft.exclude(connection, &SetName::People, &due)?;
    draft.exclude(connection, &SetName::Trash, &due)?;
    forget(connection, key, changes.iter().filter(|change| change.is_whole).map(|change| change.revision))?;
    advance(connection, draft)?;
    Ok(Some(due.len()))
}

/// Notes up to which change all are purged.
fn advance(connection: &Connection, draft: &mut Draft) -> Result<()> {
    let sql = "SELECT min(revision)
                 FROM (SELECT revision
                         FROM log
                        WHERE tenant_id = ?1 AND revision > ?2 AND NOT is_purged
                        ORDER BY revision
                        LIMIT 1) AS oldest";
    let first: Option<u64> = connection.one(sql, params![draft.row.key, draft.row.purged], |row| row.get(0))?;
    let purged = first.map_or(draft.row.revision, |first| first - 1);
    if purged != draft.row.purged {
        draft.row.purged = purged;
        draft.touch();
    }
    Ok(())
}

/// Everyone who was sent to the trash after a revision.
fn sent_since(connection: &Connection, tenant: Key, revision: u64) -> Result<Numbers> {
    let sql = "SELECT went
                 FROM log
                WHERE tenant_id = ?1 AND revision > ?2 AND group_id IS NULL";
    let mut sent = Numbers::new();
    connection.each(sql, params![tenant, revision], |row| {
        sent |= set(row, 0)?;
        Ok(())
    })?;
    Ok(sent)
}

fn set(row: &Row<'_>, column: usize) -> Result<Numbers> {
    bits(row.blob(column)?)
}

fn remove_rows(connection: &Connection, tenant: Key, people: &Numbers) -> Result<()> {
    let rows: Vec<_> = people.iter().map(|number| vec![Value::Tenant(tenant), Value::Integer(number.into())]).collect();
    connection.many(connection.words().delete_contact, &rows)?;
    let mut edits = TextEdits::new();
    for number in people {
        edits.entry(texts::chunk_of(number)).or_default().push((texts::slot_of(number), None));
    }
    flush::edit_texts(connection, tenant, edits, u32::MAX)
}

/// Forgets what undo kept of changes.
fn forget(connection: &Connection, tenant: Key, revisions: impl Iterator<Item = u64>) -> Result<()> {
    let revisions: Vec<u64> = revisions.collect();
    let rows: Vec<_> = revisions.iter().map(|revision| vec![Value::Tenant(tenant), revision.to_value()]).collect();
    let sql = "DELETE FROM undo
                WHERE tenant_id = ?1 AND revision = ?2";
    connection.many(sql, &rows)?;
    let sql = "UPDATE log
                  SET is_purged = TRUE, is_undoable = FALSE
                WHERE tenant_id = ?1 AND revision = ?2";
    connection.many(sql, &rows)
}
