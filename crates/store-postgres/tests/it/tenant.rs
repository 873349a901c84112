//! A tenant, and what the tests have it do.

use std::sync::Arc;

use cardfile_directory::{Applied, Author, Clock, Command, Ids, OrganizationDraft, Registry, Result, Store};
use cardfile_model::{Audience, Batch, Filter, Limits, Mode, Order, OrganizationId, Query, Reach, Sources, TenantId, Write};
use cardfile_store_postgres::PostgresStore;
use cardfile_testkit::{CountingIds, FixedClock, person};
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

/// A tenant of a store.
pub struct Tenant {
    pub store: Arc<PostgresStore>,
    pub id: TenantId,
    clock: FixedClock,
    ids: CountingIds,
}

impl Tenant {
    /// A new one.
    pub async fn new(store: Arc<PostgresStore>) -> Self {
        let (ids, clock) = (CountingIds::new(4), FixedClock::default());
        let id = ids.next();
        let draft = OrganizationDraft::new(OrganizationId(id), "Quayside");
        store.add_organization(draft, clock.now()).await.expect("a tenant can be made");
        Tenant { store, id: TenantId(id), clock, ids }
    }

    /// The root.
    pub fn organization(&self) -> OrganizationId {
        OrganizationId(self.id.0)
    }

    /// A time at which everything so far is old.
    pub fn later(&self) -> Timestamp {
        self.clock.advance(SignedDuration::from_hours(1))
    }

    /// Does a command.
    pub async fn apply(&self, command: Command) -> Result<Applied> {
        let time = self.clock.advance(SignedDuration::from_secs(1));
        let author = Author::unbound(time, None, "test", Arc::new(Limits::default()));
        self.store.apply(self.id, author, command).await
    }

    /// Does writes in one batch, all of them or none.
    pub async fn write(&self, writes: Vec<Write>) -> Result<Applied> {
        let batch = Batch {
            organization: self.organization(),
            reach: Reach::Own,
            sources: Sources::Any,
            mode: Mode::AllOrNothing,
            admits_unknown_groups: true,
            has_unique_emails: false,
            most_blanked: None,
            writes,
        };
        self.apply(Command::Write(batch)).await
    }

    /// What makes the sample people `first`, `first + 1`, …, and their ids.
    pub fn people(&self, first: u32, count: u32) -> (Vec<Uuid>, Vec<Write>) {
        let made = (first..first + count).map(|n| (self.ids.next(), person(n)));
        made.map(|(id, contact)| (id, Write::Create { id, contact: Box::new(contact) })).unzip()
    }

    /// Makes the sample people `first`, `first + 1`, …; answers their ids.
    pub async fn populate(&self, first: u32, count: u32) -> Vec<Uuid> {
        let (ids, writes) = self.people(first, count);
        self.write(writes).await.expect("people can be made");
        ids
    }

    /// How many there are whom a filter finds.
    pub async fn count(&self, filter: Filter) -> u64 {
        let query = Query {
            organization: self.organization(),
            life: cardfile_model::Life::Live,
            reach: Reach::Members,
            sources: Sources::Any,
            audience: Audience::Everything,
            filter,
            order: Order::Number,
            is_descending: false,
            then: Vec::new(),
            offset: 0,
            limit: 10,
        };
        self.store.find(self.id, query).await.expect("people can be found").total
    }

    /// How many changes the log tells of.
    pub async fn changes(&self) -> usize {
        self.store.changes(self.id, self.organization(), 0, 1000).await.expect("the log can be read").len()
    }

    /// Asserts that the store finds nothing wrong with itself.
    pub async fn is_sound(&self) {
        assert_eq!(self.store.check().await.expect("a store can be checked"), [], "findings of the check");
    }
}
