//! What an organization keeps beside people: numbers that opted out, rights it grants, and whatever else is about no card.

use serde_json::Value;

use crate::organization::OrganizationId;

/// One thing kept under a key.
#[derive(Debug, Clone, PartialEq)]
pub struct Note {
    /// Notes of one kind stand on one shelf (`group-rights`, …).
    pub shelf: String,
    /// The key on that shelf.
    pub key: String,
    /// What is kept, as it was given.
    pub value: Value,
}

/// A change of what is kept under one key.
#[derive(Debug, Clone, PartialEq)]
pub struct NoteEdit {
    /// The shelf.
    pub shelf: String,
    /// The key on that shelf.
    pub key: String,
    /// What is to be kept; `None` takes the note away, and one that is not there is no error.
    pub value: Option<Value>,
}

/// A question about the notes of one organization; they come by key, byte by byte.
#[derive(Debug, Clone)]
pub struct NoteQuery {
    /// Whose notes.
    pub organization: OrganizationId,
    /// On which shelf.
    pub shelf: String,
    /// Which of them.
    pub keys: NoteKeys,
    /// How many to pass over.
    pub offset: u64,
    /// How many at most.
    pub limit: usize,
}

/// Which notes of a shelf.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoteKeys {
    /// Every one.
    All,
    /// Those whose key begins so.
    Starting(String),
    /// Those of these keys.
    These(Vec<String>),
}
