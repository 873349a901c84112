//! Rows of a file as writes, and what came of them.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};

use cardfile_directory::{Applied, Error, Keeper, Outcome, phones};
use cardfile_interchange::{Card, Item};
use cardfile_model::{Claim, ForeignKey, MatchKey, Violation, Write, fold};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::document::Match;

/// How rows become writes.
pub struct Reading<'k> {
    /// Who writes.
    pub keeper: &'k Keeper<'k>,
    /// The source that the file speaks for.
    pub source: Option<String>,
    /// By what rows find the contacts that they are about.
    pub by: Match,
    /// Sources whose word counts before others'.
    pub precedence: Vec<String>,
    /// Whether the file says all that its source knows, so that what it leaves out is empty.
    pub is_whole: bool,
}

/// What came of a row, as one line of a file of results.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowResult {
    /// Which row, from 1.
    pub row: u64,
    /// What became of it.
    pub status: Status,
    /// The contact's id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<Uuid>,
    /// The person number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<u32>,
    /// Why it was rejected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// What becomes of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// Its contact was made.
    Created,
    /// Its contact changed.
    Changed,
    /// Its contact was so already.
    Unchanged,
    /// Nothing came of it.
    Rejected,
}

/// What came of rows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Tally {
    /// Contacts that were made.
    pub created: u64,
    /// Contacts that changed.
    pub changed: u64,
    /// Contacts that were so already.
    pub unchanged: u64,
    /// Rows of which nothing came.
    pub rejected: u64,
}

impl Tally {
    /// Counts further rows.
    pub fn add(&mut self, results: &[RowResult]) {
        for result in results {
            match result.status {
                Status::Created => self.created += 1,
                Status::Changed => self.changed += 1,
                Status::Unchanged => self.unchanged += 1,
                Status::Rejected => self.rejected += 1,
            }
        }
    }

    /// How many rows there were.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.created + self.changed + self.unchanged + self.rejected
    }
}

impl Reading<'_> {
    /// The writes that items ask for; those that the file itself refuses ask for none.
    #[must_use]
    pub fn writes(&self, items: &[Item]) -> Vec<Write> {
        items.iter().filter_map(|item| item.outcome.as_ref().ok()).map(|card| self.write(card)).collect()
    }

    /// The write that a card asks for.
    #[must_use]
    pub fn write(&self, card: &Card) -> Write {
        let Card { contact, source, uid, .. } = card;
        let source = self.source.clone().or_else(|| source.clone()).unwrap_or_else(|| "import".to_owned());
        let key = uid.clone().map(|value| ForeignKey { system: source.clone(), value });
        let mut by: Vec<MatchKey> = key.iter().cloned().map(MatchKey::Key).collect();
        match self.by {
            Match::Key => {}
            Match::Email => by.extend(contact.emails.iter().map(|entry| MatchKey::Email(entry.value.clone()))),
            Match::Phone => by.extend(contact.phones.iter().map(|entry| self.phone(&entry.value))),
            Match::None => by.clear(),
        }
        let (id, mut contact) = (self.keeper.next_id(), Box::new(contact.clone()));
        contact.source.clone_from(&source);
        if by.is_empty() {
            contact.keys.extend(key.filter(|key| !contact.keys.contains(key)));
            return Write::Create { id, contact };
        }
        let clears = if self.is_whole { Claim::unsaid(&contact) } else { Vec::new() };
        let precedence = self.precedence.clone().into();
        Write::Upsert { id, by, claim: Box::new(Claim { source, contact: *contact, clears, precedence }) }
    }

    fn phone(&self, number: &str) -> MatchKey {
        MatchKey::Phone(phones::spellings(number, self.keeper.country()).into_iter().collect())
    }
}

/// What came of rows: those of `applied` in order, and those that the file itself refused.
#[must_use]
pub fn results(rows: &[(u64, Option<String>)], applied: &Applied) -> Vec<RowResult> {
    let mut outcomes = applied.outcomes.iter();
    let rejected = |row, reason| RowResult { row, status: Status::Rejected, id: None, number: None, reason: Some(reason) };
    let written = |row, outcome: Option<&Result<Outcome, Error>>| match outcome {
        Some(Ok(Outcome::Created(record))) => told(row, Status::Created, record.id, record.number),
        Some(Ok(Outcome::Changed(record))) => told(row, Status::Changed, record.id, record.number),
        Some(Ok(Outcome::Unchanged(record))) => told(row, Status::Unchanged, record.id, record.number),
        Some(Err(error)) => rejected(row, error.to_string()),
        Some(Ok(Outcome::Trashed(_))) | None => rejected(row, "nothing came of it".to_owned()),
    };
    rows.iter()
        .map(|(row, refused)| match refused {
            Some(reason) => rejected(*row, reason.clone()),
            None => written(*row, outcomes.next()),
        })
        .collect()
}

