//! Roles that a client gives to a profile: relative to one of its organizations each, or to none.

use cardfile_directory::Merchant;
use cardfile_model::{Contact, Membership, MembershipEdit, Organization, Patch};
use serde_json::{Value, json};

use super::{belonging, global, role};
use crate::error::{Failure, Result};
use crate::ids;
use crate::parameter::shortened;

/// The type of a role of an organization.
pub const ORGANIZATIONAL: &str = "organizationalRole";

/// What a profile is and may do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// The accounts it belongs to, with the roles there.
    pub accounts: Vec<Membership>,
    /// The places of the roles that are no organization's.
    pub global: Vec<u32>,
}

impl Held {
    /// What a contact is and may do.
    pub fn of(contact: &Contact, merchant: &Merchant<'_>) -> Self {
        Held { accounts: belonging::accounts(contact, merchant), global: global::held(contact, merchant.home()) }
    }

    /// The change that makes a contact this.
    pub fn patch(self, contact: &Contact, merchant: &Merchant<'_>) -> Patch {
        let mut patch = Patch::default();
        global::keep(&mut patch, contact, merchant.home(), &self.global);
        if !self.accounts.is_empty() {
            belonging::mark(&mut patch, contact, true);
        }
        patch.memberships.push(belonging::edit(self.accounts, contact, merchant));
        patch
    }

    /// Gives these roles: those of organizations as [`replace`] does, the others beside those that are held.
    pub fn give(&mut self, given: Given, is_cleared: impl Fn(u32) -> bool) {
        replace(given.organizational, &mut self.accounts, is_cleared);
        for place in given.global {
            self.put_global(place, true);
        }
    }

    fn put_global(&mut self, place: u32, is_added: bool) {
        if !is_added {
            self.global.retain(|known| *known != place);
        } else if !self.global.contains(&place) {
            self.global.push(place);
        }
    }
}

/// Roles that a client gives.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Given {
    /// By the number of the organization that each is held in: that of `relativeTo`, or the parent.
    organizational: Vec<(u32, String)>,
    /// The places of those that are no organization's.
    global: Vec<u32>,
}

/// The roles of `roles`. `list` is where the profile belongs.
///
/// # Errors
/// 22007 for what is no list of roles of these organizations, or without one; as [`role::read`] and [`global::read`].
pub fn read(sent: &Value, list: &[Membership], merchant: &Merchant<'_>) -> Result<Given> {
    let roles = sent.as_array().ok_or_else(|| Failure::profile_value("roles must be a list"))?;
    let mut given = Given::default();
    for sent in roles {
        if is_global(sent)? {
            given.global.push(global::read(sent, merchant.home())?);
        } else {
            given.organizational.push(one(sent, list, merchant)?);
        }
    }
    Ok(given)
}

/// Whether a role is no organization's, by its type.
///
/// # Errors
/// 22007 for a type that is not known.
fn is_global(sent: &Value) -> Result<bool> {
    match sent.get("type") {
        None | Some(Value::Null) => Ok(false),
        Some(kind) if kind == ORGANIZATIONAL => Ok(false),
        Some(kind) if kind == global::GLOBAL => Ok(true),
        Some(_) => Err(Failure::profile_value(format_args!("the type of a role is {ORGANIZATIONAL} or {}", global::GLOBAL))),
    }
}

/// One role of an organization.
fn one(sent: &Value, list: &[Membership], merchant: &Merchant<'_>) -> Result<(u32, String)> {
    let account = match sent.get("relativeTo").filter(|relative| !relative.is_null()) {
        None => parent(list, merchant)?,
        Some(relative) => relative_to(belonging::id(relative).unwrap_or_default(), list, merchant)?,
    };
    Ok((account.number, role::read(sent, account)?))
}

/// The parent organization.
fn parent<'m>(list: &[Membership], merchant: &'m Merchant<'_>) -> Result<&'m Organization> {
    let parent = list.first().and_then(|known| merchant.account(known.organization));
    Ok(&**parent.ok_or_else(|| Failure::profile_value("the profile has no organization for a role to be relative to"))?)
}

/// One of the organizations that the profile belongs to.
fn relative_to<'m>(id: &str, list: &[Membership], merchant: &'m Merchant<'_>) -> Result<&'m Organization> {
    let found = ids::find_account(merchant, id).filter(|found| list.iter().any(|known| known.organization == found.number));
    let refused = || Failure::profile_value(format_args!("the profile does not belong to organization '{}'", shortened(id)));
    Ok(&**found.ok_or_else(refused)?)
}

/// Gives these roles where they are, in place of those held there. Elsewhere all are taken if `is_cleared` says so.
pub fn replace(given: Vec<(u32, String)>, list: &mut [Membership], is_cleared: impl Fn(u32) -> bool) {
    for known in list.iter_mut() {
        let is_given = given.iter().any(|(number, _)| *number == known.organization);
        if is_given || is_cleared(known.organization) {
            known.roles.clear();
        }
    }
    for (number, name) in given {
        let held = list.iter_mut().find(|known| known.organization == number).map(|known| &mut known.roles);
        if let Some(held) = held.filter(|held| !held.contains(&name)) {
            held.push(name);
        }
    }
}

