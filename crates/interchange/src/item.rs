//! What a file is read as: one item after another.

use cardfile_model::{Contact, Violation};

/// One row, card or entry of a file.
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    /// Which one it is, from 1. Blank rows, comments and headings are not counted.
    pub row: u64,
    /// The line of the file where it begins, from 1.
    pub line: u64,
    /// Its text in the file's own format, without a mark of [`crate::Rejects`]. What is no text is replaced in it.
    pub raw: String,
    /// The card, or everything that is wrong with it: a violation's field is a column or a property of the file.
    pub outcome: Result<Card, Vec<Violation>>,
}

/// What a file says of one person.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Card {
    /// The card. Its `source` is empty, for who imports says that.
    pub contact: Contact,
    /// The system that owns the card, where the file tells.
    pub source: Option<String>,
    /// What the file calls the person (`UID`, `entryUUID`, `id`, a column of keys), where it does.
    pub uid: Option<String>,
    /// The names of the groups that the person is said to be in (categories, labels).
    pub groups: Vec<String>,
}

/// Why a file cannot be read on. Everything else is told of an item.
#[derive(Debug, thiserror::Error)]
pub enum Unreadable {
    /// Its bytes cannot be had.
    #[error("the file cannot be read from line {line} on: {source}")]
    Io {
        /// The line where the item begins that is not there.
        line: u64,
        /// What failed.
        source: std::io::Error,
    },
    /// One of its items is too long; in CSV, often a quote that is not closed.
    #[error("what begins in line {line} has more than {item_bytes} bytes: is a quote not closed, or an end missing?")]
    TooLong {
        /// The line where it begins.
        line: u64,
        /// The most bytes that an item may have.
        item_bytes: usize,
    },
    /// Its first row names no columns that can be understood.
    #[error("the columns cannot be understood: {0}")]
    Columns(String),
}

/// A card that says nothing at all is refused.
pub(crate) fn filled(card: Card) -> Result<Card, Vec<Violation>> {
    let Contact {
        display_name,
        given_name,
        family_name,
        organization,
        title,
        address,
        photo_uri,
        emails,
        phones,
        sip_addresses,
        ims,
        ..
    } = &card.contact;
    let texts = [display_name, given_name, family_name, organization, title, address, photo_uri];
    let lists = [emails, phones, sip_addresses, ims];
    if texts.iter().all(|text| text.is_none()) && lists.iter().all(|list| list.is_empty()) {
        let message = "nothing is said of this person: no name, no company, no way to reach them";
        return Err(vec![Violation::new("", "filled", message)]);
    }
    Ok(card)
}
