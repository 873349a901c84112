//! PostgreSQL as the engine's database.

use std::collections::BTreeSet;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use cardfile_directory::{Error, Gauge, Permits, Result};
use cardfile_engine::database::Work;
use cardfile_engine::sql::Sql;
use cardfile_engine::{Database, Point};
use cardfile_model::TenantId;
use tokio::runtime::{Builder, Handle, Runtime, RuntimeFlavor};
use uuid::Uuid;

use crate::connect::Connector;
use crate::fault::overloaded;
use crate::link::{Link, dollars};
use crate::options::Options;
use crate::permits::PermitTable;
use crate::points::Points;
use crate::pool::Pool;
use crate::statements::Statements;
use crate::words::POINTS;

/// A database of a PostgreSQL server, or of an engine that speaks its wire.
pub struct PostgresDatabase {
    reads: Pool,
    writes: Pool,
    points: Points,
    permits: Arc<PermitTable>,
    options: Options,
    sent: Arc<Statements>,
    /// Transactions that were done anew, and those given up after all tries.
    repeated: AtomicU64,
    given_up: AtomicU64,
    /// The runtime of the connections, if it is theirs alone.
    own: Mutex<Option<Runtime>>,
}

impl PostgresDatabase {
    /// Connections are driven on the runtime that this is called within, if it has threads of its own: on one that works only
    /// while it is waited for, who waits for a connection there would wait for ever.
    ///
    /// # Errors
    /// `Internal` when no thread can be started.
    pub(crate) fn new(connector: &Connector, options: &Options) -> Result<Self> {
        let (handle, own) = if Handle::current().runtime_flavor() == RuntimeFlavor::MultiThread {
            (Handle::current(), None)
        } else {
            let own = Builder::new_multi_thread().worker_threads(1).enable_all().build().map_err(Error::internal)?;
            (own.handle().clone(), Some(own))
        };
        let sent = Arc::<Statements>::default();
        let pool = |most| Pool::new(connector.clone(), handle.clone(), most, options, Arc::clone(&sent));
        Ok(PostgresDatabase {
            reads: pool(options.connections),
            writes: pool(options.writers),
            points: Points::new(connector, &handle, options),
            permits: Arc::new(PermitTable::new(connector.clone(), handle.clone(), Arc::clone(&sent))),
            options: *options,
            sent,
            repeated: AtomicU64::new(0),
            given_up: AtomicU64::new(0),
            own: Mutex::new(own),
        })
    }

    /// The text of every statement with values that was sent so far, each once: for operators, to look at their plans or to have a
    /// pooler or a proxy know them. Those that begin and end transactions are not among them.
    pub fn statements(&self) -> BTreeSet<String> {
        self.sent.all().iter().map(|sql| dollars(sql)).collect()
    }

    /// Begins a transaction of some kind. What holds for it only is said in it, so that nothing is left on a connection that a
    /// pooler may give to others.
    fn begin(&self, kind: &str) -> String {
        let seconds = self.options.statement_timeout_secs.max(1);
        format!("BEGIN {kind}; SET LOCAL statement_timeout = '{seconds}s'; SET LOCAL lock_timeout = '{seconds}s'")
    }

    /// One try at a transaction; `None` when it conflicted with another.
    fn attempt(&self, link: &Link, work: &mut Work<'_>) -> Option<Result<()>> {
        // Who vanishes within a transaction must not keep others from a tenant for ever.
        let seconds = self.options.statement_timeout_secs.max(1);
        let idle = format!("SET LOCAL idle_in_transaction_session_timeout = '{seconds}s'");
        link.begin(format!("{}; {idle}", self.begin("ISOLATION LEVEL READ COMMITTED")));
        let done = work(link).and_then(|()| if link.stands() { link.finish("COMMIT") } else { Err(overloaded()) });
        if done.is_err() {
            link.leave("ROLLBACK");
        }
        if link.is_conflicted() { None } else { Some(done) }
    }
}

#[async_trait]
impl Database for PostgresDatabase {
    fn lend(&self, work: &mut Work<'_>) -> Result<()> {
        self.reads.lend(|link| work(link))
    }

    fn lend_snapshot(&self, work: &mut Work<'_>) -> Result<()> {
        self.reads.lend(|link| {
            link.begin(self.begin("ISOLATION LEVEL REPEATABLE READ READ ONLY"));
            let done = work(link);
            link.leave("COMMIT");
            done
        })
    }

    fn transact(&self, work: &mut Work<'_>) -> Result<()> {
        for attempt in 0..=self.options.retries {
            if let Some(done) = self.writes.lend(|link| Ok(self.attempt(link, work)))? {
                return done;
            }
            self.repeated.fetch_add(1, Ordering::Relaxed);
            // Longer each time, and not alike for those who were in each other's way.
            let spread = RandomState::new().build_hasher().finish() % 8 + 1;
            std::thread::sleep(Duration::from_millis(spread << attempt.min(6)));
        }
        self.given_up.fetch_add(1, Ordering::Relaxed);
        Err(overloaded())
    }

    async fn point(&self, tenant: TenantId, id: Uuid) -> Result<Option<Point>> {
        self.sent.note(POINTS);
        self.points.ask(tenant, id).await
    }

    fn may_repeat(&self) -> bool {
        true
    }

    fn is_remote(&self) -> bool {
        true
    }

    fn writers(&self) -> usize {
        self.options.writers.max(2)
    }

    fn close(&self) {
        self.reads.close();
        self.writes.close();
        if let Some(own) = self.own.lock().unwrap_or_else(PoisonError::into_inner).take() {
            own.shutdown_background();
        }
    }

    /// Of what is wrong with a database its own tools tell.
    fn diagnose(&self) -> Result<Vec<String>> {
        Ok(Vec::new())
    }

    fn gauges(&self) -> Vec<Gauge> {
        #[expect(clippy::cast_precision_loss, reason = "a gauge is for looking at")]
        let gauge = |name, help, value: u64| Gauge { name, help, value: value as f64 };
        vec![
            gauge("store_idle_read_connections", "Connections for reads that are not lent", self.reads.waiting() as u64),
            gauge("store_free_read_places", "Connections for reads that may still be lent", self.reads.free() as u64),
            gauge(
                "store_repeated_transactions",
                "Transactions done anew so far because they conflicted with others",
                self.repeated.load(Ordering::Relaxed),
            ),
            gauge(
                "store_given_up_transactions",
                "Transactions given up so far because they conflicted each time",
                self.given_up.load(Ordering::Relaxed),
            ),
        ]
    }
    fn permits(&self) -> Option<Arc<dyn Permits>> {
        let permits = Arc::clone(&self.permits);
        Some(permits)
    }
}
