//! A contact as it is answered.

use std::collections::BTreeMap;

use cardfile_model::{Contact, Entry, OrganizationId, Record};
use serde_json::Value;

use super::request::{EXTENSION, MOBILE};
use crate::wire::{Object, Out};

/// The element of a contact in XML.
pub const ELEMENT: &str = "AddressBookResponse";

/// The members in the order of XML, by their places in JSON.
const XML_ORDER: &[usize] = &[4, 7, 9, 3, 12, 10, 14, 0, 1, 2, 8, 11, 6, 13, 5];

/// What is known of contacts beside their cards.
#[derive(Debug, Default)]
pub struct Around {
    /// Who made the changes they are of.
    pub authors: BTreeMap<u64, String>,
    /// The names of their groups, by person number.
    pub groups: BTreeMap<u32, String>,
}

/// A contact as an account sees it, and whose it is. The password, which is never told, is not in XML at all.
pub fn contact((account, organization): (OrganizationId, OrganizationId), record: Record, around: &mut Around) -> Out {
    // Destructured without `..`, so that a new member does not compile until it is thought of here.
    let Record { id: _, number, revision, created, modified, contact } = record;
    let Contact {
        source: _,
        display_name,
        given_name,
        family_name,
        organization: _,
        title: _,
        address: _,
        photo_uri: _,
        preferred_method: _,
        emails,
        phones,
        sip_addresses: _,
        ims: _,
        shared_with: _,
        memberships: _,
        is_inactive: _,
        keys: _,
        formers: _,
        extensions,
    } = contact;
    let own = extensions.get(EXTENSION);
    let login_type = own.and_then(|own| own.get("LoginType")).and_then(Value::as_i64).and_then(|n| i32::try_from(n).ok());
    let validated = own.and_then(|own| own.get("Validated")).and_then(Value::as_bool);
    let is_named = [&given_name, &family_name].into_iter().flatten().any(|name| !name.is_empty());
    let first = if is_named { given_name } else { display_name };
    let members = vec![
        ("PersonNumber", Out::Int(number.into())),
        ("DateCreated", Out::Date(created)),
        ("DateModified", Out::Date(modified)),
        ("EmailAddress", chosen(emails, None)),
        ("FirstName", Out::optional(first)),
        ("Groups", Out::Text(around.groups.remove(&number).unwrap_or_default())),
        ("Inherited", Out::Bool(organization != account)),
        ("LastName", Out::optional(family_name)),
        ("LastModifiedBy", Out::optional(around.authors.get(&revision).cloned())),
        ("MobilePhone", chosen(phones, Some(MOBILE))),
        ("LoginType", Out::Signed(login_type.unwrap_or_default())),
        ("OwnerAccountID", Out::Guid(organization.0)),
        ("Password", Out::Null),
        ("PermissionLevel", Out::Named(0, "NONE")),
        ("Validated", Out::Bool(validated.unwrap_or_default())),
    ];
    Out::Object(Object { members, xml_order: Some(XML_ORDER) })
}

/// What to call a person: first and last name, else the display name.
pub fn called(contact: &Contact) -> String {
    contact.given_and_family().or_else(|| contact.display_name.clone()).unwrap_or_default()
}

fn chosen(mut list: Vec<Entry>, kind: Option<&str>) -> Out {
    Out::optional(Entry::chosen(&list, kind).map(|at| list.swap_remove(at).value))
}
