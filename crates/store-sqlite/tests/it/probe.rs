//! A store over a database that tests hold up, have fail, and count the reads of.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, mpsc};

use async_trait::async_trait;
use cardfile_directory::{Applied, Author, Clock, Command, Gauge, OrganizationDraft, Registry, Result, Store};
use cardfile_engine::database::Work;
use cardfile_engine::fault::{given_up, overloaded};
use cardfile_engine::sql::Connection;
use cardfile_engine::{Database, Engine, Point, Settings};
use cardfile_model::{Contact, Filter, OrganizationId, Query, TenantId, Write};
use cardfile_store_sqlite::{Options, SqliteDatabase};
use tokio::sync::oneshot;
use uuid::Uuid;

use crate::counted::Counted;
use crate::place::Place;

/// The file, and what is done to those who use it.
pub struct Probe {
    file: Arc<SqliteDatabase>,
    reads: Mutex<Vec<Hold>>,
    writes: Mutex<Vec<Hold>>,
    failure: Mutex<Option<Failure>>,
    cards: AtomicU64,
}

/// When transactions fail.
#[derive(Debug, Clone, Copy)]
pub enum Failure {
    /// They cannot begin.
    Begin,
    /// All is done, and then they cannot be committed.
    Commit,
}

/// What holds up a read or a transaction.
struct Hold {
    begins: oneshot::Sender<()>,
    told: mpsc::Receiver<()>,
    ends: oneshot::Sender<Result<()>>,
}

/// A read or a transaction that is held up until it is told to go on.
pub struct Held {
    begun: oneshot::Receiver<()>,
    end: mpsc::Sender<()>,
    ended: oneshot::Receiver<Result<()>>,
}

/// One that has begun and waits.
pub struct Waiting {
    end: mpsc::Sender<()>,
    ended: oneshot::Receiver<Result<()>>,
}

impl Held {
    /// Waits until it has begun.
    pub async fn begun(self) -> Waiting {
        self.begun.await.expect("it begins");
        Waiting { end: self.end, ended: self.ended }
    }
}

impl Waiting {
    /// Has it go on; answers, in the end, how it went.
    pub fn go_on(self) -> oneshot::Receiver<Result<()>> {
        self.end.send(()).expect("it waits");
        self.ended
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn held(list: &Mutex<Vec<Hold>>) -> Held {
    let ((begins, begun), (end, told), (ends, ended)) = (oneshot::channel(), mpsc::channel(), oneshot::channel());
    lock(list).push(Hold { begins, told, ends });
    Held { begun, end, ended }
}

/// Does something, held up if it is to be.
fn through(hold: Option<Hold>, work: impl FnOnce() -> Result<()>) -> Result<()> {
    let Some(Hold { begins, told, ends }) = hold else { return work() };
    begins.send(()).ok();
    told.recv().ok();
    let done = work();
    ends.send(done.as_ref().map(drop).map_err(|error| cardfile_directory::Error::internal(error.to_string()))).ok();
    done
}

impl Probe {
    /// Holds up the next read that is asked for by a request.
    pub fn hold_read(&self) -> Held {
        held(&self.reads)
    }

    /// Holds up the next transaction.
    pub fn hold_write(&self) -> Held {
        held(&self.writes)
    }

    /// Has all transactions fail from now on, or none.
    pub fn fail(&self, failure: Option<Failure>) {
        *lock(&self.failure) = failure;
    }

    /// How many cards were read from snapshots since this was asked last.
    pub fn cards_read(&self) -> u64 {
        self.cards.swap(0, Ordering::Relaxed)
    }
}

#[async_trait]
impl Database for Probe {
    fn lend(&self, work: &mut Work<'_>) -> Result<()> {
        self.file.lend(work)
    }

    fn lend_snapshot(&self, work: &mut Work<'_>) -> Result<()> {
        let is_request = tokio::runtime::Handle::try_current().is_ok();
        let hold = if is_request { lock(&self.reads).pop() } else { None };
        let work = &mut |connection: &Connection| work(&Counted { connection, cards: &self.cards });
        through(hold, || self.file.lend_snapshot(work))
    }

    fn transact(&self, work: &mut Work<'_>) -> Result<()> {
        let hold = lock(&self.writes).pop();
        through(hold, || {
            let failure = *lock(&self.failure);
            match failure {
                None => self.file.transact(work),
                Some(Failure::Begin) => Err(overloaded()),
                Some(Failure::Commit) => self.file.transact(&mut |connection| work(connection).and_then(|()| Err(given_up()))),
            }
        })
    }

    async fn point(&self, tenant: TenantId, id: Uuid) -> Result<Option<Point>> {
        self.file.point(tenant, id).await
    }

    fn may_repeat(&self) -> bool {
        self.file.may_repeat()
    }

    fn is_remote(&self) -> bool {
        self.file.is_remote()
    }

    fn writers(&self) -> usize {
        self.file.writers()
    }

    fn close(&self) {
        self.file.close();
    }

    fn diagnose(&self) -> Result<Vec<String>> {
        self.file.diagnose()
    }

    fn gauges(&self) -> Vec<Gauge> {
        self.file.gauges()
    }
}

/// Two tenants in a store over such a database; the place is one of them through another store, as another process would have it.
pub struct Bench {
    pub store: Arc<Engine<Probe>>,
    pub place: Place,
    pub ours: TenantId,
    pub theirs: TenantId,
}

impl Bench {
    /// New tenants in a store with so many places for searches.
    pub async fn new(readers: usize) -> Self {
        let place = Place::new().await;
        let options = Options { readers, ..Options::default() };
        let file = cardfile_store_sqlite::database(place.directory.path(), options).expect("a file can be opened");
        let probe = Probe {
            file,
            reads: Mutex::default(),
            writes: Mutex::default(),
            failure: Mutex::default(),
            cards: AtomicU64::new(0),
        };
        let Options { queue, ordered_people, .. } = options;
        let store = Engine::start(Arc::new(probe), Settings { readers, queue, ordered_people }).expect("a store can be started");
        let theirs = place.id();
        let draft = OrganizationDraft::new(OrganizationId(theirs), "Elsewhere");
        store.add_organization(draft, place.clock.now()).await.expect("a tenant can be made");
        Bench { store, ours: place.tenant, theirs: TenantId(theirs), place }
    }

    pub fn probe(&self) -> &Probe {
        self.store.database()
    }

    pub fn query(&self, tenant: TenantId, filter: Filter) -> Query {
        Query { organization: OrganizationId(tenant.0), ..self.place.query(filter) }
    }

    /// How many people a filter finds.
    pub async fn count(&self, tenant: TenantId, filter: Filter) -> u64 {
        self.store.find(tenant, self.query(tenant, filter)).await.expect("people can be found").total
    }

    /// Makes one person in a tenant, through a door.
    pub async fn create(&self, tenant: TenantId, contact: Contact, door: &'static str) -> Result<Applied> {
        let Command::Write(mut batch) = self.place.batch(vec![Write::Create { id: self.place.id(), contact: Box::new(contact) }])
        else {
            unreachable!("a batch is written")
        };
        batch.organization = OrganizationId(tenant.0);
        let Author { time, limits, .. } = self.place.author();
        self.store.apply(tenant, Author::unbound(time, None, door, limits), Command::Write(batch)).await
    }
}
