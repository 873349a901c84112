//! Where a profile belongs, as a client writes it: its parent organization, and the secondary ones.

use cardfile_directory::Merchant;
use cardfile_model::{Contact, Edit, Membership, MembershipEdit, Organization, Patch};
use serde_json::{Map, Value};

use super::EXTENSION;
use super::profile::{self, BUSINESS};
use super::role::BUYER;
use crate::error::{Failure, Result};
use crate::ids;

/// What is said of the organizations of a profile, by their numbers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Belonging {
    /// The parent.
    pub parent: Edit<u32>,
    /// The secondary ones; `None` when nothing is said of them.
    pub secondary: Option<Vec<u32>>,
}

impl Belonging {
    /// Reads `parentOrganization`, an id or an object that has one, and `secondaryOrganizations`, a list of such.
    ///
    /// # Errors
    /// 22007 for what has another form, 100001 for an organization that is not known.
    pub fn read(members: &Map<String, Value>, merchant: &Merchant<'_>) -> Result<Self> {
        let known = |id: &str| ids::find_account(merchant, id).map(|found| found.number).ok_or_else(|| Failure::no_account(id));
        let parent = match members.get("parentOrganization") {
            None => Edit::Keep,
            Some(Value::Null) => Edit::Clear,
            Some(sent) => {
                let id = id(sent).ok_or_else(|| Failure::profile_value("parentOrganization holds no id"))?;
                Edit::Set(known(id)?)
            }
        };
        let secondary = match members.get("secondaryOrganizations") {
            None => None,
            Some(Value::Null) => Some(Vec::new()),
            Some(sent) => {
                let form = || Failure::profile_value("secondaryOrganizations must be a list of ids");
                let ids = sent.as_array().ok_or_else(form)?.iter().map(|sent| known(id(sent).ok_or_else(form)?));
                Some(ids.collect::<Result<_>>()?)
            }
        };
        Ok(Belonging { parent, secondary })
    }

    /// Whether nothing is said.
    pub fn is_silent(&self) -> bool {
        *self == Belonging::default()
    }

    /// The organizations of a profile from now on, the parent first. Those that stay keep their roles, in a new one the profile
    /// is a buyer; without a parent the first of the secondary ones is that.
    pub fn apply(&self, before: &[Membership]) -> Vec<Membership> {
        let numbers: Vec<u32> = before.iter().map(|known| known.organization).collect();
        let (first, rest) = numbers.split_at(usize::from(!numbers.is_empty()));
        let mut parent = first.first().copied();
        self.parent.clone().apply(&mut parent);
        let secondary = self.secondary.as_deref().unwrap_or(rest);
        let mut after: Vec<Membership> = Vec::with_capacity(secondary.len() + 1);
        for number in parent.into_iter().chain(secondary.iter().copied()) {
            if after.iter().all(|known| known.organization != number) {
                after.push(kept(before, number));
            }
        }
        after
    }
}

/// The id in a text, or in an object that has one.
pub fn id(sent: &Value) -> Option<&str> {
    let text = match sent {
        Value::Object(members) => members.get("id").or_else(|| members.get("repositoryId"))?.as_str(),
        sent => sent.as_str(),
    };
    text.filter(|text| !text.trim().is_empty())
}

/// What a profile is in an organization: what it was, or a buyer.
fn kept(before: &[Membership], number: u32) -> Membership {
    let known = before.iter().find(|known| known.organization == number).cloned();
    known.unwrap_or_else(|| Membership { organization: number, roles: vec![BUYER.to_owned()] })
}

/// These organizations and others, which come last.
pub fn joined(mut list: Vec<Membership>, others: &[u32]) -> Vec<Membership> {
    for number in others {
        if list.iter().all(|known| known.organization != *number) {
            list.push(kept(&[], *number));
        }
    }
    list
}

/// These organizations with another parent; the one before is the first of the secondary ones.
pub fn settled(mut list: Vec<Membership>, parent: u32) -> Vec<Membership> {
    let home = kept(&list, parent);
    list.retain(|known| known.organization != parent);
    list.insert(0, home);
    list
}

/// The organizations of a contact that are the merchant's accounts.
pub fn accounts(contact: &Contact, merchant: &Merchant<'_>) -> Vec<Membership> {
    let is_account = |known: &&Membership| merchant.account(known.organization).is_some();
    contact.memberships.iter().filter(is_account).cloned().collect()
}

