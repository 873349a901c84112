//! Writes to contacts, one by one.

use std::collections::{BTreeMap, BTreeSet};

use cardfile_directory::judge::{self, Loss};
use cardfile_directory::{Applied, Author, Error, Kind, Outcome, Result, Revision};
use cardfile_model::{
    Batch, ChangeKind, Claim, Contact, Expect, MatchKey, Membership, Mode, Numbers, Reach, Record, Violation, Write, fold,
};
use uuid::Uuid;

use super::state::{Before, Card, Standing, Tenant};

pub(super) struct Writing<'a> {
    tenant: &'a mut Tenant,
    author: &'a Author,
    /// The batch without its writes.
    batch: Batch,
    before: BTreeMap<u32, Before>,
    /// What a batch of all or nothing took, write by write.
    losses: BTreeSet<Loss>,
    /// From how many cards it took all that they had in some member.
    blanked: u64,
}

pub(super) fn write(tenant: &mut Tenant, author: &Author, mut batch: Batch) -> Result<Applied> {
    let mut writes = std::mem::take(&mut batch.writes);
    let mut writing = Writing::begin(tenant, author, batch)?;
    let organization = writing.tenant.number_of(writing.batch.organization);
    for write in &mut writes {
        judge::settle(write, organization);
    }
    let mut outcomes = Vec::with_capacity(writes.len());
    for write in writes {
        let outcome = writing.one(write);
        if writing.batch.mode == Mode::AllOrNothing {
            outcomes.push(Ok(outcome?));
        } else {
            outcomes.push(outcome);
        }
        judge::blanked(writing.blanked, writing.batch.most_blanked)?;
    }
    Ok(Applied { outcomes, ..writing.end(ChangeKind::Write)? })
}

/// One patch changes many.
pub(super) fn revise(tenant: &mut Tenant, author: &Author, revision: Revision) -> Result<Applied> {
    let Revision { organization, sources, numbers, admits_unknown_groups, patch } = revision;
    let most = author.limits.revised_people.into();
    if numbers.len() > most {
        return Err(Error::TooLarge { limit: "revised_people", most });
    }
    let (reach, mode, writes) = (Reach::Own, Mode::AllOrNothing, Vec::new());
    let (has_unique_emails, most_blanked) = (false, None);
    let batch = Batch { organization, reach, sources, mode, admits_unknown_groups, has_unique_emails, most_blanked, writes };
    let mut writing = Writing::begin(tenant, author, batch)?;
    let mut write = Write::Patch { id: Uuid::nil(), expect: Expect::Any, patch: Box::new(patch) };
    judge::settle(&mut write, writing.tenant.number_of(organization));
    for number in numbers {
        let Some(record) = writing.tenant.live(number).map(|card| card.record.clone()) else { continue };
        match writing.reached(&record) {
            Err(Error::NotFound { kind: Kind::Contact, .. }) => continue,
            reached => reached?,
        }
        writing.change(record, write.clone())?;
    }
    writing.end(ChangeKind::Revise)
}

impl<'a> Writing<'a> {
    pub fn begin(tenant: &'a mut Tenant, author: &'a Author, batch: Batch) -> Result<Self> {
        tenant.known_organization(batch.organization)?;
        if let Reach::Below(top) = batch.reach {
            tenant.known_organization(top)?;
        }
        judge::delegation(author, |id| Ok(tenant.live_by_id(id).cloned()))?;
        Ok(Writing { tenant, author, batch, before: BTreeMap::new(), losses: BTreeSet::new(), blanked: 0 })
    }

    fn end(self, kind: ChangeKind) -> Result<Applied> {
        let organization = self.batch.organization;
        let blanked = self.blanked;
        let (tenant, author, before) = self.judged()?;
        Ok(Applied { blanked, ..tenant.log_people(author, (kind, organization, None), before) })
    }

    /// From how many cards it took all that they had in some member.
    pub fn blanked(&self) -> u64 {
        self.blanked
    }

    /// Judges all of it together; answers how people were before.
    pub fn judged(self) -> Result<(&'a mut Tenant, &'a Author, BTreeMap<u32, Before>)> {
        let Writing { tenant, author, before, losses, .. } = self;
        tenant.stand(losses, &Numbers::new())?;
        Ok((tenant, author, before))
    }

