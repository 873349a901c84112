//! Who is in a group.

use axum::extract::Request;
use axum::http::StatusCode;
use cardfile_model::{Life, Reach};

use super::verbs::{Answered, Chosen};
use crate::answer::{Answer, json};
use crate::paging::Slice;
use crate::plan::{Set, Task, carry_out};
use crate::visit::{Visit, read};
use crate::wire::{MemberEntry, MemberPage, Problem};

/// Lists who is in a group, by person number.
#[utoipa::path(
    get, path = "/groups/{group}/members", tag = "groups", operation_id = "groups.members",
    params(("group" = Uuid, Path), ("limit" = Option<u64>, Query), ("cursor" = Option<String>, Query)),
    responses((status = 200, body = MemberPage), (status = 404, body = Problem, content_type = "application/problem+json"))
)]
pub async fn list(visit: Visit) -> Answer {
    let (id, desk) = visit.group().await?;
    let slice = Slice::of(&visit)?;
    let reader = desk.group_reader()?;
    let total = reader.get(id).await?.size;
    let members = reader.members(id, slice.offset(), slice.limit).await?;
    let next_cursor = slice.next(members.len(), total);
    json(StatusCode::OK, &MemberPage { total, items: members.into_iter().map(MemberEntry::from).collect(), next_cursor })
}

/// Puts people into a group.
#[utoipa::path(
    post, path = "/groups/{group}/members/add", tag = "groups", operation_id = "groups.add_members",
    params(("group" = Uuid, Path), ("dryRun" = Option<bool>, Query), ("Idempotency-Key" = Option<String>, Header)),
    request_body = Chosen, responses((status = 200, body = Answered))
)]
pub async fn add(visit: Visit, request: Request) -> Answer {
    let body = visit.body(request).await?;
    let (group, desk) = visit.group().await?;
    let Chosen { select } = read(&body)?;
    let people = Set(select.numbers(&visit, &desk, (Reach::Inherited, Life::Live)).await?);
    carry_out(&visit, &desk, Task::Join { group, people }, &body).await
}

/// Takes people out of a group.
#[utoipa::path(
    post, path = "/groups/{group}/members/remove", tag = "groups", operation_id = "groups.remove_members",
    params(("group" = Uuid, Path), ("dryRun" = Option<bool>, Query), ("confirm" = Option<bool>, Query), ("Idempotency-Key" = Option<String>, Header)),
    request_body = Chosen, responses((status = 200, body = Answered))
)]
pub async fn remove(visit: Visit, request: Request) -> Answer {
    let body = visit.body(request).await?;
    let (group, desk) = visit.group().await?;
    let Chosen { select } = read(&body)?;
    let people = Set(select.numbers(&visit, &desk, (Reach::Inherited, Life::Live)).await?);
    carry_out(&visit, &desk, Task::Leave { group, people }, &body).await
}