/// The change that makes these the accounts of a contact. Where it belongs beside the merchant's accounts it still does, and
/// without any account it is the merchant's own.
pub fn edit(mut list: Vec<Membership>, contact: &Contact, merchant: &Merchant<'_>) -> MembershipEdit {
    let home = merchant.home().number;
    if list.is_empty() && home != Organization::ROOT {
        list.push(contact.membership(home).cloned().unwrap_or_else(|| Membership::plain(home)));
    }
    let is_other = |known: &&Membership| known.organization != home && merchant.account(known.organization).is_none();
    list.extend(contact.memberships.iter().filter(is_other).cloned());
    MembershipEdit::Replace(list)
}

/// Adds to a change that the contact is, or is not, a business user wherever it belongs.
pub fn mark(patch: &mut Patch, contact: &Contact, is_business: bool) {
    let mut own = profile::own_after(patch, contact);
    let is_marked = own.get("profileType").and_then(Value::as_str) == Some(BUSINESS);
    if is_marked == is_business {
        return;
    }
    if is_business {
        own.insert("profileType".into(), BUSINESS.into());
    } else {
        own.remove("profileType");
    }
    patch.extensions.insert(EXTENSION.into(), Edit::Set(own.into()));
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn member(organization: u32, roles: &[&str]) -> Membership {
        Membership { organization, roles: roles.iter().map(|role| (*role).to_owned()).collect() }
    }

    fn before() -> Vec<Membership> {
        vec![member(2, &["admin"]), member(3, &[]), member(4, &["approver"])]
    }

    #[test]
    fn what_is_not_said_stays() {
        assert_eq!(Belonging::default().apply(&before()), before());
        let parent = Belonging { parent: Edit::Set(5), secondary: None };
        assert_eq!(parent.apply(&before()), [member(5, &[BUYER]), member(3, &[]), member(4, &["approver"])]);
        let secondary = Belonging { parent: Edit::Keep, secondary: Some(vec![4, 2, 6, 4]) };
        assert_eq!(secondary.apply(&before()), [member(2, &["admin"]), member(4, &["approver"]), member(6, &[BUYER])]);
    }

    #[test]
    fn without_a_parent_the_first_of_the_others_is_that() {
        let none = Belonging { parent: Edit::Clear, secondary: None };
        assert_eq!(none.apply(&before()), [member(3, &[]), member(4, &["approver"])]);
        let none = Belonging { parent: Edit::Clear, secondary: Some(Vec::new()) };
        assert_eq!(none.apply(&before()), []);
        let secondary = Belonging { parent: Edit::Keep, secondary: Some(vec![7, 8]) };
        assert_eq!(secondary.apply(&[]), [member(7, &[BUYER]), member(8, &[BUYER])]);
    }

    #[test]
    fn a_new_parent_leaves_the_old_one_first_of_the_others() {
        assert_eq!(settled(before(), 4), [member(4, &["approver"]), member(2, &["admin"]), member(3, &[])]);
        assert_eq!(settled(vec![member(2, &[])], 9), [member(9, &[BUYER]), member(2, &[])]);
        assert_eq!(settled(before(), 2), before());
        assert_eq!(joined(vec![member(2, &[])], &[3, 2, 3]), [member(2, &[]), member(3, &[BUYER])]);
    }

    #[test]
    fn ids_are_texts_or_in_objects() {
        for (sent, expected) in [
            (json!("or-1"), Some("or-1")),
            (json!({"id": "or-1", "name": "x"}), Some("or-1")),
            (json!({"repositoryId": "or-1"}), Some("or-1")),
            (json!(" "), None),
            (json!({"id": 5}), None),
            (json!(["or-1"]), None),
        ] {
            assert_eq!(id(&sent), expected, "{sent}");
        }
    }

    #[test]
    fn a_mark_keeps_what_else_changes() {
        let mut patch = Patch::default();
        mark(&mut patch, &Contact::default(), false);
        assert_eq!(patch, Patch::default());
        patch.extensions.insert(EXTENSION.into(), Edit::Set(json!({"locale": "de"})));
        mark(&mut patch, &Contact::default(), true);
        assert_eq!(patch.extensions[EXTENSION], Edit::Set(json!({"locale": "de", "profileType": BUSINESS})));
        mark(&mut patch, &Contact::default(), false);
        assert_eq!(patch.extensions[EXTENSION], Edit::Set(json!({"locale": "de"})));
    }
}
