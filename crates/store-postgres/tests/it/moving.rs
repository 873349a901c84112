//! Moving a directory from the embedded store to PostgreSQL and back.

pub mod broken;
pub mod populated;

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use cardfile_directory::{Error, OrganizationDraft, Registry, Result, Store};
use cardfile_engine::Database;
use cardfile_engine::transfer::{Report, Settings, transfer};
use cardfile_model::{OrganizationId, TenantId};
use cardfile_store_sqlite::{Options, SqliteStore};
use cardfile_testdb::Cluster;
use cardfile_testkit::contract::run;
use tempfile::TempDir;
use uuid::Uuid;

use crate::place;
use broken::{Breaking, Watched};
use populated::Populated;

/// Slices so small that each table takes several.
const SMALL: Settings = Settings { rows: 7, bytes: 1_000, tries: 5 };

fn empty() -> TempDir {
    tempfile::tempdir().expect("a temporary directory can be made")
}

fn opened(directory: &Path) -> Arc<SqliteStore> {
    cardfile_store_sqlite::open(directory, Options::default()).expect("a store can be opened")
}

fn reading(directory: &Path) -> Arc<dyn Database> {
    cardfile_store_sqlite::reading(directory, Options::default()).expect("a file can be read")
}

fn embedded(directory: &Path) -> Arc<dyn Database> {
    cardfile_store_sqlite::database(directory, Options::default()).expect("a file can be opened")
}

async fn postgres(database: &cardfile_testdb::Database) -> Arc<dyn Database> {
    cardfile_store_postgres::database(database.url(), cardfile_store_postgres::Options::default())
        .await
        .expect("a database can be opened")
}

async fn moved(from: &Arc<dyn Database>, to: &Arc<dyn Database>, settings: Settings) -> Result<Report> {
    let (from, to) = (Arc::clone(from), Arc::clone(to));
    let moving = tokio::task::spawn_blocking(move || transfer(&*from, &*to, settings, &mut |_| {}));
    moving.await.expect("a move does not panic")
}

/// A report of a move that went well.
async fn moved_well(from: &Arc<dyn Database>, to: &Arc<dyn Database>, settings: Settings) -> Report {
    let report = moved(from, to, settings).await.expect("a directory can be moved");
    assert_eq!(report.differences, []);
    report
}

/// Whether somebody refuses, and how.
fn refusal(answer: Result<Report>) -> String {
    match answer {
        Err(Error::Invalid(violations)) => violations[0].message.clone(),
        other => panic!("a refusal was wanted, but: {other:?}"),
    }
}

#[test]
fn a_directory_goes_there_and_back_and_lives_on() {
    run(async {
        let (first, database, last) = (empty(), place::database(), empty());
        let mut populated = Populated::new(first.path(), 11, 150).await;
        let before = std::fs::read(first.path().join("cardfile.db")).expect("a file can be read");
        let report = moved_well(&reading(first.path()), &postgres(&database).await, SMALL).await;
        assert_eq!(report.tenants, 4);
        assert_eq!(report.written, report.tables.iter().map(|(_, rows)| rows).sum::<u64>());
        assert!(report.tables.iter().all(|(table, rows)| *table == "stubs" || *rows > 0), "{:?}", report.tables);
        assert_eq!(std::fs::read(first.path().join("cardfile.db")).expect("a file can be read"), before);

        let store = place::open(database.url()).await;
        populated.lives_on(Arc::<cardfile_store_postgres::PostgresStore>::clone(&store)).await;
        store.close();

        let from = postgres(&database).await;
        let report = moved_well(&from, &embedded(last.path()), Settings::default()).await;
        assert_eq!(report.tenants, 4);
        let store = opened(last.path());
        populated.lives_on(store).await;
    });
}

#[test]
fn a_move_that_ends_early_goes_on_where_it_was() {
    run(async {
        let first = empty();
        let mut populated = Populated::new(first.path(), 12, 60).await;
        let from = reading(first.path());
        for most in [1, 2, 3, 40, 7] {
            let (database, last) = (place::database(), empty());
            for to in [postgres(&database).await, embedded(last.path())] {
                let mut written = 0;
                for attempt in 0.. {
                    let breaking: Arc<dyn Database> = Arc::new(Breaking::after(&to, most, attempt % 2 == 0));
                    match moved(&from, &breaking, SMALL).await {
                        Ok(report) => {
                            assert_eq!(report.differences, []);
                            assert!(attempt > 0 && report.written < report.tables.iter().map(|(_, rows)| rows).sum());
                            break;
                        }
                        Err(Error::Unavailable { .. }) => written += 1,
                        // The last transaction of all stood and its answer was lost: everybody is there, and is left alone.
                        Err(Error::Invalid(found)) if attempt % 2 == 1 && found[0].message.contains("already") => break,
                        Err(error) => panic!("{error}: {error:?}"),
                    }
                    assert!(written < 5_000, "a move comes to no end");
                }
                to.close();
            }
            if most == 7 {
                let store = opened(last.path());
                populated.lives_on(Arc::<SqliteStore>::clone(&store)).await;
                store.close();
                break;
            }
            let store = place::open(database.url()).await;
            assert_eq!(store.check().await.expect("a store can be checked"), []);
        }
    });
}

