//! Places for what reads long, so that neither one tenant nor those who have left take them all.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use cardfile_directory::Result;
use cardfile_model::{Filter, Order, OrganizationFilter, Query, TenantId};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::fault::{abandoned, closed};

/// Up to so many people or organizations that are named are looked up, and not searched for.
const LOOKED_UP: u64 = 1_000;

/// So many at once, all but one of them for the same tenant; who finds none waits for a turn.
pub(crate) struct Places {
    all: Arc<Semaphore>,
    most_of_one: usize,
    /// The places of those tenants that have taken any or wait for one.
    of: Mutex<HashMap<TenantId, Weak<Semaphore>>>,
}

/// A place that was taken; given back when dropped.
pub(crate) struct Place {
    _of_tenant: OwnedSemaphorePermit,
    _of_all: OwnedSemaphorePermit,
}

impl Places {
    /// That many places, at least one.
    pub(crate) fn new(most: usize) -> Self {
        let most = most.max(1);
        Places { all: Arc::new(Semaphore::new(most)), most_of_one: (most - 1).max(1), of: Mutex::default() }
    }

    /// Waits for a place. The tenant's own come first, so that those of one tenant do not wait before those of all others.
    pub(crate) async fn take(&self, tenant: TenantId) -> Result<Place> {
        let own = self.of(tenant);
        let of_tenant = own.acquire_owned().await.map_err(|_| closed())?;
        let of_all = Arc::clone(&self.all).acquire_owned().await.map_err(|_| closed())?;
        Ok(Place { _of_tenant: of_tenant, _of_all: of_all })
    }

    fn of(&self, tenant: TenantId) -> Arc<Semaphore> {
        let mut of = self.of.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = of.get(&tenant).and_then(Weak::upgrade) {
            return known;
        }
        of.retain(|_, known| known.strong_count() > 0);
        let own = Arc::new(Semaphore::new(self.most_of_one));
        of.insert(tenant, Arc::downgrade(&own));
        own
    }
}

/// One who waits for an answer, and says so when dropped.
#[derive(Default)]
pub(crate) struct Waiting(Arc<AtomicBool>);

/// Whether the one who asked has left.
pub(crate) struct Asked(Arc<AtomicBool>);

impl Waiting {
    /// For the work that is done for the answer.
    pub(crate) fn asked(&self) -> Asked {
        Asked(Arc::clone(&self.0))
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

impl Asked {
    /// To be looked at between one row and the next.
    ///
    /// # Errors
    /// When nobody waits for the answer any more.
    pub(crate) fn go_on(&self) -> Result<()> {
        if self.0.load(Ordering::Relaxed) { Err(abandoned()) } else { Ok(()) }
    }
}

/// Whether a question is about few people who are named, so that the answer takes no search.
pub(crate) fn is_look_up(query: &Query) -> bool {
    let named = match &query.filter {
        Filter::Ids(ids) => ids.len() as u64,
        Filter::Numbers(numbers) | Filter::Called(numbers) => numbers.len(),
        _ => return false,
    };
    named <= LOOKED_UP && query.order == Order::Number && query.then.is_empty()
}

/// Whether a filter is about few organizations that are named.
pub(crate) fn names_few(filter: &OrganizationFilter) -> bool {
    match filter {
        OrganizationFilter::Numbers(numbers) => numbers.len() as u64 <= LOOKED_UP,
        OrganizationFilter::And(parts) => parts.iter().any(names_few),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use cardfile_model::{Numbers, OrganizationId, Reach};
    use uuid::Uuid;

    use super::*;

    fn asking(filter: Filter) -> Query {
        Query::of(OrganizationId(Uuid::from_u128(1)), Reach::Members, filter)
    }

    #[test]
    fn only_few_who_are_named_and_come_by_number_are_looked_up() {
        let named = |most: u32| Filter::Numbers((1..=most).collect::<Numbers>());
        assert!(is_look_up(&asking(named(1_000))));
        assert!(is_look_up(&asking(Filter::Ids(vec![Uuid::from_u128(7); 1_000]))));
        for filter in [Filter::All, named(1_001), Filter::Ids(vec![Uuid::from_u128(7); 1_001]), Filter::Not(Box::new(named(1)))] {
            assert!(!is_look_up(&asking(filter)));
        }
        assert!(!is_look_up(&Query { order: Order::Name, ..asking(named(1)) }));
        assert!(!is_look_up(&Query { then: vec![(Order::Name, false)], ..asking(named(1)) }));
        let named = |most: u32| OrganizationFilter::Numbers((1..=most).collect());
        assert!(names_few(&OrganizationFilter::And(vec![OrganizationFilter::All, named(1_000)])));
        for filter in [OrganizationFilter::All, named(1_001), OrganizationFilter::Or(vec![named(1)])] {
            assert!(!names_few(&filter));
        }
    }

    #[test]
    fn tenants_that_ask_no_more_are_forgotten() {
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime can be made");
        runtime.block_on(async {
            let places = Places::new(4);
            for tenant in 0..100 {
                places.take(TenantId(Uuid::from_u128(tenant))).await.expect("a place is free");
            }
            assert_eq!(places.of.lock().expect("nobody panicked").len(), 1);
        });
    }
}
