//! The rows of a file, and what they say.

use std::borrow::Cow;
use std::io::Read;

use cardfile_model::{Contact, Entry, ForeignKey, Method, Violation};
use serde_json::{Map, Value};

use super::kinds::kind;
use super::mapping::{Columns, Mapping, Recognised};
use super::plan::{Plan, Slot};
use super::split::{End, Span, separator, split};
use super::target::{List, TextField};
use super::{EXTENSION, REASON};
use crate::item::{Card, Unreadable, filled};
use crate::json::{Person, Places};
use crate::text::{Text, is_blank};

/// What stands between values that Google Contacts puts into one field.
const JOINED: &str = " ::: ";

/// The rows of a file.
pub(crate) struct Rows {
    columns: Columns,
    names: Vec<String>,
    plan: Plan,
    separator: u8,
    /// The column of reasons, if it is the last: it is cut off of the text of a row.
    has_reason: bool,
    spans: Vec<Span>,
    end: End,
}

/// One row while it becomes a card.
struct Row<'a> {
    rows: &'a Rows,
    text: &'a str,
    card: Card,
    kept: Map<String, Value>,
    wrong: Vec<Violation>,
}

impl Rows {
    /// Reads the first row.
    pub(crate) fn open<R: Read>(text: &mut Text<R>, mapping: Option<&Mapping>) -> Result<Rows, Unreadable> {
        text.pass_lines(is_blank)?;
        let said = announced(text)?;
        let separator = mapping.and_then(Mapping::separator).or(said).unwrap_or_else(|| separator(text.bytes()));
        let mut spans = Vec::new();
        let Some((len, _)) = cut(text, separator, &mut spans)? else {
            return Err(Unreadable::Columns("the file is empty".into()));
        };
        let Ok(raw) = std::str::from_utf8(text.take(len)) else {
            return Err(Unreadable::Columns("they are not UTF-8; say in which encoding the file is written".into()));
        };
        let names = named(spans.iter().map(|span| span.text(raw)));
        let mut raw = raw.trim_end_matches(['\r', '\n']).to_owned();
        let default = Mapping::default();
        let (recognised, targets) = mapping.unwrap_or(&default).applied(&names).map_err(Unreadable::Columns)?;
        let has_reason = names.last().is_some_and(|name| name == REASON);
        if has_reason {
            raw.truncate(without_last(&raw, &spans).len());
        }
        let plan = Plan::new(&targets);
        let columns = names.iter().cloned().zip(targets).collect();
        let columns = Columns { recognised, columns, separator: char::from(separator), raw };
        Ok(Rows { columns, names, plan, separator, has_reason, spans, end: End::Well })
    }

    pub(crate) fn columns(&self) -> &Columns {
        &self.columns
    }

    /// The length of the next row that is not blank.
    pub(crate) fn cut<R: Read>(&mut self, text: &mut Text<R>) -> Result<Option<usize>, Unreadable> {
        while let Some((len, end)) = cut(text, self.separator, &mut self.spans)? {
            if self.spans.iter().any(|span| !span.is_blank(text.bytes())) {
                self.end = end;
                return Ok(Some(len));
            }
            text.take(len);
        }
        Ok(None)
    }

    /// What the row says that was cut last.
    pub(crate) fn understand(&self, text: &str, places: &dyn Places) -> (String, Result<Card, Vec<Violation>>) {
        let trimmed = text.trim_end_matches(['\r', '\n']);
        let is_marked = self.has_reason && self.spans.len() > 1;
        let raw = if is_marked { without_last(trimmed, &self.spans) } else { trimmed };
        (raw.to_owned(), self.judge().and_then(|()| self.card(text, places)))
    }

    fn judge(&self) -> Result<(), Vec<Violation>> {
        // The column of reasons is not what anybody counts.
        let marks = usize::from(self.has_reason);
        let (fields, columns) = (self.spans.len().saturating_sub(marks), self.names.len() - marks);
        let (rule, message) = match self.end {
            End::Unclosed => ("quotes", "a quote is opened here and not closed until the end of the file".to_owned()),
            End::Trailing => ("quotes", "there is text between a closing quote and the next field".to_owned()),
            End::Well if fields != columns => ("columns", format!("there are {fields} fields here for {columns} columns")),
            End::Well => return Ok(()),
        };
        Err(vec![Violation::new("", rule, message)])
    }

