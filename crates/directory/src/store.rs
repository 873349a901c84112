//! The contract a store fulfils: few operations, each over a set of people.
//!
//! **What holds for every store.** A write that was answered is durable and is seen by every later read of this process.
//! A write is one transaction: whole or not at all, whatever crashes. Every change makes exactly one log entry and moves the
//! tenant's revision by one; a command that changes nothing makes none. Person, group and organization numbers and ids are
//! given once and never reused. Nothing a tenant asks for can be answered from another tenant. The trash is never seen by
//! `get`, `find`, `members` or any total. Stores do no permission checks beyond those that [`Batch`] and [`Trash`] carry,
//! for these need the row: [`crate::judge`] has them.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use cardfile_model::{
    Audience, Batch, Change, Contact, Expect, Group, GroupDraft, GroupPatch, GroupQuery, Limits, Member, Note, NoteEdit,
    NoteQuery, Numbers, Organization, OrganizationId, OrganizationPatch, OrganizationQuery, Page, Patch, Query, Record,
    Selection, Sources, TenantId,
};
use jiff::Timestamp;
use uuid::Uuid;

use crate::applied::{Applied, Planned};
use crate::caller::Origin;
use crate::error::Result;
use crate::job::{Job, JobEdit};
use crate::login::Login;
use crate::once::Once;
use crate::permits::Permits;
use crate::registry::{Key, OrganizationDraft, Registry};

/// Who writes, when, through which door, within which limits.
#[derive(Debug, Clone)]
pub struct Author {
    /// The time of the change.
    pub time: Timestamp,
    /// Whose token; `None` for the command line.
    pub principal: Option<Uuid>,
    /// The door's name.
    pub door: &'static str,
    /// How much of everything there may be.
    pub limits: Arc<Limits>,
    /// What must not be taken away.
    pub protected: Protected,
    /// The person who asks, if it is one: protected from themselves.
    pub person: Option<Uuid>,
    /// In which organization this person asks for it, and as what. Within the transaction they must be in use and hold one of the
    /// roles there, else it is `Forbidden` ([`Action::Delegate`](crate::Action::Delegate)).
    pub delegated: Option<Delegation>,
    /// The key under which this is done once; `None` for each time it is asked for.
    pub once: Option<Once>,
}

/// That a person asks for something in an organization because of a role they hold there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Delegation {
    /// The organization's number.
    pub organization: u32,
    /// The roles of which one is enough.
    pub roles: &'static [&'static str],
}

impl Delegation {
    /// Whether a contact holds what it takes.
    #[must_use]
    pub fn is_held_by(&self, contact: &Contact) -> bool {
        self.roles.iter().any(|role| contact.holds(self.organization, role))
    }
}

/// What a door's writes must not take away; see [`crate::Protections`]. Refused with `Forbidden` ([`Action::TakeLast`](crate::Action::TakeLast),
/// [`Action::TouchOneself`](crate::Action::TouchOneself)), and nothing of the write is done; in a batch of [`Mode::Each`](cardfile_model::Mode::Each) only of the one write.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Protected {
    /// The last approver in use of an organization.
    pub last_approver: bool,
    /// The last delegated administrator in use of an organization.
    pub last_admin: bool,
    /// Who asks: their card, its use, and the role that lets them ask.
    pub oneself: bool,
}

impl Author {
    /// An author whom nothing binds but the limits, as a test or the operator.
    #[must_use]
    pub fn unbound(time: Timestamp, principal: Option<Uuid>, door: &'static str, limits: Arc<Limits>) -> Self {
        Author { time, principal, door, limits, protected: Protected::default(), person: None, delegated: None, once: None }
    }
}

/// A bulk delete by selection.
#[derive(Debug, Clone)]
pub struct Trash {
    /// Whose contacts.
    pub organization: OrganizationId,
    /// Whose source may be touched: if one of the selected is of another, nothing happens and the answer is `Forbidden`.
    pub sources: Sources,
    /// Who goes; people who are not known, or gone already, are passed over.
    pub selection: Selection,
}

