//! The organizations of a profile: calls that change nothing else of it.

use axum::response::Response;
use cardfile_directory::Merchant;
use cardfile_model::{Membership, Record};
use serde_json::{Map, Value, json};

use super::write::gone;
use super::{behalf, found};
use crate::answer;
use crate::envelope::Link;
use crate::error::{Failure, Result};
use crate::ids;
use crate::map::belonging::{self, Belonging};
use crate::map::granted::Held;
use crate::people;
use crate::routes::Operation;
use crate::visit::Visit;

/// Adds secondary organizations, makes these the only ones, or takes some away. Answers those that were named.
pub async fn secondary_organizations(visit: &Visit) -> Result<Response> {
    let merchant = visit.merchant().await?;
    let record = found(visit, &merchant).await?;
    let numbers = named(visit.object()?, &merchant)?;
    let changed = |list: Vec<Membership>| match visit.operation {
        Operation::AppendSecondaryOrganizations => Ok(belonging::joined(list, &numbers)),
        Operation::ReplaceSecondaryOrganizations => {
            Ok(Belonging { secondary: Some(numbers.clone()), ..Belonging::default() }.apply(&list))
        }
        _ => without(list, &numbers),
    };
    rewrite(visit, &merchant, record, |held| {
        held.accounts = changed(std::mem::take(&mut held.accounts))?;
        Ok(())
    })
    .await?;
    let path = match visit.operation {
        Operation::AppendSecondaryOrganizations => "appendSecondaryOrganizations",
        Operation::ReplaceSecondaryOrganizations => "replaceSecondaryOrganizations",
        _ => "removeSecondaryOrganizations",
    };
    let touched: Vec<Value> = numbers.iter().map(|number| json!({"id": ids::account(*number)})).collect();
    Ok(answer::ok(&json!({"secondaryOrganizations": touched, "links": links(visit, path)})))
}

/// Makes an organization the parent; the one before stays, as the first of the secondary ones.
pub async fn parent_organization(visit: &Visit) -> Result<Response> {
    let merchant = visit.merchant().await?;
    let record = found(visit, &merchant).await?;
    // The answer has a list, and so may what is sent.
    let sent = match visit.object()?.get("parentOrganization") {
        Some(Value::Array(list)) if list.len() == 1 => list.first(),
        sent => sent,
    };
    let parent = acceptable(sent.unwrap_or(&Value::Null), &merchant)?;
    rewrite(visit, &merchant, record, |held| {
        held.accounts = belonging::settled(std::mem::take(&mut held.accounts), parent);
        Ok(())
    })
    .await?;
    let shown = json!([{"id": ids::account(parent)}]);
    Ok(answer::ok(&json!({"parentOrganization": shown, "links": links(visit, "updateParentOrganization")})))
}

/// The organizations that are named, each once.
fn named(members: &Map<String, Value>, merchant: &Merchant<'_>) -> Result<Vec<u32>> {
    let list = members.get("secondaryOrganizations").and_then(Value::as_array);
    let list = list.ok_or_else(|| Failure::input("secondaryOrganizations must be a list of ids"))?;
    let mut numbers = Vec::with_capacity(list.len());
    for sent in list {
        let number = acceptable(sent, merchant)?;
        if !numbers.contains(&number) {
            numbers.push(number);
        }
    }
    Ok(numbers)
}

fn acceptable(sent: &Value, merchant: &Merchant<'_>) -> Result<u32> {
    let id = belonging::id(sent).unwrap_or_default();
    let found = ids::find_account(merchant, id).map(|found| found.number);
    found.ok_or_else(|| Failure::account_input(id))
}

/// The organizations without these, which may not be the parent.
fn without(mut list: Vec<Membership>, numbers: &[u32]) -> Result<Vec<Membership>> {
    if let Some(parent) = list.first().filter(|parent| numbers.contains(&parent.organization)) {
        return Err(Failure::account_input(&ids::account(parent.organization)));
    }
    list.retain(|known| !numbers.contains(&known.organization));
    Ok(list)
}

/// Changes where a profile belongs, or what it may do, from how that stands.
///
/// # Errors
/// 22001 for one that went meanwhile, and those of the change.
pub async fn rewrite(
    visit: &Visit,
    merchant: &Merchant<'_>,
    record: Record,
    changed: impl Fn(&mut Held) -> Result<()>,
) -> Result<Record> {
    let behalf = behalf(merchant, &belonging::accounts(&record.contact, merchant));
    let done = people::change(merchant, behalf, record, gone(visit), |record| {
        let contact = &record.contact;
        let mut held = Held::of(contact, merchant);
        changed(&mut held)?;
        Ok(held.patch(contact, merchant))
    });
    done.await
}

/// The links of an answer about the profile in the path.
pub fn links(visit: &Visit, path: &str) -> [Link; 1] {
    [Link::itself(visit.path(&format!("profiles/{}/{path}", visit.id(0).trim())))]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parent_is_not_taken_out_and_what_is_not_there_is_passed_over() {
        let list = || vec![Membership::plain(2), Membership::plain(3)];
        assert_eq!(without(list(), &[3, 9]).unwrap(), [Membership::plain(2)]);
        assert_eq!(without(list(), &[3, 2]).unwrap_err().code, "22046");
        assert_eq!(without(Vec::new(), &[3]).unwrap(), []);
    }
}
