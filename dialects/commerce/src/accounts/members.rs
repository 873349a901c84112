//! The `members` of an account as a client writes them: the whole list of who is in it.

use cardfile_directory::Merchant;
use cardfile_model::{Filter, Membership, Numbers, Organization, Record, Write};
use serde_json::Value;

use crate::error::{Failure, Result};
use crate::ids;
use crate::map::profile;
use crate::people;

/// Who comes into an account and who goes.
#[derive(Debug)]
pub struct Change {
    /// The account's number.
    account: u32,
    joining: Vec<Record>,
    leaving: Vec<Record>,
}

impl Change {
    /// The people of an account that is about to be made: whoever they are, they are business users from then on.
    ///
    /// # Errors
    /// 22007 for an id that is no profile's, 100000 for more people than are written at once.
    pub async fn of_new(merchant: &Merchant<'_>, named: &[Value]) -> Result<Change> {
        Change::judged(merchant, None, named).await
    }

    /// What makes these the people of an account.
    ///
    /// # Errors
    /// As [`Change::of_new`]; 1002019 for somebody who is no business user.
    pub async fn of(merchant: &Merchant<'_>, account: &Organization, named: &[Value]) -> Result<Change> {
        Change::judged(merchant, Some(account), named).await
    }

    async fn judged(merchant: &Merchant<'_>, account: Option<&Organization>, named: &[Value]) -> Result<Change> {
        let mut wanted = numbers(named)?;
        let before = match account {
            Some(account) => merchant.numbers(Filter::Belongs(account.number)).await?,
            None => Numbers::new(),
        };
        let all: Numbers = wanted.iter().map(|(number, _)| *number).collect();
        let (coming, going) = (&all - &before, before - &all);
        let most = merchant.limits().batch_items;
        if coming.len() + going.len() > most as u64 {
            return Err(Failure::input(format_args!("at most {most} members change at once")));
        }
        wanted.retain(|(number, _)| coming.contains(*number));
        let mut people = merchant.people_of(coming).await?;
        let mut joining = Vec::with_capacity(wanted.len());
        for (number, id) in wanted {
            let person = people.remove(&number).ok_or_else(|| Failure::profile_input(id))?;
            if account.is_some() && !profile::is_business(&person.contact, merchant) {
                return Err(Failure::other_type(id));
            }
            joining.push(person);
        }
        let leaving = merchant.people_of(going).await?.into_values().collect();
        Ok(Change { account: account.map_or(Membership::HERE, |account| account.number), joining, leaving })
    }

    /// What is written to them: who comes may buy, who goes loses the roles that were held there.
    pub fn writes(&self, merchant: &Merchant<'_>) -> Vec<Write> {
        let leaves = self.leaving.iter().map(|person| people::leave(merchant, self.account, person));
        let joins = self.joining.iter().map(|person| people::join(merchant, self.account, person));
        leaves.chain(joins).collect()
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn people_are_named_by_id_or_as_objects_and_count_once() {
        let named = [json!("bb-100002"), json!({"id": "bb-100001"}), json!({"repositoryId": "bb-100002"})];
        assert_eq!(numbers(&named).unwrap(), [(2, "bb-100002"), (1, "bb-100001")]);
        for bad in [json!(5), json!(null), json!(""), json!({}), json!({"id": 5}), json!("or-100002")] {
            assert_eq!(numbers(std::slice::from_ref(&bad)).unwrap_err().code, "22007", "{bad}");
        }
    }
}
