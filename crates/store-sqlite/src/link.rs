//! The engine's statements on a connection to the file.

use std::cell::Cell;
use std::ops::ControlFlow;

use cardfile_directory::Result;
use cardfile_engine::fault::corrupt;
use cardfile_engine::sql::{Column, Columns, EachRow, Row, Sql, Table, Value, Words};
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, Statement, ToSql};

use crate::fault::fault;
use crate::words::WORDS;

/// A connection as the engine uses it.
pub(crate) struct Link {
    pub(crate) connection: Connection,
    /// Whether what is removed is overwritten.
    shreds: Cell<bool>,
}

impl Link {
    pub(crate) fn new(connection: Connection) -> Self {
        Link { connection, shreds: Cell::new(false) }
    }

    /// Ends what [`Sql::shred`] began.
    pub(crate) fn keep_slack(&self) -> Result<()> {
        if self.shreds.replace(false) {
            self.connection.pragma_update(None, "secure_delete", false).map_err(fault)
        } else {
            Ok(())
        }
    }
}

/// A value as SQLite takes it.
struct Bound<'a>(&'a Value<'a>);

impl ToSql for Bound<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        let value = match self.0 {
            Value::Null => ValueRef::Null,
            Value::Bool(is) => ValueRef::Integer((*is).into()),
            Value::Integer(number) => ValueRef::Integer(*number),
            Value::Text(text) => ValueRef::Text(text.as_bytes()),
            Value::Blob(bytes) => ValueRef::Blob(bytes),
            Value::Id(id) => ValueRef::Blob(id.as_bytes()),
            Value::Tenant(key) => ValueRef::Integer(key.number),
        };
        Ok(ToSqlOutput::Borrowed(value))
    }
}

/// A row of the file.
struct Found<'r>(&'r rusqlite::Row<'r>);

impl Columns for Found<'_> {
    fn column(&self, index: usize) -> Result<Column<'_>> {
        Ok(match self.0.get_ref(index).map_err(fault)? {
            ValueRef::Null => Column::Null,
            ValueRef::Integer(number) => Column::Integer(number),
            ValueRef::Text(text) => Column::Text(std::str::from_utf8(text).map_err(corrupt)?),
            ValueRef::Blob(bytes) => Column::Blob(bytes),
            ValueRef::Real(_) => return Err(corrupt("a broken number")),
        })
    }
}

fn bind(statement: &mut Statement<'_>, values: &[Value<'_>]) -> Result<()> {
    for (at, value) in values.iter().enumerate() {
        statement.raw_bind_parameter(at + 1, Bound(value)).map_err(fault)?;
    }
    Ok(())
}

impl Sql for Link {
    fn visit(&self, sql: &str, values: &[Value<'_>], each: &mut EachRow<'_>) -> Result<()> {
        let mut statement = self.connection.prepare_cached(sql).map_err(fault)?;
        bind(&mut statement, values)?;
        let mut rows = statement.raw_query();
        while let Some(row) = rows.next().map_err(fault)? {
            if let ControlFlow::Break(()) = each(&Row(&Found(row)))? {
                break;
            }
        }
        Ok(())
    }

    fn execute(&self, sql: &str, values: &[Value<'_>]) -> Result<u64> {
        let mut statement = self.connection.prepare_cached(sql).map_err(fault)?;
        bind(&mut statement, values)?;
        statement.raw_execute().map(|changed| changed as u64).map_err(fault)
    }

    fn many(&self, sql: &str, rows: &[Vec<Value<'_>>]) -> Result<()> {
        if rows.is_empty() {
            return Ok(());
        }
        let mut statement = self.connection.prepare_cached(sql).map_err(fault)?;
        for row in rows {
            bind(&mut statement, row)?;
            statement.raw_execute().map_err(fault)?;
        }
        Ok(())
    }

    fn insert(&self, table: Table, rows: &[Vec<Value<'_>>]) -> Result<()> {
        let sql = match table {
            Table::Ids => "INSERT INTO ids (tenant_id, id, number) VALUES (?1, ?2, ?3)",
            Table::Contacts => {
                "INSERT INTO contacts (person, id, revision, created, modified, document)
                 VALUES (?1 << 32 | ?2, ?3, ?4, ?5, ?6, ?7)"
            }
            Table::Blocks => {
                "INSERT INTO blocks (tenant_id, segment, first_term, first_number, bytes) VALUES (?1, ?2, ?3, ?4, ?5)"
            }
        };
        self.many(sql, rows)
    }

    fn words(&self) -> &'static Words {
        &WORDS
    }

    fn shred(&self) -> Result<()> {
        self.shreds.set(true);
        self.connection.pragma_update(None, "secure_delete", true).map_err(fault)
    }

    fn stands(&self) -> bool {
        !self.connection.is_autocommit()
    }
}
