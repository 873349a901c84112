//! What is moved in one go: rows of a tenant from one place on, of one table after the other.

use cardfile_directory::Result;

use super::canon::Cells;
use super::rows::{self, Most};
use super::tables::{Shape, TABLES};
use crate::sql::{Connection, Key};

/// Rows of one table asked for at once.
const MOST_ROWS: usize = 1_000;

/// How far something has come.
#[derive(Debug, Clone, Default)]
pub(super) struct Cursor {
    /// The table that is next, by its place in [`TABLES`].
    pub(super) table: usize,
    /// The key of the last row of it; `None` before the first.
    pub(super) after: Option<Cells>,
    /// Rows of this table so far.
    pub(super) of_table: u64,
    /// Rows of all tables so far.
    pub(super) rows: u64,
}

/// Rows of one table.
#[derive(Debug)]
pub(super) struct Part {
    pub(super) shape: &'static Shape,
    pub(super) rows: Vec<Cells>,
    /// Rows of the table so far, these included.
    pub(super) of_table: u64,
}

/// Rows of a tenant.
#[derive(Debug, Default)]
pub(super) struct Slice {
    pub(super) parts: Vec<Part>,
    /// Where the next one begins.
    pub(super) end: Cursor,
    /// Bytes of their content.
    pub(super) bytes: usize,
    /// Whether these are the last ones.
    pub(super) is_end: bool,
}

impl Slice {
    /// Reads what comes next.
    pub(super) fn read(connection: &Connection, tenant: Key, from: &Cursor, most: Most) -> Result<Slice> {
        let mut slice = Slice { end: from.clone(), ..Slice::default() };
        let mut left = most.rows;
        while let Some(shape) = TABLES.get(slice.end.table) {
            if left == 0 || slice.bytes >= most.bytes {
                return Ok(slice);
            }
            let room = Most { rows: left.min(MOST_ROWS), bytes: most.bytes - slice.bytes };
            let found = rows::read(connection, shape, tenant, slice.end.after.as_deref(), room)?;
            left -= found.rows.len();
            slice.bytes += found.bytes;
            slice.take(shape, found.rows);
            if found.is_end {
                slice.end = Cursor { table: slice.end.table + 1, rows: slice.end.rows, ..Cursor::default() };
            }
        }
        slice.is_end = true;
        Ok(slice)
    }

    fn take(&mut self, shape: &'static Shape, rows: Vec<Cells>) {
        let Some(last) = rows.last() else { return };
        self.end.after = Some(last[..shape.key].to_vec());
        self.end.of_table += rows.len() as u64;
        self.end.rows += rows.len() as u64;
        self.parts.push(Part { shape, rows, of_table: self.end.of_table });
    }

    /// How many rows there are.
    pub(super) fn rows(&self) -> u64 {
        self.parts.iter().map(|part| part.rows.len() as u64).sum()
    }
}
