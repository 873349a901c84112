//! What was ever sent: each text once.

use std::collections::BTreeSet;
use std::sync::{PoisonError, RwLock};

/// The texts of statements. There are few of them, as values are never part of a text.
#[derive(Default)]
pub(crate) struct Statements(RwLock<BTreeSet<String>>);

impl Statements {
    /// Keeps a text that is not known yet.
    pub(crate) fn note(&self, sql: &str) {
        let is_known = self.0.read().unwrap_or_else(PoisonError::into_inner).contains(sql);
        if !is_known {
            self.0.write().unwrap_or_else(PoisonError::into_inner).insert(sql.to_owned());
        }
    }

    /// All of them.
    pub(crate) fn all(&self) -> BTreeSet<String> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
