//! Changes of cards are taken back.

use cardfile_directory::{Error, Kind};
use cardfile_model::{ChangeKind, Filter, Numbers, Selection};

use super::Harness;
use super::place::{create, delete, entitle, joining};
use crate::people::person;

pub async fn created_people_go(h: Harness) {
    let place = h.tenant().await;
    let ids = place.populate(3).await;
    let applied = place.undo(2).await.expect("nothing happened since");
    assert_eq!((applied.is_changed, applied.revision, applied.touched), (true, 3, 3));
    assert_eq!(place.find(Filter::All).await, super::NOBODY);
    let change = place.last_change().await;
    assert_eq!((change.kind, change.undoes, change.group), (ChangeKind::Undo, Some(2), None));
    assert_eq!((change.went, change.came.len()), (Numbers::from([1, 2, 3]), 0));
    assert!(matches!(place.one(create(ids[0], person(1))).await, Err(Error::AlreadyExists { .. })));
    h.is_sound().await;
}

pub async fn patched_cards_become_what_they_were(h: Harness) {
    let place = h.tenant().await;
    let ids = place.populate(2).await;
    let patched = place.write(vec![entitle(ids[0], "Cook"), entitle(ids[1], "Cook")]).await.revision;
    let applied = place.undo(patched).await.expect("nothing happened since");
    for (id, n) in ids.iter().zip(1..) {
        let record = place.get(*id).await.expect("it is there");
        assert_eq!(record.contact, person(n));
        assert_eq!((record.revision, record.modified), (applied.revision, h.clock_now()), "a revision of its own");
    }
    let change = place.last_change().await;
    assert_eq!((change.touched.len(), change.came.len(), change.went.len()), (2, 0, 0));
    h.is_sound().await;
}

pub async fn deleted_people_come_back(h: Harness) {
    let place = h.tenant().await;
    let before = place.create(person(1)).await;
    let deleted = place.write(vec![delete(before.id)]).await.revision;
    place.undo(deleted).await.expect("nothing happened since");
    assert_eq!(place.get(before.id).await, Some(before), "as it was, revision and all");
    assert_eq!(place.last_change().await.came, Numbers::from([1]));
    h.is_sound().await;
}

pub async fn a_batch_of_all_kinds_is_taken_back_at_once(h: Harness) {
    let place = h.tenant().await;
    let ids = place.populate(3).await;
    let (new, brief) = (h.id(), h.id());
    let writes = vec![
        create(new, person(9)),
        entitle(ids[0], "Cook"),
        delete(ids[1]),
        entitle(ids[2], "Ghost"),
        delete(ids[2]),
        create(brief, person(8)),
        delete(brief),
    ];
    let batch = place.write(writes).await.revision;
    assert_eq!(place.find(Filter::All).await, [ids[0], new]);
    place.undo(batch).await.expect("nothing happened since");
    assert_eq!(place.find(Filter::All).await, ids);
    for (id, n) in ids.iter().zip(1..) {
        assert_eq!(place.get(*id).await.map(|record| record.contact), Some(person(n)));
    }
    h.is_sound().await;
}

pub async fn trashed_people_come_back(h: Harness) {
    let place = h.tenant().await;
    let ids = place.populate(6).await;
    let before = place.get_all(&ids).await;
    let trashed = place.trash(Selection::ids(ids[1..5].iter().copied())).await.revision;
    let applied = place.undo(trashed).await.expect("nothing happened since");
    assert_eq!(applied.touched, 4);
    assert_eq!(place.get_all(&ids).await, before);
    assert_eq!(place.last_change().await.came, Numbers::from([2, 3, 4, 5]));
    h.is_sound().await;
}

