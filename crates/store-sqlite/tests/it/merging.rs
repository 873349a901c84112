//! Merging in the background while people are written and found.

use std::collections::BTreeMap;
use std::sync::Arc;

use cardfile_directory::Store;
use cardfile_model::{Filter, Selection};
use cardfile_testkit::contract::run;
use uuid::Uuid;

use crate::place::{Place, named, open, rename};

const DEAD: &str = "SELECT count(*) FROM segments WHERE state <> 1";
const STRAY_BLOCKS: &str = "SELECT count(*)
                              FROM blocks b
                             WHERE NOT EXISTS (SELECT 1 FROM segments s WHERE s.tenant_id = b.tenant_id AND s.segment = b.segment)";

/// The next number drawn by lot, below `below`.
fn draw(state: &mut u64, below: usize) -> usize {
    *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    usize::try_from(*state >> 33).expect("31 bits fit") % below
}

/// The simplest possible index: who has which word.
async fn agrees(place: &Place, words: &BTreeMap<u32, usize>) {
    for word in 0..40 {
        let expected: Vec<u32> = words.iter().filter(|(_, has)| **has == word).map(|(number, _)| *number).collect();
        assert_eq!(place.find(Filter::WordPrefixes(format!("word{word:02}"))).await, expected, "word {word}");
        assert_eq!(place.find(Filter::Contains(format!("word{word:02}"))).await, expected, "text {word}");
    }
}

#[test]
fn random_writes_are_found_through_all_merges() {
    run(async {
        let place = Place::new().await;
        let (mut dice, mut ids, mut words) = (7, Vec::<Uuid>::new(), BTreeMap::new());
        for round in 0..45 {
            let count = [1, 3, 20, 70, 100, 300][draw(&mut dice, 6)];
            if round % 3 == 0 || ids.is_empty() {
                let new: Vec<usize> = (0..count).map(|_| draw(&mut dice, 40)).collect();
                let made = place.create(new.iter().map(|word| named(&format!("Word{word:02}")))).await;
                for (id, word) in made.into_iter().zip(new) {
                    ids.push(id);
                    words.insert(u32::try_from(ids.len()).expect("few"), word);
                }
            } else {
                let mut writes = BTreeMap::new();
                for _ in 0..count {
                    writes.insert(draw(&mut dice, ids.len()), draw(&mut dice, 40));
                }
                let changed = writes.iter().map(|(at, word)| rename(ids[*at], &format!("Word{word:02}"))).collect();
                place.write(changed).await;
                words.extend(writes.into_iter().map(|(at, word)| (u32::try_from(at + 1).expect("few"), word)));
            }
            if round % 10 == 0 {
                agrees(&place, &words).await;
            }
        }
        agrees(&place, &words).await;
        place.wait_for(DEAD, 0).await;
        place.wait_for(STRAY_BLOCKS, 0).await;
        place.is_sound().await;
        let live = place.ask("SELECT count(*) FROM segments");
        assert!(live < 20, "{live} segments are left");
        agrees(&place.reopened(), &words).await;
    });
}

#[test]
fn small_commits_are_folded_and_do_not_become_a_swarm() {
    run(async {
        let place = Place::new().await;
        for n in 0..200 {
            place.create([named(&format!("Person {n}"))]).await;
        }
        place.wait_for(DEAD, 0).await;
        let live = place.ask("SELECT count(*) FROM segments");
        assert!(live <= 5, "{live} segments");
        assert_eq!(place.find(Filter::WordPrefixes("person".into())).await.len(), 200);
        place.is_sound().await;
    });
}