    fn card(&self, text: &str, places: &dyn Places) -> Result<Card, Vec<Violation>> {
        let mut row = Row { rows: self, text, card: Card::default(), kept: Map::new(), wrong: Vec::new() };
        row.read_texts();
        row.read_address();
        for slot in &self.plan.slots {
            row.read_slot(slot);
        }
        row.read_names();
        for column in &self.plan.kept {
            row.keep(*column);
        }
        for column in &self.plan.more {
            row.read_more(*column, places);
        }
        if !row.kept.is_empty() {
            row.card.contact.extensions.insert(EXTENSION.to_owned(), Value::Object(std::mem::take(&mut row.kept)));
        }
        row.card.contact.settle_primaries();
        if row.wrong.is_empty() { filled(row.card) } else { Err(row.wrong) }
    }

    fn is_ours(&self) -> bool {
        self.columns.recognised == Recognised::Cardfile
    }
}

impl<'a> Row<'a> {
    /// A field's text; `None` when it is blank. What the directory wrote itself is not trimmed.
    fn field(&self, column: usize) -> Option<Cow<'a, str>> {
        let text = self.rows.spans[column].text(self.text);
        if text.is_empty() || (!self.rows.is_ours() && text.trim().is_empty()) {
            return None;
        }
        if self.rows.is_ours() {
            return Some(text);
        }
        Some(match text {
            Cow::Borrowed(text) => Cow::Borrowed(text.trim()),
            Cow::Owned(text) => Cow::Owned(text.trim().to_owned()),
        })
    }

    fn keep(&mut self, column: usize) {
        if let Some(text) = self.field(column) {
            self.kept.insert(self.rows.names[column].clone(), Value::String(text.into_owned()));
        }
    }

    fn refuse(&mut self, column: usize, rule: &'static str, message: String) {
        self.wrong.push(Violation::new(&self.rows.names[column], rule, message));
    }

    fn read_texts(&mut self) {
        for (field, column) in &self.rows.plan.texts {
            let Some(text) = self.field(*column) else { continue };
            let Contact { display_name, given_name, family_name, organization, title, address, photo_uri, .. } =
                &mut self.card.contact;
            let member = match field {
                TextField::DisplayName => display_name,
                TextField::GivenName => given_name,
                TextField::FamilyName => family_name,
                TextField::Company => organization,
                TextField::Title => title,
                TextField::Address => address,
                TextField::PhotoUri => photo_uri,
                TextField::PreferredMethod => {
                    self.read_method(*column, &text);
                    continue;
                }
                TextField::Active => {
                    match truth(&text) {
                        Some(is_active) => self.card.contact.is_inactive = !is_active,
                        None => self.refuse(*column, "form", format!("{text:?} is neither true nor false")),
                    }
                    continue;
                }
            };
            if member.is_none() {
                *member = Some(text.into_owned());
            } else {
                self.keep(*column);
            }
        }
    }

    fn read_method(&mut self, column: usize, text: &str) {
        self.card.contact.preferred_method = match text.to_ascii_lowercase().as_str() {
            "sip" => Some(Method::Sip),
            "email" | "e-mail" => Some(Method::Email),
            "phone" => Some(Method::Phone),
            "im" => Some(Method::Im),
            _ => {
                self.refuse(column, "form", format!("{text:?} is none of sip, email, phone and im"));
                None
            }
        };
    }

    /// The first address of which anything is said becomes the contact's; the others are kept.
    fn read_address(&mut self) {
        for (_, columns) in &self.rows.plan.addresses {
            let parts: Vec<_> = columns.iter().filter_map(|(_, column)| self.field(*column)).collect();
            if parts.is_empty() {
                continue;
            }
            if self.card.contact.address.is_none() {
                self.card.contact.address = Some(parts.join(", "));
            } else {
                for (_, column) in columns {
                    self.keep(*column);
                }
            }
        }
    }

    fn read_slot(&mut self, slot: &Slot) {
        let Some(value) = self.field(slot.value) else { return };
        let label = slot.kind.and_then(|column| self.field(column));
        let (kind, starred) = match &label {
            Some(label) if self.rows.is_ours() => (Some(label.to_string()), None),
            Some(label) => kind(label),
            None => (None, None),
        };
        let mut entry = Entry { value: String::new(), kind: kind.or_else(|| slot.fixed_kind.clone()), is_primary: starred };
        if let Some((column, said)) = slot.primary.and_then(|column| Some((column, self.field(column)?))) {
            entry.is_primary = truth(&said);
            if entry.is_primary.is_none() {
                self.refuse(column, "form", format!("{said:?} is neither true nor false"));
            }
        }
        let Contact { emails, phones, sip_addresses, ims, .. } = &mut self.card.contact;
        let list = match slot.list {
            List::Emails => emails,
            List::Phones => phones,
            List::SipAddresses => sip_addresses,
            List::Ims => ims,
        };
        if self.rows.columns.recognised == Recognised::Google && value.contains(JOINED) {
            list.extend(value.split(JOINED).map(|value| Entry { value: value.trim().to_owned(), ..entry.clone() }));
        } else {
            list.push(Entry { value: value.into_owned(), ..entry });
        }
    }

    /// What the person is called elsewhere, and who owns the card.
    fn read_names(&mut self) {
        let plan = &self.rows.plan;
        for column in &plan.groups {
            let Some(text) = self.field(*column) else { continue };
            let between = if text.contains(JOINED) { JOINED } else { ";" };
            let groups = text.split(between).map(|name| name.trim().trim_start_matches("* ")).filter(|name| !name.is_empty());
            self.card.groups.extend(groups.map(str::to_owned));
        }
        self.card.uid = plan.uid.iter().find_map(|column| self.field(*column)).map(Cow::into_owned);
        self.card.source = plan.source.iter().find_map(|column| self.field(*column)).map(Cow::into_owned);
        for (system, column) in &plan.keys {
            if let Some(value) = self.field(*column) {
                self.card.contact.keys.push(ForeignKey { system: system.clone(), value: value.into_owned() });
            }
        }
    }

    /// What had no room in the columns that the directory writes.
    fn read_more(&mut self, column: usize, places: &dyn Places) {
        let Some(text) = self.field(column) else { return };
        let more = serde_json::from_str::<Person>(&text).map_err(|fault| vec![Violation::new("", "json", fault.to_string())]);
        match more.and_then(|person| person.into_contact(places)) {
            Ok(mut more) => {
                if let Some(Value::Object(columns)) = more.extensions.remove(EXTENSION) {
                    self.kept.extend(columns);
                }
                let contact = &mut self.card.contact;
                contact.emails.append(&mut more.emails);
                contact.phones.append(&mut more.phones);
                contact.sip_addresses.append(&mut more.sip_addresses);
                contact.ims.append(&mut more.ims);
                contact.keys.append(&mut more.keys);
                contact.shared_with = more.shared_with;
                contact.memberships = more.memberships;
                contact.extensions.append(&mut more.extensions);
            }
            Err(wrong) => wrong.into_iter().for_each(|violation| self.refuse(column, violation.rule, violation.message)),
        }
    }
}

