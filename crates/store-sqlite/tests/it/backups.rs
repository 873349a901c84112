//! Copies written while others write, and brought back.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::Arc;

use cardfile_directory::{Error, Result, Store};
use cardfile_model::{Filter, Selection};
use cardfile_store_sqlite::restore;
use cardfile_testkit::contract::run;
use rusqlite::Connection;

use crate::place::{Place, is_unavailable, named, open};

fn is_refused(answer: &Result<()>) -> bool {
    matches!(answer, Err(Error::Invalid(_)))
}

#[test]
fn a_copy_written_meanwhile_is_whole() {
    run(async {
        let place = Arc::new(Place::new().await);
        let writing = {
            let place = Arc::clone(&place);
            tokio::spawn(async move {
                for round in 0..30 {
                    let ids = place.create((0..40).map(|n| named(&format!("Round{round} person{n}")))).await;
                    place.trash(Selection::ids([ids[0]])).await;
                }
            })
        };
        let copies = tempfile::tempdir().expect("a temporary directory can be made");
        let mut count = 0;
        while !writing.is_finished() || count < 2 {
            count += 1;
            let (file, directory) = (copies.path().join(format!("{count}.db")), copies.path().join(format!("{count}")));
            place.store.database().backup(&file).expect("a copy can be written");
            restore(&file, &directory).expect("a copy can be brought back");
            let store = open(&directory);
            assert_eq!(store.check().await.expect("a store can be checked"), []);
            let found = store.find(place.tenant, place.query(Filter::Contains("round".into()))).await;
            let everyone = store.find(place.tenant, place.query(Filter::All)).await;
            assert_eq!(found.expect("people can be found").total, everyone.expect("people can be found").total);
        }
        writing.await.expect("it does not panic");
    });
}

#[test]
fn a_file_that_exists_is_not_written_over_and_half_a_copy_does_not_stay() {
    run(async {
        let place = Place::new().await;
        let file = place.directory.path().join("copy.db");
        place.store.database().backup(&file).expect("a copy can be written");
        let mode = std::fs::metadata(&file).expect("the copy is there").permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "who can read the copy can read everyone");
        assert!(is_refused(&place.store.database().backup(&file)));
        let nowhere = place.directory.path().join("nowhere").join("copy.db");
        assert!(is_unavailable(&place.store.database().backup(&nowhere)));
        assert!(!nowhere.exists());
    });
}

#[test]
fn what_is_no_whole_copy_is_not_brought_back() {
    run(async {
        let place = Place::new().await;
        place.populate(1, 300).await;
        let copies = tempfile::tempdir().expect("a temporary directory can be made");
        let at = |name: &str| copies.path().join(name);
        place.store.database().backup(&at("whole")).expect("a copy can be written");
        let whole = std::fs::read(at("whole")).expect("a copy can be read");
        let write = |name: &str, bytes: &[u8]| std::fs::write(at(name), bytes).expect("a file can be written");
        write("empty", b"");
        write("text", &b"no database ".repeat(1000));
        write("cut", &whole[..whole.len() - 8192]);
        write("half", &whole[..whole.len() / 2]);
        let mut spoilt = whole.clone();
        spoilt[8192..16384].fill(0x5a);
        write("spoilt", &spoilt);
        let newer = |name: &str| {
            write(name, &whole);
            Connection::open(at(name)).expect("a file can be opened")
        };
        newer("newer").pragma_update(None, "user_version", 99).expect("a version can be set");
        newer("other").execute_batch("DROP TABLE tenants").expect("a table can go");
        for name in ["missing", "empty", "text", "cut", "half", "spoilt", "newer", "other"] {
            let directory = at("directory");
            assert!(is_refused(&restore(&at(name), &directory)), "{name}");
            assert!(!directory.join("cardfile.db").exists(), "{name}");
        }
        restore(&at("whole"), &at("directory")).expect("a copy can be brought back");
        assert_eq!(open(&at("directory")).check().await.expect("a store can be checked"), []);
    });
}

#[test]
fn a_copy_is_brought_back_only_where_nothing_of_a_store_is() {
    run(async {
        let place = Place::new().await;
        place.populate(1, 10).await;
        let copies = tempfile::tempdir().expect("a temporary directory can be made");
        let file = copies.path().join("copy.db");
        place.store.database().backup(&file).expect("a copy can be written");
        assert!(is_refused(&restore(&file, place.directory.path())), "a store is there");
        let touch = |path: &Path| std::fs::write(path, b"x").expect("a file can be written");
        let left = copies.path().join("left");
        std::fs::create_dir(&left).expect("a directory can be made");
        touch(&left.join("cardfile.db-wal"));
        assert!(is_refused(&restore(&file, &left)), "the log of an earlier store is there");
        let taken = copies.path().join("taken");
        touch(&taken);
        assert!(restore(&file, &taken.join("below")).is_err(), "a file is in the way");
    });
}

#[test]
fn the_file_of_an_open_store_is_no_copy() {
    run(async {
        let place = Place::new().await;
        place.populate(1, 10).await;
        let copies = tempfile::tempdir().expect("a temporary directory can be made");
        let file = place.directory.path().join("cardfile.db");
        assert!(is_refused(&restore(&file, &copies.path().join("one"))), "its log holds what it lacks");
        place.store.close();
        restore(&file, &copies.path().join("two")).expect("a closed store is whole");
        let store = open(&copies.path().join("two"));
        assert_eq!(store.find(place.tenant, place.query(Filter::All)).await.expect("people can be found").total, 10);
    });
}
