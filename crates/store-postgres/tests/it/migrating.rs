//! The schema brought up to date, by one or by several, while others work.

use cardfile_directory::{Error, Result, Store};
use cardfile_model::Filter;
use cardfile_store_postgres::{Options, Schema, migrate, open};
use cardfile_testkit::contract::run;
use cardfile_testkit::person;

use crate::place;
use crate::tenant::Tenant;

/// What the refusal of a schema says.
#[track_caller]
fn refusal<T>(answer: Result<T>) -> String {
    match answer {
        Err(Error::Invalid(found)) if found[0].rule == "schema" => found[0].message.clone(),
        Err(other) => panic!("it should be the schema that does not fit, not {other:?}"),
        Ok(_) => panic!("the schema should not fit"),
    }
}

#[test]
fn only_the_schema_that_is_known_fits() {
    let fits = |taken, known| Schema { taken, known }.fits();
    fits(2, 2).expect("it is the same");
    assert!(refusal(fits(0, 2)).contains("`cardfile migrate`"));
    assert!(refusal(fits(1, 2)).contains("`cardfile migrate`"));
    assert!(refusal(fits(3, 2)).contains("use a newer version"));
}

#[test]
fn an_empty_database_is_not_opened_before_it_is_migrated() {
    run(async {
        let database = place::empty();
        let message = refusal(open(database.url(), Options::default()).await);
        assert!(message.contains("`cardfile migrate`"), "{message}");
        let client = place::client(database.url()).await;
        let sql = "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace";
        assert_eq!(client.query_one(sql, &[]).await.expect("an answer").get::<_, i64>(0), 0, "looking leaves nothing");
        let schema = migrate(database.url(), &Options::default()).await.expect("an empty database can be prepared");
        assert_eq!(schema.taken, schema.known);
        let tenant = Tenant::new(place::open(database.url()).await).await;
        tenant.populate(1, 3).await;
        tenant.is_sound().await;
    });
}

#[test]
fn many_may_migrate_at_once() {
    run(async {
        let database = place::empty();
        let migrating: Vec<_> = (0..8)
            .map(|_| {
                let url = database.url().to_owned();
                tokio::spawn(async move { migrate(&url, &Options::default()).await })
            })
            .collect();
        for one in migrating {
            let schema = one.await.expect("it does not panic").expect("each finds the schema up to date in the end");
            assert_eq!(schema.taken, schema.known);
        }
        let client = place::client(database.url()).await;
        let known = migrate(database.url(), &Options::default()).await.expect("it is up to date").known;
        let rows = client.query("SELECT step FROM schema_steps ORDER BY step", &[]).await.expect("the steps can be read");
        let taken: Vec<i64> = rows.iter().map(|row| row.get(0)).collect();
        assert_eq!(taken, (1..=i64::try_from(known).expect("few")).collect::<Vec<_>>(), "each step once");
    });
}

#[test]
fn a_database_from_the_future_is_refused_and_left_alone() {
    run(async {
        let database = place::database();
        let client = place::client(database.url()).await;
        let sql =
            "INSERT INTO schema_steps (tenant_id, step) SELECT tenant_id, max(step) + 1 FROM schema_steps GROUP BY tenant_id";
        client.execute(sql, &[]).await.expect("a step can be played");
        let steps = async || {
            let row = client.query_one("SELECT count(*) FROM schema_steps", &[]).await.expect("the steps can be counted");
            row.get::<_, i64>(0)
        };
        let before = steps().await;
        assert!(refusal(open(database.url(), Options::default()).await).contains("use a newer version"));
        assert!(refusal(migrate(database.url(), &Options::default()).await).contains("use a newer version"));
        assert_eq!(steps().await, before);
    });
}

#[test]
fn a_server_goes_on_while_another_migrates() {
    run(async {
        let database = place::database();
        let tenant = Tenant::new(place::open(database.url()).await).await;
        let url = database.url().to_owned();
        let migrating = tokio::spawn(async move {
            for _ in 0..10 {
                migrate(&url, &Options::default()).await.expect("it is up to date");
            }
        });
        for n in 1..=20 {
            tenant.populate(n, 1).await;
        }
        migrating.await.expect("it does not panic");
        assert_eq!(tenant.count(Filter::All).await, 20);
        tenant.store.ready().await.expect("it serves");
        tenant.is_sound().await;
    });
}

#[test]
fn an_index_of_an_earlier_version_is_built_anew_when_the_store_is_opened() {
    run(async {
        let database = place::database();
        let mut tenant = Tenant::new(place::open(database.url()).await).await;
        tenant.populate(1, 300).await;
        let client = place::client(database.url()).await;
        let ends = Filter::Or((1..=300).map(|n| Filter::PhoneEnds(person(n).phones[0].value.clone())).collect());
        assert_eq!(tenant.count(ends.clone()).await, 300);
        // Blocks of nothing but ends of numbers were not there, and segments of that time say nothing of their form.
        let old = "DELETE FROM blocks WHERE first_term >= '\\x41';
                   UPDATE segments SET form = DEFAULT";
        client.batch_execute(old).await.expect("an index of an earlier version can be played");
        tenant.store.close();
        tenant.store = place::open(database.url()).await;
        assert_eq!(tenant.count(ends).await, 300);
        tenant.is_sound().await;
    });
}
