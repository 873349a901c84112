//! Whether two cards are one person's, and why.

use std::collections::BTreeSet;
use std::fmt;

use cardfile_model::{Contact, Entry};

use crate::company::company;
use crate::confidence::{Shared, confidence};
use crate::evidence::{Email, is_key, phone};
use crate::name::{Manner, Names};

/// Entries of a list that are looked at.
const MOST_ENTRIES: usize = 64;

/// How probable it is that two cards are one person's, and why.
#[derive(Debug, Clone, PartialEq)]
pub struct Likeness {
    /// In 0..=1, by the rules of `confidence.rs`.
    pub confidence: f64,
    /// What the cards have in common, each once, in the order of [`Reason`]; there is evidence among it.
    pub reasons: Vec<Reason>,
}

/// What two cards have in common.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// A foreign system's key; evidence.
    Key {
        /// The system.
        system: String,
        /// The key there.
        value: String,
    },
    /// An e-mail address, folded; evidence.
    Email(String),
    /// An e-mail address without the `+tag`, and at Gmail without dots; evidence.
    Mailbox(String),
    /// A phone number as one of the cards has it, the one with a `+` if there is one; evidence.
    Phone(String),
    /// The name.
    Name(Manner),
    /// The company, without its legal form, in small Latin letters without blanks.
    Company(String),
}

/// What two cards say of whether they are one person's; `None` if they share no evidence, however alike the names are.
///
/// `phones_equal` says of two numbers as typed whether they are the same line; it is only asked of those of six digits and more. The
/// answer is the same when the cards change places. Whoever knows what many people share takes that out of the cards before
/// ([`crate::Common::strip`]).
#[must_use]
pub fn compare(one: &Contact, other: &Contact, phones_equal: &dyn Fn(&str, &str) -> bool) -> Option<Likeness> {
    let mut reasons: BTreeSet<Reason> = keys(one, other).collect();
    reasons.extend(emails(one, other));
    reasons.extend(phones(one, other, phones_equal));
    let shared: Vec<Shared> = reasons.iter().filter_map(Reason::shared).collect();
    if shared.is_empty() {
        return None;
    }
    let names = Names::of(one, other);
    if let Names::Alike(manner) = names {
        reasons.insert(Reason::Name(manner));
    }
    let companies = [one, other].map(|contact| contact.organization.as_deref().and_then(company));
    let [company, theirs] = companies;
    let same = company.filter(|company| Some(company) == theirs.as_ref());
    let confidence = confidence(&shared, names, same.is_some())?;
    reasons.extend(same.map(Reason::Company));
    Some(Likeness { confidence, reasons: reasons.into_iter().collect() })
}

fn keys<'a>(one: &'a Contact, other: &'a Contact) -> impl Iterator<Item = Reason> + 'a {
    let few = |contact: &'a Contact| contact.keys.iter().filter(|key| is_key(key)).take(MOST_ENTRIES);
    few(one)
        .filter(move |key| few(other).any(|theirs| theirs == *key))
        .map(|key| Reason::Key { system: key.system.clone(), value: key.value.clone() })
}

fn emails(one: &Contact, other: &Contact) -> BTreeSet<Reason> {
    let read = |contact: &Contact| -> BTreeSet<Email> {
        contact.emails.iter().take(MOST_ENTRIES).filter_map(|entry| Email::read(&entry.value)).collect()
    };
    let (ours, theirs) = (read(one), read(other));
    let equal: Vec<&Email> = ours.intersection(&theirs).collect();
    let mailboxes = |emails: &BTreeSet<Email>| -> BTreeSet<String> { emails.iter().map(|email| email.mailbox.clone()).collect() };
    let (ours, theirs) = (mailboxes(&ours), mailboxes(&theirs));
    let alike = ours.intersection(&theirs).filter(|mailbox| equal.iter().all(|email| email.mailbox != **mailbox));
    let equal = equal.iter().map(|email| Reason::Email(email.folded.clone()));
    equal.chain(alike.cloned().map(Reason::Mailbox)).collect()
}

fn phones(one: &Contact, other: &Contact, phones_equal: &dyn Fn(&str, &str) -> bool) -> BTreeSet<Reason> {
    let few = |list: &[Entry]| -> BTreeSet<String> {
        let long = list.iter().take(MOST_ENTRIES).filter(|entry| phone(&entry.value).is_some());
        long.map(|entry| entry.value.trim().to_owned()).collect()
    };
    let theirs = few(&other.phones);
    let ours = few(&one.phones);
    let pairs = ours.iter().flat_map(|ours| theirs.iter().map(move |theirs| [ours, theirs]));
    pairs
        .filter_map(|mut pair| {
            // Numbers of a whole form come first.
            pair.sort_by_key(|number| (!number.starts_with('+'), *number));
            let [first, second] = pair;
            (first == second || phones_equal(first, second)).then(|| Reason::Phone(first.clone()))
        })
        .collect()
}

impl Reason {
    fn shared(&self) -> Option<Shared> {
        match self {
            Reason::Key { .. } => Some(Shared::Key),
            Reason::Email(_) => Some(Shared::Email),
            Reason::Mailbox(_) => Some(Shared::Mailbox),
            Reason::Phone(_) => Some(Shared::Phone),
            Reason::Name(_) | Reason::Company(_) => None,
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Reason::Key { system, value } => write!(f, "the same key in {system}: {value}"),
            Reason::Email(address) => write!(f, "the same e-mail address: {address}"),
            Reason::Mailbox(address) => write!(f, "e-mail addresses of one mailbox: {address}"),
            Reason::Phone(number) => write!(f, "the same phone number: {number}"),
            Reason::Name(Manner::Same) => f.write_str("the same name"),
            Reason::Name(Manner::Reordered) => f.write_str("the same name in another order"),
            Reason::Name(Manner::Shortened) => f.write_str("the same name, in part or with initials"),
            Reason::Name(Manner::Spelled) => f.write_str("the same name, spelled otherwise"),
            Reason::Name(Manner::Transliterated) => f.write_str("the same name in another script"),
            Reason::Company(name) => write!(f, "the same company: {name}"),
        }
    }
}
