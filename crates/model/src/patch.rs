//! How a contact changes: absent, null and value told apart, and the patch that takes a change back.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::contact::{Contact, Entry, ForeignKey, Method};
use crate::membership::MembershipEdit;
use crate::merge::Former;

/// What happens to one optional member: absent, null and value as a type.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Edit<T> {
    /// The member stays as it is.
    #[default]
    Keep,
    /// The member is removed.
    Clear,
    /// The member becomes this.
    Set(T),
}

/// One step of a change to a list of entries; steps apply in order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ListEdit {
    /// An entry of the same value and kind gets its primary flag; otherwise the entry is appended. An entry that claims to be
    /// primary takes it from the others.
    Upsert(Entry),
    /// Entries of this value (and this kind, if given) go; none to remove is no error.
    Remove {
        /// The value to remove.
        value: String,
        /// The kind it must have; absent means any.
        kind: Option<String>,
    },
    /// The whole list becomes this.
    Replace(Vec<Entry>),
    /// The one entry that a door shows ([`Entry::chosen`]) gets this value and keeps its kind; without one it is made, the
    /// primary one. Without a value it goes.
    Assign {
        /// The kind that is shown before others, and that a new entry gets.
        kind: Option<String>,
        /// The value.
        value: Option<String>,
    },
}

/// A change to a contact: only what is named changes. The source of a contact never changes; naming it only claims what it is.
///
/// Serialized, this is what the log keeps to take an update back ([`Patch::reverse`]).
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[expect(missing_docs, reason = "each member is the contact's member of that name")]
pub struct Patch {
    /// What the contact's source must be; another one is refused, none is not looked at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// Whether a display name that only says the first and last name, or is absent, follows a change of these.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub follows_names: bool,
    #[serde(skip_serializing_if = "Edit::is_keep")]
    pub display_name: Edit<String>,
    #[serde(skip_serializing_if = "Edit::is_keep")]
    pub given_name: Edit<String>,
    #[serde(skip_serializing_if = "Edit::is_keep")]
    pub family_name: Edit<String>,
    #[serde(skip_serializing_if = "Edit::is_keep")]
    pub organization: Edit<String>,
    #[serde(skip_serializing_if = "Edit::is_keep")]
    pub title: Edit<String>,
    #[serde(skip_serializing_if = "Edit::is_keep")]
    pub address: Edit<String>,
    #[serde(skip_serializing_if = "Edit::is_keep")]
    pub photo_uri: Edit<String>,
    #[serde(skip_serializing_if = "Edit::is_keep")]
    pub preferred_method: Edit<Method>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub emails: Vec<ListEdit>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub phones: Vec<ListEdit>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub sip_addresses: Vec<ListEdit>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ims: Vec<ListEdit>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shared_with: Option<Vec<Uuid>>,
    /// Where the person belongs. A step about a membership that is not there is passed over; a store refuses it before.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub memberships: Vec<MembershipEdit>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_inactive: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub keys: Option<Vec<ForeignKey>>,
    /// Whose cards were merged into this one: no door's to say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub formers: Option<Vec<Former>>,
    /// By dialect: `Clear` forgets what that dialect kept, `Set` replaces it.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub extensions: BTreeMap<String, Edit<serde_json::Value>>,
}

impl<T> Edit<T> {
    /// Whether nothing happens.
    pub fn is_keep(&self) -> bool {
        matches!(self, Edit::Keep)
    }

    /// Applies this to a member.
    pub fn apply(self, member: &mut Option<T>) {
        match self {
            Edit::Keep => {}
            Edit::Clear => *member = None,
            Edit::Set(value) => *member = Some(value),
        }
    }

    /// The edit that makes `before` again where `after` stands now.
    #[expect(clippy::ref_option, reason = "members are stored options, compared as they are")]
    fn reverse(before: &Option<T>, after: &Option<T>) -> Self
    where
        T: Clone + PartialEq,
    {
        match before {
            _ if before == after => Edit::Keep,
            None => Edit::Clear,
            Some(value) => Edit::Set(value.clone()),
        }
    }
}

