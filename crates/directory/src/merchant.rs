//! A merchant's business: the accounts below an organization, and everyone in them.

mod accounts;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use cardfile_model::{
    Batch, Contact, Filter, Limits, Membership, Mode, Numbers, Order, Organization, OrganizationId, Page, Query, Reach, Record,
    Role, Sources, TenantId, Tree, Write, role,
};
use uuid::Uuid;

pub use accounts::Account;

use crate::access::Directory;
use crate::applied::Applied;
use crate::caller::{Caller, Need};
use crate::error::{Action, Error, Kind, Reason, Result};
use crate::store::{Author, Command, Delegation};

/// Leave to work with the accounts below the caller's organization, the merchant, and with everyone in them.
///
/// An administrator may do all of it. Anybody else only reads, and writes as a [`Delegate`] for themselves: what they may read is for the door to say.
pub struct Merchant<'a> {
    directory: &'a Directory,
    caller: &'a Caller,
    door: &'static str,
    tree: Arc<Tree>,
    home: Arc<Organization>,
}

/// Somebody in whose name an account is changed: they may because of a role they hold there, which is judged again in the
/// transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Delegate {
    /// The person.
    pub person: Uuid,
    /// The roles of which one is enough.
    pub roles: &'static [&'static str],
}

impl Delegate {
    /// Who asks as the account's delegated administrator.
    #[must_use]
    pub fn administrator(person: Uuid) -> Self {
        Delegate { person, roles: &[role::ADMIN] }
    }
}

/// Writes to people of a merchant, and on whose behalf.
#[derive(Debug, Clone)]
pub struct Task {
    /// The account that it is about: where the log tells of it, and where new people go that do not say where they belong.
    pub account: OrganizationId,
    /// Who asks for it, if not the merchant.
    pub delegate: Option<Delegate>,
    /// What one failing write means for the others.
    pub mode: Mode,
    /// Whether an e-mail address that comes onto a card must be on no other of the tenant.
    pub has_unique_emails: bool,
    /// The writes.
    pub writes: Vec<Write>,
}

impl Directory {
    /// The merchant whom a caller works for, or buys from.
    ///
    /// # Errors
    /// `Forbidden` without the scope; `Unavailable` while the merchant is locked.
    pub async fn merchant<'a>(&'a self, caller: &'a Caller, need: Need, door: &'static str) -> Result<Merchant<'a>> {
        let principal = &caller.principal;
        if !principal.scopes.cover(need) {
            return Err(Error::Forbidden { action: Action::Scope });
        }
        if need != Need::CommerceStore && principal.role != Role::Admin {
            return Err(Error::Forbidden { action: Action::Role });
        }
        let tree = self.tree(caller.tenant).await?;
        let home = tree.get(principal.organization).cloned().ok_or(Error::Forbidden { action: Action::Organization })?;
        if home.is_locked {
            return Err(Error::Unavailable { reason: Reason::Locked, retry_after: Duration::from_mins(1) });
        }
        Ok(Merchant { directory: self, caller, door, tree, home })
    }
}

