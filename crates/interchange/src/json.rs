//! A contact as JSON: the shape that the directory's own door and files of JSON lines share.

mod bundle;
mod patch;

use std::collections::BTreeMap;

use cardfile_model::{Contact, Entry, ForeignKey, Membership, Method, Record, Violation};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

pub use bundle::{Bundle, BundleChange, BundleGroup, BundleLogin, BundlePlace, BundleToken};
pub use patch::PersonPatch;

/// The organizations of a tenant, by number and by id.
pub trait Places {
    /// The id of the organization of this number.
    fn id(&self, number: u32) -> Option<Uuid>;
    /// The number of the organization of this id.
    fn number(&self, id: Uuid) -> Option<u32>;
}

/// A contact. Members that are not there are left out; of what is sent, those that the directory gives (`id`, `number`,
/// `revision`, `created`, `modified`, `merged`) say nothing about the card.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct Person {
    /// The id, given once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<Uuid>,
    /// The person number, dense from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<u32>,
    /// The directory's revision at the last change of the card.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revision: Option<u64>,
    /// When the card was made, RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub created: Option<Timestamp>,
    /// When the card last changed, RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub modified: Option<Timestamp>,
    /// The system that owns the card.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// The full name, as shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
    /// The first name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub given_name: Option<String>,
    /// The last name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub family_name: Option<String>,
    /// The company the person works for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub company: Option<String>,
    /// The job title.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// The postal address as one text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// Where a picture can be fetched.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub photo_uri: Option<String>,
    /// How the person would rather be reached.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub preferred_method: Option<PreferredMethod>,
    /// E-mail addresses.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub emails: Vec<Address>,
    /// Phone numbers, as typed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub phones: Vec<Address>,
    /// SIP addresses.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub sip_addresses: Vec<Address>,
    /// Instant-messaging addresses.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ims: Vec<Address>,
    /// The groups the card is shown to; empty means everyone of the organization.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub shared_with: Vec<Uuid>,
    /// Where the person belongs, the home first; empty means the root organization alone.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub memberships: Vec<Seat>,
    /// Whether the person is in use; absent means so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub active: Option<bool>,
    /// What the person is called in foreign systems.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub keys: Vec<Key>,
    /// Whose cards were merged into this one: their ids and numbers lead here. Read only.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub merged: Vec<Merged>,
    /// What one dialect or format alone knows, by its name.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    #[schema(value_type = BTreeMap<String, Object>)]
    pub extensions: BTreeMap<String, Value>,
}

/// One way to reach a person.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Address {
    /// The address or number.
    pub value: String,
    /// What it is for: `work`, `home`, `mobile`, …
    #[serde(rename = "type", default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// Whether it is the first choice of its list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub primary: Option<bool>,
}

/// A person in an organization.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Seat {
    /// The organization's id.
    pub organization: Uuid,
    /// The roles held there.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub roles: Vec<String>,
}

/// What a person is called in a foreign system.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Key {
    /// The foreign system's name.
    pub system: String,
    /// The key there.
    pub value: String,
}

/// Somebody whose card was merged into another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Merged {
    /// The id.
    pub id: Uuid,
    /// The person number.
    pub number: u32,
}

/// A way of reaching a person that may be preferred.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum PreferredMethod {
    /// By SIP address.
    Sip,
    /// By e-mail.
    Email,
    /// By phone.
    Phone,
    /// By instant message.
    Im,
}

impl Person {
    /// A contact as JSON. Memberships in organizations that are not known are left out.
    #[must_use]
    pub fn of(record: &Record, places: &dyn Places) -> Person {
        let Record { id, number, revision, created, modified, contact } = record;
        let person = Person::of_contact(contact, places);
        Person {
            id: Some(*id),
            number: Some(*number),
            revision: Some(*revision),
            created: Some(*created),
            modified: Some(*modified),
            ..person
        }
    }

