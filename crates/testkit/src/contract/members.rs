//! Who is in a group.

use cardfile_directory::{Error, Kind};
use cardfile_model::{Contact, Edit, GroupPatch, Member, MemberEdit, Numbers, People, Selection, Unknown};

use super::Harness;
use super::place::{joining, kept, leaving};
use crate::people::person;

pub async fn members_join_and_leave_step_by_step(h: Harness) {
    let place = h.tenant().await;
    let ids = place.populate(5).await;
    let group = place.create_group("Harbour", &ids[..2]).await.id;
    let applied =
        place.edit_members(group, vec![joining(&ids[1..4]), leaving(&[ids[0], ids[3], ids[4]]), joining(&[ids[4]])]).await;
    assert_eq!(place.member_ids(group).await, [ids[1], ids[2], ids[4]]);
    assert_eq!((applied.is_changed, applied.touched), (true, 3));
    assert_eq!(applied.group.map(|group| group.size), Some(3));
    let change = place.last_change().await;
    assert_eq!((change.came, change.went), (Numbers::from([3, 5]), Numbers::from([1])));
    let again =
        place.edit_members(group, vec![joining(&[ids[1]]), leaving(&[ids[0]]), leaving(&[ids[1]]), joining(&[ids[1]])]).await;
    assert!(!again.is_changed);
    h.is_sound().await;
}

pub async fn everyone_but_some_join_and_leave(h: Harness) {
    let place = h.tenant().await;
    let below = place.below().await;
    let (ids, others) = (place.populate(6).await, below.populate(2).await);
    place.trash(Selection::ids([ids[5]])).await;
    let group = place.create_group("Harbour", &[others[0], h.id()]).await.id;
    let spared = People::Ids(vec![ids[0], h.id()]);
    place.edit_members(group, vec![MemberEdit::Add(Selection::AllExcept(spared))]).await;
    let members = place.member_ids(group).await;
    assert_eq!(members[..5], [ids[1], ids[2], ids[3], ids[4], others[0]]);
    assert_eq!(members.len(), 6);
    let spared = People::Ids(vec![ids[2], ids[0], others[0]]);
    let applied = place.edit_members(group, vec![MemberEdit::Remove(Selection::AllExcept(spared))]).await;
    assert_eq!(place.member_ids(group).await, [ids[2], others[0]]);
    assert_eq!(applied.touched, 4);
    place.edit_members(group, vec![MemberEdit::Remove(Selection::all())]).await;
    assert_eq!(place.member_ids(group).await, super::NOBODY);
    h.is_sound().await;
}

pub async fn members_come_by_number_in_slices(h: Harness) {
    let place = h.tenant().await;
    let ids = place.populate(20).await;
    let mut reversed = ids.clone();
    reversed.reverse();
    let group = place.create_group("Harbour", &reversed).await.id;
    assert_eq!(place.member_ids(group).await, ids);
    for (offset, limit, expected) in [(0, 3, &ids[..3]), (18, 5, &ids[18..]), (20, 5, &[]), (u64::MAX, 1, &[]), (3, 0, &[])] {
        let slice = h.store.members(place.tenant, group, offset, limit).await.expect("it stands");
        assert_eq!(slice.iter().map(|member| member.id).collect::<Vec<_>>(), expected);
    }
}

pub async fn members_are_called_by_name_or_address(h: Harness) {
    let place = h.tenant().await;
    let named = place.create(person(1)).await;
    let bare = Contact { display_name: None, given_name: None, family_name: None, ..person(2) };
    let bare = place.create(bare).await;
    let stub = h.id();
    let group = place.create_group("Harbour", &[named.id, bare.id, stub]).await.id;
    let expected = [
        Member { id: named.id, number: 1, name: person(1).display_name },
        Member { id: bare.id, number: 2, name: Some(person(2).emails[0].value.clone()) },
        Member { id: stub, number: 3, name: None },
    ];
    assert_eq!(place.members(group).await, expected);
}

