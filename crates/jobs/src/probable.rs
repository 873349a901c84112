//! Who of those that would be made is probably there already.

use cardfile_directory::phones;
use cardfile_likeness::Likeness;
use cardfile_model::{Contact, Filter, Record};

/// How many addresses and numbers are looked up at once.
const LOOKED_UP: usize = 4_000;
/// How many contacts are compared with those that would be made.
pub const COMPARED: usize = 1_000;
/// How many are told of one card.
const TOLD: usize = 5;

/// Whom to compare with: those who share an address or a number with one of these cards. `None` when they have none.
#[must_use]
pub fn question<'c>(cards: impl Iterator<Item = &'c Contact>, country: Option<&str>) -> Option<Filter> {
    let mut wanted = Vec::new();
    for card in cards {
        wanted.extend(card.emails.iter().map(|entry| Filter::Email(entry.value.clone())));
        let spelled = card.phones.iter().flat_map(|entry| phones::spellings(&entry.value, country));
        wanted.extend(spelled.map(Filter::Phone));
        if wanted.len() >= LOOKED_UP {
            break;
        }
    }
    (!wanted.is_empty()).then_some(Filter::Or(wanted))
}

/// Who of those who are there is probably the person of a card, the surest first.
#[must_use]
pub fn alike<'r>(card: &Contact, known: &'r [Record], country: Option<&str>) -> Vec<(Likeness, &'r Record)> {
    let is_same = |one: &str, other: &str| phones::is_same(one, other, country);
    let compared = known.iter().filter_map(|record| Some((cardfile_likeness::compare(card, &record.contact, &is_same)?, record)));
    let mut found: Vec<_> = compared.collect();
    found.sort_by(|one, other| other.0.confidence.total_cmp(&one.0.confidence));
    found.truncate(TOLD);
    found
}
