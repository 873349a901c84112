//! For tests of what stands above the stores: an empty one of each kind, so that whatever holds over one is seen to hold over all.

use std::sync::Arc;

use cardfile_directory::Store;
use cardfile_testdb::Cluster;
use cardfile_testkit::MemoryStore;
use tempfile::TempDir;

/// An empty store, and what goes with it when it is dropped.
pub struct Empty {
    /// What kind it is, for messages.
    pub name: &'static str,
    /// The store.
    pub store: Arc<dyn Store>,
    /// To be kept as long as the store is used: when it is dropped the store is closed, and what it is in is removed.
    pub place: Place,
}

/// Where a store is, until it is dropped.
pub struct Place {
    close: Box<dyn Fn() + Send + Sync>,
    /// A folder or a database of the store's own, if it needs one.
    _kept: Box<dyn Send + Sync>,
}

impl Place {
    fn new(close: impl Fn() + Send + Sync + 'static, kept: impl Send + Sync + 'static) -> Self {
        Place { close: Box::new(close), _kept: Box::new(kept) }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        (self.close)();
    }
}

/// One of each kind: the judge, `SQLite`, PostgreSQL.
///
/// # Panics
/// When one cannot be made.
pub async fn every() -> [Empty; 3] {
    [judge(), sqlite(), postgres().await]
}

/// The simplest possible store.
#[must_use]
pub fn judge() -> Empty {
    Empty { name: "the judge", store: Arc::new(MemoryStore::new()), place: Place::new(|| {}, ()) }
}

/// The embedded store in a file.
///
/// # Panics
/// When it cannot be made.
#[must_use]
pub fn sqlite() -> Empty {
    let folder = TempDir::new().expect("a folder can be made");
    let store = cardfile_store_sqlite::open(folder.path(), cardfile_store_sqlite::Options::default());
    let store = store.expect("a store can be opened");
    let closed = Arc::clone(&store);
    Empty { name: "SQLite", store, place: Place::new(move || closed.close(), folder) }
}

/// The store in a database of the cluster that tests share.
///
/// # Panics
/// When it cannot be made; what to install is told when there is no PostgreSQL.
pub async fn postgres() -> Empty {
    let database = Cluster::shared().database(&cardfile_store_postgres::fingerprint(), prepare);
    let store = cardfile_store_postgres::open(database.url(), cardfile_store_postgres::Options::default()).await;
    let store = store.expect("a store can be opened");
    let closed = Arc::clone(&store);
    Empty { name: "PostgreSQL", store, place: Place::new(move || closed.close(), database) }
}

/// Gives a new database the schema.
///
/// # Panics
/// When that fails.
pub fn prepare(url: &str) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime can be made");
    let options = cardfile_store_postgres::Options::default();
    runtime.block_on(cardfile_store_postgres::migrate(url, &options)).expect("a new database can be prepared");
}
