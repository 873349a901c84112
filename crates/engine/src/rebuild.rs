//! Building the index anew from the rows, slice by slice, while requests go on.

use cardfile_directory::{Error, Result};
use cardfile_index::PEOPLE_PER_CHUNK;
use cardfile_index::terms::FORM;
use cardfile_model::{Contact, TenantId};

use crate::cards;
use crate::database::Readers;
use crate::fault::corrupt;
use crate::segments::{self, DEAD};
use crate::sql::{Connection, Row, Value, params};
use crate::state::TenantRow;
use crate::turn::Turn;
use crate::writer::Writer;

/// Chunks of people written in one transaction.
const SLICE_CHUNKS: u32 = 16;

/// Builds the index of every tenant anew. Until a tenant is done its old index answers.
pub(crate) fn rebuild(readers: &Readers, writer: &Writer) -> Result<()> {
    readers.with(crate::registry::tenants)?.into_iter().try_for_each(|tenant| rebuild_one(writer, tenant))
}

/// Builds the index anew of the tenants of which it is of an older form. Where that fails the old one goes on answering.
pub(crate) fn renew(readers: &Readers, writer: &Writer) -> Result<()> {
    let is_old = |connection: &Connection, tenant| match TenantRow::read(connection, tenant)? {
        Some(row) => segments::is_of_old_form(connection, row.key),
        None => Ok(false),
    };
    let tenants = readers.with(crate::registry::tenants)?;
    for tenant in tenants {
        if readers.with(|connection| is_old(connection, tenant))? {
            tracing::info!(%tenant, form = FORM, "the index is of an older form; it is built anew, which takes a while");
            match rebuild_one(writer, tenant) {
                Ok(()) => tracing::info!(%tenant, "the index is built anew"),
                Err(error) => tracing::error!(%tenant, %error, "the index cannot be built anew; not everyone is found"),
            }
        }
    }
    Ok(())
}

fn rebuild_one(writer: &Writer, tenant: TenantId) -> Result<()> {
    let begun = writer.write_blocking(tenant, move |turn| {
        let connection = turn.connection;
        let draft = turn.draft(tenant)?;
        // Who cannot be read answers nothing, and would be in the way of all that is written.
        segments::bury_unreadable(connection, draft.row.key)?;
        draft.segments = None;
        // What is written from now on is newer than anything before, also of those who come from now on.
        draft.row.next_segment += 1;
        draft.touch();
        Ok((draft.row.next_segment, draft.row.next_person))
    });
    let (old, next_person) = match begun {
        // The check tells of a tenant that is not where its signpost leads.
        Err(Error::NotFound { .. }) => return Ok(()),
        begun => begun?,
    };
    for first in (0..next_person.div_ceil(PEOPLE_PER_CHUNK)).step_by(SLICE_CHUNKS as usize) {
        writer.write_blocking(tenant, move |turn| slice(turn, tenant, first..first + SLICE_CHUNKS))?;
    }
    writer.write_blocking(tenant, move |turn| drop_older(turn, tenant, old))
}

/// Indexes the people of some chunks anew.
fn slice(turn: &mut Turn<'_>, tenant: TenantId, chunks: std::ops::Range<u32>) -> Result<()> {
    let connection = turn.connection;
    let key = turn.draft(tenant)?.row.key;
    let words = connection.words();
    connection.execute(words.delete_texts_between, params![key, chunks.start, chunks.end])?;
    // In wider numbers, for the last chunk ends where the numbers do.
    let [from, to] = [chunks.start, chunks.end].map(|chunk| i64::from(chunk) * i64::from(PEOPLE_PER_CHUNK));
    let people = connection.rows(words.people_between, params![key, from, to], |row| row.get(0).map(Value::Integer))?;
    connection.ask(&words.card, key, &people, |row| {
        let number: u32 = row.get(0)?;
        match card(row) {
            Ok(contact) => turn.index(tenant, number, cards::indexed(&contact)),
            // A damaged row is told of by the check; the others are found all the same.
            Err(error) => tracing::error!(number, %error, "a person is left out of the index"),
        }
        Ok(())
    })?;
    turn.draft(tenant)?.touch();
    Ok(())
}

/// The card in a row of `number, id, document`.
fn card(row: &Row<'_>) -> Result<Contact> {
    serde_json::from_slice(row.blob(2)?).map_err(corrupt)
}

/// Lets go of the segments from before the rebuild: everyone is covered by newer ones.
fn drop_older(turn: &mut Turn<'_>, tenant: TenantId, first_new: u64) -> Result<()> {
    let connection = turn.connection;
    let draft = turn.draft(tenant)?;
    let current = segments::load(connection, draft.row.key)?;
    for segment in current.iter().filter(|segment| segment.age < first_new) {
        segments::set_state(connection, draft.row.key, segment.id, DEAD)?;
    }
    draft.segments = Some(segments::load(connection, draft.row.key)?);
    draft.touch();
    Ok(())
}
