//! A contact as a card.

use std::collections::{HashMap, HashSet};
use std::fmt::Write;

use cardfile_model::{Contact, Entry, Record};

use super::EXTENSION;
use super::line::{Property, properties};
use super::meaning::{ACTIVE, Field, IM, PREFERRED, field, is_sip, method_name};
use super::parse::{contact, own};
use crate::kept::sum;

/// Bytes of a line before it is folded (RFC 6350 §3.2).
const LINE_BYTES: usize = 75;

/// A version of vCard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Version {
    /// 3.0 (RFC 2426).
    V3,
    /// 4.0 (RFC 6350).
    V4,
}

/// A contact as a card of this version, unless a text is kept that still says the same: that goes out as it was received, in
/// whichever version it is. What is no part of a card (who owns it, where the person belongs) is not told.
#[must_use]
pub fn text(record: &Record, version: Version) -> String {
    let member = |name| record.contact.extensions.get(EXTENSION).and_then(|kept| kept.get(name)?.as_str());
    // What is kept may have come by another door, so that it is looked at before it goes into a file.
    let Some(kept) = member("text").filter(|kept| is_one_card(kept)) else { return fresh(record, version) };
    let mut text =
        if member("sum") == Some(sum(&record.contact).as_str()) { kept.to_owned() } else { edited(record, kept, version) };
    // The next card of a file begins in a line of its own.
    if !text.ends_with('\n') {
        text.push_str("\r\n");
    }
    text
}

fn fresh(record: &Record, version: Version) -> String {
    let mut card = Lines { text: "BEGIN:VCARD\r\n".into(), version };
    card.line(if version == Version::V3 { "VERSION:3.0" } else { "VERSION:4.0" });
    card.line(&format!("UID:urn:uuid:{}", record.id));
    for field in FIELDS {
        card.field(field, &record.contact, None);
    }
    card.line("END:VCARD");
    card.text
}

const FIELDS: [Field; 12] = [
    Field::DisplayName,
    Field::Names,
    Field::Company,
    Field::Title,
    Field::Emails,
    Field::Phones,
    Field::Sips,
    Field::Ims,
    Field::Address,
    Field::Photo,
    Field::Method,
    Field::Active,
];

/// The kept text with what has changed since written anew.
fn edited(record: &Record, kept: &str, version: Version) -> String {
    let all = properties(kept);
    let before = contact(&own(&all));
    let now = &record.contact;
    let says = |name: &str, value: &str| own(&all).any(|property| property.name == name && property.value.trim() == value);
    let version = if says("VERSION", "4.0") {
        Version::V4
    } else if says("VERSION", "3.0") || says("VERSION", "2.1") {
        Version::V3
    } else {
        version
    };
    let is_changed = |field: Field| !is_same(field, &before, now);
    let own: Vec<&Property<'_>> = own(&all).collect();
    let gone = gone(&own, &is_changed, now);
    let groups: HashSet<&String> = gone.keys().filter_map(|at| own[*at].group.as_ref()).collect();
    let mut card = Lines { text: String::with_capacity(kept.len()), version };
    let mut written = Vec::new();
    let (mut own_at, last) = (0, all.len().saturating_sub(1));
    for (at, property) in all.iter().enumerate() {
        if at == last {
            for field in FIELDS.into_iter().filter(|field| is_changed(*field) && !written.contains(field)) {
                card.field(field, now, None);
            }
        }
        // Those of a card within the card stay as they are.
        let mine = own.get(own_at).filter(|mine| std::ptr::eq(**mine, property)).map(|_| own_at);
        own_at += usize::from(mine.is_some());
        if let Some(field) = mine.and_then(|mine| gone.get(&mine)) {
            // The new value stands where the old one did, before others of its kind, for the first is the one that counts.
            if !written.contains(field) {
                card.field(*field, now, Some(property));
                written.push(*field);
            }
            continue;
        }
        // Labels go with what they label.
        let is_label = property.name == "X-ABLABEL" && property.group.as_ref().is_some_and(|group| groups.contains(group));
        if !(mine.is_some() && is_label) {
            card.text.push_str(property.raw);
        }
    }
    card.text
}

