//! Contacts as rows of fixed columns.
//!
//! `uid` (the directory's id), `source`, the texts, then the first [`EMAILS`], [`PHONES`], [`SIP_ADDRESSES`] and [`IMS`] entries of
//! each list as three columns each: value, type, primary. What has no room there (further entries, groups that the card is shown
//! to, memberships, keys, extensions) stands as JSON in the last column, `more`, so that nothing is lost. The reader knows these
//! columns by their names.

use cardfile_model::{Contact, Entry, Record};
use serde_json::Value;

use super::EXTENSION;
use crate::json::{Person, Places};

/// E-mail addresses that have columns of their own.
pub const EMAILS: usize = 3;
/// Phone numbers that have columns of their own.
pub const PHONES: usize = 5;
/// SIP addresses that have columns of their own.
pub const SIP_ADDRESSES: usize = 2;
/// Messaging addresses that have columns of their own.
pub const IMS: usize = 2;

const TEXTS: [&str; 11] = [
    "uid",
    "source",
    "displayName",
    "givenName",
    "familyName",
    "company",
    "title",
    "address",
    "photoUri",
    "preferredMethod",
    "active",
];
const LISTS: [(&str, usize); 4] = [("emails", EMAILS), ("phones", PHONES), ("sipAddresses", SIP_ADDRESSES), ("ims", IMS)];

/// The names of the columns; `kept` are those of columns that were not understood when they were read.
pub(crate) fn heading(kept: &[String]) -> Vec<String> {
    let mut names: Vec<String> = TEXTS.iter().map(|name| (*name).to_owned()).collect();
    for (list, most) in LISTS {
        for at in 1..=most {
            names.extend([format!("{list}.{at}"), format!("{list}.{at}.type"), format!("{list}.{at}.primary")]);
        }
    }
    names.extend(kept.iter().cloned());
    names.push("more".into());
    names
}

/// A contact's row. With `is_guarded`, a text that a spreadsheet would take for a formula gets an apostrophe before it.
pub(crate) fn write(record: &Record, places: &dyn Places, kept: &[String], is_guarded: bool) -> Vec<String> {
    let mut person = Person::of(record, places);
    let more = more(&record.contact, &mut person, kept);
    let method = person.preferred_method.and_then(|method| serde_json::to_value(method).ok());
    let method = method.as_ref().and_then(Value::as_str).unwrap_or_default().to_owned();
    let active = if person.active == Some(false) { "false" } else { "" };
    let mut row: Vec<String> = vec![record.id.to_string(), person.source.unwrap_or_default()];
    row.extend(
        [
            person.display_name,
            person.given_name,
            person.family_name,
            person.company,
            person.title,
            person.address,
            person.photo_uri,
        ]
        .map(Option::unwrap_or_default),
    );
    row.extend([method, active.to_owned()]);
    let Contact { emails, phones, sip_addresses, ims, extensions, .. } = &record.contact;
    for (list, (_, most)) in [emails, phones, sip_addresses, ims].into_iter().zip(LISTS) {
        for at in 0..most {
            row.extend(list.get(at).map(fields).unwrap_or_default());
        }
    }
    let columns = extensions.get(EXTENSION);
    for name in kept {
        row.push(columns.and_then(|columns| columns.get(name)?.as_str()).unwrap_or_default().to_owned());
    }
    row.push(more);
    if is_guarded {
        row.iter_mut().filter(|text| text.starts_with(['=', '+', '-', '@', '\t', '\r'])).for_each(|text| text.insert(0, '\''));
    }
    row
}

fn fields(entry: &Entry) -> [String; 3] {
    let Entry { value, kind, is_primary } = entry;
    [value.clone(), kind.clone().unwrap_or_default(), is_primary.map(|is| is.to_string()).unwrap_or_default()]
}

/// What has no column, as JSON; nothing when everything has.
fn more(contact: &Contact, person: &mut Person, kept: &[String]) -> String {
    let rest = |list: &mut Vec<crate::json::Address>, most: usize| list.drain(..most.min(list.len())).for_each(drop);
    let mut more = Person {
        emails: std::mem::take(&mut person.emails),
        phones: std::mem::take(&mut person.phones),
        sip_addresses: std::mem::take(&mut person.sip_addresses),
        ims: std::mem::take(&mut person.ims),
        shared_with: std::mem::take(&mut person.shared_with),
        memberships: std::mem::take(&mut person.memberships),
        keys: std::mem::take(&mut person.keys),
        extensions: contact.extensions.clone(),
        ..Person::default()
    };
    for (list, (_, most)) in [&mut more.emails, &mut more.phones, &mut more.sip_addresses, &mut more.ims].into_iter().zip(LISTS) {
        rest(list, most);
    }
    if let Some(Value::Object(columns)) = more.extensions.get_mut(EXTENSION) {
        columns.retain(|name, text| !kept.contains(name) || !text.is_string());
        if columns.is_empty() {
            more.extensions.remove(EXTENSION);
        }
    }
    if more == Person::default() {
        return String::new();
    }
    serde_json::to_string(&more).expect("a person is always JSON")
}
