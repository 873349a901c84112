//! Contacts leave the account and every group.

use cardfile_directory::Desk;
use cardfile_model::{Filter, Reach};

use super::contacts::by_number;
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
    let members = led_on(&desk, members).await?;
    if !members.all {
        let listed = || Filter::Numbers(members.listed.clone());
        let reader = desk.reader()?;
        let (seen, own) = (reader.numbers(listed(), Reach::Inherited), reader.numbers(listed(), Reach::Own));
        if !seen.await?.is_subset(&own.await?) {
            return Err(Failure::inherited());
        }
    }
    refuse_unknown(visit, &desk, &members).await?;
    desk.editor()?.trash(members.selection()).await?;
    Ok(done())
}

/// The same people, with those in the place of others who took them in when they were merged.
pub async fn led_on(desk: &Desk<'_>, mut members: Members) -> Result<Members, Failure> {
    // Who may only write groups is not told who anybody is.
    let Ok(reader) = desk.reader() else { return Ok(members) };
    let missing = &members.listed - reader.numbers(Filter::Numbers(members.listed.clone()), Reach::Inherited).await?;
    if !missing.is_empty() {
        for (number, record) in by_number(&reader, missing).await? {
            members.listed.remove(number);
            members.listed.insert(record.number);
        }
    }
    Ok(members)
}

/// Refuses listed numbers that nobody in the book has, if that is set. Exceptions may be of nobody.
pub async fn refuse_unknown(visit: &Visit, desk: &Desk<'_>, members: &Members) -> Result<(), Failure> {
    if members.all || visit.settings.unknown_members == UnknownMembers::Ignore {
        return Ok(());
    }
    let known = desk.reader()?.numbers(Filter::Numbers(members.listed.clone()), Reach::Inherited).await?;
    let is_known = !members.has_impossible && members.listed.is_subset(&known);
    if is_known { Ok(()) } else { Err(Failure::no_contact()) }
}
