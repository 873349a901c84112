//! What a request wants of a contact.

use cardfile_directory::{Error, Result};
use cardfile_http::json::Object;
use cardfile_model::{Contact, Edit, Entry, ListEdit, Method, Patch};
use uuid::Uuid;

use super::{EMAIL_KINDS, Kind, METHODS, PHONE_KINDS, address};
use crate::ids;
use crate::wire::{self, Card, Given, Text};

type Entries<'a> = Option<Vec<Object<wire::Entry<'a>>>>;

/// The kinds a list knows; one that is not known is refused by some lists and kept by the others.
#[derive(Clone, Copy)]
struct List {
    name: &'static str,
    closed: Option<&'static [Kind]>,
}

const EMAILS: List = List { name: "emails", closed: Some(EMAIL_KINDS) };
const PHONES: List = List { name: "phoneNumbers", closed: Some(PHONE_KINDS) };
const SIP_ADDRESSES: List = List { name: "sipAddresses", closed: None };
const IMS: List = List { name: "ims", closed: None };

/// A new contact of a source.
///
/// # Errors
/// `Invalid` for what no contact can have.
pub fn creation(card: Card<'_>, source: String) -> Result<Contact> {
    let Card {
        schemas: _,
        contact_id: _,
        source: _,
        display_name,
        first_name,
        last_name,
        company_name,
        title,
        address: text,
        address_info,
        avatar_url,
        primary_contact_method,
        emails,
        phone_numbers,
        sip_addresses,
        ims,
        group_ids,
    } = card;
    let mut contact = Contact {
        source,
        display_name: display_name.value(),
        given_name: first_name.value(),
        family_name: last_name.value(),
        organization: company_name.value(),
        title: title.value(),
        photo_uri: avatar_url.value(),
        ..Contact::default()
    };
    method(&primary_contact_method)?.apply(&mut contact.preferred_method);
    address::edit(text, address_info).apply(&mut contact.address);
    contact.emails = entries(emails, EMAILS)?;
    contact.phones = entries(phone_numbers, PHONES)?;
    contact.sip_addresses = entries(sip_addresses, SIP_ADDRESSES)?;
    contact.ims = entries(ims, IMS)?;
    contact.shared_with = shared_with(group_ids)?.unwrap_or_default();
    contact.settle_primaries();
    Ok(contact)
}

/// The change that a request wants, claiming this source if one was named.
///
/// # Errors
/// `Invalid` for what no contact can have.
pub fn patch(card: Card<'_>, source: Option<String>) -> Result<Patch> {
    let Card {
        schemas: _,
        contact_id: _,
        source: _,
        display_name,
        first_name,
        last_name,
        company_name,
        title,
        address: text,
        address_info,
        avatar_url,
        primary_contact_method,
        emails,
        phone_numbers,
        sip_addresses,
        ims,
        group_ids,
    } = card;
    Ok(Patch {
        source,
        display_name: edit(display_name),
        given_name: edit(first_name),
        family_name: edit(last_name),
        organization: edit(company_name),
        title: edit(title),
        address: address::edit(text, address_info),
        photo_uri: edit(avatar_url),
        preferred_method: method(&primary_contact_method)?,
        emails: edits(emails, EMAILS)?,
        phones: edits(phone_numbers, PHONES)?,
        sip_addresses: edits(sip_addresses, SIP_ADDRESSES)?,
        ims: edits(ims, IMS)?,
        shared_with: shared_with(group_ids)?,
        ..Patch::default()
    })
}

/// The groups of a list of ids; the name is that of the member or parameter they stand in.
///
/// # Errors
/// `Invalid` for what cannot be an id.
pub fn group_ids<'t>(name: &str, texts: impl Iterator<Item = &'t str>) -> Result<Vec<Uuid>> {
    let mut found: Vec<Uuid> = Vec::new();
    for (at, text) in texts.enumerate() {
        let refusal = || Error::invalid(format!("{name}[{at}]"), "form", "this is no group id");
        let id = ids::read(text).ok_or_else(refusal)?;
        if !found.contains(&id) {
            found.push(id);
        }
    }
    Ok(found)
}

fn shared_with(given: Option<Vec<Text<'_>>>) -> Result<Option<Vec<Uuid>>> {
    given.map(|texts| group_ids("groupIds", texts.iter().map(|text| &*text.0))).transpose()
}

fn edit(given: Given<String>) -> Edit<String> {
    match given {
        Given::Absent => Edit::Keep,
        Given::Null => Edit::Clear,
        Given::Value(text) => Edit::Set(text),
    }
}

fn method(given: &Given<Text<'_>>) -> Result<Edit<Method>> {
    match given {
        Given::Absent => Ok(Edit::Keep),
        Given::Null => Ok(Edit::Clear),
        Given::Value(Text(name)) => {
            let known = METHODS.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
            let refusal = || Error::invalid("primaryContactMethod", "known", "must be SIPADDRESS, EMAIL, PHONE or IMS");
            known.map(|(_, method)| Edit::Set(*method)).ok_or_else(refusal)
        }
    }
}

fn entries(given: Entries<'_>, list: List) -> Result<Vec<Entry>> {
    given.unwrap_or_default().into_iter().enumerate().map(|(at, Object(sent))| list.entry(at, sent)).collect()
}

fn edits(given: Entries<'_>, list: List) -> Result<Vec<ListEdit>> {
    given.unwrap_or_default().into_iter().enumerate().map(|(at, Object(sent))| list.edit(at, sent)).collect()
}

impl List {
    fn entry(self, at: usize, sent: wire::Entry<'_>) -> Result<Entry> {
        let wire::Entry { value, kind, primary, operation: _ } = sent;
        if value.is_empty() {
            return Err(self.refusal(at, "value", "filled", "a value must not be empty"));
        }
        Ok(Entry { value, kind: self.kind(at, kind)?, is_primary: primary })
    }

    fn edit(self, at: usize, sent: wire::Entry<'_>) -> Result<ListEdit> {
        match &sent.operation {
            None => self.entry(at, sent).map(ListEdit::Upsert),
            Some(Text(operation)) if operation.eq_ignore_ascii_case("delete") => {
                Ok(ListEdit::Remove { kind: self.kind(at, sent.kind)?, value: sent.value })
            }
            Some(_) => Err(self.refusal(at, "operation", "known", "the only operation is delete")),
        }
    }

    fn kind(self, at: usize, kind: Option<Text<'_>>) -> Result<Option<String>> {
        let Some(Text(kind)) = kind else { return Ok(None) };
        let Some(known) = self.closed else { return Ok(Some(kind.into_owned())) };
        if let Some((name, _)) = known.iter().find(|(name, _)| name.eq_ignore_ascii_case(&kind)) {
            return Ok(Some((*name).to_owned()));
        }
        let names: Vec<&str> = known.iter().map(|(name, _)| *name).collect();
        Err(self.refusal(at, "type", "known", &format!("must be one of {}", names.join(", "))))
    }

    fn refusal(self, at: usize, member: &str, rule: &'static str, message: &str) -> Error {
        Error::invalid(format!("{}[{at}].{member}", self.name), rule, message)
    }
}