/// Which properties give way to today's value, by their place. Of a member that has one value, the property that told it, so
/// that further ones survive; all of them where the member is empty now, or the next one would take its place.
fn gone(own: &[&Property<'_>], is_changed: &impl Fn(Field) -> bool, now: &Contact) -> HashMap<usize, Field> {
    let mut seen = Vec::new();
    let mut gone = HashMap::new();
    for (at, property) in own.iter().enumerate() {
        let Some(field) = field(property).filter(|field| is_changed(*field)) else { continue };
        let has_one = match field {
            Field::Company => now.organization.is_some(),
            Field::Title => now.title.is_some(),
            Field::Photo => now.photo_uri.is_some(),
            // A label tells an address that stands beside it.
            Field::Address => now.address.is_some() && property.name == "ADR",
            _ => false,
        };
        if has_one && seen.contains(&field) {
            continue;
        }
        // What says nothing told nothing.
        if property.name != "LABEL" && property.parts(';').iter().any(|part| !part.is_empty()) {
            seen.push(field);
        }
        gone.insert(at, field);
    }
    gone
}

/// Whether a text is a whole card of one person, and nothing else.
fn is_one_card(text: &str) -> bool {
    let all = properties(text);
    let begins = own(&all).filter(|property| property.name == "BEGIN").count();
    begins == 1 && super::parse::card(text).is_ok()
}

fn is_same(field: Field, before: &Contact, now: &Contact) -> bool {
    match field {
        Field::DisplayName => before.display_name == now.display_name,
        Field::Names => (&before.given_name, &before.family_name) == (&now.given_name, &now.family_name),
        Field::Company => before.organization == now.organization,
        Field::Title => before.title == now.title,
        Field::Address => before.address == now.address,
        Field::Photo => before.photo_uri == now.photo_uri,
        Field::Method => before.preferred_method == now.preferred_method,
        Field::Active => before.is_inactive == now.is_inactive,
        Field::Emails => before.emails == now.emails,
        Field::Phones => before.phones == now.phones,
        Field::Sips => before.sip_addresses == now.sip_addresses,
        Field::Ims => before.ims == now.ims,
    }
}

/// The lines of a card that is being written.
struct Lines {
    text: String,
    version: Version,
}

impl Lines {
    fn field(&mut self, field: Field, contact: &Contact, before: Option<&Property<'_>>) {
        match field {
            Field::DisplayName => {
                // Every card has one (RFC 6350 §6.2.1).
                let name = contact.name_or_email().or_else(|| contact.organization.clone()).unwrap_or_default();
                self.line(&format!("FN:{}", escape(contact.display_name.as_ref().unwrap_or(&name))));
            }
            Field::Names => self.names(contact, before),
            Field::Company => self.company(contact, before),
            Field::Title => self.text("TITLE", contact.title.as_ref()),
            Field::Address => {
                if let Some(address) = &contact.address {
                    self.line(&format!("ADR:;;{};;;;", escape(address)));
                }
            }
            Field::Photo => {
                if let Some(uri) = &contact.photo_uri {
                    self.line(&format!("PHOTO;VALUE=uri:{}", escape(uri)));
                }
            }
            Field::Method => {
                if let Some(method) = contact.preferred_method {
                    self.line(&format!("{PREFERRED}:{}", method_name(method)));
                }
            }
            Field::Active => {
                if contact.is_inactive {
                    self.line(&format!("{ACTIVE}:false"));
                }
            }
            Field::Emails => self.list("EMAIL", field, &contact.emails),
            Field::Phones => self.list("TEL", field, &contact.phones),
            Field::Sips => self.list("IMPP", field, &contact.sip_addresses),
            Field::Ims => self.list("IMPP", field, &contact.ims),
        }
    }

    fn text(&mut self, name: &str, text: Option<&String>) {
        if let Some(text) = text {
            self.line(&format!("{name}:{}", escape(text)));
        }
    }

    /// The name's parts; those that the directory does not know stay.
    fn names(&mut self, contact: &Contact, before: Option<&Property<'_>>) {
        let (given, family) = (contact.given_name.as_deref(), contact.family_name.as_deref());
        let mut parts = before.map(|before| before.parts(';')).unwrap_or_default();
        if parts.is_empty() && given.or(family).is_none() && self.version == Version::V4 {
            return;
        }
        parts.resize(parts.len().max(5), String::new());
        family.unwrap_or_default().clone_into(&mut parts[0]);
        given.unwrap_or_default().clone_into(&mut parts[1]);
        self.parts("N", &parts);
    }

    fn company(&mut self, contact: &Contact, before: Option<&Property<'_>>) {
        if let Some(company) = &contact.organization {
            let mut parts = before.map(|before| before.parts(';')).unwrap_or_default();
            parts.resize(parts.len().max(1), String::new());
            parts[0].clone_from(company);
            self.parts("ORG", &parts);
        }
    }

    fn parts(&mut self, name: &str, parts: &[String]) {
        let parts: Vec<String> = parts.iter().map(|part| escape(part)).collect();
        self.line(&format!("{name}:{}", parts.join(";")));
    }

    fn list(&mut self, name: &str, field: Field, list: &[Entry]) {
        for entry in list {
            // A value alone does not always tell which list it is of.
            let name = match field {
                Field::Sips if !is_sip(&entry.value) => "X-SIP",
                Field::Ims if is_sip(&entry.value) => IM,
                _ => name,
            };
            let mut line = name.to_owned();
            let mut types: Vec<String> = entry.kind.iter().map(|kind| type_of(kind)).collect();
            if entry.is_primary == Some(true) {
                match self.version {
                    Version::V3 => types.push("PREF".into()),
                    Version::V4 => line.push_str(";PREF=1"),
                }
            }
            for kind in types {
                write!(line, ";TYPE={kind}").expect("a String takes everything");
            }
            self.line(&format!("{line}:{}", escape(&entry.value)));
        }
    }

    /// Appends a line, folded between characters.
    fn line(&mut self, line: &str) {
        let mut room = LINE_BYTES;
        for c in line.chars() {
            if c.len_utf8() > room {
                self.text.push_str("\r\n ");
                room = LINE_BYTES - 1;
            }
            self.text.push(c);
            room -= c.len_utf8();
        }
        self.text.push_str("\r\n");
    }
}

fn type_of(kind: &str) -> String {
    match kind {
        "mobile" => "cell".into(),
        kind if kind.chars().all(|c| c.is_ascii_alphanumeric() || c == '-') => kind.into(),
        kind => format!("\"{}\"", circumflexed(kind)),
    }
}

/// A text as a value (RFC 6350 §3.4). A carriage return has no place in it.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' => escaped.push_str("\\n"),
            '\r' => {}
            '\\' | ',' | ';' => escaped.extend(['\\', c]),
            c => escaped.push(c),
        }
    }
    escaped
}

