//! Where a person belongs, and what they may do there.

use serde::{Deserialize, Serialize};

use crate::contact::Contact;
use crate::organization::Organization;

/// A person in an organization. It lives with the person, for these are few and ordered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Membership {
    /// The organization's number.
    #[serde(rename = "o")]
    pub organization: u32,
    /// The roles held there, each once, in the order given.
    #[serde(rename = "r", default, skip_serializing_if = "Vec::is_empty")]
    pub roles: Vec<String>,
}

/// The roles that the directory itself knows. Others are names that a door gives.
pub mod role {
    /// Who administers an organization on its own behalf: a delegated administrator.
    pub const ADMIN: &str = "admin";
    /// Who decides about what waits for approval.
    pub const APPROVER: &str = "approver";
    /// The roles that an organization that has them must not lose altogether.
    pub const GUARDED: [&str; 2] = [ADMIN, APPROVER];
}

/// One step of a change of where somebody belongs; steps apply in order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MembershipEdit {
    /// The person belongs to this organization too, as the last one, with these roles; who does already stays as they are.
    Join(Membership),
    /// The person belongs to it no more. When it was the home, the next one becomes that.
    Leave(u32),
    /// The roles held there become these.
    SetRoles(Membership),
    /// A role is held there; who holds it already stays as they are.
    Grant(u32, String),
    /// A role is not held there any more; none to take is no error.
    Revoke(u32, String),
    /// The organization becomes the home; who did not belong to it does now, without roles.
    Settle(u32),
    /// The whole list becomes this; empty: the root alone.
    Replace(Vec<Membership>),
}

impl Membership {
    /// In what is written to people: the organization that the batch is about, whatever its number. No organization has this one.
    pub const HERE: u32 = 0;

    /// A person in an organization, without a role.
    #[must_use]
    pub fn plain(organization: u32) -> Self {
        Membership { organization, roles: Vec::new() }
    }

    /// Puts a number in the place of [`Membership::HERE`].
    pub fn settle(&mut self, here: u32) {
        settle(&mut self.organization, here);
    }
}

impl MembershipEdit {
    /// Puts a number in the place of [`Membership::HERE`].
    pub fn settle(&mut self, here: u32) {
        match self {
            MembershipEdit::Join(membership) | MembershipEdit::SetRoles(membership) => membership.settle(here),
            MembershipEdit::Leave(organization)
            | MembershipEdit::Grant(organization, _)
            | MembershipEdit::Revoke(organization, _)
            | MembershipEdit::Settle(organization) => settle(organization, here),
            MembershipEdit::Replace(list) => list.iter_mut().for_each(|membership| membership.settle(here)),
        }
    }

    /// Applies this step.
    ///
    /// # Errors
    /// The organization's number when the step is about a membership that is not there; nothing changes then.
    pub fn apply(self, list: &mut Vec<Membership>) -> Result<(), u32> {
        let at = |list: &[Membership], organization: u32| {
            list.iter().position(|known| known.organization == organization).ok_or(organization)
        };
        match self {
            MembershipEdit::Join(wanted) => {
                if at(list, wanted.organization).is_err() {
                    list.push(wanted);
                }
            }
            MembershipEdit::Leave(organization) => drop(list.remove(at(list, organization)?)),
            MembershipEdit::SetRoles(Membership { organization, roles }) => {
                let at = at(list, organization)?;
                list[at].roles.clear();
                for role in roles {
                    grant(&mut list[at], role);
                }
            }
            MembershipEdit::Grant(organization, role) => {
                let at = at(list, organization)?;
                grant(&mut list[at], role);
            }
            MembershipEdit::Revoke(organization, role) => {
                let at = at(list, organization)?;
                list[at].roles.retain(|held| *held != role);
            }
            MembershipEdit::Settle(organization) => {
                let home = at(list, organization).map_or_else(Membership::plain, |at| list.remove(at));
                list.insert(0, home);
            }
            MembershipEdit::Replace(wanted) => *list = wanted,
        }
        Ok(())
    }
}

fn settle(organization: &mut u32, here: u32) {
    if *organization == Membership::HERE {
        *organization = here;
    }
}