#[test]
fn a_tenant_that_changes_meanwhile_is_begun_anew() {
    run(async {
        let (first, database) = (empty(), place::database());
        let mut populated = Populated::new(first.path(), 13, 60).await;
        let store = opened(first.path());
        let tenant = populated.others[0];
        let annex = move |number: usize| OrganizationDraft {
            tenant: Some(tenant),
            ..OrganizationDraft::new(OrganizationId(Uuid::from_u128(0xa11e + number as u128)), "Annex")
        };
        let (shared, handle) = (Arc::clone(&store), tokio::runtime::Handle::current());
        let time = populated.time;
        let write = move |number| {
            handle.block_on(shared.add_organization(annex(number), time)).expect("an organization can be made");
        };
        let source: Arc<dyn Database> = Arc::new(Watched::new(reading(first.path()), write, 2));
        let to = postgres(&database).await;
        moved_well(&source, &to, SMALL).await;
        let there = place::open(database.url()).await;
        assert_eq!(there.organizations(tenant).await.expect("an answer").len(), 3, "the root and both that came meanwhile");
        populated.lives_on(there).await;
    });
}

#[test]
fn a_tenant_that_never_stands_still_is_told_of() {
    run(async {
        let (first, database) = (empty(), place::database());
        let populated = Populated::new(first.path(), 14, 20).await;
        // Its id comes first, so that it is the first to be moved.
        let store = opened(first.path());
        let tenant = populated.others[0];
        let (shared, handle, time) = (Arc::clone(&store), tokio::runtime::Handle::current(), populated.time);
        let write = move |number: usize| {
            let id = OrganizationId(Uuid::from_u128(0xa11e + number as u128));
            let draft = OrganizationDraft { tenant: Some(tenant), ..OrganizationDraft::new(id, "Annex") };
            handle.block_on(shared.add_organization(draft, time)).expect("an organization can be made");
        };
        let (to, plain) = (postgres(&database).await, reading(first.path()));
        let source: Arc<dyn Database> = Arc::new(Watched::new(Arc::clone(&plain), write, usize::MAX));
        let told = refusal(moved(&source, &to, SMALL).await);
        assert!(told.contains(&tenant.to_string()) && told.contains("stop the servers"), "{told}");
        let there = place::open(database.url()).await;
        assert!(!there.tenants().await.expect("an answer").contains(&tenant), "half a tenant is not there");
        moved_well(&plain, &to, SMALL).await;
        assert!(there.tenants().await.expect("an answer").contains(&tenant));
        assert_eq!(there.check().await.expect("a store can be checked"), []);
    });
}

#[test]
fn a_damaged_row_is_told_of_and_mended_by_the_next_move() {
    run(async {
        let (first, database) = (empty(), place::database());
        let mut populated = Populated::new(first.path(), 15, 40).await;
        let (from, to) = (reading(first.path()), postgres(&database).await);
        let counting = Breaking::after(&to, usize::MAX, false);
        let left = Arc::clone(&counting.left);
        let other = place::database();
        let elsewhere = postgres(&other).await;
        let counting: Arc<dyn Database> = Arc::new(Breaking { inner: elsewhere, ..counting });
        moved_well(&from, &counting, SMALL).await;
        // All but the last transaction, which forgets the move.
        let writes = usize::MAX - left.load(Ordering::Relaxed);
        let breaking: Arc<dyn Database> = Arc::new(Breaking::after(&to, writes - 1, false));
        moved(&from, &breaking, SMALL).await.expect_err("it ends early");
        let tenant = populated.others[1];
        let damage = format!(
            "UPDATE contacts SET document = document || 'x'::bytea WHERE tenant_id = '{0}' AND number = 3;
             DELETE FROM sets WHERE tenant_id = '{0}' AND name = 'people'",
            tenant.0
        );
        Cluster::shared().sql(database.name(), &damage);
        let report = moved(&from, &to, SMALL).await.expect("a move comes to its end");
        let told: Vec<&str> =
            report.differences.iter().map(|found| found.message.split(':').next().unwrap_or_default()).collect();
        assert_eq!(told, ["contacts", "sets"]);
        assert!(report.differences.iter().all(|found| found.tenant == tenant), "{:?}", report.differences);
        let report = moved_well(&from, &to, SMALL).await;
        assert!(report.written > 0);
        populated.lives_on(place::open(database.url()).await).await;
    });
}

#[test]
fn a_tenant_that_is_there_already_is_refused() {
    run(async {
        let (first, database) = (empty(), place::database());
        let populated = Populated::new(first.path(), 16, 10).await;
        let (from, to) = (reading(first.path()), postgres(&database).await);
        moved_well(&from, &to, SMALL).await;
        let told = refusal(moved(&from, &to, SMALL).await);
        assert!(told.contains("has tenant"), "{told}");

        // A tenant of its own that has an organization of the same id.
        let other = place::database();
        let store = place::open(other.url()).await;
        let taken = populated.others[2];
        let root = OrganizationDraft::new(OrganizationId(Uuid::from_u128(77)), "Other");
        let tenant = TenantId(store.add_organization(root, populated.time).await.expect("a tenant can be made").id.0);
        let below = OrganizationDraft { tenant: Some(tenant), ..OrganizationDraft::new(OrganizationId(taken.0), "Taken") };
        store.add_organization(below, populated.time).await.expect("an organization can be made");
        let told = refusal(moved(&from, &postgres(&other).await, SMALL).await);
        assert!(told.contains(&taken.to_string()) && told.contains("another tenant"), "{told}");
    });
}
