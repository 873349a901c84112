//! Removing for good, in slices, with others at work.

use std::collections::BTreeSet;
use std::sync::Arc;

use cardfile_directory::{Command, Error, Store};
use cardfile_model::{Edit, Expect, Filter, GroupPatch, MemberEdit, People, Selection, Unknown, Write};
use cardfile_testkit::contract::run;
use jiff::{SignedDuration, Timestamp};

use crate::place::{Place, named};

impl Place {
    /// A time after which everything so far is old.
    fn later(&self) -> Timestamp {
        self.clock.advance(SignedDuration::from_hours(1))
    }

    async fn purge_all(&self, before: Timestamp) -> u64 {
        let mut gone = 0;
        loop {
            match self.store.purge(before).await.expect("a store can purge") {
                0 => return gone,
                some => gone += some,
            }
        }
    }
}

fn numbers(numbers: impl IntoIterator<Item = u32>) -> Selection {
    Selection::Only(People::Numbers(numbers.into_iter().collect()))
}

#[test]
fn who_is_restored_between_two_slices_stays_and_the_rest_goes() {
    run(async {
        let place = Place::new().await;
        place.create((1..=1200).map(|n| named(&format!("Person {n}")))).await;
        let trashed = place.trash(Selection::all()).await.revision;
        let term = place.later();
        assert_eq!(place.store.purge(term).await.expect("a store can purge"), 500);
        place.is_sound().await;
        let undone = place.undo(trashed).await.expect("some are there still");
        assert_eq!(undone.touched, 700);
        assert_eq!(place.find(Filter::All).await, (501..=1200).collect::<Vec<_>>());
        assert_eq!(place.purge_all(place.later()).await, 0);
        assert_eq!(place.find(Filter::All).await.len(), 700);
        assert!(matches!(place.undo(trashed).await, Err(Error::Invalid(_))));
        place.is_sound().await;
    });
}

#[test]
fn who_went_again_since_stays_until_that_is_old_too() {
    run(async {
        let place = Place::new().await;
        place.populate(1, 4).await;
        let first = place.trash(numbers([1, 2, 3])).await.revision;
        place.undo(first).await.expect("nothing happened since");
        place.trash(numbers([3])).await;
        let term = place.later();
        let young = place.trash(numbers([2])).await.revision;
        assert_eq!(place.purge_all(term).await, 1, "only who went before the term and not again after it");
        assert_eq!(place.find(Filter::All).await, [1, 4]);
        place.undo(young).await.expect("it is young");
        assert_eq!(place.find(Filter::All).await, [1, 2, 4]);
        place.is_sound().await;
    });
}

#[test]
fn who_was_made_and_deleted_at_once_goes_too() {
    run(async {
        let place = Place::new().await;
        let (id, contact) = (place.id(), Box::new(named("Passing")));
        place.write(vec![Write::Create { id, contact }, Write::Delete { id, expect: Expect::Any }]).await;
        assert_eq!(place.purge_all(place.later()).await, 1);
        place.is_sound().await;
    });
}

#[test]
fn thousands_of_old_changes_are_gone_through_in_a_breath() {
    run(async {
        let place = Arc::new(Place::new().await);
        let ids = place.create((1..=2000).map(|n| named(&format!("Person {n}")))).await;
        let mut deletes = tokio::task::JoinSet::new();
        for part in ids.chunks(40) {
            let (place, part) = (Arc::clone(&place), part.to_vec());
            deletes.spawn(async move {
                for id in part {
                    place.write(vec![Write::Delete { id, expect: Expect::Any }]).await;
                }
            });
        }
        deletes.join_all().await;
        let term = place.later();
        let purged = tokio::time::timeout(std::time::Duration::from_secs(10), place.purge_all(term));
        assert_eq!(purged.await.expect("its cost does not grow with the square of the changes"), 2000);
        assert_eq!(place.ask("SELECT count(*) FROM log WHERE NOT is_purged"), 0);
        assert_eq!(place.ask("SELECT revision - purged FROM tenants"), 0, "the next purge begins behind all of them");
        assert_eq!(place.ask("SELECT count(*) FROM contacts"), 0);
        assert_eq!(place.ask("SELECT count(*) FROM texts"), 0);
        place.is_sound().await;
    });
}

#[test]
fn purging_while_others_restore_and_delete_loses_nobody() {
    run(async {
        let place = Arc::new(Place::new().await);
        place.create((1..=900).map(|n| named(&format!("Person {n}")))).await;
        let restoring = {
            let place = Arc::clone(&place);
            tokio::spawn(async move {
                let mut kept = BTreeSet::new();
                for n in 0..30 {
                    let trashed = place.trash(numbers(n * 30 + 1..=n * 30 + 30)).await.revision;
                    if place.undo(trashed).await.is_ok_and(|undone| undone.touched == 30) {
                        kept.extend(n * 30 + 1..=n * 30 + 30);
                    }
                }
                kept
            })
        };
        while !restoring.is_finished() {
            place.store.purge(place.clock.advance(SignedDuration::ZERO)).await.expect("a store can purge");
        }
        let kept = restoring.await.expect("it does not panic");
        let found = place.find(Filter::All).await.into_iter().collect::<BTreeSet<_>>();
        assert!(kept.is_subset(&found), "who was restored whole is there");
        assert_eq!(place.ask("SELECT count(*) FROM contacts"), found.len() as u64 + place.purge_all(place.later()).await);
        place.is_sound().await;
    });
}

#[test]
fn groups_that_name_the_purged_answer_for_the_living() {
    run(async {
        let place = Place::new().await;
        place.populate(1, 10).await;
        let group = place.create_group("Crew", Selection::all()).await;
        place.trash(numbers([2, 4])).await;
        place.purge_all(place.later()).await;
        assert_eq!(place.find(Filter::MemberOf(group)).await, [1, 3, 5, 6, 7, 8, 9, 10]);
        assert_eq!(place.find(Filter::Not(Box::new(Filter::MemberOf(group)))).await, [0; 0]);
        let members = vec![MemberEdit::Remove(numbers([1, 2])), MemberEdit::Add(numbers([1]))];
        let patch = GroupPatch { name: None, description: Edit::Keep, members, unknown: Unknown::Skip, inherits: false };
        let applied = place.apply(Command::PatchGroup { id: group, patch }).await.expect("it stands");
        assert!(!applied.is_changed, "the purged do not leave a second time");
        place.is_sound().await;
    });
}

#[test]
fn the_index_forgets_the_words_of_people_who_are_gone() {
    run(async {
        let place = Place::new().await;
        let names = (1..=300).map(|n| if n <= 200 { format!("Zebedee{n}") } else { format!("Person{n}") });
        place.create(names.map(|name| named(&name))).await;
        let telling = "SELECT count(*) FROM blocks WHERE instr(bytes, CAST('zebedee' AS BLOB)) > 0";
        assert_ne!(place.ask(telling), 0);
        place.trash(numbers(1..=200)).await;
        assert_eq!(place.purge_all(place.later()).await, 200);
        place.wait_for(telling, 0).await;
        place.is_sound().await;
    });
}
