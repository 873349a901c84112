//! Roles that an organization names itself, and those that are no organization's.

use std::sync::Arc;

use axum::response::Response;
use cardfile_directory::{Delegate, Error, Merchant};
use cardfile_model::{Edit, Expect, Organization, OrganizationPatch, fold};
use serde_json::{Map, Value, json};

use crate::answer;
use crate::envelope::Link;
use crate::error::{Failure, Result};
use crate::fields;
use crate::ids;
use crate::map::granted::ORGANIZATIONAL;
use crate::map::{self, EXTENSION, belonging, global, role};
use crate::surface::Surface;
use crate::tries::{TRIES, pause};
use crate::visit::Visit;

/// The longest name, in characters.
const MOST_NAME_CHARS: usize = 254;
/// The longest description, in characters.
const MOST_DESCRIPTION_CHARS: usize = 1024;
/// Access rights of one role.
const MOST_RIGHTS: usize = 100;

/// Where the roles of one kind are kept in the extension of an organization.
struct Register {
    /// The member that holds them.
    list: &'static str,
    /// The member that holds the place of the next, for none is given twice.
    next: &'static str,
    first: u32,
    last: u32,
    /// Those that are there anyway: their functions and names.
    standard: &'static [(&'static str, &'static str)],
}

/// The roles of an organization's own.
const CUSTOM: Register = Register {
    list: role::CUSTOM_ROLES,
    next: "nextRolePlace",
    first: role::FIRST_CUSTOM,
    last: role::LAST_CUSTOM,
    standard: &role::FUNCTIONS,
};

/// Those that are no organization's, which the merchant's own keeps.
const GLOBAL: Register = Register { list: global::ROLES, next: "nextGlobalRole", first: 1, last: u32::MAX - 1, standard: &[] };

/// Makes a role: at the store of the organization that the delegated administrator acts in; for the merchant of any, or of none.
pub async fn create(visit: &Visit) -> Result<Response> {
    let members = visit.object()?;
    let mut tries = 0;
    loop {
        tries += 1;
        let merchant = visit.merchant().await?;
        let owner = owner(visit, members, &merchant).await?;
        let (organization, register) = match &owner {
            Some((account, _)) => (&**account, &CUSTOM),
            None => (merchant.home(), &GLOBAL),
        };
        let (place, own) = Draft::read(members)?.put(organization, register, visit.settings.custom_roles)?;
        let expect = Expect::At(organization.revision);
        let changed = match &owner {
            Some((account, delegate)) => {
                let extensions = [(EXTENSION.to_owned(), Edit::Set(own.into()))].into();
                let patch = OrganizationPatch { extensions, ..OrganizationPatch::default() };
                merchant.patch_account(account.id, expect, patch, *delegate).await
            }
            None => merchant.keep(expect, EXTENSION, own.into()).await,
        };
        match changed {
            // Somebody came between: what is kept of the organization is written whole.
            Err(Error::Stale { .. }) if tries < TRIES => pause(tries).await,
            changed => {
                let listed = if owner.is_some() { role::listed } else { global::listed };
                return answered(visit, listed(&changed?, place).unwrap_or_default());
            }
        }
    }
}

/// The account that the role is of, and who asks because of a role there; `None` for a role that is no account's.
///
/// # Errors
/// 100000 for a type that cannot be, and for an account that is missing or, at the store, another; 100001 for one that is not
/// known; 22007 for a role of none that has a function.
async fn owner(
    visit: &Visit,
    members: &Map<String, Value>,
    merchant: &Merchant<'_>,
) -> Result<Option<(Arc<Organization>, Option<Delegate>)>> {
    if visit.surface == Surface::Store {
        let context = visit.administrator(merchant).await?;
        check_account(members, &context.account)?;
        return Ok(Some((context.account, Some(Delegate::administrator(context.shopper.id)))));
    }
    let is_said = |name: &str| members.get(name).is_some_and(|value| !value.is_null());
    let kind = members.get("type").filter(|kind| !kind.is_null());
    if kind.is_none_or(|kind| kind == global::GLOBAL) {
        if is_said("function") {
            return Err(Failure::profile_value("function is of organizational roles alone"));
        }
        if is_said("relativeTo") {
            return Err(Failure::input("relativeTo is of organizational roles alone"));
        }
        return Ok(None);
    }
    if kind.is_some_and(|kind| kind != ORGANIZATIONAL) {
        return Err(Failure::input(format_args!("type must be {} or {ORGANIZATIONAL}", global::GLOBAL)));
    }
    let id = relative_to(members).ok_or_else(|| Failure::input("relativeTo must name an organization"))?;
    Ok(Some((Arc::clone(ids::find_account(merchant, id).ok_or_else(|| Failure::no_account(id))?), None)))
}

