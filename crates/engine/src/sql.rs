//! What the engine asks of a database: statements with values, rows, and the few things that databases say differently.
//!
//! Statements are written in the SQL that SQLite, PostgreSQL and the engines that speak its wire have in common, with
//! numbered parameters (`?1`). Each names the tenant it is about, as `tenant_id`.

mod value;

use std::ops::{ControlFlow, Range};

use cardfile_directory::{Error, Result};
pub use value::{Column, FromColumn, ToValue, Value};

/// Makes values of what follows, in order: the parameters of a statement.
macro_rules! params {
    ($($value:expr),* $(,)?) => {
        &[$($crate::sql::ToValue::to_value(&$value)),*] as &[$crate::sql::Value<'_>]
    };
}
pub(crate) use params;

/// One of many rows of values.
macro_rules! row {
    ($($value:expr),* $(,)?) => {
        vec![$($crate::sql::Value::from($value)),*]
    };
}
pub(crate) use row;

/// A tenant as the rows name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Key {
    /// Its number in this database, where tenants have numbers.
    pub number: i64,
    /// Its id.
    pub id: uuid::Uuid,
}

/// Rows that are asked for at once of what is gone through by number.
const SLICE: usize = 2_048;

/// All numbers that a person, or a chunk of texts, can have.
pub(crate) const ALL: Range<u64> = 0..1 << 32;

/// One row of an answer.
pub struct Row<'a>(pub &'a dyn Columns);

/// The columns of a row, by position.
pub trait Columns {
    /// One of them.
    ///
    /// # Errors
    /// `Internal` when there is no such column, or it is of a type that the engine does not use.
    fn column(&self, index: usize) -> Result<Column<'_>>;
}

impl Row<'_> {
    /// A column as what is wanted.
    ///
    /// # Errors
    /// `Internal` when it is something else.
    pub fn get<T: FromColumn>(&self, index: usize) -> Result<T> {
        T::from_column(self.0.column(index)?)
    }

    /// The bytes of a column.
    ///
    /// # Errors
    /// `Internal` when it has none.
    pub fn blob(&self, index: usize) -> Result<&[u8]> {
        match self.0.column(index)? {
            Column::Blob(bytes) => Ok(bytes),
            other => Err(unexpected("bytes", &other)),
        }
    }

    /// The text of a column.
    ///
    /// # Errors
    /// `Internal` when it has none.
    pub fn text(&self, index: usize) -> Result<&str> {
        match self.0.column(index)? {
            Column::Text(text) => Ok(text),
            other => Err(unexpected("text", &other)),
        }
    }

    /// Whether a column is empty.
    ///
    /// # Errors
    /// `Internal` when there is no such column.
    pub fn is_null(&self, index: usize) -> Result<bool> {
        Ok(matches!(self.0.column(index)?, Column::Null))
    }
}

fn unexpected(wanted: &str, found: &Column<'_>) -> Error {
    crate::fault::corrupt(format!("{wanted} wanted, found {found:?}"))
}

/// Told each row of an answer; says whether to go on.
pub type EachRow<'a> = dyn FnMut(&Row<'_>) -> Result<ControlFlow<()>> + 'a;

