//! What becomes of a card that takes another one in.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::contact::{Contact, Entry, Record};
use crate::membership::Membership;
use crate::{Organization, fold};

/// Who a person was beside who they are: somebody whose card was merged into theirs. Whoever asks for that one finds this one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Former {
    /// The id that leads here.
    pub id: Uuid,
    /// The person number that leads here.
    #[serde(rename = "n")]
    pub number: u32,
    /// The change by which it was merged.
    #[serde(rename = "c")]
    pub change: u64,
}

impl Contact {
    /// Takes in what another card has and this one lacks: absent members, further entries, keys, places and roles. What both say
    /// stays as it is here. Whoever was found under the other's id is found here from `change` on.
    pub fn take_in(&mut self, other: &Record, change: u64) {
        let Record { id, number, contact: theirs, .. } = other;
        for (mine, theirs) in [
            (&mut self.display_name, &theirs.display_name),
            (&mut self.given_name, &theirs.given_name),
            (&mut self.family_name, &theirs.family_name),
            (&mut self.organization, &theirs.organization),
            (&mut self.title, &theirs.title),
            (&mut self.address, &theirs.address),
            (&mut self.photo_uri, &theirs.photo_uri),
        ] {
            if mine.is_none() {
                mine.clone_from(theirs);
            }
        }
        self.preferred_method = self.preferred_method.or(theirs.preferred_method);
        add_entries(&mut self.emails, &theirs.emails, fold::text);
        add_entries(&mut self.phones, &theirs.phones, fold::phone);
        add_entries(&mut self.sip_addresses, &theirs.sip_addresses, fold::text);
        add_entries(&mut self.ims, &theirs.ims, fold::text);
        // A card that everyone sees stays so, and one that few see is not shown to everyone.
        if !self.shared_with.is_empty() {
            add(&mut self.shared_with, &theirs.shared_with);
        }
        self.add_memberships(theirs);
        self.is_inactive &= theirs.is_inactive;
        add(&mut self.keys, &theirs.keys);
        for (dialect, value) in &theirs.extensions {
            self.extensions.entry(dialect.clone()).or_insert_with(|| value.clone());
        }
        let taken = theirs.formers.iter().map(|former| Former { change, ..*former });
        self.formers.extend(taken.chain([Former { id: *id, number: *number, change }]));
        self.settle_primaries();
    }

    /// Whether somebody of this id was merged into this person.
    #[must_use]
    pub fn took_in(&self, id: Uuid) -> bool {
        self.formers.iter().any(|former| former.id == id)
    }

    fn add_memberships(&mut self, other: &Contact) {
        let root = || vec![Membership::plain(Organization::ROOT)];
        let listed = |list: &Vec<Membership>| if list.is_empty() { root() } else { list.clone() };
        let mut list = listed(&self.memberships);
        for theirs in listed(&other.memberships) {
            match list.iter_mut().find(|mine| mine.organization == theirs.organization) {
                Some(mine) => add(&mut mine.roles, &theirs.roles),
                None => list.push(theirs),
            }
        }
        self.memberships = if list == root() { Vec::new() } else { list };
    }
}

fn add<T: Clone + PartialEq>(mine: &mut Vec<T>, theirs: &[T]) {
    for one in theirs {
        if !mine.contains(one) {
            mine.push(one.clone());
        }
    }
}

fn add_entries(mine: &mut Vec<Entry>, theirs: &[Entry], fold: impl Fn(&str) -> String) {
    for entry in theirs {
        if !mine.iter().any(|known| fold(&known.value) == fold(&entry.value)) {
            mine.push(entry.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::contact::ForeignKey;

    fn entry(value: &str, is_primary: Option<bool>) -> Entry {
        Entry { value: value.into(), kind: None, is_primary }
    }

    fn record(number: u32, contact: Contact) -> Record {
        let id = Uuid::from_u128(number.into());
        Record { id, number, revision: 1, created: Timestamp::UNIX_EPOCH, modified: Timestamp::UNIX_EPOCH, contact }
    }

    #[test]
    fn what_both_say_stays_and_what_one_lacks_comes() {
        let mut kept = Contact {
            display_name: Some("Mara Vinter".into()),
            emails: vec![entry("m@quay.example", Some(true))],
            ..Contact::default()
        };
        let key = ForeignKey { system: "hr".into(), value: "7".into() };
        let other = Contact {
            display_name: Some("M. Vinter".into()),
            title: Some("Cook".into()),
            emails: vec![entry("M@QUAY.example", None), entry("mara@home.example", Some(true))],
            phones: vec![entry("+47 22", None)],
            keys: vec![key.clone()],
            is_inactive: true,
            ..Contact::default()
        };
        kept.take_in(&record(9, other), 4);
        assert_eq!((kept.display_name.as_deref(), kept.title.as_deref()), (Some("Mara Vinter"), Some("Cook")));
        assert_eq!(kept.emails, [entry("m@quay.example", Some(true)), entry("mara@home.example", Some(false))]);
        assert_eq!((kept.phones.len(), kept.keys, kept.is_inactive), (1, vec![key], false));
        assert_eq!(kept.formers, [Former { id: Uuid::from_u128(9), number: 9, change: 4 }]);
    }

    #[test]
    fn places_and_roles_are_held_together() {
        let at =
            |organization, roles: &[&str]| Membership { organization, roles: roles.iter().map(ToString::to_string).collect() };
        let mut kept = Contact { memberships: vec![at(2, &["buyer"]), at(3, &[])], ..Contact::default() };
        let other = Contact { memberships: vec![at(2, &["admin", "buyer"]), at(4, &[])], ..Contact::default() };
        kept.take_in(&record(9, other), 4);
        assert_eq!(kept.memberships, [at(2, &["buyer", "admin"]), at(3, &[]), at(4, &[])]);
        let mut rooted = Contact::default();
        rooted.take_in(&record(9, Contact::default()), 4);
        assert_eq!(rooted.memberships, []);
        rooted.take_in(&record(10, Contact { memberships: vec![at(1, &[]), at(5, &[])], ..Contact::default() }), 4);
        assert_eq!(rooted.memberships, [at(1, &[]), at(5, &[])]);
    }

    #[test]
    fn nobody_sees_more_of_a_card_by_a_merge() {
        let shown = |groups: &[u128]| Contact {
            shared_with: groups.iter().map(|id| Uuid::from_u128(*id)).collect(),
            ..Contact::default()
        };
        let merged = |mine: &[u128], theirs: &[u128]| {
            let mut kept = shown(mine);
            kept.take_in(&record(9, shown(theirs)), 4);
            kept.shared_with.iter().map(Uuid::as_u128).collect::<Vec<_>>()
        };
        assert_eq!((merged(&[], &[1]), merged(&[1], &[]), merged(&[1], &[2, 1])), (vec![], vec![1], vec![1, 2]));
    }

    #[test]
    fn who_was_taken_in_before_leads_on() {
        let mut first = Contact::default();
        first.take_in(&record(2, Contact::default()), 4);
        let mut second = Contact::default();
        second.take_in(&record(3, first), 7);
        let led: Vec<_> = second.formers.iter().map(|former| (former.number, former.change)).collect();
        assert_eq!(led, [(2, 7), (3, 7)]);
    }
}
