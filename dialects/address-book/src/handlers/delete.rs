//! Contacts leave the account and every group.

use cardfile_directory::Desk;
use cardfile_model::{Filter, Numbers};

use super::done;
use crate::error::Failure;
use crate::map::members::Members;
use crate::settings::UnknownMembers;
use crate::visit::Visit;
use crate::wire::Out;

/// Deletes the contacts that are listed, or all but these. Inherited ones stay: listed, they are refused.
pub async fn delete(visit: &Visit) -> Result<Out, Failure> {
    let members = Members::read(visit.body()?.object("DeleteContactRequest")?, &visit.settings)?;
    let desk = visit.desk().await?;
    if !members.all {
        let known = known(&desk, &members).await?;
        let own = desk.reader()?.numbers(Filter::Numbers(members.listed.clone()), false).await?;
        if !known.is_subset(&own) {
            return Err(Failure::inherited());
        }
        refuse_unknown(visit, &members, &known)?;
    }
    desk.editor()?.trash(members.selection()).await?;
    Ok(done())
}

/// Of the numbers listed, those that are in the book.
pub async fn known(desk: &Desk<'_>, members: &Members) -> Result<Numbers, Failure> {
    Ok(desk.reader()?.numbers(Filter::Numbers(members.listed.clone()), true).await?)
}

/// Refuses numbers that are not known, if that is set.
pub fn refuse_unknown(visit: &Visit, members: &Members, known: &Numbers) -> Result<(), Failure> {
    let has_unknown = members.has_impossible || !members.listed.is_subset(known);
    match visit.settings.unknown_members {
        UnknownMembers::Reject if has_unknown => Err(Failure::no_contact()),
        UnknownMembers::Reject | UnknownMembers::Ignore => Ok(()),
    }
}
