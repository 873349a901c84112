//! The members of a card that sources may differ in, each as one JSON value.

use serde_json::{Map, Value};

use crate::contact::{Contact, Entry};

/// One member: what it is called, and how it is read and written.
pub(super) struct Member {
    pub(super) name: &'static str,
    /// What a card has there; `None` when it has nothing.
    pub(super) read: fn(&Contact) -> Option<Value>,
    /// Makes it this; what is not of its kind is nothing.
    pub(super) write: fn(&mut Contact, Option<&Value>),
}

macro_rules! text {
    ($name:literal, $member:ident) => {
        Member {
            name: $name,
            read: |contact| contact.$member.clone().map(Value::String),
            write: |contact, value| contact.$member = value.and_then(Value::as_str).map(str::to_owned),
        }
    };
}

macro_rules! list {
    ($name:literal, $member:ident) => {
        Member {
            name: $name,
            read: |contact| told(&contact.$member),
            write: |contact, value| contact.$member = value.map(entries).unwrap_or_default(),
        }
    };
}

pub(super) const MEMBERS: [Member; 12] = [
    text!("displayName", display_name),
    text!("givenName", given_name),
    text!("familyName", family_name),
    text!("company", organization),
    text!("title", title),
    text!("address", address),
    text!("photoUri", photo_uri),
    Member {
        name: "preferredMethod",
        read: |contact| contact.preferred_method.and_then(|method| serde_json::to_value(method).ok()),
        write: |contact, value| {
            contact.preferred_method = value.and_then(|value| serde_json::from_value(value.clone()).ok());
        },
    },
    list!("emails", emails),
    list!("phones", phones),
    list!("sipAddresses", sip_addresses),
    list!("ims", ims),
];

/// What they are called.
pub(super) const fn names() -> [&'static str; MEMBERS.len()] {
    let (mut names, mut at) = ([""; MEMBERS.len()], 0);
    while at < MEMBERS.len() {
        names[at] = MEMBERS[at].name;
        at += 1;
    }
    names
}

/// A list as JSON; an empty one is nothing.
fn told(list: &[Entry]) -> Option<Value> {
    let entry = |entry: &Entry| {
        let mut members = Map::from_iter([("value".to_owned(), Value::String(entry.value.clone()))]);
        members.extend(entry.kind.iter().map(|kind| ("type".to_owned(), Value::String(kind.clone()))));
        members.extend(entry.is_primary.map(|is_primary| ("primary".to_owned(), Value::Bool(is_primary))));
        Value::Object(members)
    };
    (!list.is_empty()).then(|| list.iter().map(entry).collect())
}

/// The list that JSON tells of.
fn entries(value: &Value) -> Vec<Entry> {
    let text = |entry: &Value, member: &str| entry.get(member).and_then(Value::as_str).map(str::to_owned);
    let entry = |entry: &Value| {
        let is_primary = entry.get("primary").and_then(Value::as_bool);
        Some(Entry { value: text(entry, "value")?, kind: text(entry, "type"), is_primary })
    };
    value.as_array().into_iter().flatten().filter_map(entry).collect()
}
