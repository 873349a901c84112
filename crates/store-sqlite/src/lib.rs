//! The embedded store: the whole directory in one SQLite file.
//!
//! What is done with people, groups and the index is the engine's (`cardfile-engine`); here is what SQLite adds: how the
//! file is opened and brought up to date (`connect.rs`, `migrate.rs`), one connection that writes and several that read
//! (`database.rs`), the engine's statements in it (`link.rs`), the write-ahead log (`checkpoint.rs`), and copies of the file.
//!
//! Several processes may have the file open, as when a command runs beside a server.

mod backup;
mod checkpoint;
mod connect;
mod database;
mod fault;
mod link;
mod migrate;
mod strays;
mod words;

use std::path::Path;
use std::sync::Arc;

use cardfile_directory::{Error, Result};
use cardfile_engine::{Engine, Settings};

pub use backup::restore;
pub use connect::{Options, Synchronous};
pub use database::SqliteDatabase;

/// The directory in one SQLite file.
pub type SqliteStore = Engine<SqliteDatabase>;

/// Opens the store in a directory, making both if there are none, and brings the schema and the index up to date.
///
/// # Errors
/// `Unavailable` when the file cannot be opened or is busy, `Internal` for a file of a newer version or a damaged one.
pub fn open(directory: &Path, options: Options) -> Result<Arc<SqliteStore>> {
    let Options { readers, queue, ordered_people, .. } = options;
    let store = Engine::start(database(directory, options)?, Settings { readers, queue, ordered_people })?;
    // Whoever opens it may be on a thread of a runtime, which must not wait for the writer.
    let renewed = std::thread::scope(|scope| scope.spawn(|| store.renew_index()).join());
    renewed.map_err(|_| Error::internal("building the index anew ended in a panic"))??;
    Ok(store)
}

/// As [`open`], without the store over it: for what is done with a database as a whole.
///
/// # Errors
/// As [`open`].
pub fn database(directory: &Path, options: Options) -> Result<Arc<SqliteDatabase>> {
    SqliteDatabase::open(directory, &options).map(Arc::new)
}

/// As [`database`], for reading only: nothing in the file is changed.
///
/// # Errors
/// `Unavailable` when there is no file or it cannot be read, `Invalid` for one of an older version, which is left as it is, and
/// `Internal` for one of a newer version or a damaged one.
pub fn reading(directory: &Path, options: Options) -> Result<Arc<SqliteDatabase>> {
    SqliteDatabase::reading(directory, &options).map(Arc::new)
}
