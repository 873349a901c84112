//! Transactions that get into each other's way: done anew, so often and no more, with nothing left of the tries before.

use std::time::Duration;

use cardfile_directory::{Error, Reason, Store};
use cardfile_model::Filter;
use cardfile_store_postgres::Options;
use cardfile_testdb::Database;
use cardfile_testkit::contract::run;
use tokio_postgres::Client;

use crate::place;
use crate::tenant::Tenant;

/// A tenant of ten people, and an outsider's connection to its database.
async fn begin(options: Options) -> (Database, Tenant, Client) {
    let database = place::database();
    let client = place::client(database.url()).await;
    let quick = format!("ALTER DATABASE {} SET deadlock_timeout = '50ms'", database.name());
    client.batch_execute(&quick).await.expect("a database can be set");
    let store = cardfile_store_postgres::open(database.url(), options).await.expect("the store can be opened");
    let tenant = Tenant::new(store).await;
    tenant.populate(1, 10).await;
    (database, tenant, client)
}

/// Has the first so many writes to a table fail; `when` says when they do.
async fn refuse(client: &Client, table: &str, times: u32, code: &str, when: &str) {
    // A sequence counts on whatever becomes of the transaction.
    let sql = format!(
        "CREATE SEQUENCE tries;
         CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
         BEGIN
             IF nextval('tries') <= {times} THEN
                 RAISE 'refused' USING ERRCODE = '{code}';
             END IF;
             RETURN NEW;
         END $$;
         CREATE {when} FOR EACH ROW EXECUTE FUNCTION refuse();"
    );
    client.batch_execute(&sql.replace("TABLE", table)).await.expect("a trigger can be made");
}

const AT_ONCE: &str = "TRIGGER refuse BEFORE INSERT OR UPDATE ON TABLE";
const AT_COMMIT: &str = "CONSTRAINT TRIGGER refuse AFTER INSERT OR UPDATE ON TABLE DEFERRABLE INITIALLY DEFERRED";

async fn tries(client: &Client) -> i64 {
    client.query_one("SELECT last_value FROM tries", &[]).await.expect("the tries are counted").get(0)
}

/// Transactions that were done anew, and those given up.
fn gauges(tenant: &Tenant) -> (f64, f64) {
    let gauges = tenant.store.gauges();
    let value = |name| gauges.iter().find(|gauge| gauge.name == name).expect("the gauge is there").value;
    (value("store_repeated_transactions"), value("store_given_up_transactions"))
}

/// Has a write meet failures of this kind, and finds it done in the end.
async fn is_done_anew(table: &str, code: &str, when: &str) {
    let (_database, tenant, client) = begin(Options::default()).await;
    refuse(&client, table, 3, code, when).await;
    tenant.populate(11, 5).await;
    assert_eq!(tries(&client).await, 4, "{table} {code} {when}");
    assert_eq!(gauges(&tenant), (3.0, 0.0), "{table} {code} {when}");
    assert_eq!(tenant.count(Filter::All).await, 15);
    client.batch_execute("DROP FUNCTION refuse CASCADE").await.expect("a trigger can be taken away");
    tenant.is_sound().await;
    assert_eq!(tenant.changes().await, 3, "each change once");
}

#[test]
fn what_fails_to_serialize_is_done_anew() {
    run(async {
        for table in ["log", "tenants"] {
            is_done_anew(table, "40001", AT_ONCE).await;
        }
    });
}

#[test]
fn what_deadlocks_is_done_anew() {
    run(is_done_anew("log", "40P01", AT_ONCE));
}

#[test]
fn what_fails_to_serialize_at_the_very_end_is_done_anew() {
    run(is_done_anew("log", "40001", AT_COMMIT));
}

#[test]
fn statements_that_are_not_prepared_are_done_anew_too() {
    run(async {
        let (_database, tenant, client) = begin(Options { prepared_statements: false, ..Options::default() }).await;
        refuse(&client, "log", 2, "40001", AT_ONCE).await;
        tenant.populate(11, 5).await;
        assert_eq!(gauges(&tenant), (2.0, 0.0));
        assert_eq!(tenant.count(Filter::All).await, 15);
    });
}

#[test]
fn other_failures_are_not_tried_again() {
    run(async {
        let (_database, tenant, client) = begin(Options::default()).await;
        refuse(&client, "log", 1, "XX000", AT_ONCE).await;
        let (_, writes) = tenant.people(11, 5);
        let failed = tenant.write(writes).await;
        assert!(failed.is_err(), "{failed:?}");
        assert_eq!((tries(&client).await, gauges(&tenant)), (1, (0.0, 0.0)));
        assert_eq!(tenant.count(Filter::All).await, 10);
        tenant.populate(11, 5).await;
        tenant.is_sound().await;
    });
}

#[test]
fn what_conflicts_each_time_is_given_up() {
    run(async {
        for when in [AT_ONCE, AT_COMMIT] {
            let (_database, tenant, client) = begin(Options { retries: 4, ..Options::default() }).await;
            refuse(&client, "log", 1_000_000, "40001", when).await;
            let (ids, writes) = tenant.people(11, 5);
            let given_up = tenant.write(writes.clone()).await;
            assert!(matches!(given_up, Err(Error::Unavailable { reason: Reason::Overloaded, .. })), "{given_up:?}");
            assert_eq!(tries(&client).await, 5, "once, and four times anew");
            assert_eq!(gauges(&tenant), (5.0, 1.0));
            assert_eq!(tenant.count(Filter::All).await, 10, "nothing is left");
            assert_eq!(tenant.changes().await, 2);
            tenant.is_sound().await;
            client.batch_execute("DROP FUNCTION refuse CASCADE").await.expect("a trigger can be taken away");
            let written = tenant.write(writes).await.expect("the store goes on");
            assert_eq!((written.outcomes.len(), ids.len()), (5, 5));
            assert_eq!(tenant.count(Filter::All).await, 15);
            tenant.is_sound().await;
        }
    });
}

#[test]
fn the_victim_of_a_deadlock_is_done_anew() {
    run(async {
        let (_database, tenant, client) = begin(Options::default()).await;
        for round in 0..3 {
            // The outsider is the more patient one, so that the store's transaction is what gives way.
            let begin = "BEGIN; SET LOCAL deadlock_timeout = '30s'; SELECT 1 FROM sets FOR UPDATE";
            client.batch_execute(begin).await.expect("rows can be locked");
            let (_, writes) = tenant.people(11 + round * 5, 5);
            let writing = tenant.write(writes);
            let crossing = async {
                waits(&client).await;
                client.batch_execute("SELECT 1 FROM tenants FOR UPDATE; COMMIT").await.expect("the store gives way");
            };
            let (written, ()) = tokio::join!(writing, crossing);
            written.expect("it is done anew");
        }
        let (repeated, given_up) = gauges(&tenant);
        assert!(repeated >= 3.0, "{repeated}");
        assert!(given_up < 1.0, "{given_up}");
        assert_eq!(tenant.count(Filter::All).await, 25);
        tenant.is_sound().await;
    });
}

/// Waits until somebody waits for a lock.
async fn waits(client: &Client) {
    for _ in 0..1000 {
        let sql = "SELECT count(*) FROM pg_locks WHERE NOT granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
                   UNION ALL SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
        let rows = client.query(sql, &[]).await.expect("the locks can be read");
        if rows.iter().any(|row| row.get::<_, i64>(0) > 0) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("nobody waits");
}
