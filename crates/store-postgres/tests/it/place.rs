//! A database of a test's own.

use std::sync::Arc;

use cardfile_store_postgres::{Options, PostgresStore};
use cardfile_testdb::{Cluster, Database};

/// A database with the schema and nothing in it.
pub fn database() -> Database {
    database_of(Cluster::shared())
}

/// As [`database`], in a cluster of the test's own.
pub fn database_of(cluster: &Cluster) -> Database {
    cluster.database(&cardfile_store_postgres::fingerprint(), |url| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime can be made");
        runtime.block_on(cardfile_store_postgres::migrate(url, &Options::default())).expect("a new database can be prepared");
    })
}

/// The store in a database.
pub async fn open(url: &str) -> Arc<PostgresStore> {
    cardfile_store_postgres::open(url, Options::default()).await.expect("the store can be opened")
}
