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
const SLICE: usize = 500;

/// Removes one slice; answers how many people it was, none when all is done.
pub(crate) fn slice(readers: &Readers, writer: &Writer, before: Timestamp) -> Result<u64> {
    let before = before.as_microsecond();
    for tenant in readers.with(crate::registry::tenants)? {
        while let Some(revision) = readers.with(|connection| oldest(connection, tenant, before))? {
            let removed = writer.write_blocking(move |turn| remove(turn, tenant, revision))?;
            if removed > 0 {
                return Ok(removed);
            }
        }
    }
    Ok(0)
}

/// The oldest change before a time of which something is still kept.
fn oldest(connection: &Connection, tenant: TenantId, before: i64) -> Result<Option<u64>> {
    let sql = "SELECT min(revision)
                 FROM log
                WHERE tenant = ?1 AND NOT is_purged AND time < ?2";
    let Some(row) = TenantRow::read(connection, tenant)? else { return Ok(None) };
    let mut statement = connection.prepare_cached(sql).map_err(fault)?;
    statement.query_row(params![row.key, before], |found| found.get(0)).map_err(fault)
}

/// Removes some of the people a change sent to the trash; when none are left, forgets what undo kept of it.
fn remove(turn: &mut Turn<'_>, tenant: TenantId, revision: u64) -> Result<u64> {
    let connection = turn.connection;
    let draft = turn.draft(tenant)?;
    let key = draft.row.key;
    let due = &went(connection, key, revision)? & &*draft.set(connection, &SetName::Trash)?;
    let slice: Numbers = due.iter().take(SLICE).collect();
    if slice.is_empty() {
        forget(connection, key, revision)?;
        return Ok(0);
    }
    remove_rows(connection, key, &slice)?;
    draft.exclude(connection, &SetName::People, &slice)?;
    draft.exclude(connection, &SetName::Trash, &slice)?;
    Ok(slice.len())
}

/// Who went to the trash by a change and not, after coming back, by a later one.
fn went(connection: &Connection, tenant: i64, revision: u64) -> Result<Numbers> {
    let sql = "SELECT revision, went
                 FROM log
                WHERE tenant = ?1 AND revision >= ?2 AND group_id IS NULL
                ORDER BY revision";
    let mut statement = connection.prepare_cached(sql).map_err(fault)?;
    let mut rows = statement.query(params![tenant, revision]).map_err(fault)?;
    let mut went = Numbers::new();
    while let Some(row) = rows.next().map_err(fault)? {
        let set = bits(row.get_ref(1).map_err(fault)?.as_blob().map_err(corrupt)?)?;
        if row.get::<_, u64>(0).map_err(fault)? == revision {
            went = set;
        } else {
            went -= set;
        }
        if went.is_empty() {
            break;
        }
    }
    Ok(went)
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