fn grant(membership: &mut Membership, role: String) {
    if !membership.roles.contains(&role) {
        membership.roles.push(role);
    }
}

impl Contact {
    /// The number of the organization whose contact this is.
    #[must_use]
    pub fn home(&self) -> u32 {
        self.memberships.first().map_or(Organization::ROOT, |first| first.organization)
    }

    /// Whether the person belongs to an organization: it is the home, or they are its guest.
    #[must_use]
    pub fn belongs(&self, organization: u32) -> bool {
        self.home() == organization || self.membership(organization).is_some()
    }

    /// What this person is in an organization; `None` for who does not belong to it.
    #[must_use]
    pub fn membership(&self, organization: u32) -> Option<&Membership> {
        self.memberships.iter().find(|known| known.organization == organization)
    }

    /// Whether this person holds a role in an organization.
    #[must_use]
    pub fn holds(&self, organization: u32, role: &str) -> bool {
        self.membership(organization).is_some_and(|known| known.roles.iter().any(|held| held == role))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn member(organization: u32, roles: &[&str]) -> Membership {
        Membership { organization, roles: roles.iter().map(|role| (*role).to_owned()).collect() }
    }

    fn applied(mut list: Vec<Membership>, edits: Vec<MembershipEdit>) -> Result<Vec<Membership>, u32> {
        for edit in edits {
            edit.apply(&mut list)?;
        }
        Ok(list)
    }

    #[test]
    fn who_leaves_home_is_at_home_in_the_next() {
        let list = vec![member(2, &["admin"]), member(3, &["buyer"])];
        let left = applied(list, vec![MembershipEdit::Leave(2)]).unwrap();
        assert_eq!(left, [member(3, &["buyer"])]);
        assert_eq!(Contact { memberships: left, ..Contact::default() }.home(), 3);
        assert_eq!(Contact::default().home(), Organization::ROOT);
    }

    #[test]
    fn settling_keeps_what_was_held_and_who_joins_twice_stays() {
        let list = vec![member(2, &[]), member(3, &["buyer"])];
        let edits = vec![
            MembershipEdit::Settle(3),
            MembershipEdit::Join(member(2, &["admin"])),
            MembershipEdit::Settle(4),
            MembershipEdit::Grant(2, "admin".into()),
            MembershipEdit::Grant(2, "admin".into()),
        ];
        assert_eq!(applied(list, edits).unwrap(), [member(4, &[]), member(3, &["buyer"]), member(2, &["admin"])]);
    }

    #[test]
    fn a_step_about_a_membership_that_is_not_there_is_refused() {
        for edit in [
            MembershipEdit::Leave(9),
            MembershipEdit::SetRoles(member(9, &[])),
            MembershipEdit::Grant(9, "admin".into()),
            MembershipEdit::Revoke(9, "admin".into()),
        ] {
            assert_eq!(applied(vec![member(2, &[])], vec![edit]), Err(9));
        }
    }

    #[test]
    fn every_step_can_be_about_the_organization_at_hand() {
        let of = |here: u32| {
            vec![
                MembershipEdit::Join(member(here, &["buyer"])),
                MembershipEdit::Leave(here),
                MembershipEdit::SetRoles(member(here, &[])),
                MembershipEdit::Grant(here, "admin".into()),
                MembershipEdit::Revoke(here, "admin".into()),
                MembershipEdit::Settle(here),
                MembershipEdit::Replace(vec![member(3, &[]), member(here, &["admin"])]),
            ]
        };
        for here in [Membership::HERE, 2] {
            let mut edits = of(here);
            for edit in &mut edits {
                edit.settle(7);
            }
            assert_eq!(edits, of(if here == Membership::HERE { 7 } else { here }));
        }
    }

    #[test]
    fn roles_are_held_once() {
        let edits =
            vec![MembershipEdit::SetRoles(member(2, &["buyer", "admin", "buyer"])), MembershipEdit::Revoke(2, "x".into())];
        assert_eq!(applied(vec![member(2, &["approver"])], edits).unwrap(), [member(2, &["buyer", "admin"])]);
    }
}
