//! Who is found twice, on people in several scripts and on random ones.

mod people;
mod random;

use cardfile_likeness::{Candidates, Finder, Likeness, Settings, compare};
use cardfile_model::{Contact, Entry, ForeignKey, Record, fold};

fn entry(value: &str) -> Entry {
    Entry { value: value.into(), ..Entry::default() }
}

/// A card of a name, e-mail addresses and phone numbers.
fn card(name: &str, emails: &[&str], phones: &[&str]) -> Contact {
    let list = |values: &[&str]| values.iter().map(|value| entry(value)).collect();
    Contact { display_name: Some(name.into()), emails: list(emails), phones: list(phones), ..Contact::default() }
}

fn with_key(contact: Contact, system: &str, value: &str) -> Contact {
    Contact { keys: vec![ForeignKey { system: system.into(), value: value.into() }], ..contact }
}

/// Numbers as these tests take them to be the same: by their digits.
fn by_digits(one: &str, other: &str) -> bool {
    fold::phone(one) == fold::phone(other)
}

fn compared(one: &Contact, other: &Contact) -> Option<Likeness> {
    compare(one, other, &by_digits)
}

/// What a finder tells of cards that are numbered from 0.
fn candidates(settings: Settings, contacts: &[Contact]) -> Candidates {
    let mut finder = Finder::new(settings);
    for (number, contact) in (0..).zip(contacts) {
        let record = Record {
            id: uuid::Uuid::nil(),
            number,
            revision: 1,
            created: jiff::Timestamp::UNIX_EPOCH,
            modified: jiff::Timestamp::UNIX_EPOCH,
            contact: contact.clone(),
        };
        finder.see(&record, contact.phones.iter().map(|entry| fold::phone(&entry.value)));
    }
    finder.candidates()
}
