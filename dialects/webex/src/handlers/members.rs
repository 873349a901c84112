//! The people in a group, page by page.

use axum::http::StatusCode;
use axum::http::request::Parts;
use cardfile_http::Parameters;

use super::groups::{MOST, count, people, start_index};
use crate::ids;
use crate::map::{self, Attributes};
use crate::visit::{Answer, Visit, json_body, linked};

/// `GET /groups/{groupId}/members`
pub async fn list(visit: Visit, parts: Parts) -> Answer {
    let query = Parameters::read(parts.uri.query());
    let (id, desk) = visit.group().await?;
    let reader = desk.group_reader()?;
    let (start, count) = (start_index(&query)?, count(&query, MOST)?);
    let group = reader.get(id).await?;
    let members = people(&reader, id, start - 1, count as u64).await?;

    let following = start.saturating_add(members.len() as u64);
    let link = (!members.is_empty() && following <= group.size).then(|| {
        let query = query.with(&[("count", count.to_string()), ("startIndex", following.to_string())]);
        visit.next_page(&parts, &format!("/groups/{}/members", ids::of_group(id, group.organization)), &query)
    });
    let answer = json_body(StatusCode::OK, &map::group(group, Some(members), &Attributes::default()))?;
    Ok(linked(answer, link.flatten()))
}
