//! Single contacts.

use axum::extract::Request;
use axum::http::StatusCode;
use cardfile_http::json;
use cardfile_model::Expect;

use super::check_schema;
use crate::error::invalid;
use crate::visit::{Answer, Visit, json_body, no_content};
use crate::wire::Item;
use crate::{map, source};

/// `POST /contacts/organizations/{orgId}/contacts`
pub async fn create(visit: Visit, request: Request) -> Answer {
    let desk = visit.desk().await?;
    let body = visit.body(request).await?;
    let Item { head, card } = Item::read(json::text(&body)?)?;
    check_schema(head.schemas.as_deref())?;
    let editor = desk.editor()?;
    let source = source::permitted(editor.sources(), head.source.as_deref())?;
    let contact = map::creation(*card.map_err(invalid)?, source)?;
    let record = editor.create(contact).await?;
    json_body(StatusCode::CREATED, &map::contact(&record, desk.organization().id))
}

/// `GET /contacts/organizations/{orgId}/contacts/{contactId}`
pub async fn get(visit: Visit) -> Answer {
    let desk = visit.desk().await?;
    let reader = desk.reader()?;
    let record = reader.get(visit.contact()?).await?;
    json_body(StatusCode::OK, &map::contact(&record, desk.organization().id))
}

/// `PATCH /contacts/organizations/{orgId}/contacts/{contactId}`
pub async fn update(visit: Visit, request: Request) -> Answer {
    let desk = visit.desk().await?;
    let body = visit.body(request).await?;
    let Item { head, card } = Item::read(json::text(&body)?)?;
    if head.schemas.is_some() {
        check_schema(head.schemas.as_deref())?;
    }
    let editor = desk.editor()?;
    let id = visit.contact()?;
    let claimed = head.source.map(|name| source::permitted(editor.sources(), Some(&name))).transpose()?;
    let patch = map::patch(*card.map_err(invalid)?, claimed)?;
    let record = editor.patch(id, Expect::Any, patch).await?;
    json_body(StatusCode::OK, &map::contact(&record, desk.organization().id))
}

/// `DELETE /contacts/organizations/{orgId}/contacts/{contactId}`
pub async fn delete(visit: Visit) -> Answer {
    let desk = visit.desk().await?;
    let editor = desk.editor()?;
    editor.delete(visit.contact()?, Expect::Any).await?;
    Ok(no_content())
}
