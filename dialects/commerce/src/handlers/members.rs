//! The contacts of the account of the context.

use axum::response::Response;
use cardfile_directory::Merchant;
use cardfile_model::{Filter, Membership, MembershipEdit, Order, Patch, Record};
use serde_json::{Map, Value, json};

use crate::answer;
use crate::context::Context;
use crate::envelope::Link;
use crate::error::{Failure, Result};
use crate::ids;
use crate::map::profile::{self, Roles};
use crate::map::sent::Sent;
use crate::map::{organization, role};
use crate::people::{self, Behalf};
use crate::surface::Surface;
use crate::visit::Visit;

/// The contacts of the account, also those out of use.
pub async fn list(visit: &Visit) -> Result<Response> {
    let merchant = visit.merchant().await?;
    let context = reader(visit, &merchant).await?;
    let mut filters = vec![Filter::Belongs(context.account.number)];
    if let Some(ids) = visit.query.filled("filterUsersWithRoleIds") {
        filters.push(with_roles(ids, &context));
    }
    let wanted = people::Wanted { filters, account: Some(context.account.number), order: Order::FullName };
    people::list(visit, &merchant, "organizationMembers", wanted, |record| shown(visit, &merchant, &context, record)).await
}

/// Who holds one of the roles of these ids in the account.
fn with_roles(ids: &str, context: &Context) -> Filter {
    let account = &context.account;
    let name = |id: &str| {
        let (owner, place) = ids::read_role(id.trim())?;
        role::at(account, place).filter(|_| owner == account.number)
    };
    let role = |role| Filter::Role { organization: Some(account.number), role };
    Filter::Or(ids.split(',').filter_map(name).map(role).collect())
}

/// Who may read the contacts of an account: any agent, and of the shoppers its delegated administrators.
async fn reader(visit: &Visit, merchant: &Merchant<'_>) -> Result<Context> {
    match visit.surface {
        Surface::Store => visit.administrator(merchant).await,
        Surface::Agent | Surface::Admin => visit.context(merchant).await,
    }
}

fn shown(visit: &Visit, merchant: &Merchant<'_>, context: &Context, record: &Record) -> Value {
    let number = context.account.number;
    let roles = match visit.query.filled("includedRoles") {
        Some("allRolesForCurrentOrganization") => Roles::InAndGlobal(number),
        _ => Roles::In(number),
    };
    let mut member = profile::profile(record, merchant, roles);
    member.insert("currentOrganization".into(), organization::brief(&context.account));
    if visit.flag("includeSecondaryOrganizationsCount") {
        let count = profile::accounts(&record.contact, merchant).count().saturating_sub(1);
        member.insert("secondaryOrganizationsCount".into(), count.into());
    }
    if visit.expands("accessRights") {
        let held = record.contact.membership(number).map(|known| known.roles.as_slice()).unwrap_or_default();
        member.insert("accessRights".into(), role::access_rights(&context.account, held).into());
    }
    let href = visit.path(&format!("organizationMembers/{}", ids::profile(record.number)));
    member.insert("links".into(), json!([Link::itself(href)]));
    Value::Object(member)
}

/// One contact of the account.
pub async fn get(visit: &Visit) -> Result<Response> {
    let merchant = visit.merchant().await?;
    let context = reader(visit, &merchant).await?;
    let record = member(visit, &merchant, &context).await?;
    answered(visit, &merchant, &context, &record)
}

fn answered(visit: &Visit, merchant: &Merchant<'_>, context: &Context, record: &Record) -> Result<Response> {
    let mut member = shown(visit, merchant, context, record);
    visit.projection()?.apply(&mut member);
    Ok(answer::ok(&member))
}

/// The contact in the path, who must belong to the account.
async fn member(visit: &Visit, merchant: &Merchant<'_>, context: &Context) -> Result<Record> {
    let number = ids::read_profile(visit.id(0)).ok_or_else(|| Failure::not_in_account(visit.id(0)))?;
    let found = merchant.person(number).await?.filter(|found| found.contact.belongs(context.account.number));
    found.ok_or_else(|| Failure::not_in_account(visit.id(0)))
}

