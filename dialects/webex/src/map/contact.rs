//! A contact as it is answered.

use std::borrow::Cow;

use cardfile_model::{Contact, Entry, Method, OrganizationId, Record};

use super::{EMAIL_KINDS, Kind, METHODS, PHONE_KINDS, address};
use crate::wire::{ContactAnswer, EntryAnswer, Meta, SCHEMA, Stamp};

/// How the kinds of a list are written.
#[derive(Clone, Copy)]
enum Style {
    /// Known ones by their name, all others in upper case.
    Upper(&'static [Kind]),
    /// Known ones by their name, all others as they are.
    Plain(&'static [Kind]),
}

/// A contact of an organization as it is answered.
pub fn contact(record: &Record, organization: OrganizationId) -> ContactAnswer<'_> {
    // Destructured without `..`, so that a new member does not compile until it is thought of here.
    let Record { id, number: _, revision: _, created, modified, contact } = record;
    let Contact {
        source,
        display_name,
        given_name,
        family_name,
        organization: company,
        title,
        address,
        photo_uri,
        preferred_method,
        emails,
        phones,
        sip_addresses,
        ims,
        shared_with,
        memberships: _,
        is_inactive: _,
        keys: _,
        formers: _,
        extensions: _,
    } = contact;
    ContactAnswer {
        schemas: SCHEMA,
        meta: Meta { created: Stamp(*created), last_modified: Stamp(*modified) },
        contact_id: *id,
        display_name: display_name.as_deref(),
        first_name: given_name.as_deref(),
        last_name: family_name.as_deref(),
        company_name: company.as_deref(),
        title: title.as_deref(),
        address: address.as_deref(),
        address_info: address.as_deref().and_then(address::parts),
        avatar_url: photo_uri.as_deref(),
        primary_contact_method: preferred_method.map(method),
        source,
        emails: entries(emails, Style::Upper(EMAIL_KINDS)),
        phone_numbers: entries(phones, Style::Plain(PHONE_KINDS)),
        sip_addresses: entries(sip_addresses, Style::Plain(&[])),
        ims: entries(ims, Style::Plain(&[])),
        group_ids: shared_with,
        is_migration: false,
        org_id: organization.0,
    }
}

fn method(method: Method) -> &'static str {
    match method {
        Method::Sip => METHODS[0].0,
        Method::Email => METHODS[1].0,
        Method::Phone => METHODS[2].0,
        Method::Im => METHODS[3].0,
    }
}

fn entries(list: &[Entry], style: Style) -> Vec<EntryAnswer<'_>> {
    list.iter().map(|entry| self::entry(entry, style)).collect()
}

fn entry(Entry { value, kind, is_primary }: &Entry, style: Style) -> EntryAnswer<'_> {
    EntryAnswer { kind: kind.as_deref().map(|kind| shown(kind, style)), value, primary: *is_primary }
}

fn shown(kind: &str, style: Style) -> Cow<'_, str> {
    let (Style::Upper(known) | Style::Plain(known)) = style;
    match (known.iter().find(|(name, _)| *name == kind), style) {
        (Some((_, shown)), _) => Cow::Borrowed(shown),
        (None, Style::Upper(_)) => Cow::Owned(kind.to_uppercase()),
        (None, Style::Plain(_)) => Cow::Borrowed(kind),
    }
}
