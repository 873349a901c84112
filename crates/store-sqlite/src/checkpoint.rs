//! Copying the write-ahead log back into the file, beside the writer: it only has to wait for the little that is left when
//! the log has grown long.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Weak};
use std::thread::JoinHandle;
use std::time::Duration;

use cardfile_directory::{Error, Result};
use rusqlite::Connection;

use crate::fault::fault;

/// How often the log is looked at.
const PERIOD: Duration = Duration::from_millis(100);
/// Size from which on the log is copied back, in bytes.
const WORTHWHILE: u64 = 8 << 20;

/// Copies back what is in the log and not in use, without keeping the writer from writing.
pub(crate) fn copy_back(connection: &Connection) -> Result<()> {
    connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(())).map_err(fault)
}

/// Starts the thread, which looks at `log`, the bytes of the log in use; it ends when `alive` is gone.
pub(crate) fn start(connection: Connection, log: Arc<AtomicU64>, alive: Weak<()>) -> Result<JoinHandle<()>> {
    let run = move || {
        let mut copied = 0;
        while alive.strong_count() > 0 {
            std::thread::sleep(PERIOD);
            let size = log.load(Ordering::Relaxed);
            let is_due = size >= WORTHWHILE && size != copied;
            if is_due && let Err(error) = copy_back(&connection) {
                tracing::warn!(%error, "the write-ahead log cannot be copied back");
            }
            copied = size;
        }
    };
    std::thread::Builder::new().name("cardfile-checkpoint".into()).spawn(run).map_err(Error::internal)
}
