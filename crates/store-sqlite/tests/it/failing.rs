//! What becomes of those who write together when one of them or the commit fails.

use std::sync::Arc;

use cardfile_directory::{Applied, Error, Reason, Result, Store};
use cardfile_model::{Filter, TenantId};
use cardfile_testkit::contract::run;

use crate::place::{is_unavailable, named};
use crate::probe::{Bench, Failure};

/// Has three people made in one transaction: in these tenants, of these names, through these doors.
async fn together(bench: &Bench, jobs: [(TenantId, &str, &'static str); 3]) -> [Result<Applied>; 3] {
    let (held, store) = (bench.probe().hold_write(), Arc::clone(&bench.store));
    let (tenant, author, nothing) = (bench.ours, bench.place.author(), bench.place.batch(Vec::new()));
    let first = tokio::spawn(async move { store.apply(tenant, author, nothing).await });
    let waiting = held.begun().await;
    let [one, two, three] = jobs.map(|(tenant, name, door)| bench.create(tenant, named(name), door));
    let (one, two, three, ()) = tokio::join!(one, two, three, async { drop(waiting.go_on()) });
    drop(first.await.expect("the task was not ended"));
    assert!(bench.gauge("store_writer_last_group_jobs") >= 3.0, "they share a transaction");
    [one, two, three]
}

impl Bench {
    fn gauge(&self, name: &str) -> f64 {
        self.store.gauges().into_iter().find(|gauge| gauge.name == name).expect("it is watched").value
    }

    /// The names of everyone, by number: as this store and another one on the same file have it.
    async fn names(&self, tenant: TenantId) -> Vec<String> {
        let query = || self.query(tenant, Filter::All);
        let mut pages = Vec::new();
        for store in [&*self.store as &dyn Store, &*self.place.store] {
            let page = store.find(tenant, query()).await.expect("people can be found");
            let names = page.records.into_iter().map(|record| record.contact.display_name.unwrap_or_default());
            pages.push(names.collect::<Vec<_>>());
        }
        assert_eq!(pages[0], pages[1], "what is known and what is stored");
        pages.swap_remove(0)
    }

    /// Finds nothing wrong with the file, and everyone by their names.
    async fn is_sound(&self, names: &[&str]) {
        assert_eq!(self.names(self.ours).await, names);
        assert_eq!(self.store.check().await.expect("a store can be checked"), []);
        for name in names {
            assert_eq!(self.count(self.ours, Filter::Contains((*name).into())).await, 1, "{name}");
            assert_eq!(self.count(self.ours, Filter::WordPrefixes((*name).into())).await, 1, "{name}");
        }
    }

    /// Has the database raise when a change through the door `unlucky` comes into the log, which is after all else of it.
    fn raise(&self, how: &str) {
        let sql = format!(
            "CREATE TRIGGER unlucky BEFORE INSERT ON log WHEN new.door = 'unlucky'
             BEGIN SELECT RAISE({how}, 'on purpose'); END"
        );
        self.place.file().execute_batch(&sql).expect("a trigger can be made");
    }

    fn raise_no_more(&self) {
        self.place.file().execute_batch("DROP TRIGGER unlucky").expect("a trigger can be removed");
    }
}

#[test]
fn a_job_that_fails_takes_nothing_of_the_others_with_it() {
    run(async {
        let bench = Bench::new(2).await;
        bench.raise("ABORT");
        let ours = bench.ours;
        let jobs = [(ours, "Anna", "test"), (ours, "Unlucky", "unlucky"), (ours, "Cleo", "test")];
        let [first, failed, last] = together(&bench, jobs).await;
        assert!(matches!(failed, Err(Error::Internal(_))), "{failed:?}");
        let revisions = [first, last].map(|applied| applied.expect("a person can be made").revision);
        assert_eq!(revisions[0] + 1, revisions[1]);
        bench.is_sound(&["Anna", "Cleo"]).await;
        // Where it comes last, nobody else gets the number that it would have given.
        let jobs = [(ours, "Dora", "test"), (ours, "Emil", "test"), (ours, "Unlucky", "unlucky")];
        let [first, last, failed] = together(&bench, jobs).await;
        assert!(first.is_ok() && last.is_ok() && failed.is_err());
        bench.raise_no_more();
        bench.is_sound(&["Anna", "Cleo", "Dora", "Emil"]).await;
        assert_eq!(bench.count(ours, Filter::Contains("unlucky".into())).await, 0);
        bench.create(ours, named("Unlucky"), "unlucky").await.expect("nothing is left of it");
        bench.is_sound(&["Anna", "Cleo", "Dora", "Emil", "Unlucky"]).await;
    });
}

#[test]
fn a_database_that_takes_the_transaction_back_fails_the_whole_group_and_nothing_is_left_of_it() {
    run(async {
        let bench = Bench::new(2).await;
        bench.raise("ROLLBACK");
        let ours = bench.ours;
        let jobs = [(ours, "Anna", "test"), (ours, "Unlucky", "unlucky"), (ours, "Cleo", "test")];
        for answer in together(&bench, jobs).await {
            assert!(is_unavailable(&answer), "{answer:?}");
        }
        bench.raise_no_more();
        bench.is_sound(&[]).await;
        assert_eq!(bench.place.ask("SELECT count(*) FROM contacts"), 0, "nothing is written outside of the transaction");
        bench.create(ours, named("Dora"), "test").await.expect("the next one may write");
        bench.is_sound(&["Dora"]).await;
    });
}

#[test]
fn a_commit_that_fails_is_told_to_all_and_nothing_of_it_is_known() {
    run(async {
        let bench = Bench::new(2).await;
        bench.create(bench.ours, named("Zoe"), "test").await.expect("a person can be made");
        bench.create(bench.theirs, named("Yves"), "test").await.expect("a person can be made");
        bench.probe().fail(Some(Failure::Commit));
        let jobs = [(bench.ours, "Anna", "test"), (bench.theirs, "Bert", "test"), (bench.ours, "Cleo", "test")];
        for answer in together(&bench, jobs).await {
            assert!(is_unavailable(&answer), "{answer:?}");
        }
        assert!((bench.gauge("store_known_people") - 2.0).abs() < 0.5, "nobody else is remembered");
        bench.probe().fail(None);
        bench.is_sound(&["Zoe"]).await;
        assert_eq!(bench.names(bench.theirs).await, ["Yves"]);
        // By another process, which makes the next version and tells nobody here.
        bench.place.create([named("Emma")]).await;
        bench.is_sound(&["Zoe", "Emma"]).await;
        bench.create(bench.ours, named("Finn"), "test").await.expect("a person can be made");
        bench.is_sound(&["Zoe", "Emma", "Finn"]).await;
    });
}

#[test]
fn what_could_not_be_finished_is_not_known_either() {
    run(async {
        let bench = Bench::new(2).await;
        bench.create(bench.theirs, named("Yves"), "test").await.expect("a person can be made");
        let spoilt = bench.place.file().execute("UPDATE texts SET bytes = x'00'", []).expect("a text can be spoilt");
        assert_eq!(spoilt, 1);
        let mut names = Vec::new();
        // Tenants are finished in no particular order, so that the sound one comes first at times.
        for n in 0..12 {
            let jobs = [(bench.ours, "Anna", "test"), (bench.theirs, "Bert", "test"), (bench.ours, "Cleo", "test")];
            for answer in together(&bench, jobs).await {
                assert!(answer.is_err());
            }
            assert_eq!(bench.names(bench.ours).await, names);
            names.push(format!("Emma {n}"));
            bench.place.create([named(&names[n])]).await;
            assert_eq!(bench.names(bench.ours).await, names, "the version that failed is not taken for the one that came after");
            assert_eq!(bench.names(bench.theirs).await, ["Yves"]);
        }
    });
}

#[test]
fn who_waits_for_a_transaction_that_cannot_begin_is_told_why() {
    run(async {
        let bench = Bench::new(2).await;
        bench.probe().fail(Some(Failure::Begin));
        let jobs = ["Anna", "Bert", "Cleo"].map(|name| (bench.ours, name, "test"));
        for answer in together(&bench, jobs).await {
            assert!(matches!(answer, Err(Error::Unavailable { reason: Reason::Overloaded, .. })), "{answer:?}");
        }
        bench.probe().fail(None);
        bench.is_sound(&[]).await;
    });
}
