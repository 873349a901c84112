//! Lists of accounts.

use std::collections::BTreeSet;

use axum::response::Response;
use cardfile_directory::Merchant;
use cardfile_model::{Organization, OrganizationFilter, Record};
use serde_json::{Map, Value};

use super::{count_members, shown};
use crate::accounts;
use crate::answer;
use crate::envelope::Envelope;
use crate::error::Result;
use crate::map::{account, role};
use crate::paging::Paging;
use crate::query;
use crate::surface::Surface;
use crate::visit::Visit;

/// The accounts of the merchant, or of the shopper who asks.
pub async fn list(visit: &Visit) -> Result<Response> {
    let merchant = visit.merchant().await?;
    let shopper = match visit.surface {
        Surface::Store => Some(visit.shopper(&merchant).await?),
        Surface::Agent | Surface::Admin => None,
    };
    let paging = Paging::read(&visit.query)?;
    let keys = query::sort::parse(visit.query.filled("sort").unwrap_or_default())?;
    let orders = accounts::orders(&keys)?;
    let projection = visit.projection()?;
    let mut filters: Vec<OrganizationFilter> = shopper.iter().map(|shopper| own(&merchant, shopper)).collect();
    if let Some(expression) = query::parse(visit.query.first("q").unwrap_or_default())? {
        filters.push(accounts::filter(&expression, &merchant).await?);
    }
    let slice = (paging.offset, paging.capped(visit.settings.page_cap));
    let (found, total) = merchant.find_accounts(OrganizationFilter::And(filters), orders, slice).await?;
    let mut items = Vec::with_capacity(found.len());
    for account in &found {
        items.push(Value::Object(item(visit, &merchant, account, shopper.as_ref()).await?));
    }
    let mut list = Envelope::page(items, total, paging, visit.address("organizations")).sorted_by(&keys);
    projection.apply_to_list(&mut list);
    Ok(answer::ok(&list))
}

/// The accounts that a shopper belongs to.
fn own(merchant: &Merchant<'_>, shopper: &Record) -> OrganizationFilter {
    let known = shopper.contact.memberships.iter().filter_map(|known| merchant.account(known.organization));
    OrganizationFilter::Numbers(known.map(|account| account.number).collect::<BTreeSet<u32>>())
}

async fn item(
    visit: &Visit,
    merchant: &Merchant<'_>,
    found: &Organization,
    shopper: Option<&Record>,
) -> Result<Map<String, Value>> {
    let mut item = shown(visit, merchant, found);
    let is_short = if shopper.is_some() { !visit.flag("includeDetails") } else { visit.query.first("expand") == Some("basic") };
    if is_short {
        account::summarize(&mut item);
    }
    let held = shopper.and_then(|shopper| shopper.contact.membership(found.number));
    if let Some(held) = held.filter(|_| visit.flag("includeUserRoles")) {
        let roles: Vec<Value> = held.roles.iter().filter_map(|name| role::held(found, name)).collect();
        item.insert("roles".into(), roles.into());
    }
    count_members(visit, merchant, found, &mut item).await?;
    Ok(item)
}
