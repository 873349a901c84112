//! Notes of organizations: what they keep beside people.

use std::collections::{BTreeMap, BTreeSet};

use cardfile_directory::{Applied, Author, Error, Result};
use cardfile_model::{ChangeKind, Note, NoteEdit, NoteKeys, NoteQuery, OrganizationId, TenantId};
use serde_json::Value;

use crate::fault::corrupt;
use crate::log::{self, Entry, Noted};
use crate::organizations;
use crate::sql::{Connection, Key, Row, params};
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
    Ok(Applied { revision, is_changed, ..Applied::default() })
}

/// Makes notes what they were before a change, and answers what that changed.
///
/// # Errors
/// `Err(())` inside when a note is not what the change left there, unless that is to be passed over.
pub(crate) fn undo(
    connection: &Connection,
    tenant: Key,
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

fn within_limit(connection: &Connection, tenant: Key, organization: u32, author: &Author, changed: &[Noted]) -> Result<()> {
    let most = author.limits.shelf_notes;
    let mut shelves: Vec<&str> = changed.iter().filter(|note| note.before.is_none()).map(|note| note.shelf.as_str()).collect();
    shelves.dedup();
    for shelf in shelves {
        let sql = "SELECT count(*)
                     FROM notes
                    WHERE tenant_id = ?1 AND organization = ?2 AND shelf = ?3";
        let count: u64 = connection.one(sql, params![tenant, organization, shelf], |row| row.get(0))?;
        if count > most.into() {
            return Err(Error::TooLarge { limit: "shelf_notes", most: most.into() });
        }
    }
    Ok(())
}

fn value(connection: &Connection, tenant: Key, organization: u32, (shelf, key): (&str, &str)) -> Result<Option<Value>> {
    let sql = "SELECT value
                 FROM notes
                WHERE tenant_id = ?1 AND organization = ?2 AND shelf = ?3 AND key = ?4";
    connection.row(sql, params![tenant, organization, shelf, key], |row| read(row, 0))
}

/// A stored value.
fn read(row: &Row<'_>, column: usize) -> Result<Value> {
    serde_json::from_str(row.text(column)?).map_err(corrupt)
}

fn write(connection: &Connection, tenant: Key, organization: u32, changed: &[Noted]) -> Result<()> {
    let put = "INSERT INTO notes (tenant_id, organization, shelf, key, value)
               VALUES (?1, ?2, ?3, ?4, ?5)
                   ON CONFLICT (tenant_id, organization, shelf, key) DO UPDATE SET value = excluded.value";
    let remove = "DELETE FROM notes
                   WHERE tenant_id = ?1 AND organization = ?2 AND shelf = ?3 AND key = ?4";
    let texts: Vec<Option<String>> = changed.iter().map(|note| note.after.as_ref().map(Value::to_string)).collect();
    let (mut written, mut removed) = (Vec::new(), Vec::new());
    for (note, text) in changed.iter().zip(&texts) {
        match text {
            Some(text) => written.push(params![tenant, organization, note.shelf, note.key, *text].to_vec()),
            None => removed.push(params![tenant, organization, note.shelf, note.key].to_vec()),
        }
    }
    for (sql, rows) in [(put, written), (remove, removed)] {
        if !rows.is_empty() {
            connection.many(sql, &rows)?;
        }
    }
    Ok(())
}

impl View<'_> {
    /// One page of notes by key, and how many there are in all.
    pub(crate) fn notes(&self, query: &NoteQuery) -> Result<(Vec<Note>, u64)> {
        let (connection, tenant) = (self.connection, self.key());
        let organization = organizations::number(connection, tenant, query.organization)?;
        let note = |key: String, value: Value| Note { shelf: query.shelf.clone(), key, value };
        let (condition, range) = match &query.keys {
            NoteKeys::All => ("", None),
            // A range, so that the primary key finds it: up to the last character there is, which stands for none.
            NoteKeys::Starting(start) => (" AND key >= ?4 AND key < ?5", Some((start, format!("{start}\u{10FFFF}")))),
            NoteKeys::These(keys) => {
                let mut notes = Vec::new();
                for key in keys.iter().collect::<BTreeSet<_>>() {
                    let value = value(connection, tenant, organization, (&query.shelf, key))?;
                    notes.extend(value.map(|value| note(key.clone(), value)));
                }
                let total = notes.len() as u64;
                let offset = usize::try_from(query.offset).unwrap_or(usize::MAX);
                return Ok((notes.into_iter().skip(offset).take(query.limit).collect(), total));
            }
        };
        let matching = format!("tenant_id = ?1 AND organization = ?2 AND shelf = ?3{condition}");
        let mut asked = params![tenant, organization, query.shelf].to_vec();
        if let Some((start, end)) = &range {
            asked.extend_from_slice(params![**start, *end]);
        }
        let total = connection.one(&format!("SELECT count(*) FROM notes WHERE {matching}"), &asked, |row| row.get(0))?;
        let (limit, offset) = (asked.len() + 1, asked.len() + 2);
        let sql = format!("SELECT key, value FROM notes WHERE {matching} ORDER BY key LIMIT ?{limit} OFFSET ?{offset}");
        asked.extend_from_slice(params![query.limit, query.offset]);
        let notes = connection.rows(&sql, &asked, |row| Ok(note(row.get(0)?, read(row, 1)?)))?;
        Ok((notes, total))
    }
}