#[test]
fn a_merge_that_a_crash_cut_short_is_given_up() {
    run(async {
        let place = Place::new().await;
        for round in 0..3 {
            place.create((0..100).map(|n| named(&format!("Round{round} person{n}")))).await;
        }
        place.store.close();
        // What a merge leaves that wrote some of its blocks: a head without a word, and a copy of what it merges.
        let file = place.file();
        let head = "INSERT INTO segments (tenant_id, segment, state, head)
                    SELECT tenant_id, 9, 0, head
                      FROM segments
                     LIMIT 1";
        let blocks = "INSERT INTO blocks (tenant_id, segment, first_term, first_number, bytes)
                      SELECT tenant_id, 9, first_term, first_number, bytes
                        FROM blocks
                       WHERE segment = 1";
        file.execute_batch(&format!("{head}; {blocks}; UPDATE tenants SET next_segment = 10")).expect("a crash can be played");
        let place = place.reopened();
        place.wait_for("SELECT count(*) FROM segments WHERE segment = 9", 0).await;
        place.wait_for(STRAY_BLOCKS, 0).await;
        place.create((0..100).map(|n| named(&format!("Last person{n}")))).await;
        assert_eq!(place.find(Filter::WordPrefixes("person9".into())).await.len(), 44);
        place.is_sound().await;
    });
}

#[test]
fn merges_that_fail_leave_nothing_behind() {
    run(async {
        let place = Place::new().await;
        for round in 0..3 {
            place.create((0..100).map(|n| named(&format!("Round{round} person{n}")))).await;
        }
        place.store.close();
        place.file().execute_batch("UPDATE blocks SET bytes = x'00'").expect("a file can be damaged");
        let place = place.reopened();
        for round in 0..6 {
            place.create((0..100).map(|n| named(&format!("Later{round} person{n}")))).await;
        }
        place.wait_for("SELECT next_segment >= 12 FROM tenants", 1).await;
        place.wait_for(DEAD, 0).await;
        place.wait_for(STRAY_BLOCKS, 0).await;
        place.store.rebuild_index().await.expect("the index can be built anew");
        place.is_sound().await;
    });
}

#[test]
fn a_crash_at_any_time_leaves_a_sound_store() {
    run(async {
        let place = Arc::new(Place::new().await);
        let writing = {
            let place = Arc::clone(&place);
            tokio::spawn(async move {
                for round in 0..40 {
                    let ids = place.create((0..80).map(|n| named(&format!("Round{round} person{n}")))).await;
                    place.trash(Selection::ids([ids[0]])).await;
                }
            })
        };
        while !writing.is_finished() {
            let copy = tempfile::tempdir().expect("a temporary directory can be made");
            let database = place.directory.path().join("cardfile.db");
            {
                // The log is not copied back meanwhile, so that both files are of one moment: what a crash leaves.
                let reader = place.file();
                reader.execute_batch("BEGIN; SELECT count(*) FROM tenants").expect("a snapshot can be held");
                for name in ["cardfile.db", "cardfile.db-wal"] {
                    std::fs::copy(database.with_file_name(name), copy.path().join(name)).expect("a file can be copied");
                }
            }
            let store = open(copy.path());
            assert_eq!(store.check().await.expect("a store can be checked"), []);
            let page = store.find(place.tenant, place.query(Filter::All)).await.expect("people can be found");
            let with = store.find(place.tenant, place.query(Filter::WordPrefixes("round".into()))).await;
            assert_eq!(with.expect("people can be found").total, page.total);
        }
        writing.await.expect("it does not panic");
        place.is_sound().await;
    });
}

#[test]
fn building_anew_during_merges_and_writes_keeps_everyone() {
    run(async {
        let place = Arc::new(Place::new().await);
        place.create((0..500).map(|n| named(&format!("Early person{n}")))).await;
        let writing = {
            let place = Arc::clone(&place);
            tokio::spawn(async move {
                for round in 0..30 {
                    place.create((0..70).map(|n| named(&format!("Late round{round} person{n}")))).await;
                }
            })
        };
        while !writing.is_finished() {
            place.store.rebuild_index().await.expect("the index can be built anew");
        }
        writing.await.expect("it does not panic");
        assert_eq!(place.find(Filter::WordPrefixes("early".into())).await.len(), 500);
        assert_eq!(place.find(Filter::WordPrefixes("late".into())).await.len(), 2100);
        place.wait_for(DEAD, 0).await;
        place.wait_for(STRAY_BLOCKS, 0).await;
        place.is_sound().await;
    });
}
