//! What a client writes of a profile.

use std::collections::BTreeMap;

use cardfile_model::{Contact, Edit, ListEdit, Patch};
use email_address::{EmailAddress, Options};
use serde_json::{Map, Value};

use super::profile::{self, BUSINESS, DYNAMIC, Kind, OWN, PHONE};
use super::{EXTENSION, global};
use crate::error::{Failure, Result};
use crate::settings::Settings;

/// The source of contacts that are made at this door.
const SOURCE: &str = "CH";

/// Members that are not kept as they are sent: others say them, or handlers look at them.
const OTHERS: &[&str] = &[
    "id",
    "repositoryId",
    "login",
    "password",
    "links",
    "profileType",
    "registrationDate",
    "parentOrganization",
    "currentOrganization",
    "secondaryOrganizations",
    "secondaryOrganizationsCount",
    "roles",
    "derivedApprovalRequired",
    "derivedOrderPriceLimit",
    "contactBillingAddress",
    "contactShippingAddress",
    DYNAMIC,
    global::ROLES,
];

/// What a client writes of a profile itself; where it belongs is read by handlers.
#[derive(Debug, Default)]
pub struct Sent {
    first_name: Option<String>,
    last_name: Option<String>,
    /// The e-mail address.
    pub email: Option<String>,
    active: Option<bool>,
    phone: Edit<String>,
    own: BTreeMap<String, Value>,
    dynamic: BTreeMap<String, Value>,
}

impl Sent {
    /// Reads what is sent of a new profile: names and an e-mail address must be there.
    ///
    /// # Errors
    /// In this order: 23013 without a first name, 23012 without a last, 22003 without an e-mail address, 23006 for one that is
    /// none, 22007 for a value that cannot be.
    pub fn new_profile(members: &Map<String, Value>, settings: &Settings) -> Result<Sent> {
        Sent::read(members, true, settings)
    }

    /// The e-mail address of a new profile: whether another has it is told before what is wrong with anything but the names.
    ///
    /// # Errors
    /// As [`Sent::new_profile`], but for 22007.
    pub fn new_email(members: &Map<String, Value>) -> Result<String> {
        let [_, _, email] = named(members, true)?;
        Ok(email.unwrap_or_default())
    }

    /// Reads what is sent of a profile that is there: only what is named changes.
    ///
    /// # Errors
    /// As [`Sent::new_profile`], for what is named.
    pub fn changes(members: &Map<String, Value>, settings: &Settings) -> Result<Sent> {
        Sent::read(members, false, settings)
    }

    fn read(members: &Map<String, Value>, is_new: bool, settings: &Settings) -> Result<Sent> {
        let [first_name, last_name, email] = named(members, is_new)?;
        let active = match members.get("active") {
            None => None,
            Some(Value::Bool(active)) => Some(*active),
            Some(_) => return Err(Failure::profile_value("active must be true or false")),
        };
        let mut sent = Sent { first_name, last_name, email, active, ..Sent::default() };
        match members.get("receiveEmail") {
            None => {}
            Some(Value::String(text)) if text == "yes" || text == "no" => {
                sent.own.insert("receiveEmail".into(), text.clone().into());
            }
            Some(_) => return Err(Failure::profile_value("receiveEmail must be yes or no")),
        }
        sent.phone = match members.get("daytimeTelephoneNumber") {
            None => Edit::Keep,
            Some(Value::String(text)) if !text.trim().is_empty() => Edit::Set(text.clone()),
            Some(Value::Null | Value::String(_)) => Edit::Clear,
            Some(_) => return Err(Failure::profile_value("daytimeTelephoneNumber must be a text")),
        };
        for (name, value) in members {
            sent.rest(name, value)?;
        }
        if sent.dynamic.len() > settings.dynamic_properties {
            return Err(Failure::input(format_args!("at most {} dynamic properties are kept", settings.dynamic_properties)));
        }
        Ok(sent)
    }

    fn rest(&mut self, name: &str, value: &Value) -> Result<()> {
        if let Some((_, kind)) = OWN.iter().find(|(known, _)| *known == name) {
            let fits = match kind {
                Kind::Text => value.is_string() || value.is_null(),
                Kind::Flag => value.is_boolean() || value.is_null(),
            };
            if !fits {
                return Err(Failure::profile_value(format_args!("{name} has a value of another kind")));
            }
            self.own.insert(name.to_owned(), value.clone());
        } else if !OTHERS.contains(&name)
            && !matches!(name, "firstName" | "lastName" | "email" | "active" | "receiveEmail" | "daytimeTelephoneNumber")
        {
            self.dynamic.insert(name.to_owned(), value.clone());
        }
        Ok(())
    }

