//! What an organization keeps beside people.

use cardfile_model::{Note, NoteEdit, NoteKeys, NoteQuery};

use crate::contacts::{Editor, Reader};
use crate::error::{Error, Result};
use crate::store::Command;

/// The longest name of a shelf or a key, in bytes.
const MOST_KEY_BYTES: usize = 512;

impl Reader<'_, '_> {
    /// One page of the notes on a shelf by key, and how many there are in all.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn notes(&self, on: &str, wanted: NoteKeys, offset: u64, limit: usize) -> Result<(Vec<Note>, u64)> {
        let query = NoteQuery { organization: self.desk.organization.id, shelf: on.to_owned(), keys: wanted, offset, limit };
        self.desk.directory.store.notes(self.desk.caller.tenant, query).await
    }
}

impl Editor<'_, '_> {
    /// Keeps, changes and takes away notes, all of them or none. Answers whether anything changed.
    ///
    /// # Errors
    /// `Invalid` for a key that is too long; `TooLarge` (`shelf_notes`) when a shelf would hold too many.
    pub async fn note(&self, edits: Vec<NoteEdit>) -> Result<bool> {
        if edits.iter().any(|edit| edit.key.len() > MOST_KEY_BYTES || edit.shelf.len() > MOST_KEY_BYTES) {
            return Err(Error::invalid("key", "length", format!("a key has at most {MOST_KEY_BYTES} bytes")));
        }
        let command = Command::Note { organization: self.desk.organization.id, edits };
        let applied = self.desk.directory.apply(self.desk.caller.tenant, self.desk.author(), command).await?;
        Ok(applied.is_changed)
    }
}
