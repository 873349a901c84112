//! The addresses of an organization, as a client writes them and as they are kept.

use serde_json::{Map, Value};

use super::organization::ADDRESSES;
use crate::error::{Failure, Result};

/// What an address must have, in the order it is looked for.
const REQUIRED: [&str; 5] = ["address1", "city", "postalCode", "country", "companyName"];
/// Other members that are texts.
const TEXTS: [&str; 5] = ["address2", "address3", "state", "phoneNumber", "externalAddressId"];
/// What marks the address to take when none is named: one of an organization's at most has each.
const DEFAULTS: [&str; 2] = ["isDefaultBillingAddress", "isDefaultShippingAddress"];
/// Which address is meant.
const ID: &str = "repositoryId";
/// The member of the extension with how many addresses were ever made, so that no id comes twice.
const COUNT: &str = "addressCount";
/// Added to that count, so that an id has six digits at least.
const BASE: u64 = 100_000;

/// An address as a client writes it.
#[derive(Debug, Clone, Default)]
pub struct Sent {
    kind: Option<String>,
    address: Map<String, Value>,
}

impl Sent {
    /// Reads `{addressType, address{…}}`.
    ///
    /// # Errors
    /// 100000 for what is no such object, or has a member of another kind. What is missing is told when it is put somewhere.
    pub fn read(sent: &Value) -> Result<Sent> {
        let sent = sent.as_object().ok_or_else(|| Failure::input("an address must be an object"))?;
        let kind = match sent.get("addressType") {
            None => None,
            Some(Value::String(kind)) if !kind.trim().is_empty() => Some(kind.trim().to_owned()),
            Some(_) => return Err(Failure::input("addressType must be a text")),
        };
        let address = match sent.get("address") {
            None => Map::new(),
            Some(Value::Object(address)) => address.clone(),
            Some(_) => return Err(Failure::input("address must be an object")),
        };
        for (name, value) in &address {
            let is_text = [&REQUIRED[..], &TEXTS, &[ID]].concat().contains(&name.as_str());
            let is_fit = match value {
                Value::Null => true,
                Value::String(_) => !DEFAULTS.contains(&name.as_str()),
                Value::Bool(_) => !is_text,
                _ => !is_text && !DEFAULTS.contains(&name.as_str()),
            };
            if !is_fit {
                return Err(Failure::input(format_args!("the address has a {name} of another kind")));
            }
        }
        Ok(Sent { kind, address })
    }

    /// The type, if it is said.
    pub fn kind(&self) -> Option<&str> {
        self.kind.as_deref()
    }
}

/// The addresses that an organization keeps, to be changed.
pub struct Addresses {
    list: Vec<Value>,
    count: u64,
}

impl Addresses {
    /// Those in what this door keeps of an organization.
    pub fn of(own: &Map<String, Value>) -> Self {
        let list = own.get(ADDRESSES).and_then(Value::as_array).cloned().unwrap_or_default();
        Addresses { list, count: own.get(COUNT).and_then(Value::as_u64).unwrap_or_default() }
    }

    /// Puts these in their place again.
    pub fn keep(self, own: &mut Map<String, Value>) {
        own.insert(ADDRESSES.into(), self.list.into());
        own.insert(COUNT.into(), self.count.into());
    }

    /// Adds one.
    ///
    /// # Errors
    /// 100000 for one without a type, of a type that is there already, without a member it must have, or one too many.
    pub fn add(&mut self, sent: &Sent, most: usize) -> Result<()> {
        if self.list.len() >= most {
            return Err(Failure::input(format_args!("at most {most} addresses are kept")));
        }
        self.count = self.count.saturating_add(1);
        let id = format!("ci-{}", BASE.saturating_add(self.count));
        let at = self.list.len();
        self.list.push(Value::Object(Map::from_iter([("address".to_owned(), serde_json::json!({ID: id}))])));
        self.write(at, sent)
    }

    /// Changes one: what is not sent stays as it is.
    ///
    /// # Errors
    /// 100000 for an id that is not known; otherwise as [`Addresses::add`].
    pub fn change(&mut self, id: &str, sent: &Sent) -> Result<()> {
        let at = self.place(id).ok_or_else(|| Failure::no_address(id))?;
        self.write(at, sent)
    }

    /// Takes one away.
    ///
    /// # Errors
    /// 100000 for an id that is not known.
    pub fn remove(&mut self, id: &str) -> Result<()> {
        let at = self.place(id).ok_or_else(|| Failure::no_address(id))?;
        self.list.remove(at);
        Ok(())
    }

    /// Makes these the whole list. Who names an address that was there by its id goes on from it; who does not makes a new one.
    ///
    /// # Errors
    /// As [`Addresses::add`].
    pub fn replace(&mut self, sent: &[Sent], most: usize) -> Result<()> {
        let mut before = std::mem::take(&mut self.list);
        for one in sent {
            let named = one.address.get(ID).and_then(Value::as_str);
            let known = named.and_then(|named| before.iter().position(|kept| id(kept) == Some(named)));
            match known {
                Some(at) if self.list.len() < most => {
                    self.list.push(before.remove(at));
                    self.write(self.list.len() - 1, one)?;
                }
                _ => self.add(one, most)?,
            }
        }
        Ok(())
    }

    fn place(&self, wanted: &str) -> Option<usize> {
        self.list.iter().position(|kept| id(kept) == Some(wanted))
    }

    /// Writes what is sent over what is at a place, which must be whole then.
    fn write(&mut self, at: usize, sent: &Sent) -> Result<()> {
        let before = self.list[at].get("addressType").and_then(Value::as_str).map(str::to_owned);
        let kind = sent.kind.clone().or(before).ok_or_else(|| Failure::input("addressType is missing"))?;
        let mut others = self.list.iter().enumerate().filter(|(other, _)| *other != at);
        if others.any(|(_, other)| other.get("addressType").and_then(Value::as_str) == Some(&kind)) {
            let kind = crate::parameter::shortened(&kind);
            return Err(Failure::input(format_args!("there is an address of the type {kind} already")));
        }
        let mut address = self.list[at].get("address").and_then(Value::as_object).cloned().unwrap_or_default();
        for (name, value) in sent.address.iter().filter(|(name, _)| *name != ID) {
            if value.is_null() {
                address.remove(name);
            } else {
                address.insert(name.clone(), value.clone());
            }
        }
        let is_there = |name: &&str| address.get(*name).and_then(Value::as_str).is_some_and(|text| !text.trim().is_empty());
        if let Some(missing) = REQUIRED.iter().find(|name| !is_there(name)) {
            return Err(Failure::input(format_args!("the address has no {missing}")));
        }
        for name in DEFAULTS {
            let is_chosen = address.get(name) == Some(&Value::Bool(true));
            address.insert(name.into(), is_chosen.into());
            for other in self.list.iter_mut().filter(|_| is_chosen) {
                other["address"][name] = false.into();
            }
        }
        self.list[at] = serde_json::json!({"addressType": kind, "address": address});
        Ok(())
    }
}

/// The id of an address as it is kept.
pub fn id(kept: &Value) -> Option<&str> {
    kept.get("address")?.get(ID)?.as_str()
}

/// An address as it is answered.
pub fn shown(kept: &Value) -> Value {
    let mut shown = kept.clone();
    shown[ID] = id(kept).into();
    shown
}

#[cfg(test)]
mod tests;
