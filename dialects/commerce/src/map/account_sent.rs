//! What a client writes of an organization.

use std::collections::BTreeMap;

use cardfile_model::{Edit, Organization, OrganizationPatch};
use serde_json::{Map, Value};

use super::address::{self, Addresses};
use super::profile::DYNAMIC;
use super::property::{APPROVAL, DELEGATES_APPROVAL, OWN};
use super::sent::merge;
use super::{EXTENSION, organization};
use crate::error::{Failure, Result};
use crate::settings::Settings;

/// The longest name, in characters.
const NAME_CHARS: usize = 254;

/// Members that organizations have in the directory itself, or that are looked at one by one.
const LOOKED_AT: [&str; 5] = ["name", "active", "parentOrganization", "members", organization::ADDRESSES];

/// Members that are only ever read. Clients send them back, and nothing comes of it.
const READ_ONLY: [&str; 20] = [
    "id",
    "repositoryId",
    "ancestorOrganizations",
    "allMembersCount",
    "relativeRoles",
    "roles",
    "billingAddress",
    "shippingAddress",
    "derivedApprovalRequired",
    "derivedOrderPriceLimit",
    "derivedBillingAddress",
    "derivedShippingAddress",
    "derivedPaymentMethods",
    "derivedShippingMethods",
    "derivedContract",
    "derivedDescription",
    "derivedAllowPunchoutShopping",
    "derivedTaxExemptionCode",
    DYNAMIC,
    "links",
];

/// What is sent of an organization. Who is in it, and what it is under, is for others to find.
#[derive(Debug, Default)]
pub struct Sent {
    /// What it is called.
    pub name: Option<String>,
    /// Whether it does business.
    pub active: Option<bool>,
    /// The id of the organization it goes under.
    pub parent: Edit<String>,
    /// The profiles in it, which may be anything yet.
    pub members: Option<Vec<Value>>,
    addresses: Option<Vec<address::Sent>>,
    own: BTreeMap<String, Value>,
    dynamic: BTreeMap<String, Value>,
}

impl Sent {
    /// Reads what is sent of a new organization, which must have a name, or of one that is there: only what is named changes.
    ///
    /// # Errors
    /// 100000 for what cannot be: the name first (00004 if it is too long), then `active`, the parent, the members, the
    /// addresses, and the other properties in the order of [`OWN`].
    pub fn read(members: &Map<String, Value>, is_new: bool, settings: &Settings) -> Result<Sent> {
        let name = match members.get("name") {
            None if !is_new => None,
            Some(Value::String(name)) if !name.trim().is_empty() => Some(name.clone()),
            _ => return Err(Failure::input("the name must be a text that is not blank")),
        };
        if name.as_ref().is_some_and(|name| name.chars().count() > NAME_CHARS) {
            return Err(Failure::too_long(format_args!("name may have {NAME_CHARS} characters")));
        }
        let active = match members.get("active") {
            None => None,
            Some(Value::Bool(active)) => Some(*active),
            Some(_) => return Err(Failure::input("active must be true or false")),
        };
        let parent = members.get("parentOrganization").map_or(Ok(Edit::Keep), parent)?;
        let people = members.get("members").map(|sent| list("members", sent)).transpose()?;
        let addresses = members.get(organization::ADDRESSES).map(|sent| list(organization::ADDRESSES, sent)).transpose()?;
        let addresses = addresses.map(|list| list.iter().map(address::Sent::read).collect::<Result<Vec<_>>>()).transpose()?;
        let mut sent = Sent { name, active, parent, members: people, addresses, ..Sent::default() };
        for (name, kind) in OWN {
            let Some(value) = members.get(*name) else { continue };
            if !kind.admits(value) {
                return Err(Failure::input(format_args!("{name} must be {}", kind.told())));
            }
            let value = if *name == "contract" { contract(value.clone()) } else { value.clone() };
            sent.own.insert((*name).to_owned(), value);
        }
        let unknown = members.iter().filter(|(name, _)| !is_known(name));
        sent.dynamic = unknown.map(|(name, value)| (name.clone(), value.clone())).collect();
        is_few(sent.dynamic.len(), settings)?;
        Ok(sent)
    }

    /// Reads what a delegated administrator sends of an organization, which is shown so: whether approval is asked for, and what
    /// this door knows nothing of. The rest may come back as it was told.
    ///
    /// # Errors
    /// 100000 for another member that would change; as [`Sent::read`].
    pub fn of_delegate(members: &Map<String, Value>, shown: &Map<String, Value>, settings: &Settings) -> Result<Sent> {
        let is_theirs = |name: &str| APPROVAL.contains(&name) || !is_known(name);
        let is_echo = |name: &str, value| READ_ONLY.contains(&name) || shown.get(name) == Some(value);
        if let Some((name, _)) = members.iter().find(|(name, value)| !is_theirs(name) && !is_echo(name, value)) {
            return Err(Failure::input(format_args!("{name} may not be changed here")));
        }
        let theirs = members.iter().filter(|(name, _)| is_theirs(name));
        Sent::read(&theirs.map(|(name, value)| (name.clone(), value.clone())).collect(), false, settings)
    }

