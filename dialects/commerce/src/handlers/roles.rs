//! Roles: those that organizations have, and those that profiles hold.

mod create;
mod grants;

use axum::response::Response;
use cardfile_model::Scalar;
use serde_json::Value;

use crate::answer;
use crate::envelope::Envelope;
use crate::error::{Failure, Result};
use crate::ids;
use crate::map::{global, role};
use crate::paging::Paging;
use crate::parameter::{Fault, shortened};
use crate::query::{self, Expression};
use crate::surface::Surface;
use crate::visit::Visit;

pub use create::create;
pub use grants::{change_profile_roles, of_profile, update_user_roles};

/// What roles are found and sorted by.
const PROPERTIES: [&str; 3] = ["function", "name", "repositoryId"];

/// The roles of an organization in brief.
pub async fn of_organization(visit: &Visit) -> Result<Response> {
    let merchant = visit.merchant().await?;
    let organization = ids::find_account(&merchant, visit.id(0)).ok_or_else(|| Failure::no_account(visit.id(0)))?;
    let place = format!("organizations/{}/organizationalRoles", ids::account(organization.number));
    page(visit, role::all(organization), &place, |mut role| {
        if let Value::Object(members) = &mut role {
            members.retain(|name, _| PROPERTIES.contains(&name.as_str()));
        }
        role
    })
}

/// At the store the roles of the organization that the shopper acts in, for the merchant those of none.
pub async fn list(visit: &Visit) -> Result<Response> {
    let merchant = visit.merchant().await?;
    let roles = match visit.surface {
        Surface::Admin => global::all(merchant.home()),
        Surface::Agent | Surface::Store => role::all(&visit.context(&merchant).await?.account),
    };
    page(visit, roles, "roles", |role| role)
}

fn page(visit: &Visit, mut roles: Vec<Value>, place: &str, shown: impl Fn(Value) -> Value) -> Result<Response> {
    let paging = Paging::read(&visit.query)?;
    let expression = query::parse(visit.query.first("q").unwrap_or_default()).map_err(Failure::role_query)?;
    let keys = query::sort::parse(visit.query.filled("sort").unwrap_or_default())?;
    if let Some((unknown, _)) = keys.iter().find(|(property, _)| !PROPERTIES.contains(&property.as_str())) {
        return Err(Fault::new("sort", unknown).into());
    }
    if let Some(expression) = expression {
        known(&expression)?;
        roles.retain(|role| holds(&expression, role));
    }
    // Those that are alike in all stay in the order of their places.
    roles.sort_by(|one, other| {
        let mut orders = keys.iter().map(|(property, is_descending)| {
            let of = |role: &Value| Scalar::of(&role[property.as_str()]).unwrap_or(Scalar::Null);
            let order = of(one).order(&of(other)).unwrap_or(std::cmp::Ordering::Equal);
            if *is_descending { order.reverse() } else { order }
        });
        orders.find(|order| order.is_ne()).unwrap_or(std::cmp::Ordering::Equal)
    });
    let total = roles.len() as u64;
    let offset = usize::try_from(paging.offset).unwrap_or(usize::MAX);
    let items = roles.into_iter().skip(offset).take(paging.capped(visit.settings.page_cap)).map(shown).collect();
    let mut list = Envelope::page(items, total, paging, visit.address(place)).sorted_by(&keys);
    visit.projection()?.apply_to_list(&mut list);
    Ok(answer::ok(&list))
}

/// Whether an expression names nothing but what roles are found by.
///
/// # Errors
/// 85000.
fn known(expression: &Expression) -> Result<()> {
    match expression {
        Expression::And(list) | Expression::Or(list) => list.iter().try_for_each(known),
        Expression::Not(part) => known(part),
        Expression::Compare { path, .. } => match path.as_slice() {
            [name] if PROPERTIES.contains(&name.as_str()) => Ok(()),
            _ => Err(Failure::role_query(format_args!("{} is not known", shortened(&path.join("."))))),
        },
    }
}

fn holds(expression: &Expression, role: &Value) -> bool {
    match expression {
        Expression::And(list) => list.iter().all(|part| holds(part, role)),
        Expression::Or(list) => list.iter().any(|part| holds(part, role)),
        Expression::Not(part) => !holds(part, role),
        Expression::Compare { path, comparison } => comparison.holds(&Scalar::within(role, path)),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn found(text: &str) -> Result<Vec<&'static str>> {
        let expression = query::parse(text).unwrap().unwrap();
        known(&expression)?;
        let is_found = |(function, name): &(&'static str, &'static str)| {
            holds(&expression, &json!({"function": function, "name": name, "repositoryId": "1"}))
        };
        Ok(role::FUNCTIONS.into_iter().filter(is_found).map(|(function, _)| function).collect())
    }

    #[test]
    fn roles_are_found_by_function_name_and_id() {
        assert_eq!(found("function eq \"BUYER\"").unwrap(), ["buyer"]);
        assert_eq!(found("name co \"address\" and not (function sw \"acc\")").unwrap(), ["profileAddressManager"]);
        assert_eq!(found("repositoryId eq \"1\"").unwrap().len(), 5);
        assert_eq!(found("name pr and repositoryId eq null").unwrap().len(), 0);
        for unknown in ["type eq \"x\"", "function.id eq \"x\"", "not (function eq \"x\" or id eq \"1\")"] {
            assert_eq!(found(unknown).unwrap_err().code, "85000", "{unknown}");
        }
    }
}
