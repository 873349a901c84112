//! What a turn writes of the index: packed texts, and one segment for all its people.

use std::collections::BTreeMap;
use std::sync::Arc;

use cardfile_directory::Result;
use cardfile_index::terms::FORM;
use cardfile_index::{FOLD_PEOPLE, Postings, Segment, segment, texts};
use cardfile_model::Numbers;

use crate::fault::corrupt;
use crate::segments::{self, LIVE};
use crate::sql::{Connection, Key, ToValue, Value, params};
use crate::state::{Segments, TenantRow};
use crate::turn::Indexed;

/// What is to be changed of a chunk of texts: entries by slot.
pub(crate) type TextEdits<'a> = BTreeMap<u32, Vec<(usize, Option<&'a str>)>>;

/// Writes the search texts of people into their chunks.
///
/// Whoever has a number from `first_new` on is new, so that nothing can be in a chunk of only such people.
pub(crate) fn texts(connection: &Connection, tenant: Key, indexed: &BTreeMap<u32, Indexed>, first_new: u32) -> Result<()> {
    let mut edits = TextEdits::new();
    for (&number, indexed) in indexed {
        let text = Some(indexed.text.as_str()).filter(|text| !text.is_empty());
        edits.entry(texts::chunk_of(number)).or_default().push((texts::slot_of(number), text));
    }
    edit_texts(connection, tenant, edits, first_new)
}

/// Changes entries of chunks of texts; a chunk without any goes.
pub(crate) fn edit_texts(connection: &Connection, tenant: Key, edits: TextEdits<'_>, first_new: u32) -> Result<()> {
    let is_there = |chunk: &&u32| **chunk <= texts::chunk_of(first_new);
    let wanted: Vec<Value<'_>> = edits.keys().filter(is_there).map(ToValue::to_value).collect();
    let mut old: BTreeMap<u32, Vec<u8>> = BTreeMap::new();
    connection.ask(&connection.words().texts, tenant, &wanted, |row| {
        old.insert(row.get(0)?, row.get(1)?);
        Ok(())
    })?;
    let (mut written, mut removed) = (Vec::new(), Vec::new());
    for (chunk, changes) in edits {
        let bytes = texts::edit(old.get(&chunk).map(Vec::as_slice), changes).map_err(corrupt)?;
        let mut row: Vec<Value<'static>> = vec![Value::Tenant(tenant), Value::Integer(chunk.into())];
        if bytes.is_empty() {
            removed.push(row);
        } else {
            row.push(Value::Blob(bytes.into()));
            written.push(row);
        }
    }
    connection.many(connection.words().put_texts, &written)?;
    connection.many(connection.words().delete_texts, &removed)
}

/// Writes one segment for these people, folding a small newest one into it; answers the segments as they are then.
pub(crate) fn segment(
    connection: &Connection,
    row: &mut TenantRow,
    current: &Segments,
    indexed: &BTreeMap<u32, Indexed>,
) -> Result<Segments> {
    let mut postings = Postings::with_capacity(indexed.len() * 12, indexed.len() * 120);
    for (&number, indexed) in indexed {
        for term in indexed.terms.iter() {
            postings.push(term, number);
        }
    }
    postings.sort();
    let covered: Numbers = indexed.keys().copied().collect();
    let id = row.next_segment;
    row.next_segment += 1;
    // One of an older form is left alone, so that all of it goes when the index is built anew.
    let is_small = |newest: &&Arc<Segment>| newest.people + covered.len() <= FOLD_PEOPLE && newest.form == FORM;
    let small = current.first().filter(is_small);
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
    tenant: Key,
    id: u64,
    newest: &Segment,
    postings: &Postings,
    covered: &Numbers,
) -> Result<Option<Segment>> {
    let sql = "SELECT bytes
                 FROM blocks
                WHERE tenant_id = ?1 AND segment = ?2
                ORDER BY first_term, first_number";
    let old: Vec<Vec<u8>> = connection.rows(sql, params![tenant, newest.id], |row| row.get(0))?;
    let folded = match cardfile_index::fold((id, id), newest, &old, postings, covered) {
        Ok(folded) => folded,
        Err(error) => {
            tracing::error!(%error, segment = newest.id, "a segment of the index is damaged; build the index anew");
            return Ok(None);
        }
    };
    segments::remove(connection, tenant, newest.id)?;
    segments::put_blocks(connection, tenant, id, &folded.blocks)?;
    Ok(Some(folded.segment))
}
