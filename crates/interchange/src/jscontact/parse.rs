//! What a card says.

use cardfile_model::{Contact, Entry, Violation};
use serde_json::{Map, Value};

use super::{ACTIVE, PREFERRED};
use crate::item::Card;

type Members = Map<String, Value>;

/// Reads a card.
pub(super) fn card(members: &Members) -> Result<Card, Vec<Violation>> {
    let text = |name: &str| members.get(name).and_then(Value::as_str);
    if text("@type").is_some_and(|kind| kind != "Card") {
        return Err(vec![Violation::new("@type", "jscontact", "this is no Card")]);
    }
    if text("kind") == Some("group") {
        let message = "this is a group, not a person; groups are told by the keywords of their members";
        return Err(vec![Violation::new("kind", "person", message)]);
    }
    let mut wrong = Vec::new();
    for name in ["organizations", "titles", "emails", "phones", "onlineServices", "addresses", "media", "keywords"] {
        let is_map = members
            .get(name)
            .is_none_or(|value| value.as_object().is_some_and(|map| name == "keywords" || map.values().all(Value::is_object)));
        if !is_map {
            wrong.push(Violation::new(name, "form", "this is a map of ids to objects (RFC 9553)"));
        }
    }
    if members.get("name").is_some_and(|name| !name.is_object()) {
        wrong.push(Violation::new("name", "form", "a name is an object (RFC 9553 §2.2.1)"));
    }
    if !wrong.is_empty() {
        return Err(wrong);
    }
    let keywords = members.get("keywords").and_then(Value::as_object);
    Ok(Card {
        contact: contact(members),
        source: None,
        uid: text("uid").map(str::to_owned),
        groups: keywords.map(|keywords| keywords.keys().cloned().collect()).unwrap_or_default(),
    })
}

/// The contact that a card describes.
pub(super) fn contact(members: &Members) -> Contact {
    let name = members.get("name");
    let parts = |kind: &str| {
        let components = name.and_then(|name| name.get("components")).and_then(Value::as_array);
        joined(components, " ", |part| part["kind"] == kind)
    };
    let first = |list: &str, member: &str| objects(members, list).find_map(|one| text(one, member));
    let mut title = objects(members, "titles").filter(|title| title.get("kind").is_none_or(|kind| kind == "title"));
    let (sips, ims): (Vec<_>, Vec<_>) = objects(members, "onlineServices").filter_map(service).partition(|(is_sip, _)| *is_sip);
    let told = |list: Vec<(bool, _)>| preferred(list.into_iter().map(|(_, entry)| entry).collect());
    let photo = objects(members, "media").filter(|one| one.get("kind").is_some_and(|kind| kind == "photo"));
    let mut contact = Contact {
        display_name: name.and_then(|name| text(name.as_object()?, "full")),
        given_name: parts("given"),
        family_name: parts("surname"),
        organization: first("organizations", "name"),
        title: title.find_map(|title| text(title, "name")),
        address: objects(members, "addresses").find_map(address),
        photo_uri: photo.filter_map(|one| text(one, "uri")).find(|uri| scheme_is(uri, &["http", "https"])),
        preferred_method: members.get(PREFERRED).and_then(|method| serde_json::from_value(method.clone()).ok()),
        is_inactive: members.get(ACTIVE) == Some(&Value::Bool(false)),
        emails: preferred(objects(members, "emails").filter_map(|one| entry(one, "address")).collect()),
        phones: preferred(objects(members, "phones").filter_map(|one| entry(one, "number")).collect()),
        sip_addresses: told(sips),
        ims: told(ims),
        ..Contact::default()
    };
    contact.settle_primaries();
    contact
}

fn objects<'a>(members: &'a Members, name: &str) -> impl Iterator<Item = &'a Members> {
    members.get(name).and_then(Value::as_object).into_iter().flat_map(Map::values).filter_map(Value::as_object)
}

fn text(members: &Members, name: &str) -> Option<String> {
    members.get(name).and_then(Value::as_str).filter(|text| !text.is_empty()).map(str::to_owned)
}

fn joined(components: Option<&Vec<Value>>, between: &str, is_wanted: impl Fn(&Value) -> bool) -> Option<String> {
    let parts = components?.iter().filter(|part| is_wanted(part)).filter_map(|part| part.get("value")?.as_str());
    Some(parts.collect::<Vec<_>>().join(between)).filter(|text| !text.is_empty())
}

fn address(one: &Members) -> Option<String> {
    let components = one.get("components").and_then(Value::as_array);
    text(one, "full").or_else(|| joined(components, ", ", |part| part.get("kind").is_none_or(|kind| kind != "separator")))
}

fn scheme_is(uri: &str, schemes: &[&str]) -> bool {
    uri.split_once(':').is_some_and(|(scheme, _)| schemes.iter().any(|known| known.eq_ignore_ascii_case(scheme)))
}

/// An entry and the preference told of it.
fn entry(one: &Members, member: &str) -> Option<(Entry, Option<u64>)> {
    let value = text(one, member)?;
    let value = if member == "number" { value.strip_prefix("tel:").map_or(value.clone(), str::to_owned) } else { value };
    let has = |map: &str, name: &str| one.get(map).and_then(|map| map.get(name)) == Some(&Value::Bool(true));
    let feature = ["fax", "pager", "mobile"].into_iter().find(|name| has("features", name)).map(str::to_owned);
    let context = [("work", "work"), ("private", "home")].into_iter().find(|(name, _)| has("contexts", name));
    let kind = feature.or_else(|| text(one, "label")).or_else(|| context.map(|(_, kind)| kind.to_owned()));
    Some((Entry { value, kind, is_primary: None }, one.get("pref").and_then(Value::as_u64)))
}

/// An address at a service, and whether it is one of SIP.
fn service(one: &Members) -> Option<(bool, (Entry, Option<u64>))> {
    let (mut entry, preference) = entry(one, "uri").or_else(|| entry(one, "user"))?;
    let service = text(one, "service").map(|service| service.to_lowercase());
    let is_sip = service.as_deref() == Some("sip") || scheme_is(&entry.value, &["sip", "sips"]);
    entry.kind = entry.kind.or(service.filter(|_| !is_sip));
    Some((is_sip, (entry, preference)))
}

/// Entries of which the most preferred is the primary one.
fn preferred(list: Vec<(Entry, Option<u64>)>) -> Vec<Entry> {
    let first = list.iter().filter_map(|(_, preference)| *preference).min();
    let mark = |(entry, preference): (Entry, Option<u64>)| {
        let is_primary = (preference.is_some() && preference == first).then_some(true);
        Entry { is_primary, ..entry }
    };
    list.into_iter().map(mark).collect()
}
