//! What the directory remembers between requests: who tokens stand for and how organizations hang together. Bounded in
//! size and in age, so that what another process changes is seen within [`MAX_AGE`].

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, PoisonError, RwLock};

use cardfile_model::{Organization, OrganizationId};
use jiff::{SignedDuration, Timestamp};

/// How old a remembered answer may be.
pub(crate) const MAX_AGE: SignedDuration = SignedDuration::from_secs(1);
/// How many answers are remembered of each kind.
const MAX_ENTRIES: usize = 10_000;

/// A bounded memory of answers.
#[derive(Debug)]
pub(crate) struct Memory<K, V>(RwLock<HashMap<K, (Timestamp, Arc<V>)>>);

impl<K: Eq + Hash, V> Memory<K, V> {
    pub(crate) fn new() -> Self {
        Memory(RwLock::new(HashMap::new()))
    }

    pub(crate) fn recall(&self, key: &K, now: Timestamp) -> Option<Arc<V>> {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        known.get(key).filter(|(then, _)| now.duration_since(*then) < MAX_AGE).map(|(_, value)| Arc::clone(value))
    }

    pub(crate) fn remember(&self, key: K, now: Timestamp, value: V) -> Arc<V> {
        let value = Arc::new(value);
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MAX_ENTRIES {
            known.clear();
        }
        known.insert(key, (now, Arc::clone(&value)));
        value
    }

    pub(crate) fn forget(&self) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

/// The organizations of one tenant.
#[derive(Debug)]
pub(crate) struct Tree {
    organizations: HashMap<OrganizationId, Organization>,
    numbers: HashMap<u32, OrganizationId>,
}

impl Tree {
    pub(crate) fn new(organizations: Vec<Organization>) -> Self {
        Tree {
            numbers: organizations.iter().map(|organization| (organization.number, organization.id)).collect(),
            organizations: organizations.into_iter().map(|organization| (organization.id, organization)).collect(),
        }
    }

    /// The organization of a number.
    pub(crate) fn numbered(&self, number: u32) -> Option<&Organization> {
        self.get(*self.numbers.get(&number)?)
    }

    pub(crate) fn get(&self, id: OrganizationId) -> Option<&Organization> {
        self.organizations.get(&id)
    }

    /// The organizations above one, the nearest first.
    pub(crate) fn above(&self, organization: &Organization) -> Vec<OrganizationId> {
        let mut above = Vec::new();
        let mut parent = organization.parent;
        // As below, a cycle would end the walk too.
        while let Some(next) = parent.filter(|_| above.len() < self.organizations.len()).and_then(|id| self.get(id)) {
            above.push(next.id);
            parent = next.parent;
        }
        above
    }

    /// The country of an organization, or of the nearest above that has one.
    pub(crate) fn country(&self, organization: &Organization) -> Option<String> {
        let above = self.above(organization).into_iter().filter_map(|id| self.get(id));
        std::iter::once(organization).chain(above).find_map(|organization| organization.country.clone())
    }

    /// Whether `id` is `top` or hangs below it.
    pub(crate) fn is_within(&self, id: OrganizationId, top: OrganizationId) -> bool {
        let mut at = self.get(id);
        // A tree of n organizations is at most n deep; a cycle, which no store makes, would end the walk too.
        for _ in 0..=self.organizations.len() {
            match at {
                Some(organization) if organization.id == top => return true,
                Some(organization) => at = organization.parent.and_then(|parent| self.get(parent)),
                None => return false,
            }
        }
        false
    }
}
