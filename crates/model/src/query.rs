//! How people and groups are found.

use uuid::Uuid;

use crate::contact::Record;
use crate::organization::OrganizationId;
use crate::selection::Sources;

/// A question about the contacts of one organization.
#[derive(Debug, Clone)]
pub struct Query {
    /// Whose contacts.
    pub organization: OrganizationId,
    /// Contacts of other sources are left out.
    pub sources: Sources,
    /// Who asks: contacts shown only to groups are left out for those not in them.
    pub audience: Audience,
    /// Which contacts.
    pub filter: Filter,
    /// In which order.
    pub order: Order,
    /// How many to pass over.
    pub offset: u64,
    /// How many at most.
    pub limit: usize,
}

/// On whose behalf contacts are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audience {
    /// An administrator's: every contact is seen.
    Everything,
    /// A person's: contacts shown only to groups are seen if this person is in one of them.
    Person(Uuid),
}

/// Which contacts. Texts are folded before they are compared (`fold`), so case and accents do not matter; only foreign keys and
/// sources, which are names of systems, are compared as they are.
#[derive(Debug, Clone, PartialEq)]
pub enum Filter {
    /// Every one.
    All,
    /// Those that every one of these finds.
    And(Vec<Filter>),
    /// Those that at least one of these finds.
    Or(Vec<Filter>),
    /// Those that this does not find.
    Not(Box<Filter>),
    /// Those with this text within the display name, first name, last name, both with a blank between, or an e-mail
    /// address; blanks around it do not count, and an empty text finds everyone.
    Contains(String),
    /// Those where every word of this text begins a word of a name or of an e-mail address's local part; a text without
    /// words finds everyone.
    WordPrefixes(String),
    /// Those with this e-mail address.
    Email(String),
    /// Those with this phone number, compared by its digits.
    Phone(String),
    /// Those called so in a foreign system.
    Key {
        /// The foreign system's name.
        system: String,
        /// The key there.
        value: String,
    },
    /// Those of this source.
    Source(String),
    /// Those in this group.
    MemberOf(Uuid),
    /// Those shown to at least one of these groups.
    SharedWithAny(Vec<Uuid>),
    /// Those with one of these ids.
    Ids(Vec<Uuid>),
}

/// In which order contacts come. Every order is total, so pages neither skip nor repeat while nothing changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// By display name: the first 16 bytes of it folded, then the person number; those without one last.
    Name,
    /// By person number, which is the order of creation.
    Number,
}

/// One page of an answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Page {
    /// The contacts, in the order asked for.
    pub records: Vec<Record>,
    /// How many there are in all, exactly.
    pub total: u64,
}

/// A question about the groups of one organization.
#[derive(Debug, Clone)]
pub struct GroupQuery {
    /// Whose groups.
    pub organization: OrganizationId,
    /// Which.
    pub filter: GroupFilter,
    /// In which order.
    pub order: GroupOrder,
    /// Whether the order is turned round.
    pub is_descending: bool,
    /// How many to pass over.
    pub offset: u64,
    /// How many at most.
    pub limit: usize,
}

/// Which groups; names are compared folded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GroupFilter {
    /// Every one.
    All,
    /// The one of this name.
    NameIs(String),
    /// Those whose name begins so.
    NameStarts(String),
}

/// In which order groups come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GroupOrder {
    /// As they were made.
    Created,
    /// By folded name.
    Name,
    /// By id.
    Id,
}
