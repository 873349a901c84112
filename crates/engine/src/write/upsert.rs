//! What a source tells of people: whom it means, and what becomes of them.

use std::collections::{HashMap, HashSet};

use cardfile_directory::{Error, Kind, Outcome, Result};
use cardfile_index::{lookup, terms};
use cardfile_model::{Claim, MatchKey, Numbers, Record, Write};
use uuid::Uuid;

use super::{Card, Run};
use crate::bearers::ExactTerm;
use crate::segments::index_fault;
use crate::sets::SetName;
use crate::state::View;

/// The rows of those whom a term finds are read ahead unless there are more of them: then it finds several, if anyone.
const FEW: u64 = 4;

/// Whom a snapshot's index had by the terms of what sources tell of.
#[derive(Default)]
pub(crate) struct Foreseen {
    /// The segments that were looked into: what came since is in others.
    segments: HashSet<u64>,
    found: HashMap<ExactTerm, Numbers>,
}

impl View<'_> {
    /// Looks all that sources tell of up in the index at once, so that the writer need not.
    pub(crate) fn foresee(&self, writes: &[Write]) -> Result<Foreseen> {
        let wanted = wanted(writes);
        if wanted.is_empty() {
            return Ok(Foreseen::default());
        }
        let segments = self.segments()?;
        let found = lookup::exact_many(&segments, &self.blocks(), &wanted).map_err(index_fault)?;
        let found = wanted.into_iter().zip(found).filter(|(_, found)| !found.is_empty()).collect();
        Ok(Foreseen { segments: segments.iter().map(|segment| segment.id).collect(), found })
    }
}

/// By what the index finds whom sources tell of, sorted.
fn wanted(writes: &[Write]) -> Vec<ExactTerm> {
    let keys = writes.iter().flat_map(|write| match write {
        Write::Upsert { by, .. } => by.as_slice(),
        _ => &[],
    });
    let mut wanted: Vec<ExactTerm> = keys.flat_map(terms_of).collect();
    wanted.sort_unstable();
    wanted.dedup();
    wanted
}

impl Run<'_, '_> {
    /// Looks all that sources tell of up in the index at once, where that was not done before, and reads ahead the rows of who may
    /// be meant.
    pub(super) fn foresee(&mut self, writes: &[Write], known: Foreseen) -> Result<()> {
        let wanted = wanted(writes);
        if wanted.is_empty() {
            return Ok(());
        }
        let Foreseen { segments, found } = known;
        self.foreseen = self.turn.indexed_before(self.tenant, &wanted, &segments)?;
        for (term, numbers) in found {
            *self.foreseen.entry(term).or_default() |= numbers;
        }
        let mut rows = Numbers::new();
        self.foreseen.values().filter(|found| found.len() <= FEW).for_each(|found| rows |= found);
        self.read_ahead(&rows)
    }

    /// Reads ahead the rows of those of these who live.
    pub(crate) fn read_ahead(&mut self, numbers: &Numbers) -> Result<()> {
        let connection = self.turn.connection;
        let draft = self.turn.draft(self.tenant)?;
        let known = numbers & &*draft.set(connection, &SetName::People)?;
        let live = known - &*draft.set(connection, &SetName::Trash)?;
        draft.people.read_rows_ahead(connection, draft.row.key, &live)
    }

    /// Makes the contact that a source tells of, or has it take over what the source says.
    pub(super) fn upsert(&mut self, id: Uuid, by: &[MatchKey], claim: Box<Claim>, card: Option<Result<Card>>) -> Result<Outcome> {
        if let Some(current) = self.meant(by)? {
            return self.change(current, Write::Upsert { id, by: Vec::new(), claim });
        }
        // What was made of it before the transaction need not be made again.
        let (contact, card) = match card {
            Some(Ok(mut card)) => (card.told.take().unwrap_or_else(|| claim.card()), Some(Ok(card))),
            card => (claim.card(), card),
        };
        self.make(id, contact, card)
    }

    /// Whom the first of these keys finds that finds anyone.
    fn meant(&mut self, by: &[MatchKey]) -> Result<Option<Record>> {
        for key in by {
            let mut candidates = Numbers::new();
            for term in terms_of(key) {
                candidates |= self.turn.indexed_since(self.tenant, &term);
                candidates |= self.foreseen.get(&term).unwrap_or(&Numbers::new());
            }
            if candidates.is_empty() {
                continue;
            }
            self.settle_arrivals()?;
            let mut found = None;
            for number in candidates {
                let Some(record) = self.unless_guest(number)?.filter(|record| key.finds(&record.contact)) else { continue };
                if found.replace(record).is_some() {
                    return Err(Error::AlreadyExists { kind: Kind::Contact, key: key.to_string() });
                }
            }
            if found.is_some() {
                return Ok(found);
            }
        }
        Ok(None)
    }

    /// As [`Run::at`]; a guest is not found either where only an organization's own are written.
    fn unless_guest(&mut self, number: u32) -> Result<Option<Record>> {
        match self.at(number) {
            Err(Error::Forbidden { .. }) => Ok(None),
            found => found,
        }
    }
}

/// By what the index finds a key.
fn terms_of(key: &MatchKey) -> Vec<ExactTerm> {
    match key {
        MatchKey::Key(key) => vec![terms::key(&key.system, &key.value)],
        MatchKey::Email(address) => vec![terms::email(address)],
        MatchKey::Phone(spellings) => spellings.iter().map(|spelling| terms::phone(spelling)).collect(),
    }
}
