//! Who calls, and what their token covers.

use cardfile_model::{OrganizationId, Role, Sources, TenantId};
use jiff::Timestamp;
use uuid::Uuid;

/// Somebody or something that may call: what a token stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Principal {
    /// The id, for the log.
    pub id: Uuid,
    /// What it is called, if it is called anything: a client's id, a log-in.
    pub name: Option<String>,
    /// The organization it belongs to; its reach is this one and those below.
    pub organization: OrganizationId,
    /// What it may do there.
    pub role: Role,
    /// What its token covers.
    pub scopes: Scopes,
    /// Whose contacts it may touch.
    pub sources: Sources,
    /// The person it acts as: what is shown to this person's groups is shown to it.
    pub person: Uuid,
    /// When its token ends; `None` for never.
    pub expires: Option<Timestamp>,
}

/// Where a token comes from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Origin {
    /// It was made by the operator, or issued to a client: a key, which nobody signs out with.
    #[default]
    Key,
    /// It was given to who signed in, or in exchange for another.
    Session {
        /// When the key ends that it goes back to; `None` for never.
        until: Option<Timestamp>,
    },
}

/// A principal at the door.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// The tenant it calls into.
    pub tenant: TenantId,
    /// Who it is.
    pub principal: Principal,
    /// Where the token comes from that it shows.
    pub origin: Origin,
}

impl Caller {
    /// Until when its token may be exchanged for others at most; `None` for as long as it stands.
    #[must_use]
    pub fn until(&self) -> Option<Timestamp> {
        match self.origin {
            Origin::Key => self.principal.expires,
            Origin::Session { until } => until,
        }
    }
}

/// What an operation needs of a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// Reading contacts.
    ReadContacts,
    /// Writing contacts.
    WriteContacts,
    /// Reading groups and who is in them.
    ReadGroups,
    /// Writing groups.
    WriteGroups,
    /// Making organizations, and giving tokens.
    Administer,
    /// What administrators do in the Commerce dialect.
    CommerceAdmin,
    /// What agents do there.
    CommerceAgent,
    /// What shoppers do there.
    CommerceStore,
}

/// The scopes of a token by name; an empty list covers everything.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scopes(pub Vec<String>);

const CONTACTS: &[Need] = &[Need::ReadContacts, Need::WriteContacts];
const GROUPS: &[Need] = &[Need::ReadGroups, Need::WriteGroups];
const READING: &[Need] = &[Need::ReadContacts, Need::ReadGroups];
const WRITING: &[Need] = &[Need::ReadContacts, Need::WriteContacts, Need::ReadGroups, Need::WriteGroups];
const ALL: &[Need] = &[Need::ReadContacts, Need::WriteContacts, Need::ReadGroups, Need::WriteGroups, Need::Administer];
const COMMERCE: &[Need] = &[Need::CommerceAdmin, Need::CommerceAgent];

/// What each scope covers, by the names the doors' vendors give them; names are compared ignoring ASCII case.
const COVERED: &[(&str, &[Need])] = &[
    ("identity:contact", CONTACTS),
    ("identity:scim", CONTACTS),
    ("identity:contacts_rw", CONTACTS),
    ("identity:contacts_read", &[Need::ReadContacts]),
    ("identity:groups_rw", GROUPS),
    ("identity:groups_read", &[Need::ReadGroups]),
    ("directory:read", READING),
    ("directory:write", WRITING),
    ("directory:admin", ALL),
    ("commerce:admin", COMMERCE),
    ("commerce:application", COMMERCE),
    ("commerce:agent", &[Need::CommerceAgent]),
    ("commerce:store", &[Need::CommerceStore]),
];

impl Scopes {
    /// Whether these scopes cover a need.
    #[must_use]
    pub fn cover(&self, need: Need) -> bool {
        self.0.is_empty() || self.0.iter().any(|name| Self::covered_by(name).is_some_and(|needs| needs.contains(&need)))
    }

    /// What a scope of this name covers; `None` for a name that no door knows.
    #[must_use]
    pub fn covered_by(name: &str) -> Option<&'static [Need]> {
        COVERED.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, needs)| *needs)
    }

    /// The names that mean something.
    pub fn known() -> impl Iterator<Item = &'static str> {
        COVERED.iter().map(|(name, _)| *name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_are_compared_ignoring_case_and_unknown_ones_cover_nothing() {
        let scopes = Scopes(vec!["Identity:Contacts_Read".into(), "spark:all".into()]);
        assert!(scopes.cover(Need::ReadContacts));
        assert!(!scopes.cover(Need::WriteContacts));
        assert!(!scopes.cover(Need::ReadGroups));
        assert!(Scopes::default().cover(Need::WriteGroups));
    }

    #[test]
    fn scopes_of_one_door_cover_nothing_at_another() {
        for (name, needs) in COVERED {
            let is_commerce = |need: &Need| matches!(need, Need::CommerceAdmin | Need::CommerceAgent | Need::CommerceStore);
            assert!(needs.iter().all(|need| is_commerce(need) == name.starts_with("commerce:")), "{name}");
        }
        assert!(!Scopes(vec!["directory:write".into()]).cover(Need::Administer));
        assert!(!Scopes(vec!["commerce:agent".into()]).cover(Need::CommerceAdmin));
        assert!(!Scopes(vec!["commerce:admin".into()]).cover(Need::CommerceStore));
    }
}
