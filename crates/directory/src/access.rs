//! The front desk: who calls, which organization, and what they may do there.

use std::sync::Arc;
use std::time::Duration;

use cardfile_model::{Audience, Contact, Limits, Organization, OrganizationId, Role, TenantId, Tree};
use jiff::SignedDuration;
use uuid::Uuid;

use crate::applied::Applied;
use crate::bell::Bell;
use crate::caller::{Caller, Need};
use crate::clock::{Clock, Ids};
use crate::contacts::{Editor, Reader};
use crate::error::{Action, Error, Reason, Result};
use crate::groups::{GroupEditor, GroupReader};
use crate::passwords::Pool;
use crate::protections::Protections;
use crate::store::{Author, Command, Store};
use crate::tenancy::Memory;
use crate::throttle::Throttle;
use crate::token::Token;

/// What an operator may set about the directory itself.
#[derive(Debug, Clone)]
pub struct Settings {
    /// How much of everything there may be.
    pub limits: Limits,
    /// How long people stay in the trash and changes can be undone.
    pub retention: SignedDuration,
    /// Whether contacts may be shown to groups that are not known, as while data is carried over from elsewhere.
    pub admits_unknown_groups: bool,
    /// Whether people without a card may be put into groups by their id.
    pub admits_unknown_members: bool,
    /// Which doors are bound by what protects people and organizations.
    pub protections: Protections,
    /// How people sign in.
    pub logins: Logins,
}

/// What an operator may set about signing in with a password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Logins {
    /// Failures of one account within the window, after which it is not tried any more.
    pub failures: u32,
    /// Failures from one address within the window, whatever the account.
    pub failures_by_address: u32,
    /// How long failures count, from the first of them.
    pub window: SignedDuration,
    /// Threads that hash passwords; each takes 19 MiB while it does.
    pub workers: usize,
    /// Hashes that may wait for these; further ones are turned away.
    pub waiting: usize,
}

impl Default for Logins {
    fn default() -> Self {
        Logins { failures: 10, failures_by_address: 100, window: SignedDuration::from_mins(15), workers: 1, waiting: 64 }
    }
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            limits: Limits::default(),
            retention: SignedDuration::from_hours(30 * 24),
            admits_unknown_groups: false,
            admits_unknown_members: true,
            protections: Protections::default(),
            logins: Logins::default(),
        }
    }
}

/// The directory: the use cases over one store.
pub struct Directory {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) ids: Arc<dyn Ids>,
    pub(crate) settings: Settings,
    pub(crate) passwords: Pool,
    pub(crate) throttle: Arc<Throttle>,
    limits: Arc<Limits>,
    callers: Memory<Token, Caller>,
    trees: Memory<TenantId, Tree>,
    bell: Bell,
}

impl Directory {
    /// A directory over a store.
    #[must_use]
    pub fn new(store: Arc<dyn Store>, clock: Arc<dyn Clock>, ids: Arc<dyn Ids>, settings: Settings) -> Self {
        let limits = Arc::new(settings.limits.clone());
        let Logins { failures, failures_by_address, window, workers, waiting } = settings.logins;
        let throttle = Arc::new(Throttle::new(failures, failures_by_address, window));
        let passwords = Pool::new(workers, waiting);
        let (callers, trees) = (Memory::new(), Memory::new());
        Directory { store, clock, ids, settings, passwords, throttle, limits, callers, trees, bell: Bell::default() }
    }

    /// What was set.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Time as the directory sees it.
    #[must_use]
    pub fn clock(&self) -> &dyn Clock {
        &*self.clock
    }

    /// Who a bearer token stands for. A token revoked by another process is still known for up to a second.
    ///
    /// # Errors
    /// `Unauthenticated` for a token that is not known or has ended.
    pub async fn identify(&self, token: &str) -> Result<Arc<Caller>> {
        let token = Token::read(token).ok_or(Error::Unauthenticated)?;
        let now = self.clock.now();
        let caller = if let Some(caller) = self.callers.recall(&token, now) {
            caller
        } else {
            let forgotten = self.callers.forgotten();
            let caller = self.store.caller(token).await?.ok_or(Error::Unauthenticated)?;
            self.callers.remember(token, now, forgotten, caller)
        };
        match caller.principal.expires {
            Some(end) if end <= now => Err(Error::Unauthenticated),
            _ => Ok(caller),
        }
    }