    /// Whether something is said of approval.
    pub fn is_about_approval(&self) -> bool {
        APPROVAL.iter().any(|name| self.own.contains_key(*name))
    }

    /// Whether this takes the say about approval from the delegated administrators.
    pub fn takes_approval_back(&self) -> bool {
        self.own.get(DELEGATES_APPROVAL).is_some_and(|value| *value != Value::Bool(true))
    }

    /// The change of an organization as it stands; what it goes under is not said.
    ///
    /// # Errors
    /// As [`Sent::extension`].
    pub fn patch(&self, current: &Organization, settings: &Settings) -> Result<OrganizationPatch> {
        let own = self.extension(organization::own(current), settings)?;
        Ok(OrganizationPatch {
            name: self.name.clone(),
            is_active: self.active,
            extensions: own.map(|own| (EXTENSION.to_owned(), Edit::Set(own))).into_iter().collect(),
            ..OrganizationPatch::default()
        })
    }

    /// What this door keeps from now on; `None` when it says nothing of that.
    ///
    /// # Errors
    /// 100000 when approval would be asked for without a limit, for addresses that cannot be, and for too many dynamic
    /// properties.
    pub fn extension(&self, current: Option<&Map<String, Value>>, settings: &Settings) -> Result<Option<Value>> {
        if self.own.is_empty() && self.dynamic.is_empty() && self.addresses.is_none() {
            return Ok(None);
        }
        let mut own = current.cloned().unwrap_or_default();
        merge(&mut own, &self.own);
        if own.get("approvalRequired") == Some(&Value::Bool(true)) && !own.contains_key("orderPriceLimit") {
            return Err(Failure::input("approvalRequired needs an orderPriceLimit"));
        }
        if let Some(sent) = &self.addresses {
            let mut addresses = Addresses::of(&own);
            addresses.replace(sent, settings.addresses)?;
            addresses.keep(&mut own);
        }
        if !self.dynamic.is_empty() {
            let mut dynamic = own.remove(DYNAMIC).and_then(|kept| kept.as_object().cloned()).unwrap_or_default();
            merge(&mut dynamic, &self.dynamic);
            is_few(dynamic.len(), settings)?;
            own.insert(DYNAMIC.into(), dynamic.into());
        }
        Ok(Some(Value::Object(own)))
    }
}

fn is_known(name: &str) -> bool {
    let is_own = OWN.iter().any(|(known, _)| *known == name);
    is_own || LOOKED_AT.contains(&name) || READ_ONLY.contains(&name)
}

fn is_few(count: usize, settings: &Settings) -> Result<()> {
    let most = settings.dynamic_properties;
    if count <= most { Ok(()) } else { Err(Failure::input(format_args!("at most {most} dynamic properties are kept"))) }
}

/// The id of a parent: `{id}`, or the id itself.
fn parent(sent: &Value) -> Result<Edit<String>> {
    let id = sent.get("id").or_else(|| sent.get("repositoryId")).unwrap_or(sent);
    match id {
        _ if sent.is_null() => Ok(Edit::Clear),
        Value::String(id) if !id.trim().is_empty() => Ok(Edit::Set(id.trim().to_owned())),
        _ => Err(Failure::input("parentOrganization must have an id")),
    }
}

/// A list; null is an empty one.
fn list(name: &str, sent: &Value) -> Result<Vec<Value>> {
    match sent {
        Value::Null => Ok(Vec::new()),
        Value::Array(list) => Ok(list.clone()),
        _ => Err(Failure::input(format_args!("{name} must be a list"))),
    }
}

/// A contract as it is read, of what may be written in other words.
fn contract(mut sent: Value) -> Value {
    let Some(members) = sent.as_object_mut() else { return sent };
    for (written, read) in [("catalogId", "catalog"), ("priceListGroupId", "priceListGroup")] {
        if let Some(id) = members.remove(written) {
            members.insert(read.into(), serde_json::json!({"repositoryId": id}));
        }
    }
    if let Some(Value::Object(mut terms)) = members.remove("contract_terms") {
        members.insert("terms".into(), terms.remove("terms").unwrap_or_default());
    }
    sent
}

#[cfg(test)]
mod tests;
