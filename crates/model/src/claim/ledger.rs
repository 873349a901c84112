//! What sources said of a person, as it is kept with the card. The shape is told at the head of `claim.rs`.

use std::collections::BTreeMap;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::contact::Contact;

const CLAIMS: &str = "claims";
const LATEST: &str = "claims-latest";
const BY_HAND: &str = "claims-by-hand";

/// Under what it is kept.
pub(super) const EXTENSIONS: [&str; 3] = [CLAIMS, LATEST, BY_HAND];

/// What was said of a person, and edited by hand.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    /// By source and member.
    claims: BTreeMap<String, BTreeMap<String, Value>>,
    /// By member, who said something new last, first.
    latest: BTreeMap<String, Vec<String>>,
    /// By member, the word that counted when it was edited by hand; null for none.
    by_hand: Map<String, Value>,
}

/// What sources say of one member, who said something new last first.
#[derive(Debug)]
pub(super) struct Words(Vec<(String, Value)>);

impl Ledger {
    /// Whether anything is kept with a card.
    pub(super) fn is_on(contact: &Contact) -> bool {
        contact.extensions.contains_key(CLAIMS)
    }

    /// How many sources are kept with a card.
    pub(super) fn sources(contact: &Contact) -> usize {
        contact.extensions.get(CLAIMS).and_then(Value::as_object).map_or(0, Map::len)
    }

    /// What is kept with a card. What cannot be read says nothing.
    pub(super) fn read(contact: &Contact) -> Self {
        Ledger { claims: kept(contact, CLAIMS), latest: kept(contact, LATEST), by_hand: kept(contact, BY_HAND) }
    }

    /// Keeps it with a card, in as little as it takes.
    pub(super) fn write(mut self, contact: &mut Contact) {
        self.claims.retain(|_, said| !said.is_empty());
        if self.claims.is_empty() {
            self.claims.insert(contact.source.clone(), BTreeMap::new());
        }
        contact.extensions.insert(CLAIMS.to_owned(), json(&self.claims));
        let more =
            [(LATEST, self.latest.is_empty(), json(&self.latest)), (BY_HAND, self.by_hand.is_empty(), json(&self.by_hand))];
        for (name, is_empty, value) in more {
            if is_empty {
                contact.extensions.remove(name);
            } else {
                contact.extensions.insert(name.to_owned(), value);
            }
        }
    }

    /// What sources say of a member of a card of the source `own` that shows this.
    pub(super) fn words(&self, member: &str, own: &str, shown: Option<&Value>) -> Words {
        let said = self.claims.iter().filter_map(|(source, said)| Some((source.clone(), said.get(member)?.clone())));
        let mut words: Vec<(String, Value)> = said.collect();
        if words.is_empty() {
            // Only the card's own source says it: then it is what the card shows, or showed before it was edited.
            let word = self.by_hand.get(member).or(shown).filter(|word| !word.is_null());
            return Words(word.map(|word| (own.to_owned(), word.clone())).into_iter().collect());
        }
        let latest = self.latest.get(member).map(Vec::as_slice).unwrap_or_default();
        words.sort_by_key(|(source, _)| latest.iter().position(|known| known == source).unwrap_or(usize::MAX));
        Words(words)
    }

    /// Whether what was edited by hand stays, for the word that counts is what it was then. An edit that does not is forgotten.
    pub(super) fn stands_by_hand(&mut self, member: &str, word: Option<&Value>) -> bool {
        let stands = self.by_hand.get(member).is_some_and(|then| then == word.unwrap_or(&Value::Null));
        if !stands {
            self.by_hand.remove(member);
        }
        stands
    }

    /// Keeps what sources say of a member of a card of the source `own`, unless the card tells it.
    pub(super) fn keep(&mut self, member: &str, own: &str, Words(words): Words) {
        self.claims.values_mut().for_each(|said| drop(said.remove(member)));
        self.latest.remove(member);
        if words.iter().all(|(source, _)| source == own) {
            return;
        }
        if words.len() > 1 {
            self.latest.insert(member.to_owned(), words.iter().map(|(source, _)| source.clone()).collect());
        }
        for (source, word) in words {
            self.claims.entry(source).or_default().insert(member.to_owned(), word);
        }
    }

    /// Remembers that a member was edited by hand, unless it was turned back.
    pub(super) fn edit(&mut self, member: &str, was: Option<Value>, is: Option<&Value>) {
        let then = self.by_hand.entry(member).or_insert_with(|| was.unwrap_or(Value::Null));
        if then == is.unwrap_or(&Value::Null) {
            self.by_hand.remove(member);
        }
    }
}

impl Words {
    /// A source says this, or nothing any more; what it said before is no news.
    pub(super) fn say(&mut self, source: &str, word: Option<Value>) {
        let former = self.0.iter().position(|(known, _)| known == source);
        if let (Some(at), Some(word)) = (former, &word)
            && self.0[at].1 == *word
        {
            return;
        }
        if let Some(at) = former {
            self.0.remove(at);
        }
        self.0.splice(0..0, word.map(|word| (source.to_owned(), word)));
    }

    /// The word that counts.
    pub(super) fn first(&self, precedence: &[String]) -> Option<&Value> {
        let rank = |source: &String| precedence.iter().position(|named| named == source).unwrap_or(usize::MAX);
        self.0.iter().min_by_key(|(source, _)| rank(source)).map(|(_, word)| word)
    }
}

fn kept<T: DeserializeOwned + Default>(contact: &Contact, name: &str) -> T {
    contact.extensions.get(name).and_then(|value| T::deserialize(value).ok()).unwrap_or_default()
}

fn json(kept: &impl Serialize) -> Value {
    serde_json::to_value(kept).expect("maps of texts to JSON are JSON")
}