/// The separator that a first line `sep=;` announces, which is passed over (Excel).
fn announced<R: Read>(text: &mut Text<R>) -> Result<Option<u8>, Unreadable> {
    let Some(end) = text.line_end(0)? else { return Ok(None) };
    let line = text.bytes()[..end].trim_ascii_end();
    // A tab at the end is white space too.
    let said = match line {
        [b's' | b'S', b'e' | b'E', b'p' | b'P', b'=', separator] => *separator,
        [b's' | b'S', b'e' | b'E', b'p' | b'P', b'='] if text.bytes().get(4) == Some(&b'\t') => b'\t',
        _ => return Ok(None),
    };
    text.take(end);
    Ok(Some(said))
}

fn cut<R: Read>(text: &mut Text<R>, separator: u8, spans: &mut Vec<Span>) -> Result<Option<(usize, End)>, Unreadable> {
    loop {
        if let Some((len, end)) = split(text.bytes(), separator, text.is_ended(), spans) {
            text.judge(len)?;
            return Ok((len > 0).then_some((len, end)));
        }
        text.fill()?;
    }
}

/// The names of columns: those without get one, and a second one of the same name is told from the first.
fn named<'a>(names: impl Iterator<Item = Cow<'a, str>>) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for (at, name) in names.enumerate() {
        let name = if name.trim().is_empty() { format!("column {}", at + 1) } else { name.trim().to_owned() };
        let mut unique = name.clone();
        let mut times = 1;
        while all.contains(&unique) {
            times += 1;
            unique = format!("{name} ({times})");
        }
        all.push(unique);
    }
    all
}

/// A row without its last field.
fn without_last<'a>(row: &'a str, spans: &[Span]) -> &'a str {
    let Some([before, _]) = spans.last_chunk::<2>() else { return row };
    let quote = usize::from(before.start > 0 && row.as_bytes().get(before.start - 1) == Some(&b'"'));
    row.get(..before.end + quote).unwrap_or(row)
}

fn truth(text: &str) -> Option<bool> {
    match text.trim().to_ascii_lowercase().as_str() {
        "true" | "yes" | "1" | "ja" | "oui" | "si" => Some(true),
        "false" | "no" | "0" | "nein" | "non" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
