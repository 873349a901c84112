//! Who is in a group: listed, added, removed, in one write of sets whatever the size.

use cardfile_directory::Wanted;
use cardfile_model::{Filter, MemberEdit, Selection, Unknown};

use super::delete::{led_on, refuse_unknown};
use super::{done, listing};
use crate::error::Failure;
use crate::lists;
use crate::map::members::Members;
use crate::visit::Visit;
use crate::wire::Out;

/// The body of both requests, in XML.
const ROOT: &str = "GroupMemberRequest";

/// One page of those in a group.
pub async fn list(visit: &Visit) -> Result<Out, Failure> {
    let id = visit.guid(0, "AddressBookGroupID")?;
    let slice = lists::members_slice(&visit.query, &visit.settings)?;
    let mut filters = lists::filters(&visit.query)?;
    let (order, is_descending) = lists::order(&visit.query)?;
    let reach = lists::reach(&visit.query)?;
    visit.desk().await?.group_reader()?.reach(id).await?;
    filters.push(Filter::MemberOf(id));
    let wanted = Wanted { filter: Filter::And(filters), reach, order, is_descending, ..Wanted::default() };
    listing::page(visit, wanted, slice).await
}

/// The listed people join, or everyone but these.
pub async fn add(visit: &Visit) -> Result<Out, Failure> {
    change(visit, MemberEdit::Add).await
}

/// The listed people leave, or everyone but these.
pub async fn remove(visit: &Visit) -> Result<Out, Failure> {
    change(visit, MemberEdit::Remove).await
}

async fn change(visit: &Visit, edit: fn(Selection) -> MemberEdit) -> Result<Out, Failure> {
    let id = visit.guid(0, "groupID")?;
    let members = Members::read(visit.body()?.object(ROOT)?, &visit.settings)?;
    let desk = visit.desk().await?;
    desk.group_reader()?.reach(id).await?;
    let members = led_on(&desk, members).await?;
    refuse_unknown(visit, &desk, &members).await?;
    desk.group_editor()?.change_members(id, vec![edit(members.selection())], Unknown::Skip).await?;
    Ok(done())
}