/// Something to be written.
#[derive(Debug, Clone)]
pub enum Command {
    /// Writes to contacts, one by one, with an outcome each.
    Write(Batch),
    /// Contacts go to the trash by set arithmetic: the cost does not grow with the rows.
    Trash(Trash),
    /// Contacts come back from the trash by set arithmetic; who is not there is passed over. Sources as [`Command::Trash`].
    Restore(Trash),
    /// One patch changes many contacts, all of them or none, each as [`Write::Patch`](cardfile_model::Write::Patch) is judged.
    /// `TooLarge` (`revised_people`) for too many.
    Revise(Box<Revision>),
    /// People turn out to be one.
    Merge(Box<Merge>),
    /// A plan is kept until its end. `TooLarge` (`tenant_plans`) when there are too many. That is no change: the log does not tell of
    /// it, nor does the revision move.
    KeepPlan(Box<KeptPlan>),
    /// A plan is forgotten; one that is not there is no error. No change either.
    ForgetPlan {
        /// Which.
        id: Uuid,
    },
    /// A job or its files change; no change either. `Stale` for one that was written since it was read, or is not there; `TooLarge`
    /// (`tenant_jobs`) when there are too many.
    Job(JobEdit),
    /// A command, and what becomes of a job by what it did: both or neither.
    AndJob {
        /// The command.
        command: Box<Command>,
        /// What becomes of the job.
        then: Then,
    },
    /// A command, if none of these people was touched since a revision, by their card or in a group; else `Stale`.
    Unless {
        /// The revision.
        since: u64,
        /// The people.
        touched: Numbers,
        /// The command.
        command: Box<Command>,
    },
    /// A group is made. `AlreadyExists` when another of the organization has that name, folded.
    CreateGroup(GroupDraft),
    /// A group changes; a patch that changes nothing leaves it as it was. `NotFound`, `AlreadyExists`.
    PatchGroup {
        /// Which.
        id: Uuid,
        /// The change.
        patch: GroupPatch,
    },
    /// A group goes; its id stays on the contacts shown to it, so that these do not turn public. `NotFound`.
    DeleteGroup {
        /// Which.
        id: Uuid,
    },
    /// Notes of an organization come, change or go, all of them or none; a note that is kept so already is left alone.
    /// `TooLarge` (`shelf_notes`) when a shelf would hold too many.
    Note {
        /// Whose notes.
        organization: OrganizationId,
        /// What happens; of several edits of one key the last counts.
        edits: Vec<NoteEdit>,
    },
    /// An organization is made, under the root unless the draft says otherwise. The log entry is the new organization's own; by its undo
    /// the organization stays, for its number is given once, and does no business.
    ///
    /// `Invalid` for a draft that names a tenant or breaks rules, `AlreadyExists` when the id is taken in any tenant or a name
    /// that has to be unique is taken, `NotFound` for an unknown parent, `TooLarge` (`organization_depth`,
    /// `tenant_organizations`).
    CreateOrganization(Box<OrganizationDraft>),
    /// An organization changes, or moves with all that is below it; a patch that changes nothing leaves it as it was. The log
    /// entry is the organization's own. Whether it is locked is not a door's to change.
    ///
    /// `NotFound` for it or its new parent, `Stale` and `AlreadyExists` when the expectation does not hold, `Invalid` when the
    /// result would break rules, among them the rule `tree`: the root does not move, and nothing moves to itself or to what is
    /// below it; `AlreadyExists` and `TooLarge` (`organization_depth`) as when one is made.
    PatchOrganization {
        /// Which.
        id: OrganizationId,
        /// What must hold before.
        expect: Expect,
        /// The change.
        patch: Box<OrganizationPatch>,
    },
    /// An earlier change is taken back, as a change of its own that can be undone too.
    ///
    /// Refused with `Stale` when somebody it touched was touched again since in the same respect (the card, or the same group), or
    /// a note or a member of an organization is otherwise since, unless forced: then those are passed over. An organization goes
    /// back only to where it may be: the errors of [`Command::PatchOrganization`] hold, forced or not. `NotFound` for a change that is not of this organization, `Invalid` (rule
    /// `undoable`) for one whose people were purged since or that cannot be undone.
    Undo {
        /// Whose change.
        organization: OrganizationId,
        /// Its revision.
        change: u64,
        /// Whether to pass over people touched since.
        is_forced: bool,
    },
    /// Several commands, one after the other as if each had been asked for alone, all of them or none: what one of them is refused
    /// with is the answer to the whole. Each that changes something makes a log entry of its own, and is undone on its own.
    ///
    /// An organization that one makes is known to those after it. The writes of a batch about it can name it before it has a
    /// number, as [`HERE`](cardfile_model::Membership::HERE).
    Together(Vec<Command>),
    /// All traces of a person at home in the organization go, in the trash or not, and never come back: the card with its words,
    /// their place in every set and group, what undo kept of them, their log-ins and the tokens that act as them, every plan that
    /// the tenant kept, and the answers kept under keys that name them, which are blank from then on. What stays is the id and
    /// the number, so that neither is given again, and the number in the log: the entry of this change says who did it and when.
    /// Undo of earlier changes passes over the person. Until undo forgets this change it knows which organizations the person
    /// belonged to, so that those who follow what happens there are told.
    ///
    /// `NotFound` for an id without a card, `Forbidden` for a guest or for another source; what is protected from a delete is
    /// protected from this.
    Erase {
        /// Whose contact.
        organization: OrganizationId,
        /// Whose source may be touched.
        sources: Sources,
        /// Who.
        id: Uuid,
    },
    /// The log tells that all that is kept of a person ([`Store::held`]) is handed out. That touches nobody, and is not undone.
    ///
    /// The errors of [`Command::Erase`], but for what is protected.
    Bundle {
        /// Whose contact.
        organization: OrganizationId,
        /// Whose source may be touched.
        sources: Sources,
        /// Who.
        id: Uuid,
    },
}

