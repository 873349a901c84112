//! Ids without a card, that stand in groups.

use cardfile_directory::{Command, Error, Kind};
use cardfile_model::{Filter, GroupDraft, GroupPatch, MemberEdit, Numbers, People, Selection, Unknown};

use super::Harness;
use super::place::{joining, kept, leaving};
use crate::people::person;

pub async fn an_unknown_id_is_passed_over_refused_or_admitted(h: Harness) {
    let place = h.tenant().await;
    let ids = place.populate(2).await;
    let [stub, second] = [h.id(), h.id()];
    let members = Selection::ids([ids[0], stub, second, ids[1]]);
    let draft = |name, unknown| GroupDraft { members: members.clone(), unknown, ..place.draft(name, &[]) };
    let skipped = place.apply(Command::CreateGroup(draft("Skip", Unknown::Skip))).await.expect("unknown ones are passed over");
    assert_eq!(skipped.group.map(|group| group.size), Some(2));
    let refused = place.apply(Command::CreateGroup(draft("Refuse", Unknown::Refuse))).await;
    assert!(matches!(refused, Err(Error::NotFound { kind: Kind::Contact, id }) if id == stub.to_string()), "the first is named");
    let admitted = place.apply(Command::CreateGroup(draft("Admit", Unknown::Admit))).await.expect("unknown ones are admitted");
    assert_eq!(admitted.touched, 4);
    let group = admitted.group.expect("the group is answered");
    assert_eq!(group.size, 4);
    let numbers: Vec<_> = place.members(group.id).await.into_iter().map(|member| (member.id, member.number)).collect();
    assert_eq!(numbers, [(ids[0], 1), (ids[1], 2), (stub, 3), (second, 4)]);
    h.is_sound().await;
}

pub async fn an_id_without_a_card_stands_in_groups_only(h: Harness) {
    let place = h.tenant().await;
    let ids = place.populate(1).await;
    let stub = h.id();
    let group = place.create_group("Harbour", &[stub]).await.id;
    assert_eq!(place.get(stub).await, None);
    assert_eq!(place.find(Filter::All).await, ids);
    assert_eq!(place.find(Filter::Ids(vec![stub])).await, super::NOBODY);
    assert_eq!(place.find(Filter::MemberOf(group)).await, super::NOBODY);
    assert!(!place.trash(Selection::ids([stub])).await.is_changed);
    let other = place.create_group("Other", &[stub]).await.id;
    assert_eq!(place.members(group).await, place.members(other).await);
    h.is_sound().await;
}

pub async fn a_card_made_later_takes_the_number_of_its_id(h: Harness) {
    let place = h.tenant().await;
    let stub = h.id();
    let group = place.create_group("Harbour", &[stub]).await.id;
    let first = place.create(person(1)).await;
    let record = place.create_as(stub, person(2)).await;
    assert_eq!((record.number, first.number), (1, 2));
    assert_eq!(place.members(group).await[0].name, person(2).name_or_email());
    assert_eq!(place.find(Filter::MemberOf(group)).await, [stub]);
    assert_eq!(place.last_change().await.came, Numbers::from([1]));
    assert_eq!(place.create(person(3)).await.number, 3);
    h.is_sound().await;
}

pub async fn an_id_without_a_card_leaves_a_group_by_id(h: Harness) {
    let place = h.tenant().await;
    let stub = h.id();
    let group = place.create_group("Harbour", &[stub]).await.id;
    let applied = place.edit_members(group, vec![leaving(&[h.id(), stub])]).await;
    assert_eq!((applied.touched, applied.group.map(|group| group.size)), (1, Some(0)));
    place.edit_members(group, vec![joining(&[stub])]).await;
    assert_eq!(place.members(group).await[0].number, 1);
    let refusing = GroupPatch { members: vec![leaving(&[h.id(), stub])], unknown: Unknown::Refuse, ..kept() };
    let applied = place.patch_group(group, refusing).await.expect("who is not in is passed over");
    assert_eq!(applied.group.map(|group| group.size), Some(0));
}

pub async fn unknown_numbers_are_passed_over_or_refused(h: Harness) {
    let place = h.tenant().await;
    let ids = place.populate(1).await;
    let group = place.create_group("Harbour", &[]).await.id;
    let patch = |unknown| {
        let numbers = People::Numbers(Numbers::from([1, 9]));
        GroupPatch { members: vec![MemberEdit::Add(Selection::Only(numbers))], unknown, ..kept() }
    };
    let refused = place.patch_group(group, patch(Unknown::Refuse)).await;
    assert!(matches!(refused, Err(Error::NotFound { kind: Kind::Contact, .. })));
    for unknown in [Unknown::Skip, Unknown::Admit] {
        place.patch_group(group, patch(unknown)).await.expect("unknown ones are passed over");
        assert_eq!(place.member_ids(group).await, ids);
    }
    assert_eq!(place.create(person(2)).await.number, 2, "no number was given away");
}
