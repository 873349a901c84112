//! Connections on which it is counted how many cards are read.

use std::ops::ControlFlow;
use std::sync::atomic::{AtomicU64, Ordering};

use cardfile_directory::Result;
use cardfile_engine::sql::{Connection, EachRow, Row, Sql, Table, Value, Words};

/// A connection, and where the cards are counted that are read through it.
pub struct Counted<'c> {
    pub connection: &'c Connection<'c>,
    pub cards: &'c AtomicU64,
}

impl Sql for Counted<'_> {
    fn visit(&self, sql: &str, values: &[Value<'_>], each: &mut EachRow<'_>) -> Result<()> {
        let is_counted = sql == self.words().record.one;
        let mut counting = |row: &Row<'_>| -> Result<ControlFlow<()>> {
            self.cards.fetch_add(is_counted.into(), Ordering::Relaxed);
            each(row)
        };
        self.connection.visit(sql, values, &mut counting)
    }

    fn execute(&self, sql: &str, values: &[Value<'_>]) -> Result<u64> {
        self.connection.execute(sql, values)
    }

    fn insert(&self, table: Table, rows: &[Vec<Value<'_>>]) -> Result<()> {
        self.connection.insert(table, rows)
    }

    fn words(&self) -> &'static Words {
        self.connection.words()
    }

    fn stands(&self) -> bool {
        self.connection.stands()
    }
}
