//! The roles that profiles hold, given and taken by the merchant.

use axum::response::Response;
use serde_json::{Value, json};

use crate::answer;
use crate::envelope::Envelope;
use crate::error::{Failure, Result};
use crate::handlers::profiles;
use crate::ids;
use crate::map::{global, granted, profile, role};
use crate::paging::Paging;
use crate::routes::Operation;
use crate::visit::Visit;

/// Does what `roles` says, step by step: all of it or nothing.
pub async fn update_user_roles(visit: &Visit) -> Result<Response> {
    let merchant = visit.merchant().await?;
    let record = profiles::found(visit, &merchant).await?;
    let steps = steps(visit)?;
    let changed = profiles::rewrite(visit, &merchant, record, |held| {
        steps.iter().try_for_each(|sent| granted::step(sent, held, &merchant))
    });
    changed.await?;
    let links = profiles::links(visit, "updateUserRoles");
    Ok(answer::ok(&json!({"message": "The roles of the profile were updated.", "links": links})))
}

/// Gives or takes roles that are named by their ids.
pub async fn change_profile_roles(visit: &Visit) -> Result<Response> {
    let merchant = visit.merchant().await?;
    let record = profiles::found(visit, &merchant).await?;
    let (sent, is_added) = (steps(visit)?, visit.operation == Operation::AddRoles);
    let changed = profiles::rewrite(visit, &merchant, record, |held| {
        sent.iter().try_for_each(|sent| granted::associated(sent, is_added, held, &merchant))
    });
    changed.await?;
    let links = profiles::links(visit, if is_added { "addRoles" } else { "removeRoles" });
    Ok(answer::ok(&json!({"success": true, "links": links})))
}

/// What `roles` holds.
fn steps(visit: &Visit) -> Result<&[Value]> {
    let steps = visit.object()?.get("roles").and_then(Value::as_array);
    Ok(steps.ok_or_else(|| Failure::profile_value("roles must be a list"))?)
}

/// The roles that a profile holds: in the order of its organizations, and then those of none.
pub async fn of_profile(visit: &Visit) -> Result<Response> {
    let merchant = visit.merchant().await?;
    let record = profiles::found(visit, &merchant).await?;
    let paging = Paging::read(&visit.query)?;
    let mut held = Vec::new();
    for (organization, names) in profile::accounts(&record.contact, &merchant) {
        let account = ids::account(organization.number);
        held.extend(names.iter().filter_map(|name| role::listed(organization, role::place(name)?)).map(|role| {
            json!({
                "id": role["repositoryId"],
                "name": role["name"],
                "type": role["type"],
                "function": role["function"],
                "associations": [{"type": "organization", "relatedItemId": account}],
            })
        }));
    }
    held.extend(global::of_contact(&record.contact, merchant.home(), &["id", "name", "type", "associations"]));
    let total = held.len() as u64;
    let offset = usize::try_from(paging.offset).unwrap_or(usize::MAX);
    let items = held.into_iter().skip(offset).take(paging.capped(visit.settings.page_cap)).collect();
    let place = format!("profiles/{}/roles", ids::profile(record.number));
    let mut list = Envelope::page(items, total, paging, visit.address(&place));
    visit.projection()?.apply_to_list(&mut list);
    Ok(answer::ok(&list))
}
