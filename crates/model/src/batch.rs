//! Many writes as one request.

use uuid::Uuid;

use crate::claim::{Claim, MatchKey};
use crate::contact::Contact;
use crate::organization::OrganizationId;
use crate::patch::Patch;
use crate::selection::Sources;

/// Writes to the contacts of one organization, judged and applied in order within one transaction.
#[derive(Debug, Clone)]
pub struct Batch {
    /// Where created contacts go that do not say where they belong; where the log tells of it.
    pub organization: OrganizationId,
    /// Whose contacts are found by these writes.
    pub reach: Reach,
    /// Whose contacts may be touched; another source is `Forbidden`.
    pub sources: Sources,
    /// What one failing write means for the others.
    pub mode: Mode,
    /// Whether a group that is not known may be named in [`Contact::shared_with`].
    pub admits_unknown_groups: bool,
    /// Whether an e-mail address that comes onto a card must be on no other of the tenant: else it is `AlreadyExists`.
    pub has_unique_emails: bool,
    /// From how many cards it may take all that they have in some member; `None` for any number. A batch that would take it from
    /// more is refused as a whole, with `TooLarge` (`blanked`).
    pub most_blanked: Option<u64>,
    /// The writes; a later one sees what an earlier one did.
    pub writes: Vec<Write>,
}

/// Whose contacts are meant, seen from an organization.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// Those whose home it is.
    Own,
    /// Those who belong to it, also guests whose home is another organization.
    Members,
    /// Those who belong to it or to an organization above it.
    Inherited,
    /// Those whose home is this organization, or one below it.
    Below(OrganizationId),
}

/// One write.
#[derive(Debug, Clone)]
pub enum Write {
    /// A new contact under a new id; an id already given, even to the dead, is `AlreadyExists`.
    Create {
        /// The id, made by the directory or brought by an import.
        id: Uuid,
        /// The card.
        contact: Box<Contact>,
    },
    /// The named members change.
    Patch {
        /// Whose card.
        id: Uuid,
        /// What must hold before.
        expect: Expect,
        /// The change.
        patch: Box<Patch>,
    },
    /// The whole card changes; its source must stay, and where the person belongs and whether it is in use stays too.
    Replace {
        /// Whose card.
        id: Uuid,
        /// What must hold before.
        expect: Expect,
        /// The new card.
        contact: Box<Contact>,
    },
    /// The contact that a source tells of is made, or takes over what the source says of it: whom the first of these keys finds
    /// that finds anyone. A key that finds several is `AlreadyExists`.
    Upsert {
        /// The id that it gets if it is made.
        id: Uuid,
        /// By what it is found, the surest first; with none it is made.
        by: Vec<MatchKey>,
        /// What the source says.
        claim: Box<Claim>,
    },
    /// The contact goes to the trash.
    Delete {
        /// Who.
        id: Uuid,
        /// What must hold before.
        expect: Expect,
    },
}

impl Write {
    /// Whom it is about.
    #[must_use]
    pub fn id(&self) -> Uuid {
        match self {
            Write::Create { id, .. }
            | Write::Patch { id, .. }
            | Write::Replace { id, .. }
            | Write::Upsert { id, .. }
            | Write::Delete { id, .. } => *id,
        }
    }
}

/// What must hold of a contact for a write to happen; judged inside the transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expect {
    /// It exists.
    Any,
    /// It does not exist: only a create can go on.
    Absent,
    /// It is still at this revision, else `Stale`.
    At(u64),
}

/// What one failing write means for the others of its batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Nothing is written unless everything can be; the answer is the first failure.
    AllOrNothing,
    /// Each write stands alone; outcomes come in request order.
    Each,
}
