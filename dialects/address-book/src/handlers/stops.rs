//! The stop log: numbers that opted out. No message is ever sent from here.

use std::collections::{BTreeMap, BTreeSet};

use cardfile_directory::{Desk, Wanted, phones};
use cardfile_model::{Filter, Note, NoteEdit, NoteKeys, Numbers, Reach, Record};
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
/// So many people are looked at by their cards.
const FEW: u64 = 10_000;
/// How many contacts are looked at for a hundred numbers.
const MOST_FOUND: usize = 1000;
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
    /// Who wrote it down.
    #[serde(default)]
    by: String,
}

/// An entry as it is kept, and the contact that has its number.
type Entry = (Note, Option<Record>);

/// One page of the log, by number, each entry with the account's own contact that has the number. Without paging it is the
/// largest page there is.
pub async fn list(visit: &Visit) -> Result<Out, Failure> {
    let slice = lists::contacts_slice(&visit.query, &visit.settings)?;
    let Slice { offset, limit } = slice.unwrap_or(Slice { offset: 0, limit: visit.settings.page_cap });
    let filters = lists::filters(&visit.query)?;
    let desk = visit.desk().await?;
    let (found, total) = if filters.is_empty() {
        let (notes, total) = desk.reader()?.notes(SHELF, NoteKeys::All, offset, limit).await?;
        (with_people(&desk, notes, None).await?, total)
    } else {
        let found = of_people(&desk, Filter::And(filters)).await?;
        let (total, offset) = (found.len() as u64, usize::try_from(offset).unwrap_or(usize::MAX));
        (found.into_values().skip(offset).take(limit).collect(), total)
    };
    Ok(listing::named_list(visit, ELEMENT, answered(&desk, found), total))
}

/// Entries with the account's own contacts that have their numbers, in whichever way they are written; only of these people, if
/// some are named.
async fn with_people(desk: &Desk<'_>, notes: Vec<Note>, of: Option<&Numbers>) -> Result<Vec<Entry>, Failure> {
    let reader = desk.reader()?;
    let mut entries = Vec::with_capacity(notes.len());
    for some in notes.chunks(100) {
        let spelled: BTreeSet<String> = some.iter().flat_map(|note| phones::spellings(&note.key, desk.country())).collect();
        let mut filters = vec![Filter::Or(spelled.into_iter().map(Filter::Phone).collect())];
        filters.extend(of.cloned().map(Filter::Numbers));
        let wanted = Wanted { filter: Filter::And(filters), limit: MOST_FOUND, ..Wanted::default() };
        let mut people = by_phone(reader.page(wanted).await?.records, desk.country());
        entries.extend(some.iter().map(|note| (note.clone(), people.remove(&note.key))));
    }
    Ok(entries)
}

/// The entries whose number one of these people has, by number: found by their cards if they are few, else by the log.
async fn of_people(desk: &Desk<'_>, filter: Filter) -> Result<BTreeMap<String, Entry>, Failure> {
    let reader = desk.reader()?;
    let mut rest = reader.numbers(filter, Reach::Members).await?;
    let mut entries = BTreeMap::new();
    if rest.len() > FEW {
        let (notes, _) = reader.notes(SHELF, NoteKeys::All, 0, usize::MAX).await?;
        let found = with_people(desk, notes, Some(&rest)).await?;
        let of_somebody = found.into_iter().filter(|(_, person)| person.is_some());
        return Ok(of_somebody.map(|entry| (entry.0.key.clone(), entry)).collect());
    }
    while !rest.is_empty() {
        let next: Numbers = rest.iter().take(listing::AT_ONCE).collect();
        let found = reader.page(Wanted { filter: Filter::Numbers(next.clone()), ..Wanted::default() }).await?;
        let mut people = by_phone(found.records, desk.country());
        let keys = NoteKeys::These(people.keys().cloned().collect());
        for note in reader.notes(SHELF, keys, 0, usize::MAX).await?.0 {
            let person = people.remove(&note.key);
            entries.entry(note.key.clone()).or_insert((note, person));
        }
        rest -= next;
    }
    Ok(entries)
}

/// Contacts by each of their numbers; of several the one of the lowest person number.
fn by_phone(records: Vec<Record>, country: Option<&str>) -> BTreeMap<String, Record> {
    let mut people = BTreeMap::new();
    for record in records {
        let written = record.contact.phones.iter().map(|entry| entry.value.as_str());
        let international = |text| phone::normalized(text).or_else(|| phones::e164(text, country));
        for number in written.filter_map(international).collect::<BTreeSet<String>>() {
            people.entry(number).or_insert_with(|| record.clone());
        }
    }
    people
}

fn answered(desk: &Desk<'_>, found: Vec<Entry>) -> Vec<Out> {
    let mut items = Vec::with_capacity(found.len());
    let mut around = Around::default();
    for (note, person) in found {
        let Ok(stop) = serde_json::from_value::<Stop>(note.value) else { continue };
        let mut members = vec![
            ("Destination", Out::Text(note.key.clone())),
            ("Reason", Out::Text(stop.reason)),
            ("ShortCode", Out::optional(stop.short_code)),
            ("DateStopped", Out::Date(stop.time)),
        ];
        if let Some(record) = person
            && let Out::Object(Object { members: card, .. }) =
                contact::contact((desk.organization().id, desk.home_of(&record.contact)), record, &mut around)
        {
            let wanted = ["PersonNumber", "FirstName", "LastName", "EmailAddress", "MobilePhone"];
            members.extend(card.into_iter().filter(|(name, _)| wanted.contains(name)));
        }
        items.push(Out::object(members));
    }
    items
}

/// Numbers opt out: all that are sent, or none.
pub async fn add(visit: &Visit) -> Result<Out, Failure> {
    let time = visit.door.directory().clock().now();
    let edits = edits(visit, |stop| serde_json::to_value(Stop { time, by: visit.user(), ..stop }).ok())?;
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
        let send_confirmation = confirmation.unwrap_or(false);
        let stop = Stop { reason, short_code, send_confirmation, time: Timestamp::UNIX_EPOCH, by: String::new() };
        edits.push(NoteEdit { shelf: SHELF.to_owned(), key, value: value(stop) });
    }
    Ok(edits)
}
