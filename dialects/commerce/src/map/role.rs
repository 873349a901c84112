//! Roles: by function here, by name in the directory. Each role of an organization has an id of its own.

use cardfile_model::{Organization, role};
use serde_json::{Map, Value, json};

use super::EXTENSION;
use crate::error::{Failure, Result};
use crate::ids;

/// What every contact may do who is given nothing else.
pub const BUYER: &str = "buyer";
/// Who keeps the addresses of an account.
pub const ADDRESS_MANAGER: &str = "accountAddressManager";
/// The function of roles that an organization names itself.
pub const CUSTOM: &str = "custom";

/// The roles of every organization, by function and display name, in the order of their places, from 1.
pub const FUNCTIONS: [(&str, &str); 5] = [
    (role::ADMIN, "Administrator"),
    (BUYER, "Buyer"),
    (role::APPROVER, "Approver"),
    (ADDRESS_MANAGER, "Account Address Manager"),
    ("profileAddressManager", "Profile Address Manager"),
];

/// The first place of a role that an organization names itself.
pub const FIRST_CUSTOM: u32 = 100;
/// The last that has an id.
pub const LAST_CUSTOM: u32 = 999;
/// What precedes the place in the directory's name of such a role.
const CUSTOM_PREFIX: &str = "custom/";
/// The member of an organization's extension that holds them.
pub const CUSTOM_ROLES: &str = "customRoles";

/// The directory's name of a role that an organization names itself.
pub fn custom(place: u32) -> String {
    format!("{CUSTOM_PREFIX}{place}")
}

/// The place of a role among those of its organization.
pub fn place(name: &str) -> Option<u32> {
    if let Some(place) = name.strip_prefix(CUSTOM_PREFIX) {
        return place.parse().ok();
    }
    (1..).zip(FUNCTIONS).find(|(_, (function, _))| *function == name).map(|(place, _)| place)
}

/// The directory's name of the role at a place; `None` when the organization has none there.
pub fn at(organization: &Organization, place: u32) -> Option<String> {
    if place >= FIRST_CUSTOM {
        return custom_roles(organization).any(|known| known.get("place") == Some(&place.into())).then(|| custom(place));
    }
    FUNCTIONS.get(usize::try_from(place).ok()?.checked_sub(1)?).map(|(function, _)| (*function).to_owned())
}

/// The roles that an organization named itself.
pub fn custom_roles(organization: &Organization) -> impl Iterator<Item = &Map<String, Value>> {
    kept(organization, CUSTOM_ROLES)
}

/// The roles that are kept in a member of an organization's extension: `{place, name, description, accessRights}`.
pub fn kept<'o>(organization: &'o Organization, list: &str) -> impl Iterator<Item = &'o Map<String, Value>> + use<'o> {
    let list = organization.extensions.get(EXTENSION).and_then(|own| own.get(list)).and_then(Value::as_array);
    list.into_iter().flatten().filter_map(Value::as_object)
}

/// The roles of an organization, by their places.
pub fn all(organization: &Organization) -> Vec<Value> {
    let custom = custom_roles(organization).filter_map(|known| u32::try_from(known.get("place")?.as_u64()?).ok());
    let places = (1..).take(FUNCTIONS.len()).chain(custom);
    places.filter_map(|place| listed(organization, place)).collect()
}

/// The role at a place as one of its organization; `None` when the organization has none there.
pub fn listed(organization: &Organization, place: u32) -> Option<Value> {
    let mut shown = held(organization, &at(organization, place)?)?;
    let known = custom_roles(organization).find(|known| known.get("place") == Some(&place.into()));
    let member = |name: &str| known.and_then(|known| known.get(name)).cloned();
    if known.is_none() {
        let named = FUNCTIONS.iter().find(|(function, _)| shown["function"] == *function);
        shown["name"] = named.map(|(_, name)| *name).into();
    }
    shown["id"] = shown["repositoryId"].clone();
    shown["description"] = member("description").unwrap_or_default();
    shown["accessRights"] = member("accessRights").unwrap_or_else(|| json!([]));
    Some(shown)
}

/// What these roles give the right to: what the organization says of those it named itself, each once.
pub fn access_rights(organization: &Organization, names: &[String]) -> Vec<Value> {
    let is_held = |known: &&Map<String, Value>| {
        let place = known.get("place").and_then(Value::as_u64).and_then(|place| u32::try_from(place).ok());
        place.is_some_and(|place| names.contains(&custom(place)))
    };
    let rights = custom_roles(organization).filter(is_held).filter_map(|known| known.get("accessRights")?.as_array()).flatten();
    let mut once: Vec<Value> = Vec::new();
    for right in rights {
        if !once.contains(right) {
            once.push(right.clone());
        }
    }
    once
}

/// A role as it stands in a profile; one that the organization has no more is `None`.
pub fn held(organization: &Organization, name: &str) -> Option<Value> {
    let place = place(name)?;
    let account = ids::account(organization.number);
    let mut shown = json!({
        "function": if name.starts_with(CUSTOM_PREFIX) { CUSTOM } else { name },
        "repositoryId": ids::role(organization.number, place),
        "relativeTo": {"id": account, "repositoryId": account, "name": organization.name},
        "type": "organizationalRole",
    });
    if place >= FIRST_CUSTOM {
        let known = custom_roles(organization).find(|known| known.get("place") == Some(&place.into()))?;
        shown["name"] = known.get("name").cloned().unwrap_or_default();
    }
    Some(shown)
}

/// The directory's name of a role as a client writes it, in an organization.
///
/// # Errors
/// 22007 for a function that is not known, 13001 for a role of the organization's own that is not named by its id.
pub fn read(sent: &Value, organization: &Organization) -> Result<String> {
    let function = sent.get("function").and_then(Value::as_str).unwrap_or_default();
    if function != CUSTOM {
        let known = FUNCTIONS.iter().find(|(known, _)| *known == function);
        return known.map(|(known, _)| (*known).to_owned()).ok_or_else(|| {
            Failure::profile_value(format_args!("role function '{}' is not known", crate::parameter::shortened(function)))
        });
    }
    let id = sent.get("repositoryId").and_then(Value::as_str).unwrap_or_default();
    let found = ids::read_role(id).filter(|(owner, place)| *owner == organization.number && *place >= FIRST_CUSTOM);
    found.and_then(|(_, place)| at(organization, place)).ok_or_else(Failure::custom_role)
}

/// The roles that a client writes, each bound to this organization.
///
/// # Errors
/// As [`read`]; 22007 for what is no list, or is relative to another organization.
pub fn read_all(sent: &Value, organization: &Organization) -> Result<Vec<String>> {
    let list = sent.as_array().ok_or_else(|| Failure::profile_value("roles must be a list"))?;
    let account = ids::account(organization.number);
    let mut names = Vec::with_capacity(list.len());
    for role in list {
        let relative = role.get("relativeTo").filter(|value| !value.is_null());
        let of = relative.map(|relative| relative.get("id").or(relative.get("repositoryId")).and_then(Value::as_str));
        if of.is_some_and(|of| of.map(str::trim) != Some(account.as_str())) {
            return Err(Failure::profile_value("roles are relative to the current organization only"));
        }
        let name = read(role, organization)?;
        if !names.contains(&name) {
            names.push(name);
        }
    }
    Ok(names)
}