fn told(row: u64, status: Status, id: Uuid, number: u32) -> RowResult {
    RowResult { row, status, id: Some(id), number: Some(number), reason: None }
}

/// Each row with why the file itself refuses it, if it does.
#[must_use]
pub fn refusals(items: &[Item]) -> Vec<(u64, Option<String>)> {
    items.iter().map(|item| (item.row, item.outcome.as_ref().err().map(|found| sentence(found)))).collect()
}

/// What is wrong, in one sentence.
#[must_use]
pub fn sentence(violations: &[Violation]) -> String {
    let part = |found: &Violation| match &*found.field {
        "" => found.message.clone(),
        field => format!("{field}: {}", found.message),
    };
    violations.iter().map(part).collect::<Vec<_>>().join("; ")
}

/// The keys of rows that were planned before: what one of them would make, a later one would change.
#[derive(Default)]
pub struct Seen(HashSet<u64>);

impl Seen {
    /// Corrects what writes would do by those before them, of other slices.
    pub fn correct(&mut self, writes: &[Write], results: &mut [RowResult]) {
        let mut fresh = Vec::new();
        let written = results.iter_mut().filter(|result| result.reason.is_none());
        for (write, result) in writes.iter().zip(written) {
            let Write::Upsert { by, .. } = write else { continue };
            let hashes: Vec<u64> = by.iter().map(hash).collect();
            if result.status == Status::Created && hashes.iter().any(|hash| self.0.contains(hash)) {
                (result.status, result.id, result.number) = (Status::Changed, None, None);
            }
            fresh.extend(hashes);
        }
        self.0.extend(fresh);
    }
}

/// By what writes may find or be found: those of two slices that have nothing of it in common do not depend on which is first.
#[must_use]
pub fn marks(writes: &[Write]) -> HashSet<u64> {
    let mut marks = HashSet::new();
    for write in writes {
        let Write::Upsert { by, claim, .. } = write else { continue };
        for key in by {
            match key {
                MatchKey::Phone(spellings) => marks.extend(spellings.iter().map(|spelling| mark(&("phone", spelling)))),
                MatchKey::Email(address) => drop(marks.insert(mark(&("email", fold::text(address))))),
                MatchKey::Key(key) => drop(marks.insert(mark(&(&key.system, &key.value)))),
            }
        }
        marks.extend(claim.contact.keys.iter().map(|key| mark(&(&key.system, &key.value))));
    }
    marks
}

fn mark(of: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    of.hash(&mut hasher);
    hasher.finish()
}

fn hash(key: &MatchKey) -> u64 {
    let mut hasher = DefaultHasher::new();
    key.to_string().hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_row_is_counted_once() {
        let row = |status| RowResult { row: 1, status, id: None, number: None, reason: None };
        let mut tally = Tally::default();
        tally.add(&[row(Status::Created), row(Status::Rejected), row(Status::Created), row(Status::Unchanged)]);
        assert_eq!(tally, Tally { created: 2, changed: 0, unchanged: 1, rejected: 1 });
        assert_eq!(tally.rows(), 4);
    }

    #[test]
    fn rows_that_the_file_refuses_stand_between_those_that_were_written() {
        let outcomes = vec![Err(Error::Unauthenticated), Err(Error::no_contact(Uuid::nil()))];
        let applied = Applied { outcomes, ..Applied::nothing(1) };
        let found = results(&[(1, None), (2, Some("title: too long".into())), (3, None)], &applied);
        let told: Vec<_> = found.iter().map(|result| (result.row, result.reason.clone().unwrap_or_default())).collect();
        let unknown = format!("contact {} is not known", Uuid::nil());
        let expected = [(1, "a valid credential is required"), (2, "title: too long"), (3, unknown.as_str())];
        assert_eq!(told, expected.map(|(row, reason)| (row, reason.to_owned())));
    }
}