impl Merchant<'_> {
    /// The tenant it is in.
    #[must_use]
    pub fn tenant(&self) -> TenantId {
        self.caller.tenant
    }

    /// The merchant's own organization.
    #[must_use]
    pub fn home(&self) -> &Organization {
        &self.home
    }

    /// The directory it is in.
    #[must_use]
    pub fn directory(&self) -> &Directory {
        self.directory
    }

    /// How much of everything there may be.
    #[must_use]
    pub fn limits(&self) -> &Limits {
        &self.directory.settings.limits
    }

    /// A new id for a person.
    #[must_use]
    pub fn next_id(&self) -> Uuid {
        self.directory.ids.next()
    }

    /// The account of a number.
    #[must_use]
    pub fn account(&self, number: u32) -> Option<&Arc<Organization>> {
        self.tree.at(number).filter(|found| found.id != self.home.id && self.tree.is_within(found.id, self.home.id))
    }

    /// The account of an id.
    #[must_use]
    pub fn account_by_id(&self, id: OrganizationId) -> Option<&Arc<Organization>> {
        self.account(self.tree.get(id)?.number)
    }

    /// The accounts above one, the nearest first.
    pub fn above(&self, id: OrganizationId) -> impl Iterator<Item = &Arc<Organization>> {
        self.tree.above(id).take_while(|above| above.id != self.home.id)
    }

    /// Whether all is the merchant's where somebody belongs. Of who belongs elsewhere too, not everything is the merchant's to change.
    #[must_use]
    pub fn has_all_of(&self, contact: &Contact) -> bool {
        let is_within =
            |known: &Membership| self.tree.at(known.organization).is_some_and(|at| self.tree.is_within(at.id, self.home.id));
        contact.memberships.iter().all(is_within)
    }

    /// Everyone whom a filter finds, wherever they belong below the merchant: one page, `(offset, limit)`. The orders come foremost
    /// first, each with whether it is turned round; none is that of numbers.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn people(&self, filter: Filter, orders: Vec<(Order, bool)>, slice: (u64, usize)) -> Result<Page> {
        let (mut orders, (offset, limit)) = (orders.into_iter(), slice);
        let (order, is_descending) = orders.next().unwrap_or((Order::Number, false));
        let query = Query { order, is_descending, then: orders.collect(), offset, limit, ..self.everyone(filter) };
        self.directory.store.find(self.caller.tenant, query).await
    }

    /// The same as one snapshot's set.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn numbers(&self, filter: Filter) -> Result<Numbers> {
        self.directory.store.numbers(self.caller.tenant, self.everyone(filter)).await
    }

    /// The people of these numbers who are there, by the number they were asked for: also of those who were merged into another.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn people_of(&self, numbers: Numbers) -> Result<BTreeMap<u32, Record>> {
        let page = self.people(Filter::Called(numbers.clone()), Vec::new(), (0, usize::MAX)).await?;
        Ok(crate::contacts::called(page.records, &numbers))
    }

    /// The person of a number.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn person(&self, number: u32) -> Result<Option<Record>> {
        Ok(self.people_of([number].into()).await?.into_values().next())
    }

    /// The shopper who calls; `None` for who is none.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn shopper(&self) -> Result<Option<Record>> {
        let filter = Filter::Ids(vec![self.caller.principal.person]);
        Ok(self.people(filter, Vec::new(), (0, 1)).await?.records.pop())
    }

    /// Writes to people below the merchant.
    ///
    /// # Errors
    /// `TooLarge` for more writes than `batch_items` allows; `Forbidden` for who is neither an administrator nor the delegate
    /// who asks, for a delegate without any of the roles in the account, and for what is protected; those of the writes.
    pub async fn write(&self, task: Task) -> Result<Applied> {
        let (account, delegate) = (task.account, task.delegate);
        self.delegated(delegate)?;
        let batch = self.batch(task)?;
        let author = self.author(delegate.map(|delegate| (delegate, account)))?;
        self.directory.apply(self.caller.tenant, author, Command::Write(batch)).await
    }

    /// Takes back a change that a write for this account has just made: what had to follow it cannot be.
    ///
    /// # Errors
    /// `Forbidden` as [`Merchant::write`]; those of [`Command::Undo`], `Stale` among them when somebody was touched again since.
    pub async fn take_back(&self, account: OrganizationId, change: u64, delegate: Option<Delegate>) -> Result<()> {
        self.delegated(delegate)?;
        let undo = Command::Undo { organization: account, change, is_forced: false };
        self.directory.apply(self.caller.tenant, self.author(None)?, undo).await?;
        Ok(())
    }

    /// The writes of a task as the store takes them.
    fn batch(&self, task: Task) -> Result<Batch> {
        let Task { account: organization, delegate: _, mode, has_unique_emails, writes } = task;
        let most = self.limits().batch_items;
        if writes.len() > most {
            return Err(Error::TooLarge { limit: "batch_items", most: most as u64 });
        }
        let (reach, sources) = (Reach::Below(self.home.id), Sources::Any);
        let (admits_unknown_groups, most_blanked) = (false, None);
        Ok(Batch { organization, reach, sources, mode, admits_unknown_groups, has_unique_emails, most_blanked, writes })
    }

    fn everyone(&self, filter: Filter) -> Query {
        Query::of(self.home.id, Reach::Below(self.home.id), filter)
    }

    fn known(&self, id: OrganizationId) -> Result<&Arc<Organization>> {
        self.account_by_id(id).ok_or_else(|| Error::NotFound { kind: Kind::Organization, id: id.to_string() })
    }

    fn administrator(&self) -> Result<()> {
        let is_one = self.caller.principal.role == Role::Admin;
        if is_one { Ok(()) } else { Err(Error::Forbidden { action: Action::Role }) }
    }

    /// Who is not an administrator asks for themselves.
    fn delegated(&self, delegate: Option<Delegate>) -> Result<()> {
        if delegate.is_some_and(|delegate| delegate.person == self.caller.principal.person) {
            Ok(())
        } else {
            self.administrator()
        }
    }

    fn author(&self, delegate: Option<(Delegate, OrganizationId)>) -> Result<Author> {
        let author = self.directory.author(Some(self.caller.principal.id), self.door);
        let Some((Delegate { person, roles }, account)) = delegate else { return Ok(author) };
        let delegated = Some(Delegation { organization: self.known(account)?.number, roles });
        Ok(Author { person: Some(person), delegated, ..author })
    }
}
