//! One tenant in a store of its own, and what the tests ask of it, in few words.

use std::path::Path;
use std::sync::Arc;

use cardfile_directory::{Applied, Author, Clock, Command, Error, Ids, OrganizationDraft, Registry, Result, Store, Trash};
use cardfile_model::{
    Audience, Batch, Contact, Edit, Expect, Filter, GroupDraft, Limits, Mode, Order, OrganizationId, Page, Patch, Query, Reach,
    Selection, Sources, TenantId, Unknown, Write,
};
use cardfile_store_sqlite::{Options, SqliteStore};
use cardfile_testkit::{CountingIds, FixedClock, person};
use jiff::SignedDuration;
use rusqlite::Connection;
use tempfile::TempDir;
use uuid::Uuid;

/// A tenant whose root organization is tried.
pub struct Place {
    pub store: Arc<SqliteStore>,
    pub tenant: TenantId,
    pub clock: Arc<FixedClock>,
    ids: Arc<CountingIds>,
    pub directory: Arc<TempDir>,
}

/// Opens the store in a directory as usual.
pub fn open(directory: &Path) -> Arc<SqliteStore> {
    cardfile_store_sqlite::open(directory, Options::default()).expect("a store can be opened")
}

impl Place {
    /// A new tenant in a new store.
    pub async fn new() -> Self {
        Place::with(Options::default()).await
    }

    /// A new tenant in a new store that uses the machine so.
    pub async fn with(options: Options) -> Self {
        let directory = tempfile::tempdir().expect("a temporary directory can be made");
        let store = cardfile_store_sqlite::open(directory.path(), options).expect("a new store can be opened");
        let ids = CountingIds::new(4);
        let id = ids.next();
        let clock = FixedClock::default();
        let draft = OrganizationDraft::new(OrganizationId(id), "Quayside");
        store.add_organization(draft, clock.now()).await.expect("a tenant can be made");
        let (clock, ids, directory) = (Arc::new(clock), Arc::new(ids), Arc::new(directory));
        Place { store, tenant: TenantId(id), clock, ids, directory }
    }

    /// The same tenant through another store on the same directory, as another process would have it.
    pub fn beside(&self) -> Place {
        let (clock, ids, directory) = (Arc::clone(&self.clock), Arc::clone(&self.ids), Arc::clone(&self.directory));
        Place { store: open(directory.path()), tenant: self.tenant, clock, ids, directory }
    }

    /// The same tenant after the store was closed and opened again.
    pub fn reopened(self) -> Place {
        self.store.close();
        self.beside()
    }

    pub fn organization(&self) -> OrganizationId {
        OrganizationId(self.tenant.0)
    }

    pub fn id(&self) -> Uuid {
        self.ids.next()
    }

    /// Whoever writes, a second after whoever did before.
    pub fn author(&self) -> Author {
        let time = self.clock.advance(SignedDuration::from_secs(1));
        Author::unbound(time, None, "test", Arc::new(Limits::default()))
    }

    pub async fn apply(&self, command: Command) -> Result<Applied> {
        self.store.apply(self.tenant, self.author(), command).await
    }

    pub fn batch(&self, writes: Vec<Write>) -> Command {
        let organization = self.organization();
        Command::Write(Batch {
            organization,
            reach: Reach::Own,
            sources: Sources::Any,
            mode: Mode::Each,
            admits_unknown_groups: true,
            has_unique_emails: false,
            most_blanked: None,
            writes,
        })
    }

    /// Does writes, all of which must go well; answers the revision.
    pub async fn write(&self, writes: Vec<Write>) -> u64 {
        let applied = self.apply(self.batch(writes)).await.expect("a batch can be written");
        let failed = applied.outcomes.iter().find(|outcome| outcome.is_err());
        assert!(failed.is_none(), "{failed:?}");
        applied.revision
    }

    /// Makes contacts in one batch; answers their ids.
    pub async fn create(&self, contacts: impl IntoIterator<Item = Contact>) -> Vec<Uuid> {
        let made = contacts.into_iter().map(|contact| (self.id(), contact));
        let (ids, writes) = made.map(|(id, contact)| (id, Write::Create { id, contact: Box::new(contact) })).unzip();
        self.write(writes).await;
        ids
    }

    /// Makes the sample people `first`, `first + 1`, …; answers their ids.
    pub async fn populate(&self, first: u32, count: u32) -> Vec<Uuid> {
        self.create((first..first + count).map(person)).await
    }

