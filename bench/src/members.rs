//! What a member a row costs: the floor of putting everyone but three into a group, the way that is usual.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use rusqlite::Connection;

use crate::process::Process;

/// What one statement took.
#[derive(Debug, Clone, Copy)]
pub struct Cost {
    /// How long, to the disk.
    pub took: Duration,
    /// Bytes handed to `write` meanwhile.
    pub written: usize,
}

/// Puts all but three of so many people into a group, and takes all but three out: one statement each, over rows that are found
/// by group and, for the groups of a person, by person. As durable as ours.
///
/// # Errors
/// Those of `SQLite`.
pub fn rows(scratch: &Path, people: usize) -> Result<[Cost; 2]> {
    let directory = tempfile::tempdir_in(scratch)?;
    let connection = Connection::open(directory.path().join("members.db"))?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.execute_batch(
        "CREATE TABLE people (number INTEGER PRIMARY KEY);
         CREATE TABLE members (party INTEGER NOT NULL, person INTEGER NOT NULL, PRIMARY KEY (party, person)) WITHOUT ROWID;
         CREATE INDEX members_by_person ON members (person, party);",
    )?;
    let fill = "INSERT INTO people
                WITH RECURSIVE n (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < ?1)
                SELECT x FROM n";
    connection.execute(fill, [people])?;
    let cost = |sql: &str, count: usize| -> Result<Cost> {
        let (before, start) = (Process::this().written()?, Instant::now());
        let changed = connection.execute(sql, [])?;
        let took = start.elapsed();
        ensure!(changed == count, "{changed} members changed, not {count}");
        Ok(Cost { took, written: Process::this().written()? - before })
    };
    let added = cost("INSERT INTO members SELECT 7, number FROM people WHERE number NOT IN (1, 2, 3)", people - 3)?;
    let removed = cost("DELETE FROM members WHERE party = 7 AND person NOT IN (4, 5, 6)", people - 6)?;
    Ok([added, removed])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_floor_can_be_measured() {
        let scratch = tempfile::tempdir().unwrap();
        assert!(rows(scratch.path(), 1000).unwrap().iter().all(|cost| cost.written > 1000));
    }
}
