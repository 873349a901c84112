//! The file as the engine's database: one connection that writes, and as many that read as are wanted at once.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use async_trait::async_trait;
use cardfile_directory::{Gauge, Result};
use cardfile_engine::database::Work;
use cardfile_engine::{Database, Point};
use cardfile_model::TenantId;
use uuid::Uuid;

use crate::connect::{self, Options, Readers};
use crate::fault::{closed, disk, fault};
use crate::link::Link;
use crate::strays::strays;
use crate::{backup, checkpoint, migrate};

/// One SQLite file.
pub struct SqliteDatabase {
    path: PathBuf,
    readers: Readers,
    /// The connection that writes; `None` when it is closed.
    writer: Mutex<Option<Link>>,
    /// Bytes of the write-ahead log in use.
    log_bytes: Arc<AtomicU64>,
    /// Bytes of the write-ahead log from which on the writer waits for it to be copied back.
    most_log: u64,
    copying: Mutex<Option<(Arc<()>, JoinHandle<()>)>>,
}

impl SqliteDatabase {
    pub(crate) fn open(directory: &Path, options: &Options) -> Result<Self> {
        std::fs::create_dir_all(directory).map_err(disk)?;
        let mut connection = connect::writer(directory, options)?;
        migrate::migrate(&mut connection)?;
        let (alive, log_bytes) = (Arc::new(()), Arc::new(AtomicU64::new(0)));
        connect::watch_log(&mut connection, Arc::clone(&log_bytes))?;
        let copier = connect::writer(directory, options)?;
        let copying = checkpoint::start(copier, Arc::clone(&log_bytes), Arc::downgrade(&alive))?;
        Ok(SqliteDatabase {
            path: directory.to_owned(),
            readers: Readers::new(directory, options),
            writer: Mutex::new(Some(Link::new(connection))),
            log_bytes,
            most_log: options.wal_mib << 20,
            copying: Mutex::new(Some((alive, copying))),
        })
    }

    /// Without the connection that writes.
    pub(crate) fn reading(directory: &Path, options: &Options) -> Result<Self> {
        let database = SqliteDatabase {
            path: directory.to_owned(),
            readers: Readers::new(directory, options),
            writer: Mutex::new(None),
            log_bytes: Arc::default(),
            most_log: options.wal_mib << 20,
            copying: Mutex::new(None),
        };
        database.readers.with(|link| migrate::fits(&link.connection))?;
        Ok(database)
    }

    /// Writes a consistent copy of everything into a new file, while requests go on.
    ///
    /// # Errors
    /// `Invalid` when the file exists already, `Unavailable` when it cannot be written.
    pub fn backup(&self, file: &Path) -> Result<()> {
        backup::backup(&self.path, file)
    }
}

#[async_trait]
impl Database for SqliteDatabase {
    fn lend(&self, work: &mut Work<'_>) -> Result<()> {
        self.readers.with(|connection| work(connection))
    }

    fn lend_snapshot(&self, work: &mut Work<'_>) -> Result<()> {
        self.readers.snapshot(|connection| work(connection))
    }

    fn transact(&self, work: &mut Work<'_>) -> Result<()> {
        let writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        let link = writer.as_ref().ok_or_else(closed)?;
        let connection = &link.connection;
        let run = |sql| connection.prepare_cached(sql).and_then(|mut statement| statement.execute([])).map(drop).map_err(fault);
        let begun = run("BEGIN IMMEDIATE").inspect_err(|error| {
            tracing::error!(%error, "the writer cannot begin a transaction");
        });
        let done = begun.and_then(|()| work(link)).and_then(|()| run("COMMIT"));
        if done.is_err() && !connection.is_autocommit() {
            // If even this fails the next BEGIN will, and say so to its callers.
            let _ = connection.execute_batch("ROLLBACK");
        }
        if let Err(error) = link.keep_slack() {
            tracing::warn!(%error, "what is removed is still overwritten, which takes time");
        }
        if self.log_bytes.load(Ordering::Relaxed) > self.most_log
            && let Err(error) = checkpoint::copy_back(connection)
        {
            tracing::warn!(%error, "the write-ahead log cannot be copied back");
        }
        done
    }

    async fn point(&self, tenant: TenantId, id: Uuid) -> Result<Option<Point>> {
        self.readers.with(|connection| Point::ask(connection, tenant, id))
    }

    fn may_repeat(&self) -> bool {
        false
    }

    fn is_remote(&self) -> bool {
        false
    }

    fn writers(&self) -> usize {
        1
    }

    fn close(&self) {
        let copying = self.copying.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some((alive, thread)) = copying {
            drop(alive);
            if thread.join().is_err() {
                tracing::error!("the thread that copies the log back ended in a panic");
            }
        }
        // The last connection copies the log back, and readers cannot: the writer must be the last.
        self.readers.close();
        self.writer.lock().unwrap_or_else(PoisonError::into_inner).take();
    }

    fn diagnose(&self) -> Result<Vec<String>> {
        self.readers.with(|Link { connection, .. }| {
            let verdict: String = connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0)).map_err(fault)?;
            if verdict != "ok" {
                return Ok(vec![format!("the file is damaged: {verdict}")]);
            }
            strays(connection)
        })
    }

    fn gauges(&self) -> Vec<Gauge> {
        #[expect(clippy::cast_precision_loss, reason = "a gauge is for looking at")]
        let value = self.log_bytes.load(Ordering::Relaxed) as f64;
        vec![Gauge { name: "store_log_bytes", help: "Bytes of the write-ahead log in use", value }]
    }
}
