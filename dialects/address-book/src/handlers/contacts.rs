//! Contacts: read, replaced, updated.

use std::collections::BTreeMap;

use cardfile_directory::{Desk, Outcome, Reader, Wanted, called};
use cardfile_model::{Expect, Filter, Mode, Numbers, Patch, Reach, Record, Write};
use uuid::Uuid;

use super::{done, listing};
use crate::error::Failure;
use crate::lists;
use crate::map::request::{self, Lite};
use crate::visit::Visit;
use crate::wire::{Node, Out, Response};

/// The contacts of the book, or some of them.
pub async fn list(visit: Visit) -> Result<Response, Failure> {
    let wanted = wanted(&visit).await?;
    match lists::contacts_slice(&visit.query, &visit.settings)? {
        Some(slice) => {
            let detail = listing::page(&visit, wanted, slice).await?;
            Ok(visit.envelope().success(&visit.user(), &detail))
        }
        None => listing::everything(visit, wanted).await,
    }
}

async fn wanted(visit: &Visit) -> Result<Wanted, Failure> {
    let query = &visit.query;
    let mut filters = lists::filters(query)?;
    let group = query.member("AddressBookGroupID").map(|found| Node::Form(found).guid("AddressBookGroupID")).transpose()?;
    if query.filled("AddressBookGroupID").is_some() {
        let id = group.flatten().ok_or_else(Failure::no_group)?;
        visit.desk().await?.group_reader()?.reach(id).await?;
        filters.push(Filter::MemberOf(id));
    }
    let (order, is_descending) = lists::order(query)?;
    let reach = lists::reach(query)?;
    Ok(Wanted { filter: Filter::And(filters), reach, order, is_descending, ..Wanted::default() })
}

/// One contact.
pub async fn get(visit: &Visit) -> Result<Out, Failure> {
    let number = visit.person()?.ok_or_else(Failure::no_contact)?;
    let desk = visit.desk().await?;
    let mut found = by_number(&desk.reader()?, [number].into()).await?;
    let record = found.remove(&number).ok_or_else(Failure::no_contact)?;
    one(&desk, record).await
}

async fn one(desk: &Desk<'_>, record: Record) -> Result<Out, Failure> {
    listing::shown(desk, vec![record]).await?.pop().ok_or_else(Failure::no_contact)
}

/// The contacts of these numbers, inherited ones too.
pub async fn by_number(reader: &Reader<'_, '_>, numbers: Numbers) -> Result<BTreeMap<u32, Record>, Failure> {
    let wanted = Wanted { filter: Filter::Called(numbers.clone()), reach: Reach::Inherited, ..Wanted::default() };
    Ok(called(reader.page(wanted).await?.records, &numbers))
}

/// Replaces what this door knows of one contact.
pub async fn replace(visit: &Visit) -> Result<Out, Failure> {
    let number = visit.person()?;
    let node = visit.body()?.object("AddressBookLite")?;
    let patch = Lite::read(node, "", &visit.settings)?.patch();
    let number = number.ok_or_else(Failure::no_contact)?;
    let desk = visit.desk().await?;
    let mut known = by_number(&desk.reader()?, [number].into()).await?;
    let record = known.remove(&number).ok_or_else(Failure::no_contact)?;
    let record = desk.editor()?.patch(own(&desk, &record)?, Expect::Any, patch).await?;
    one(&desk, record).await
}

/// The id of a contact that is the account's own.
fn own(desk: &Desk<'_>, record: &Record) -> Result<Uuid, Failure> {
    if record.contact.home() == desk.organization().number { Ok(record.id) } else { Err(Failure::inherited()) }
}

/// Updates some members of many contacts: all of them or none.
pub async fn update(visit: &Visit) -> Result<Out, Failure> {
    let sent = visit.body()?.list("ArrayOfAddressBookEntryDetail", "AddressBookEntryDetail")?;
    if sent.is_empty() {
        return Err(Failure::invalid("", "The list is empty."));
    }
    if sent.len() > visit.settings.batch_items {
        return Err(Failure::too_many(visit.settings.batch_items));
    }
    let read = |(at, node): (usize, &Node<'_>)| request::detail(*node, at, &visit.settings);
    let patches = sent.iter().enumerate().map(read).collect::<Result<Vec<(i32, Patch)>, Failure>>()?;
    let desk = visit.desk().await?;
    let numbers = patches.iter().filter_map(|(number, _)| u32::try_from(*number).ok()).collect();
    let mut known = by_number(&desk.reader()?, numbers).await?;
    let mut writes = Vec::with_capacity(patches.len());
    for (number, mut patch) in patches {
        let record = u32::try_from(number).ok().and_then(|number| known.get_mut(&number)).ok_or_else(Failure::no_contact)?;
        request::keep_shown_name(&mut patch, &record.contact);
        // Somebody may come twice, and what comes first is there already for what comes next.
        patch.clone().apply(&mut record.contact);
        writes.push(Write::Patch { id: own(&desk, record)?, expect: Expect::Any, patch: Box::new(patch) });
    }
    let applied = desk.editor()?.write(Mode::AllOrNothing, writes).await?;
    applied.outcomes.into_iter().collect::<Result<Vec<Outcome>, _>>()?;
    Ok(done())
}
