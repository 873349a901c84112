//! How people and groups are found.

use jiff::Timestamp;
use uuid::Uuid;

use crate::batch::Reach;
use crate::comparison::{Comparison, Scalar};
use crate::contact::{Contact, Entry, Record};
use crate::fold;
use crate::organization::OrganizationId;
use crate::selection::{Numbers, Sources};

/// A question about the contacts of one organization.
#[derive(Debug, Clone)]
pub struct Query {
    /// Whose contacts.
    pub organization: OrganizationId,
    /// Whose contacts, seen from there.
    pub reach: Reach,
    /// Contacts of other sources are left out.
    pub sources: Sources,
    /// Who asks: contacts shown only to groups are left out for those not in them.
    pub audience: Audience,
    /// Whether those who live are asked for, or those in the trash.
    pub life: Life,
    /// Which contacts.
    pub filter: Filter,
    /// In which order.
    pub order: Order,
    /// Whether the order is turned round; who has nothing to be ordered by comes last all the same, and ties by number.
    pub is_descending: bool,
    /// By what those come who are alike in it, each with whether it is turned round. Every card found is read for it.
    pub then: Vec<(Order, bool)>,
    /// How many to pass over.
    pub offset: u64,
    /// How many at most.
    pub limit: usize,
}

impl Query {
    /// The question for everyone of any source whom a filter finds, by number.
    #[must_use]
    pub fn of(organization: OrganizationId, reach: Reach, filter: Filter) -> Self {
        let (sources, audience, order, is_descending) = (Sources::Any, Audience::Everything, Order::Number, false);
        let (life, then, offset, limit) = (Life::Live, Vec::new(), 0, usize::MAX);
        Query { organization, reach, sources, audience, life, filter, order, is_descending, then, offset, limit }
    }
}

/// Among whom contacts are looked for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Life {
    /// Those who are not in the trash.
    #[default]
    Live,
    /// Those in the trash.
    Trashed,
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
    /// Those with a phone number whose digits end with the digits of this text; one without digits finds nobody.
    PhoneEnds(String),
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
    /// Those with one of these ids; for who was merged into another and is not there any more, that other.
    Ids(Vec<Uuid>),
    /// Those with one of these person numbers.
    Numbers(Numbers),
    /// Those with one of these person numbers, as a client names them: for who was merged into another and is not there any more,
    /// that other.
    Called(Numbers),
    /// Those with this text within one member; blanks around it do not count, and an empty text finds everyone.
    FieldContains {
        /// Which member.
        field: Field,
        /// The text.
        text: String,
    },
    /// Those of whom something holds in one member.
    Compare {
        /// Which member.
        field: Field,
        /// What must hold.
        comparison: Comparison,
    },
    /// Those who belong to the organization of this number.
    Belongs(u32),
    /// Those whose home it is.
    Home(u32),
    /// Those who hold this role in the organization of this number, or in any.
    Role {
        /// Where; `None` for anywhere.
        organization: Option<u32>,
        /// The role.
        role: String,
    },
    /// Those who are out of use for now.
    Inactive,
}

/// A member of a card that can be searched by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Field {
    /// The display name.
    DisplayName,
    /// The first name.
    GivenName,
    /// The last name.
    FamilyName,
    /// Any e-mail address.
    Email,
    /// Any phone number, as typed.
    Phone,
    /// The company.
    Company,
    /// The job title.
    Title,
    /// The postal address.
    Address,
    /// Any SIP address.
    SipAddress,
    /// Any messaging address.
    Im,
    /// Any entry of this kind in a list, the kind compared ignoring ASCII case.
    OfKind(List, String),
    /// When the card was made, as RFC 3339 in UTC with microseconds.
    Created,
    /// When the card last changed, likewise.
    Modified,
    /// What a dialect alone knows: its name, and the members that lead to the value, through any element of lists.
    Extension(String, Vec<String>),
}

/// A list of entries of a card.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum List {
    /// The e-mail addresses.
    Emails,
    /// The phone numbers.
    Phones,
    /// The SIP addresses.
    SipAddresses,
    /// The messaging addresses.
    Ims,
}

impl List {
    /// What a card has there.
    #[must_use]
    pub fn of(self, contact: &Contact) -> &[Entry] {
        match self {
            List::Emails => &contact.emails,
            List::Phones => &contact.phones,
            List::SipAddresses => &contact.sip_addresses,
            List::Ims => &contact.ims,
        }
    }
}