/// What becomes of a job by what a command did. It is asked within the transaction, maybe more than once.
#[derive(Clone)]
pub struct Then(pub Arc<dyn Fn(&Applied) -> JobEdit + Send + Sync>);

impl fmt::Debug for Then {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Then")
    }
}

/// One patch for many.
#[derive(Debug, Clone)]
pub struct Revision {
    /// Where the log tells of it.
    pub organization: OrganizationId,
    /// Whose source may be touched.
    pub sources: Sources,
    /// Whose contacts, of those at home in the organization; others are passed over.
    pub numbers: Numbers,
    /// Whether a group that is not known may be named in what the contacts are shown to.
    pub admits_unknown_groups: bool,
    /// The change.
    pub patch: Patch,
}

/// That some people are one. Who stays takes in what the others have and it lacks, and their places in groups; these go to the
/// trash, and whoever asks for them by id finds who stays. One change, by whose undo all are again as they were.
///
/// `NotFound` and `Forbidden` as for a change of each card; `Invalid` when one is named twice, or nobody but who stays, or when the
/// result would break rules.
#[derive(Debug, Clone)]
pub struct Merge {
    /// Whose contacts, at home there.
    pub organization: OrganizationId,
    /// Whose sources may be touched.
    pub sources: Sources,
    /// Who stays.
    pub into: Uuid,
    /// Who is the same person.
    pub others: Vec<Uuid>,
    /// How the card changes besides.
    pub patch: Patch,
    /// Whether a group that is not known may be named in what the contact is shown to.
    pub admits_unknown_groups: bool,
}

