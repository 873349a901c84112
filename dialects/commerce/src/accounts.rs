//! Finding and changing accounts: what organizations, their addresses and their own roles have in common.

mod find;

use cardfile_directory::{Delegate, Error, Kind, Merchant};
use cardfile_model::{Expect, Organization, OrganizationFilter, OrganizationPatch};

use crate::error::Result;
use crate::tries::{TRIES, pause};

pub use find::{filter, orders};

/// Changes an account from how it stands. When somebody comes between, it is read and tried anew.
///
/// `delegate` is who asks because of a role in the account; `None` for the merchant's own administration.
pub async fn change(
    merchant: &Merchant<'_>,
    account: &Organization,
    delegate: Option<Delegate>,
    patch: impl Fn(&Organization) -> Result<OrganizationPatch>,
) -> Result<Organization> {
    let mut account = account.clone();
    for tried in 1.. {
        let patch = patch(&account)?;
        // What this door keeps alone is written whole, and so must be as it was read.
        let expect = if patch.extensions.is_empty() { Expect::Any } else { Expect::At(account.revision) };
        match merchant.patch_account(account.id, expect, patch, delegate).await {
            Err(Error::Stale { .. }) if tried < TRIES => {
                pause(tried).await;
                account = again(merchant, &account).await?;
            }
            done => return Ok(done?),
        }
    }
    Ok(account)
}

/// An account as it stands now.
async fn again(merchant: &Merchant<'_>, account: &Organization) -> Result<Organization, Error> {
    let filter = OrganizationFilter::Numbers([account.number].into());
    let (found, _) = merchant.find_accounts(filter, Vec::new(), (0, 1)).await?;
    let unknown = || Error::NotFound { kind: Kind::Organization, id: account.id.to_string() };
    found.into_iter().next().ok_or_else(unknown)
}