pub async fn the_trash_hides_members_and_gives_them_back(h: Harness) {
    let place = h.tenant().await;
    let ids = place.populate(4).await;
    let before = place.create_group("Harbour", &ids).await;
    let trashed = place.trash(Selection::ids([ids[1], ids[2]])).await.revision;
    assert_eq!(place.member_ids(before.id).await, [ids[0], ids[3]]);
    let group = place.group(before.id).await.expect("it stands");
    assert_eq!((group.size, group.modified, group.revision), (2, before.modified, before.revision));
    assert_eq!(h.store.members(place.tenant, before.id, 1, 1).await.expect("it stands")[0].id, ids[3]);
    place.undo(trashed).await.expect("nothing happened since");
    assert_eq!(place.member_ids(before.id).await, ids);
    assert_eq!(place.group(before.id).await, Some(before));
    h.is_sound().await;
}

pub async fn a_patch_is_all_or_nothing(h: Harness) {
    let place = h.tenant().await;
    let ids = place.populate(2).await;
    let before = place.create_group("Harbour", &ids[..1]).await;
    place.create_group("Taken", &[]).await;
    let edits = vec![joining(&ids), joining(&[h.id()])];
    let patch = GroupPatch {
        name: Some("New".into()),
        description: Edit::Set("x".into()),
        members: edits,
        unknown: Unknown::Refuse,
        ..kept()
    };
    let refused = place.patch_group(before.id, patch).await;
    assert!(matches!(refused, Err(Error::NotFound { kind: Kind::Contact, .. })));
    for joins in [&ids[..], &[h.id()]] {
        let members = vec![joining(joins)];
        let patch = GroupPatch { name: Some("taken".into()), members, unknown: Unknown::Refuse, ..kept() };
        let refused = place.patch_group(before.id, patch).await;
        assert!(matches!(refused, Err(Error::AlreadyExists { kind: Kind::Group, .. })), "a taken name is told of first");
    }
    assert_eq!(place.group(before.id).await, Some(before.clone()));
    assert_eq!(place.member_ids(before.id).await, ids[..1]);
    assert_eq!(place.changes().await.len(), 4);
}

pub async fn members_join_by_number(h: Harness) {
    let place = h.tenant().await;
    let ids = place.populate(4).await;
    let group = place.create_group("Harbour", &[]).await.id;
    let numbers = |numbers: &[u32]| People::Numbers(numbers.iter().copied().collect());
    place.edit_members(group, vec![MemberEdit::Add(Selection::Only(numbers(&[2, 3, 4])))]).await;
    place.edit_members(group, vec![MemberEdit::Remove(Selection::Only(numbers(&[1, 3, 77])))]).await;
    assert_eq!(place.member_ids(group).await, [ids[1], ids[3]]);
    place.edit_members(group, vec![MemberEdit::Add(Selection::AllExcept(numbers(&[1])))]).await;
    assert_eq!(place.member_ids(group).await, ids[1..]);
}

pub async fn a_change_of_members_moves_modified_and_says_who_came_and_went(h: Harness) {
    let place = h.tenant().await;
    let ids = place.populate(3).await;
    let before = place.create_group("Harbour", &ids[..1]).await;
    let created = place.last_change().await;
    assert_eq!((created.group, created.came, created.went.len()), (Some(before.id), Numbers::from([1]), 0));
    let applied = place.edit_members(before.id, vec![joining(&ids[1..]), leaving(&ids[..1])]).await;
    let group = applied.group.expect("the group is answered");
    assert_eq!((group.modified, group.revision), (h.clock_now(), applied.revision));
    let change = place.last_change().await;
    assert_eq!(change.group, Some(before.id));
    assert_eq!(change.touched, Numbers::from([1, 2, 3]));
    assert_eq!((change.came, change.went), (Numbers::from([2, 3]), Numbers::from([1])));
}