/// A plan that was kept: what is to be done, in the words of the door that made it.
#[derive(Debug, Clone, PartialEq)]
pub struct KeptPlan {
    /// The id.
    pub id: Uuid,
    /// Whose contacts it is about.
    pub organization: OrganizationId,
    /// When it was made.
    pub created: Timestamp,
    /// When it goes.
    pub expires: Timestamp,
    /// What is to be done.
    pub document: serde_json::Value,
}

/// A number worth watching: how long queues and how large sets are.
#[derive(Debug, Clone, PartialEq)]
pub struct Gauge {
    /// The name, in words joined by `_`, with its unit.
    pub name: &'static str,
    /// What it tells.
    pub help: &'static str,
    /// The value now.
    pub value: f64,
}

/// What happened in a tenant after a revision.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct History {
    /// The last change there is.
    pub revision: u64,
    /// The last change of which the trash and undo remember nothing any more; 0 for none.
    pub purged: u64,
    /// The changes, oldest first.
    pub changes: Vec<Change>,
    /// Whose memberships these changed, who was erased among them: by the number of each organization that they belonged to before.
    pub moved: BTreeMap<u32, Numbers>,
}

/// All that a store keeps of one person.
#[derive(Debug, Clone, PartialEq)]
pub struct Held {
    /// The card.
    pub record: Record,
    /// Whether it is in the trash.
    pub is_trashed: bool,
    /// The groups the person is in, of whichever organization, by number.
    pub groups: Vec<Group>,
    /// The changes that name the person, oldest first.
    pub changes: Vec<Change>,
    /// With what the person signs in, by surface and name.
    pub logins: Vec<Login>,
    /// The tokens that act as the person, oldest first.
    pub tokens: Vec<(Key, Origin)>,
}

/// Something that a check found to be wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The tenant; `None` for the file as a whole.
    pub tenant: Option<TenantId>,
    /// What disagrees with what.
    pub message: String,
    /// Whether building the index anew from the rows mends it.
    pub is_mended_by_rebuild: bool,
}

/// Keeps people, groups and the log of many tenants. See the module's page for what holds for all of it.
#[async_trait]
pub trait Store: Registry {
    /// The contacts of these ids, in the order asked; for who was merged into another and is not there any more, that other. Absent ones, those in the trash, those of another organization and those
    /// the audience may not see are `None`.
    async fn get(
        &self,
        tenant: TenantId,
        organization: OrganizationId,
        audience: Audience,
        ids: &[Uuid],
    ) -> Result<Vec<Option<Record>>>;

    /// One page of the contacts that a query finds, with the exact total.
    async fn find(&self, tenant: TenantId, query: Query) -> Result<Page>;

    /// Everyone whom a query finds, whatever its order, offset and limit: one snapshot's set.
    async fn numbers(&self, tenant: TenantId, query: Query) -> Result<Numbers>;

    /// The names of those who made these changes, by revision: the principal's name, else its id; the door for those without a
    /// principal. Revisions that are not known are absent.
    async fn authors(&self, tenant: TenantId, revisions: &BTreeSet<u64>) -> Result<BTreeMap<u64, String>>;

    /// Does one command in one transaction.
    ///
    /// **Errors**: those of the command; a [`Command::Write`] in mode `Each` fails as a whole only for reasons that concern
    /// the whole (`NotFound` organization, `Unavailable`, `Internal`).
    async fn apply(&self, tenant: TenantId, author: Author, command: Command) -> Result<Applied>;

    /// What a command would do, were it done now; nothing is. `most` differences of cards are told.
    ///
    /// **Errors**: those that [`Store::apply`] would answer.
    async fn plan(&self, tenant: TenantId, author: Author, command: Command, most: usize) -> Result<Planned>;

    /// The plan of this id, if it was kept and has not gone; whether it has ended is for the directory to judge.
    async fn kept_plan(&self, tenant: TenantId, id: Uuid) -> Result<Option<KeptPlan>>;

