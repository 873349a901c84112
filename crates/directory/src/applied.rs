//! What a command did.

use cardfile_model::{Contact, Group, Numbers, Organization, Record};
use uuid::Uuid;

use crate::error::Result;

/// What a command did.
#[derive(Debug, Default)]
pub struct Applied {
    /// The tenant's revision afterwards.
    pub revision: u64,
    /// Whether anything changed; if so, `revision` is the number of the change, or of the last of them.
    pub is_changed: bool,
    /// For writes: one for each, in request order.
    pub outcomes: Vec<Result<Outcome>>,
    /// How many people were touched; who was touched by several commands counts for each.
    pub touched: u64,
    /// How many of these came, how many went, and how many stayed and changed.
    pub counts: Counts,
    /// From how many cards a batch took all that they had in some member.
    pub blanked: u64,
    /// For commands on a group other than delete: the group afterwards.
    pub group: Option<Group>,
    /// For commands on an organization, the undo of one among them: the organization afterwards.
    pub organization: Option<Organization>,
    /// For [`crate::Command::Erase`] and [`crate::Command::Bundle`]: the person's number.
    pub number: Option<u32>,
    /// For a command that was done already under the same [`crate::Once`]: what was answered then. Nothing was done now.
    /// It is empty where that told of somebody who was erased since.
    pub receipt: Option<Vec<u8>>,
}

/// How many people came, went, and changed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Who came: into the directory, back from the trash, or into the group.
    pub came: u64,
    /// Who went: to the trash, or out of the group.
    pub went: u64,
    /// Whose card changed.
    pub changed: u64,
}

impl Applied {
    /// What a command did that left the tenant at this revision.
    #[must_use]
    pub fn nothing(revision: u64) -> Self {
        Applied { revision, ..Applied::default() }
    }

    /// This and what a later command of the same transaction did; of groups, organizations and people the last is told.
    #[must_use]
    pub fn and(mut self, later: Applied) -> Self {
        let Applied { revision, is_changed, outcomes, touched, counts, blanked, group, organization, number, receipt } = later;
        self.outcomes.extend(outcomes);
        Applied {
            revision,
            is_changed: self.is_changed || is_changed,
            outcomes: self.outcomes,
            touched: self.touched + touched,
            counts: self.counts.and(counts),
            blanked: self.blanked + blanked,
            group: group.or(self.group),
            organization: organization.or(self.organization),
            number: number.or(self.number),
            receipt: receipt.or(self.receipt),
        }
    }
}

impl Counts {
    /// These and others.
    #[must_use]
    pub fn and(self, other: Counts) -> Counts {
        Counts { came: self.came + other.came, went: self.went + other.went, changed: self.changed + other.changed }
    }
}

/// What one write did.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// A contact was made.
    Created(Record),
    /// A contact changed.
    Changed(Record),
    /// The contact was as asked already; its revision stays.
    Unchanged(Record),
    /// A contact went to the trash.
    Trashed(Uuid),
}

/// What a command would do, were it done now.
#[derive(Debug, Default)]
pub struct Planned {
    /// What it would answer; its revision is one that never comes to be.
    pub applied: Applied,
    /// The revision of the tenant that this was found at.
    pub revision: u64,
    /// Whom it would touch.
    pub touched: Numbers,
    /// Who of these would come.
    pub came: Numbers,
    /// Who of these would go.
    pub went: Numbers,
    /// How cards would change, by person number, as many as were asked for.
    pub differences: Vec<Difference>,
}

/// How a card would change.
#[derive(Debug, Clone, PartialEq)]
pub struct Difference {
    /// Whose.
    pub id: Uuid,
    /// Whose, by number.
    pub number: u32,
    /// The card now; `None` for who would be made.
    pub before: Option<Contact>,
    /// The card then.
    pub after: Contact,
}
