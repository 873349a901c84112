//! The addresses of an account: of the context's on the agent and store surfaces, of any on the merchant's.

use std::sync::Arc;

use axum::response::Response;
use cardfile_directory::{Delegate, Merchant};
use cardfile_model::{Edit, Organization, OrganizationPatch, role::ADMIN};
use serde_json::{Value, json};

use super::organizations::known;
use crate::accounts;
use crate::answer;
use crate::envelope::{Envelope, Link};
use crate::error::{Failure, Result};
use crate::ids;
use crate::map::address::{self, Addresses, Sent};
use crate::map::{EXTENSION, organization, role::ADDRESS_MANAGER};
use crate::paging::Paging;
use crate::surface::Surface;
use crate::visit::Visit;

/// Shoppers with one of these roles change the addresses of the account.
const WRITERS: [&str; 2] = [ADMIN, ADDRESS_MANAGER];

/// The addresses of an account, in the order they were made.
pub async fn list(visit: &Visit) -> Result<Response> {
    let merchant = visit.merchant().await?;
    let account = reader(visit, &merchant).await?;
    let paging = Paging::read(&visit.query)?;
    let kept = organization::addresses(&account);
    let offset = usize::try_from(paging.offset).unwrap_or(usize::MAX);
    let page = kept.iter().skip(offset).take(paging.capped(visit.settings.page_cap));
    let items = page.map(|kept| shown(visit, &account, kept)).collect();
    let mut list = Envelope::page(items, kept.len() as u64, paging, visit.address(&path(visit, &account)));
    visit.projection()?.apply_to_list(&mut list);
    Ok(answer::ok(&list))
}

/// One address.
pub async fn get(visit: &Visit) -> Result<Response> {
    let merchant = visit.merchant().await?;
    let account = reader(visit, &merchant).await?;
    answered(visit, &account, |kept| address::id(kept) == Some(named(visit)))
}

/// Adds an address.
pub async fn add(visit: &Visit) -> Result<Response> {
    let sent = Sent::read(&Value::Object(visit.object()?.clone()))?;
    let account = change(visit, |addresses| addresses.add(&sent, visit.settings.addresses)).await?;
    // A type is there once, so that it tells which one was made.
    answered(visit, &account, |kept| kept.get("addressType").and_then(Value::as_str) == sent.kind())
}

/// Changes an address.
pub async fn update(visit: &Visit) -> Result<Response> {
    let sent = Sent::read(&Value::Object(visit.object()?.clone()))?;
    let account = change(visit, |addresses| addresses.change(named(visit), &sent)).await?;
    answered(visit, &account, |kept| address::id(kept) == Some(named(visit)))
}

/// Takes an address away.
pub async fn delete(visit: &Visit) -> Result<Response> {
    change(visit, |addresses| addresses.remove(named(visit))).await?;
    Ok(answer::ok(&json!({})))
}

/// The id of the address in the path.
fn named(visit: &Visit) -> &str {
    visit.id(usize::from(visit.surface == Surface::Admin))
}

/// The account whose addresses are asked for.
async fn reader(visit: &Visit, merchant: &Merchant<'_>) -> Result<Arc<Organization>> {
    match visit.surface {
        Surface::Admin => Ok(Arc::clone(known(merchant, visit.id(0))?)),
        Surface::Agent | Surface::Store => Ok(visit.context(merchant).await?.account),
    }
}

/// The account whose addresses are changed, and who asks because of a role there.
async fn writer(visit: &Visit, merchant: &Merchant<'_>) -> Result<(Arc<Organization>, Option<Delegate>)> {
    match visit.surface {
        Surface::Admin => Ok((reader(visit, merchant).await?, None)),
        Surface::Agent | Surface::Store => {
            let context = visit.holder(merchant, &WRITERS).await?;
            Ok((context.account, Some(Delegate { person: context.shopper.id, roles: &WRITERS })))
        }
    }
}

async fn change(visit: &Visit, edit: impl Fn(&mut Addresses) -> Result<()>) -> Result<Organization> {
    let merchant = visit.merchant().await?;
    let (account, delegate) = writer(visit, &merchant).await?;
    let patch = |current: &Organization| {
        let mut own = organization::own(current).cloned().unwrap_or_default();
        let mut addresses = Addresses::of(&own);
        edit(&mut addresses)?;
        addresses.keep(&mut own);
        let extensions = [(EXTENSION.to_owned(), Edit::Set(Value::Object(own)))].into();
        Ok(OrganizationPatch { extensions, ..OrganizationPatch::default() })
    };
    accounts::change(&merchant, &account, delegate, patch).await
}

fn answered(visit: &Visit, account: &Organization, is_it: impl Fn(&Value) -> bool) -> Result<Response> {
    let kept = organization::addresses(account).iter().find(|kept| is_it(kept));
    let kept = kept.ok_or_else(|| Failure::no_address(named(visit)))?;
    let mut shown = shown(visit, account, kept);
    visit.projection()?.apply(&mut shown);
    Ok(answer::ok(&shown))
}

fn shown(visit: &Visit, account: &Organization, kept: &Value) -> Value {
    let mut shown = address::shown(kept);
    let id = address::id(kept).unwrap_or_default();
    shown["links"] = json!([Link::itself(visit.path(&format!("{}/{id}", path(visit, account))))]);
    shown
}

/// Where the addresses of an account are found.
fn path(visit: &Visit, account: &Organization) -> String {
    match visit.surface {
        Surface::Admin => format!("organizations/{}/secondaryAddresses", ids::account(account.number)),
        Surface::Agent | Surface::Store => "organizationAddresses".into(),
    }
}
