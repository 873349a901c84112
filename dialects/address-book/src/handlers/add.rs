//! Many contacts at once, straight into a group if one is named.

use cardfile_directory::{Desk, Outcome, Right};
use cardfile_model::{Expect, MemberEdit, Mode, Numbers, People, Record, Selection, Unknown, Write};
use uuid::Uuid;

use super::listing;
use crate::error::Failure;
use crate::map::contact::ELEMENT;
use crate::map::request::Lite;
use crate::visit::Visit;
use crate::wire::{Document, Item, Node, Out};

/// Adds contacts: all of them or none.
pub async fn add(visit: &Visit) -> Result<Out, Failure> {
    let (group, contacts) = read(visit.body()?, visit)?;
    let desk = visit.desk().await?;
    let group = match group {
        Some(id) => Some(into(&desk, id).await?),
        None => None,
    };
    let editor = desk.editor()?;
    let writes = contacts.into_iter().map(|contact| editor.creation(contact.contact())).collect();
    let applied = editor.write(Mode::AllOrNothing, writes).await?;
    let mut records: Vec<Record> = Vec::with_capacity(applied.outcomes.len());
    for outcome in applied.outcomes {
        match outcome? {
            Outcome::Created(record) | Outcome::Changed(record) | Outcome::Unchanged(record) => records.push(record),
            Outcome::Trashed(_) => {}
        }
    }
    if let Some(group) = group {
        join(&desk, group, &records).await?;
    }
    Ok(Out::List(ELEMENT, listing::shown(&desk, records).await?))
}

/// The root of a list of contacts alone, in XML.
const LIST: &str = "ArrayOfAddressBookLite";

/// The group and the contacts of a body, which may also be a list of contacts alone.
fn read(document: &Document, visit: &Visit) -> Result<(Option<Uuid>, Vec<Lite>), Failure> {
    let (group, items) = if document.is_list(LIST) {
        (None, document.list(LIST, "AddressBookLite")?.into_iter().map(Item::Node).collect())
    } else {
        let node = document.object("AddressBookLiteV2")?;
        let group = node.member("GroupID").map(|found| found.guid("GroupID")).transpose()?.flatten();
        let list =
            node.member("contacts").map(|found: Node<'_>| found.items("AddressBookLite", false, "contacts")).transpose()?;
        (group, list.unwrap_or_default())
    };
    if items.is_empty() {
        return Err(Failure::invalid("contacts", "is required"));
    }
    if items.len() > visit.settings.batch_items {
        return Err(Failure::too_many(visit.settings.batch_items));
    }
    let one = |(at, item): (usize, Item<'_>)| {
        let field = format!("contacts[{at}]");
        Lite::read(item.object(&field)?, &format!("{field}."), &visit.settings)
    };
    Ok((group, items.into_iter().enumerate().map(one).collect::<Result<_, _>>()?))
}

/// A group that may be joined from here. Of an inherited one the contacts of its own account are members, so that new ones of
/// this account cannot be.
async fn into(desk: &Desk<'_>, id: Uuid) -> Result<Uuid, Failure> {
    match desk.group_reader()?.reach(id).await?.1 {
        None => Ok(id),
        Some(Right::Read | Right::Write) => Err(Failure::inherited()),
    }
}

/// Puts new contacts into a group. If that fails, as when it was deleted meanwhile, they go again: all or nothing.
async fn join(desk: &Desk<'_>, group: Uuid, records: &[Record]) -> Result<(), Failure> {
    let numbers: Numbers = records.iter().map(|record| record.number).collect();
    let edit = MemberEdit::Add(Selection::Only(People::Numbers(numbers)));
    let Err(failure) = desk.group_editor()?.change_members(group, vec![edit], Unknown::Skip).await else { return Ok(()) };
    let away = records.iter().map(|record| Write::Delete { id: record.id, expect: Expect::At(record.revision) });
    desk.editor()?.write(Mode::Each, away.collect()).await?;
    Err(failure.into())
}
