//! What a store must judge of one write once it has the row: pure, so that every store judges alike.

mod protect;

use cardfile_model::{
    Batch, Claim, Contact, Expect, Limits, MatchKey, Membership, Organization, OrganizationPatch, Reach, Record, Sources,
    Violation, Write,
};

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
            Claim::edited_by_hand(&current.contact, &mut contact);
            contact
        }
        Write::Replace { id, expect: expected, contact } => {
            expect(id, expected, current)?;
            stays(batch, &contact.source, &current.contact.source)?;
            let (memberships, is_inactive) = (current.contact.memberships.clone(), current.contact.is_inactive);
            let formers = current.contact.formers.clone();
            let mut contact = Contact { memberships, is_inactive, formers, ..*contact };
            Claim::edited_by_hand(&current.contact, &mut contact);
            contact
        }
        Write::Upsert { claim, .. } => {
            source(batch, &claim.source)?;
            claim.merged(&current.contact)
        }
        Write::Create { .. } | Write::Delete { .. } => return Ok(None),
    };
    if contact == current.contact {
        return Ok(None);
    }
    rules(&contact, limits)?;
    Ok(Some(contact))
}

/// Whether a batch may take so much.
///
/// # Errors
/// `TooLarge` (`blanked`) when it took from more cards than it may.
pub fn blanked(blanked: u64, most: Option<u64>) -> Result<()> {
    match most {
        Some(most) if blanked > most => Err(Error::TooLarge { limit: "blanked", most }),
        _ => Ok(()),
    }
}

/// Whether so many people may be merged into another.
///
/// # Errors
/// `Invalid` for none, `TooLarge` (`merged_people`) for too many.
pub fn merge(limits: &Limits, others: &[uuid::Uuid]) -> Result<()> {
    if others.is_empty() {
        return Err(Error::invalid("others", "required", "say who is the same person"));
    }
    let most = limits.merged_people;
    if others.len() > most { Err(Error::TooLarge { limit: "merged_people", most: most as u64 }) } else { Ok(()) }
}

/// That somebody is named twice among those who are merged.
#[must_use]
pub fn named_twice(id: uuid::Uuid) -> Error {
    Error::invalid("others", "distinct", format!("{id} is named twice, or is who stays"))
}

/// Whether a contact may go to the trash.
///
/// # Errors
/// `Forbidden` for a source the caller may not touch, `AlreadyExists` or `Stale` when the expectation does not hold.
pub fn delete(batch: &Batch, current: &Record, expected: Expect) -> Result<()> {
    source(batch, &current.contact.source)?;
    expect(current.id, expected, current)
}

/// Whether a batch finds a contact. `organization` is the number of the batch's organization, `is_below` says whether the
/// contact's home is, or is below, that of [`Reach::Below`].
///
/// # Errors
/// `NotFound` for one out of reach, `Forbidden` for a guest of the organization when only its own can be written.
pub fn reached(batch: &Batch, organization: u32, current: &Record, is_below: bool) -> Result<()> {
    let contact = &current.contact;
    let belongs = contact.belongs(organization);
    let is_reached = match batch.reach {
        Reach::Own if belongs && contact.home() != organization => {
            return Err(Error::Forbidden { action: Action::ChangeInherited });
        }
        Reach::Own | Reach::Members | Reach::Inherited => belongs,
        Reach::Below(_) => is_below,
    };
    if is_reached { Ok(()) } else { Err(Error::no_contact(current.id)) }
}

/// Whether a person may be erased of whom these others, who were merged into them, are still kept: then it would not be all of
/// them that goes.
///
/// # Errors
/// `Invalid` (rule `merged`) that names them.
pub fn erasable(kept: &[uuid::Uuid]) -> Result<()> {
    if kept.is_empty() {
        return Ok(());
    }
    let named: Vec<String> = kept.iter().map(ToString::to_string).collect();
    let message = format!("first erase who was merged into this person and is still in the trash: {}", named.join(", "));
    Err(Error::invalid("merged", "merged", message))
}

/// Whether all that is kept of a person of the organization of this number may be handed out, or erased.
///
/// # Errors
/// `NotFound` for one who does not belong there, `Forbidden` for a guest, and for a source the caller may not touch.
pub fn whole(organization: u32, sources: &Sources, record: &Record) -> Result<()> {
    let contact = &record.contact;
    if !contact.belongs(organization) {
        return Err(Error::no_contact(record.id));
    }
    if contact.home() != organization {
        return Err(Error::Forbidden { action: Action::ChangeInherited });
    }
    if sources.allow(&contact.source) {
        Ok(())
    } else {
        Err(Error::Forbidden { action: Action::UseSource(Some(contact.source.clone())) })
    }
}

/// Makes a write say which organizations it is about, before it is judged. `organization` is the number of the batch's
/// organization: that is [`Membership::HERE`], and where a new contact belongs that does not say, unless it is the root. What a
/// source tells of has from then on the keys by which the source finds it.
pub fn settle(write: &mut Write, organization: u32) {
    match write {
        Write::Create { contact, .. } => place(contact, organization),
        Write::Patch { patch, .. } => patch.memberships.iter_mut().for_each(|edit| edit.settle(organization)),
        Write::Upsert { by, claim, .. } => {
            place(&mut claim.contact, organization);
            for key in by {
                if let MatchKey::Key(key) = key
                    && !claim.contact.keys.contains(key)
                {
                    claim.contact.keys.push(key.clone());
                }
            }
        }
        // These do not say where somebody belongs.
        Write::Replace { .. } | Write::Delete { .. } => {}
    }
}

fn place(contact: &mut Contact, organization: u32) {
    contact.memberships.iter_mut().for_each(|membership| membership.settle(organization));
    if contact.memberships.is_empty() && organization != Organization::ROOT {
        contact.memberships.push(Membership::plain(organization));
    }
}

/// Whether an organization may be as it is, but for its place in the tree.
///
/// # Errors
/// `Invalid` for one that breaks rules.
pub fn organization(limits: &Limits, organization: &Organization) -> Result<()> {
    broken(organization.violations(limits))
}

/// What becomes of an organization: `Some` with what it is from now on, or `None` when the patch leaves it as it is. Its revision,
/// its times and its place in the tree are for the store to see to.
///
/// # Errors
/// `AlreadyExists` or `Stale` when the expectation does not hold, `Invalid` when the result would break rules.
pub fn organization_patch(
    limits: &Limits,
    current: &Organization,
    expected: Expect,
    patch: OrganizationPatch,
) -> Result<Option<Organization>> {
    holds(expected, current.revision, || Error::AlreadyExists { kind: Kind::Organization, key: current.id.to_string() })?;
    let mut after = current.clone();
    patch.apply(&mut after);
    if after == *current {
        return Ok(None);
    }
    organization(limits, &after)?;
    Ok(Some(after))
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
    broken(contact.violations(limits))
}

fn broken(violations: Vec<Violation>) -> Result<()> {
    if violations.is_empty() { Ok(()) } else { Err(Error::Invalid(violations)) }
}

fn expect(id: uuid::Uuid, expected: Expect, current: &Record) -> Result<()> {
    holds(expected, current.revision, || Error::AlreadyExists { kind: Kind::Contact, key: id.to_string() })
}

fn holds(expected: Expect, actual: u64, exists: impl FnOnce() -> Error) -> Result<()> {
    match expected {
        Expect::Any => Ok(()),
        Expect::Absent => Err(exists()),
        Expect::At(revision) if revision == actual => Ok(()),
        Expect::At(revision) => Err(Error::Stale { expected: revision, actual }),
    }
}