    /// An organization below the root, with people of these names; answers its id and theirs.
    pub async fn annex(&self, names: &[&str]) -> (OrganizationId, Vec<Uuid>) {
        let draft = OrganizationDraft { tenant: Some(self.tenant), ..OrganizationDraft::new(OrganizationId(self.id()), "Annex") };
        let annex = self.store.add_organization(draft, self.clock.now()).await.expect("an organization can be made").id;
        let Command::Write(mut batch) = self.batch(Vec::new()) else { unreachable!("a batch is written") };
        let ids: Vec<Uuid> = names.iter().map(|_| self.id()).collect();
        let create = |(id, name): (&Uuid, &&str)| Write::Create { id: *id, contact: Box::new(named(name)) };
        (batch.organization, batch.writes) = (annex, ids.iter().zip(names).map(create).collect());
        self.apply(Command::Write(batch)).await.expect("a batch can be written");
        (annex, ids)
    }

    pub async fn trash(&self, selection: Selection) -> Applied {
        let trash = Trash { organization: self.organization(), sources: Sources::Any, selection };
        self.apply(Command::Trash(trash)).await.expect("people can go to the trash")
    }

    pub async fn undo(&self, change: u64) -> Result<Applied> {
        self.apply(Command::Undo { organization: self.organization(), change, is_forced: false }).await
    }

    pub async fn create_group(&self, name: &str, members: Selection) -> Uuid {
        let (id, organization, name) = (self.id(), self.organization(), name.to_owned());
        let draft = GroupDraft { id, organization, parent: None, name, description: None, members, unknown: Unknown::Admit };
        self.apply(Command::CreateGroup(draft)).await.expect("a group can be made");
        id
    }

    pub fn query(&self, filter: Filter) -> Query {
        let (organization, sources, audience) = (self.organization(), Sources::Any, Audience::Everything);
        Query {
            organization,
            life: cardfile_model::Life::Live,
            reach: Reach::Members,
            then: Vec::new(),
            sources,
            audience,
            filter,
            order: Order::Number,
            is_descending: false,
            offset: 0,
            limit: 10_000,
        }
    }

    pub async fn page(&self, query: Query) -> Page {
        self.store.find(self.tenant, query).await.expect("people can be found")
    }

    /// The numbers of those whom a filter finds.
    pub async fn find(&self, filter: Filter) -> Vec<u32> {
        let page = self.page(self.query(filter)).await;
        assert_eq!(page.total, page.records.len() as u64);
        page.records.into_iter().map(|record| record.number).collect()
    }

    /// The numbers of everyone in the order of names.
    pub async fn by_name(&self) -> Vec<u32> {
        let mut query = self.query(Filter::All);
        query.order = Order::Name;
        self.page(query).await.records.into_iter().map(|record| record.number).collect()
    }

    /// What the check finds.
    pub async fn findings(&self) -> Vec<(String, bool)> {
        let findings = self.store.check().await.expect("a store can be checked");
        findings.into_iter().map(|finding| (finding.message, finding.is_mended_by_rebuild)).collect()
    }

    pub async fn is_sound(&self) {
        assert_eq!(self.findings().await, []);
    }

    /// A connection of its own to the file.
    pub fn file(&self) -> Connection {
        let connection = Connection::open(self.directory.path().join("cardfile.db")).expect("the file can be opened");
        connection.busy_timeout(std::time::Duration::from_secs(10)).expect("a timeout can be set");
        connection
    }

    /// A number that a statement answers about the file.
    pub fn ask(&self, sql: &str) -> u64 {
        self.file().query_row(sql, [], |row| row.get(0)).expect("the statement answers a number")
    }

    /// Waits until a statement about the file answers this, for ten seconds at most.
    pub async fn wait_for(&self, sql: &str, wanted: u64) {
        for _ in 0..500 {
            if self.ask(sql) == wanted {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        panic!("{sql}: {} instead of {wanted}", self.ask(sql));
    }
}

/// The write that gives somebody a name.
pub fn rename(id: Uuid, name: &str) -> Write {
    let patch = Patch { display_name: Edit::Set(name.into()), ..Patch::default() };
    Write::Patch { id, expect: Expect::Any, patch: Box::new(patch) }
}

/// A contact of this name and nothing else.
pub fn named(name: &str) -> Contact {
    Contact { source: "Own".into(), display_name: Some(name.into()), ..Contact::default() }
}

/// Whether the store said that it is not there for now.
pub fn is_unavailable<T>(answer: &Result<T>) -> bool {
    matches!(answer, Err(Error::Unavailable { .. }))
}
