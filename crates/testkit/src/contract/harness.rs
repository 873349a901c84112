//! A fresh store, time and ids, and places to try it at.

use std::sync::Arc;

use cardfile_directory::{Author, Clock, Ids, OrganizationDraft, Store};
use cardfile_model::{Limits, OrganizationId, TenantId};
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::place::Place;
use crate::clock::{CountingIds, FixedClock};

/// A fresh, empty store, with time and ids of its own.
pub struct Harness {
    /// The store.
    pub(super) store: Arc<dyn Store>,
    /// The time of the last change.
    pub(super) clock: FixedClock,
    ids: CountingIds,
    /// What lives as long as the store: dropped after it, as the last field.
    _kept: Box<dyn Send + Sync>,
}

impl Harness {
    /// A harness over a store and what must live as long as it.
    pub fn new<K: Send + Sync + 'static>((store, kept): (Arc<dyn Store>, K)) -> Self {
        Harness { store, clock: FixedClock::default(), ids: CountingIds::new(1), _kept: Box::new(kept) }
    }

    /// A new id.
    pub(super) fn id(&self) -> Uuid {
        self.ids.next()
    }

    /// The root organization of a new tenant.
    pub(super) async fn tenant(&self) -> Place<'_> {
        self.tenant_of(self.id()).await
    }

    /// The root organization of a new tenant of this id.
    pub(super) async fn tenant_of(&self, id: Uuid) -> Place<'_> {
        let draft = OrganizationDraft::new(OrganizationId(id), "Quayside");
        let organization = self.store.add_organization(draft, self.clock.now()).await.expect("a new tenant can be made");
        Place { harness: self, tenant: TenantId(id), organization: organization.id }
    }

    /// The time of the last change.
    pub(super) fn clock_now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Whoever tries the store, a second after whoever did before, within the usual limits.
    pub(super) fn author(&self) -> Author {
        self.author_within(Limits::default())
    }

    /// As [`Harness::author`], within these limits.
    pub(super) fn author_within(&self, limits: Limits) -> Author {
        let time = self.clock.advance(SignedDuration::from_secs(1));
        Author::unbound(time, Some(Uuid::from_u128(0x00ca_11e7)), "contract", Arc::new(limits))
    }

    /// Asserts that the store finds nothing wrong with itself.
    pub(super) async fn is_sound(&self) {
        assert_eq!(self.store.check().await.expect("a store can be checked"), [], "findings of the check");
    }
}
