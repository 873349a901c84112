//! The stop log: numbers that opted out. No message is ever sent from here.

use std::collections::{BTreeMap, BTreeSet};

use cardfile_directory::{Desk, Wanted};
use cardfile_model::{Filter, Note, NoteEdit, NoteKeys, Record};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{done, listing};
use crate::error::Failure;
use crate::lists::{self, Slice};
use crate::map::contact::{self, Around};
use crate::map::{phone, request};
use crate::visit::Visit;
use crate::wire::{Object, Out};

/// Where the stop log is kept.
const SHELF: &str = "stop-log";
/// The element of an entry in XML.
const ELEMENT: &str = "AddressBookValidation";
/// The longest reason and short code, in characters.
const MOST_CHARS: usize = 500;

/// An entry of the log; its key is the number.
#[derive(Debug, Serialize, Deserialize)]
struct Stop {
    reason: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    short_code: Option<String>,
    #[serde(default)]
    send_confirmation: bool,
    time: Timestamp,
}

/// One page of the log, by number, each entry with the account's own contact that has the number.
pub async fn list(visit: &Visit) -> Result<Out, Failure> {
    let slice = lists::contacts_slice(&visit.query, &visit.settings)?;
    let slice = slice.unwrap_or(Slice { offset: 0, limit: usize::MAX });
    let filters = lists::filters(&visit.query)?;
    let desk = visit.desk().await?;
    let (notes, total, people) = if filters.is_empty() {
        let (notes, total) = desk.reader()?.notes(SHELF, NoteKeys::All, slice.offset, slice.limit).await?;
        let people = people_of(&desk, notes.iter().map(|note| note.key.clone()).collect()).await?;
        (notes, total, people)
    } else {
        let found = desk.reader()?.page(Wanted { filter: Filter::And(filters), ..Wanted::default() }).await?;
        let people = by_phone(found.records);
        let keys = NoteKeys::These(people.keys().cloned().collect());
        let (notes, total) = desk.reader()?.notes(SHELF, keys, slice.offset, slice.limit).await?;
        (notes, total, people)
    };
    let items = entries(&desk, notes, people).await?;
    Ok(listing::named_list(visit, ELEMENT, items, total))
}

/// The account's own contacts that have these numbers, by number.
async fn people_of(desk: &Desk<'_>, numbers: BTreeSet<String>) -> Result<BTreeMap<String, Record>, Failure> {
    let mut people = BTreeMap::new();
    let numbers: Vec<String> = numbers.into_iter().collect();
    for some in numbers.chunks(100) {
        let filter = Filter::Or(some.iter().cloned().map(Filter::Phone).collect());
        people.extend(by_phone(desk.reader()?.page(Wanted { filter, ..Wanted::default() }).await?.records));
    }
    Ok(people)
}

/// Contacts by each of their numbers; of several the one of the lowest person number.
fn by_phone(records: Vec<Record>) -> BTreeMap<String, Record> {
    let mut people = BTreeMap::new();
    for record in records {
        let numbers: BTreeSet<String> =
            record.contact.phones.iter().filter_map(|entry| phone::normalized(&entry.value)).collect();
        for number in numbers {
            people.entry(number).or_insert_with(|| record.clone());
        }
    }
    people
}

async fn entries(desk: &Desk<'_>, notes: Vec<Note>, mut people: BTreeMap<String, Record>) -> Result<Vec<Out>, Failure> {
    let mut items = Vec::with_capacity(notes.len());
    let revisions = people.values().map(|record| record.revision).collect();
    let mut around = Around { authors: desk.reader()?.authors(&revisions).await?, ..Around::default() };
    for note in notes {
        let Ok(stop) = serde_json::from_value::<Stop>(note.value) else { continue };
        let mut members = vec![
            ("Destination", Out::Text(note.key.clone())),
            ("Reason", Out::Text(stop.reason)),
            ("ShortCode", Out::optional(stop.short_code)),
            ("DateStopped", Out::Date(stop.time)),
        ];
        if let Some(record) = people.remove(&note.key)
            && let Out::Object(Object { members: card, .. }) = contact::contact(record, desk.organization().id, &mut around)
        {
            let wanted = ["PersonNumber", "FirstName", "LastName", "EmailAddress", "MobilePhone"];
            members.extend(card.into_iter().filter(|(name, _)| wanted.contains(name)));
        }
        items.push(Out::object(members));
    }
    Ok(items)
}

/// Numbers opt out: all that are sent, or none.
pub async fn add(visit: &Visit) -> Result<Out, Failure> {
    let time = visit.door.directory().clock().now();
    let edits = edits(visit, |stop| serde_json::to_value(Stop { time, ..stop }).ok())?;
    visit.desk().await?.editor()?.note(edits).await?;
    Ok(done())
}

/// Numbers opt in again: all that are sent, or none. One that is not in the log is passed over.
pub async fn remove(visit: &Visit) -> Result<Out, Failure> {
    let edits = edits(visit, |_| None)?;
    visit.desk().await?.editor()?.note(edits).await?;
    Ok(done())
}

fn edits(visit: &Visit, value: impl Fn(Stop) -> Option<serde_json::Value>) -> Result<Vec<NoteEdit>, Failure> {
    let sent = visit.body()?.list("ArrayOfStopLogMobileRecord", "StopLogMobileRecord")?;
    if sent.is_empty() {
        return Err(Failure::invalid("", "The list is empty."));
    }
    if sent.len() > visit.settings.batch_items {
        return Err(Failure::too_many(visit.settings.batch_items));
    }
    let mut edits = Vec::with_capacity(sent.len());
    for (at, node) in sent.into_iter().enumerate() {
        let field = |name: &str| format!("[{at}].{name}");
        let text = |name: &str| node.member(name).map(|found| found.text(&field(name))).transpose();
        let required = |name: &str| text(name)?.ok_or_else(|| Failure::invalid(&field(name), "is required"));
        let key = request::number(&required("Destination")?, &field("Destination"))?;
        let reason = required("Reason")?.trim().to_owned();
        let short_code = text("ShortCode")?;
        let is_long = |text: &str| text.chars().count() > MOST_CHARS;
        if reason.is_empty() || is_long(&reason) || short_code.as_deref().is_some_and(is_long) {
            return Err(Failure::invalid(&field("Reason"), format!("must have 1 to {MOST_CHARS} characters")));
        }
        let confirmation = node.member("SendConfirmation").map(|found| found.bool(&field("SendConfirmation"))).transpose()?;
        let stop = Stop { reason, short_code, send_confirmation: confirmation.unwrap_or(false), time: Timestamp::UNIX_EPOCH };
        edits.push(NoteEdit { shelf: SHELF.to_owned(), key, value: value(stop) });
    }
    Ok(edits)
}
