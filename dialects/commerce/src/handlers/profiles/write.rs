//! Profiles that are made, changed and taken away.

use axum::response::Response;
use cardfile_directory::{Error, Kind, Merchant, Need};
use cardfile_model::{Patch, Record};
use serde_json::{Map, Value, json};

use super::{answered, behalf, found};
use crate::answer;
use crate::error::{Failure, Result};
use crate::map::belonging::{self, Belonging};
use crate::map::global;
use crate::map::granted::{self, Held};
use crate::map::profile::BUSINESS;
use crate::map::sent::Sent;
use crate::people;
use crate::visit::Visit;

/// Makes a profile. With a password it can sign in at the store.
pub async fn create(visit: &Visit) -> Result<Response> {
    let members = visit.object()?;
    let merchant = visit.merchant().await?;
    // An address that is taken is told before what is wrong with the rest.
    people::free_email(&merchant, &Sent::new_email(members)?).await?;
    let sent = Sent::new_profile(members, &visit.settings)?;
    let mut held = Held { accounts: Belonging::read(members, &merchant)?.apply(&[]), global: Vec::new() };
    if let Some(roles) = roles(members) {
        let given = granted::read(roles, &held.accounts, &merchant)?;
        held.give(given, |_| false);
    }
    let is_business = is_business(members)?.unwrap_or_default() || !held.accounts.is_empty();
    let password = people::password(members)?;
    let mut contact = sent.contact(is_business, &visit.settings)?;
    let behalf = behalf(&merchant, &held.accounts);
    let mut patch = Patch::default();
    global::keep(&mut patch, &contact, merchant.home(), &held.global);
    patch.apply(&mut contact);
    contact.memberships = held.accounts;
    let record = people::create(&merchant, behalf, contact).await?;
    if let Some(password) = password
        && let Err(failure) = people::admit(&merchant, &record, password).await
    {
        // Nothing half is left.
        people::delete(&merchant, behalf, record.id).await?;
        return Err(failure);
    }
    answered(visit, &merchant, &record)
}

/// Changes what is named of a profile, and its log-in with it.
pub async fn update(visit: &Visit) -> Result<Response> {
    let members = visit.object()?;
    let merchant = visit.merchant().await?;
    let record = found(visit, &merchant).await?;
    if ["password", "email", "active"].iter().any(|name| members.contains_key(*name)) {
        own(&record, &merchant)?;
    }
    let sent = Sent::changes(members, &visit.settings)?;
    let (belonging, roles) = (Belonging::read(members, &merchant)?, roles(members));
    let (is_business, password) = (is_business(members)?, people::password(members)?);
    let behalf = behalf(&merchant, &belonging::accounts(&record.contact, &merchant));
    let changed = people::change(&merchant, behalf, record, gone(visit), |record| {
        let contact = &record.contact;
        let mut patch = sent.patch(contact, &visit.settings)?;
        let Held { accounts: before, global } = Held::of(contact, &merchant);
        let mut held = Held { accounts: belonging.apply(&before), global };
        if let Some(roles) = roles {
            let given = granted::read(roles, &held.accounts, &merchant)?;
            held.give(given, |number| before.iter().any(|known| known.organization == number));
        }
        global::keep(&mut patch, contact, merchant.home(), &held.global);
        if !held.accounts.is_empty() {
            belonging::mark(&mut patch, contact, true);
        } else if let Some(is_business) = is_business {
            belonging::mark(&mut patch, contact, is_business);
        }
        if !belonging.is_silent() || roles.is_some() {
            patch.memberships.push(belonging::edit(held.accounts, contact, &merchant));
        }
        Ok(patch)
    });
    let record = changed.await?;
    if let Some(password) = password {
        people::set_password(&merchant, &record, password).await?;
    }
    answered(visit, &merchant, &record)
}

/// Takes a profile away, and its log-in with it. On the agent surface applications do so, and administrators.
///
/// # Errors
/// 100091 for an agent, 22001.
pub async fn delete(visit: &Visit) -> Result<Response> {
    if !visit.caller.principal.scopes.cover(Need::CommerceAdmin) {
        return Err(Failure::forbidden());
    }
    let merchant = visit.merchant().await?;
    let record = found(visit, &merchant).await?;
    own(&record, &merchant)?;
    let behalf = behalf(&merchant, &belonging::accounts(&record.contact, &merchant));
    people::delete(&merchant, behalf, record.id).await.map_err(|error| match error {
        Error::NotFound { kind: Kind::Contact, .. } => gone(visit)(),
        error => error.into(),
    })?;
    if let Err(error) = merchant.directory().remove_shopper(merchant.tenant(), record.id).await {
        // It opens nothing, and gives way to whoever wants its name.
        tracing::warn!(%error, person = %record.id, "commerce: a log-in outlives its profile");
    }
    Ok(answer::ok(&json!({})))
}

/// What a profile is everywhere, and its log-in, are changed by the merchant of all accounts that it belongs to.
///
/// # Errors
/// 100091.
fn own(record: &Record, merchant: &Merchant<'_>) -> Result<()> {
    if merchant.has_all_of(&record.contact) { Ok(()) } else { Err(Failure::forbidden()) }
}

/// A profile that went meanwhile is called as it was asked for.
pub fn gone(visit: &Visit) -> impl Fn() -> Failure {
    || Failure::no_profile(visit.id(0))
}

/// The roles that are sent.
fn roles(members: &Map<String, Value>) -> Option<&Value> {
    members.get("roles").filter(|roles| !roles.is_null())
}

/// What is said of the profile's type.
///
/// # Errors
/// 22007 for a type that is none.
fn is_business(members: &Map<String, Value>) -> Result<Option<bool>> {
    match members.get("profileType") {
        None => Ok(None),
        Some(Value::Null) => Ok(Some(false)),
        Some(Value::String(kind)) if kind == BUSINESS => Ok(Some(true)),
        Some(_) => Err(Failure::profile_value(format_args!("profileType must be {BUSINESS} or null"))),
    }
}