/// Does one step of `updateUserRoles`: `{op, type, function, relativeTo, repositoryId}`.
///
/// # Errors
/// As [`read`]; 22007 for what is neither added nor removed.
pub fn step(sent: &Value, held: &mut Held, merchant: &Merchant<'_>) -> Result<()> {
    let op = sent.get("op").and_then(Value::as_str).unwrap_or_default();
    let is_added = match op {
        "add" => true,
        "remove" => false,
        _ => return Err(Failure::profile_value(format_args!("op '{}' is neither add nor remove", shortened(op)))),
    };
    if is_global(sent)? {
        held.put_global(global::read(sent, merchant.home())?, is_added);
        return Ok(());
    }
    let (number, name) = one(sent, &held.accounts, merchant)?;
    put(&mut held.accounts, number, name, is_added)
}

/// Gives or takes a role that is named by its id, or by its function, in the organizations of its `associations`; without any,
/// in the one whose role it is, or in the parent. A role that is no organization's is associated globally.
///
/// # Errors
/// As [`read`]; 22007 for an association with anything else.
pub fn associated(sent: &Value, is_added: bool, held: &mut Held, merchant: &Merchant<'_>) -> Result<()> {
    let id = sent.get("id").and_then(Value::as_str).unwrap_or_default().trim();
    let associations = match sent.get("associations") {
        None | Some(Value::Null) => &[][..],
        Some(Value::Array(associations)) => associations,
        Some(_) => return Err(Failure::profile_value("associations must be a list")),
    };
    if associations.is_empty() && ids::read_global_role(id).is_some() {
        held.put_global(global::named(id, merchant.home())?, is_added);
        return Ok(());
    }
    if associations.is_empty() {
        let account = match ids::read_role(id) {
            Some((owner, _)) => relative_to(&ids::account(owner), &held.accounts, merchant)?,
            None => parent(&held.accounts, merchant)?,
        };
        return put(&mut held.accounts, account.number, named(id, account)?, is_added);
    }
    for association in associations {
        match association.get("type") {
            Some(kind) if kind == "global" => held.put_global(global::named(id, merchant.home())?, is_added),
            Some(kind) if kind != "organization" => {
                return Err(Failure::profile_value("roles are associated with organizations, or globally"));
            }
            _ => {
                let related = association.get("relatedItemId").and_then(Value::as_str).unwrap_or_default();
                let account = relative_to(related, &held.accounts, merchant)?;
                put(&mut held.accounts, account.number, named(id, account)?, is_added)?;
            }
        }
    }
    Ok(())
}

/// The directory's name of a role by its id or its function. The roles that all organizations have are the same in each.
fn named(id: &str, account: &Organization) -> Result<String> {
    match ids::read_role(id) {
        Some((owner, place)) if place >= role::FIRST_CUSTOM && owner != account.number => Err(Failure::custom_role()),
        Some((_, place)) => {
            let unknown = || Failure::profile_value(format_args!("role id '{}' is not known", shortened(id)));
            role::at(account, place).ok_or_else(unknown)
        }
        None => role::read(&json!({"function": id}), account),
    }
}

fn put(list: &mut Vec<Membership>, number: u32, name: String, is_added: bool) -> Result<()> {
    let edit = if is_added { MembershipEdit::Grant(number, name) } else { MembershipEdit::Revoke(number, name) };
    edit.apply(list).map_err(|number| Failure::profile_value(format_args!("not in organization {}", ids::account(number))))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn member(organization: u32, roles: &[&str]) -> Membership {
        Membership { organization, roles: roles.iter().map(|role| (*role).to_owned()).collect() }
    }

    #[test]
    fn roles_that_are_given_take_the_place_of_those_held() {
        let before = [member(2, &["admin", "buyer"]), member(3, &["approver"]), member(4, &["buyer"])];
        let given = || vec![(2, "approver".to_owned()), (2, "approver".to_owned()), (2, "buyer".to_owned())];
        let mut list = before.clone();
        replace(given(), &mut list, |_| false);
        assert_eq!(list, [member(2, &["approver", "buyer"]), member(3, &["approver"]), member(4, &["buyer"])]);
        let mut list = before;
        replace(given(), &mut list, |number| number == 3);
        assert_eq!(list, [member(2, &["approver", "buyer"]), member(3, &[]), member(4, &["buyer"])]);
    }

    #[test]
    fn a_role_is_put_where_the_profile_belongs() {
        let mut list = vec![member(2, &["buyer"])];
        put(&mut list, 2, "admin".into(), true).unwrap();
        put(&mut list, 2, "buyer".into(), false).unwrap();
        put(&mut list, 2, "approver".into(), false).unwrap();
        assert_eq!(list, [member(2, &["admin"])]);
        assert_eq!(put(&mut list, 3, "admin".into(), true).unwrap_err().code, "22007");
    }
}
