//! What a write must not take away: an organization's last approver or delegated administrator, and the writer's own standing.

use cardfile_model::{Contact, Record, role};

use crate::error::{Action, Error, Result};
use crate::store::Author;

/// A role in an organization, by its number, that somebody holds no more; whoever writes must see to it that somebody in use
/// still does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Loss {
    /// The organization's number.
    pub organization: u32,
    /// The role.
    pub role: &'static str,
}

impl Loss {
    /// The refusal when nobody in use is left to hold it.
    #[must_use]
    pub fn refusal(self) -> Error {
        Error::Forbidden { action: Action::TakeLast(self.role) }
    }
}

/// What goes with a change of a card, or with the card itself (`after` is `None`), of the roles that this author must not take
/// the last of.
#[must_use]
pub fn losses(author: &Author, before: &Contact, after: Option<&Contact>) -> Vec<Loss> {
    let is_protected = |role: &str| match role {
        role::ADMIN => author.protected.last_admin,
        _ => author.protected.last_approver,
    };
    let mut losses = Vec::new();
    for membership in &before.memberships {
        let organization = membership.organization;
        for role in role::GUARDED {
            let stays = after.is_some_and(|after| after.holds(organization, role) && (!after.is_inactive || before.is_inactive));
            if is_protected(role) && !stays && before.holds(organization, role) {
                losses.push(Loss { organization, role });
            }
        }
    }
    losses
}

/// Whether an author may do this to a card: their own must stay, in use, and with a role that lets them ask.
///
/// # Errors
/// `Forbidden`.
pub fn oneself(author: &Author, before: &Record, after: Option<&Contact>) -> Result<()> {
    if !author.protected.oneself || author.person != Some(before.id) {
        return Ok(());
    }
    let stays = after.is_some_and(|after| {
        let is_used = !after.is_inactive || before.contact.is_inactive;
        is_used && author.delegated.is_none_or(|delegation| delegation.is_held_by(after))
    });
    if stays { Ok(()) } else { Err(Error::Forbidden { action: Action::TouchOneself }) }
}

/// Whether the person who asks in an organization holds a role there that lets them. `find` answers the person's card if
/// it is there.
///
/// # Errors
/// `Forbidden`, and those of `find`.
pub fn delegation(author: &Author, find: impl FnOnce(uuid::Uuid) -> Result<Option<Record>>) -> Result<()> {
    let Some(delegation) = author.delegated else { return Ok(()) };
    let refused = || Error::Forbidden { action: Action::Delegate };
    let person = author.person.map(find).transpose()?.flatten().ok_or_else(refused)?;
    let may = !person.contact.is_inactive && delegation.is_held_by(&person.contact);
    if may { Ok(()) } else { Err(refused()) }
}