impl Patch {
    /// Applies this patch; members it does not name stay.
    pub fn apply(self, contact: &mut Contact) {
        // Destructured without `..`, so that a new member does not compile until it is thought of here.
        let Patch {
            source: _,
            follows_names,
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
        } = self;
        let follows = follows_names && (contact.display_name.is_none() || contact.display_name == contact.given_and_family());
        display_name.apply(&mut contact.display_name);
        given_name.apply(&mut contact.given_name);
        family_name.apply(&mut contact.family_name);
        if follows {
            contact.display_name = contact.given_and_family();
        }
        organization.apply(&mut contact.organization);
        title.apply(&mut contact.title);
        address.apply(&mut contact.address);
        photo_uri.apply(&mut contact.photo_uri);
        preferred_method.apply(&mut contact.preferred_method);
        apply_list(emails, &mut contact.emails);
        apply_list(phones, &mut contact.phones);
        apply_list(sip_addresses, &mut contact.sip_addresses);
        apply_list(ims, &mut contact.ims);
        if let Some(groups) = shared_with {
            contact.shared_with = groups;
        }
        for edit in memberships {
            let _passed_over = edit.apply(&mut contact.memberships);
        }
        contact.is_inactive = is_inactive.unwrap_or(contact.is_inactive);
        if let Some(keys) = keys {
            contact.keys = keys;
        }
        if let Some(formers) = formers {
            contact.formers = formers;
        }
        for (dialect, edit) in extensions {
            match edit {
                Edit::Keep => {}
                Edit::Clear => drop(contact.extensions.remove(&dialect)),
                Edit::Set(value) => drop(contact.extensions.insert(dialect, value)),
            }
        }
    }

    /// The patch that turns `after` back into `before`; the source, which never changes, is not compared.
    #[must_use]
    pub fn reverse(before: &Contact, after: &Contact) -> Patch {
        let list = |old: &Vec<Entry>, new: &Vec<Entry>| {
            if old == new { Vec::new() } else { vec![ListEdit::Replace(old.clone())] }
        };
        let mut extensions = BTreeMap::new();
        for dialect in before.extensions.keys().chain(after.extensions.keys()) {
            match (before.extensions.get(dialect), after.extensions.get(dialect)) {
                (old, new) if old == new => {}
                (Some(old), _) => drop(extensions.insert(dialect.clone(), Edit::Set(old.clone()))),
                (None, _) => drop(extensions.insert(dialect.clone(), Edit::Clear)),
            }
        }
        Patch {
            source: None,
            follows_names: false,
            display_name: Edit::reverse(&before.display_name, &after.display_name),
            given_name: Edit::reverse(&before.given_name, &after.given_name),
            family_name: Edit::reverse(&before.family_name, &after.family_name),
            organization: Edit::reverse(&before.organization, &after.organization),
            title: Edit::reverse(&before.title, &after.title),
            address: Edit::reverse(&before.address, &after.address),
            photo_uri: Edit::reverse(&before.photo_uri, &after.photo_uri),
            preferred_method: Edit::reverse(&before.preferred_method, &after.preferred_method),
            emails: list(&before.emails, &after.emails),
            phones: list(&before.phones, &after.phones),
            sip_addresses: list(&before.sip_addresses, &after.sip_addresses),
            ims: list(&before.ims, &after.ims),
            shared_with: (before.shared_with != after.shared_with).then(|| before.shared_with.clone()),
            memberships: if before.memberships == after.memberships {
                Vec::new()
            } else {
                vec![MembershipEdit::Replace(before.memberships.clone())]
            },
            is_inactive: (before.is_inactive != after.is_inactive).then_some(before.is_inactive),
            keys: (before.keys != after.keys).then(|| before.keys.clone()),
            formers: (before.formers != after.formers).then(|| before.formers.clone()),
            extensions,
        }
    }

    /// Whether this patch names nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Patch::default()
    }
}

fn apply_list(edits: Vec<ListEdit>, list: &mut Vec<Entry>) {
    for edit in edits {
        match edit {
            ListEdit::Replace(entries) => *list = entries,
            ListEdit::Remove { value, kind } => {
                list.retain(|entry| entry.value != value || (kind.is_some() && !entry.is_of_kind(kind.as_deref())));
            }
            ListEdit::Upsert(entry) => upsert(entry, list),
            ListEdit::Assign { kind, value } => assign(kind, value, list),
        }
    }
}

fn assign(kind: Option<String>, value: Option<String>, list: &mut Vec<Entry>) {
    match (Entry::chosen(list, kind.as_deref()), value) {
        (Some(at), Some(value)) => list[at].value = value,
        (Some(at), None) => drop(list.remove(at)),
        (None, Some(value)) => list.push(Entry { value, kind, is_primary: Some(true) }),
        (None, None) => {}
    }
}

fn upsert(entry: Entry, list: &mut Vec<Entry>) {
    if entry.is_primary == Some(true) {
        for other in list.iter_mut().filter(|other| other.is_primary == Some(true)) {
            other.is_primary = Some(false);
        }
    }
    match list.iter_mut().find(|other| other.is_same(&entry)) {
        Some(same) => same.is_primary = entry.is_primary.or(same.is_primary),
        None => list.push(entry),
    }
}

#[cfg(test)]
mod tests;