fn answered(visit: &Visit, mut shown: Value) -> Result<Response> {
    shown["links"] = json!([Link::itself(visit.path("roles"))]);
    if visit.wants_only_id() {
        fields::keep_only_id(&mut shown);
    }
    visit.projection()?.apply(&mut shown);
    Ok(answer::ok(&shown))
}

fn relative_to(members: &Map<String, Value>) -> Option<&str> {
    members.get("relativeTo").and_then(belonging::id)
}

/// Whether a shopper makes an organizational role of the account they act in, and says nothing else.
fn check_account(members: &Map<String, Value>, account: &Organization) -> Result<()> {
    let is_said = |name| members.get(name).filter(|value| !value.is_null());
    if is_said("type").is_some_and(|kind| kind != ORGANIZATIONAL) {
        return Err(Failure::input("only roles of the type organizationalRole can be made"));
    }
    let is_other = relative_to(members).map(str::trim) != Some(ids::account(account.number).as_str());
    if is_said("relativeTo").is_some() && is_other {
        return Err(Failure::input("relativeTo must be the current organization"));
    }
    Ok(())
}

/// A role as it is sent.
#[derive(Debug)]
struct Draft<'s> {
    name: &'s str,
    description: Option<&'s str>,
    rights: Vec<Value>,
}

impl<'s> Draft<'s> {
    /// Reads `{name, description, accessRights: [{repositoryId}]}`.
    ///
    /// # Errors
    /// 100000 for what is missing or of another form, 00004 for what is too long.
    fn read(members: &'s Map<String, Value>) -> Result<Self> {
        if members.get("function").is_some_and(|function| !function.is_null() && function != role::CUSTOM) {
            return Err(Failure::input("function must be custom"));
        }
        let name = members.get("name").and_then(Value::as_str).unwrap_or_default().trim();
        if name.is_empty() {
            return Err(Failure::input("name must be given"));
        }
        let description = match members.get("description") {
            None | Some(Value::Null) => None,
            Some(Value::String(text)) => Some(text.as_str()),
            Some(_) => return Err(Failure::input("description must be a text")),
        };
        for (text, most) in [(name, MOST_NAME_CHARS), (description.unwrap_or_default(), MOST_DESCRIPTION_CHARS)] {
            if text.chars().count() > most {
                return Err(Failure::too_long(format_args!("at most {most} characters are kept")));
            }
        }
        let form = || Failure::input("accessRights must be a list of objects with a repositoryId");
        let sent = match members.get("accessRights") {
            None | Some(Value::Null) => &[][..],
            Some(Value::Array(sent)) => sent,
            Some(_) => return Err(form()),
        };
        if sent.len() > MOST_RIGHTS {
            return Err(Failure::input(format_args!("a role has at most {MOST_RIGHTS} access rights")));
        }
        let right = |sent: &Value| {
            let id = belonging::id(sent).ok_or_else(form)?;
            let is_short = id.chars().count() <= MOST_NAME_CHARS;
            is_short.then(|| json!({"repositoryId": id})).ok_or_else(|| Failure::too_long("the id of an access right"))
        };
        Ok(Draft { name, description, rights: sent.iter().map(right).collect::<Result<_>>()? })
    }

    /// The place of this role among those in a register of an organization, and what is kept of the organization with it.
    ///
    /// # Errors
    /// 100000 for a name that another role has, and for too many.
    fn put(&self, organization: &Organization, register: &Register, most: usize) -> Result<(u32, Map<String, Value>)> {
        let mut own = map::organization::own(organization).cloned().unwrap_or_default();
        let mut list: Vec<Value> = role::kept(organization, register.list).cloned().map(Value::Object).collect();
        if list.len() >= most {
            return Err(Failure::input(format_args!("at most {most} such roles are kept")));
        }
        let folded = fold::text(self.name);
        let known = list.iter().filter_map(|known| known["name"].as_str());
        if known.chain(register.standard.iter().map(|(_, name)| *name)).any(|known| fold::text(known) == folded) {
            return Err(Failure::input("there is a role of this name already"));
        }
        let after = list.iter().filter_map(|known| known["place"].as_u64()).max().map_or(0, |last| last + 1);
        let next = own.get(register.next).and_then(Value::as_u64).unwrap_or_default().max(after);
        let place = u32::try_from(next).unwrap_or(u32::MAX).max(register.first);
        if place > register.last {
            return Err(Failure::input("there were too many such roles"));
        }
        let Draft { name, description, rights } = self;
        list.push(json!({"place": place, "name": name, "description": description, "accessRights": rights}));
        own.insert(register.list.into(), list.into());
        own.insert(register.next.into(), (place + 1).into());
        Ok((place, own))
    }
}

#[cfg(test)]
mod tests;
