//! A database of a test's own.

use std::sync::Arc;

use cardfile_store_postgres::{Options, PostgresStore};
use cardfile_testdb::{Cluster, Database};
use tokio_postgres::{Client, NoTls};

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

/// A database with nothing at all in it.
pub fn empty() -> Database {
    Cluster::shared().database("nothing", |_| {})
}

/// The store in a database.
pub async fn open(url: &str) -> Arc<PostgresStore> {
    cardfile_store_postgres::open(url, Options::default()).await.expect("the store can be opened")
}

/// A connection of a test's own.
pub async fn client(url: &str) -> Client {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.expect("the database can be reached");
    tokio::spawn(connection);
    client
}
