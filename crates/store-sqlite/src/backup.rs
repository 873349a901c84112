//! Copies of the file: one written while requests go on, and one brought back.

use std::fs::{self, File, OpenOptions};
use std::io::ErrorKind;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use cardfile_directory::{Error, Result};
use rusqlite::{Connection, OpenFlags};

use crate::connect::FILE;
use crate::fault::{corrupt, disk, fault};

/// Writes a consistent, compact copy of the store in `directory` into a new file.
pub(crate) fn backup(directory: &Path, file: &Path) -> Result<()> {
    let name = file.to_str().ok_or_else(|| Error::invalid("file", "text", "the file's name must be UTF-8"))?;
    let source = Connection::open_with_flags(directory.join(FILE), OpenFlags::SQLITE_OPEN_READ_WRITE).map_err(fault)?;
    source.busy_timeout(std::time::Duration::from_secs(30)).map_err(fault)?;
    // As private as the directory: who can read the copy can read everyone.
    let made = OpenOptions::new().write(true).create_new(true).mode(0o600).open(file);
    made.map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => Error::invalid("file", "new", format!("{} exists already; name a new file", file.display())),
        _ => disk(error),
    })?;
    let written = source.execute("VACUUM INTO ?1", [name]).map_err(fault);
    written.and_then(|_| File::open(file).and_then(|copy| copy.sync_all()).map_err(disk)).inspect_err(|_| {
        // Half a copy is of no use, and would be in the way of the next one.
        let _ = fs::remove_file(file);
    })
}

/// Brings a copy back into a directory that has no store yet.
///
/// # Errors
/// `Invalid` when the directory has a store already, or when the file is not a whole copy of one.
pub fn restore(file: &Path, directory: &Path) -> Result<()> {
    let target = directory.join(FILE);
    // A log left by an earlier store would be taken for one of the copy.
    if ["", LOG, "-shm"].iter().any(|part| beside(&target, part).exists()) {
        let message = format!("{} holds a store already, or a part of one; name an empty directory", directory.display());
        return Err(Error::invalid("data", "empty", message));
    }
    inspect(file).map_err(|error| Error::invalid("file", "backup", format!("{} is no whole backup: {error}", file.display())))?;
    fs::create_dir_all(directory).map_err(disk)?;
    let partial = directory.join(format!("{FILE}.partial"));
    fs::copy(file, &partial).map_err(disk)?;
    File::open(&partial).and_then(|copy| copy.sync_all()).map_err(disk)?;
    fs::rename(&partial, &target).map_err(disk)?;
    File::open(directory).and_then(|directory| directory.sync_all()).map_err(disk)
}

/// What the log of a file is called beside it.
const LOG: &str = "-wal";

/// The file of this name with something added.
fn beside(file: &Path, part: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(part);
    name.into()
}

/// Whether a file is a whole store of a schema that this software knows.
fn inspect(file: &Path) -> Result<()> {
    if beside(file, LOG).metadata().is_ok_and(|log| log.len() > 0) {
        return Err(Error::internal("a log lies beside it, as beside the file of an open store"));
    }
    let connection = Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_ONLY).map_err(fault)?;
    let verdict: String = connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0)).map_err(fault)?;
    if verdict != "ok" {
        return Err(corrupt(verdict));
    }
    crate::migrate::known(&connection)?;
    connection.query_row("SELECT count(*) FROM tenants", [], |_| Ok(())).map_err(fault)
}
