//! Removing for good who has been in the trash for long, and what undo kept, a small slice at a time.

use cardfile_directory::Result;
use cardfile_index::texts;
use cardfile_model::{Numbers, TenantId};
use jiff::Timestamp;
use rusqlite::{Connection, params};

use crate::connect::Readers;
use crate::fault::{corrupt, fault};
use crate::flush;
use crate::sets::{SetName, bits};
use crate::state::{TenantRow, person};
use crate::turn::Turn;
use crate::writer::Writer;

/// People removed in one transaction.
const SLICE: u64 = 500;
/// Changes forgotten in one transaction.
const FORGOTTEN: usize = 200;

/// Removes one slice; answers how many people it was, none when all is done.
pub(crate) fn slice(readers: &Readers, writer: &Writer, before: Timestamp) -> Result<u64> {
    let before = before.as_microsecond();
    let mut removed = 0;
    for tenant in readers.with(crate::registry::tenants)? {
        while removed < SLICE && !readers.with(|connection| oldest(connection, tenant, before, 1))?.is_empty() {
            let room = SLICE - removed;
            removed += writer.write_blocking(move |turn| remove(turn, tenant, before, room))?;
        }
    }
    Ok(removed)
}

/// The oldest changes before a time of which something is still kept.
fn oldest(connection: &Connection, tenant: TenantId, before: i64, limit: usize) -> Result<Vec<u64>> {
    let sql = "SELECT revision
                 FROM log
                WHERE tenant = ?1 AND NOT is_purged AND time < ?2
                ORDER BY revision
                LIMIT ?3";
    let Some(row) = TenantRow::read(connection, tenant)? else { return Ok(Vec::new()) };
    let mut statement = connection.prepare_cached(sql).map_err(fault)?;
    let rows = statement.query_map(params![row.key, before, limit], |found| found.get(0));
    rows.and_then(Iterator::collect).map_err(fault)
}

/// Removes at most `room` people whom old changes sent to the trash, and forgets what undo kept of those changes of which
/// nobody is left.
fn remove(turn: &mut Turn<'_>, tenant: TenantId, before: i64, room: u64) -> Result<u64> {
    let connection = turn.connection;
    let mut removed = 0;
    for revision in oldest(connection, tenant, before, FORGOTTEN)? {
        let draft = turn.draft(tenant)?;
        let key = draft.row.key;
        let due = sent_to_trash(connection, key, revision, &*draft.set(connection, &SetName::Trash)?)?;
        let slice: Numbers = due.iter().take(usize::try_from(room - removed).unwrap_or_default()).collect();
        remove_rows(connection, key, &slice)?;
        draft.exclude(connection, &SetName::People, &slice)?;
        draft.exclude(connection, &SetName::Trash, &slice)?;
        removed += slice.len();
        if slice.len() < due.len() {
            break;
        }
        forget(connection, key, revision)?;
    }
    Ok(removed)
}

/// Who of the trash went there by a change and not, after coming back, by a later one.
fn sent_to_trash(connection: &Connection, tenant: i64, revision: u64, trash: &Numbers) -> Result<Numbers> {
    let sql = "SELECT revision, touched, came, went
                 FROM log
                WHERE tenant = ?1 AND revision >= ?2 AND group_id IS NULL
                ORDER BY revision";
    let mut statement = connection.prepare_cached(sql).map_err(fault)?;
    let mut rows = statement.query(params![tenant, revision]).map_err(fault)?;
    let mut sent = Numbers::new();
    while let Some(row) = rows.next().map_err(fault)? {
        let numbers = |column: usize| bits(row.get_ref(column).map_err(fault)?.as_blob().map_err(corrupt)?);
        if row.get::<_, u64>(0).map_err(fault)? == revision {
            // Who was made and deleted in one batch is touched, but neither came nor went.
            sent = (numbers(1)? - numbers(2)?) & trash;
        } else if !sent.is_empty() {
            sent -= numbers(3)?;
        }
        if sent.is_empty() {
            break;
        }
    }
    Ok(sent)
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
