//! What organizations keep beside people.

use std::collections::BTreeMap;

use cardfile_directory::{Applied, Author, Error, Result};
use cardfile_model::{ChangeKind, Note, NoteEdit, NoteKeys, NoteQuery, Numbers, OrganizationId};
use serde_json::Value;

use super::state::{Deed, Effect, Tenant};
use super::undo::Undo;

/// What notes were, and what they become, by shelf and key.
type Changed = BTreeMap<(String, String), (Option<Value>, Option<Value>)>;

pub(super) fn note(tenant: &mut Tenant, author: &Author, organization: OrganizationId, edits: Vec<NoteEdit>) -> Result<Applied> {
    tenant.known_organization(organization)?;
    let mut changed = Changed::new();
    for NoteEdit { shelf, key, value } in edits {
        let before = tenant.notes.get(&(organization, shelf.clone(), key.clone())).cloned();
        changed.insert((shelf, key), (before, value));
    }
    changed.retain(|_, (before, after)| before != after);
    if changed.is_empty() {
        return Ok(tenant.unchanged());
    }
    put(tenant, organization, &changed);
    for ((shelf, _), (before, _)) in &changed {
        let count = tenant.notes.keys().filter(|(owner, known, _)| (owner, known) == (&organization, shelf)).count();
        if before.is_none() && count > author.limits.shelf_notes as usize {
            return Err(Error::TooLarge { limit: "shelf_notes", most: author.limits.shelf_notes.into() });
        }
    }
    Ok(log(tenant, author, (ChangeKind::Note, None), organization, changed))
}

pub(super) fn undo_notes(
    tenant: &mut Tenant,
    author: &Author,
    undo: &Undo,
    organization: OrganizationId,
    changed: &Changed,
) -> Result<Applied> {
    let mut back = Changed::new();
    for ((shelf, key), (before, after)) in changed {
        if tenant.notes.get(&(organization, shelf.clone(), key.clone())) == after.as_ref() {
            back.insert((shelf.clone(), key.clone()), (after.clone(), before.clone()));
        } else {
            undo.pass_over(tenant.revision())?;
        }
    }
    if back.is_empty() {
        return Ok(tenant.unchanged());
    }
    put(tenant, organization, &back);
    Ok(log(tenant, author, (ChangeKind::Undo, Some(undo.change)), organization, back))
}

fn put(tenant: &mut Tenant, organization: OrganizationId, changed: &Changed) {
    for ((shelf, key), (_, after)) in changed {
        let at = (organization, shelf.clone(), key.clone());
        match after {
            Some(value) => tenant.notes.insert(at, value.clone()),
            None => tenant.notes.remove(&at),
        };
    }
}

fn log(
    tenant: &mut Tenant,
    author: &Author,
    (kind, undoes): (ChangeKind, Option<u64>),
    organization: OrganizationId,
    changed: Changed,
) -> Applied {
    let nobody = Numbers::new;
    let (came, went, stayed) = (nobody(), nobody(), nobody());
    tenant.log(author, Deed { kind, organization, group: None, came, went, stayed, undoes, effect: Effect::Notes(changed) })
}

impl Tenant {
    /// All notes that a question is about, by key.
    pub fn notes(&self, query: &NoteQuery) -> Vec<Note> {
        let of_shelf = self.notes.iter().filter(|((owner, shelf, _), _)| *owner == query.organization && *shelf == query.shelf);
        let wanted = of_shelf.filter(|((_, _, key), _)| match &query.keys {
            NoteKeys::All => true,
            NoteKeys::Starting(start) => key.starts_with(start),
            NoteKeys::These(keys) => keys.contains(key),
        });
        wanted.map(|((_, shelf, key), value)| Note { shelf: shelf.clone(), key: key.clone(), value: value.clone() }).collect()
    }
}
