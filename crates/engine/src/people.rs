//! People as a turn has made them so far: what it wrote is kept back, to be written in few statements, and seen by who asks.

use std::collections::{BTreeMap, HashMap};

use cardfile_directory::Result;
use cardfile_model::{Numbers, Record};
use uuid::Uuid;

use crate::rows;
use crate::sql::{Connection, Key, Table, Value, row};

/// The people whom the running job read or wrote.
#[derive(Debug, Default)]
pub(crate) struct People {
    /// The numbers of ids that were asked for; none for an id that has none.
    numbers: HashMap<Uuid, Option<u32>>,
    /// Rows read ahead that nobody asked for yet.
    ahead: HashMap<u32, Record>,
    given: Vec<(Uuid, u32)>,
    made: Vec<Written>,
    /// Who was changed: the last change counts.
    changed: BTreeMap<u32, Written>,
}

/// What is stored of a person.
#[derive(Debug)]
struct Written {
    number: u32,
    id: Uuid,
    revision: u64,
    created: i64,
    modified: i64,
    document: Vec<u8>,
}

impl Written {
    fn new(record: &Record, document: Vec<u8>) -> Self {
        let Record { id, number, revision, created, modified, contact: _ } = *record;
        Written { number, id, revision, created: created.as_microsecond(), modified: modified.as_microsecond(), document }
    }

    /// The row of a new person.
    fn row(&self, tenant: Key) -> Vec<Value<'_>> {
        let Written { number, id, revision, created, modified, document } = self;
        row![tenant, number, id, revision, created, modified, document]
    }

    /// What changes of a row.
    fn change(&self, tenant: Key) -> Vec<Value<'_>> {
        let Written { number, revision, modified, document, .. } = self;
        row![tenant, number, revision, modified, document]
    }
}

impl People {
    /// Reads ahead the numbers of `ids`, and the rows of `wanted` of them: one look for all.
    pub(crate) fn read_ahead(&mut self, connection: &Connection, tenant: Key, ids: &[Uuid], wanted: &[Uuid]) -> Result<()> {
        let unknown: Vec<Uuid> = ids.iter().filter(|id| !self.numbers.contains_key(id)).copied().collect();
        self.numbers.extend(unknown.iter().map(|id| (*id, None)));
        let numbers = &mut self.numbers;
        rows::numbers_of(connection, tenant, &unknown, |id, number| {
            numbers.insert(id, Some(number));
            Ok(())
        })?;
        let rows: Vec<u32> = wanted.iter().filter_map(|id| self.numbers.get(id).copied().flatten()).collect();
        let ahead = &mut self.ahead;
        rows::records(connection, tenant, rows, |record| {
            ahead.insert(record.number, record);
            Ok(())
        })
    }

    /// Reads ahead the rows of these numbers, but for those that wait to be written.
    pub(crate) fn read_rows_ahead(&mut self, connection: &Connection, tenant: Key, numbers: &Numbers) -> Result<()> {
        let is_written = |number: &u32| self.changed.contains_key(number) || self.made.iter().any(|made| made.number == *number);
        let wanted: Vec<u32> = numbers.iter().filter(|number| !self.ahead.contains_key(number) && !is_written(number)).collect();
        let ahead = &mut self.ahead;
        rows::records(connection, tenant, wanted, |record| {
            ahead.insert(record.number, record);
            Ok(())
        })
    }

    /// Takes ids for new that nothing is known of.
    pub(crate) fn take_for_new(&mut self, ids: &[Uuid]) {
        for id in ids {
            self.numbers.entry(*id).or_insert(None);
        }
    }

    /// The number that an id was given.
    pub(crate) fn number_of(&mut self, connection: &Connection, tenant: Key, id: Uuid) -> Result<Option<u32>> {
        if let Some(known) = self.numbers.get(&id) {
            return Ok(*known);
        }
        let number = rows::number_of(connection, tenant, id)?;
        self.numbers.insert(id, number);
        Ok(number)
    }

    /// The contact of a number; `None` when it has no row.
    pub(crate) fn record(&mut self, connection: &Connection, tenant: Key, number: u32) -> Result<Option<Record>> {
        if self.changed.contains_key(&number) || self.made.iter().any(|made| made.number == number) {
            self.store(connection, tenant)?;
        }
        match self.ahead.remove(&number) {
            Some(record) => Ok(Some(record)),
            None => rows::record(connection, tenant, number),
        }
    }

    /// Gives an id that has none a number.
    pub(crate) fn give_number(&mut self, id: Uuid, number: u32) {
        self.numbers.insert(id, Some(number));
        self.given.push((id, number));
    }

    /// Has a new person's row written.
    pub(crate) fn make(&mut self, record: &Record, document: Vec<u8>) {
        self.made.push(Written::new(record, document));
    }

    /// Has a changed person's row written.
    pub(crate) fn change(&mut self, record: &Record, document: Vec<u8>) {
        self.ahead.remove(&record.number);
        self.changed.insert(record.number, Written::new(record, document));
    }

    /// Forgets what a job read, and what it wrote if it failed.
    pub(crate) fn clear(&mut self) {
        *self = People::default();
    }

    /// Writes what is kept back.
    pub(crate) fn store(&mut self, connection: &Connection, tenant: Key) -> Result<()> {
        let given = std::mem::take(&mut self.given);
        if !given.is_empty() {
            let rows: Vec<Vec<Value<'_>>> = given.iter().map(|(id, number)| row![tenant, id, number]).collect();
            connection.insert(Table::Ids, &rows)?;
        }
        let made = std::mem::take(&mut self.made);
        if !made.is_empty() {
            let rows: Vec<Vec<Value<'_>>> = made.iter().map(|made| made.row(tenant)).collect();
            connection.insert(Table::Contacts, &rows)?;
        }
        let changed = std::mem::take(&mut self.changed);
        if !changed.is_empty() {
            let rows: Vec<Vec<Value<'_>>> = changed.values().map(|changed| changed.change(tenant)).collect();
            connection.many(connection.words().update_contact, &rows)?;
        }
        Ok(())
    }
}
