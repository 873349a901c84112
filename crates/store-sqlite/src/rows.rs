//! Rows of people: contacts by number and numbers by id.

use cardfile_directory::Result;
use cardfile_model::{Contact, Record};
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, params};
use uuid::Uuid;

use crate::fault::{corrupt, fault};
use crate::state::person;

/// The number that an id was given, to a person with a card or without, living or dead.
pub(crate) fn number_of(connection: &Connection, tenant: i64, id: Uuid) -> Result<Option<u32>> {
    let sql = "SELECT number
                 FROM ids
                WHERE tenant = ?1 AND id = ?2";
    let mut statement = connection.prepare_cached(sql).map_err(fault)?;
    statement.query_row(params![tenant, id], |row| row.get(0)).optional().map_err(fault)
}

/// Gives an id a number, unless it has one: then that is the answer.
pub(crate) fn give_number(connection: &Connection, tenant: i64, id: Uuid, number: u32) -> Result<Option<u32>> {
    let sql = "INSERT INTO ids (tenant, id, number)
               VALUES (?1, ?2, ?3)
                   ON CONFLICT DO NOTHING";
    let mut statement = connection.prepare_cached(sql).map_err(fault)?;
    if statement.execute(params![tenant, id, number]).map_err(fault)? == 1 {
        return Ok(None);
    }
    number_of(connection, tenant, id)
}

/// Reads one contact.
pub(crate) const RECORD: &str = "SELECT id, revision, created, modified, document
                                   FROM contacts
                                  WHERE person = ?1";

/// The contact of a number; `None` when it has no row.
pub(crate) fn record(connection: &Connection, tenant: i64, number: u32) -> Result<Option<Record>> {
    let mut statement = connection.prepare_cached(RECORD).map_err(fault)?;
    let mut rows = statement.query([person(tenant, number)]).map_err(fault)?;
    rows.next().map_err(fault)?.map(|row| read(row, number)).transpose()
}

/// The id and the card of a number; `None` when it has no row.
pub(crate) fn card(connection: &Connection, tenant: i64, number: u32) -> Result<Option<(Uuid, Contact)>> {
    let sql = "SELECT id, document
                 FROM contacts
                WHERE person = ?1";
    let mut statement = connection.prepare_cached(sql).map_err(fault)?;
    let mut rows = statement.query([person(tenant, number)]).map_err(fault)?;
    let Some(row) = rows.next().map_err(fault)? else { return Ok(None) };
    let document = row.get_ref(1).map_err(fault)?.as_blob().map_err(corrupt)?;
    Ok(Some((row.get(0).map_err(fault)?, serde_json::from_slice(document).map_err(corrupt)?)))
}

/// A record from `id, revision, created, modified, document`.
pub(crate) fn read(row: &Row<'_>, number: u32) -> Result<Record> {
    let contact: Contact = serde_json::from_slice(row.get_ref(4).map_err(fault)?.as_blob().map_err(corrupt)?).map_err(corrupt)?;
    Ok(Record {
        id: row.get(0).map_err(fault)?,
        number,
        revision: row.get(1).map_err(fault)?,
        created: time(row.get(2).map_err(fault)?)?,
        modified: time(row.get(3).map_err(fault)?)?,
        contact,
    })
}

/// Writes the row of a new contact.
pub(crate) fn insert(connection: &Connection, tenant: i64, record: &Record, document: &[u8]) -> Result<()> {
    let sql = "INSERT INTO contacts (person, id, revision, created, modified, document)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    let mut statement = connection.prepare_cached(sql).map_err(fault)?;
    let Record { id, number, revision, created, modified, contact: _ } = record;
    let (created, modified) = (created.as_microsecond(), modified.as_microsecond());
    let row = params![person(tenant, *number), id, revision, created, modified, document];
    statement.execute(row).map(drop).map_err(fault)
}

/// Writes the row of a changed contact.
pub(crate) fn update(connection: &Connection, tenant: i64, record: &Record, document: &[u8]) -> Result<()> {
    let sql = "UPDATE contacts
                  SET revision = ?2, modified = ?3, document = ?4
                WHERE person = ?1";
    let mut statement = connection.prepare_cached(sql).map_err(fault)?;
    let row = params![person(tenant, record.number), record.revision, record.modified.as_microsecond(), document];
    statement.execute(row).map(drop).map_err(fault)
}

/// A contact as it is stored.
pub(crate) fn document(contact: &Contact) -> Result<Vec<u8>> {
    let mut bytes = Vec::with_capacity(640);
    serde_json::to_writer(&mut bytes, contact).map_err(cardfile_directory::Error::internal)?;
    Ok(bytes)
}

/// A stored time.
pub(crate) fn time(microseconds: i64) -> Result<Timestamp> {
    Timestamp::from_microsecond(microseconds).map_err(corrupt)
}

/// Remembers the id of a person without a card.
pub(crate) fn insert_stub(connection: &Connection, tenant: i64, number: u32, id: Uuid) -> Result<()> {
    let sql = "INSERT INTO stubs (tenant, number, id)
               VALUES (?1, ?2, ?3)";
    let mut statement = connection.prepare_cached(sql).map_err(fault)?;
    statement.execute(params![tenant, number, id]).map(drop).map_err(fault)
}

/// Forgets a person without a card, who gets one.
pub(crate) fn remove_stub(connection: &Connection, tenant: i64, number: u32) -> Result<()> {
    let sql = "DELETE FROM stubs
                WHERE tenant = ?1 AND number = ?2";
    let mut statement = connection.prepare_cached(sql).map_err(fault)?;
    statement.execute(params![tenant, number]).map(drop).map_err(fault)
}
