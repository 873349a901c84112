//! Whether two people are called alike.
//!
//! Names are transliterated letter by letter, and then compared word by word whatever the order: written alike, spelled alike
//! (one of the usual ways, or nearly, by Jaro and Winkler's measure), or an initial. What remains unknown is said so: a name of
//! one word beside a full one, or a transliteration that says too little of how a name is read.
//!
//! Source: Winkler, "String Comparator Metrics and Enhanced Decision Rules in the Fellegi-Sunter Model of Record Linkage",
//! 1990; the letters are those of the crate `any_ascii`.

mod pair;
mod script;
mod spelling;
mod word;

#[cfg(test)]
mod tests;

use cardfile_model::Contact;

use pair::Pair;
use word::Name;

/// In which way two names are alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Manner {
    /// But for case, accents and punctuation, the same.
    Same,
    /// The same words in another order.
    Reordered,
    /// One has initials, or leaves out some of the other's names.
    Shortened,
    /// One is another spelling of the other.
    Spelled,
    /// They are in different scripts.
    Transliterated,
}

/// What two names say of whether it is one person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Names {
    /// They are alike.
    Alike(Manner),
    /// One is absent, or too short to tell.
    Open,
    /// They differ.
    Unlike,
}

impl Names {
    /// What the names of two cards say: the best of the names as shown, and of first and last names.
    pub(crate) fn of(one: &Contact, other: &Contact) -> Names {
        let (ones, others) = (names(one), names(other));
        let pairs = ones.iter().flat_map(|one| others.iter().map(move |other| Pair::new(one, other).verdict()));
        pairs.min_by_key(|names| names.rank()).unwrap_or(Names::Open)
    }

    /// What counts of several, the least first: that names are alike, then that they differ.
    fn rank(self) -> (u8, Option<Manner>) {
        match self {
            Names::Alike(manner) => (0, Some(manner)),
            Names::Unlike => (1, None),
            Names::Open => (2, None),
        }
    }
}

/// The names of a card that say something, each once. An e-mail address in place of a name is none.
fn names(contact: &Contact) -> Vec<Name> {
    let shown = contact.display_name.clone().filter(|name| !name.contains('@'));
    let mut names: Vec<Name> = [shown, contact.given_and_family()].iter().flatten().filter_map(|name| Name::read(name)).collect();
    names.dedup();
    names
}
