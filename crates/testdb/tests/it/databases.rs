//! Databases of the shared cluster.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};

use cardfile_testdb::Cluster;
use tokio_postgres::{Client, NoTls};

/// The cluster outlives this run: a name that no other run has, nor another test.
fn template(test: &str) -> String {
    format!("{test} {} {:?}", std::process::id(), std::time::Instant::now())
}

fn create_table(url: &str) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async { connect(url).await.batch_execute("CREATE TABLE person (name text)").await.unwrap() });
}

async fn connect(url: &str) -> Client {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}

async fn people(client: &Client) -> i64 {
    client.query_one("SELECT count(*) FROM person", &[]).await.unwrap().get(0)
}

#[tokio::test]
async fn a_database_has_what_its_template_has_and_nothing_of_another() {
    let template = template("two");
    let (one, other) = (Cluster::shared().database(&template, create_table), Cluster::shared().database(&template, create_table));
    let (one, other) = (connect(one.url()).await, connect(other.url()).await);
    one.execute("INSERT INTO person VALUES ('Ada')", &[]).await.unwrap();
    assert_eq!(people(&one).await, 1);
    assert_eq!(people(&other).await, 0);
}

#[test]
fn a_template_is_made_once() {
    let (template, made) = (template("once"), AtomicUsize::new(0));
    let prepare = |url: &str| {
        made.fetch_add(1, Ordering::SeqCst);
        create_table(url);
    };
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| drop(Cluster::shared().database(&template, prepare)));
        }
    });
    assert_eq!(made.load(Ordering::SeqCst), 1);
}

#[test]
fn a_template_that_was_not_finished_is_not_used() {
    let template = template("half");
    let failed = catch_unwind(AssertUnwindSafe(|| {
        Cluster::shared().database(&template, |url| {
            create_table(url);
            panic!("in the middle");
        })
    }));
    assert!(failed.is_err());
    let database = Cluster::shared().database(&template, create_table);
    assert_eq!(Cluster::shared().sql(database.name(), "SELECT count(*) FROM person"), "0");
}

#[tokio::test]
async fn a_database_is_dropped_while_somebody_is_connected() {
    let database = Cluster::shared().database(&template("dropped"), create_table);
    let _client = connect(database.url()).await;
    let name = database.name().to_owned();
    drop(database);
    let left = Cluster::shared().sql("postgres", &format!("SELECT count(*) FROM pg_database WHERE datname = '{name}'"));
    assert_eq!(left, "0");
}
