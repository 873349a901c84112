//! What is left in the file of people who were erased.

use std::path::Path;

use cardfile_directory::{Command, Store};
use cardfile_model::{Filter, Selection, Sources};
use cardfile_testkit::contract::run;
use uuid::Uuid;

use crate::place::{Place, named, rename};

/// Where words of a card stand, in whichever case.
const PLACES: &[&str] = &[
    "SELECT count(*) FROM contacts WHERE instr(lower(CAST(document AS TEXT)), 'zebedee') > 0",
    "SELECT count(*) FROM undo WHERE instr(lower(CAST(before AS TEXT)), 'zebedee') > 0",
    "SELECT count(*) FROM texts WHERE instr(bytes, CAST('zebedee' AS BLOB)) > 0",
    "SELECT count(*) FROM blocks WHERE instr(bytes, CAST('zebedee' AS BLOB)) > 0",
];

impl Place {
    async fn erase(&self, id: Uuid) {
        let erase = Command::Erase { organization: self.organization(), sources: Sources::Any, id };
        self.apply(erase).await.expect("they are there");
    }

    /// The person numbers that a set names.
    fn named_in(&self, set: &str) -> u64 {
        self.ask(&format!("SELECT count(*) FROM sets WHERE name = '{set}'"))
    }
}

#[test]
fn no_table_has_words_of_who_was_erased_however_old_the_segments_are() {
    run(async {
        let place = Place::new().await;
        let ids = place.create((1..=300).map(|n| named(&format!("Person{n}"))).chain([named("Zebedee")])).await;
        // What is newest is not the segment that has the words.
        place.create((1..=200).map(|n| named(&format!("Other{n}")))).await;
        let zebedee = ids[300];
        place.write(vec![rename(zebedee, "Zebedee the Second"), rename(ids[0], "Zacharias")]).await;
        place.create_group("Crew", Selection::ids([zebedee])).await;
        for place_of_words in PLACES {
            assert_ne!(place.ask(place_of_words), 0, "{place_of_words}");
        }
        place.erase(zebedee).await;
        for place_of_words in &PLACES[..3] {
            assert_eq!(place.ask(place_of_words), 0, "{place_of_words}");
        }
        assert_eq!(place.find(Filter::Contains("zebedee".into())).await, [0; 0]);
        place.wait_for(PLACES[3], 0).await;
        assert_eq!(place.named_in("group/1"), 0, "nobody else was in it");
        assert_eq!((place.named_in("erased"), place.ask("SELECT count(*) FROM stubs WHERE number = 301")), (1, 1));
        assert_eq!(place.find(Filter::Contains("zacharias".into())).await, [1], "the change of others is kept");
        place.is_sound().await;
    });
}

/// Whether a file has a word, in whichever case.
fn has(file: &Path, word: &[u8]) -> bool {
    let bytes = std::fs::read(file).expect("the file can be read");
    bytes.windows(word.len()).any(|part| part.eq_ignore_ascii_case(word))
}

#[test]
fn what_an_erasing_removes_is_overwritten_where_it_stood() {
    run(async {
        let place = Place::new().await;
        let ids = place.create((1..=300).map(|n| named(&format!("Person{n}"))).chain([named("Zebedee")])).await;
        place.erase(ids[300]).await;
        place.wait_for(PLACES[3], 0).await;
        place.wait_for("SELECT count(*) FROM segments WHERE state <> 1", 0).await;
        place.is_sound().await;
        place.store.close();
        let file = place.directory.path().join("cardfile.db");
        assert!(has(&file, b"person300"), "it is looked for where it would be");
        assert!(!has(&file, b"zebedee"));
    });
}

#[test]
fn a_backup_has_nothing_left_of_what_was_written_over_earlier() {
    run(async {
        let place = Place::new().await;
        let ids = place.create((1..=300).map(|n| named(&format!("Person{n}"))).chain([named("Zebedee")])).await;
        place.create((1..=2000).map(|n| named(&format!("Other{n}")))).await;
        place.write(vec![rename(ids[300], "Zebedee the Second")]).await;
        place.erase(ids[300]).await;
        place.wait_for(PLACES[3], 0).await;
        place.wait_for("SELECT count(*) FROM segments WHERE state <> 1", 0).await;
        let copy = place.directory.path().join("copy.db");
        place.store.database().backup(&copy).expect("a backup can be made");
        assert!(has(&copy, b"person300"), "it is looked for where it would be");
        assert!(!has(&copy, b"zebedee"));
    });
}

#[test]
fn an_index_that_is_made_anew_knows_who_was_erased() {
    run(async {
        let place = Place::new().await;
        let ids = place.create((1..=100).map(|n| named(&format!("Person{n}")))).await;
        place.erase(ids[40]).await;
        place.store.rebuild_index().await.expect("an index can be made anew");
        assert_eq!(place.find(Filter::All).await.len(), 99);
        place.is_sound().await;
    });
}
