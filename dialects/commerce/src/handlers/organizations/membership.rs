//! The `members` of an account as a client writes them: the whole list of who is in it.

use std::collections::BTreeMap;

use cardfile_directory::{Error, Kind, Merchant, Task};
use cardfile_model::{Expect, Filter, Membership, MembershipEdit, Mode, Numbers, Organization, Patch, Record, Write};
use serde_json::Value;

use crate::error::{Failure, Result};
use crate::ids;
use crate::map::{profile, role};

/// Who comes into an account and who goes.
#[derive(Debug, Default)]
pub struct Change {
    joining: Vec<Record>,
    leaving: Vec<Record>,
}

impl Change {
    /// The people of a new account. Whoever they are, they are business users from then on.
    ///
    /// # Errors
    /// 22007 for an id that is no profile's, 100000 for more people than are written at once.
    pub async fn of_new(merchant: &Merchant<'_>, named: &[Value]) -> Result<Change> {
        let wanted = numbers(named)?;
        let people = people(merchant, wanted.iter().map(|(number, _)| *number).collect()).await?;
        Ok(Change { joining: found(&wanted, people)?, leaving: Vec::new() })
    }

    /// What makes these the people of an account.
    ///
    /// # Errors
    /// As [`Change::of_new`]; 1002019 for somebody who is no business user.
    pub async fn of(merchant: &Merchant<'_>, account: &Organization, named: &[Value]) -> Result<Change> {
        let mut wanted = numbers(named)?;
        let before = merchant.numbers(Filter::Belongs(account.number)).await?;
        let all: Numbers = wanted.iter().map(|(number, _)| *number).collect();
        let gone = &before - &all;
        is_few(merchant, gone.len() + (&all - &before).len())?;
        wanted.retain(|(number, _)| !before.contains(*number));
        let joining = found(&wanted, people(merchant, all - &before).await?)?;
        if let Some(other) = joining.iter().find(|person| !profile::is_business(&person.contact, merchant)) {
            return Err(Failure::other_type(&ids::profile(other.number)));
        }
        let leaving = merchant.people_of(gone).await?.into_values().collect();
        Ok(Change { joining, leaving })
    }

    /// Makes the change, all of it or none: who comes may buy, who goes loses the roles that were held there.
    pub async fn write(self, merchant: &Merchant<'_>, account: &Organization) -> Result<()> {
        let Change { joining, leaving } = self;
        if joining.is_empty() && leaving.is_empty() {
            return Ok(());
        }
        let number = account.number;
        let join = || MembershipEdit::Join(Membership { organization: number, roles: vec![role::BUYER.to_owned()] });
        let write = |person: &Record, edit| {
            let patch = Patch { memberships: vec![edit], ..Patch::default() };
            Write::Patch { id: person.id, expect: Expect::Any, patch: Box::new(patch) }
        };
        let leaves = leaving.iter().map(|person| write(person, MembershipEdit::Leave(number)));
        let writes = leaves.chain(joining.iter().map(|person| write(person, join()))).collect();
        let task = Task { account: account.id, delegate: None, mode: Mode::AllOrNothing, has_unique_emails: false, writes };
        let done = merchant.write(task).await;
        done.map(drop).map_err(|error| match error {
            // Who was removed for good meanwhile.
            Error::NotFound { kind: Kind::Contact, id } => Failure::profile_input(id),
            error => error.into(),
        })
    }
}

/// The numbers of the profiles named, each once, with the id as it was sent.
fn numbers(named: &[Value]) -> Result<Vec<(u32, &str)>> {
    let mut numbers = Vec::with_capacity(named.len());
    let mut seen = Numbers::new();
    for sent in named {
        let id = sent.get("id").or_else(|| sent.get("repositoryId")).unwrap_or(sent);
        let text = id.as_str().ok_or_else(|| Failure::profile_input(sent))?;
        let number = ids::read_profile(text).ok_or_else(|| Failure::profile_input(text))?;
        if seen.insert(number) {
            numbers.push((number, text));
        }
    }
    Ok(numbers)
}

async fn people(merchant: &Merchant<'_>, numbers: Numbers) -> Result<BTreeMap<u32, Record>> {
    is_few(merchant, numbers.len())?;
    if numbers.is_empty() { Ok(BTreeMap::new()) } else { Ok(merchant.people_of(numbers).await?) }
}

fn is_few(merchant: &Merchant<'_>, count: u64) -> Result<()> {
    let most = merchant.limits().batch_items;
    if count <= most as u64 { Ok(()) } else { Err(Failure::input(format_args!("at most {most} members change at once"))) }
}

/// The people of these numbers, who must all be there.
fn found(wanted: &[(u32, &str)], mut people: BTreeMap<u32, Record>) -> Result<Vec<Record>> {
    wanted.iter().map(|(number, id)| people.remove(number).ok_or_else(|| Failure::profile_input(id))).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn people_are_named_by_id_or_as_objects_and_count_once() {
        let named = [json!("bb-100002"), json!({"id": "bb-100001"}), json!({"repositoryId": "bb-100002"})];
        assert_eq!(numbers(&named).unwrap(), [(2, "bb-100002"), (1, "bb-100001")]);
        for bad in [json!(5), json!(null), json!(""), json!({}), json!({"id": 5}), json!("or-100002")] {
            assert_eq!(numbers(&[bad.clone()]).unwrap_err().code, "22007", "{bad}");
        }
    }
}
