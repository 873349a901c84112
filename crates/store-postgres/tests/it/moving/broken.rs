//! Databases that fail, or change, while something is moved.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use cardfile_directory::{Error, Gauge, Result};
use cardfile_engine::database::Work;
use cardfile_engine::fault::overloaded;
use cardfile_engine::{Database, Point};
use cardfile_model::TenantId;
use uuid::Uuid;

/// All that is not of interest here is left to the database within.
macro_rules! leave_the_rest {
    () => {
        fn may_repeat(&self) -> bool {
            self.inner.may_repeat()
        }

        fn is_remote(&self) -> bool {
            self.inner.is_remote()
        }

        fn writers(&self) -> usize {
            self.inner.writers()
        }

        fn close(&self) {
            self.inner.close();
        }

        fn diagnose(&self) -> Result<Vec<String>> {
            self.inner.diagnose()
        }

        fn gauges(&self) -> Vec<Gauge> {
            self.inner.gauges()
        }
    };
}

/// A database that fails after so many transactions.
pub struct Breaking {
    pub inner: Arc<dyn Database>,
    pub left: Arc<AtomicUsize>,
    /// Whether the one that fails was committed.
    pub is_committed: bool,
}

impl Breaking {
    pub fn after(inner: &Arc<dyn Database>, most: usize, is_committed: bool) -> Self {
        Breaking { inner: Arc::clone(inner), left: Arc::new(AtomicUsize::new(most)), is_committed }
    }
}

fn broken() -> Error {
    overloaded()
}

#[async_trait]
impl Database for Breaking {
    fn lend(&self, work: &mut Work<'_>) -> Result<()> {
        self.inner.lend(work)
    }

    fn lend_snapshot(&self, work: &mut Work<'_>) -> Result<()> {
        self.inner.lend_snapshot(work)
    }

    fn transact(&self, work: &mut Work<'_>) -> Result<()> {
        if self.left.load(Ordering::Relaxed) > 0 {
            self.left.fetch_sub(1, Ordering::Relaxed);
            return self.inner.transact(work);
        }
        if self.is_committed {
            self.inner.transact(work)?;
        }
        Err(broken())
    }

    async fn point(&self, tenant: TenantId, id: Uuid) -> Result<Option<Point>> {
        self.inner.point(tenant, id).await
    }

    leave_the_rest!();
}

/// A database to which somebody writes now and then while it is read.
pub struct Watched<F> {
    inner: Arc<dyn Database>,
    write: F,
    seen: AtomicUsize,
    written: AtomicUsize,
    most: usize,
}

impl<F> Watched<F> {
    /// `write` is called so often at most, each time with another number.
    pub fn new(inner: Arc<dyn Database>, write: F, most: usize) -> Self {
        Watched { inner, write, seen: AtomicUsize::new(0), written: AtomicUsize::new(0), most }
    }
}

#[async_trait]
impl<F: Fn(usize) + Send + Sync + 'static> Database for Watched<F> {
    fn lend(&self, work: &mut Work<'_>) -> Result<()> {
        self.inner.lend(work)
    }

    fn lend_snapshot(&self, work: &mut Work<'_>) -> Result<()> {
        let number = self.written.load(Ordering::Relaxed);
        if self.seen.fetch_add(1, Ordering::Relaxed) % 3 == 2 && number < self.most {
            self.written.fetch_add(1, Ordering::Relaxed);
            (self.write)(number);
        }
        self.inner.lend_snapshot(work)
    }

    fn transact(&self, work: &mut Work<'_>) -> Result<()> {
        self.inner.transact(work)
    }

    async fn point(&self, tenant: TenantId, id: Uuid) -> Result<Option<Point>> {
        self.inner.point(tenant, id).await
    }

    leave_the_rest!();
}
