//! Notes of organizations: what they keep beside people.

use std::collections::BTreeMap;

use cardfile_directory::{Applied, Author, Error, Result};
use cardfile_model::{ChangeKind, Note, NoteEdit, NoteKeys, NoteQuery, OrganizationId, TenantId};
use rusqlite::{Connection, OptionalExtension, params};
use serde_json::Value;

use crate::fault::{corrupt, fault};
use crate::log::{self, Entry, Noted};
use crate::organizations;
use crate::state::View;
use crate::turn::Turn;

/// Does edits of notes as one change.
pub(crate) fn apply(
    turn: &mut Turn<'_>,
    tenant: TenantId,
    author: &Author,
    organization: OrganizationId,
    edits: Vec<NoteEdit>,
) -> Result<Applied> {
    let connection = turn.connection;
    let key = turn.draft(tenant)?.row.key;
    let organization = organizations::number(connection, key, organization)?;
    // The last edit of a key counts.
    let edits: BTreeMap<(String, String), Option<Value>> =
        edits.into_iter().map(|edit| ((edit.shelf, edit.key), edit.value)).collect();
    let mut entry = Entry::new(ChangeKind::Note, organization);
    for ((shelf, note), after) in edits {
        let before = value(connection, key, organization, (&shelf, &note))?;
        if before != after {
            entry.before.notes.push(Noted { shelf, key: note, before, after });
        }
    }
    let is_changed = !entry.is_empty();
    if is_changed {
        write(connection, key, organization, &entry.before.notes)?;
        within_limit(connection, key, organization, author, &entry.before.notes)?;
        log::append(turn, tenant, author, &entry)?;
    }
    let revision = turn.draft(tenant)?.row.revision;
    Ok(Applied { revision, is_changed, outcomes: Vec::new(), touched: 0, group: None, organization: None })
}

/// Makes notes what they were before a change, and answers what that changed.
///
/// # Errors
/// `Err(())` inside when a note is not what the change left there, unless that is to be passed over.
pub(crate) fn undo(
    connection: &Connection,
    tenant: i64,
    organization: u32,
    changed: Vec<Noted>,
    is_forced: bool,
) -> Result<Result<Vec<Noted>, ()>> {
    let mut back = Vec::new();
    for Noted { shelf, key, before, after } in changed {
        if value(connection, tenant, organization, (&shelf, &key))? == after {
            back.push(Noted { shelf, key, before: after, after: before });
        } else if !is_forced {
            return Ok(Err(()));
        }
    }
    write(connection, tenant, organization, &back)?;
    Ok(Ok(back))
}

fn within_limit(connection: &Connection, tenant: i64, organization: u32, author: &Author, changed: &[Noted]) -> Result<()> {
    let most = author.limits.shelf_notes;
    let mut shelves: Vec<&str> = changed.iter().filter(|note| note.before.is_none()).map(|note| note.shelf.as_str()).collect();
    shelves.dedup();
    for shelf in shelves {
        let sql = "SELECT count(*)
                     FROM notes
                    WHERE tenant = ?1 AND organization = ?2 AND shelf = ?3";
        let mut statement = connection.prepare_cached(sql).map_err(fault)?;
        let count: u64 = statement.query_row(params![tenant, organization, shelf], |row| row.get(0)).map_err(fault)?;
        if count > most.into() {
            return Err(Error::TooLarge { limit: "shelf_notes", most: most.into() });
        }
    }
    Ok(())
}

fn value(connection: &Connection, tenant: i64, organization: u32, (shelf, key): (&str, &str)) -> Result<Option<Value>> {
    let sql = "SELECT value
                 FROM notes
                WHERE tenant = ?1 AND organization = ?2 AND shelf = ?3 AND key = ?4";
    let mut statement = connection.prepare_cached(sql).map_err(fault)?;
    let text: Option<String> =
        statement.query_row(params![tenant, organization, shelf, key], |row| row.get(0)).optional().map_err(fault)?;
    text.map(|text| serde_json::from_str(&text).map_err(corrupt)).transpose()
}

fn write(connection: &Connection, tenant: i64, organization: u32, changed: &[Noted]) -> Result<()> {
    let put = "INSERT INTO notes (tenant, organization, shelf, key, value)
               VALUES (?1, ?2, ?3, ?4, ?5)
                   ON CONFLICT DO UPDATE SET value = excluded.value";
    let remove = "DELETE FROM notes
                   WHERE tenant = ?1 AND organization = ?2 AND shelf = ?3 AND key = ?4";
    let mut put = connection.prepare_cached(put).map_err(fault)?;
    let mut remove = connection.prepare_cached(remove).map_err(fault)?;
    for Noted { shelf, key, after, .. } in changed {
        match after {
            Some(value) => put.execute(params![tenant, organization, shelf, key, value.to_string()]).map_err(fault)?,
            None => remove.execute(params![tenant, organization, shelf, key]).map_err(fault)?,
        };
    }
    Ok(())
}

impl View<'_> {
    /// One page of notes by key, and how many there are in all.
    pub(crate) fn notes(&self, query: &NoteQuery) -> Result<(Vec<Note>, u64)> {
        let organization = organizations::number(self.connection, self.key(), query.organization)?;
        let (condition, wanted) = match &query.keys {
            NoteKeys::All => ("?4 IS NULL", None),
            // A range, so that the primary key finds it: up to the last character there is, which stands for none.
            NoteKeys::Starting(start) => ("key >= ?4 AND key < ?4 || char(1114111)", Some(start.clone())),
            NoteKeys::These(keys) => {
                let keys = serde_json::to_string(keys).map_err(Error::internal)?;
                ("key IN (SELECT value FROM json_each(?4))", Some(keys))
            }
        };
        let matching = format!("tenant = ?1 AND organization = ?2 AND shelf = ?3 AND {condition}");
        let asked = params![self.key(), organization, query.shelf, wanted];
        let total = self
            .connection
            .prepare_cached(&format!("SELECT count(*) FROM notes WHERE {matching}"))
            .and_then(|mut statement| statement.query_row(asked, |row| row.get(0)))
            .map_err(fault)?;
        let sql = format!("SELECT key, value FROM notes WHERE {matching} ORDER BY key LIMIT ?5 OFFSET ?6");
        let mut statement = self.connection.prepare_cached(&sql).map_err(fault)?;
        let [limit, offset] = [query.limit as u64, query.offset].map(|number| i64::try_from(number).unwrap_or(i64::MAX));
        let mut rows = statement.query(params![self.key(), organization, query.shelf, wanted, limit, offset]).map_err(fault)?;
        let mut notes = Vec::new();
        while let Some(row) = rows.next().map_err(fault)? {
            let value = serde_json::from_str(row.get_ref(1).map_err(fault)?.as_str().map_err(corrupt)?).map_err(corrupt)?;
            notes.push(Note { shelf: query.shelf.clone(), key: row.get(0).map_err(fault)?, value });
        }
        Ok((notes, total))
    }
}
