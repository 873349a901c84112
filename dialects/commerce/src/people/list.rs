//! Lists of profiles.

use axum::response::Response;
use cardfile_directory::Merchant;
use cardfile_model::{Filter, Order, Record};
use serde_json::Value;

use super::{filter, orders};
use crate::answer;
use crate::envelope::Envelope;
use crate::error::Result;
use crate::paging::Paging;
use crate::query;
use crate::visit::Visit;

/// Which profiles are listed, before `q` says which of them.
pub struct Wanted {
    /// All of these must find them.
    pub filters: Vec<Filter>,
    /// The number of the account that roles in `q` are relative to; `None` for any.
    pub account: Option<u32>,
    /// The order if none is asked for.
    pub order: Order,
}

/// One page of profiles at a path, each as `shown` tells it.
pub async fn list(
    visit: &Visit,
    merchant: &Merchant<'_>,
    path: &str,
    wanted: Wanted,
    shown: impl Fn(&Record) -> Value,
) -> Result<Response> {
    let Wanted { mut filters, account, order } = wanted;
    let paging = Paging::read(&visit.query)?;
    if let Some(expression) = query::parse(visit.query.first("q").unwrap_or_default())? {
        filters.push(filter(&expression, merchant, account)?);
    }
    let keys = query::sort::parse(visit.query.filled("sort").unwrap_or_default())?;
    let projection = visit.projection()?;
    let orders = if keys.is_empty() { vec![(order, false)] } else { orders(&keys)? };
    let slice = (paging.offset, paging.capped(visit.settings.page_cap));
    let page = merchant.people(Filter::And(filters), orders, slice).await?;
    let items = page.records.iter().map(shown).collect();
    let mut list = Envelope::page(items, page.total, paging, visit.address(path)).sorted_by(&keys);
    projection.apply_to_list(&mut list);
    Ok(answer::ok(&list))
}
