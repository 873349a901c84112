//! Roles that an organization names itself.

use axum::response::Response;
use cardfile_directory::Error;
use cardfile_model::{Edit, Expect, Organization, OrganizationPatch, fold};
use serde_json::{Map, Value, json};

use crate::answer;
use crate::envelope::Link;
use crate::error::{Failure, Result};
use crate::fields;
use crate::ids;
use crate::map::granted::ORGANIZATIONAL;
use crate::map::{EXTENSION, belonging, organization, role};
use crate::people::TRIES;
use crate::surface::Surface;
use crate::visit::Visit;

/// The longest name, in characters.
const MOST_NAME_CHARS: usize = 254;
/// The longest description, in characters.
const MOST_DESCRIPTION_CHARS: usize = 1024;
/// Access rights of one role.
const MOST_RIGHTS: usize = 100;
/// The member of an organization's extension that holds the place of the next role, for none is given twice.
const NEXT_PLACE: &str = "nextRolePlace";

/// Makes a role of an organization: at the store of the one that the delegated administrator acts in.
pub async fn create(visit: &Visit) -> Result<Response> {
    let members = visit.object()?;
    let mut tries = 0;
    loop {
        tries += 1;
        let merchant = visit.merchant().await?;
        let (account, delegate) = if visit.surface == Surface::Store {
            let context = visit.administrator(&merchant).await?;
            check_account(members, &context.account)?;
            (context.account, Some(context.shopper.id))
        } else {
            if members.get("type").and_then(Value::as_str) != Some(ORGANIZATIONAL) {
                return Err(Failure::input("only roles of the type organizationalRole can be made"));
            }
            let id = relative_to(members).ok_or_else(|| Failure::input("relativeTo must name an organization"))?;
            (ids::find_account(&merchant, id).ok_or_else(|| Failure::no_account(id))?.clone(), None)
        };
        let draft = Draft::read(members)?;
        let (place, own) = draft.put(&account, visit.settings.custom_roles)?;
        let extensions = [(EXTENSION.to_owned(), Edit::Set(own.into()))].into();
        let patch = OrganizationPatch { extensions, ..OrganizationPatch::default() };
        match merchant.patch_account(account.id, Expect::At(account.revision), patch, delegate).await {
            // Somebody came between: what is kept of the organization is written whole.
            Err(Error::Stale { .. }) if tries < TRIES => {}
            changed => return answered(visit, &changed?, place),
        }
    }
}

fn answered(visit: &Visit, account: &Organization, place: u32) -> Result<Response> {
    let mut shown = role::listed(account, place).unwrap_or_default();
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
        if members.get("function").is_some_and(|function| function != role::CUSTOM) {
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

    /// The place of this role among those of the organization, and what is kept of the organization with it.
    ///
    /// # Errors
    /// 100000 for a name that another role has, and for too many.
    fn put(&self, account: &Organization, most: usize) -> Result<(u32, Map<String, Value>)> {
        let mut own = organization::own(account).cloned().unwrap_or_default();
        let mut list: Vec<Value> = role::custom_roles(account).cloned().map(Value::Object).collect();
        if list.len() >= most {
            return Err(Failure::input(format_args!("an organization has at most {most} roles of its own")));
        }
        let folded = fold::text(self.name);
        let known = list.iter().filter_map(|known| known["name"].as_str());
        if known.chain(role::FUNCTIONS.map(|(_, name)| name)).any(|known| fold::text(known) == folded) {
            return Err(Failure::input("the organization has a role of this name already"));
        }
        let after = list.iter().filter_map(|known| known["place"].as_u64()).max().map_or(0, |last| last + 1);
        let next = own.get(NEXT_PLACE).and_then(Value::as_u64).unwrap_or_default().max(after);
        let place = u32::try_from(next).unwrap_or(u32::MAX).max(role::FIRST_CUSTOM);
        if place > role::LAST_CUSTOM {
            return Err(Failure::input("the organization has had too many roles of its own"));
        }
        let Draft { name, description, rights } = self;
        list.push(json!({"place": place, "name": name, "description": description, "accessRights": rights}));
        own.insert(role::CUSTOM_ROLES.into(), list.into());
        own.insert(NEXT_PLACE.into(), (place + 1).into());
        Ok((place, own))
    }
}

#[cfg(test)]
mod tests;
