//! Writes to contacts, one by one.

use std::collections::BTreeMap;

use cardfile_directory::{Applied, Author, Error, Kind, Outcome, Result, judge};
use cardfile_model::{Batch, ChangeKind, Contact, Expect, Mode, Record, Violation, Write};
use uuid::Uuid;

use super::state::{Before, Card, Standing, Tenant};

struct Writing<'a> {
    tenant: &'a mut Tenant,
    author: &'a Author,
    /// The batch without its writes.
    batch: Batch,
    before: BTreeMap<u32, Before>,
}

pub(super) fn write(tenant: &mut Tenant, author: &Author, mut batch: Batch) -> Result<Applied> {
    tenant.known_organization(batch.organization)?;
    let writes = std::mem::take(&mut batch.writes);
    let mut writing = Writing { tenant, author, batch, before: BTreeMap::new() };
    let mut outcomes = Vec::with_capacity(writes.len());
    for write in writes {
        let outcome = writing.one(write);
        if writing.batch.mode == Mode::AllOrNothing {
            outcomes.push(Ok(outcome?));
        } else {
            outcomes.push(outcome);
        }
    }
    let Writing { tenant, batch, before, .. } = writing;
    let applied = tenant.log_people(author, (ChangeKind::Write, batch.organization, None), before);
    Ok(Applied { outcomes, ..applied })
}

impl Writing<'_> {
    fn one(&mut self, write: Write) -> Result<Outcome> {
        match write {
            Write::Create { id, contact } => self.create(id, *contact),
            Write::Delete { id, expect } => self.delete(id, expect),
            Write::Patch { id, .. } | Write::Replace { id, .. } => self.change(id, write),
        }
    }

    fn create(&mut self, id: Uuid, contact: Contact) -> Result<Outcome> {
        let limits = &self.author.limits;
        let known = self.tenant.ids.get(&id).and_then(|number| self.tenant.person(*number));
        if known.is_some_and(|person| !matches!(person.standing, Standing::Stub)) {
            return Err(Error::AlreadyExists { kind: Kind::Contact, key: id.to_string() });
        }
        judge::create(&self.batch, limits, &contact)?;
        self.known_groups(&[], &contact)?;
        let cards = self.tenant.people.iter().filter(|person| matches!(person.standing, Standing::Card(_))).count();
        if cards >= limits.tenant_people as usize {
            return Err(Error::TooLarge { limit: "tenant_people", most: limits.tenant_people.into() });
        }
        let number = self.tenant.number_for(id);
        self.before.entry(number).or_insert(Before { was_live: false, contact: None });
        let revision = self.tenant.next_revision();
        let organization = self.batch.organization;
        let record =
            Record { id, number, organization, revision, created: self.author.time, modified: self.author.time, contact };
        let card = Card { organization: self.batch.organization, record: record.clone(), trashed: None };
        self.tenant.person_mut(number).expect("it was numbered above").standing = Standing::Card(Box::new(card));
        Ok(Outcome::Created(record))
    }

    fn change(&mut self, id: Uuid, write: Write) -> Result<Outcome> {
        let (number, current) = self.current(id)?;
        let Some(contact) = judge::change(&self.batch, &self.author.limits, &current, write)? else {
            return Ok(Outcome::Unchanged(current));
        };
        self.known_groups(&current.contact.shared_with, &contact)?;
        self.remember(number, &current);
        let record = Record { revision: self.tenant.next_revision(), modified: self.author.time, contact, ..current };
        self.tenant.card_mut(number).expect("it was found above").record = record.clone();
        Ok(Outcome::Changed(record))
    }

    fn delete(&mut self, id: Uuid, expect: Expect) -> Result<Outcome> {
        let (number, current) = self.current(id)?;
        judge::delete(&self.batch, &current, expect)?;
        self.remember(number, &current);
        self.tenant.card_mut(number).expect("it was found above").trashed = Some(self.author.time);
        Ok(Outcome::Trashed(id))
    }

    fn current(&self, id: Uuid) -> Result<(u32, Record)> {
        let number = self.tenant.live_number(id, self.batch.organization).ok_or_else(|| Error::no_contact(id))?;
        let card = self.tenant.live(number).ok_or_else(|| Error::no_contact(id))?;
        Ok((number, card.record.clone()))
    }

    fn remember(&mut self, number: u32, current: &Record) {
        let contact = Some(current.contact.clone());
        self.before.entry(number).or_insert(Before { was_live: true, contact });
    }

    /// Groups that a contact was not shown to before must stand.
    fn known_groups(&self, before: &[Uuid], contact: &Contact) -> Result<()> {
        if self.batch.admits_unknown_groups {
            return Ok(());
        }
        let unknown: Vec<Violation> = contact
            .shared_with
            .iter()
            .enumerate()
            .filter(|(_, id)| !before.contains(id) && self.tenant.row(**id).is_none())
            .map(|(at, id)| Violation::new(format!("shared_with[{at}]"), "known", format!("there is no group {id}")))
            .collect();
        if unknown.is_empty() { Ok(()) } else { Err(Error::Invalid(unknown)) }
    }
}