/// A connection to a database, lent for a read or a transaction.
pub trait Sql {
    /// Has a statement answer row by row.
    ///
    /// # Errors
    /// Those of the database, and of `each`.
    fn visit(&self, sql: &str, values: &[Value<'_>], each: &mut EachRow<'_>) -> Result<()>;

    /// Has a statement change rows; answers how many.
    ///
    /// # Errors
    /// Those of the database.
    fn execute(&self, sql: &str, values: &[Value<'_>]) -> Result<u64>;

    /// Has one statement change something for each of many rows of values, of which nothing is asked. It may be done only when the next
    /// statement is, and its failure told there.
    ///
    /// # Errors
    /// Those of the database.
    fn many(&self, sql: &str, rows: &[Vec<Value<'_>>]) -> Result<()> {
        rows.iter().try_for_each(|row| self.execute(sql, row).map(drop))
    }

    /// Adds rows to a table.
    ///
    /// # Errors
    /// Those of the database.
    fn insert(&self, table: Table, rows: &[Vec<Value<'_>>]) -> Result<()>;

    /// The rows that a statement finds for each of many values of its second parameter; the first is the tenant. The
    /// statement's first column must be that value.
    ///
    /// # Errors
    /// Those of the database, and of `each`.
    fn visit_each(&self, question: &Question, tenant: Key, wanted: &[Value<'_>], each: &mut EachRow<'_>) -> Result<()> {
        for value in wanted {
            self.visit(question.one, &[tenant.to_value(), value.clone()], each)?;
        }
        Ok(())
    }

    /// The statements that this database wants said otherwise than others.
    fn words(&self) -> &'static Words;

    /// Has all that is removed until the end of the transaction be overwritten where it stood, in databases that can: it was about
    /// somebody who is erased.
    ///
    /// # Errors
    /// Those of the database.
    fn shred(&self) -> Result<()> {
        Ok(())
    }

    /// Whether a transaction is open and can be committed.
    fn stands(&self) -> bool;
}

/// A connection, whatever it leads to.
pub type Connection<'c> = dyn Sql + 'c;

/// A table to which rows are added in bulk, with its columns in the order of the values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Table {
    /// `tenant_id, id, number`
    Ids,
    /// `tenant_id, number, id, revision, created, modified, document`
    Contacts,
    /// `tenant_id, segment, first_term, first_number, bytes`
    Blocks,
}

/// A question that is asked of many at once.
#[derive(Debug)]
pub struct Question {
    /// For one value.
    pub one: &'static str,
    /// For an array of values, where the database has arrays.
    pub many: &'static str,
}

/// What databases say differently. Where a row of people or texts is named, the parameters are the tenant and then the number.
#[derive(Debug)]
pub struct Words {
    /// `number, version, revision, next_person, next_group, next_organization, next_segment, purged, organizations_version` of
    /// the tenant of an id; the number is that of [`Key`].
    pub tenant: &'static str,
    /// As `tenant`, and keeps others from writing to the tenant until the end of the transaction.
    pub tenant_locked: &'static str,
    /// Makes a tenant of an id, with nothing in it.
    pub add_tenant: &'static str,
    /// Makes a tenant of an id with counters: `version, revision, next_person, next_group, next_organization, next_segment, purged,
    /// organizations_version` (`?2` to `?9`), and a number (`?10`) where tenants have numbers.
    pub put_tenant: &'static str,
    /// Removes the row of the tenant of an id, and nothing else of it.
    pub drop_tenant: &'static str,
    /// `id, revision, created, modified, document, version, number` of the person of an id: the tenant's id and the person's.
    pub point: &'static str,
    /// `number, id, revision, created, modified, document` of a person.
    pub record: Question,
    /// `number, id, document` of a person.
    pub card: Question,
    /// `id, number`: the number of a person by id.
    pub number: Question,
    /// `id, revision, created, modified, document, number` of the people from a number (`?2`) to before another (`?3`), by number,
    /// so many (`?4`) at most.
    pub everyone: &'static str,
    /// `number` of the people from a number (`?2`) to before another (`?3`).
    pub people_between: &'static str,
    /// Changes `revision, modified, document` (`?3`, `?4`, `?5`) of a person.
    pub update_contact: &'static str,
    /// Removes a person's row.
    pub delete_contact: &'static str,
    /// `chunk, bytes` of a chunk of texts.
    pub texts: Question,
    /// `chunk, bytes` of chunks of texts from one (`?2`) to before another (`?3`), by number, so many (`?4`) at most.
    pub texts_between: &'static str,
    /// Writes the bytes (`?3`) of a chunk of texts.
    pub put_texts: &'static str,
    /// Removes a chunk of texts.
    pub delete_texts: &'static str,
    /// Removes chunks of texts from one (`?2`) to before another (`?3`).
    pub delete_texts_between: &'static str,
}

impl dyn Sql + '_ {
    /// The first row of an answer.
    ///
    /// # Errors
    /// Those of the database, and of `read`.
    pub fn row<T>(&self, sql: &str, values: &[Value<'_>], read: impl Fn(&Row<'_>) -> Result<T>) -> Result<Option<T>> {
        let mut found = None;
        self.visit(sql, values, &mut |row| {
            found = Some(read(row)?);
            Ok(ControlFlow::Break(()))
        })?;
        Ok(found)
    }

    /// The one row of an answer that always has one, as a count.
    ///
    /// # Errors
    /// Those of the database, and of `read`.
    pub fn one<T>(&self, sql: &str, values: &[Value<'_>], read: impl Fn(&Row<'_>) -> Result<T>) -> Result<T> {
        self.row(sql, values, read)?.ok_or_else(|| crate::fault::corrupt("a count has no answer"))
    }

    /// All rows of an answer.
    ///
    /// # Errors
    /// Those of the database, and of `read`.
    pub fn rows<T>(&self, sql: &str, values: &[Value<'_>], mut read: impl FnMut(&Row<'_>) -> Result<T>) -> Result<Vec<T>> {
        let mut found = Vec::new();
        self.each(sql, values, |row| {
            found.push(read(row)?);
            Ok(())
        })?;
        Ok(found)
    }

    /// Goes through all rows of an answer.
    ///
    /// # Errors
    /// Those of the database, and of `each`.
    pub fn each(&self, sql: &str, values: &[Value<'_>], mut each: impl FnMut(&Row<'_>) -> Result<()>) -> Result<()> {
        self.visit(sql, values, &mut |row| each(row).map(ControlFlow::Continue))
    }

    /// Whether an answer has rows.
    ///
    /// # Errors
    /// Those of the database.
    pub fn exists(&self, sql: &str, values: &[Value<'_>]) -> Result<bool> {
        Ok(self.row(sql, values, |_| Ok(()))?.is_some())
    }

    /// Goes through rows by number, in slices, so that a database that answers all at once does not answer too much. The
    /// parameters of the statement are the tenant, the first number, the one that is beyond the last, and how many rows at most;
    /// `column` is where a row has its number.
    ///
    /// # Errors
    /// Those of the database, and of `each`.
    pub fn through(
        &self,
        (sql, column): (&str, usize),
        tenant: Key,
        numbers: Range<u64>,
        mut each: impl FnMut(&Row<'_>) -> Result<()>,
    ) -> Result<()> {
        let mut next = numbers.start;
        loop {
            let (mut rows, from) = (0, next);
            self.each(sql, params![tenant, from, numbers.end, SLICE], |row| {
                rows += 1;
                next = row.get::<u64>(column)? + 1;
                each(row)
            })?;
            if rows < SLICE {
                return Ok(());
            }
        }
    }

    /// Goes through the rows found for each of many values.
    ///
    /// # Errors
    /// Those of the database, and of `each`.
    pub fn ask(
        &self,
        question: &Question,
        tenant: Key,
        wanted: &[Value<'_>],
        mut each: impl FnMut(&Row<'_>) -> Result<()>,
    ) -> Result<()> {
        self.visit_each(question, tenant, wanted, &mut |row| each(row).map(ControlFlow::Continue))
    }
}
