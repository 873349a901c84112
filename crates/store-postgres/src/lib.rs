//! The store for more than one machine: the directory in PostgreSQL, or in an engine that speaks its wire.
//!
//! What is done with people, groups and the index is the engine's (`cardfile-engine`); here is what PostgreSQL adds: connections
//! (`connect.rs`, `hosts.rs`, `tls.rs`), lending them (`pool.rs`), the engine's statements on them (`link.rs`, `words.rs`), single
//! contacts on shared ones (`points.rs`), requests counted for all servers (`permits.rs`), transactions and when they are done anew
//! (`database.rs`), the schema (`migrate.rs`), and the tables spread over machines (`distribute.rs`).
//!
//! Any number of processes may use one database. Nothing is left on a connection between transactions, so that a pooler may
//! stand in between, and every statement names the tenant its rows are spread by.

mod connect;
mod database;
mod distribute;
mod fault;
mod hosts;
mod link;
mod migrate;
mod options;
mod permits;
mod points;
mod pool;
mod statements;
mod tls;
mod value;
mod words;

use std::sync::Arc;

use cardfile_directory::{Error, Result};
use cardfile_engine::Settings;
use tokio::runtime::Handle;

use connect::Connector;
pub use database::PostgresDatabase;
pub use distribute::{Distributed, Engine, TABLES, distribute};
pub use migrate::Schema;
pub use options::Options;

/// The directory in a PostgreSQL database.
pub type PostgresStore = cardfile_engine::Engine<PostgresDatabase>;

/// Opens the store in the database of a URL, whose schema must be up to date, and brings the index up to date. Within a runtime,
/// on which its connections live.
///
/// # Errors
/// `Invalid` for a URL that cannot be read and a database whose schema is another, `Unavailable` when it does not answer.
pub async fn open(url: &str, options: Options) -> Result<Arc<PostgresStore>> {
    let Options { readers, queue, ordered_people, .. } = options;
    let store = cardfile_engine::Engine::start(database(url, options).await?, Settings { readers, queue, ordered_people })?;
    let renewing = Arc::clone(&store);
    tokio::task::spawn_blocking(move || renewing.renew_index()).await.map_err(Error::internal)??;
    Ok(store)
}

/// As [`open`], without the store over it: for what is done with a database as a whole.
///
/// # Errors
/// As [`open`].
pub async fn database(url: &str, options: Options) -> Result<Arc<PostgresDatabase>> {
    let connector = Connector::new(url, &options)?;
    let client = connector.connect(&Handle::current()).await?;
    migrate::schema(&client).await?.fits()?;
    Ok(Arc::new(PostgresDatabase::new(&connector, &options)?))
}

/// Brings the schema of a database up to date; answers what it has then.
///
/// # Errors
/// As [`open`], but for a schema that is older.
pub async fn migrate(url: &str, options: &Options) -> Result<Schema> {
    let connector = Connector::new(url, options)?;
    let client = connector.connect(&Handle::current()).await?;
    migrate::migrate(&client).await
}

/// A name for the schema that this software knows: another one for each other.
#[must_use]
pub fn fingerprint() -> String {
    migrate::fingerprint()
}
