//! Connections: how the file is opened, and the pool of readers.

use std::ffi::c_int;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use cardfile_directory::Result;
use rusqlite::config::DbConfig;
use rusqlite::hooks::Wal;
use rusqlite::{Connection, OpenFlags};
use serde::{Deserialize, Serialize};

use crate::fault::{closed, fault};
use crate::link::Link;

/// Size of a page of a new file: one packed chunk of texts, or eight blocks of the index.
const PAGE_BYTES: u64 = 8192;

/// The file's name within the data directory.
pub(crate) const FILE: &str = "cardfile.db";

/// How this store uses the machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    /// When a write counts as durable.
    pub synchronous: Synchronous,
    /// Searches at once, one less for the same tenant unless that is none, and as many look-ups of few people beside them. Twice
    /// as many connections are kept open; more are opened in a rush and closed after it.
    pub readers: usize,
    /// Page cache of the writer, in KiB.
    pub writer_cache_kib: u32,
    /// Page cache of each reader, in KiB.
    pub reader_cache_kib: u32,
    /// Requests waiting for the writer before further ones are turned away.
    pub queue: usize,
    /// Size of the write-ahead log, in MiB, from which on the writer waits for it to be copied back.
    pub wal_mib: u64,
    /// People whose order by name is kept in memory, over all tenants; each takes about 24 bytes.
    pub ordered_people: u64,
}

/// When a write counts as durable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Synchronous {
    /// When it is on the disk: it survives a loss of power.
    Full,
    /// When it is with the operating system: it survives the end of the process, not a loss of power.
    Normal,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            synchronous: Synchronous::Full,
            readers: 4,
            writer_cache_kib: 16 * 1024,
            reader_cache_kib: 4 * 1024,
            queue: 1024,
            wal_mib: 64,
            ordered_people: 4_000_000,
        }
    }
}

/// Opens the file for writing, making it if there is none.
pub(crate) fn writer(directory: &Path, options: &Options) -> Result<Connection> {
    let connection = Connection::open(directory.join(FILE)).map_err(fault)?;
    connection.busy_timeout(Duration::from_secs(30)).map_err(fault)?;
    // The page size must be set before the first page is written; it stays what it was in a file that exists.
    connection.pragma_update(None, "page_size", PAGE_BYTES).map_err(fault)?;
    connection.pragma_update(None, "journal_mode", "WAL").map_err(fault)?;
    let synchronous = match options.synchronous {
        Synchronous::Full => "FULL",
        Synchronous::Normal => "NORMAL",
    };
    connection.pragma_update(None, "synchronous", synchronous).map_err(fault)?;
    connection.pragma_update(None, "wal_autocheckpoint", 0).map_err(fault)?;
    // A log that grew beyond its bounds while somebody read what is older gives the disk back when it starts anew.
    connection.pragma_update(None, "journal_size_limit", options.wal_mib << 20).map_err(fault)?;
    connection.pragma_update(None, "cache_size", -i64::from(options.writer_cache_kib)).map_err(fault)?;
    prepare(&connection)?;
    Ok(connection)
}

/// What holds for every connection: statements are kept, and keep their plan whatever is looked for.
fn prepare(connection: &Connection) -> Result<()> {
    connection.set_prepared_statement_cache_capacity(128);
    // Else a statement is planned anew for each value that it is bound to.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true).map(drop).map_err(fault)
}

/// Has every commit on this connection note how many bytes of the write-ahead log are in use.
pub(crate) fn watch_log(connection: &mut Connection, bytes: Arc<AtomicU64>) -> Result<()> {
    let note = move |_: &mut Wal, pages: c_int| {
        bytes.store(u64::try_from(pages).unwrap_or_default() * PAGE_BYTES, Ordering::Relaxed);
        Ok(())
    };
    connection.wal_hook(Some(note)).map_err(fault)
}

/// The readers: as many as are wanted at once, some kept for the next time.
pub(crate) struct Readers {
    path: PathBuf,
    keep: usize,
    cache_kib: u32,
    /// `None` when the store is closed.
    idle: Mutex<Option<Vec<Link>>>,
}

impl Readers {
    pub(crate) fn new(directory: &Path, options: &Options) -> Self {
        Readers {
            path: directory.join(FILE),
            // A search may take a second one.
            keep: options.readers * 2,
            cache_kib: options.reader_cache_kib,
            idle: Mutex::new(Some(Vec::new())),
        }
    }

    /// Lends a connection to `work`.
    ///
    /// # Errors
    /// `Unavailable` when the store is closed.
    pub(crate) fn with<T>(&self, work: impl FnOnce(&Link) -> Result<T>) -> Result<T> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).as_mut().ok_or_else(closed)?.pop();
        let connection = match idle {
            Some(connection) => connection,
            None => self.open()?,
        };
        let result = work(&connection);
        if connection.connection.is_autocommit() {
            let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(idle) = idle.as_mut().filter(|idle| idle.len() < self.keep) {
                idle.push(connection);
            }
        }
        result
    }

    /// Lends a connection on which all statements see the file as it is now.
    pub(crate) fn snapshot<T>(&self, work: impl FnOnce(&Link) -> Result<T>) -> Result<T> {
        self.with(|connection| {
            connection.connection.prepare_cached("BEGIN").and_then(|mut begin| begin.execute([])).map_err(fault)?;
            let result = work(connection);
            connection.connection.prepare_cached("COMMIT").and_then(|mut commit| commit.execute([])).map_err(fault)?;
            result
        })
    }

    fn open(&self) -> Result<Link> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(&self.path, flags).map_err(fault)?;
        connection.busy_timeout(Duration::from_secs(10)).map_err(fault)?;
        connection.pragma_update(None, "cache_size", -i64::from(self.cache_kib)).map_err(fault)?;
        connection.pragma_update(None, "query_only", true).map_err(fault)?;
        prepare(&connection)?;
        Ok(Link::new(connection))
    }

    pub(crate) fn close(&self) {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).take();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(connection: &Connection, pragma: &str) -> i64 {
        connection.pragma_query_value(None, pragma, |row| row.get(0)).expect("a pragma can be asked for")
    }

    #[test]
    fn a_write_is_durable_as_the_options_say() {
        let directory = tempfile::tempdir().expect("a temporary directory can be made");
        for (synchronous, expected) in [(Synchronous::Full, 2), (Synchronous::Normal, 1)] {
            let options = Options { synchronous, ..Options::default() };
            let connection = writer(directory.path(), &options).expect("a file can be made");
            assert_eq!(number(&connection, "synchronous"), expected);
            assert_eq!(number(&connection, "wal_autocheckpoint"), 0);
            assert_eq!(number(&connection, "page_size"), 8192);
            let mode: String = connection.pragma_query_value(None, "journal_mode", |row| row.get(0)).expect("a mode");
            assert_eq!(mode, "wal");
        }
    }

    #[test]
    fn readers_cannot_write() {
        let directory = tempfile::tempdir().expect("a temporary directory can be made");
        let _writer = writer(directory.path(), &Options::default()).expect("a file can be made");
        let readers = Readers::new(directory.path(), &Options::default());
        let written = readers.with(|connection| connection.connection.execute_batch("CREATE TABLE t (x)").map_err(fault));
        assert!(written.is_err());
    }
}
