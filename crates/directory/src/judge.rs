//! What a store must judge of one write once it has the row: pure, so that every store judges alike.

mod protect;

use cardfile_model::{Batch, Contact, Expect, Limits, Organization, Reach, Record, Write};

pub use protect::{Loss, delegation, losses, oneself};

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
/// `Forbidden` for a source the caller may not touch, `AlreadyExists` or `Stale` when the expectation does not hold, `NotFound`
/// for a membership that is not there, `Invalid` when the result would break rules.
pub fn change(batch: &Batch, limits: &Limits, current: &Record, write: Write) -> Result<Option<Contact>> {
    source(batch, &current.contact.source)?;
    let contact = match write {
        Write::Patch { id, expect: expected, patch } => {
            expect(id, expected, current)?;
            if let Some(claimed) = &patch.source {
                stays(batch, claimed, &current.contact.source)?;
            }
            let mut memberships = current.contact.memberships.clone();
            for edit in patch.memberships.iter().cloned() {
                let missing = |organization: u32| Error::NotFound { kind: Kind::Membership, id: organization.to_string() };
                edit.apply(&mut memberships).map_err(missing)?;
            }
            let mut contact = current.contact.clone();
            patch.apply(&mut contact);
            contact
        }
        Write::Replace { id, expect: expected, contact } => {
            expect(id, expected, current)?;
            stays(batch, &contact.source, &current.contact.source)?;
            let (memberships, is_inactive) = (current.contact.memberships.clone(), current.contact.is_inactive);
            Contact { memberships, is_inactive, ..*contact }
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

/// Whether a batch finds a contact. `organization` is the number of the batch's organization, `is_below` says whether one of a
/// number is, or is below, that of [`Reach::Below`].
///
/// # Errors
/// `NotFound` for one out of reach, `Forbidden` for a guest of the organization when only its own can be written.
pub fn reached(batch: &Batch, organization: u32, current: &Record, is_below: impl Fn(u32) -> bool) -> Result<()> {
    let contact = &current.contact;
    let belongs = contact.belongs(organization);
    let is_reached = match batch.reach {
        Reach::Own if belongs && contact.home() != organization => {
            return Err(Error::Forbidden { action: Action::ChangeInherited });
        }
        Reach::Own | Reach::Members | Reach::Inherited => belongs,
        Reach::Below(_) => is_below(contact.home()),
    };
    if is_reached { Ok(()) } else { Err(Error::no_contact(current.id)) }
}

/// A contact as it is kept: where it belongs is said, unless that is the root alone. `organization` is the number of the batch's
/// organization, where it belongs if it does not say.
#[must_use]
pub fn settled(mut contact: Contact, organization: u32) -> Contact {
    if contact.memberships.is_empty() && organization != Organization::ROOT {
        contact.memberships.push(cardfile_model::Membership::plain(organization));
    }
    contact
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
