//! What a card says.

use std::collections::HashMap;

use cardfile_model::{Contact, Entry, Violation};

use super::line::{Property, properties};
use super::meaning::{Field, entry, field, method, photo};
use crate::item::Card;

/// Reads a card.
pub(super) fn card(text: &str) -> Result<Card, Vec<Violation>> {
    let refuse = |field: &str, rule, message: &str| Err(vec![Violation::new(field, rule, message)]);
    let all = properties(text);
    if !all.first().is_some_and(|first| first.name == "BEGIN" && first.value.trim().eq_ignore_ascii_case("VCARD")) {
        return refuse("BEGIN", "vcard", "this stands outside of a card: a card begins with BEGIN:VCARD");
    }
    if all.last().is_none_or(|last| last.name != "END") {
        return refuse("END", "vcard", "this card has no end: a card ends with END:VCARD");
    }
    let kind = all.iter().find(|property| matches!(property.name.as_str(), "KIND" | "X-ADDRESSBOOKSERVER-KIND"));
    if kind.is_some_and(|kind| kind.value.trim().eq_ignore_ascii_case("group")) {
        return refuse("KIND", "person", "this is a group, not a person; groups are told by the CATEGORIES of their members");
    }
    let mut card = Card { contact: contact(&own(&all)), ..Card::default() };
    for property in own(&all) {
        match property.name.as_str() {
            "UID" => card.uid = Some(property.text().trim().to_owned()).filter(|uid| !uid.is_empty()),
            "CATEGORIES" => {
                let names = property.parts(',').into_iter().map(|name| name.trim().to_owned());
                card.groups.extend(names.filter(|name| !name.is_empty()));
            }
            _ => {}
        }
    }
    Ok(card)
}

/// The properties of a card itself: not those of one that stands within it.
pub(super) fn own<'a, 'b>(all: &'b [Property<'a>]) -> impl Iterator<Item = &'b Property<'a>> + Clone {
    let mut depth = 0_u32;
    all.iter().filter(move |property| {
        if property.name == "BEGIN" {
            depth += 1;
        }
        let is_own = depth <= 1;
        if property.name == "END" {
            depth = depth.saturating_sub(1);
        }
        is_own
    })
}

/// The contact that properties describe.
pub(super) fn contact<'a, 'b: 'a>(properties: &(impl Iterator<Item = &'a Property<'b>> + Clone)) -> Contact {
    let mut contact = Contact::default();
    let mut lists: [Vec<(Entry, Option<u32>)>; 4] = Default::default();
    let filled = |text: String| Some(text).filter(|text| !text.is_empty());
    let set = |member: &mut Option<String>, text: Option<String>| {
        if member.is_none() {
            *member = text;
        }
    };
    let mut labels: HashMap<&String, String> = HashMap::new();
    for (group, label) in properties.clone().filter_map(|property| Some((property.group.as_ref()?, property))) {
        if label.name == "X-ABLABEL" {
            labels.entry(group).or_insert_with(|| label.text());
        }
    }
    for property in properties.clone() {
        let Some(field) = field(property) else { continue };
        match field {
            Field::DisplayName => set(&mut contact.display_name, filled(property.text())),
            Field::Names => {
                let mut parts = property.parts(';').into_iter();
                set(&mut contact.family_name, parts.next().and_then(filled));
                set(&mut contact.given_name, parts.next().and_then(filled));
            }
            Field::Company => set(&mut contact.organization, property.parts(';').into_iter().next().and_then(filled)),
            Field::Title => set(&mut contact.title, filled(property.text())),
            Field::Address => set(&mut contact.address, address(property)),
            Field::Photo => set(&mut contact.photo_uri, photo(property)),
            Field::Method => contact.preferred_method = method(&property.value),
            Field::Active => contact.is_inactive = property.value.trim().eq_ignore_ascii_case("false"),
            Field::Emails | Field::Phones | Field::Sips | Field::Ims => {
                let label = property.group.as_ref().and_then(|group| labels.get(group));
                let list = match field {
                    Field::Emails => 0,
                    Field::Phones => 1,
                    Field::Sips => 2,
                    _ => 3,
                };
                lists[list].extend(entry(property, field, label.map(String::as_str)));
            }
        }
    }
    let [emails, phones, sips, ims] = lists.map(preferred);
    Contact { emails, phones, sip_addresses: sips, ims, ..contact }
}

/// Entries of which the most preferred is the primary one.
fn preferred(list: Vec<(Entry, Option<u32>)>) -> Vec<Entry> {
    let first = list.iter().filter_map(|(_, preference)| *preference).min();
    let at = list.iter().position(|(_, preference)| first.is_some() && *preference == first);
    let mut entries: Vec<Entry> = list.into_iter().map(|(entry, _)| entry).collect();
    if let Some(entry) = at.and_then(|at| entries.get_mut(at)) {
        entry.is_primary = Some(true);
    }
    entries
}

/// An address as one text: as it is labelled, else its parts in order.
fn address(property: &Property<'_>) -> Option<String> {
    let text = if property.name == "LABEL" {
        property.text()
    } else if let Some(label) = property.params("LABEL").next() {
        label.to_owned()
    } else {
        let parts = property.parts(';');
        let filled: Vec<&str> = parts.iter().map(String::as_str).filter(|part| !part.is_empty()).collect();
        filled.join(", ")
    };
    Some(text).filter(|text| !text.is_empty())
}
