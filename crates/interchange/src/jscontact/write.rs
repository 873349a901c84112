//! A contact as a card.

use cardfile_model::{Contact, Entry, Record};
use serde_json::{Map, Value, json};

use super::parse::contact;
use super::{ACTIVE, EXTENSION, PREFERRED};
use crate::kept::sum;

type Members = Map<String, Value>;

/// A contact as a card in a line of its own.
pub(crate) fn write(record: &Record, out: &mut Vec<u8>) {
    let kept = record.contact.extensions.get(EXTENSION);
    let card = kept.and_then(|kept| kept.get("card")?.as_object());
    let is_same = kept.and_then(|kept| kept.get("sum")?.as_str()) == Some(sum(&record.contact).as_str());
    match card {
        Some(card) if is_same => serde_json::to_writer(&mut *out, card),
        Some(card) => serde_json::to_writer(&mut *out, &edited(card.clone(), &record.contact)),
        None => {
            let mut card = Map::new();
            card.insert("@type".into(), "Card".into());
            card.insert("version".into(), "1.0".into());
            card.insert("uid".into(), format!("urn:uuid:{}", record.id).into());
            serde_json::to_writer(&mut *out, &edited(card, &record.contact))
        }
    }
    .expect("a map of texts is always JSON");
    out.push(b'\n');
}

/// The card with what differs from the contact written anew.
fn edited(mut card: Members, now: &Contact) -> Members {
    let before = contact(&card);
    if (&before.display_name, &before.given_name, &before.family_name) != (&now.display_name, &now.given_name, &now.family_name) {
        let name = name(card.get("name"), now);
        set(&mut card, "name", name);
    }
    let one = |member: &str, text: &Option<String>| text.as_ref().map(|text| json!({ "1": { member: text } }));
    if before.organization != now.organization {
        set(&mut card, "organizations", one("name", &now.organization));
    }
    if before.title != now.title {
        set(&mut card, "titles", one("name", &now.title));
    }
    if before.address != now.address {
        set(&mut card, "addresses", one("full", &now.address));
    }
    if before.photo_uri != now.photo_uri {
        let mut media = card.get("media").and_then(Value::as_object).cloned().unwrap_or_default();
        media.retain(|_, one| one.get("kind").is_none_or(|kind| kind != "photo"));
        media.extend(now.photo_uri.iter().map(|uri| ("photo".to_owned(), json!({ "kind": "photo", "uri": uri }))));
        set(&mut card, "media", (!media.is_empty()).then_some(Value::Object(media)));
    }
    if before.emails != now.emails {
        set(&mut card, "emails", list(now.emails.iter().map(|entry| described(entry, "address"))));
    }
    if before.phones != now.phones {
        set(&mut card, "phones", list(now.phones.iter().map(|entry| described(entry, "number"))));
    }
    if (&before.sip_addresses, &before.ims) != (&now.sip_addresses, &now.ims) {
        let sips = now.sip_addresses.iter().map(|entry| service(entry, true));
        set(&mut card, "onlineServices", list(sips.chain(now.ims.iter().map(|entry| service(entry, false)))));
    }
    if before.preferred_method != now.preferred_method {
        set(&mut card, PREFERRED, now.preferred_method.and_then(|method| serde_json::to_value(method).ok()));
    }
    if before.is_inactive != now.is_inactive {
        set(&mut card, ACTIVE, now.is_inactive.then_some(Value::Bool(false)));
    }
    card
}

fn set(card: &mut Members, name: &str, value: Option<Value>) {
    match value {
        Some(value) => drop(card.insert(name.into(), value)),
        None => drop(card.remove(name)),
    }
}

/// The name, with those of its parts that the directory does not know.
fn name(before: Option<&Value>, now: &Contact) -> Option<Value> {
    let parts = before.and_then(|name| name.get("components")).and_then(Value::as_array);
    let known = [("given", &now.given_name), ("surname", &now.family_name)];
    let mut components: Vec<Value> =
        known.iter().filter_map(|(kind, text)| Some(json!({ "kind": kind, "value": text.as_ref()? }))).collect();
    let is_other = |part: &&Value| part.get("kind").is_some_and(|kind| kind != "given" && kind != "surname");
    components.extend(parts.into_iter().flatten().filter(is_other).cloned());
    let mut name = Map::new();
    if let Some(full) = &now.display_name {
        name.insert("full".into(), full.clone().into());
    }
    if !components.is_empty() {
        name.insert("components".into(), components.into());
    }
    (!name.is_empty()).then_some(Value::Object(name))
}

/// A map of ids that keep the order of what they name.
fn list(entries: impl Iterator<Item = Members>) -> Option<Value> {
    let map: Members = entries.enumerate().map(|(at, entry)| (format!("{:04}", at + 1), Value::Object(entry))).collect();
    (!map.is_empty()).then_some(Value::Object(map))
}

fn described(entry: &Entry, member: &str) -> Members {
    let Entry { value, kind, is_primary } = entry;
    let mut one = Map::from_iter([(member.to_owned(), value.clone().into())]);
    match kind.as_deref() {
        Some("home") => drop(one.insert("contexts".into(), json!({ "private": true }))),
        Some("work") => drop(one.insert("contexts".into(), json!({ "work": true }))),
        Some(kind @ ("mobile" | "fax" | "pager")) if member == "number" => {
            one.insert("features".into(), json!({ kind: true }));
        }
        Some(kind) => drop(one.insert("label".into(), kind.into())),
        None => {}
    }
    if *is_primary == Some(true) {
        one.insert("pref".into(), 1.into());
    }
    one
}

fn service(entry: &Entry, is_sip: bool) -> Members {
    let mut one = described(entry, if entry.value.contains(':') { "uri" } else { "user" });
    if is_sip {
        one.insert("service".into(), "SIP".into());
    }
    one
}