    /// A place at an organization's desk, for a door of this name.
    ///
    /// # Errors
    /// `Forbidden` for an organization that is neither the caller's nor, for an administrator, below it, whether it exists or
    /// not; `Unavailable` while it is locked.
    pub async fn desk<'a>(&'a self, caller: &'a Caller, id: OrganizationId, door: &'static str) -> Result<Desk<'a>> {
        let tree = self.tree(caller.tenant).await?;
        let home = caller.principal.organization;
        let is_reached = id == home || (caller.principal.role == Role::Admin && tree.is_within(id, home));
        let organization = tree.get(id).filter(|_| is_reached).ok_or(Error::Forbidden { action: Action::Organization })?;
        if organization.is_locked {
            return Err(Error::Unavailable { reason: Reason::Locked, retry_after: Duration::from_mins(1) });
        }
        let above = tree.above(id).map(|above| above.id).collect();
        let country = tree.country(id).map(str::to_owned);
        let organization = Arc::clone(organization);
        Ok(Desk { directory: self, caller, organization, above, country, tree: Arc::clone(&tree), door })
    }

    /// The desk of the organization that a group belongs to.
    ///
    /// # Errors
    /// `NotFound` for a group that is not known, or whose organization is out of reach; `Unavailable` while that is locked.
    pub async fn desk_of_group<'a>(&'a self, caller: &'a Caller, group: Uuid, door: &'static str) -> Result<Desk<'a>> {
        let found = self.store.group(caller.tenant, group).await?.ok_or_else(|| Error::no_group(group))?;
        match self.desk(caller, found.organization, door).await {
            Err(Error::Forbidden { .. }) => Err(Error::no_group(group)),
            desk => desk,
        }
    }

    /// What ends when this process changes something in the tenant of a caller, and at once when the directory is closed. What
    /// other processes change wakes nobody: whoever waits looks again from time to time. To be asked for before it is looked
    /// whether anything changed, so that nothing is missed in between.
    pub fn change_in(&self, caller: &Caller) -> impl Future<Output = ()> + Send + use<> {
        let heard = self.bell.listen(caller.tenant);
        async move {
            // It is woken by the end of the sender.
            let _woken = heard.await;
        }
    }

    /// Wakes all who wait for a change, now and from now on, so that the server can stop.
    pub fn close(&self) {
        self.bell.close();
    }

    /// Whether nobody is to wait for a change any more.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.bell.is_closed()
    }

    /// Does a command, and wakes those who wait for a change.
    pub(crate) async fn apply(&self, tenant: TenantId, author: Author, command: Command) -> Result<Applied> {
        let applied = self.store.apply(tenant, author, command).await?;
        if applied.is_changed {
            self.bell.ring(tenant);
        }
        Ok(applied)
    }

    /// The organizations of a tenant, remembered for a moment: asking the store is cheap, but not for nothing.
    pub(crate) async fn tree(&self, tenant: TenantId) -> Result<Arc<Tree>> {
        let now = self.clock.now();
        if let Some(tree) = self.trees.recall(&tenant, now) {
            return Ok(tree);
        }
        let forgotten = self.trees.forgotten();
        Ok(self.trees.remember(tenant, now, forgotten, self.store.tree(tenant).await?))
    }

    pub(crate) fn forget_remembered(&self) {
        self.callers.forget();
        self.trees.forget();
    }

    pub(crate) fn author(&self, principal: Option<Uuid>, door: &'static str) -> Author {
        let author = Author::unbound(self.clock.now(), principal, door, Arc::clone(&self.limits));
        Author { protected: self.settings.protections.of(door), ..author }
    }
}

/// A caller at an organization's desk: known to belong there, not yet known to be allowed anything.
pub struct Desk<'a> {
    pub(crate) directory: &'a Directory,
    pub(crate) caller: &'a Caller,
    pub(crate) organization: Arc<Organization>,
    /// The organizations above it, the nearest first.
    pub(crate) above: Vec<OrganizationId>,
    pub(crate) country: Option<String>,
    pub(crate) tree: Arc<Tree>,
    pub(crate) door: &'static str,
}

impl<'a> Desk<'a> {
    /// The organization.
    #[must_use]
    pub fn organization(&self) -> &Organization {
        &self.organization
    }

    /// The organizations above it, the nearest first: whose contacts it inherits.
    #[must_use]
    pub fn above(&self) -> &[OrganizationId] {
        &self.above
    }

    /// The country that the organization's phone numbers are dialled in, its own or that of the nearest above that has one.
    #[must_use]
    pub fn country(&self) -> Option<&str> {
        self.country.as_deref()
    }

    /// The organization whose contact this is.
    #[must_use]
    pub fn home_of(&self, contact: &Contact) -> OrganizationId {
        let home = self.tree.at(contact.home());
        // Who is read right after their organization was made by another process is told to be at this desk's.
        home.map_or(self.organization.id, |home| home.id)
    }

    /// May read contacts.
    ///
    /// # Errors
    /// `Forbidden` without the scope.
    pub fn reader(&self) -> Result<Reader<'_, 'a>> {
        self.covered(Need::ReadContacts)?;
        Ok(Reader { desk: self })
    }

    /// May write contacts.
    ///
    /// # Errors
    /// `Forbidden` without the scope, or for a principal who is not an administrator.
    pub fn editor(&self) -> Result<Editor<'_, 'a>> {
        self.covered(Need::WriteContacts)?;
        self.administrator()?;
        Ok(Editor { desk: self })
    }

    /// May read groups.
    ///
    /// # Errors
    /// As [`Desk::editor`].
    pub fn group_reader(&self) -> Result<GroupReader<'_, 'a>> {
        self.covered(Need::ReadGroups)?;
        self.administrator()?;
        Ok(GroupReader { desk: self })
    }

    /// May write groups.
    ///
    /// # Errors
    /// As [`Desk::editor`].
    pub fn group_editor(&self) -> Result<GroupEditor<'_, 'a>> {
        self.covered(Need::WriteGroups)?;
        self.administrator()?;
        Ok(GroupEditor { desk: self })
    }

    pub(crate) fn covered(&self, need: Need) -> Result<()> {
        if self.caller.principal.scopes.cover(need) { Ok(()) } else { Err(Error::Forbidden { action: Action::Scope }) }
    }

    pub(crate) fn administrator(&self) -> Result<()> {
        match self.caller.principal.role {
            Role::Admin => Ok(()),
            Role::Reader => Err(Error::Forbidden { action: Action::Role }),
        }
    }

    pub(crate) fn audience(&self) -> Audience {
        match self.caller.principal.role {
            Role::Admin => Audience::Everything,
            Role::Reader => Audience::Person(self.caller.principal.person),
        }
    }

    pub(crate) fn author(&self) -> Author {
        let person = Some(self.caller.principal.person);
        Author { person, ..self.directory.author(Some(self.caller.principal.id), self.door) }
    }
}