impl Field {
    /// Whether a card has a folded text within this member.
    #[must_use]
    pub fn contains(&self, record: &Record, folded: &str) -> bool {
        self.values(record).iter().any(|value| matches!(value, Scalar::Text(text) if fold::text(text).contains(folded)))
    }

    /// What a card has in this member.
    #[must_use]
    pub fn values(&self, record: &Record) -> Vec<Scalar> {
        let contact = &record.contact;
        let text = |text: &Option<String>| text.iter().cloned().map(Scalar::Text).collect();
        let entries = |list: &[Entry]| list.iter().map(|entry| Scalar::Text(entry.value.clone())).collect();
        match self {
            Field::DisplayName => text(&contact.display_name),
            Field::GivenName => text(&contact.given_name),
            Field::FamilyName => text(&contact.family_name),
            Field::Email => entries(&contact.emails),
            Field::Phone => entries(&contact.phones),
            Field::Company => text(&contact.organization),
            Field::Title => text(&contact.title),
            Field::Address => text(&contact.address),
            Field::SipAddress => entries(&contact.sip_addresses),
            Field::Im => entries(&contact.ims),
            Field::OfKind(list, kind) => {
                let of_kind = list.of(contact).iter().filter(|entry| entry.is_of_kind(Some(kind)));
                of_kind.map(|entry| Scalar::Text(entry.value.clone())).collect()
            }
            Field::Created => vec![Scalar::Text(format!("{:.6}", record.created))],
            Field::Modified => vec![Scalar::Text(format!("{:.6}", record.modified))],
            Field::Extension(dialect, path) => {
                contact.extensions.get(dialect).map(|value| Scalar::within(value, path)).unwrap_or_default()
            }
        }
    }
}

/// In which order contacts come. Every order is total, so pages neither skip nor repeat while nothing changes: contacts alike in
/// the first [`Order::KEY_BYTES`] of what they are ordered by come by person number, those without it last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Order {
    /// By display name, folded.
    Name,
    /// By person number, which is the order of creation.
    Number,
    /// By first name, folded.
    GivenName,
    /// By last name, folded.
    FamilyName,
    /// By last name, then first name, both folded; who has a first name only comes after those with a last name.
    FullName,
    /// By the primary e-mail address ([`Entry::chosen`]), folded.
    Email,
    /// By the phone number that a door shows which knows only one: the mobile one, else the primary one; by its digits.
    Phone,
    /// By the time it was made.
    Created,
    /// By the time of the last change.
    Modified,
    /// By the name of who changed it last, folded.
    Author,
}

impl Order {
    /// How many bytes of a key count.
    pub const KEY_BYTES: usize = 16;

    /// What a contact is ordered by, as a text compared byte by byte; empty when it has nothing of the kind. `author` is who
    /// changed it last, and needed for [`Order::Author`] only. The order of numbers has no key.
    #[must_use]
    pub fn key(self, record: &Record, author: &str) -> String {
        let contact = &record.contact;
        let text = |text: &Option<String>| text.as_deref().map(fold::text).unwrap_or_default();
        let time = |time: Timestamp| format!("{:016x}", time.as_microsecond().wrapping_sub(i64::MIN));
        match self {
            Order::Number => String::new(),
            Order::Name => text(&contact.display_name),
            Order::GivenName => text(&contact.given_name),
            Order::FamilyName => text(&contact.family_name),
            Order::FullName => match (text(&contact.family_name), text(&contact.given_name)) {
                (family, given) if family.is_empty() && given.is_empty() => String::new(),
                (family, given) if family.is_empty() => format!("\u{10FFFF}{given}"),
                // Folded texts are without control characters, so that a name comes before those it begins.
                (family, given) => format!("{family}\u{1}{given}"),
            },
            Order::Email => {
                Entry::chosen(&contact.emails, None).map(|at| fold::text(&contact.emails[at].value)).unwrap_or_default()
            }
            Order::Phone => Entry::chosen(&contact.phones, Some("mobile"))
                .map(|at| fold::phone(&contact.phones[at].value))
                .unwrap_or_default(),
            Order::Created => time(record.created),
            Order::Modified => time(record.modified),
            Order::Author => fold::text(author),
        }
    }
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
    /// Groups of other organizations of the tenant that are among them.
    pub also: Vec<Uuid>,
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
