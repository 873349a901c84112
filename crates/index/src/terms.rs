//! What of a contact is indexed: its exact keys, its words, and its search text. The one place that says so, for every store.

use cardfile_model::{Contact, fold};
use uuid::Uuid;

use crate::hash::hash64;

/// The form of what is indexed: it moves with whatever changes the terms or the text of a contact. A segment says of which form it
/// is, and a store indexes anew what an earlier version of this software indexed.
///
/// * 0: e-mail addresses, phone numbers and keys as hashes, words.
/// * 1: besides, the ends of phone numbers.
pub const FORM: u32 = 1;

/// The kind of an e-mail address: exact.
const EMAIL: u8 = 0x01;
/// The kind of a phone number by its digits: exact.
const PHONE: u8 = 0x02;
/// The kind of a foreign system's key: exact.
const KEY: u8 = 0x03;
/// The kind of who was merged into the contact: exact.
const FORMER: u8 = 0x04;
/// The kind of a word of a name or of an e-mail address's local part.
const WORD: u8 = 0x40;
/// The kind of the end of a phone number: its last digits, the last one first.
const TAIL: u8 = 0x41;

/// Longest term kept, in bytes, its kind included; a longer word is cut, and who looks for one must look at the row too.
pub const MAX_WORD: usize = 200;

/// How many of the last digits of a phone number are kept. Neighbours share most of so few, so that among a million one takes 6.6
/// bytes where an exact key takes 11, and with its kind the term is eight bytes, which are compared as one number; who looks for
/// more must look at the row.
pub const MAX_TAIL: usize = 7;

/// Separates the fields of a search text, so that no text is found across two of them.
pub const FIELD: char = '\u{1f}';

/// The terms of one contact, packed: a length and the bytes of each, one after the other.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Terms(Vec<u8>);

impl Terms {
    /// Everything a contact is found by, but for substrings.
    #[must_use]
    pub fn of(contact: &Contact) -> Self {
        let mut terms = Terms(Vec::with_capacity(128));
        for entry in &contact.emails {
            let folded = fold::text(&entry.value);
            terms.push(&exact(EMAIL, &folded));
            terms.push_words(folded.split_once('@').map_or(folded.as_str(), |(local, _)| local));
        }
        for entry in &contact.phones {
            terms.push(&phone(&entry.value));
            terms.push_tail(&entry.value);
        }
        for known in &contact.keys {
            terms.push(&key(&known.system, &known.value));
        }
        for taken in &contact.formers {
            terms.push(&former(taken.id));
            terms.push(&former_number(taken.number));
        }
        if let Some(name) = &contact.display_name {
            terms.push_words(&fold::text(name));
        }
        if let Some(names) = contact.given_and_family() {
            terms.push_words(&fold::text(&names));
        }
        terms
    }

    /// The terms one by one.
    pub fn iter(&self) -> impl Iterator<Item = &[u8]> {
        let mut rest = self.0.as_slice();
        std::iter::from_fn(move || {
            let (&length, tail) = rest.split_first()?;
            let (term, tail) = tail.split_at_checked(usize::from(length))?;
            rest = tail;
            Some(term)
        })
    }

    fn push(&mut self, term: &[u8]) {
        self.0.push(u8::try_from(term.len()).expect("terms are cut well below 255 bytes"));
        self.0.extend_from_slice(term);
    }

    /// A text without digits has no end to be found by.
    fn push_tail(&mut self, number: &str) {
        let at = self.0.len();
        self.0.extend([0, TAIL]);
        self.0.extend(last_digits(number));
        match u8::try_from(self.0.len() - at - 1).expect("an end is short") {
            1 => self.0.truncate(at),
            length => self.0[at] = length,
        }
    }

    fn push_words(&mut self, folded: &str) {
        for word in fold::words(folded) {
            let cut = cut(word);
            self.0.push(u8::try_from(cut.len() + 1).expect("terms are cut well below 255 bytes"));
            self.0.push(WORD);
            self.0.extend_from_slice(cut.as_bytes());
        }
    }
}

/// The term of an e-mail address as typed.
#[must_use]
pub fn email(address: &str) -> [u8; 9] {
    exact(EMAIL, &fold::text(address))
}

/// The term of a phone number as typed.
#[must_use]
pub fn phone(number: &str) -> [u8; 9] {
    exact(PHONE, &fold::phone(number))
}

/// The term of a foreign system's key; keys are compared byte by byte.
#[must_use]
pub fn key(system: &str, value: &str) -> [u8; 9] {
    exact(KEY, &format!("{system}{FIELD}{value}"))
}

/// The term of the id of somebody who was merged into the contact.
#[must_use]
pub fn former(id: Uuid) -> [u8; 9] {
    exact(FORMER, &id.to_string())
}

/// The term of the number of somebody who was merged into the contact.
#[must_use]
pub fn former_number(number: u32) -> [u8; 9] {
    exact(FORMER, &number.to_string())
}

/// The beginning that the terms of all phone numbers share that end with the digits of this one, or with the last [`MAX_TAIL`] of
/// them.
#[must_use]
pub fn tail_prefix(number: &str) -> Vec<u8> {
    std::iter::once(TAIL).chain(last_digits(number)).collect()
}