    /// The job of this id.
    async fn job(&self, tenant: TenantId, id: Uuid) -> Result<Option<Job>>;

    /// The jobs of a tenant, or those that are due by a time, the oldest first.
    async fn jobs(&self, tenant: TenantId, due: Option<Timestamp>) -> Result<Vec<Job>>;

    /// A piece of a file of a job; `None` where it has none.
    async fn job_piece(&self, tenant: TenantId, id: Uuid, file: &str, part: u32) -> Result<Option<Vec<u8>>>;

    /// The tenants that have jobs, by id. A look-up across tenants, for whoever does the jobs and never for a door.
    async fn tenants_with_jobs(&self) -> Result<Vec<TenantId>>;

    /// A group by id, whatever its organization; `None` when there is none.
    async fn group(&self, tenant: TenantId, id: Uuid) -> Result<Option<Group>>;

    /// One page of the groups that a query finds, and the exact total.
    async fn groups(&self, tenant: TenantId, query: GroupQuery) -> Result<(Vec<Group>, u64)>;

    /// The groups of an organization, and of these others, in which at least one of these people is, by folded name: the name
    /// of each, and who of them is in it.
    async fn groups_of(
        &self,
        tenant: TenantId,
        organization: OrganizationId,
        also: &[Uuid],
        people: &Numbers,
    ) -> Result<Vec<(String, Numbers)>>;

    /// One page of the organizations that a query finds, and the exact total; none below one that is not known.
    async fn find_organizations(&self, tenant: TenantId, query: OrganizationQuery) -> Result<(Vec<Organization>, u64)>;

    /// One page of the notes that a query finds, and the exact total.
    async fn notes(&self, tenant: TenantId, query: NoteQuery) -> Result<(Vec<Note>, u64)>;

    /// A slice of the people in a group by person number, those in the trash left out.
    ///
    /// **Errors**: `NotFound`.
    async fn members(&self, tenant: TenantId, group: Uuid, offset: u64, limit: usize) -> Result<Vec<Member>>;

    /// The changes of an organization after a revision, oldest first.
    async fn changes(&self, tenant: TenantId, organization: OrganizationId, since: u64, limit: usize) -> Result<Vec<Change>>;

    /// The changes of a whole tenant after a revision, oldest first and at most so many, and where it stands: all as one snapshot
    /// shows it. Zeros and nothing for an unknown tenant.
    async fn history(&self, tenant: TenantId, since: u64, limit: usize) -> Result<History>;

    /// The ids of people by number, those in the trash included, and those who were erased; those without a card, and those whom a
    /// purge removed, are absent.
    async fn ids(&self, tenant: TenantId, numbers: &Numbers) -> Result<BTreeMap<u32, Uuid>>;

    /// All that is kept of the person of this id, in the trash or not, in whichever organization, as one snapshot shows it; `None`
    /// for an id without a card. Who may see it is for the directory to judge.
    async fn held(&self, tenant: TenantId, id: Uuid) -> Result<Option<Held>>;

    /// Removes for good some of the people who went to the trash before this time, and what undo kept for changes
    /// before it: a small slice, so that no request waits for it. Answers how many people went; none means that all is done.
    async fn purge(&self, before: Timestamp) -> Result<u64>;

    /// Looks through everything: rows, sets, log and index must agree. Empty when they do.
    async fn check(&self) -> Result<Vec<Finding>>;

    /// Builds the index anew from the rows.
    async fn rebuild_index(&self) -> Result<()>;

    /// Whether requests can be served.
    ///
    /// **Errors**: `Unavailable` with the reason.
    async fn ready(&self) -> Result<()>;

    /// What is worth watching.
    fn gauges(&self) -> Vec<Gauge>;

    /// What counts requests for all processes on this store; `None` where each counts by itself.
    fn permits(&self) -> Option<Arc<dyn Permits>> {
        None
    }
}
