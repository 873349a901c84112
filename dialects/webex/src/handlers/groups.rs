//! Groups.

use axum::extract::Request;
use axum::http::StatusCode;
use axum::http::request::Parts;
use cardfile_directory::{Desk, Error, GroupReader, Kind, Result};
use cardfile_http::{Parameters, json};
use cardfile_model::{Edit, Group, GroupFilter, GroupOrder, GroupPatch, Member};
use uuid::Uuid;

use crate::map::{self, Attributes};
use crate::visit::{Answer, Visit, json_body, linked, no_content};
use crate::wire::{self, Given, GroupListAnswer};

/// How many groups a page may have, and how many people an answer.
pub const MOST: u64 = 500;
const DEFAULT_COUNT: u64 = 100;

/// `POST /groups`
pub async fn create(visit: Visit, request: Request) -> Answer {
    let body = visit.body(request).await?;
    let sent = wire::group(json::text(&body)?)?;
    let named = sent.org_id.as_ref().map(|text| &*text.0).filter(|name| !name.is_empty());
    let desk = visit.desk_named(named).await?;
    let editor = desk.group_editor()?;
    within_limit(editor.limits().group_edits, sent.members.as_deref())?;
    let members = map::member_ids(sent.members)?;
    let name = sent.display_name.unwrap_or_default();
    let group = editor.create(name, sent.description.value(), members).await.map_err(stranger)?;
    answered(StatusCode::CREATED, &desk, group).await
}

/// `GET /groups`
pub async fn list(visit: Visit, parts: Parts) -> Answer {
    let query = Parameters::read(parts.uri.query());
    let desk = visit.desk_named(query.filled("orgId")).await?;
    let reader = desk.group_reader()?;
    let (start, count) = (start_index(&query)?, count(&query, DEFAULT_COUNT)?);
    let filter = query.filled("filter").map_or(Ok(GroupFilter::All), filter)?;
    let order = (order(&query)?, is_descending(&query)?);
    let attributes = Attributes::read(query.first("attributes"));
    let has_members = includes_members(&query)? && attributes.hold("members");
    let (groups, total) = reader.find(filter, order, start - 1, count).await?;

    let mut answers = Vec::with_capacity(groups.len());
    let mut room = if has_members { MOST } else { 0 };
    for group in groups {
        let members = some_members(&reader, &group, room).await?;
        room -= members.as_ref().map_or(0, |people| people.len() as u64).min(room);
        answers.push(map::group(group, members, &attributes));
    }
    let following = start.saturating_add(answers.len() as u64);
    let link = (!answers.is_empty() && following <= total).then(|| {
        let query = query.with(&[("count", count.to_string()), ("startIndex", following.to_string())]);
        visit.next_page(&parts, "/groups", &query)
    });
    let answer = GroupListAnswer { total_results: total, start_index: start, items_per_page: answers.len(), groups: answers };
    Ok(linked(json_body(StatusCode::OK, &answer)?, link.flatten()))
}

/// `GET /groups/{groupId}`
pub async fn get(visit: Visit, parts: Parts) -> Answer {
    let query = Parameters::read(parts.uri.query());
    let (id, desk) = visit.group().await?;
    let reader = desk.group_reader()?;
    let room = if includes_members(&query)? { MOST } else { 0 };
    let group = reader.get(id).await?;
    let members = some_members(&reader, &group, room).await?;
    json_body(StatusCode::OK, &map::group(group, members, &Attributes::default()))
}

/// `PATCH /groups/{groupId}`
pub async fn update(visit: Visit, request: Request) -> Answer {
    let (id, desk) = visit.group().await?;
    let body = visit.body(request).await?;
    let sent = wire::group(json::text(&body)?)?;
    let editor = desk.group_editor()?;
    within_limit(editor.limits().group_edits, sent.members.as_deref())?;
    let description = match sent.description {
        Given::Absent => Edit::Keep,
        Given::Null => Edit::Clear,
        Given::Value(text) => Edit::Set(text),
    };
    let members = map::member_edits(sent.members, sent.purge_all_values)?;
    let patch = GroupPatch { name: sent.display_name, description, members, unknown: editor.unknown(), inherits: false };
    let group = editor.patch(id, patch).await.map_err(stranger)?;
    answered(StatusCode::OK, &desk, group).await
}

/// `DELETE /groups/{groupId}`
pub async fn delete(visit: Visit) -> Answer {
    let (id, desk) = visit.group().await?;
    desk.group_editor()?.delete(id).await?;
    Ok(no_content())
}

/// The answer to a write: the group with the people in it.
async fn answered(status: StatusCode, desk: &Desk<'_>, group: Group) -> Answer {
    let members = some_members(&desk.group_reader()?, &group, MOST).await?;
    json_body(status, &map::group(group, members, &Attributes::default()))
}

/// Some of the people in a group; absent when there are none, no room for any, or the group went meanwhile.
async fn some_members(reader: &GroupReader<'_, '_>, group: &Group, room: u64) -> Result<Option<Vec<Member>>> {
    if group.size == 0 || room == 0 {
        return Ok(None);
    }
    match people(reader, group.id, 0, room).await {
        Err(Error::NotFound { .. }) => Ok(None),
        found => found.map(Some),
    }
}

