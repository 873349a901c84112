//! Finding and changing profiles: what lists and writes of members and of profiles have in common.

mod find;

use cardfile_directory::{Error, Merchant, Outcome, Task};
use cardfile_model::{Expect, Filter, Mode, OrganizationId, Patch, Record, Write};
use uuid::Uuid;

use crate::error::{Failure, Result};

pub use find::{filter, orders};

/// How often a change is tried that others come between.
pub const TRIES: usize = 8;

/// On whose behalf profiles are written, and for which account.
#[derive(Debug, Clone, Copy)]
pub struct Behalf {
    /// The account: where the log tells of it.
    pub account: OrganizationId,
    /// The delegated administrator who asks; `None` for the merchant's own administration.
    pub delegate: Option<Uuid>,
}

/// Makes a profile. Its e-mail address must be its own.
pub async fn create(merchant: &Merchant<'_>, behalf: Behalf, contact: cardfile_model::Contact) -> Result<Record> {
    let write = Write::Create { id: merchant.next_id(), contact: Box::new(contact) };
    Ok(one(merchant, behalf, write).await?)
}

/// Changes a profile from how it stands. When somebody comes between, it is read and tried anew.
pub async fn change(
    merchant: &Merchant<'_>,
    behalf: Behalf,
    mut record: Record,
    patch: impl Fn(&Record) -> Result<Patch>,
) -> Result<Record> {
    for tried in 1.. {
        let patch = patch(&record)?;
        // What this door keeps alone is written whole, and so must be as it was read.
        let expect = if patch.extensions.is_empty() { Expect::Any } else { Expect::At(record.revision) };
        let write = Write::Patch { id: record.id, expect, patch: Box::new(patch) };
        match one(merchant, behalf, write).await {
            Err(Error::Stale { .. }) if tried < TRIES => {
                let again = merchant.person(record.number).await?;
                record = again.ok_or_else(|| Error::no_contact(record.id))?;
            }
            done => return Ok(done?),
        }
    }
    Ok(record)
}

async fn one(merchant: &Merchant<'_>, behalf: Behalf, write: Write) -> Result<Record, Error> {
    let Behalf { account, delegate } = behalf;
    // All or nothing, so that what is lost and what is gained by one write is judged together.
    let task = Task { account, delegate, mode: Mode::AllOrNothing, has_unique_emails: true, writes: vec![write] };
    let outcome = merchant.write(task).await?.outcomes.pop();
    match outcome.unwrap_or_else(|| Err(Error::internal("a store answered no outcome for a write")))? {
        Outcome::Created(record) | Outcome::Changed(record) | Outcome::Unchanged(record) => Ok(record),
        Outcome::Trashed(id) => Err(Error::internal(format!("a store answered a deletion of {id} for a write"))),
    }
}

/// Whether an e-mail address is nobody's yet. The store judges it again when it is written.
///
/// # Errors
/// 22006.
pub async fn free_email(merchant: &Merchant<'_>, email: &str) -> Result<()> {
    let found = merchant.numbers(Filter::Email(email.to_owned())).await?;
    if found.is_empty() { Ok(()) } else { Err(Failure::email_taken(email)) }
}
