//! Reading and writing the contacts of one organization.

use std::collections::{BTreeMap, BTreeSet};

use cardfile_model::{
    Batch, Change, Contact, Expect, Filter, Life, Limits, Mode, Numbers, Order, Page, Patch, Query, Reach, Record, Selection,
    Sources, Write,
};
use uuid::Uuid;

use crate::access::Desk;
use crate::applied::{Applied, Outcome};
use crate::error::{Action, Error, Result};
use crate::store::{Command, Trash};

/// Leave to read contacts.
pub struct Reader<'d, 'a> {
    pub(crate) desk: &'d Desk<'a>,
}

/// Leave to write contacts.
pub struct Editor<'d, 'a> {
    pub(crate) desk: &'d Desk<'a>,
}

/// Which contacts a reader wants, and in which order. By default everyone's own, by number, without a limit.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// Which.
    pub filter: Filter,
    /// Whose, seen from the organization.
    pub reach: Reach,
    /// Whether those who live are wanted, or those in the trash.
    pub life: Life,
    /// In which order.
    pub order: Order,
    /// Whether it is turned round.
    pub is_descending: bool,
    /// By what those come who are alike in it; see [`Query::then`].
    pub then: Vec<(Order, bool)>,
    /// How many to pass over.
    pub offset: u64,
    /// How many at most.
    pub limit: usize,
}

impl Default for Wanted {
    fn default() -> Self {
        let (order, is_descending) = (Order::Number, false);
        let (life, then) = (Life::Live, Vec::new());
        Wanted { filter: Filter::All, reach: Reach::Members, life, order, is_descending, then, offset: 0, limit: usize::MAX }
    }
}

impl Reader<'_, '_> {
    /// The contact of this id.
    ///
    /// # Errors
    /// `NotFound` when there is none, or none the caller may see; `Forbidden` when its source is not the caller's to touch.
    pub async fn get(&self, id: Uuid) -> Result<Record> {
        let Desk { directory, caller, organization, .. } = self.desk;
        let found = directory.store.get(caller.tenant, organization.id, self.desk.audience(), &[id]).await?;
        let record = found.into_iter().next().flatten().ok_or_else(|| Error::no_contact(id))?;
        if caller.principal.sources.allow(&record.contact.source) {
            return Ok(record);
        }
        Err(Error::Forbidden { action: Action::UseSource(Some(record.contact.source)) })
    }

    /// One page of the contacts that a filter finds; those of sources that are not the caller's to touch are left out.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn find(&self, filter: Filter, order: Order, offset: u64, limit: usize) -> Result<Page> {
        self.page(Wanted { filter, order, offset, limit, ..Wanted::default() }).await
    }

    /// One page of what is wanted; contacts of sources that are not the caller's to touch are left out.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn page(&self, wanted: Wanted) -> Result<Page> {
        self.desk.directory.store.find(self.desk.caller.tenant, self.query(wanted)).await
    }

    /// Everyone who is wanted, whatever the order, offset and limit, as one snapshot's set.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn everyone(&self, wanted: Wanted) -> Result<Numbers> {
        self.desk.directory.store.numbers(self.desk.caller.tenant, self.query(wanted)).await
    }

    /// Everyone whom a filter finds, as one snapshot's set.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn numbers(&self, filter: Filter, reach: Reach) -> Result<Numbers> {
        let query = self.query(Wanted { filter, reach, ..Wanted::default() });
        self.desk.directory.store.numbers(self.desk.caller.tenant, query).await
    }

    /// The names of those who made these changes, by revision; see [`crate::Store::authors`].
    ///
    /// # Errors
    /// Those of the store.
    pub async fn authors(&self, revisions: &BTreeSet<u64>) -> Result<BTreeMap<u64, String>> {
        self.desk.directory.store.authors(self.desk.caller.tenant, revisions).await
    }

    fn query(&self, wanted: Wanted) -> Query {
        let Wanted { filter, reach, life, order, is_descending, then, offset, limit } = wanted;
        Query {
            organization: self.desk.organization.id,
            reach,
            sources: self.desk.caller.principal.sources.clone(),
            audience: self.desk.audience(),
            life,
            filter,
            order,
            is_descending,
            then,
            offset,
            limit,
        }
    }

    /// The sources whose contacts the caller may touch.
    #[must_use]
    pub fn sources(&self) -> &Sources {
        &self.desk.caller.principal.sources
    }
}

impl Editor<'_, '_> {
    /// How much of everything there may be.
    #[must_use]
    pub fn limits(&self) -> &Limits {
        &self.desk.directory.settings.limits
    }

