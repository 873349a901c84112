//! The schema, step by step: numbered, forward only, never edited once released.

mod chunks;
mod homes;
mod making;
mod places;
mod reach;

use cardfile_directory::{Error, Result};
use rusqlite::{Connection, TransactionBehavior};

use crate::fault::fault;

/// What a step does.
struct Step {
    sql: &'static str,
    /// What is to be made of the rows once the tables are there.
    fill: fn(&Connection) -> Result<()>,
}

/// Every step, in order; the file's `user_version` says how many it has taken.
const STEPS: &[Step] = &[
    Step { sql: include_str!("migrations/0001_directory.sql"), fill: |_| Ok(()) },
    Step { sql: include_str!("migrations/0002_clients_and_notes.sql"), fill: reach::fill },
    Step { sql: include_str!("migrations/0003_logins.sql"), fill: |_| Ok(()) },
    Step { sql: include_str!("migrations/0004_organizations.sql"), fill: making::fill },
    Step { sql: "", fill: homes::fill },
    Step { sql: include_str!("migrations/0006_places.sql"), fill: places::fill },
    Step { sql: include_str!("migrations/0007_plans.sql"), fill: |_| Ok(()) },
    Step { sql: include_str!("migrations/0008_jobs.sql"), fill: |_| Ok(()) },
    Step { sql: include_str!("migrations/0009_index_form.sql"), fill: |_| Ok(()) },
];

/// Brings the schema up to date; all of it or nothing.
///
/// # Errors
/// `Internal` for a file of a newer version of this software, which is left alone.
pub(crate) fn migrate(connection: &mut Connection) -> Result<()> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(fault)?;
    let taken = known(&transaction)?;
    if taken == STEPS.len() {
        return Ok(());
    }
    for step in &STEPS[taken..] {
        transaction.execute_batch(step.sql).map_err(fault)?;
        (step.fill)(&transaction)?;
    }
    transaction.pragma_update(None, "user_version", STEPS.len()).map_err(fault)?;
    transaction.commit().map_err(fault)
}

/// Refuses a file that is not up to date.
///
/// # Errors
/// `Invalid` for a file of an older version of this software, `Internal` for one of a newer version.
pub(crate) fn fits(connection: &Connection) -> Result<()> {
    let taken = known(connection)?;
    if taken < STEPS.len() {
        let lacks = format!("the file has schema {taken}, and {} is wanted", STEPS.len());
        let message =
            format!("{lacks}: any command of this version that uses it, such as `cardfile check`, brings it up to date");
        return Err(Error::invalid("data", "schema", message));
    }
    Ok(())
}

/// How many steps a file has taken.
///
/// # Errors
/// `Internal` for a file of a newer version of this software.
pub(crate) fn known(connection: &Connection) -> Result<usize> {
    let taken: usize = connection.pragma_query_value(None, "user_version", |row| row.get(0)).map_err(fault)?;
    if taken > STEPS.len() {
        return Err(Error::internal(format!("the file has schema {taken}, this software knows up to {}", STEPS.len())));
    }
    Ok(taken)
}
