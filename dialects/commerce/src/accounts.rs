//! Finding and changing accounts: what organizations, their addresses and their own roles have in common.

mod find;
mod members;

use cardfile_directory::{Account, Delegate, Error, Kind, Merchant};
use cardfile_model::{Expect, Organization, OrganizationFilter, OrganizationPatch};
use serde_json::Value;

use crate::error::{Failure, Result};
use crate::tries::{TRIES, pause};

pub use find::{filter, orders};

/// Makes an account with these people, all of it or nothing. When one of them changes meanwhile, they are read and tried anew.
pub async fn create(merchant: &Merchant<'_>, account: Account, named: &[Value]) -> Result<Organization> {
    let mut tried = 0;
    loop {
        tried += 1;
        let writes = members::Change::of_new(merchant, named).await?.writes(merchant);
        match merchant.add_account_with(account.clone(), writes).await {
            Err(Error::Stale { .. }) if tried < TRIES => pause(tried).await,
            done => return done.map_err(refused),
        }
    }
}

/// Changes an account from how it stands. When somebody comes between, it is read and tried anew.
///
/// `delegate` is who asks because of a role in the account; `None` for the merchant's own administration.
pub async fn change(
    merchant: &Merchant<'_>,
    account: &Organization,
    delegate: Option<Delegate>,
    patch: impl Fn(&Organization) -> Result<OrganizationPatch>,
) -> Result<Organization> {
    change_with(merchant, account, None, delegate, patch).await
}

/// As [`change`]; if people are named, they become those of the account, all of it or nothing.
pub async fn change_with(
    merchant: &Merchant<'_>,
    account: &Organization,
    named: Option<&[Value]>,
    delegate: Option<Delegate>,
    patch: impl Fn(&Organization) -> Result<OrganizationPatch>,
) -> Result<Organization> {
    let mut account = account.clone();
    let mut tried = 0;
    loop {
        tried += 1;
        let writes = match named {
            Some(named) => members::Change::of(merchant, &account, named).await?.writes(merchant),
            None => Vec::new(),
        };
        let patch = patch(&account)?;
        // What this door keeps alone is written whole, and so must be as it was read. So must an account be whose people are named:
        // nobody's name comes to stand beside another's people.
        let is_whole = named.is_some() || !patch.extensions.is_empty();
        let expect = if is_whole { Expect::At(account.revision) } else { Expect::Any };
        match merchant.patch_account_with(account.id, (expect, patch), writes, delegate).await {
            Err(Error::Stale { .. }) if tried < TRIES => {
                pause(tried).await;
                account = again(merchant, &account).await?;
            }
            done => return done.map_err(refused),
        }
    }
}

/// Why an account is not written, in the words of this door.
fn refused(error: Error) -> Failure {
    match error {
        // Who was removed for good meanwhile.
        Error::NotFound { kind: Kind::Contact, id } => Failure::profile_input(id),
        error => error.into(),
    }
}

/// An account as it stands now.
async fn again(merchant: &Merchant<'_>, account: &Organization) -> Result<Organization, Error> {
    let filter = OrganizationFilter::Numbers([account.number].into());
    let (found, _) = merchant.find_accounts(filter, Vec::new(), (0, 1)).await?;
    let unknown = || Error::NotFound { kind: Kind::Organization, id: account.id.to_string() };
    found.into_iter().next().ok_or_else(unknown)
}