    fn one(&mut self, write: Write) -> Result<Outcome> {
        match write {
            Write::Create { id, contact } => self.create(id, *contact),
            Write::Delete { id, expect } => self.delete(id, expect),
            Write::Upsert { id, by, claim } => self.upsert(id, &by, claim),
            Write::Patch { id, .. } | Write::Replace { id, .. } => {
                let current = self.current(id)?;
                self.change(current, write)
            }
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
        self.known_organizations(&contact, &[])?;
        self.own_emails(None, &contact)?;
        let cards = self.tenant.people.iter().filter(|person| matches!(person.standing, Standing::Card(_))).count();
        if cards >= limits.tenant_people as usize {
            return Err(Error::TooLarge { limit: "tenant_people", most: limits.tenant_people.into() });
        }
        let number = self.tenant.number_for(id);
        self.before.entry(number).or_insert(Before { was_live: false, contact: None });
        let revision = self.tenant.next_revision();
        let record = Record { id, number, revision, created: self.author.time, modified: self.author.time, contact };
        let card = Card { record: record.clone(), trashed: None };
        self.tenant.person_mut(number).expect("it was numbered above").standing = Standing::Card(Box::new(card));
        Ok(Outcome::Created(record))
    }

    fn upsert(&mut self, id: Uuid, by: &[MatchKey], claim: Box<Claim>) -> Result<Outcome> {
        for key in by {
            let cards = self.tenant.everyone().filter_map(|number| self.tenant.live(number)).map(|card| &card.record);
            let mut found = cards.filter(|record| key.finds(&record.contact) && self.reached(record).is_ok());
            match (found.next().cloned(), found.next()) {
                (None, _) => {}
                (Some(record), None) => return self.change(record, Write::Upsert { id, by: Vec::new(), claim }),
                (Some(_), Some(_)) => return Err(Error::AlreadyExists { kind: Kind::Contact, key: key.to_string() }),
            }
        }
        self.create(id, claim.card())
    }

    pub fn change(&mut self, current: Record, write: Write) -> Result<Outcome> {
        let number = current.number;
        let Some(contact) = judge::change(&self.batch, &self.author.limits, &current, write)? else {
            return Ok(Outcome::Unchanged(current));
        };
        self.known_groups(&current.contact.shared_with, &contact)?;
        self.known_organizations(&contact, &current.contact.memberships)?;
        self.own_emails(Some(&current), &contact)?;
        self.protect(&current, Some(&contact))?;
        self.blanked += u64::from(current.contact.is_blanked_by(&contact));
        self.remember(number, &current);
        let record = Record { revision: self.tenant.next_revision(), modified: self.author.time, contact, ..current };
        self.tenant.card_mut(number).expect("it was found above").record = record.clone();
        Ok(Outcome::Changed(record))
    }

    fn delete(&mut self, id: Uuid, expect: Expect) -> Result<Outcome> {
        let current = self.current(id)?;
        self.remove(&current, expect)?;
        Ok(Outcome::Trashed(id))
    }

    pub fn remove(&mut self, current: &Record, expect: Expect) -> Result<()> {
        let number = current.number;
        judge::delete(&self.batch, current, expect)?;
        self.protect(current, None)?;
        self.remember(number, current);
        self.tenant.card_mut(number).expect("it was found above").trashed = Some(self.author.time);
        Ok(())
    }

    pub fn current(&self, id: Uuid) -> Result<Record> {
        let found = self.tenant.led_to(id).and_then(|number| self.tenant.live(number));
        let record = &found.ok_or_else(|| Error::no_contact(id))?.record;
        self.reached(record)?;
        Ok(record.clone())
    }

    fn reached(&self, record: &Record) -> Result<()> {
        let organization = self.tenant.number_of(self.batch.organization);
        let is_below = match self.batch.reach {
            Reach::Below(top) => self.tenant.is_below(record.contact.home(), top),
            Reach::Own | Reach::Members | Reach::Inherited => false,
        };
        judge::reached(&self.batch, organization, record, is_below)
    }

    fn protect(&mut self, before: &Record, after: Option<&Contact>) -> Result<()> {
        judge::oneself(self.author, before, after)?;
        let losses = judge::losses(self.author, &before.contact, after);
        if self.batch.mode == Mode::AllOrNothing {
            self.losses.extend(losses);
            return Ok(());
        }
        self.tenant.stand(losses, &Numbers::from_iter([before.number]))
    }

    /// An address that comes onto a card must be on no other, if the batch wants that.
    fn own_emails(&self, before: Option<&Record>, after: &Contact) -> Result<()> {
        let has = |contact: &Contact, folded: &str| contact.emails.iter().any(|entry| fold::text(&entry.value) == folded);
        for entry in after.emails.iter().filter(|_| self.batch.has_unique_emails) {
            let folded = fold::text(&entry.value);
            let is_anothers = |number: u32| {
                let is_other = before.is_none_or(|before| before.number != number);
                is_other && self.tenant.live(number).is_some_and(|card| has(&card.record.contact, &folded))
            };
            if before.is_none_or(|before| !has(&before.contact, &folded)) && self.tenant.everyone().any(is_anothers) {
                return Err(Error::AlreadyExists { kind: Kind::Contact, key: entry.value.clone() });
            }
        }
        Ok(())
    }

    /// Organizations that a contact did not belong to before must be known.
    fn known_organizations(&self, contact: &Contact, had: &[Membership]) -> Result<()> {
        for Membership { organization: number, .. } in &contact.memberships {
            let is_known = had.iter().any(|known| known.organization == *number)
                || self.tenant.organizations.iter().any(|known| known.number == *number);
            if !is_known {
                return Err(Error::NotFound { kind: Kind::Organization, id: number.to_string() });
            }
        }
        Ok(())
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