/// A text as a parameter's value (RFC 6868).
fn circumflexed(text: &str) -> String {
    text.replace('^', "^^").replace('"', "^'").replace('\n', "^n").replace('\r', "")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vcard::read_one;

    const KEPT: &str = "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Ann Oke\r\nORG:Acme;Sales\r\nORG:Club\r\nTITLE:Clerk\r\nTITLE:Chair\r\n\
        AGENT:\r\nBEGIN:VCARD\r\nFN:Bo\r\nTITLE:Aide\r\nEND:VCARD\r\nNOTE:likes tea\r\nEND:VCARD\r\n";

    fn record(contact: Contact) -> Record {
        let then = jiff::Timestamp::UNIX_EPOCH;
        Record { id: uuid::Uuid::nil(), number: 1, revision: 1, created: then, modified: then, contact }
    }

    fn edited(edit: impl FnOnce(&mut Contact)) -> String {
        let mut contact = read_one(KEPT).unwrap().contact;
        edit(&mut contact);
        text(&record(contact), Version::V4)
    }

    #[test]
    fn an_edit_stands_where_the_old_value_did_and_further_ones_survive() {
        let text = edited(|contact| contact.title = Some("Boss".into()));
        assert_eq!(text, KEPT.replace("TITLE:Clerk", "TITLE:Boss"));
        assert_eq!(edited(|contact| contact.organization = Some("Bcme".into())), KEPT.replace("Acme", "Bcme"));
    }

    #[test]
    fn what_is_cleared_is_not_replaced_by_what_stood_behind_it() {
        let text = edited(|contact| contact.title = None);
        assert_eq!(text, KEPT.replace("TITLE:Clerk\r\nTITLE:Chair\r\n", ""));
        assert_eq!(read_one(&text).unwrap().contact.title, None);
    }

    #[test]
    fn what_was_not_there_is_added_at_the_end_of_the_card() {
        let text = edited(|contact| contact.photo_uri = Some("https://example.com/a".into()));
        assert!(text.ends_with("NOTE:likes tea\r\nPHOTO;VALUE=uri:https://example.com/a\r\nEND:VCARD\r\n"), "{text}");
    }

    #[test]
    fn a_kept_text_that_is_not_one_card_goes_into_no_file() {
        for kept in [KEPT.repeat(2), format!("{KEPT}TEL:1\r\n"), "BEGIN:VCARD\r\nFN:A\r\n".into(), "x".into()] {
            let mut contact = Contact { display_name: Some("Ann".into()), ..Contact::default() };
            let sum = sum(&contact);
            contact.extensions.insert(EXTENSION.into(), serde_json::json!({ "text": kept, "sum": sum }));
            let text = text(&record(contact), Version::V4);
            assert_eq!(text.matches("BEGIN:VCARD").count(), 1, "{text}");
            assert!(text.contains("\r\nFN:Ann\r\n") && text.ends_with("END:VCARD\r\n"), "{text}");
        }
    }
}
