//! A profile as it is answered: a contact in the vendor's words.

use cardfile_directory::Merchant;
use cardfile_model::{Contact, Edit, Entry, Organization, Patch, Record};
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::{EXTENSION, global, organization, role};
use crate::ids;

/// The type of a profile that belongs, or belonged, to an organization.
pub const BUSINESS: &str = "b2b_user";
/// The member of the extension with what this door knows nothing of.
pub const DYNAMIC: &str = "dynamicProperties";
/// The kind of the phone number that is shown.
pub const PHONE: &str = "work";

/// What kind of value a member that is kept for this door alone has.
#[derive(Debug, Clone, Copy)]
pub enum Kind {
    /// A text.
    Text,
    /// True or false.
    Flag,
}

/// Members that are kept for this door alone, as they are sent.
pub const OWN: &[(&str, Kind)] = &[
    ("locale", Kind::Text),
    ("customerContactId", Kind::Text),
    ("gender", Kind::Text),
    ("dateOfBirth", Kind::Text),
    ("taxExempt", Kind::Flag),
    ("GDPRProfileP13nConsentGranted", Kind::Flag),
];

/// Which roles of a profile are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Roles {
    /// All of them, in every organization.
    All,
    /// Those in the organization of this number.
    In(u32),
    /// These, and those that are no organization's.
    InAndGlobal(u32),
}

/// What this door alone knows of a contact.
pub fn own(contact: &Contact) -> Option<&Map<String, Value>> {
    contact.extensions.get(EXTENSION).and_then(Value::as_object)
}

/// What this door alone knows of a contact after a change.
pub fn own_after(patch: &Patch, contact: &Contact) -> Map<String, Value> {
    let own = match patch.extensions.get(EXTENSION) {
        Some(Edit::Set(after)) => after.as_object(),
        _ => own(contact),
    };
    own.cloned().unwrap_or_default()
}

fn member(contact: &Contact, name: &str) -> Value {
    own(contact).and_then(|own| own.get(name)).cloned().unwrap_or_default()
}

/// Whether a contact is a business user: belongs to an account, or was made as one.
pub fn is_business(contact: &Contact, merchant: &Merchant<'_>) -> bool {
    accounts(contact, merchant).next().is_some()
        || own(contact).and_then(|own| own.get("profileType")).and_then(Value::as_str) == Some(BUSINESS)
}

/// What this door keeps of a contact who was a business user and belongs to no account any more; `None` when it says so already.
pub fn as_business(contact: &Contact) -> Option<Value> {
    let mut own = own(contact).cloned().unwrap_or_default();
    let before = own.insert("profileType".into(), BUSINESS.into());
    (before != Some(BUSINESS.into())).then_some(Value::Object(own))
}

/// The e-mail address that is shown.
pub fn email(contact: &Contact) -> Option<&str> {
    Entry::chosen(&contact.emails, None).map(|at| contact.emails[at].value.as_str())
}

/// The name a shopper signs in with.
pub fn login(contact: &Contact) -> Option<String> {
    email(contact).map(str::to_lowercase)
}

/// The accounts of a contact in their order, the parent first, with the roles held in each.
pub fn accounts<'c>(contact: &'c Contact, merchant: &'c Merchant<'_>) -> impl Iterator<Item = (&'c Organization, &'c [String])> {
    let known = contact.memberships.iter();
    known.filter_map(|known| Some((&**merchant.account(known.organization)?, known.roles.as_slice())))
}

/// A profile.
pub fn profile(record: &Record, merchant: &Merchant<'_>, shown_roles: Roles) -> Map<String, Value> {
    let Record { id: _, number, revision: _, created, modified: _, contact } = record;
    // Destructured without `..`, so that a new member does not compile until it is thought of here.
    let Contact {
        source: _,
        display_name: _,
        given_name,
        family_name,
        organization: _,
        title: _,
        address: _,
        photo_uri: _,
        preferred_method: _,
        emails: _,
        phones,
        sip_addresses: _,
        ims: _,
        shared_with: _,
        memberships: _,
        is_inactive,
        keys: _,
        formers: _,
        extensions: _,
    } = contact;
    let id = ids::profile(*number);
    let mut accounts = accounts(contact, merchant).map(|(account, _)| account);
    let parent = accounts.next();
    let secondary: Vec<Value> = accounts.map(organization::brief).collect();
    let phone = Entry::chosen(phones, Some(PHONE)).map(|at| phones[at].value.as_str());
    let receives = member(contact, "receiveEmail");
    let derived = |name| parent.map(|parent| organization::derived(parent, merchant, name)).unwrap_or_default();
    let address = |flag| parent.map(|parent| organization::default_address(parent, flag)).unwrap_or_default();
    let mut shown = Map::new();
    // Values are put as they are: a macro would copy them.
    let mut put = |name: &str, value: Value| drop(shown.insert(name.to_owned(), value));
    put("id", id.clone().into());
    put("repositoryId", id.into());
    put("login", login(contact).into());
    put("email", email(contact).into());
    put("firstName", given_name.clone().into());
    put("lastName", family_name.clone().into());
    put("profileType", is_business(contact, merchant).then_some(BUSINESS).into());
    put("active", (!is_inactive).into());
    put("receiveEmail", if receives.is_null() { "yes".into() } else { receives });
    put("daytimeTelephoneNumber", phone.into());
    for (name, _) in OWN {
        put(name, member(contact, name));
    }
    put("registrationDate", time(*created).into());
    put("parentOrganization", parent.map(organization::parent).unwrap_or_default());
    put("secondaryOrganizations", secondary.into());
    put("roles", roles(contact, merchant, shown_roles).into());
    put("derivedApprovalRequired", derived("approvalRequired"));
    put("derivedOrderPriceLimit", derived("orderPriceLimit"));
    put("contactBillingAddress", address("isDefaultBillingAddress"));
    put("contactShippingAddress", address("isDefaultShippingAddress"));
    put(DYNAMIC, dynamic(own(contact)).into());
    shown
}

fn roles(contact: &Contact, merchant: &Merchant<'_>, shown: Roles) -> Vec<Value> {
    let is_shown = |account: &Organization| match shown {
        Roles::All => true,
        Roles::In(number) | Roles::InAndGlobal(number) => account.number == number,
    };
    let mut roles: Vec<Value> = accounts(contact, merchant)
        .filter(|(account, _)| is_shown(account))
        .flat_map(|(account, held)| held.iter().filter_map(|name| role::held(account, name)))
        .collect();
    if !matches!(shown, Roles::In(_)) {
        roles.extend(global::of_contact(contact, merchant.home(), &["id", "repositoryId", "name", "type"]));
    }
    roles
}

/// The members that this door knows nothing of, as it lists them.
pub fn dynamic(own: Option<&Map<String, Value>>) -> Vec<Value> {
    let known = own.and_then(|own| own.get(DYNAMIC)).and_then(Value::as_object);
    known.into_iter().flatten().map(|(name, value)| json!({"id": name, "label": name, "value": value})).collect()
}

/// A time as this door writes it: UTC with milliseconds.
pub fn time(time: Timestamp) -> String {
    format!("{time:.3}")
}
