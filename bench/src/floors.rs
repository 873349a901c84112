//! What cannot be beaten on this machine: the same contacts in a bare table, and the disk's own pace.

use std::fs::File;
use std::io::Write;
use std::ops::Range;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::Result;
use rusqlite::Connection;

use crate::people::{Person, batches};
use crate::process::thread_time;
use crate::sample::{micros_each, rate};

/// A bare table that was filled.
#[derive(Debug, Clone, Copy)]
pub struct Table {
    /// Contacts a second; making them is not counted.
    pub rate: f64,
    /// Processor time for each contact, in microseconds.
    pub cpu_us: f64,
    /// Size of its file when all is copied back into it.
    pub bytes: u64,
}

/// Fills a bare table of one SQLite file with people that can be found by number and by id, in transactions as large as a bulk request and as durable as ours.
///
/// # Errors
/// Those of SQLite.
pub fn table(scratch: &Path, people: usize) -> Result<Table> {
    let directory = tempfile::tempdir_in(scratch)?;
    let file = directory.path().join("floor.db");
    let mut connection = Connection::open(&file)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    let table = "CREATE TABLE contacts (number INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, document TEXT NOT NULL)";
    connection.execute_batch(table)?;
    let (mut elapsed, mut busy) = (Duration::ZERO, Duration::ZERO);
    for range in batches(people) {
        let documents: Vec<String> = range.clone().map(|number| Person::at(number).json()).collect();
        let (start, before) = (Instant::now(), thread_time()?);
        insert(&mut connection, range, &documents)?;
        elapsed += start.elapsed();
        busy += thread_time()?.saturating_sub(before);
    }
    drop(connection);
    Ok(Table { rate: rate(people, elapsed), cpu_us: micros_each(people, busy), bytes: std::fs::metadata(&file)?.len() })
}

fn insert(connection: &mut Connection, numbers: Range<usize>, documents: &[String]) -> Result<()> {
    let transaction = connection.transaction()?;
    let sql = "INSERT INTO contacts (number, id, document)
               VALUES (?1, ?2, ?3)";
    let mut statement = transaction.prepare_cached(sql)?;
    for (number, document) in numbers.zip(documents) {
        // Ids in order of time, as ours are: the cheapest kind.
        let id = (number as u128 + 1) << 48;
        statement.execute((number, id.to_be_bytes(), document))?;
    }
    drop(statement);
    Ok(transaction.commit()?)
}

/// How often a second the disk takes 4 KiB more at the end of a file and has them for good.
///
/// # Errors
/// When the file cannot be written.
pub fn syncs(scratch: &Path, length: Duration) -> Result<f64> {
    let directory = tempfile::tempdir_in(scratch)?;
    let mut file = File::create(directory.path().join("syncs"))?;
    let (start, mut count) = (Instant::now(), 0);
    while start.elapsed() < length {
        file.write_all(&[0x5a; 4096])?;
        file.sync_data()?;
        count += 1;
    }
    Ok(rate(count, start.elapsed()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_floors_can_be_measured() {
        let scratch = tempfile::tempdir().unwrap();
        let table = table(scratch.path(), 1500).unwrap();
        assert!(table.rate > 0.0 && table.bytes > 1500 * 500, "{table:?}");
        assert!(syncs(scratch.path(), Duration::from_millis(20)).unwrap() > 0.0);
    }
}
