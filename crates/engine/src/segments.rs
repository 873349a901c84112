//! The index's segments and blocks in their tables.

use std::ops::ControlFlow;
use std::sync::Arc;

use cardfile_directory::{Error, Result};
use cardfile_index::terms::FORM;
use cardfile_index::{Block, Blocks, Filter, Segment, segment};
use cardfile_model::Numbers;

use crate::fault::corrupt;
use crate::sql::{Connection, Key, Row, Table, Value, params};
use crate::state::Segments;

/// Where a segment is in its life.
pub(crate) const BUILDING: i64 = 0;
pub(crate) const LIVE: i64 = 1;
pub(crate) const DEAD: i64 = 2;

/// The live segments of a tenant, newest first.
pub(crate) fn load(connection: &Connection, tenant: Key) -> Result<Segments> {
    let sql = "SELECT segment, head, form
                 FROM segments
                WHERE tenant_id = ?1 AND state = 1";
    let mut found = connection.rows(sql, params![tenant], |row| {
        let id = row.get(0)?;
        let head = head_from_bytes(id, row.blob(1)?).ok_or_else(|| corrupt(format!("segment {id}")))?;
        Ok(Arc::new(Segment { form: row.get(2)?, ..head }))
    })?;
    found.sort_by_key(|segment| std::cmp::Reverse(segment.age));
    Ok(Arc::new(found))
}

/// Whom a segment covers, dead or alive; `None` when its head cannot be read.
pub(crate) fn covered(connection: &Connection, tenant: Key, segment: u64) -> Result<Option<Numbers>> {
    let sql = "SELECT head
                 FROM segments
                WHERE tenant_id = ?1 AND segment = ?2";
    let head = connection.row(sql, params![tenant, segment], |row| Ok(head_from_bytes(segment, row.blob(0)?)))?;
    Ok(head.flatten().map(|head| head.covered))
}

/// Writes a segment's head; its blocks are written apart.
pub(crate) fn put(connection: &Connection, tenant: Key, segment: &Segment, state: i64) -> Result<()> {
    let sql = "INSERT INTO segments (tenant_id, segment, state, head, form)
               VALUES (?1, ?2, ?3, ?4, ?5)
                   ON CONFLICT (tenant_id, segment) DO UPDATE
                  SET state = excluded.state, head = excluded.head, form = excluded.form";
    connection.many(sql, &[params![tenant, segment.id, state, head_to_bytes(segment), segment.form].to_vec()])
}

/// Whether an earlier version of this software indexed some of a tenant's people, with less than is looked for now.
pub(crate) fn is_of_old_form(connection: &Connection, tenant: Key) -> Result<bool> {
    let sql = "SELECT 1
                 FROM segments
                WHERE tenant_id = ?1 AND state = 1 AND form < ?2
                LIMIT 1";
    connection.exists(sql, params![tenant, FORM])
}

/// Gives up the live segments whose heads are damaged.
pub(crate) fn bury_unreadable(connection: &Connection, tenant: Key) -> Result<()> {
    let sql = "SELECT segment, head
                 FROM segments
                WHERE tenant_id = ?1 AND state = 1";
    let read = |row: &Row<'_>| {
        let id: u64 = row.get(0)?;
        Ok((id, head_from_bytes(id, row.blob(1)?).is_some()))
    };
    for (id, _) in connection.rows(sql, params![tenant], read)?.iter().filter(|(_, is_readable)| !is_readable) {
        set_state(connection, tenant, *id, DEAD)?;
    }
    Ok(())
}

/// Moves a segment on in its life.
pub(crate) fn set_state(connection: &Connection, tenant: Key, segment: u64, state: i64) -> Result<()> {
    let sql = "UPDATE segments
                  SET state = ?3
                WHERE tenant_id = ?1 AND segment = ?2";
    connection.many(sql, &[params![tenant, segment, state].to_vec()])
}

/// Writes blocks of a segment.
pub(crate) fn put_blocks<'b>(
    connection: &Connection,
    tenant: Key,
    segment: u64,
    blocks: impl IntoIterator<Item = &'b Block>,
) -> Result<()> {
    let row = |block: &'b Block| params![tenant, segment, block.term, block.number, block.bytes].to_vec();
    let rows: Vec<Vec<Value<'_>>> = blocks.into_iter().map(row).collect();
    if rows.is_empty() { Ok(()) } else { connection.insert(Table::Blocks, &rows) }
}

