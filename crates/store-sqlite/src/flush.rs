//! What a turn writes of the index: packed texts, and one segment for all its people.

use std::collections::BTreeMap;
use std::sync::Arc;

use cardfile_directory::Result;
use cardfile_index::{FOLD_PEOPLE, Postings, Segment, segment, texts};
use cardfile_model::Numbers;
use rusqlite::{Connection, OptionalExtension, params};

use crate::fault::{corrupt, fault};
use crate::segments::{self, LIVE};
use crate::state::{Segments, TenantRow, person};
use crate::turn::Indexed;

/// Writes the search texts of people into their chunks.
pub(crate) fn texts(connection: &Connection, tenant: i64, indexed: &BTreeMap<u32, Indexed>) -> Result<()> {
    let mut people = indexed.iter().peekable();
    while let Some((first, _)) = people.peek() {
        let chunk = texts::chunk_of(**first);
        let changes: Vec<(usize, Option<&str>)> =
            std::iter::from_fn(|| people.next_if(|(number, _)| texts::chunk_of(**number) == chunk))
                .map(|(&number, indexed)| (texts::slot_of(number), Some(indexed.text.as_str()).filter(|text| !text.is_empty())))
                .collect();
        edit_texts(connection, person(tenant, chunk), changes)?;
    }
    Ok(())
}

/// Changes entries of one chunk of texts; one without any goes.
pub(crate) fn edit_texts<'a>(
    connection: &Connection,
    chunk: i64,
    changes: impl IntoIterator<Item = (usize, Option<&'a str>)>,
) -> Result<()> {
    let mut select = connection.prepare_cached("SELECT bytes FROM texts WHERE chunk = ?1").map_err(fault)?;
    let old: Option<Vec<u8>> = select.query_row([chunk], |row| row.get(0)).optional().map_err(fault)?;
    let changes: Vec<_> = changes.into_iter().collect();
    let bytes = texts::edit(old.as_deref(), changes).map_err(corrupt)?;
    if bytes.is_empty() {
        let sql = "DELETE FROM texts WHERE chunk = ?1";
        connection.prepare_cached(sql).and_then(|mut statement| statement.execute([chunk])).map_err(fault)?;
    } else {
        let sql = "INSERT INTO texts (chunk, bytes)
                   VALUES (?1, ?2)
                       ON CONFLICT DO UPDATE SET bytes = excluded.bytes";
        connection.prepare_cached(sql).and_then(|mut statement| statement.execute(params![chunk, bytes])).map_err(fault)?;
    }
    Ok(())
}

/// Writes one segment for these people, folding a small newest one into it; answers the segments as they are then.
pub(crate) fn segment(
    connection: &Connection,
    row: &mut TenantRow,
    current: &Segments,
    indexed: &BTreeMap<u32, Indexed>,
) -> Result<Segments> {
    let mut postings = Postings::with_capacity(indexed.len() * 10, indexed.len() * 100);
    for (&number, indexed) in indexed {
        for term in indexed.terms.iter() {
            postings.push(term, number);
        }
    }
    postings.sort();
    let covered: Numbers = indexed.keys().copied().collect();
    let id = row.next_segment;
    row.next_segment += 1;
    let small = current.first().filter(|newest| newest.people + covered.len() <= FOLD_PEOPLE);
    let folded = small.map(|newest| fold(connection, row.key, id, newest, &postings, &covered)).transpose()?.flatten();
    let is_folded = folded.is_some();
    let segment = if let Some(folded) = folded {
        folded
    } else {
        let mut blocks = Vec::new();
        let segment = segment::build(id, id, &postings, covered, |block| blocks.push(block));
        segments::put_blocks(connection, row.key, id, &blocks)?;
        segment
    };
    segments::put(connection, row.key, &segment, LIVE)?;
    let older = current.iter().skip(usize::from(is_folded)).cloned();
    Ok(Arc::new(std::iter::once(Arc::new(segment)).chain(older).collect()))
}

/// Writes the newest segment anew with what there is to add. `None` when it is damaged: then it is left to be found and mended,
/// and keeps nobody from writing.
fn fold(
    connection: &Connection,
    tenant: i64,
    id: u64,
    newest: &Segment,
    postings: &Postings,
    covered: &Numbers,
) -> Result<Option<Segment>> {
    let mut old = Vec::new();
    {
        let sql = "SELECT bytes
                     FROM blocks
                    WHERE tenant = ?1 AND segment = ?2
                    ORDER BY first_term, first_number";
        let mut statement = connection.prepare_cached(sql).map_err(fault)?;
        let rows = statement.query_map(params![tenant, newest.id], |row| row.get::<_, Vec<u8>>(0)).map_err(fault)?;
        for bytes in rows {
            old.push(bytes.map_err(fault)?);
        }
    }
    let folded = match cardfile_index::fold((id, id), newest, &old, postings, covered) {
        Ok(folded) => folded,
        Err(error) => {
            tracing::error!(%error, segment = newest.id, "a segment of the index is damaged; build the index anew");
            return Ok(None);
        }
    };
    while segments::remove_some(connection, tenant, newest.id, 1024)? {}
    segments::put_blocks(connection, tenant, id, &folded.blocks)?;
    Ok(Some(folded.segment))
}
