//! Who bears which exact term by what a turn wants indexed, so that each of many who look one up need not go through all of it.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use cardfile_model::Numbers;

use crate::turn::Indexed;

/// A term that is found by equality: its kind and a hash.
pub(crate) type ExactTerm = [u8; 9];

/// Who bears which exact term. Nobody is ever taken out: whoever looks one up compares with the row.
#[derive(Debug, Default)]
pub(crate) struct Bearers {
    /// The first bearer of each; most terms have no other.
    first: HashMap<ExactTerm, u32>,
    /// All bearers of those that have several.
    several: HashMap<ExactTerm, Numbers>,
}

impl Bearers {
    /// Those of people as they are to be indexed.
    pub(crate) fn of<'i>(people: impl Iterator<Item = (u32, &'i Indexed)>) -> Self {
        let mut bearers = Bearers::default();
        people.for_each(|(number, indexed)| bearers.add(number, indexed));
        bearers
    }

    /// Adds one more.
    pub(crate) fn add(&mut self, number: u32, indexed: &Indexed) {
        for term in indexed.terms.iter().filter_map(|term| ExactTerm::try_from(term).ok()) {
            match self.first.entry(term) {
                Entry::Vacant(vacant) => drop(vacant.insert(number)),
                Entry::Occupied(first) if *first.get() == number => {}
                Entry::Occupied(first) => {
                    self.several.entry(term).or_insert_with(|| Numbers::from([*first.get()])).insert(number);
                }
            }
        }
    }

    /// Who bears this one.
    pub(crate) fn of_term(&self, term: &[u8]) -> Numbers {
        match self.several.get(term) {
            Some(several) => several.clone(),
            None => self.first.get(term).map(|first| Numbers::from([*first])).unwrap_or_default(),
        }
    }
}
