//! Removing for good who has been in the trash for long, and what undo kept, a small slice at a time.

use cardfile_directory::Result;
use cardfile_index::texts;
use cardfile_model::{Numbers, TenantId};
use jiff::Timestamp;
use rusqlite::{Connection, Row, params};

use crate::connect::Readers;
use crate::fault::{corrupt, fault};
use crate::flush;
use crate::sets::{SetName, bits};
use crate::state::{States, View, person};
use crate::turn::{Draft, Turn};
use crate::writer::Writer;

/// People removed in one slice.
const SLICE: u64 = 500;
/// Changes looked at in one slice, at least: so many share one look through the log.
const WINDOW: usize = 2_000;
/// Changes forgotten in one transaction.
const FORGOTTEN: usize = 200;

/// Removes one slice; answers how many people it was, none when all is done.
pub(crate) fn slice(readers: &Readers, states: &States, writer: &Writer, before: Timestamp) -> Result<u64> {
    let before = before.as_microsecond();
    let mut removed = 0;
    for tenant in readers.with(crate::registry::tenants)? {
        while removed < SLICE {
            let plan = readers.snapshot(|connection| Plan::make(&states.view(connection, tenant)?, before, SLICE - removed))?;
            if plan.changes.is_empty() {
                break;
            }
            for changes in plan.changes.chunks(FORGOTTEN) {
                let (changes, as_of) = (changes.to_vec(), plan.as_of);
                removed += writer.write_blocking(move |turn| remove(turn, tenant, &changes, as_of))?;
            }
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
                WHERE tenant = ?1 AND revision > ?4 AND NOT is_purged AND time < ?2
                ORDER BY revision
                LIMIT ?3";
    let mut statement = view.connection.prepare_cached(sql).map_err(fault)?;
    let mut rows = statement.query(params![view.key(), before, WINDOW, view.state.row.purged]).map_err(fault)?;
    let trash = view.set(&SetName::Trash)?;
    let mut changes = Vec::new();
    while let Some(row) = rows.next().map_err(fault)? {
        // Who was made and deleted in one batch is touched, but neither came nor went.
        let is_of_cards: bool = row.get(3).map_err(fault)?;
        let due = if is_of_cards { (set(row, 1)? - set(row, 2)?) & &*trash } else { Numbers::new() };
        changes.push(Old { revision: row.get(0).map_err(fault)?, due, is_whole: true });
    }
    Ok(changes)
}

/// Leaves each change those whom no later one sent to the trash again: one look through the log for all of them.
fn keep_last(view: &View<'_>, changes: &mut [Old]) -> Result<()> {
    let Some(first) = changes.iter().find(|change| !change.due.is_empty()) else { return Ok(()) };
    let sql = "SELECT revision, went
                 FROM log
                WHERE tenant = ?1 AND revision > ?2 AND group_id IS NULL
                ORDER BY revision DESC";
    let mut statement = view.connection.prepare_cached(sql).map_err(fault)?;
    let mut rows = statement.query(params![view.key(), first.revision]).map_err(fault)?;
    let (mut later, mut changes) = (Numbers::new(), changes.iter_mut().rev().peekable());
    while let Some(row) = rows.next().map_err(fault)? {
        let revision: u64 = row.get(0).map_err(fault)?;
        while let Some(change) = changes.next_if(|change| change.revision >= revision) {
            change.due -= &later;
        }
        later |= set(row, 1)?;
    }
    changes.for_each(|change| change.due -= &later);
    Ok(())
}

/// Removes people whom old changes sent to the trash, but for those who were restored since, and forgets what undo kept of the
/// changes of which nobody is left; answers how many people it was.
fn remove(turn: &mut Turn<'_>, tenant: TenantId, changes: &[Old], as_of: u64) -> Result<u64> {
    let connection = turn.connection;
    let draft = turn.draft(tenant)?;
    let key = draft.row.key;
    let again = sent_since(connection, key, as_of)?;
    let mut removed = 0;
    for change in changes {
        let due = (&change.due - &again) & &*draft.set(connection, &SetName::Trash)?;
        remove_rows(connection, key, &due)?;
        draft.exclude(connection, &SetName::People, &due)?;
        draft.exclude(connection, &SetName::Trash, &due)?;
        removed += due.len();
        if change.is_whole {
            forget(connection, key, change.revision)?;
        }
    }
    advance(connection, draft)?;
    Ok(removed)
}

/// Notes up to which change all are purged.
fn advance(connection: &Connection, draft: &mut Draft) -> Result<()> {
    let sql = "SELECT min(revision)
                 FROM (SELECT revision
                         FROM log
                        WHERE tenant = ?1 AND revision > ?2 AND NOT is_purged
                        ORDER BY revision
                        LIMIT 1)";
    let mut statement = connection.prepare_cached(sql).map_err(fault)?;
    let first: Option<u64> = statement.query_row(params![draft.row.key, draft.row.purged], |row| row.get(0)).map_err(fault)?;
    let purged = first.map_or(draft.row.revision, |first| first - 1);
    if purged != draft.row.purged {
        draft.row.purged = purged;
        draft.touch();
    }
    Ok(())
}

/// Everyone who was sent to the trash after a revision.
fn sent_since(connection: &Connection, tenant: i64, revision: u64) -> Result<Numbers> {
    let sql = "SELECT went
                 FROM log
                WHERE tenant = ?1 AND revision > ?2 AND group_id IS NULL";
    let mut statement = connection.prepare_cached(sql).map_err(fault)?;
    let mut rows = statement.query(params![tenant, revision]).map_err(fault)?;
    let mut sent = Numbers::new();
    while let Some(row) = rows.next().map_err(fault)? {
        sent |= set(row, 0)?;
    }
    Ok(sent)
}

fn set(row: &Row<'_>, column: usize) -> Result<Numbers> {
    bits(row.get_ref(column).map_err(fault)?.as_blob().map_err(corrupt)?)
}

fn remove_rows(connection: &Connection, tenant: i64, people: &Numbers) -> Result<()> {
    let mut delete = connection.prepare_cached("DELETE FROM contacts WHERE person = ?1").map_err(fault)?;
    for number in people {
        delete.execute([person(tenant, number)]).map_err(fault)?;
    }
    let mut numbers = people.iter().peekable();
    while let Some(&first) = numbers.peek() {
        let chunk = texts::chunk_of(first);
        let gone = std::iter::from_fn(|| numbers.next_if(|number| texts::chunk_of(*number) == chunk));
        let gone: Vec<_> = gone.map(|number| (texts::slot_of(number), None)).collect();
        flush::edit_texts(connection, person(tenant, chunk), gone)?;
    }
    Ok(())
}

/// Forgets what undo kept of a change.
fn forget(connection: &Connection, tenant: i64, revision: u64) -> Result<()> {
    for sql in [
        "DELETE FROM undo
          WHERE tenant = ?1 AND revision = ?2",
        "UPDATE log
            SET is_purged = 1, is_undoable = 0
          WHERE tenant = ?1 AND revision = ?2",
    ] {
        let mut statement = connection.prepare_cached(sql).map_err(fault)?;
        statement.execute(params![tenant, revision]).map_err(fault)?;
    }
    Ok(())
}