/// A slice of the people in a group.
pub async fn people(reader: &GroupReader<'_, '_>, group: Uuid, offset: u64, most: u64) -> Result<Vec<Member>> {
    reader.members(group, offset, usize::try_from(most).unwrap_or(usize::MAX)).await
}

/// The position of the first one asked for, counted from one; what lies before means one.
pub fn start_index(query: &Parameters) -> Result<u64> {
    let is_before = |text: &str| text.strip_prefix('-').is_some_and(|rest| rest.parse::<u64>().is_ok());
    if query.first("startIndex").is_some_and(is_before) {
        return Ok(1);
    }
    let given = query.whole_number("startIndex").map_err(|message| Error::invalid("startIndex", "range", message))?;
    Ok(given.unwrap_or(1).max(1))
}

/// How many are asked for, within bounds.
pub fn count(query: &Parameters, default: u64) -> Result<usize> {
    let given = query.whole_number("count").map_err(|message| Error::invalid("count", "range", message))?;
    Ok(usize::try_from(given.unwrap_or(default).min(MOST)).unwrap_or_default())
}

fn includes_members(query: &Parameters) -> Result<bool> {
    match query.filled("includeMembers") {
        None => Ok(false),
        Some(text) if text.eq_ignore_ascii_case("false") => Ok(false),
        Some(text) if text.eq_ignore_ascii_case("true") => Ok(true),
        Some(_) => Err(Error::invalid("includeMembers", "known", "must be true or false")),
    }
}

fn order(query: &Parameters) -> Result<GroupOrder> {
    match query.filled("sortBy") {
        None => Ok(GroupOrder::Created),
        Some(text) if text.eq_ignore_ascii_case("displayName") => Ok(GroupOrder::Name),
        Some(text) if text.eq_ignore_ascii_case("id") => Ok(GroupOrder::Id),
        Some(_) => Err(Error::invalid("sortBy", "known", "must be displayName or id")),
    }
}

fn is_descending(query: &Parameters) -> Result<bool> {
    match query.filled("sortOrder") {
        None => Ok(false),
        Some(text) if text.eq_ignore_ascii_case("ascending") => Ok(false),
        Some(text) if text.eq_ignore_ascii_case("descending") => Ok(true),
        Some(_) => Err(Error::invalid("sortOrder", "known", "must be ascending or descending")),
    }
}

/// `displayName eq "X"` or `displayName sw "X"`: names in any case, the value a JSON string.
fn filter(text: &str) -> Result<GroupFilter> {
    let read = || {
        let (attribute, rest) = text.trim().split_once(char::is_whitespace)?;
        let (operator, value) = rest.trim_start().split_once(char::is_whitespace)?;
        let value: String = serde_json::from_str(value.trim()).ok()?;
        match operator {
            _ if !attribute.eq_ignore_ascii_case("displayName") => None,
            _ if operator.eq_ignore_ascii_case("eq") => Some(GroupFilter::NameIs(value)),
            _ if operator.eq_ignore_ascii_case("sw") => Some(GroupFilter::NameStarts(value)),
            _ => None,
        }
    };
    let refusal = || Error::invalid("filter", "form", "must be displayName eq \"…\" or displayName sw \"…\"");
    read().ok_or_else(refusal)
}

/// Where strangers are not admitted, one among the members is a fault of the request: it is the group that would be not found.
fn stranger(error: Error) -> Error {
    match error {
        Error::NotFound { kind: Kind::Contact, id } => Error::invalid("members", "known", format!("nobody is known as {id}")),
        other => other,
    }
}

fn within_limit<T>(most: usize, members: Option<&[T]>) -> Result<()> {
    let is_within = members.is_none_or(|members| members.len() <= most);
    if is_within { Ok(()) } else { Err(Error::TooLarge { limit: "group_edits", most: most as u64 }) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_is_read_in_any_case_and_its_value_is_json() {
        assert_eq!(filter(r#" DisplayName  EQ "Quay \"4\"" "#).unwrap(), GroupFilter::NameIs("Quay \"4\"".into()));
        assert_eq!(filter(r#"displayName sw "Q""#).unwrap(), GroupFilter::NameStarts("Q".into()));
        for bad in
            ["", "x", "displayName", r#"displayName co "x""#, r#"id eq "x""#, "displayName eq x", r#"displayName eq "x" or"#]
        {
            assert!(filter(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_stranger_is_a_fault_and_a_group_is_not_found() {
        assert!(matches!(stranger(Error::no_contact(Uuid::nil())), Error::Invalid(_)));
        assert!(matches!(stranger(Error::no_group(Uuid::nil())), Error::NotFound { .. }));
    }

    #[test]
    fn positions_count_from_one_and_counts_are_bounded() {
        let read = |query: &str| Parameters::read(Some(query));
        for (query, start) in [("", 1), ("startIndex=0", 1), ("startIndex=-7", 1), ("startIndex=9", 9)] {
            assert_eq!(start_index(&read(query)).unwrap(), start);
        }
        assert!(start_index(&read("startIndex=x")).is_err());
        assert_eq!(count(&read("count=9999"), 100).unwrap(), 500);
        assert_eq!(count(&read("count=0"), 100).unwrap(), 0);
        assert!(count(&read("count=-1"), 100).is_err());
    }
}
