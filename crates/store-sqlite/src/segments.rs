//! The index's segments and blocks in their tables.

use std::ops::ControlFlow;
use std::sync::Arc;

use cardfile_directory::{Error, Result};
use cardfile_index::{Block, Blocks, Filter, Segment, segment};
use rusqlite::{Connection, params};

use crate::fault::{corrupt, fault};
use crate::state::Segments;

/// Where a segment is in its life.
pub(crate) const BUILDING: i64 = 0;
pub(crate) const LIVE: i64 = 1;
pub(crate) const DEAD: i64 = 2;

/// The live segments of a tenant, newest first.
pub(crate) fn load(connection: &Connection, tenant: i64) -> Result<Segments> {
    let sql = "SELECT segment, head
                 FROM segments
                WHERE tenant = ?1 AND state = 1";
    let mut statement = connection.prepare_cached(sql).map_err(fault)?;
    let mut rows = statement.query([tenant]).map_err(fault)?;
    let mut found = Vec::new();
    while let Some(row) = rows.next().map_err(fault)? {
        let id: u64 = row.get(0).map_err(fault)?;
        let head = row.get_ref(1).map_err(fault)?.as_blob().map_err(corrupt)?;
        found.push(Arc::new(head_from_bytes(id, head).ok_or_else(|| corrupt(format!("segment {id}")))?));
    }
    found.sort_by_key(|segment| std::cmp::Reverse(segment.age));
    Ok(Arc::new(found))
}

/// Writes a segment's head; its blocks are written apart.
pub(crate) fn put(connection: &Connection, tenant: i64, segment: &Segment, state: i64) -> Result<()> {
    let sql = "INSERT INTO segments (tenant, segment, state, head)
               VALUES (?1, ?2, ?3, ?4)
                   ON CONFLICT DO UPDATE SET state = excluded.state, head = excluded.head";
    let mut statement = connection.prepare_cached(sql).map_err(fault)?;
    statement.execute(params![tenant, segment.id, state, head_to_bytes(segment)]).map_err(fault)?;
    Ok(())
}

/// Gives up the live segments whose heads are damaged.
pub(crate) fn bury_unreadable(connection: &Connection, tenant: i64) -> Result<()> {
    let sql = "SELECT segment, head
                 FROM segments
                WHERE tenant = ?1 AND state = 1";
    let mut statement = connection.prepare_cached(sql).map_err(fault)?;
    let rows = statement.query_map([tenant], |row| Ok((row.get(0)?, row.get(1)?))).map_err(fault)?;
    let heads: Vec<(u64, Vec<u8>)> = rows.collect::<rusqlite::Result<_>>().map_err(fault)?;
    for (id, _) in heads.iter().filter(|(id, head)| head_from_bytes(*id, head).is_none()) {
        set_state(connection, tenant, *id, DEAD)?;
    }
    Ok(())
}

/// Moves a segment on in its life.
pub(crate) fn set_state(connection: &Connection, tenant: i64, segment: u64, state: i64) -> Result<()> {
    let sql = "UPDATE segments
                  SET state = ?3
                WHERE tenant = ?1 AND segment = ?2";
    let mut statement = connection.prepare_cached(sql).map_err(fault)?;
    statement.execute(params![tenant, segment, state]).map_err(fault)?;
    Ok(())
}

/// Writes blocks of a segment.
pub(crate) fn put_blocks<'b>(
    connection: &Connection,
    tenant: i64,
    segment: u64,
    blocks: impl IntoIterator<Item = &'b Block>,
) -> Result<()> {
    let sql = "INSERT INTO blocks (tenant, segment, first_term, first_number, bytes)
               VALUES (?1, ?2, ?3, ?4, ?5)";
    let mut statement = connection.prepare_cached(sql).map_err(fault)?;
    for block in blocks {
        statement.execute(params![tenant, segment, block.term, block.number, block.bytes]).map_err(fault)?;
    }
    Ok(())
}

/// Removes some blocks of a dead segment, and its head with the last of them; answers whether more are left.
pub(crate) fn remove_some(connection: &Connection, tenant: i64, segment: u64, most: usize) -> Result<bool> {
    let sql = "DELETE FROM blocks
                WHERE tenant = ?1 AND segment = ?2 AND (first_term, first_number) IN (
                      SELECT first_term, first_number
                        FROM blocks
                       WHERE tenant = ?1 AND segment = ?2
                       ORDER BY first_term, first_number
                       LIMIT ?3)";
    let mut statement = connection.prepare_cached(sql).map_err(fault)?;
    let removed = statement.execute(params![tenant, segment, most]).map_err(fault)?;
    if removed == most {
        return Ok(true);
    }
    let sql = "DELETE FROM segments
                WHERE tenant = ?1 AND segment = ?2";
    connection.prepare_cached(sql).and_then(|mut statement| statement.execute(params![tenant, segment])).map_err(fault)?;
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
    Some(Segment { id, age, people, postings, blocks, bytes: size, covered, first, last, filter })
}

/// The blocks of one tenant, as the index reads them.
pub(crate) struct TenantBlocks<'c> {
    pub(crate) connection: &'c Connection,
    pub(crate) tenant: i64,
}

impl Blocks for TenantBlocks<'_> {
    type Error = Error;

    fn scan(&self, segment: u64, from: &[u8], visit: &mut dyn FnMut(&[u8]) -> ControlFlow<()>) -> Result<()> {
        let sql = "SELECT bytes
                     FROM blocks
                    WHERE tenant = ?1 AND segment = ?2 AND first_term >= coalesce((
                          SELECT first_term
                            FROM blocks
                           WHERE tenant = ?1 AND segment = ?2 AND first_term < ?3
                           ORDER BY first_term DESC
                           LIMIT 1), x'')
                    ORDER BY first_term, first_number";
        let mut statement = self.connection.prepare_cached(sql).map_err(fault)?;
        let mut rows = statement.query(params![self.tenant, segment, from]).map_err(fault)?;
        while let Some(row) = rows.next().map_err(fault)? {
            if visit(row.get_ref(0).map_err(fault)?.as_blob().map_err(corrupt)?).is_break() {
                break;
            }
        }
        Ok(())
    }

    fn blocks_after(&self, segment: u64, after: Option<(&[u8], u32)>, limit: usize, visit: &mut dyn FnMut(&[u8])) -> Result<()> {
        let sql = "SELECT bytes
                     FROM blocks
                    WHERE tenant = ?1 AND segment = ?2 AND (first_term, first_number) > (?3, ?4)
                    ORDER BY first_term, first_number
                    LIMIT ?5";
        let mut statement = self.connection.prepare_cached(sql).map_err(fault)?;
        // No term is empty, so nothing comes before the empty one.
        let (term, number) = after.unwrap_or((&[], 0));
        let mut rows = statement.query(params![self.tenant, segment, term, number, limit]).map_err(fault)?;
        while let Some(row) = rows.next().map_err(fault)? {
            visit(row.get_ref(0).map_err(fault)?.as_blob().map_err(corrupt)?);
        }
        Ok(())
    }
}

/// An index's failure as the directory's error.
pub(crate) fn index_fault(error: cardfile_index::Error<Error>) -> Error {
    match error {
        cardfile_index::Error::Storage(error) => error,
        cardfile_index::Error::Corrupt(what) => corrupt(what.0),
    }
}