/// Removes a whole segment, which is small.
pub(crate) fn remove(connection: &Connection, tenant: Key, segment: u64) -> Result<()> {
    for sql in [
        "DELETE FROM blocks
          WHERE tenant_id = ?1 AND segment = ?2",
        "DELETE FROM segments
          WHERE tenant_id = ?1 AND segment = ?2",
    ] {
        connection.many(sql, &[params![tenant, segment].to_vec()])?;
    }
    Ok(())
}

/// Removes some blocks of a dead segment, and its head with the last of them; answers whether more are left.
pub(crate) fn remove_some(connection: &Connection, tenant: Key, segment: u64, most: usize) -> Result<bool> {
    let sql = "DELETE FROM blocks
                WHERE tenant_id = ?1 AND segment = ?2 AND (first_term, first_number) IN (
                      SELECT first_term, first_number
                        FROM blocks
                       WHERE tenant_id = ?1 AND segment = ?2
                       ORDER BY first_term, first_number
                       LIMIT ?3)";
    if connection.execute(sql, params![tenant, segment, most])? == most as u64 {
        return Ok(true);
    }
    remove(connection, tenant, segment)?;
    Ok(false)
}

/// A head as bytes: six little-endian numbers, then four length-prefixed parts.
fn head_to_bytes(segment: &Segment) -> Vec<u8> {
    let mut bytes = Vec::new();
    for number in [segment.age, segment.people, segment.postings, segment.blocks, segment.bytes] {
        bytes.extend_from_slice(&number.to_le_bytes());
    }
    let parts = [segment::set_to_bytes(&segment.covered), segment.first.clone(), segment.last.clone(), segment.filter.to_bytes()];
    for part in parts {
        bytes.extend_from_slice(&(part.len() as u64).to_le_bytes());
        bytes.extend_from_slice(&part);
    }
    bytes
}

/// A head but for its form, which has a column of its own.
fn head_from_bytes(id: u64, mut bytes: &[u8]) -> Option<Segment> {
    let mut number = || {
        let (first, rest) = bytes.split_first_chunk::<8>()?;
        bytes = rest;
        Some(u64::from_le_bytes(*first))
    };
    let (age, people, postings, blocks, size) = (number()?, number()?, number()?, number()?, number()?);
    let mut part = || {
        let (length, rest) = bytes.split_first_chunk::<8>()?;
        let (part, rest) = rest.split_at_checked(usize::try_from(u64::from_le_bytes(*length)).ok()?)?;
        bytes = rest;
        Some(part)
    };
    let covered = segment::set_from_bytes(part()?).ok()?;
    let (first, last) = (part()?.to_vec(), part()?.to_vec());
    let filter = Filter::from_bytes(part()?).ok()?;
    Some(Segment { id, age, people, postings, blocks, bytes: size, covered, first, last, filter, form: 0 })
}

/// The blocks of one tenant, as the index reads them.
pub(crate) struct TenantBlocks<'c> {
    pub(crate) connection: &'c Connection<'c>,
    pub(crate) tenant: Key,
}

impl Blocks for TenantBlocks<'_> {
    type Error = Error;

    fn scan(&self, segment: u64, from: &[u8], visit: &mut dyn FnMut(&[u8]) -> ControlFlow<()>) -> Result<()> {
        let sql = "SELECT bytes
                     FROM blocks
                    WHERE tenant_id = ?1 AND segment = ?2 AND first_term >= coalesce((
                          SELECT first_term
                            FROM blocks
                           WHERE tenant_id = ?1 AND segment = ?2 AND first_term < ?3
                           ORDER BY first_term DESC
                           LIMIT 1), ?4)
                    ORDER BY first_term, first_number";
        let nothing: &[u8] = &[];
        self.connection.visit(sql, params![self.tenant, segment, from, nothing], &mut |row| Ok(visit(row.blob(0)?)))
    }

    fn blocks_after(&self, segment: u64, after: Option<(&[u8], u32)>, limit: usize, visit: &mut dyn FnMut(&[u8])) -> Result<()> {
        let sql = "SELECT bytes
                     FROM blocks
                    WHERE tenant_id = ?1 AND segment = ?2 AND (first_term, first_number) > (?3, ?4)
                    ORDER BY first_term, first_number
                    LIMIT ?5";
        // No term is empty, so nothing comes before the empty one.
        let (term, number) = after.unwrap_or((&[], 0));
        self.connection.each(sql, params![self.tenant, segment, term, number, limit], |row| {
            visit(row.blob(0)?);
            Ok(())
        })
    }
}

/// An index's failure as the directory's error.
pub(crate) fn index_fault(error: cardfile_index::Error<Error>) -> Error {
    match error {
        cardfile_index::Error::Storage(error) => error,
        cardfile_index::Error::Corrupt(what) => corrupt(what.0),
    }
}
