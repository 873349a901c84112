//! Roles that are no organization's: the merchant's own organization keeps them, and profiles hold them by their places there.

use cardfile_model::{Contact, Edit, Organization, Patch};
use serde_json::{Map, Value, json};

use super::{EXTENSION, belonging, profile, role};
use crate::error::{Failure, Result};
use crate::ids;
use crate::parameter::shortened;

/// The type of such a role.
pub const GLOBAL: &str = "role";
/// The member of the home's extension that holds them, and of a contact's extension with the places of those held: by the number
/// of the merchant's own organization, for a tenant may have several merchants.
pub const ROLES: &str = "globalRoles";

/// All of them, by their places.
pub fn all(home: &Organization) -> Vec<Value> {
    role::kept(home, ROLES).filter_map(|known| Some(shown(place(known)?, known))).collect()
}

/// The role at a place; `None` when there is none.
pub fn listed(home: &Organization, at: u32) -> Option<Value> {
    find(home, at).map(|known| shown(at, known))
}

fn find(home: &Organization, at: u32) -> Option<&Map<String, Value>> {
    role::kept(home, ROLES).find(|known| place(known) == Some(at))
}

fn place(known: &Map<String, Value>) -> Option<u32> {
    u32::try_from(known.get("place")?.as_u64()?).ok()
}

fn shown(place: u32, known: &Map<String, Value>) -> Value {
    let member = |name: &str| known.get(name).cloned().unwrap_or_default();
    let id = ids::global_role(place);
    json!({
        "id": id,
        "repositoryId": id,
        "name": member("name"),
        "description": member("description"),
        "type": GLOBAL,
        "accessRights": member("accessRights"),
        "associations": [{"type": "global"}],
    })
}

/// The places of the roles that a contact holds with this merchant.
pub fn held(contact: &Contact, home: &Organization) -> Vec<u32> {
    let held = profile::own(contact).and_then(|own| own.get(ROLES)?.get(home.number.to_string())?.as_array());
    held.into_iter().flatten().filter_map(|place| u32::try_from(place.as_u64()?).ok()).collect()
}

/// The roles that a contact holds with this merchant, with these members of each.
pub fn of_contact<'a>(contact: &Contact, home: &'a Organization, members: &'a [&str]) -> impl Iterator<Item = Value> + use<'a> {
    held(contact, home).into_iter().filter_map(move |place| {
        let mut role = listed(home, place)?;
        role.as_object_mut()?.retain(|name, _| members.contains(&name.as_str()));
        Some(role)
    })
}

/// Adds to a change of a contact that these are the roles held with this merchant.
pub fn keep(patch: &mut Patch, contact: &Contact, home: &Organization, places: &[u32]) {
    if places == held(contact, home) {
        return;
    }
    let mut own = profile::own_after(patch, contact);
    let mut by_merchant = own.remove(ROLES).and_then(|kept| kept.as_object().cloned()).unwrap_or_default();
    let key = home.number.to_string();
    if places.is_empty() {
        by_merchant.remove(&key);
    } else {
        by_merchant.insert(key, places.into());
    }
    if !by_merchant.is_empty() {
        own.insert(ROLES.into(), by_merchant.into());
    }
    patch.extensions.insert(EXTENSION.into(), Edit::Set(own.into()));
}

/// The place of a role as a client writes it: `{type: "role", repositoryId}`.
///
/// # Errors
/// 22007 with a function, or relative to something, which such a role is not; as [`named`].
pub fn read(sent: &Value, home: &Organization) -> Result<u32> {
    for name in ["function", "relativeTo"] {
        if sent.get(name).is_some_and(|value| !value.is_null()) {
            return Err(Failure::profile_value(format_args!("{name} is of organizational roles alone")));
        }
    }
    named(belonging::id(sent).unwrap_or_default(), home)
}

/// The place of the role of an id.
///
/// # Errors
/// 13001 for one that is not known.
pub fn named(id: &str, home: &Organization) -> Result<u32> {
    let place = ids::read_global_role(id).filter(|place| find(home, *place).is_some());
    place.ok_or_else(|| Failure::global_role(shortened(id)))
}

#[cfg(test)]
mod tests {
    use cardfile_model::OrganizationId;
    use jiff::Timestamp;
    use uuid::Uuid;

    use super::*;

    fn home(number: u32) -> Organization {
        let roles = json!([{"place": 1, "name": "Auditor"}, {"place": 3, "name": "Coach", "accessRights": []}]);
        Organization {
            id: OrganizationId(Uuid::from_u128(number.into())),
            number,
            parent: None,
            name: "Merchant".into(),
            country: None,
            is_locked: false,
            is_active: true,
            revision: 1,
            created: Timestamp::UNIX_EPOCH,
            modified: Timestamp::UNIX_EPOCH,
            extensions: [(EXTENSION.to_owned(), json!({ROLES: roles}))].into(),
        }
    }

    fn kept(contact: &mut Contact, home: &Organization, places: &[u32]) {
        let mut patch = Patch::default();
        keep(&mut patch, contact, home, places);
        patch.apply(contact);
    }

    #[test]
    fn each_merchant_has_its_own() {
        let mut contact = Contact::default();
        contact.extensions.insert(EXTENSION.into(), json!({"locale": "de"}));
        kept(&mut contact, &home(1), &[3, 1, 2]);
        kept(&mut contact, &home(5), &[1]);
        assert_eq!((held(&contact, &home(1)), held(&contact, &home(5))), (vec![3, 1, 2], vec![1]));
        assert_eq!(held(&contact, &home(2)), [0; 0]);
        let names: Vec<Value> = of_contact(&contact, &home(1), &["id", "name"]).collect();
        let expected = [json!({"id": "role-100003", "name": "Coach"}), json!({"id": "role-100001", "name": "Auditor"})];
        assert_eq!(names, expected, "what is not known is not shown");
        kept(&mut contact, &home(1), &[]);
        kept(&mut contact, &home(5), &[]);
        assert_eq!(contact.extensions[EXTENSION], json!({"locale": "de"}));
    }

    #[test]
    fn a_role_is_named_by_its_id_alone() {
        assert_eq!(read(&json!({"repositoryId": "role-100003", "function": null}), &home(1)).unwrap(), 3);
        for (sent, code) in [
            (json!({"repositoryId": "role-100002"}), "13001"),
            (json!({"repositoryId": "role-1"}), "13001"),
            (json!({"id": 5}), "13001"),
            (json!({}), "13001"),
            (json!({"id": "role-100003", "function": "custom"}), "22007"),
            (json!({"id": "role-100003", "relativeTo": {"id": "or-100002"}}), "22007"),
        ] {
            assert_eq!(read(&sent, &home(1)).unwrap_err().code, code, "{sent}");
        }
    }
}
