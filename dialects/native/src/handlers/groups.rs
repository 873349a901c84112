//! Groups.

use axum::extract::Request;
use axum::http::StatusCode;
use axum::http::header::ETAG;
use cardfile_directory::{Applied, Error};
use cardfile_model::{
    Group, GroupDraft, GroupFilter, GroupOrder, GroupPatch, Life, Numbers, OrganizationId, People, Reach, Selection,
};

use crate::answer::{Answer, Rendered, json, tag};
use crate::error::{Failure, parameter};
use crate::once;
use crate::paging::Slice;
use crate::precondition::expected;
use crate::routes::PREFIX;
use crate::visit::{Visit, read};
use crate::wire::{GroupChange, GroupCreation, GroupEntry, GroupPage, Problem};

/// Lists the groups of an organization.
#[utoipa::path(
    get, path = "/groups", tag = "groups", operation_id = "groups.list",
    params(("organization" = Option<Uuid>, Query), ("name" = Option<String>, Query, description = "How the name begins; case and accents do not matter"),
           ("sort" = Option<String>, Query, description = "name, or created (the default); - before it turns it round"), ("limit" = Option<u64>, Query), ("cursor" = Option<String>, Query)),
    responses((status = 200, body = GroupPage))
)]
pub async fn list(visit: Visit) -> Answer {
    let desk = visit.desk().await?;
    let slice = Slice::of(&visit)?;
    let filter = visit.parameters.filled("name").map_or(GroupFilter::All, |name| GroupFilter::NameStarts(name.to_owned()));
    let order = match visit.parameters.filled("sort").unwrap_or("created") {
        "created" => (GroupOrder::Created, false),
        "-created" => (GroupOrder::Created, true),
        "name" => (GroupOrder::Name, false),
        "-name" => (GroupOrder::Name, true),
        _ => return Err(parameter("sort", "must be name or created")),
    };
    let (groups, total) = desk.group_reader()?.find(filter, order, slice.offset(), slice.limit).await?;
    let next_cursor = slice.next(groups.len(), total);
    json(StatusCode::OK, &GroupPage { total, items: groups.iter().map(GroupEntry::of).collect(), next_cursor })
}

/// Makes a group.
#[utoipa::path(
    post, path = "/groups", tag = "groups", operation_id = "groups.create",
    params(("organization" = Option<Uuid>, Query), ("Idempotency-Key" = Option<String>, Header)),
    request_body = GroupCreation,
    responses((status = 201, body = GroupEntry), (status = 409, description = "The name is taken", body = Problem, content_type = "application/problem+json"))
)]
pub async fn create(visit: Visit, request: Request) -> Answer {
    let body = visit.body(request).await?;
    let desk = visit.desk().await?;
    let editor = desk.group_editor()?;
    let GroupCreation { name, description, parent, members } = read(&body)?;
    let members = match members {
        Some(select) => select.numbers(&visit, &desk, (Reach::Members, Life::Live)).await?,
        None => Numbers::new(),
    };
    let draft = GroupDraft {
        id: visit.directory().next_id(),
        organization: OrganizationId(desk.organization().id.0),
        parent,
        name,
        description,
        members: Selection::Only(People::Numbers(members)),
        unknown: cardfile_model::Unknown::Skip,
    };
    once::perform(&visit, &desk, (editor.creating(draft)?, &body), |applied| {
        let group = group(applied)?;
        let rendered = Rendered::new(StatusCode::CREATED, &GroupEntry::of(group))?;
        Ok(rendered.at(group.revision).made(format!("{PREFIX}/groups/{}", group.id)))
    })
    .await
}

/// Reads a group.
#[utoipa::path(
    get, path = "/groups/{group}", tag = "groups", operation_id = "groups.get",
    params(("group" = Uuid, Path)),
    responses((status = 200, body = GroupEntry), (status = 404, body = Problem, content_type = "application/problem+json"))
)]
pub async fn get(visit: Visit) -> Answer {
    let (id, desk) = visit.group().await?;
    let group = desk.group_reader()?.get(id).await?;
    let mut response = json(StatusCode::OK, &GroupEntry::of(&group))?;
    response.headers_mut().insert(ETAG, tag(group.revision));
    Ok(response)
}

/// Changes a group by a merge patch.
#[utoipa::path(
    patch, path = "/groups/{group}", tag = "groups", operation_id = "groups.patch",
    params(("group" = Uuid, Path), ("If-Match" = Option<String>, Header), ("Idempotency-Key" = Option<String>, Header)),
    request_body(content = GroupChange, content_type = "application/merge-patch+json"),
    responses((status = 200, body = GroupEntry), (status = 412, body = Problem, content_type = "application/problem+json"))
)]
pub async fn patch(visit: Visit, request: Request) -> Answer {
    let body = visit.body(request).await?;
    let (id, desk) = visit.group().await?;
    let GroupChange { name, description } = read(&body)?;
    stands(&visit, desk.group_reader()?.get(id).await?.revision)?;
    let patch = GroupPatch { name, description, members: Vec::new(), unknown: cardfile_model::Unknown::Skip, inherits: false };
    let deed = desk.group_editor()?.patching(id, patch).await?;
    once::perform(&visit, &desk, (deed, &body), |applied| {
        let group = group(applied)?;
        Ok(Rendered::new(StatusCode::OK, &GroupEntry::of(group))?.at(group.revision))
    })
    .await
}

/// Deletes a group; the people in it stay.
#[utoipa::path(
    delete, path = "/groups/{group}", tag = "groups", operation_id = "groups.delete",
    params(("group" = Uuid, Path), ("If-Match" = Option<String>, Header), ("Idempotency-Key" = Option<String>, Header)),
    responses((status = 204, description = "It is gone"), (status = 404, body = Problem, content_type = "application/problem+json"))
)]
pub async fn delete(visit: Visit) -> Answer {
    let (id, desk) = visit.group().await?;
    stands(&visit, desk.group_reader()?.get(id).await?.revision)?;
    let deed = desk.group_editor()?.deleting(id).await?;
    once::perform(&visit, &desk, (deed, &[]), |_| Ok(Rendered::empty())).await
}

/// Whether a group is still at the revision that `If-Match` names.
fn stands(visit: &Visit, revision: u64) -> Result<(), Failure> {
    match expected(&visit.headers, revision) {
        cardfile_model::Expect::At(expected) if expected != revision => {
            Err(Failure::Precondition(Error::Stale { expected, actual: revision }))
        }
        _ => Ok(()),
    }
}

fn group(applied: &Applied) -> Result<&Group, Error> {
    applied.group.as_ref().ok_or_else(|| Error::internal("a store answered no group for a change of one"))
}

#[cfg(test)]
mod tests {
    use cardfile_model::Edit;

    use super::*;

    #[test]
    fn a_description_that_is_null_is_cleared_and_one_that_is_absent_stays() {
        let nothing = serde_json::from_str::<GroupChange>("{}").unwrap();
        assert_eq!((nothing.name, nothing.description), (None, Edit::Keep));
        assert_eq!(serde_json::from_str::<GroupChange>(r#"{"description": null}"#).unwrap().description, Edit::Clear);
        assert!(serde_json::from_str::<GroupChange>(r#"{"members": []}"#).is_err());
    }
}
