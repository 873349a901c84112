//! What a source says of a person, and whose word counts.
//!
//! Several sources may tell of one person. What each last said is kept with the card, member by member, and the card shows
//! the word of the source that ranks first:
//!
//! * The first in [`Claim::precedence`] that says the member counts; of those that are not named there, who are after those that
//!   are, the one that last said something new. A list is one member.
//! * When a source clears what it said, the next one's word shows.
//! * What is on a card that no source told of is the word of the card's own source.
//! * What is edited by hand stays until the word that counts is another than it was then: a source that says every night what it
//!   said before undoes nothing.
//! * Keys are joined. Groups that the card is shown to, memberships, and whether the person is in use are taken from a claim when
//!   it makes the contact, never later. What a dialect alone knows is replaced by the card's own source, else only added.
//!
//! It is kept under these of [`Contact::extensions`], on cards that were claimed:
//!
//! | extension | what |
//! |---|---|
//! | `claims` | `{source: {member: value}}`: what each source said, members as in [`Claim::MEMBERS`], entries of lists as `{"value", "type", "primary"}`. What only the card's own source says is left out, for the card shows it |
//! | `claims-latest` | `{member: [source]}`: where several say a member, who said something new last, first |
//! | `claims-by-hand` | `{member: value or null}`: of what was edited by hand, the word that counted then |

mod ledger;
mod members;

use std::fmt;
use std::sync::Arc;

use crate::contact::{Contact, ForeignKey};
use crate::fold;

use self::ledger::{EXTENSIONS, Ledger};
use self::members::MEMBERS;

/// By what a source finds the contact that it tells of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MatchKey {
    /// By what it is called in a foreign system.
    Key(ForeignKey),
    /// By an e-mail address, folded.
    Email(String),
    /// By a phone number, in whichever of these spellings ([`crate::fold::phone`]).
    Phone(Vec<String>),
}

impl MatchKey {
    /// Whether it finds the contact of this card.
    #[must_use]
    pub fn finds(&self, contact: &Contact) -> bool {
        match self {
            MatchKey::Key(key) => contact.keys.contains(key),
            MatchKey::Email(address) => contact.emails.iter().any(|entry| fold::text(&entry.value) == fold::text(address)),
            MatchKey::Phone(spellings) => {
                let is_meant = |number: &String| spellings.iter().any(|spelling| fold::phone(spelling) == *number);
                contact.phones.iter().any(|entry| is_meant(&fold::phone(&entry.value)))
            }
        }
    }
}

impl fmt::Display for MatchKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            MatchKey::Key(ForeignKey { system, value }) => write!(formatter, "{system} {value}"),
            MatchKey::Email(address) => formatter.write_str(address),
            MatchKey::Phone(spellings) => formatter.write_str(spellings.first().map(String::as_str).unwrap_or_default()),
        }
    }
}

/// What a source says of one person.
#[derive(Debug, Clone, PartialEq)]
pub struct Claim {
    /// The source's name.
    pub source: String,
    /// What it says; an absent member says nothing, unless `clears` names it.
    pub contact: Contact,
    /// The members, in the words of [`Claim::MEMBERS`], that the source says are empty.
    pub clears: Vec<String>,
    /// Whose word counts where sources differ, the first most; sources that are not named count alike, after those that are.
    pub precedence: Arc<[String]>,
}

impl Claim {
    /// The members of a card that sources may differ in, as JSON calls them.
    pub const MEMBERS: [&'static str; MEMBERS.len()] = members::names();

    /// The members that a card has nothing in: what a source that says all it knows says is empty.
    #[must_use]
    pub fn unsaid(contact: &Contact) -> Vec<String> {
        MEMBERS.iter().filter(|member| (member.read)(contact).is_none()).map(|member| member.name.to_owned()).collect()
    }

    /// The card of somebody whom nobody told of before.
    #[must_use]
    pub fn card(&self) -> Contact {
        let mut card = Contact { source: self.source.clone(), ..self.contact.clone() };
        for extension in EXTENSIONS {
            card.extensions.remove(extension);
        }
        Ledger::default().write(&mut card);
        card
    }

    /// The card of somebody after this claim. The same claim once more changes nothing.
    #[must_use]
    pub fn merged(&self, current: &Contact) -> Contact {
        let (mut card, mut ledger) = (current.clone(), Ledger::read(current));
        for member in &MEMBERS {
            let shown = (member.read)(current);
            let mut words = ledger.words(member.name, &current.source, shown.as_ref());
            let said = (member.read)(&self.contact);
            let is_cleared = self.clears.iter().any(|cleared| cleared == member.name);
            if said.is_some() || is_cleared {
                words.say(&self.source, said);
            }
            let word = words.first(&self.precedence);
            if !ledger.stands_by_hand(member.name, word) {
                (member.write)(&mut card, word);
            }
            ledger.keep(member.name, &current.source, words);
        }
        let new: Vec<ForeignKey> = self.contact.keys.iter().filter(|key| !current.keys.contains(key)).cloned().collect();
        card.keys.extend(new);
        for (dialect, value) in self.contact.extensions.iter().filter(|(name, _)| !EXTENSIONS.contains(&name.as_str())) {
            if self.source == current.source || !current.extensions.contains_key(dialect) {
                card.extensions.insert(dialect.clone(), value.clone());
            }
        }
        ledger.write(&mut card);
        card
    }

    /// How many sources said something that is kept with a card.
    #[must_use]
    pub fn sources_of(contact: &Contact) -> usize {
        Ledger::sources(contact)
    }

    /// Makes a card that was edited by hand keep what sources said of it, and remember what was edited. `before` is the card as it
    /// was; what the edit itself says of claims does not count.
    pub fn edited_by_hand(before: &Contact, after: &mut Contact) {
        for extension in EXTENSIONS {
            after.extensions.remove(extension);
        }
        if !Ledger::is_on(before) {
            return;
        }
        let mut ledger = Ledger::read(before);
        for member in &MEMBERS {
            let (was, is) = ((member.read)(before), (member.read)(after));
            if was != is {
                ledger.edit(member.name, was, is.as_ref());
            }
        }
        ledger.write(after);
    }
}

#[cfg(test)]
mod tests;
