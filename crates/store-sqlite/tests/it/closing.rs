//! Closing and opening again.

use std::sync::Arc;
use std::time::Duration;

use cardfile_directory::{Error, Reason, Registry, Store};
use cardfile_model::{Audience, Filter, GroupFilter, GroupOrder, GroupQuery};
use cardfile_store_sqlite::Options;
use cardfile_testkit::contract::run;

use crate::place::{Place, is_unavailable, named, open};

#[test]
fn after_closing_nothing_is_answered() {
    run(async {
        let place = Place::new().await;
        let ids = place.populate(1, 3).await;
        place.store.close();
        let (store, tenant, organization) = (&place.store, place.tenant, place.organization());
        assert!(is_unavailable(&store.get(tenant, organization, Audience::Everything, &ids).await));
        assert!(is_unavailable(&store.find(tenant, place.query(Filter::All)).await));
        assert!(is_unavailable(&store.group(tenant, ids[0]).await));
        let (filter, order) = (GroupFilter::All, GroupOrder::Name);
        let query = GroupQuery { organization, also: Vec::new(), filter, order, is_descending: false, offset: 0, limit: 1 };
        assert!(is_unavailable(&store.groups(tenant, query).await));
        assert!(is_unavailable(&store.members(tenant, ids[0], 0, 1).await));
        assert!(is_unavailable(&store.changes(tenant, organization, 0, 1).await));
        assert!(is_unavailable(&store.check().await));
        assert!(is_unavailable(&store.rebuild_index().await));
        assert!(is_unavailable(&store.tenants().await));
        assert!(is_unavailable(&store.organizations(tenant).await));
        assert!(is_unavailable(&store.ready().await));
        assert!(is_unavailable(&place.apply(place.batch(Vec::new())).await));
        assert!(is_unavailable(&store.purge(place.author().time).await));
        store.close();
    });
}

#[test]
fn what_was_asked_before_closing_is_done_or_refused_as_a_whole() {
    run(async {
        let place = Arc::new(Place::new().await);
        let mut writers = tokio::task::JoinSet::new();
        for n in 0..200 {
            let place = Arc::clone(&place);
            writers.spawn(async move {
                let id = place.id();
                let contact = Box::new(named(&format!("Person {n}")));
                let answer = place.apply(place.batch(vec![cardfile_model::Write::Create { id, contact }])).await;
                (id, answer)
            });
        }
        tokio::time::sleep(Duration::from_millis(3)).await;
        let store = Arc::clone(&place.store);
        tokio::task::spawn_blocking(move || store.close()).await.expect("a store can be closed");
        let answers = writers.join_all().await;
        let again = place.beside();
        for (id, answer) in answers {
            let found = again.store.get(again.tenant, again.organization(), Audience::Everything, &[id]).await;
            let is_there = found.expect("people can be read")[0].is_some();
            match answer {
                Ok(applied) => assert!(applied.is_changed && is_there),
                Err(Error::Unavailable { reason: Reason::ShuttingDown, .. }) => assert!(!is_there),
                Err(error) => panic!("{error}"),
            }
        }
        again.is_sound().await;
    });
}

#[test]
fn closing_does_not_wait_for_those_who_do_not_ask_for_their_answer() {
    run(async {
        let place = Place::new().await;
        let command = place.batch(Vec::new());
        let mut asked = std::pin::pin!(place.apply(command));
        // Asked once, and then left alone while the store is closed.
        let is_answered = tokio::select! { biased; _ = &mut asked => true, () = std::future::ready(()) => false };
        place.store.close();
        if !is_answered {
            // Done before the store was told to close.
            asked.await.expect("a batch of nothing can be written");
        }
    });
}

#[test]
fn when_too_many_wait_further_ones_are_turned_away() {
    run(async {
        let place = Arc::new(Place::with(Options { queue: 4, ..Options::default() }).await);
        let other = place.file();
        other.execute_batch("BEGIN IMMEDIATE").expect("another process may write");
        let mut writers = tokio::task::JoinSet::new();
        for _ in 0..50 {
            let place = Arc::clone(&place);
            writers.spawn(async move { place.apply(place.batch(Vec::new())).await });
        }
        let turned_away = async {
            while let Some(answer) = writers.join_next().await {
                let answer = answer.expect("it does not panic");
                assert!(matches!(answer, Err(Error::Unavailable { reason: Reason::Overloaded, .. })), "{answer:?}");
                if writers.len() <= 10 {
                    break;
                }
            }
        };
        tokio::time::timeout(Duration::from_secs(10), turned_away).await.expect("they are turned away at once");
        other.execute_batch("ROLLBACK").expect("another process may end");
        for answer in writers.join_all().await {
            assert!(matches!(answer, Ok(_) | Err(Error::Unavailable { reason: Reason::Overloaded, .. })), "{answer:?}");
        }
        place.is_sound().await;
        let waiting = place.store.gauges().into_iter().find(|gauge| gauge.name == "store_writer_waiting_jobs");
        assert!(waiting.is_some_and(|gauge| gauge.value < 2.0), "turned away ones are not counted as waiting");
    });
}

#[test]
fn a_file_of_a_newer_schema_is_refused_and_left_alone() {
    run(async {
        let place = Place::new().await;
        place.store.close();
        place.file().pragma_update(None, "user_version", 99).expect("a version can be set");
        let refused = cardfile_store_sqlite::open(place.directory.path(), Options::default());
        assert!(matches!(refused, Err(Error::Internal(_))));
        assert_eq!(place.ask("PRAGMA user_version"), 99);
        assert_eq!(place.ask("SELECT count(*) FROM tenants"), 1);
    });
}

#[test]
fn what_is_no_directory_or_no_store_is_refused() {
    let directory = tempfile::tempdir().expect("a temporary directory can be made");
    let file = directory.path().join("file");
    std::fs::write(&file, b"x").expect("a file can be written");
    assert!(is_unavailable(&cardfile_store_sqlite::open(&file, Options::default())));
    assert!(is_unavailable(&cardfile_store_sqlite::open(&file.join("below"), Options::default())));
    std::fs::write(directory.path().join("cardfile.db"), "no database ".repeat(1000)).expect("a file can be written");
    assert!(matches!(cardfile_store_sqlite::open(directory.path(), Options::default()), Err(Error::Internal(_))));
}

#[test]
fn a_process_that_dies_leaves_all_it_answered_for() {
    run(async {
        let place = Place::new().await;
        let ids = place.populate(1, 100).await;
        place.trash(cardfile_model::Selection::ids([ids[7]])).await;
        // What is on the disk while the store is open is what a crash leaves.
        let copy = tempfile::tempdir().expect("a temporary directory can be made");
        for name in ["cardfile.db", "cardfile.db-wal"] {
            std::fs::copy(place.directory.path().join(name), copy.path().join(name)).expect("a file can be copied");
        }
        let store = open(copy.path());
        let page = store.find(place.tenant, place.query(Filter::All)).await.expect("people can be found");
        assert_eq!(page.total, 99);
        assert_eq!(store.check().await.expect("a store can be checked"), []);
    });
}

#[test]
fn after_closing_all_is_in_one_file() {
    run(async {
        let place = Place::new().await;
        place.populate(1, 100).await;
        assert_eq!(place.find(Filter::All).await.len(), 100);
        place.store.close();
        let files = std::fs::read_dir(place.directory.path()).expect("a directory can be read");
        let mut names: Vec<_> = files.map(|file| file.expect("a file has a name").file_name()).collect();
        names.sort();
        assert_eq!(names, ["cardfile.db"]);
        assert_eq!(place.reopened().find(Filter::All).await.len(), 100);
    });
}
