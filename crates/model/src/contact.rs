//! A person's card, and the row it lives in.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::membership::Membership;
use crate::merge::Former;

/// A person's card: what is known of one person, as the programs that wrote it gave it.
///
/// **Shape**: every member may be absent; an absent text is `None`, never an empty one made up here. Lists keep the order
/// given and hold at most one primary entry ([`Contact::settle_primaries`]). Serialized, this is the stored document.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Contact {
    /// The system that owns this card (`CH`, `Webex4Broadworks`, …); decides who may write it and never changes.
    pub source: String,
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
    pub organization: Option<String>,
    /// The job title.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// The postal address as one text; some systems put the JSON of a structured address here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// Where a picture of the person can be fetched; never fetched by the directory.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub photo_uri: Option<String>,
    /// How the person would rather be reached.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub preferred_method: Option<Method>,
    /// E-mail addresses; the form is not checked.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub emails: Vec<Entry>,
    /// Phone numbers as typed, never rewritten.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub phones: Vec<Entry>,
    /// SIP addresses.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub sip_addresses: Vec<Entry>,
    /// Instant-messaging addresses.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ims: Vec<Entry>,
    /// The groups this card is shown to; empty means everyone of the organization.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub shared_with: Vec<Uuid>,
    /// Where the person belongs, each organization once; the first is the home, whose contact this is. Empty: the root alone.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub memberships: Vec<Membership>,
    /// Whether the person is out of use for now: kept and shown, but able to do nothing.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub is_inactive: bool,
    /// What this person is called in foreign systems.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub keys: Vec<ForeignKey>,
    /// Whose cards were merged into this one, in that order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub formers: Vec<Former>,
    /// What one dialect alone knows, by the dialect's name; returned as received, never searched.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub extensions: BTreeMap<String, serde_json::Value>,
}

/// One way to reach a person: an e-mail address, a phone number, a SIP or messaging address.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// The address or number, not empty.
    #[serde(rename = "v")]
    pub value: String,
    /// What it is for (`work`, `home`, …), lower case for the kinds a dialect knows; absent when not said.
    #[serde(rename = "k", default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// Whether it is the first choice of its list; absent when not said.
    #[serde(rename = "p", default, skip_serializing_if = "Option::is_none")]
    pub is_primary: Option<bool>,
}

/// A way of reaching a person that may be preferred.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// By SIP address.
    Sip,
    /// By e-mail.
    Email,
    /// By phone.
    Phone,
    /// By instant message.
    Im,
}

/// What a person is called in a foreign system.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ForeignKey {
    /// The foreign system's name.
    pub system: String,
    /// The key there.
    pub value: String,
}

/// A contact together with what the directory gave it.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// The id, given once and never reused.
    pub id: Uuid,
    /// The person number: dense within the tenant from 1, given once and never reused.
    pub number: u32,
    /// The tenant's revision at the last change of this card.
    pub revision: u64,
    /// When the card was made.
    pub created: Timestamp,
    /// When the card last changed.
    pub modified: Timestamp,
    /// The card.
    pub contact: Contact,
}

impl Contact {
    /// Makes at most one entry of each list the primary: the first that claims it; the others become `false`.
    pub fn settle_primaries(&mut self) {
        for list in [&mut self.emails, &mut self.phones, &mut self.sip_addresses, &mut self.ims] {
            let mut taken = false;
            for entry in list.iter_mut().filter(|entry| entry.is_primary == Some(true)) {
                if taken {
                    entry.is_primary = Some(false);
                }
                taken = true;
            }
        }
    }

    /// Whether something that this card says is said no more by what it becomes: a member that has nothing any more.
    #[must_use]
    pub fn is_blanked_by(&self, after: &Contact) -> bool {
        let texts = |contact: &Contact| {
            [
                contact.display_name.is_some(),
                contact.given_name.is_some(),
                contact.family_name.is_some(),
                contact.organization.is_some(),
                contact.title.is_some(),
                contact.address.is_some(),
                contact.photo_uri.is_some(),
                !contact.emails.is_empty(),
                !contact.phones.is_empty(),
                !contact.sip_addresses.is_empty(),
                !contact.ims.is_empty(),
            ]
        };
        texts(self).into_iter().zip(texts(after)).any(|(had, has)| had && !has)
    }

    /// What to call this person in a list: the display name, else the first and last name, else an e-mail address.
    #[must_use]
    pub fn name_or_email(&self) -> Option<String> {
        if let Some(name) = self.display_name.as_ref().filter(|name| !name.trim().is_empty()) {
            return Some(name.clone());
        }
        self.given_and_family().or_else(|| self.emails.first().map(|entry| entry.value.clone()))
    }

    /// First and last name with a blank between, whichever there are; `None` when neither is.
    #[must_use]
    pub fn given_and_family(&self) -> Option<String> {
        let parts: Vec<&str> = [&self.given_name, &self.family_name]
            .into_iter()
            .flatten()
            .map(String::as_str)
            .filter(|part| !part.is_empty())
            .collect();
        (!parts.is_empty()).then(|| parts.join(" "))
    }
}

impl Entry {
    /// Where the entry stands that a door shows which knows only one: the first of this kind, else the primary one, else the
    /// first. [`crate::ListEdit::Assign`] writes the same.
    #[must_use]
    pub fn chosen(list: &[Entry], kind: Option<&str>) -> Option<usize> {
        let of_kind = kind.and_then(|kind| list.iter().position(|entry| entry.is_of_kind(Some(kind))));
        of_kind.or_else(|| list.iter().position(|entry| entry.is_primary == Some(true))).or((!list.is_empty()).then_some(0))
    }

    /// Whether this is the same address for the same purpose, the purpose compared ignoring ASCII case.
    #[must_use]
    pub fn is_same(&self, other: &Entry) -> bool {
        self.value == other.value && self.is_of_kind(other.kind.as_deref())
    }

    /// Whether the purpose is `kind`, ignoring ASCII case; absent equals absent only.
    #[must_use]
    pub fn is_of_kind(&self, kind: Option<&str>) -> bool {
        match (&self.kind, kind) {
            (Some(mine), Some(theirs)) => mine.eq_ignore_ascii_case(theirs),
            (None, None) => true,
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(value: &str, is_primary: Option<bool>) -> Entry {
        Entry { value: value.into(), kind: None, is_primary }
    }

    #[test]
    fn the_first_of_several_primaries_wins() {
        let mut contact =
            Contact { emails: vec![entry("a", None), entry("b", Some(true)), entry("c", Some(true))], ..Contact::default() };
        contact.settle_primaries();
        let flags: Vec<_> = contact.emails.iter().map(|entry| entry.is_primary).collect();
        assert_eq!(flags, [None, Some(true), Some(false)]);
    }

    #[test]
    fn a_document_keeps_every_member_and_omits_absent_ones() {
        let contact = Contact { source: "CH".into(), title: Some(String::new()), ..Contact::default() };
        let text = serde_json::to_string(&contact).unwrap();
        assert_eq!(text, r#"{"source":"CH","title":""}"#);
        assert_eq!(serde_json::from_str::<Contact>(&text).unwrap(), contact);
    }

    #[test]
    fn a_person_without_a_display_name_is_called_by_first_and_last_name_or_email() {
        let mut contact = Contact { emails: vec![entry("a@b.example", None)], ..Contact::default() };
        assert_eq!(contact.name_or_email().as_deref(), Some("a@b.example"));
        contact.family_name = Some("Oke".into());
        assert_eq!(contact.name_or_email().as_deref(), Some("Oke"));
    }
}
