//! Profiles, as the merchant administers them, and as shoppers see their own.

mod accounts;
mod write;

use axum::response::Response;
use cardfile_directory::Merchant;
use cardfile_model::{Order, Record};
use serde_json::{Value, json};

use crate::answer;
use crate::envelope::Link;
use crate::error::{Failure, Result};
use crate::fields;
use crate::ids;
use crate::map::organization;
use crate::map::profile::{self, Roles};
use crate::people::{self, Behalf};
use crate::visit::Visit;

pub use accounts::{links, parent_organization, rewrite, secondary_organizations};
pub use write::{create, delete, update};

/// The profiles of the merchant, wherever they belong.
pub async fn list(visit: &Visit) -> Result<Response> {
    let merchant = visit.merchant().await?;
    let wanted = people::Wanted { filters: Vec::new(), account: None, order: Order::Number };
    people::list(visit, &merchant, "profiles", wanted, |record| shown(visit, &merchant, record)).await
}

/// One profile.
pub async fn get(visit: &Visit) -> Result<Response> {
    let merchant = visit.merchant().await?;
    let record = found(visit, &merchant).await?;
    answered(visit, &merchant, &record)
}

/// The profile of the shopper who calls.
pub async fn current(visit: &Visit) -> Result<Response> {
    let merchant = visit.merchant().await?;
    let shopper = visit.shopper(&merchant).await?;
    let mut profile = profile::profile(&shopper, &merchant, Roles::All);
    // Shoppers without an account have a profile, too.
    let account = visit.account(&merchant, &shopper).ok();
    profile.insert("currentOrganization".into(), account.map(|account| organization::brief(&account)).into());
    profile.insert("links".into(), json!([Link::itself(visit.path("profiles/current"))]));
    let mut profile = Value::Object(profile);
    visit.projection()?.apply(&mut profile);
    Ok(answer::ok(&profile))
}

fn shown(visit: &Visit, merchant: &Merchant<'_>, record: &Record) -> Value {
    let mut profile = profile::profile(record, merchant, Roles::All);
    let href = visit.path(&format!("profiles/{}", ids::profile(record.number)));
    profile.insert("links".into(), json!([Link::itself(href)]));
    Value::Object(profile)
}

fn answered(visit: &Visit, merchant: &Merchant<'_>, record: &Record) -> Result<Response> {
    let mut profile = shown(visit, merchant, record);
    if visit.wants_only_id() {
        fields::keep_only_id(&mut profile);
    }
    visit.projection()?.apply(&mut profile);
    Ok(answer::ok(&profile))
}

/// The profile in the path.
///
/// # Errors
/// 22001.
pub async fn found(visit: &Visit, merchant: &Merchant<'_>) -> Result<Record> {
    let found = match ids::read_profile(visit.id(0)) {
        Some(number) => merchant.person(number).await?,
        None => None,
    };
    found.ok_or_else(|| Failure::no_profile(visit.id(0)))
}

/// The merchant's own administration of a profile that belongs to these accounts: the log tells of it in the parent.
pub fn behalf(merchant: &Merchant<'_>, accounts: &[cardfile_model::Membership]) -> Behalf {
    let parent = accounts.first().and_then(|known| merchant.account(known.organization));
    Behalf { account: parent.map_or(merchant.home().id, |parent| parent.id), delegate: None }
}