    /// The sources whose contacts the caller may touch.
    #[must_use]
    pub fn sources(&self) -> &Sources {
        &self.desk.caller.principal.sources
    }

    /// The write that makes a contact under a new id.
    #[must_use]
    pub fn creation(&self, contact: Contact) -> Write {
        Write::Create { id: self.desk.directory.ids.next(), contact: Box::new(contact) }
    }

    /// Does many writes, one outcome each, in request order.
    ///
    /// # Errors
    /// `TooLarge` for more writes than `batch_items` allows; in mode `AllOrNothing` the first failure.
    pub async fn write(&self, mode: Mode, writes: Vec<Write>) -> Result<Applied> {
        let Desk { directory, caller, .. } = self.desk;
        let batch = self.batch(mode, writes)?;
        directory.apply(caller.tenant, self.desk.author(), Command::Write(batch)).await
    }

    /// Writes as the store takes them.
    pub(crate) fn batch(&self, mode: Mode, writes: Vec<Write>) -> Result<Batch> {
        let Desk { directory, caller, organization, .. } = self.desk;
        self.within_batch(writes.len())?;
        Ok(Batch {
            organization: organization.id,
            reach: Reach::Own,
            sources: caller.principal.sources.clone(),
            mode,
            admits_unknown_groups: directory.settings.admits_unknown_groups,
            has_unique_emails: false,
            most_blanked: None,
            writes,
        })
    }

    /// The changes of the organization after a revision, oldest first.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn changes(&self, since: u64, limit: usize) -> Result<Vec<Change>> {
        let Desk { directory, caller, organization, .. } = self.desk;
        directory.store.changes(caller.tenant, organization.id, since, limit).await
    }

    /// Makes one contact.
    ///
    /// # Errors
    /// `Forbidden` for its source, `Invalid` for what breaks rules.
    pub async fn create(&self, contact: Contact) -> Result<Record> {
        let write = self.creation(contact);
        record(self.one(write).await?)
    }

    /// Changes one contact.
    ///
    /// # Errors
    /// `NotFound`, `Stale`, `Forbidden` for its source, `Invalid` for what would break rules.
    pub async fn patch(&self, id: Uuid, expect: Expect, patch: Patch) -> Result<Record> {
        record(self.one(Write::Patch { id, expect, patch: Box::new(patch) }).await?)
    }

    /// Moves one contact to the trash.
    ///
    /// # Errors
    /// `NotFound`, `Stale`, `Forbidden` for its source.
    pub async fn delete(&self, id: Uuid, expect: Expect) -> Result<()> {
        self.one(Write::Delete { id, expect }).await.map(drop)
    }

    /// Moves many contacts to the trash; those that are not known are passed over. Answers how many went.
    ///
    /// # Errors
    /// `Forbidden`, and nothing done, when one is of a source that is not the caller's to touch.
    pub async fn trash(&self, selection: Selection) -> Result<u64> {
        let Desk { directory, caller, organization, .. } = self.desk;
        let trash = Trash { organization: organization.id, sources: caller.principal.sources.clone(), selection };
        let applied = directory.apply(caller.tenant, self.desk.author(), Command::Trash(trash)).await?;
        Ok(applied.touched)
    }

    fn within_batch(&self, items: usize) -> Result<()> {
        let most = self.limits().batch_items;
        if items > most { Err(Error::TooLarge { limit: "batch_items", most: most as u64 }) } else { Ok(()) }
    }

    async fn one(&self, write: Write) -> Result<Outcome> {
        let mut applied = self.write(Mode::Each, vec![write]).await?;
        applied.outcomes.pop().unwrap_or_else(|| Err(Error::internal("a store answered no outcome for a write")))
    }
}

/// Contacts by the numbers that they were called by: also those of who was merged into them and is not there any more.
#[must_use]
pub fn called(records: Vec<Record>, numbers: &Numbers) -> BTreeMap<u32, Record> {
    let formers = records.iter().flat_map(|record| record.contact.formers.iter().map(move |former| (former.number, record)));
    let mut called: BTreeMap<u32, Record> =
        formers.filter(|(number, _)| numbers.contains(*number)).map(|(number, record)| (number, record.clone())).collect();
    called.extend(records.into_iter().filter(|record| numbers.contains(record.number)).map(|record| (record.number, record)));
    called
}

fn record(outcome: Outcome) -> Result<Record> {
    match outcome {
        Outcome::Created(record) | Outcome::Changed(record) | Outcome::Unchanged(record) => Ok(record),
        Outcome::Trashed(id) => Err(Error::internal(format!("a store answered a deletion of {id} for a write"))),
    }
}