/// The beginning that the terms of all words with this beginning share.
#[must_use]
pub fn word_prefix(folded: &str) -> Vec<u8> {
    let cut = cut(folded);
    let mut term = Vec::with_capacity(cut.len() + 1);
    term.push(WORD);
    term.extend_from_slice(cut.as_bytes());
    term
}

/// Whether a word of a name or of an e-mail address's local part begins so, however long it is.
#[must_use]
pub fn has_word_prefix(contact: &Contact, folded: &str) -> bool {
    let names = [contact.display_name.clone(), contact.given_and_family()];
    let begins = |text: &str| fold::words(text).any(|word| word.starts_with(folded));
    names.iter().flatten().any(|name| begins(&fold::text(name)))
        || contact.emails.iter().any(|entry| {
            let address = fold::text(&entry.value);
            begins(address.split_once('@').map_or(address.as_str(), |(local, _)| local))
        })
}

/// The folded text that substrings are looked for in: the display name, first and last name (unless the display name says the
/// same), and the e-mail addresses, apart by [`FIELD`]. The display name comes first, empty if there is none.
#[must_use]
pub fn text(contact: &Contact) -> String {
    let mut text = String::with_capacity(96);
    if let Some(name) = &contact.display_name {
        fold::text_into(name, &mut text);
    }
    let shown = text.len();
    if let Some(names) = contact.given_and_family() {
        text.push(FIELD);
        fold::text_into(&names, &mut text);
        if text[..shown] == text[shown + 1..] || text.len() == shown + 1 {
            text.truncate(shown);
        }
    }
    for entry in &contact.emails {
        text.push(FIELD);
        fold::text_into(&entry.value, &mut text);
    }
    text
}

/// The folded display name at the head of a search text.
#[must_use]
pub fn name_in(text: &str) -> &str {
    text.split(FIELD).next().unwrap_or_default()
}

fn exact(kind: u8, folded: &str) -> [u8; 9] {
    let mut term = [kind; 9];
    term[1..].copy_from_slice(&hash64(folded.as_bytes()).to_be_bytes());
    term
}

/// The last digits of a phone number, from the end.
fn last_digits(number: &str) -> impl Iterator<Item = u8> {
    number.bytes().rev().filter(u8::is_ascii_digit).take(MAX_TAIL)
}

fn cut(word: &str) -> &str {
    &word[..word.floor_char_boundary(MAX_WORD)]
}

#[cfg(test)]
mod tests {
    use cardfile_model::Entry;

    use super::*;

    fn mara() -> Contact {
        Contact {
            display_name: Some("Måra  Vinter".into()),
            given_name: Some("Mara".into()),
            family_name: Some("VINTER".into()),
            emails: vec![Entry { value: "M.Vinter@quay.example".into(), ..Entry::default() }],
            phones: vec![Entry { value: "+47 22".into(), ..Entry::default() }],
            ..Contact::default()
        }
    }

    #[test]
    fn the_text_says_the_name_once_and_separates_fields() {
        assert_eq!(text(&mara()), "mara vinter\u{1f}m.vinter@quay.example");
        let nameless = Contact { display_name: None, ..mara() };
        assert_eq!(text(&nameless), "\u{1f}mara vinter\u{1f}m.vinter@quay.example");
        assert_eq!(name_in(&text(&nameless)), "");
        assert_eq!(text(&Contact::default()), "");
    }

    #[test]
    fn keys_fold_and_words_leave_the_domain_out() {
        let terms = Terms::of(&mara());
        let found: Vec<&[u8]> = terms.iter().collect();
        assert!(found.contains(&email("m.vinter@QUAY.example").as_slice()));
        assert!(found.contains(&phone("+4722").as_slice()));
        assert!(found.contains(&word_prefix("vinter").as_slice()));
        assert!(!found.contains(&word_prefix("quay").as_slice()));
    }

    #[test]
    fn a_number_is_found_by_any_of_its_last_digits() {
        let called =
            |value: &str| Contact { phones: vec![Entry { value: value.into(), ..Entry::default() }], ..Contact::default() };
        let tails = |value: &str| Terms::of(&called(value)).iter().filter(|term| term[0] == TAIL).map(<[u8]>::to_vec).collect();
        let found: Vec<Vec<u8>> = tails("+47 22 55-01.02 x 3");
        assert_eq!(found, [b"A3201055".to_vec()]);
        for end in ["3", "02x3", "5 501 023", "225501023"] {
            assert!(found[0].starts_with(&tail_prefix(end)), "{end}");
        }
        assert!(!found[0].starts_with(&tail_prefix("03")));
        assert_eq!(tails("22"), [b"A22".to_vec()]);
        assert_eq!(tails("Reception"), Vec::<Vec<u8>>::new());
    }

    #[test]
    fn a_word_beyond_measure_is_cut_at_a_letter() {
        let long = "é".repeat(300);
        assert!(word_prefix(&long).len() <= MAX_WORD + 1);
    }
}
