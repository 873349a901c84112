//! Looking through everything: rows, sets, log and index must agree.

mod counters;
mod told;
mod tree;

use std::collections::BTreeMap;

use cardfile_directory::{Error, Finding, Result};
use cardfile_index::{PEOPLE_PER_CHUNK, TextChunk, for_each_visible, hash64};
use cardfile_model::{Numbers, Record, TenantId};

use crate::database::Readers;
use crate::fault::corrupt;
use crate::segments::{TenantBlocks, index_fault};
use crate::sets::{self, SetName};
use crate::sql::{ALL, ToValue, params};
use crate::state::{Known, State, States, View};
use crate::{cards, rows};

/// Findings told of one tenant; more say nothing new.
const MAX_FINDINGS: usize = 20;

/// Checks the database and every tenant in it, each as one snapshot shows it.
pub(crate) fn check(readers: &Readers, states: &States) -> Result<Vec<Finding>> {
    let of_all = |message| Finding { tenant: None, message, is_mended_by_rebuild: false };
    let mut findings: Vec<Finding> = readers.diagnose()?.into_iter().map(of_all).collect();
    if !findings.is_empty() {
        return Ok(findings);
    }
    for tenant in readers.with(crate::registry::tenants)? {
        let mut found = readers.snapshot(|connection| {
            // What is in memory is left aside: the database itself is looked at.
            let row = states.view(connection, tenant)?.state.row.clone();
            let state = std::sync::Arc::new(State::new(row, Known::default()));
            let mut checkup =
                Checkup { view: View { connection, state, helpers: None, asked: None }, tenant, findings: Vec::new() };
            checkup.run()?;
            Ok(checkup.findings)
        })?;
        findings.append(&mut found);
    }
    Ok(findings)
}

/// The check of one tenant.
struct Checkup<'c> {
    view: View<'c>,
    tenant: TenantId,
    findings: Vec<Finding>,
}

/// What the rows say, to be compared with the sets and the index.
#[derive(Default)]
struct Seen {
    people: Numbers,
    sets: BTreeMap<SetName, Numbers>,
    postings: Fingerprint,
}

/// Equal for equal sets of (term, number), whatever their order.
#[derive(Debug, Default, PartialEq, Eq, Clone, Copy)]
struct Fingerprint {
    count: u64,
    sum: u64,
}

impl Fingerprint {
    fn add(&mut self, term: &[u8], number: u32) {
        self.count += 1;
        let mixed = hash64(term) ^ u64::from(number).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        self.sum = self.sum.wrapping_add(hash64(&mixed.to_le_bytes()));
    }
}

