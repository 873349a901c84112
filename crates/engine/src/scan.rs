//! Looking for a text within the packed search texts, on two processors when there is much to look through.

use std::ops::Range;

use cardfile_directory::{Error, Result};
use cardfile_index::{PEOPLE_PER_CHUNK, TextChunk};
use cardfile_model::Numbers;
use memchr::memmem::Finder;

use crate::database::Readers;
use crate::fault::corrupt;
use crate::searches::Asked;
use crate::sql::{Connection, Key};
use crate::state::{TenantRow, View};

/// Chunks of texts from which on a second thread, which costs about as much as looking through twenty, is worth it.
const SHARED_CHUNKS: u32 = 256;

/// What is looked for, and whether anybody waits for it.
struct Wanted<'s> {
    finder: Finder<'s>,
    asked: Option<&'s Asked>,
}

/// Whose search text contains this.
pub(crate) fn containing(view: &View<'_>, needle: &str, scope: &Numbers) -> Result<Numbers> {
    let (Some(first), Some(last)) = (scope.min(), scope.max()) else { return Ok(Numbers::new()) };
    let chunks = first / PEOPLE_PER_CHUNK..last / PEOPLE_PER_CHUNK + 1;
    let wanted = Wanted { finder: Finder::new(needle), asked: view.asked };
    let Some(readers) = view.helpers.filter(|_| chunks.len() >= SHARED_CHUNKS as usize) else {
        return set_of(&scan(view.connection, view.key(), &wanted, chunks)?);
    };
    let middle = u32::midpoint(chunks.start, chunks.end);
    let (left, right) = std::thread::scope(|threads| {
        let row = &view.state.row;
        let helper = threads.spawn(|| help(readers, row, &wanted, middle..chunks.end));
        let left = scan(view.connection, view.key(), &wanted, chunks.start..middle);
        let right = helper.join().unwrap_or_else(|_| Err(Error::internal("a search ended in a panic")));
        (left, right)
    });
    let mut hits = left?;
    match right? {
        Some(mut right) => hits.append(&mut right),
        None => hits.append(&mut scan(view.connection, view.key(), &wanted, middle..chunks.end)?),
    }
    set_of(&hits)
}

/// Looks through some chunks on another connection; `None` when the tenant changed before that one saw it.
fn help(readers: &Readers, tenant: &TenantRow, wanted: &Wanted<'_>, chunks: Range<u32>) -> Result<Option<Vec<u32>>> {
    readers.snapshot(|connection| {
        if TenantRow::version(connection, tenant.key)? != Some(tenant.version) {
            return Ok(None);
        }
        scan(connection, tenant.key, wanted, chunks).map(Some)
    })
}

/// The people of some chunks whose text contains what is looked for, in order.
fn scan(connection: &Connection, tenant: Key, wanted: &Wanted<'_>, chunks: Range<u32>) -> Result<Vec<u32>> {
    let mut hits = Vec::new();
    connection.through((connection.words().texts_between, 0), tenant, chunks.start.into()..chunks.end.into(), |row| {
        wanted.asked.map_or(Ok(()), Asked::go_on)?;
        let chunk: u32 = row.get(0)?;
        let texts = TextChunk::parse(row.blob(1)?).map_err(|error| corrupt(error.0))?;
        texts.scan(&wanted.finder, chunk * PEOPLE_PER_CHUNK, &mut |number| hits.push(number));
        Ok(())
    })?;
    Ok(hits)
}

fn set_of(hits: &[u32]) -> Result<Numbers> {
    Numbers::from_sorted_iter(hits.iter().copied()).map_err(|_| corrupt("texts out of order"))
}
