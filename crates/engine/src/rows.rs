//! Rows of people: contacts by number and numbers by id.

use std::collections::BTreeMap;

use cardfile_directory::Result;
use cardfile_model::{Contact, Numbers, Record};
use jiff::Timestamp;
use uuid::Uuid;

use crate::fault::corrupt;
use crate::groups::STUB;
use crate::sets::SetName;
use crate::sql::{Connection, Key, Row, ToValue, Value, params};
use crate::state::View;

/// Values asked for in one statement at most.
const ASKED: usize = 1_000;

/// The number that an id was given, to a person with a card or without, living or dead.
pub(crate) fn number_of(connection: &Connection, tenant: Key, id: Uuid) -> Result<Option<u32>> {
    connection.row(connection.words().number.one, params![tenant, id], |row| row.get(1))
}

/// The numbers that ids were given; those that were given none are left out. In any order.
pub(crate) fn numbers_of(
    connection: &Connection,
    tenant: Key,
    ids: &[Uuid],
    mut each: impl FnMut(Uuid, u32) -> Result<()>,
) -> Result<()> {
    for ids in ids.chunks(ASKED) {
        let wanted: Vec<Value<'_>> = ids.iter().map(ToValue::to_value).collect();
        connection.ask(&connection.words().number, tenant, &wanted, |row| each(row.get(0)?, row.get(1)?))?;
    }
    Ok(())
}

/// The contact of a number; `None` when it has no row.
pub(crate) fn record(connection: &Connection, tenant: Key, number: u32) -> Result<Option<Record>> {
    connection.row(connection.words().record.one, params![tenant, number], numbered)
}

/// The contacts of numbers; those without a row are left out. In any order.
pub(crate) fn records(
    connection: &Connection,
    tenant: Key,
    numbers: impl IntoIterator<Item = u32>,
    mut each: impl FnMut(Record) -> Result<()>,
) -> Result<()> {
    let mut numbers = numbers.into_iter();
    loop {
        let wanted: Vec<Value<'_>> = numbers.by_ref().take(ASKED).map(|number| Value::Integer(number.into())).collect();
        if wanted.is_empty() {
            return Ok(());
        }
        connection.ask(&connection.words().record, tenant, &wanted, |row| each(numbered(row)?))?;
    }
}

/// The ids of people of these numbers who have a card, in the trash or not, and of those who were erased.
pub(crate) fn ids(view: &View<'_>, numbers: &Numbers) -> Result<BTreeMap<u32, Uuid>> {
    let erased = numbers & &*view.set(&SetName::Erased)?;
    let mut found = BTreeMap::new();
    for (question, numbers) in [(&view.connection.words().card, numbers - &erased), (&STUB, erased)] {
        let mut numbers = numbers.iter();
        loop {
            let wanted: Vec<Value<'_>> = numbers.by_ref().take(ASKED).map(|number| Value::Integer(number.into())).collect();
            if wanted.is_empty() {
                break;
            }
            view.connection.ask(question, view.key(), &wanted, |row| {
                found.insert(row.get(0)?, row.get(1)?);
                Ok(())
            })?;
        }
    }
    Ok(found)
}

/// A record from `number, id, revision, created, modified, document`.
fn numbered(row: &Row<'_>) -> Result<Record> {
    Ok(Record {
        number: row.get(0)?,
        id: row.get(1)?,
        revision: row.get(2)?,
        created: time(row.get(3)?)?,
        modified: time(row.get(4)?)?,
        contact: serde_json::from_slice(row.blob(5)?).map_err(corrupt)?,
    })
}

/// A record from `id, revision, created, modified, document`.
pub(crate) fn read(row: &Row<'_>, number: u32) -> Result<Record> {
    let contact: Contact = serde_json::from_slice(row.blob(4)?).map_err(corrupt)?;
    let (created, modified) = (time(row.get(2)?)?, time(row.get(3)?)?);
    Ok(Record { id: row.get(0)?, number, revision: row.get(1)?, created, modified, contact })
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
pub(crate) fn insert_stub(connection: &Connection, tenant: Key, number: u32, id: Uuid) -> Result<()> {
    let sql = "INSERT INTO stubs (tenant_id, number, id)
               VALUES (?1, ?2, ?3)";
    connection.many(sql, &[params![tenant, number, id].to_vec()])
}

/// Forgets a person without a card, who gets one.
pub(crate) fn remove_stub(connection: &Connection, tenant: Key, number: u32) -> Result<()> {
    let sql = "DELETE FROM stubs
                WHERE tenant_id = ?1 AND number = ?2";
    connection.many(sql, &[params![tenant, number].to_vec()])
}
