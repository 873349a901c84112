//! What the directory remembers between requests: who tokens stand for and how organizations hang together. Bounded in
//! size and in age, so that what another process changes is seen within [`MAX_AGE`].

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, PoisonError, RwLock};

use jiff::{SignedDuration, Timestamp};

/// How old a remembered answer may be.
pub(crate) const MAX_AGE: SignedDuration = SignedDuration::from_secs(1);
/// How many answers are remembered of each kind.
const MAX_ENTRIES: usize = 10_000;

/// A bounded memory of answers.
#[derive(Debug)]
pub(crate) struct Memory<K, V>(RwLock<Known<K, V>>);

#[derive(Debug)]
struct Known<K, V> {
    answers: HashMap<K, (Timestamp, Arc<V>)>,
    /// How often all was forgotten.
    forgotten: u64,
}

impl<K: Eq + Hash, V> Memory<K, V> {
    pub(crate) fn new() -> Self {
        Memory(RwLock::new(Known { answers: HashMap::new(), forgotten: 0 }))
    }

    pub(crate) fn recall(&self, key: &K, now: Timestamp) -> Option<Arc<V>> {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        known.answers.get(key).filter(|(then, _)| now.duration_since(*then) < MAX_AGE).map(|(_, value)| Arc::clone(value))
    }

    /// How often all was forgotten: to be asked before a question whose answer is to be remembered.
    pub(crate) fn forgotten(&self) -> u64 {
        self.0.read().unwrap_or_else(PoisonError::into_inner).forgotten
    }

    /// Remembers an answer, unless all was forgotten since it was asked for: it may be from before what was done then.
    pub(crate) fn remember(&self, key: K, now: Timestamp, forgotten: u64, value: impl Into<Arc<V>>) -> Arc<V> {
        let value = value.into();
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if known.forgotten != forgotten {
            return value;
        }
        if known.answers.len() >= MAX_ENTRIES {
            known.answers.clear();
        }
        known.answers.insert(key, (now, Arc::clone(&value)));
        value
    }

    pub(crate) fn forget(&self) {
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        known.answers.clear();
        known.forgotten += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_from_before_all_was_forgotten_is_not_remembered() {
        let (memory, now) = (Memory::new(), Timestamp::UNIX_EPOCH);
        let before = memory.forgotten();
        memory.forget();
        assert_eq!(*memory.remember("key", now, before, "old"), "old");
        assert_eq!(memory.recall(&"key", now), None);
        memory.remember("key", now, memory.forgotten(), "new");
        assert_eq!(memory.recall(&"key", now).as_deref(), Some(&"new"));
        assert_eq!(memory.recall(&"key", now + MAX_AGE), None);
    }
}
