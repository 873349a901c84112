//! Accounts.

mod list;

use std::sync::Arc;

use axum::response::Response;
use cardfile_directory::{Account, Delegate, Merchant};
use cardfile_model::{Edit, Filter, Organization, OrganizationId, OrganizationPatch, Record, role};
use serde_json::{Map, Value, json};

use crate::accounts;
use crate::answer;
use crate::envelope::Link;
use crate::error::{Failure, Result};
use crate::fields;
use crate::ids;
use crate::map::account;
use crate::map::account_sent::Sent;
use crate::map::organization;
use crate::map::property::DELEGATES_APPROVAL;
use crate::surface::Surface;
use crate::visit::Visit;

pub use list::list;

/// The account of an id.
///
/// # Errors
/// 100001.
pub fn known<'m>(merchant: &'m Merchant<'_>, id: &str) -> Result<&'m Arc<Organization>> {
    ids::find_account(merchant, id).ok_or_else(|| Failure::no_account(id))
}

/// The account of an id, if the shopper belongs to it.
fn theirs<'m>(merchant: &'m Merchant<'_>, shopper: &Record, id: &str) -> Result<&'m Arc<Organization>> {
    let found = ids::find_account(merchant, id).filter(|found| shopper.contact.belongs(found.number));
    found.ok_or_else(|| Failure::no_account(id))
}

/// One account: any of the merchant's, but for shoppers, who are told of their own.
pub async fn get(visit: &Visit) -> Result<Response> {
    let merchant = visit.merchant().await?;
    let found = match visit.surface {
        Surface::Admin => known(&merchant, visit.id(0))?,
        Surface::Agent => {
            visit.context(&merchant).await?;
            known(&merchant, visit.id(0))?
        }
        Surface::Store => theirs(&merchant, &visit.shopper(&merchant).await?, visit.id(0))?,
    };
    answered(visit, &merchant, found).await
}

/// An account by itself, as far as it is wanted.
async fn answered(visit: &Visit, merchant: &Merchant<'_>, found: &Organization) -> Result<Response> {
    let mut shown = shown(visit, merchant, found);
    if visit.surface == Surface::Admin {
        let people = merchant.numbers(Filter::Belongs(found.number)).await?;
        // No more of them than items of a list: how many there are is told by the count, and the list of members pages.
        shown.insert("members".into(), account::members(&people, visit.settings.page_cap));
    }
    count_members(visit, merchant, found, &mut shown).await?;
    let mut shown = Value::Object(shown);
    visit.projection()?.apply(&mut shown);
    Ok(answer::ok(&shown))
}

/// An account, with where it is found.
fn shown(visit: &Visit, merchant: &Merchant<'_>, found: &Organization) -> Map<String, Value> {
    let mut shown = account::account(found, merchant, visit.surface);
    let href = visit.path(&format!("organizations/{}", ids::account(found.number)));
    shown.insert("links".into(), json!([Link::itself(href)]));
    shown
}

/// Adds how many people belong to an account, if that is asked for.
async fn count_members(
    visit: &Visit,
    merchant: &Merchant<'_>,
    found: &Organization,
    shown: &mut Map<String, Value>,
) -> Result<()> {
    if visit.flag("allMembersCount") {
        let count = merchant.numbers(Filter::Belongs(found.number)).await?.len();
        shown.insert("allMembersCount".into(), count.into());
    }
    Ok(())
}

/// Makes an account. What is sent is judged before where it goes and who is in it.
pub async fn create(visit: &Visit) -> Result<Response> {
    let members = visit.object()?;
    let merchant = visit.merchant().await?;
    let sent = Sent::read(members, true, &visit.settings)?;
    let own = sent.extension(None, &visit.settings)?;
    let parent = parent(&merchant, &sent)?.filter(|parent| *parent != merchant.home().id);
    let draft = Account {
        parent,
        name: sent.name.clone().unwrap_or_default(),
        is_active: sent.active.unwrap_or(true),
        extensions: own.map(|own| (crate::map::EXTENSION.to_owned(), own)).into_iter().collect(),
    };
    let made = accounts::create(&merchant, draft, sent.members.as_deref().unwrap_or_default()).await?;
    written(visit, &made).await
}

/// What was written, as it stands among the others now.
async fn written(visit: &Visit, done: &Organization) -> Result<Response> {
    if visit.wants_only_id() {
        let mut shown = json!({"id": ids::account(done.number)});
        fields::keep_only_id(&mut shown);
        return Ok(answer::ok(&shown));
    }
    answered(visit, &visit.merchant().await?, done).await
}

/// Changes an account.
pub async fn update(visit: &Visit) -> Result<Response> {
    match visit.surface {
        Surface::Admin => administer(visit).await,
        Surface::Agent | Surface::Store => settle(visit).await,
    }
}

/// Changes an account for the merchant, who may change all of it but for what is left to delegated administrators.
async fn administer(visit: &Visit) -> Result<Response> {
    let members = visit.object()?;
    let merchant = visit.merchant().await?;
    let before = match ids::find_account(&merchant, visit.id(0)) {
        Some(found) => found,
        None if is_home(&merchant, visit.id(0)) => return Err(Failure::root_organization()),
        None => return Err(Failure::no_account(visit.id(0))),
    };
    let sent = Sent::read(members, false, &visit.settings)?;
    let parent = parent(&merchant, &sent)?;
    let changed = accounts::change_with(&merchant, before, sent.members.as_deref(), None, |current| {
        if sent.is_about_approval() && is_delegated(current) && !sent.takes_approval_back() {
            return Err(Failure::input("approval is for the delegated administrators of the account to set"));
        }
        Ok(OrganizationPatch { parent, ..sent.patch(current, &visit.settings)? })
    })
    .await?;
    written(visit, &changed).await
}

/// The organization that an account goes under, if that is said: another account, or the merchant itself.
fn parent(merchant: &Merchant<'_>, sent: &Sent) -> Result<Option<OrganizationId>> {
    match &sent.parent {
        Edit::Keep => Ok(None),
        Edit::Clear => Ok(Some(merchant.home().id)),
        Edit::Set(id) => Ok(Some(known(merchant, id)?.id)),
    }
}

fn is_home(merchant: &Merchant<'_>, id: &str) -> bool {
    let home = merchant.home();
    ids::read_account(id) == Some(home.number) || id.trim() == home.id.to_string()
}

/// Whether approval in an account is for its delegated administrators to say.
fn is_delegated(account: &Organization) -> bool {
    organization::member(account, DELEGATES_APPROVAL) == Value::Bool(true)
}

/// Changes what delegated administrators may change of an account of theirs.
async fn settle(visit: &Visit) -> Result<Response> {
    let members = visit.object()?;
    let merchant = visit.merchant().await?;
    let context = visit.context(&merchant).await?;
    let before = theirs(&merchant, &context.shopper, visit.id(0))?;
    if !before.is_active {
        return Err(Failure::inactive());
    }
    if !context.shopper.contact.holds(before.number, role::ADMIN) {
        return Err(Failure::forbidden());
    }
    let sent = Sent::of_delegate(members, &shown(visit, &merchant, before), &visit.settings)?;
    let changed = accounts::change(&merchant, before, Some(Delegate::administrator(context.shopper.id)), |current| {
        if sent.is_about_approval() && !is_delegated(current) {
            return Err(Failure::forbidden());
        }
        sent.patch(current, &visit.settings)
    })
    .await?;
    written(visit, &changed).await
}
