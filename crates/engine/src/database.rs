//! A database as the engine holds it: it lends connections for reads and for transactions.

use std::sync::Arc;

use async_trait::async_trait;
use cardfile_directory::{Gauge, Permits, Result};
use cardfile_model::TenantId;
use uuid::Uuid;

use crate::get::Point;
use crate::sql::Connection;

/// What is done with a connection.
pub type Work<'a> = dyn FnMut(&Connection) -> Result<()> + 'a;

/// A database, shared by any number of threads.
#[async_trait]
pub trait Database: Send + Sync + 'static {
    /// Lends a connection on which each statement sees what is committed when it begins.
    ///
    /// # Errors
    /// `Unavailable` when the database does not answer or the store is closed, and the errors of `work`.
    fn lend(&self, work: &mut Work<'_>) -> Result<()>;

    /// Lends a connection on which all statements see the same state of everything.
    ///
    /// # Errors
    /// As [`Database::lend`].
    fn lend_snapshot(&self, work: &mut Work<'_>) -> Result<()>;

    /// Lends a connection within a transaction, which is durable when this answers `Ok`, and taken back when `work` fails. When
    /// it conflicts with another one, or a key is there already, `work` is done anew, where it may be.
    ///
    /// # Errors
    /// As [`Database::lend`]; when the commit fails it may stand all the same.
    fn transact(&self, work: &mut Work<'_>) -> Result<()>;

    /// What one statement tells of a person by id: the most frequent question of all. `None` for an unknown tenant.
    ///
    /// # Errors
    /// As [`Database::lend`].
    async fn point(&self, tenant: TenantId, id: Uuid) -> Result<Option<Point>>;

    /// Whether work of a transaction may be done more than once.
    fn may_repeat(&self) -> bool;

    /// Whether reading takes a wait for another machine, so that it is not done on a thread that answers requests.
    fn is_remote(&self) -> bool;

    /// Transactions at once, each for another tenant; with one they may be for several.
    fn writers(&self) -> usize;

    /// Lets go of everything; later requests are `Unavailable`.
    fn close(&self);

    /// Finds what is wrong with the database itself, before anything in it is looked at.
    ///
    /// # Errors
    /// As [`Database::lend`].
    fn diagnose(&self) -> Result<Vec<String>>;

    /// What is worth watching.
    fn gauges(&self) -> Vec<Gauge>;

    /// What counts requests for all processes on this database; `None` where each counts by itself.
    fn permits(&self) -> Option<Arc<dyn Permits>> {
        None
    }
}

/// Whatever the engine reads from.
pub type Readers = dyn Database;

impl dyn Database + '_ {
    /// Lends a connection to `work`.
    ///
    /// # Errors
    /// As [`Database::lend`].
    pub fn with<T>(&self, work: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
        once(work, |work| self.lend(work))
    }

    /// Lends a connection on which all statements see the same state of everything.
    ///
    /// # Errors
    /// As [`Database::lend`].
    pub fn snapshot<T>(&self, work: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
        once(work, |work| self.lend_snapshot(work))
    }
}

fn once<T>(work: impl FnOnce(&Connection) -> Result<T>, lend: impl FnOnce(&mut Work<'_>) -> Result<()>) -> Result<T> {
    let (mut work, mut answer) = (Some(work), None);
    lend(&mut |connection| {
        if let Some(work) = work.take() {
            answer = Some(work(connection)?);
        }
        Ok(())
    })?;
    answer.ok_or_else(|| cardfile_directory::Error::internal("nothing was read"))
}
