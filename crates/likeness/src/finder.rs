//! The first pass: who shares evidence with whom.

use cardfile_model::Record;

use crate::clusters::{Candidates, Groups};
use crate::evidence::{Email, Evidence, is_key, phone};
use crate::runs::{Row, Runs};

/// What is evidence, and how much is told at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settings {
    /// People who may share an address, a number or a key; what more people have is no evidence. At least 2.
    pub most_holders: usize,
    /// People of one [`crate::Cluster`] at most; at least [`Settings::most_holders`].
    pub cluster_people: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Settings { most_holders: 5, cluster_people: 20 }
    }
}

/// Sees each record once, in any order, and then tells who might be the same.
///
/// **Units and shape**: 12 bytes are kept for each e-mail address, phone number and foreign key, and nothing else of a card. A record
/// that is seen again says nothing new.
#[derive(Debug)]
pub struct Finder {
    settings: Settings,
    runs: Runs,
}

impl Finder {
    /// A finder that has seen nobody.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        let most_holders = settings.most_holders.max(2);
        let cluster_people = settings.cluster_people.max(most_holders);
        Finder { settings: Settings { most_holders, cluster_people }, runs: Runs::default() }
    }

    /// Takes note of one person. `phones` are the numbers of the card as the caller normalises them (E.164 where that is
    /// known); those of fewer than six digits are passed over.
    pub fn see(&mut self, record: &Record, phones: impl Iterator<Item = String>) {
        let contact = &record.contact;
        let emails = contact.emails.iter().filter_map(|entry| Email::read(&entry.value)).map(|email| Evidence::of_email(&email));
        let keys = contact.keys.iter().filter(|key| is_key(key)).map(Evidence::of_key);
        let phones = phones.filter_map(|number| phone(&number)).map(|number| Evidence::of_phone(&number));
        for evidence in emails.chain(keys).chain(phones) {
            self.runs.push(Row::new(evidence, record.number));
        }
    }

    /// Bytes of memory held for what was seen. [`Finder::candidates`] needs about as much again at most, if everyone shares
    /// evidence, and much less where few do.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.runs.bytes()
    }

    /// Who shares evidence that few people have.
    #[must_use]
    pub fn candidates(self) -> Candidates {
        let mut groups = Groups::new(self.settings);
        for row in self.runs.merged() {
            groups.push(row);
        }
        groups.candidates()
    }
}
