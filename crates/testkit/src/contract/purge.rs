//! What is old goes for good.

use cardfile_directory::{Command, Error};
use cardfile_model::{Filter, Selection};
use jiff::{SignedDuration, Timestamp};

use super::Harness;
use super::place::{create, delete, entitle};
use crate::people::person;

/// Purges what is older than now, to the end.
async fn purge(h: &Harness, before: Timestamp) -> u64 {
    let mut gone = 0;
    loop {
        match h.store.purge(before).await.expect("a store can purge") {
            0 => return gone,
            some => gone += some,
        }
    }
}

fn later(h: &Harness) -> Timestamp {
    h.clock.advance(SignedDuration::from_hours(1))
}

pub async fn old_trash_goes_for_good_and_ids_stay_taken(h: Harness) {
    let place = h.tenant().await;
    let ids = place.populate(5).await;
    place.trash(Selection::ids([ids[0]])).await;
    place.one(delete(ids[1])).await.expect("it is there");
    let undone = place.write(vec![create(h.id(), person(6))]).await.revision;
    place.undo(undone).await.expect("nothing happened since");
    let log = place.changes().await.len();
    assert_eq!(purge(&h, later(&h)).await, 3);
    assert_eq!(purge(&h, later(&h)).await, 0);
    assert_eq!(place.changes().await.len(), log, "a purge is no change");
    assert_eq!(place.find(Filter::All).await, ids[2..]);
    for id in &ids[..2] {
        assert_eq!(place.get(*id).await, None);
        assert!(matches!(place.one(create(*id, person(1))).await, Err(Error::AlreadyExists { .. })));
    }
    assert_eq!(place.create(person(7)).await.number, 7, "numbers stay taken too");
    h.is_sound().await;
}

pub async fn the_young_and_the_restored_stay(h: Harness) {
    let place = h.tenant().await;
    let ids = place.populate(4).await;
    let old = place.trash(Selection::ids(ids[..3].iter().copied())).await.revision;
    let term = later(&h);
    let undone = place.undo(old).await.expect("nothing happened since").revision;
    place.trash(Selection::ids([ids[1]])).await;
    assert_eq!(purge(&h, term).await, 0, "restored, or gone anew since the term");
    let applied = place.undo_by_force(undone).await.expect("force passes over");
    assert_eq!(applied.touched, 2);
    assert_eq!(purge(&h, term).await, 0);
    assert_eq!(purge(&h, h.clock_now()).await, 1, "what happened at the term itself is not before it");
    assert_eq!(purge(&h, later(&h)).await, 2);
    assert_eq!(place.find(Filter::All).await, ids[3..]);
    h.is_sound().await;
}

pub async fn changes_before_the_term_cannot_be_undone(h: Harness) {
    let place = h.tenant().await;
    let ids = place.populate(3).await;
    let patched = place.write(vec![entitle(ids[0], "Cook")]).await.revision;
    let trashed = place.trash(Selection::ids([ids[1]])).await.revision;
    let group = place.create_group("Harbour", &ids).await.revision;
    let term = later(&h);
    let young = place.write(vec![entitle(ids[2], "Cook")]).await.revision;
    purge(&h, term).await;
    for change in [patched, trashed, group] {
        assert!(matches!(place.undo(change).await, Err(Error::Invalid(found)) if found[0].rule == "undoable"));
        assert!(matches!(place.undo_by_force(change).await, Err(Error::Invalid(_))));
    }
    let undoable: Vec<u64> =
        place.changes().await.iter().filter(|change| change.is_undoable).map(|change| change.revision).collect();
    assert_eq!(undoable, [young]);
    place.undo(young).await.expect("it is young");
}

pub async fn groups_forget_the_purged(h: Harness) {
    let place = h.tenant().await;
    let ids = place.populate(3).await;
    let group = place.create_group("Harbour", &ids).await.id;
    let gone = place.create_group("Gone", &ids).await.id;
    place.trash(Selection::ids([ids[1]])).await;
    let term = later(&h);
    let deleted = place.apply(Command::DeleteGroup { id: gone }).await.expect("it stands").revision;
    assert_eq!(purge(&h, term).await, 1);
    assert_eq!(place.member_ids(group).await, [ids[0], ids[2]]);
    place.undo(deleted).await.expect("it is young");
    assert_eq!(place.member_ids(gone).await, [ids[0], ids[2]]);
    assert_eq!(place.group(gone).await.map(|group| group.size), Some(2));
    let deleted = place.apply(Command::DeleteGroup { id: group }).await.expect("it stands");
    assert_eq!(deleted.touched, 2, "nobody is left of the purged");
    h.is_sound().await;
}

pub async fn it_goes_in_slices(h: Harness) {
    let place = h.tenant().await;
    for _ in 0..2 {
        place.populate(600).await;
    }
    place.trash(Selection::all()).await;
    let term = later(&h);
    let mut gone = Vec::new();
    while gone.last() != Some(&0) {
        gone.push(h.store.purge(term).await.expect("a store can purge"));
        h.is_sound().await;
    }
    assert!(gone.iter().all(|slice| *slice <= 500), "{gone:?}");
    assert_eq!(gone.iter().sum::<u64>(), 1200);
}
