//! Groups: listed, read, made, renamed, deleted.

use std::collections::BTreeSet;

use cardfile_directory::Desk;
use cardfile_model::{Edit, Group, GroupPatch, Selection, Unknown};
use uuid::Uuid;

use crate::error::Failure;
use crate::lists;
use crate::map::group;
use crate::visit::Visit;
use crate::wire::{Node, Out};

/// One page of the account's groups and of those shared with it.
pub async fn list(visit: &Visit) -> Result<Out, Failure> {
    let slice = lists::groups_slice(&visit.query, &visit.settings)?;
    let is_summary = lists::flag(&visit.query, "summary")?.unwrap_or(false);
    let desk = visit.desk().await?;
    let (groups, _) = desk.group_reader()?.find_with_shared(slice.offset, slice.limit).await?;
    let revisions: BTreeSet<u64> = groups.iter().map(|(group, _)| group.revision).collect();
    let authors = desk.reader()?.authors(&revisions).await?;
    let listed = groups.into_iter().map(|(found, right)| {
        let author = authors.get(&found.revision).cloned();
        group::listed(found, right, author, is_summary)
    });
    Ok(Out::List(group::ELEMENT, listed.collect()))
}

/// One group.
pub async fn get(visit: &Visit) -> Result<Out, Failure> {
    let id = visit.guid(0, "groupID")?;
    let desk = visit.desk().await?;
    let (found, _) = desk.group_reader()?.reach(id).await?;
    let mut authors = desk.reader()?.authors(&BTreeSet::from([found.revision])).await?;
    let author = authors.remove(&found.revision);
    Ok(group::details(found, author))
}

/// Makes a group without anyone in it, maybe as a part of another.
pub async fn add(visit: &Visit) -> Result<Out, Failure> {
    let node = visit.body()?.object("GroupV2")?;
    let name = name(node, visit)?;
    let parent = node.member("ParentGroupID").map(|found| found.guid("ParentGroupID")).transpose()?.flatten();
    let desk = visit.desk().await?;
    let Group { id, name, .. } = desk.group_editor()?.create_under(parent, name, None, Selection::ids([])).await?;
    Ok(group::brief(name, id))
}

fn name(node: Node<'_>, visit: &Visit) -> Result<String, Failure> {
    let name = node.member("GroupName").ok_or_else(|| Failure::invalid("GroupName", "is required"))?.text("GroupName")?;
    let name = name.trim();
    if name.is_empty() || name.chars().count() > visit.settings.name_chars {
        return Err(Failure::invalid("GroupName", format!("must have 1 to {} characters", visit.settings.name_chars)));
    }
    Ok(name.to_owned())
}

/// Renames a group.
pub async fn rename(visit: &Visit) -> Result<Out, Failure> {
    let id = visit.guid(0, "groupID")?;
    let name = name(visit.body()?.object("Group")?, visit)?;
    let desk = visit.desk().await?;
    own(&desk, id).await?;
    let patch =
        GroupPatch { name: Some(name), description: Edit::Keep, members: Vec::new(), unknown: Unknown::Skip, inherits: false };
    let Group { id, name, .. } = desk.group_editor()?.patch(id, patch).await?;
    Ok(group::brief(name, id))
}

/// Deletes a group; its contacts stay.
pub async fn delete(visit: &Visit) -> Result<Out, Failure> {
    let id = visit.guid(0, "groupID")?;
    let desk = visit.desk().await?;
    let found = own(&desk, id).await?;
    desk.group_editor()?.delete(id).await?;
    Ok(group::brief(found.name, id))
}

/// A group that is the account's own.
async fn own(desk: &Desk<'_>, id: Uuid) -> Result<Group, Failure> {
    match desk.group_reader()?.reach(id).await? {
        (found, None) => Ok(found),
        (_, Some(_)) => Err(Failure::inherited()),
    }
}
