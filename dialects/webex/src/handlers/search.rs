//! Searching contacts.

use axum::http::StatusCode;
use axum::http::request::Parts;
use cardfile_directory::{Error, Reader, Result};
use cardfile_http::Parameters;
use cardfile_model::{Filter, Order};

use super::CONTACT_BYTES;
use crate::visit::{Answer, Visit, linked, sized_json_body};
use crate::wire::PageAnswer;
use crate::{map, source};

const DEFAULT_LIMIT: u64 = 100;
const MOST: u64 = 1000;

/// `GET /contacts/organizations/{orgId}/contacts/search`
pub async fn search(visit: Visit, parts: Parts) -> Answer {
    let desk = visit.desk().await?;
    let reader = desk.reader()?;
    let query = Parameters::read(parts.uri.query());
    let start = number(&query, "start")?.unwrap_or(0);
    let limit = match number(&query, "limit")?.unwrap_or(DEFAULT_LIMIT) {
        0 => return Err(Error::invalid("limit", "range", "must be at least 1").into()),
        given => given.min(MOST),
    };
    let filter = filter(&query, &reader)?;
    let page = reader.find(filter, Order::Name, start, usize::try_from(limit).unwrap_or(usize::MAX)).await?;

    let organization = desk.organization().id;
    let following = start.saturating_add(page.records.len() as u64);
    let link = (!page.records.is_empty() && following < page.total).then(|| {
        let query = query.with(&[("limit", limit.to_string()), ("start", following.to_string())]);
        visit.next_page(&parts, &format!("/contacts/organizations/{organization}/contacts/search"), &query)
    });
    let result = page.records.iter().map(|record| map::contact(record, organization)).collect();
    let bytes = CONTACT_BYTES * (page.records.len() + 1);
    let answer = sized_json_body(StatusCode::OK, &PageAnswer { result, start, limit, total: page.total }, bytes)?;
    Ok(linked(answer, link.flatten()))
}

fn filter(query: &Parameters, reader: &Reader<'_, '_>) -> Result<Filter> {
    let mut parts = Vec::new();
    if let Some(keyword) = query.filled("keyword").map(str::trim).filter(|keyword| !keyword.is_empty()) {
        parts.push(Filter::Contains(keyword.to_owned()));
    }
    let names = query.all("groupIds").flat_map(|list| list.split(',')).map(str::trim).filter(|name| !name.is_empty());
    let groups = map::group_ids("groupIds", names)?;
    if !groups.is_empty() {
        parts.push(Filter::SharedWithAny(groups));
    }
    if let Some(name) = query.filled("source") {
        parts.push(Filter::Source(source::permitted(reader.sources(), Some(name))?));
    }
    Ok(match parts.len() {
        0 => Filter::All,
        _ => Filter::And(parts),
    })
}

fn number(query: &Parameters, name: &str) -> Result<Option<u64>> {
    query.whole_number(name).map_err(|message| Error::invalid(name, "range", message))
}