/// Makes a contact of the account.
pub async fn create(visit: &Visit) -> Result<Response> {
    let members = visit.object()?;
    let merchant = visit.merchant().await?;
    let context = visit.administrator(&merchant).await?;
    // An address that is taken is told before what is wrong with the rest.
    people::free_email(&merchant, &Sent::new_email(members)?).await?;
    let mut contact = Sent::new_profile(members, &visit.settings)?.contact(true, &visit.settings)?;
    let roles = roles(members, &context)?.unwrap_or_else(buyer);
    contact.memberships = vec![Membership { organization: context.account.number, roles }];
    let record = people::create(&merchant, behalf(&context), contact).await?;
    let links = [Link::itself(visit.path("organizationMembers"))];
    Ok(answer::ok(&json!({"id": ids::profile(record.number), "links": links})))
}

/// The roles that are sent; nothing when none are, or an empty list.
fn roles(members: &Map<String, Value>, context: &Context) -> Result<Option<Vec<String>>> {
    let sent = members.get("roles").filter(|sent| !sent.is_null());
    let roles = sent.map(|sent| role::read_all(sent, &context.account)).transpose()?;
    Ok(roles.filter(|roles| !roles.is_empty()))
}

/// Changes a contact of the account.
pub async fn update(visit: &Visit) -> Result<Response> {
    let members = visit.object()?;
    let merchant = visit.merchant().await?;
    let context = visit.administrator(&merchant).await?;
    let record = member(visit, &merchant, &context).await?;
    let record = change(visit, &merchant, &context, members, (record, false)).await?;
    answered(visit, &merchant, &context, &record)
}

/// Makes a profile that is there a contact of the account, and changes it in the same step; who is one already is changed.
pub async fn add(visit: &Visit) -> Result<Response> {
    let empty = Map::new();
    let members = if visit.body.is_none() { &empty } else { visit.object()? };
    let merchant = visit.merchant().await?;
    let context = visit.administrator(&merchant).await?;
    let text = visit.id(0);
    let found = match ids::read_profile(text) {
        Some(number) => merchant.person(number).await?,
        None => None,
    };
    let record = found.ok_or_else(|| Failure::profile_input(text))?;
    let record = change(visit, &merchant, &context, members, (record, true)).await?;
    answered(visit, &merchant, &context, &record)
}

/// Changes a contact of the account. Who is none becomes one where that is what is asked: a buyer if no roles are sent.
///
/// # Errors
/// 22010 for who is none and is to stay so, 1002019 for one to become it who is no business user, 22007 for roles that are empty.
async fn change(
    visit: &Visit,
    merchant: &Merchant<'_>,
    context: &Context,
    members: &Map<String, Value>,
    (record, may_join): (Record, bool),
) -> Result<Record> {
    let sent = Sent::changes(members, &visit.settings)?;
    let (number, roles) = (context.account.number, roles(members, context)?);
    // Who left meanwhile.
    let gone = || Failure::not_in_account(visit.id(0));
    let changed = people::change(merchant, behalf(context), record, gone, |record| {
        let contact = &record.contact;
        let membership = |roles| Membership { organization: number, roles };
        // Who comes or goes meanwhile is judged anew.
        let memberships = match (contact.belongs(number), roles.clone()) {
            (false, _) if !may_join => return Err(gone()),
            (false, _) if !profile::is_business(contact, merchant) => return Err(Failure::other_type(visit.id(0))),
            (false, roles) => people::joining(merchant, contact, membership(roles.unwrap_or_else(buyer))),
            (true, Some(roles)) => vec![MembershipEdit::SetRoles(membership(roles))],
            (true, None) if members.contains_key("roles") => {
                return Err(Failure::profile_value("a contact has at least one role"));
            }
            (true, None) => Vec::new(),
        };
        Ok(Patch { memberships, ..sent.patch(contact, &visit.settings)? })
    });
    changed.await
}

fn behalf(context: &Context) -> Behalf {
    Behalf { account: context.account.id, delegate: Some(context.shopper.id) }
}

/// What a contact may do of whom nothing is said.
fn buyer() -> Vec<String> {
    vec![role::BUYER.to_owned()]
}
