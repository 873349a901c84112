//! Finding and changing profiles: what lists and writes of members and of profiles have in common.

mod find;
mod list;
mod shoppers;

use cardfile_directory::{Delegate, Error, Kind, Merchant, Outcome, Task};
use cardfile_model::{Contact, Edit, Expect, Filter, Membership, MembershipEdit, Mode, OrganizationId, Patch, Record, Write};
use uuid::Uuid;

use crate::error::{Failure, Result};
use crate::map::{EXTENSION, profile, role};
use crate::tries::{TRIES, pause};

pub use find::{filter, orders};
pub use list::{Wanted, list};
pub use shoppers::{admit, password, set_password};

/// On whose behalf profiles are written, and for which account.
#[derive(Debug, Clone, Copy)]
pub struct Behalf {
    /// The account: where the log tells of it.
    pub account: OrganizationId,
    /// The delegated administrator who asks; `None` for the merchant's own administration.
    pub delegate: Option<Uuid>,
}

/// Makes a profile. Its e-mail address must be its own.
pub async fn create(merchant: &Merchant<'_>, behalf: Behalf, contact: Contact) -> Result<Record> {
    let write = Write::Create { id: merchant.next_id(), contact: Box::new(contact) };
    Ok(card(apply(merchant, behalf, write).await?)?)
}

/// Changes a profile from how it stands, and has its log-in follow. When somebody comes between, it is read and tried anew; `gone`
/// tells of one that went meanwhile.
pub async fn change(
    merchant: &Merchant<'_>,
    behalf: Behalf,
    mut record: Record,
    gone: impl Fn() -> Failure,
    patch: impl Fn(&Record) -> Result<Patch>,
) -> Result<Record> {
    for tried in 1.. {
        let patch = patch(&record)?;
        // What this door keeps alone is written whole, and so may be where they belong: it must be as it was read. So must what a
        // delegate changes, who may only while they belong to the account.
        let is_whole = |edit: &MembershipEdit| matches!(edit, MembershipEdit::Replace(_) | MembershipEdit::Settle(_));
        let is_judged = behalf.delegate.is_some();
        let is_computed = !patch.extensions.is_empty() || patch.memberships.iter().any(is_whole);
        let expect = if is_judged || is_computed { Expect::At(record.revision) } else { Expect::Any };
        let names_address = !patch.emails.is_empty();
        let write = Write::Patch { id: record.id, expect, patch: Box::new(patch) };
        let outcome = match apply(merchant, behalf, write).await {
            Err(Error::Stale { .. }) if tried < TRIES => {
                pause(tried).await;
                record = merchant.person(record.number).await?.ok_or_else(&gone)?;
                continue;
            }
            Err(Error::NotFound { kind: Kind::Contact, .. }) => return Err(gone()),
            done => done?,
        };
        let is_changed = matches!(outcome, Outcome::Changed(_));
        let written = card(outcome)?;
        let is_moved = profile::login(&record.contact) != profile::login(&written.contact);
        shoppers::settle(merchant, behalf, &written, is_changed && names_address && is_moved).await?;
        return Ok(written);
    }
    Ok(record)
}

/// Takes a profile away; it goes to the trash.
pub async fn delete(merchant: &Merchant<'_>, behalf: Behalf, id: Uuid) -> Result<(), Error> {
    apply(merchant, behalf, Write::Delete { id, expect: Expect::Any }).await?;
    Ok(())
}

/// The write that takes somebody out of an account. Who belongs to no account then is the merchant's own, and stays a business
/// user.
pub fn leave(merchant: &Merchant<'_>, account: u32, member: &Record) -> Write {
    let mut patch = Patch { memberships: vec![MembershipEdit::Leave(account)], ..Patch::default() };
    if profile::accounts(&member.contact, merchant).all(|(other, _)| other.number == account) {
        patch.memberships.push(MembershipEdit::Settle(merchant.home().number));
        patch.extensions.extend(profile::as_business(&member.contact).map(|own| (EXTENSION.to_owned(), Edit::Set(own))));
    }
    Write::Patch { id: member.id, expect: Expect::At(member.revision), patch: Box::new(patch) }
}

/// The write that makes somebody a buyer in an account.
pub fn join(merchant: &Merchant<'_>, account: u32, person: &Record) -> Write {
    let roles = vec![role::BUYER.to_owned()];
    let memberships = joining(merchant, &person.contact, Membership { organization: account, roles });
    let patch = Patch { memberships, ..Patch::default() };
    Write::Patch { id: person.id, expect: Expect::At(person.revision), patch: Box::new(patch) }
}

/// What makes somebody belong to an account. Who belonged to none is at home there, and the merchant's own no more.
pub fn joining(merchant: &Merchant<'_>, contact: &Contact, membership: Membership) -> Vec<MembershipEdit> {
    let account = membership.organization;
    let mut edits = vec![MembershipEdit::Join(membership)];
    if profile::accounts(contact, merchant).next().is_none() {
        edits.push(MembershipEdit::Settle(account));
        let home = merchant.home().number;
        edits.extend(contact.membership(home).map(|_| MembershipEdit::Leave(home)));
    }
    edits
}

fn card(outcome: Outcome) -> Result<Record, Error> {
    match outcome {
        Outcome::Created(record) | Outcome::Changed(record) | Outcome::Unchanged(record) => Ok(record),
        Outcome::Trashed(id) => Err(Error::internal(format!("a store answered a deletion of {id} for a write"))),
    }
}

async fn apply(merchant: &Merchant<'_>, behalf: Behalf, write: Write) -> Result<Outcome, Error> {
    let Behalf { account, delegate } = behalf;
    // All or nothing, so that what is lost and what is gained by one write is judged together.
    let delegate = delegate.map(Delegate::administrator);
    let task = Task { account, delegate, mode: Mode::AllOrNothing, has_unique_emails: true, writes: vec![write] };
    let outcome = merchant.write(task).await?.outcomes.pop();
    outcome.unwrap_or_else(|| Err(Error::internal("a store answered no outcome for a write")))
}

/// Whether an e-mail address is nobody's yet. The store judges it again when it is written.
///
/// # Errors
/// 22006.
pub async fn free_email(merchant: &Merchant<'_>, email: &str) -> Result<()> {
    let found = merchant.numbers(Filter::Email(email.to_owned())).await?;
    if found.is_empty() { Ok(()) } else { Err(Failure::email_taken(email)) }
}
