//! What a store must judge of one write once it has the row: pure, so that every store judges alike.

use cardfile_model::{Batch, Contact, Expect, Limits, Record, Write};

use crate::error::{Action, Error, Kind, Result};

/// Whether a contact may be made.
///
/// # Errors
/// `Forbidden` for a source the caller may not touch, `Invalid` for a contact that breaks rules.
pub fn create(batch: &Batch, limits: &Limits, contact: &Contact) -> Result<()> {
    source(batch, &contact.source)?;
    rules(contact, limits)
}

/// What becomes of a contact: `Some` with its new card, or `None` when the write leaves it as it is.
///
/// # Errors
/// `Forbidden` for a source the caller may not touch, `AlreadyExists` or `Stale` when the expectation does not hold, `Invalid`
/// when the result would break rules.
pub fn change(batch: &Batch, limits: &Limits, current: &Record, write: Write) -> Result<Option<Contact>> {
    source(batch, &current.contact.source)?;
    let contact = match write {
        Write::Patch { id, expect: expected, patch } => {
            expect(id, expected, current)?;
            if let Some(claimed) = &patch.source {
                stays(batch, claimed, &current.contact.source)?;
            }
            let mut contact = current.contact.clone();
            patch.apply(&mut contact);
            contact
        }
        Write::Replace { id, expect: expected, contact } => {
            expect(id, expected, current)?;
            stays(batch, &contact.source, &current.contact.source)?;
            *contact
        }
        Write::Create { .. } | Write::Delete { .. } => return Ok(None),
    };
    if contact == current.contact {
        return Ok(None);
    }
    rules(&contact, limits)?;
    Ok(Some(contact))
}

/// Whether a contact may go to the trash.
///
/// # Errors
/// `Forbidden` for a source the caller may not touch, `AlreadyExists` or `Stale` when the expectation does not hold.
pub fn delete(batch: &Batch, current: &Record, expected: Expect) -> Result<()> {
    source(batch, &current.contact.source)?;
    expect(current.id, expected, current)
}

fn source(batch: &Batch, source: &str) -> Result<()> {
    if batch.sources.allow(source) {
        return Ok(());
    }
    Err(Error::Forbidden { action: Action::UseSource((!source.is_empty()).then(|| source.to_owned())) })
}

fn stays(batch: &Batch, claimed: &str, current: &str) -> Result<()> {
    source(batch, claimed)?;
    if claimed == current { Ok(()) } else { Err(Error::invalid("source", "fixed", "the source of a contact does not change")) }
}

fn rules(contact: &Contact, limits: &Limits) -> Result<()> {
    let violations = contact.violations(limits);
    if violations.is_empty() { Ok(()) } else { Err(Error::Invalid(violations)) }
}

fn expect(id: uuid::Uuid, expected: Expect, current: &Record) -> Result<()> {
    match expected {
        Expect::Any => Ok(()),
        Expect::Absent => Err(Error::AlreadyExists { kind: Kind::Contact, key: id.to_string() }),
        Expect::At(revision) if revision == current.revision => Ok(()),
        Expect::At(revision) => Err(Error::Stale { expected: revision, actual: current.revision }),
    }
}