    /// A card as JSON, without what the directory gives.
    #[must_use]
    pub fn of_contact(contact: &Contact, places: &dyn Places) -> Person {
        // Destructured without `..`, so that a new member does not compile until it is thought of here.
        let Contact {
            source,
            display_name,
            given_name,
            family_name,
            organization,
            title,
            address,
            photo_uri,
            preferred_method,
            emails,
            phones,
            sip_addresses,
            ims,
            shared_with,
            memberships,
            is_inactive,
            keys,
            formers,
            extensions,
        } = contact;
        Person {
            id: None,
            number: None,
            revision: None,
            created: None,
            modified: None,
            source: Some(source.clone()).filter(|source| !source.is_empty()),
            display_name: display_name.clone(),
            given_name: given_name.clone(),
            family_name: family_name.clone(),
            company: organization.clone(),
            title: title.clone(),
            address: address.clone(),
            photo_uri: photo_uri.clone(),
            preferred_method: preferred_method.map(PreferredMethod::from),
            emails: addresses(emails),
            phones: addresses(phones),
            sip_addresses: addresses(sip_addresses),
            ims: addresses(ims),
            shared_with: shared_with.clone(),
            memberships: memberships.iter().filter_map(|membership| Seat::of(membership, places)).collect(),
            active: is_inactive.then_some(false),
            keys: keys.iter().map(Key::from).collect(),
            merged: formers.iter().map(|former| Merged { id: former.id, number: former.number }).collect(),
            extensions: extensions.clone(),
        }
    }

    /// The card that this describes.
    ///
    /// # Errors
    /// A violation for each membership in an organization that is not known.
    pub fn into_contact(self, places: &dyn Places) -> Result<Contact, Vec<Violation>> {
        let memberships = seats(self.memberships, places)?;
        let mut contact = Contact {
            source: self.source.unwrap_or_default(),
            display_name: self.display_name,
            given_name: self.given_name,
            family_name: self.family_name,
            organization: self.company,
            title: self.title,
            address: self.address,
            photo_uri: self.photo_uri,
            preferred_method: self.preferred_method.map(Method::from),
            emails: entries(self.emails),
            phones: entries(self.phones),
            sip_addresses: entries(self.sip_addresses),
            ims: entries(self.ims),
            shared_with: self.shared_with,
            memberships,
            is_inactive: self.active == Some(false),
            keys: self.keys.into_iter().map(ForeignKey::from).collect(),
            // Only a merge says whom a person was.
            formers: Vec::new(),
            extensions: self.extensions,
        };
        contact.settle_primaries();
        Ok(contact)
    }
}

impl Seat {
    /// A membership as JSON; `None` when its organization is not known.
    #[must_use]
    pub fn of(membership: &Membership, places: &dyn Places) -> Option<Seat> {
        let Membership { organization, roles } = membership;
        places.id(*organization).map(|organization| Seat { organization, roles: roles.clone() })
    }
}

fn seats(seats: Vec<Seat>, places: &dyn Places) -> Result<Vec<Membership>, Vec<Violation>> {
    let (mut memberships, mut unknown) = (Vec::with_capacity(seats.len()), Vec::new());
    for (at, Seat { organization, roles }) in seats.into_iter().enumerate() {
        if let Some(organization) = places.number(organization) {
            memberships.push(Membership { organization, roles });
        } else {
            let message = format!("there is no organization {organization} here");
            unknown.push(Violation::new(format!("memberships[{at}].organization"), "known", message));
        }
    }
    if unknown.is_empty() { Ok(memberships) } else { Err(unknown) }
}

fn addresses(entries: &[Entry]) -> Vec<Address> {
    entries.iter().map(Address::from).collect()
}

fn entries(addresses: Vec<Address>) -> Vec<Entry> {
    addresses.into_iter().map(Entry::from).collect()
}

impl From<&Entry> for Address {
    fn from(Entry { value, kind, is_primary }: &Entry) -> Self {
        Address { value: value.clone(), kind: kind.clone(), primary: *is_primary }
    }
}

impl From<Address> for Entry {
    fn from(Address { value, kind, primary }: Address) -> Self {
        Entry { value, kind, is_primary: primary }
    }
}

impl From<&ForeignKey> for Key {
    fn from(ForeignKey { system, value }: &ForeignKey) -> Self {
        Key { system: system.clone(), value: value.clone() }
    }
}

impl From<Key> for ForeignKey {
    fn from(Key { system, value }: Key) -> Self {
        ForeignKey { system, value }
    }
}

impl From<Method> for PreferredMethod {
    fn from(method: Method) -> Self {
        match method {
            Method::Sip => PreferredMethod::Sip,
            Method::Email => PreferredMethod::Email,
            Method::Phone => PreferredMethod::Phone,
            Method::Im => PreferredMethod::Im,
        }
    }
}

impl From<PreferredMethod> for Method {
    fn from(method: PreferredMethod) -> Self {
        match method {
            PreferredMethod::Sip => Method::Sip,
            PreferredMethod::Email => Method::Email,
            PreferredMethod::Phone => Method::Phone,
            PreferredMethod::Im => Method::Im,
        }
    }
}

#[cfg(test)]
mod tests;