    /// A new contact; where it belongs is not said. A business user stays one without an organization.
    pub fn contact(&self, is_business: bool, settings: &Settings) -> Result<Contact> {
        let mut contact = Contact { source: SOURCE.into(), ..Contact::default() };
        if is_business {
            contact.extensions.insert(EXTENSION.into(), serde_json::json!({"profileType": BUSINESS}));
        }
        self.patch(&contact, settings)?.apply(&mut contact);
        contact.settle_primaries();
        Ok(contact)
    }

    /// The change of a contact as it stands.
    ///
    /// # Errors
    /// 00004 when what this door keeps of it would be too long.
    pub fn patch(&self, current: &Contact, settings: &Settings) -> Result<Patch> {
        let edit = |text: &Option<String>| text.clone().map_or(Edit::Keep, Edit::Set);
        let assign = |kind: Option<&str>, value: Option<String>| ListEdit::Assign { kind: kind.map(str::to_owned), value };
        Ok(Patch {
            follows_names: true,
            given_name: edit(&self.first_name),
            family_name: edit(&self.last_name),
            emails: self.email.iter().map(|email| assign(None, Some(email.clone()))).collect(),
            phones: match &self.phone {
                Edit::Keep => Vec::new(),
                Edit::Clear => vec![assign(Some(PHONE), None)],
                Edit::Set(phone) => vec![assign(Some(PHONE), Some(phone.clone()))],
            },
            is_inactive: self.active.map(|active| !active),
            extensions: self
                .extension(current, settings)?
                .into_iter()
                .map(|own| (EXTENSION.to_owned(), Edit::Set(own)))
                .collect(),
            ..Patch::default()
        })
    }

    /// What this door keeps from now on; `None` when it says nothing of that.
    fn extension(&self, current: &Contact, settings: &Settings) -> Result<Option<Value>> {
        if self.own.is_empty() && self.dynamic.is_empty() {
            return Ok(None);
        }
        let mut own = profile::own(current).cloned().unwrap_or_default();
        merge(&mut own, &self.own);
        if !self.dynamic.is_empty() {
            let mut dynamic = own.remove(DYNAMIC).and_then(|kept| kept.as_object().cloned()).unwrap_or_default();
            merge(&mut dynamic, &self.dynamic);
            if dynamic.len() > settings.dynamic_properties {
                return Err(Failure::input(format_args!("at most {} dynamic properties are kept", settings.dynamic_properties)));
            }
            own.insert(DYNAMIC.into(), dynamic.into());
        }
        let own = Value::Object(own);
        if own.to_string().len() > settings.profile_bytes {
            return Err(Failure::too_long(format_args!("at most {} bytes are kept of a profile", settings.profile_bytes)));
        }
        Ok(Some(own))
    }
}

/// The first name, the last and the e-mail address, as far as they are sent; of a new profile they must be.
fn named(members: &Map<String, Value>, is_new: bool) -> Result<[Option<String>; 3]> {
    let required = |name: &str, code, message| match members.get(name) {
        None if !is_new => Ok(None),
        Some(Value::String(text)) if !text.trim().is_empty() => Ok(Some(text.clone())),
        _ => Err(Failure::profile_field(code, message)),
    };
    let first = required("firstName", "23013", "The first name is missing.")?;
    let last = required("lastName", "23012", "The last name is missing.")?;
    let email = required("email", "22003", "The e-mail address is empty.")?.map(|email| email.trim().to_owned());
    if email.as_deref().is_some_and(|email| !is_address(email)) {
        return Err(Failure::profile_field("23006", "The e-mail address is malformed."));
    }
    Ok([first, last, email])
}

/// Whether a text is an e-mail address, without the name of who has it.
fn is_address(text: &str) -> bool {
    EmailAddress::parse_with_options(text, Options::default().without_display_text()).is_ok()
}

/// Puts members in; `null` takes one away.
pub fn merge(members: &mut Map<String, Value>, sent: &BTreeMap<String, Value>) {
    for (name, value) in sent {
        if value.is_null() {
            members.remove(name);
        } else {
            members.insert(name.clone(), value.clone());
        }
    }
}