pub async fn an_undo_is_undone(h: Harness) {
    let place = h.tenant().await;
    let id = place.create(person(1)).await.id;
    let patched = place.write(vec![entitle(id, "Cook"), create(h.id(), person(2))]).await.revision;
    let after = place.find(Filter::All).await;
    let undone = place.undo(patched).await.expect("nothing happened since").revision;
    assert_eq!(place.find(Filter::All).await, [id]);
    let redone = place.undo(undone).await.expect("nothing happened since").revision;
    assert_eq!(place.find(Filter::All).await, after);
    assert_eq!(place.get(id).await.and_then(|record| record.contact.title).as_deref(), Some("Cook"));
    assert!(matches!(place.undo(patched).await, Err(Error::Stale { .. })), "it was taken back and done again since");
    place.undo(redone).await.expect("nothing happened since");
    assert_eq!(place.get(id).await.map(|record| record.contact), Some(person(1)));
    h.is_sound().await;
}

pub async fn a_later_change_of_the_same_person_is_a_conflict(h: Harness) {
    let place = h.tenant().await;
    let ids = place.populate(3).await;
    let trashed = place.trash(Selection::ids([ids[2]])).await.revision;
    place.write(vec![entitle(ids[0], "Cook")]).await;
    assert!(matches!(place.undo(2).await, Err(Error::Stale { .. })));
    assert_eq!(place.find(Filter::All).await, ids[..2], "nothing was done");
    place.undo(trashed).await.expect("the others do not matter");
    assert_eq!(place.find(Filter::All).await, ids);
    assert!(matches!(place.undo(trashed).await, Err(Error::Stale { .. })), "its undo touched the same");
}

pub async fn forced_it_passes_over_those_touched_since(h: Harness) {
    let place = h.tenant().await;
    let ids = place.populate(3).await;
    place.write(vec![entitle(ids[1], "Cook")]).await;
    let applied = place.undo_by_force(2).await.expect("force passes over");
    assert_eq!(applied.touched, 2);
    assert_eq!(place.find(Filter::All).await, [ids[1]]);
    let again = place.undo_by_force(2).await.expect("force passes over");
    assert_eq!((again.is_changed, again.revision, again.touched), (false, applied.revision, 0));
    h.is_sound().await;
}

pub async fn changes_of_groups_do_not_conflict_with_cards(h: Harness) {
    let place = h.tenant().await;
    let ids = place.populate(2).await;
    let patched = place.write(vec![entitle(ids[0], "Cook")]).await.revision;
    let group = place.create_group("Harbour", &ids).await.id;
    let joined = place.edit_members(group, vec![joining(&[h.id()])]).await.revision;
    place.undo(patched).await.expect("the group is another respect");
    place.write(vec![entitle(ids[0], "Baker")]).await;
    place.undo(joined).await.expect("the card is another respect");
    assert_eq!(place.member_ids(group).await, ids);
}

pub async fn an_unknown_change_is_not_found(h: Harness) {
    let place = h.tenant().await;
    let below = place.below().await;
    below.populate(1).await;
    for change in [0, 3, 4, u64::MAX] {
        assert!(matches!(place.undo(change).await, Err(Error::NotFound { kind: Kind::Change, .. })), "{change}");
    }
    below.undo(3).await.expect("it is of this organization");
}

pub async fn an_organization_is_not_undone(h: Harness) {
    let place = h.tenant().await;
    let change = place.last_change().await;
    assert_eq!((change.kind, change.revision, change.is_undoable), (ChangeKind::Organization, 1, false));
    assert!(matches!(place.undo(1).await, Err(Error::Invalid(found)) if found[0].rule == "undoable"));
}

pub async fn restored_people_are_found_again(h: Harness) {
    let place = h.tenant().await;
    let ids = place.populate(20).await;
    let address = person(7).emails[0].value.clone();
    let trashed = place.trash(Selection::all()).await.revision;
    assert_eq!(place.find(Filter::Email(address.clone())).await, super::NOBODY);
    place.undo(trashed).await.expect("nothing happened since");
    assert_eq!(place.find(Filter::Email(address.clone())).await, [ids[6]]);
    assert_eq!(place.find(Filter::Contains(address)).await, [ids[6]]);
    assert_eq!(place.page(place.query(Filter::WordPrefixes(String::new()))).await.total, 20);
}
