//! That everything a store asks of its database concerns one shard, and is found by an index.

mod judge;
mod plans;
mod source;
mod tables;
mod verdicts;
mod workload;

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use cardfile_store_postgres::PostgresStore;
use cardfile_testdb::Database;
use cardfile_testkit::contract::run;

use crate::place;
use source::{Pattern, patterns, plain};

/// Statements that concern no table.
const WITHOUT_TABLES: &[&str] = &["SAVEPOINT job", "RELEASE SAVEPOINT job", "ROLLBACK TO SAVEPOINT job", "SELECT version()"];

/// Statements that a store does not send while it serves.
const NOT_SENT: &[(&str, &str)] = &[
    ("SELECT count(*) FROM blocks WHERE tenant_id = $1", "asked of large tenants that are moved away"),
    ("SELECT count(*) FROM sets WHERE tenant_id = $1", "asked of large tenants that are moved away"),
    ("UPDATE moves SET position = $3 WHERE tenant_id = $1 AND table_name = $2", "done for a tenant that is moved again"),
    ("UPDATE moves SET version = $2 WHERE tenant_id = $1", "done for a tenant that changed while it was moved"),
    (
        "UPDATE moves SET version = $3 WHERE tenant_id = $1 AND table_name = $2",
        "done for a tenant that changed while it was moved",
    ),
    ("SELECT version FROM tenants WHERE tenant_id = $1", "asked by a second connection, where the database is a file"),
    ("SELECT count(*) FROM schema_steps WHERE tenant_id = $1", "asked when a store is opened"),
    ("INSERT INTO schema_steps (tenant_id, step) VALUES ($1, $2) ON CONFLICT (tenant_id, step) DO NOTHING", "done by `migrate`"),
    (
        "SELECT c.id, c.revision, c.created, c.modified, c.document, t.version, i.number FROM tenants t LEFT JOIN ids i ON \
         i.tenant_id = t.tenant_id AND i.id = $2 LEFT JOIN contacts c ON c.tenant_id = t.tenant_id AND c.number = i.number \
         WHERE t.tenant_id = $1",
        "asked about several people at once instead",
    ),
];

/// A store, and its database, whose statements are judged in the end.
pub struct Watched {
    store: Arc<PostgresStore>,
    _database: Database,
}

impl Watched {
    pub async fn new() -> Self {
        let database = place::database();
        Watched { store: place::open(database.url()).await, _database: database }
    }

    pub fn store(&self) -> Arc<PostgresStore> {
        Arc::clone(&self.store)
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        static JUDGED: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());
        if std::thread::panicking() {
            return;
        }
        let mut judged = JUDGED.lock().unwrap_or_else(PoisonError::into_inner);
        for sql in self.store.database().statements() {
            if !WITHOUT_TABLES.contains(&sql.as_str()) && !judged.contains(&sql) {
                assert_eq!(judge::judge(&sql), [""; 0], "{sql}");
                judged.insert(sql);
            }
        }
    }
}

#[test]
fn every_statement_concerns_one_shard() {
    run(async {
        let mut sent: BTreeSet<String> = workload::statements().await.iter().map(|sql| plain(sql)).collect();
        sent.retain(|sql| !WITHOUT_TABLES.contains(&sql.as_str()));
        let wrong: Vec<_> = sent.iter().map(|sql| (sql, judge::judge(sql))).filter(|(_, wrong)| !wrong.is_empty()).collect();
        assert!(wrong.is_empty(), "{wrong:#?}");
        for (sql, reason) in NOT_SENT {
            assert_eq!(judge::judge(sql), [""; 0], "{sql} ({reason})");
        }
        let patterns = patterns();
        let is_in_source = |sql: &String| patterns.iter().any(|pattern| pattern.fits(sql));
        let unknown: Vec<_> = sent.iter().filter(|sql| !is_in_source(sql)).collect();
        assert!(unknown.is_empty(), "statements that are nowhere in the source: {unknown:#?}");
        let is_sent = |pattern: &&Pattern| {
            let is_known =
                NOT_SENT.iter().map(|(sql, _)| *sql).chain(WITHOUT_TABLES.iter().copied()).any(|sql| pattern.fits(sql));
            is_known || sent.iter().any(|sql| pattern.fits(sql))
        };
        let unsent: Vec<_> = patterns.iter().filter(|pattern| !is_sent(pattern)).collect();
        assert!(unsent.is_empty(), "statements that nothing here makes the store send: {unsent:#?}");
        sent.extend(NOT_SENT.iter().map(|(sql, _)| (*sql).to_owned()));
        let slow = plans::without_index(&sent).await;
        assert!(slow.is_empty(), "statements that are not served by an index: {slow:#?}");
    });
}