impl Checkup<'_> {
    fn run(&mut self) -> Result<()> {
        let seen = self.rows()?;
        let sets = self.sets(&seen);
        self.heed(sets, "the sets", false)?;
        let tree = tree::compare(&self.view, self.tenant);
        let parts = [
            ("the counters", counters::compare(&self.view, self.tenant)),
            ("the organizations", tree),
            ("the log", told::compare(&self.view)),
        ];
        for (part, wrong) in parts {
            let found = wrong.map(|wrong| wrong.into_iter().for_each(|message| self.find(message, false)));
            self.heed(found, part, false)?;
        }
        let texts = self.texts(&seen);
        self.heed(texts, "the search texts", true)?;
        let index = self.index(&seen);
        self.heed(index, "the index", true)
    }

    /// What cannot be read is found to be wrong, and no reason to look no further.
    fn heed(&mut self, result: Result<()>, part: &str, is_mended_by_rebuild: bool) -> Result<()> {
        match result {
            Err(Error::Internal(error)) => {
                self.find(format!("{part} cannot be read: {error}"), is_mended_by_rebuild);
                Ok(())
            }
            result => result,
        }
    }

    fn find(&mut self, message: String, is_mended_by_rebuild: bool) {
        if self.findings.len() < MAX_FINDINGS {
            self.findings.push(Finding { tenant: Some(self.tenant), message, is_mended_by_rebuild });
        }
    }

    /// Reads every row, and compares it with its id and its search text.
    fn rows(&mut self) -> Result<Seen> {
        let mut seen = Seen::default();
        let (connection, key) = (self.view.connection, self.view.key());
        let mut texts = Texts::default();
        connection.through((connection.words().everyone, 5), key, ALL, |row| {
            let number = row.get(5)?;
            let record = match rows::read(row, number) {
                Ok(record) => record,
                Err(error) => {
                    self.find(format!("the row of person {number} cannot be read: {error}"), false);
                    return Ok(());
                }
            };
            seen.people.insert(number);
            if rows::number_of(connection, key, record.id)? != Some(number) {
                self.find(format!("the id {} of person {number} leads elsewhere", record.id), false);
            }
            if record.revision > self.view.state.row.revision || number >= self.view.state.row.next_person {
                self.find(format!("person {number} is from the future"), false);
            }
            self.note(&mut seen, &mut texts, &record);
            Ok(())
        })?;
        Ok(seen)
    }

    fn note(&mut self, seen: &mut Seen, texts: &mut Texts, record: &Record) {
        let contact = &record.contact;
        let mut names = vec![SetName::Source(contact.source.clone())];
        names.extend(contact.shared_with.iter().map(|group| SetName::SharedWith(*group)));
        if !contact.shared_with.is_empty() {
            names.push(SetName::Restricted);
        }
        names.append(&mut sets::belonging(contact));
        names.extend((!contact.emails.is_empty()).then_some(SetName::WithEmail));
        names.extend((!contact.phones.is_empty()).then_some(SetName::WithPhone));
        for name in names {
            seen.sets.entry(name).or_default().insert(record.number);
        }
        let indexed = cards::indexed(contact);
        // A chunk that cannot be read is told of once, when all of them are looked at.
        if texts.of(&self.view, record.number).is_ok_and(|text| text != indexed.text) {
            self.find(format!("the search text of person {} is not that of the row", record.number), true);
        }
        let mut terms: Vec<&[u8]> = indexed.terms.iter().collect();
        terms.sort_unstable();
        terms.dedup();
        for term in terms {
            seen.postings.add(term, record.number);
        }
    }

    fn sets(&mut self, seen: &Seen) -> Result<()> {
        let view = &self.view;
        let (people, trash) = (view.set(&SetName::People)?, view.set(&SetName::Trash)?);
        let stubs = view.set(&SetName::Stubs)?;
        let mut wrong = Vec::new();
        if *people != seen.people {
            wrong.push(format!("{} people have rows, {} are in the set of people", seen.people.len(), people.len()));
        }
        if !trash.is_subset(&people) {
            wrong.push("someone in the trash has no row".to_owned());
        }
        let erased = view.set(&SetName::Erased)?;
        if !erased.is_disjoint(&people) || !erased.is_disjoint(&stubs) {
            wrong.push("someone who was erased is still there".to_owned());
        }
        let without = stubs.len() + erased.len();
        if !stubs.is_disjoint(&people) || without != self.count("SELECT count(*) FROM stubs WHERE tenant_id = ?1")? {
            wrong.push("the people without a card are not as they should be".to_owned());
        }
        for prefix in
            ["source/", "shared/", "restricted", "with-", "elsewhere", "organization/", "guests/", "role/", "holders", "inactive"]
        {
            for name in sets::names(view.connection, view.key(), prefix)? {
                // Who was removed by a purge may still be named; nobody looks for them there.
                let set = view.set(&name)?;
                if !set.is_disjoint(&erased) {
                    wrong.push(format!("the set {name} has someone who was erased"));
                }
                let stored = &*set & &*people;
                if stored != seen.sets.get(&name).cloned().unwrap_or_default() {
                    wrong.push(format!("the set {name} is not what the rows say"));
                }
            }
        }
        for name in seen.sets.keys().filter(|name| view.set(name).is_ok_and(|set| set.is_empty())) {
            wrong.push(format!("the set {name} is missing"));
        }
        for message in wrong {
            self.find(message, false);
        }
        Ok(())
    }

    /// Looks for search texts of nobody.
    fn texts(&mut self, seen: &Seen) -> Result<()> {
        let (connection, key) = (self.view.connection, self.view.key());
        connection.through((connection.words().texts_between, 0), key, ALL, |row| {
            let first = row.get::<u32>(0)? * PEOPLE_PER_CHUNK;
            let texts = TextChunk::parse(row.blob(1)?).map_err(|error| corrupt(error.0))?;
            for (slot, _) in texts.iter() {
                let number = first + u32::try_from(slot).unwrap_or_default();
                if !seen.people.contains(number) {
                    self.find(format!("there is a search text of person {number}, who has no row"), true);
                }
            }
            Ok(())
        })
    }

    fn index(&mut self, seen: &Seen) -> Result<()> {
        let (segments, mut visible) = (self.view.segments()?, Fingerprint::default());
        let blocks = TenantBlocks { connection: self.view.connection, tenant: self.view.key() };
        for_each_visible(&segments, &blocks, &seen.people, |term, number| visible.add(term, number)).map_err(index_fault)?;
        if visible != seen.postings {
            let message = format!("the rows have {} terms, the index shows {}, or others", seen.postings.count, visible.count);
            self.find(message, true);
        }
        Ok(())
    }

    fn count(&self, sql: &str) -> Result<u64> {
        self.view.connection.one(sql, params![self.view.key()], |row| row.get(0))
    }
}

/// The texts of one chunk after the other.
#[derive(Default)]
struct Texts {
    chunk: Option<u32>,
    bytes: Vec<u8>,
}

impl Texts {
    fn of(&mut self, view: &View<'_>, number: u32) -> Result<&str> {
        let chunk = number / PEOPLE_PER_CHUNK;
        if self.chunk != Some(chunk) {
            let mut bytes = Vec::new();
            view.connection.ask(&view.connection.words().texts, view.key(), &[chunk.to_value()], |row| {
                bytes = row.get(1)?;
                Ok(())
            })?;
            (self.chunk, self.bytes) = (Some(chunk), bytes);
        }
        if self.bytes.is_empty() {
            return Ok("");
        }
        let texts = TextChunk::parse(&self.bytes).map_err(|error| corrupt(error.0))?;
        Ok(texts.get((number % PEOPLE_PER_CHUNK) as usize).unwrap_or_default())
    }
}
