//! What a command did.

use cardfile_model::{Group, Organization, Record};
use uuid::Uuid;

use crate::error::Result;

/// What a command did.
#[derive(Debug)]
pub struct Applied {
    /// The tenant's revision afterwards.
    pub revision: u64,
    /// Whether anything changed; if so, `revision` is the number of the change, or of the last of them.
    pub is_changed: bool,
    /// For writes: one for each, in request order.
    pub outcomes: Vec<Result<Outcome>>,
    /// How many people were touched; who was touched by several commands counts for each.
    pub touched: u64,
    /// For commands on a group other than delete: the group afterwards.
    pub group: Option<Group>,
    /// For commands on an organization, the undo of one among them: the organization afterwards.
    pub organization: Option<Organization>,
}

impl Applied {
    /// What a command did that left the tenant at this revision.
    #[must_use]
    pub fn nothing(revision: u64) -> Self {
        Applied { revision, is_changed: false, outcomes: Vec::new(), touched: 0, group: None, organization: None }
    }

    /// This and what a later command of the same transaction did; of groups and of organizations the last is told.
    #[must_use]
    pub fn and(mut self, later: Applied) -> Self {
        let Applied { revision, is_changed, outcomes, touched, group, organization } = later;
        self.outcomes.extend(outcomes);
        Applied {
            revision,
            is_changed: self.is_changed || is_changed,
            outcomes: self.outcomes,
            touched: self.touched + touched,
            group: group.or(self.group),
            organization: organization.or(self.organization),
        }
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
