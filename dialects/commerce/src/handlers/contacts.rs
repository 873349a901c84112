//! `removeContacts`: taking people out of an account, all of them or none.

use std::collections::BTreeSet;

use axum::response::Response;
use cardfile_directory::{Action, Delegate, Error, Kind, Merchant, Task};
use cardfile_model::{Mode, Numbers, Record, role};
use serde_json::{Value, json};

use crate::answer;
use crate::context::Context;
use crate::envelope::Link;
use crate::error::{Failure, Result};
use crate::ids;
use crate::map::profile;
use crate::people;
use crate::tries::{TRIES, pause};
use crate::visit::Visit;

/// Takes people out of the account of the context. The order of the checks is part of the answer: clients compare codes.
pub async fn remove(visit: &Visit) -> Result<Response> {
    // JSON that is no object has no members, which is told after what the headers say.
    let body = visit.body.as_ref().ok_or_else(|| Failure::input("a body is required"))?;
    let merchant = visit.merchant().await?;
    let context = visit.administrator(&merchant).await?;
    let named = named(body.get("members"))?;
    let mut tried = 1;
    loop {
        let members = judged(&merchant, &context, &named).await?;
        let task = Task {
            account: context.account.id,
            delegate: Some(Delegate::administrator(context.shopper.id)),
            mode: Mode::AllOrNothing,
            has_unique_emails: false,
            writes: members.iter().map(|member| people::leave(&merchant, context.account.number, member)).collect(),
        };
        match merchant.write(task).await {
            // Somebody changed meanwhile: all is judged anew.
            Err(Error::Stale { .. }) if tried < TRIES => {
                pause(tried).await;
                tried += 1;
            }
            Err(error) => return Err(refused(error, &context, &members)),
            Ok(_) => break,
        }
    }
    let href = visit.path("organizations/removeContacts");
    Ok(answer::ok(&json!({"links": [Link::itself(href)], "element": true})))
}

/// The profiles that are named: a list, or one alone.
fn named(members: Option<&Value>) -> Result<Vec<&Value>> {
    let named: Vec<&Value> = match members {
        Some(Value::Array(list)) => list.iter().collect(),
        Some(one @ Value::String(_)) => vec![one],
        _ => return Err(Failure::input("members must be a list of profile ids")),
    };
    if named.is_empty() { Err(Failure::input("members must not be empty")) } else { Ok(named) }
}

/// The people who are named, each once, if all of them may be taken out as far as can be told before it is tried.
async fn judged(merchant: &Merchant<'_>, context: &Context, named: &[&Value]) -> Result<Vec<Record>> {
    let numbers: Numbers = named.iter().filter_map(|id| ids::read_profile(id.as_str()?)).collect();
    let most = merchant.limits().batch_items;
    if numbers.len() > most as u64 {
        return Err(Failure::input(format_args!("at most {most} members are taken out at once")));
    }
    let mut people = merchant.people_of(numbers).await?;
    let (mut members, mut seen) = (Vec::with_capacity(named.len()), BTreeSet::new());
    for id in named {
        let text = id.as_str().ok_or_else(|| Failure::profile_input(id))?;
        let number = ids::read_profile(text).ok_or_else(|| Failure::profile_input(text))?;
        if !seen.insert(number) {
            continue;
        }
        let person = people.remove(&number).ok_or_else(|| Failure::profile_input(text))?;
        if person.id == context.shopper.id {
            return Err(Failure::oneself());
        }
        if !profile::is_business(&person.contact, merchant) {
            return Err(Failure::other_type(text));
        }
        if !person.contact.belongs(context.account.number) {
            return Err(Failure::no_contact(text, &ids::account(context.account.number)));
        }
        members.push(person);
    }
    Ok(members)
}

/// What the directory refused within the transaction, when what was judged before is so no more, or nobody would be left.
fn refused(error: Error, context: &Context, members: &[Record]) -> Failure {
    let account = ids::account(context.account.number);
    let first = || members.first().map(|member| ids::profile(member.number)).unwrap_or_default();
    match error {
        Error::Forbidden { action: Action::TakeLast(role::APPROVER) } => Failure::last_approver(&account),
        Error::NotFound { kind: Kind::Contact, id } => {
            let gone = members.iter().find(|member| member.id.to_string() == id);
            Failure::profile_input(gone.map_or_else(first, |member| ids::profile(member.number)))
        }
        error => error.into(),
    }
}
