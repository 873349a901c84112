//! Many contacts at once.

use axum::extract::Request;
use axum::http::StatusCode;
use cardfile_directory::{Editor, Error, Outcome, Result};
use cardfile_http::json;
use cardfile_model::{Expect, Mode, Record, Selection, Write};
use uuid::Uuid;

use super::{CONTACT_BYTES, check_schema};
use crate::error::{failed, invalid};
use crate::visit::{Answer, Visit, json_body, sized_json_body};
use crate::wire::{Bulk, BulkAnswer, BulkDelete, Item};
use crate::{ids, map, source};

/// `POST /contacts/organizations/{orgId}/contacts/bulk`
pub async fn write(visit: Visit, request: Request) -> Answer {
    let desk = visit.desk().await?;
    let body = visit.body(request).await?;
    let Bulk { schemas, contacts } = Bulk::read(json::text(&body)?)?;
    check_schema(schemas.as_deref())?;
    let editor = desk.editor()?;
    let items = contacts?;
    within_limit(&editor, items.len())?;

    let mut writes = Vec::with_capacity(items.len());
    let written: Vec<Result<()>> = items.into_iter().map(|item| one(&editor, item).map(|write| writes.push(write))).collect();
    let outcomes = if writes.is_empty() { Vec::new() } else { editor.write(Mode::Each, writes).await?.outcomes };
    let results = woven(written, outcomes);

    let organization = desk.organization().id;
    let failures = results.iter().enumerate().filter_map(|(at, result)| result.as_ref().err().map(|error| (at, error)));
    let answer = BulkAnswer {
        failed_contacts: failures.map(|(at, error)| failed(at, error, editor.sources(), visit.tracking())).collect(),
        contacts: results.iter().map(|result| result.as_ref().ok().map(|record| map::contact(record, organization))).collect(),
        org_id: organization.0,
    };
    sized_json_body(StatusCode::OK, &answer, CONTACT_BYTES * (results.len() + 1))
}

/// What an item asks for: its source is looked at first, then whom it is for, then the rest.
fn one(editor: &Editor<'_, '_>, Item { head, card }: Item<'_>) -> Result<Write> {
    // What is not even an object has nothing that could name a source.
    if let Err(fault) = &card
        && head.is_empty()
        && fault.member.is_empty()
    {
        return Err(invalid(fault.clone()));
    }
    if head.schemas.is_some() {
        check_schema(head.schemas.as_deref())?;
    }
    let permitted = || source::permitted(editor.sources(), head.source.as_deref());
    let Some(id) = head.contact_id else {
        let source = permitted()?;
        return Ok(editor.creation(map::creation(*card.map_err(invalid)?, source)?));
    };
    let claimed = head.source.as_ref().map(|_| permitted()).transpose()?;
    let id = ids::read(&id).ok_or_else(|| Error::no_contact(Uuid::nil()))?;
    let patch = Box::new(map::patch(*card.map_err(invalid)?, claimed)?);
    Ok(Write::Patch { id, expect: Expect::Any, patch })
}

/// Outcomes put where their items stood, between those that failed before.
fn woven(written: Vec<Result<()>>, outcomes: Vec<Result<Outcome>>) -> Vec<Result<Record>> {
    let mut outcomes = outcomes.into_iter();
    let missing = || Err(Error::internal("a store answered fewer outcomes than writes"));
    written
        .into_iter()
        .map(|written| match written.and_then(|()| outcomes.next().unwrap_or_else(missing))? {
            Outcome::Created(record) | Outcome::Changed(record) | Outcome::Unchanged(record) => Ok(record),
            Outcome::Trashed(id) => Err(Error::internal(format!("a store answered a deletion of {id} for a write"))),
        })
        .collect()
}

/// `POST /contacts/organizations/{orgId}/contacts/bulk/delete`
pub async fn delete(visit: Visit, request: Request) -> Answer {
    let desk = visit.desk().await?;
    let body = visit.body(request).await?;
    let BulkDelete { schemas, object_ids } = BulkDelete::read(json::text(&body)?)?;
    check_schema(schemas.as_deref())?;
    let editor = desk.editor()?;
    let sent = object_ids?;
    within_limit(&editor, sent.len())?;
    // What cannot be an id is nobody's, and is passed over like those who are gone.
    let people: Vec<Uuid> = sent.iter().filter_map(|text| ids::read(&text.0)).collect();
    if !people.is_empty() {
        editor.trash(Selection::ids(people)).await?;
    }
    json_body(StatusCode::OK, &serde_json::Map::new())
}

fn within_limit(editor: &Editor<'_, '_>, items: usize) -> Result<()> {
    let most = editor.limits().batch_items;
    if items > most { Err(Error::TooLarge { limit: "batch_items", most: most as u64 }) } else { Ok(()) }
}
