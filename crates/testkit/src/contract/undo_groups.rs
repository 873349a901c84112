//! Changes of groups are taken back.

use cardfile_directory::{Command, Error, Kind};
use cardfile_model::{ChangeKind, Edit, GroupPatch, Numbers};

use super::Harness;
use super::place::{joining, kept, leaving};

fn renaming(name: &str) -> GroupPatch {
    GroupPatch { name: Some(name.into()), ..kept() }
}

pub async fn a_created_group_goes(h: Harness) {
    let place = h.tenant().await;
    let ids = place.populate(2).await;
    let group = place.create_group("Harbour", &ids).await;
    place.undo(group.revision).await.expect("nothing happened since");
    assert_eq!(place.group(group.id).await, None);
    let change = place.last_change().await;
    assert_eq!((change.kind, change.group, change.undoes), (ChangeKind::Undo, Some(group.id), Some(group.revision)));
    assert_eq!(change.went, Numbers::from([1, 2]));
    place.create_group("Harbour", &[]).await;
    h.is_sound().await;
}

pub async fn a_deleted_group_comes_back_with_its_members(h: Harness) {
    let place = h.tenant().await;
    let ids = place.populate(3).await;
    let group = place.create_group("Harbour", &ids[1..]).await;
    let deleted = place.apply(Command::DeleteGroup { id: group.id }).await.expect("it stands");
    assert_eq!(deleted.touched, 2);
    place.undo(deleted.revision).await.expect("nothing happened since");
    let restored = place.group(group.id).await.expect("it stands again");
    assert_eq!((restored.name, restored.number, restored.size, restored.created), (group.name, group.number, 2, group.created));
    assert_eq!(place.member_ids(group.id).await, ids[1..]);
    assert_eq!(place.last_change().await.came, Numbers::from([2, 3]));
    h.is_sound().await;
}

pub async fn a_deleted_group_does_not_take_a_name_back(h: Harness) {
    let place = h.tenant().await;
    let group = place.create_group("Harbour", &[]).await.id;
    let deleted = place.apply(Command::DeleteGroup { id: group }).await.expect("it stands").revision;
    let usurper = place.create_group("HARBOUR", &[]).await.id;
    assert!(matches!(place.undo(deleted).await, Err(Error::AlreadyExists { kind: Kind::Group, .. })));
    place.patch_group(usurper, renaming("Quay")).await.expect("it stands");
    place.undo(deleted).await.expect("the name is free again");
    assert!(place.group(group).await.is_some());
}

pub async fn a_patch_is_taken_back_whole(h: Harness) {
    let place = h.tenant().await;
    let ids = place.populate(4).await;
    let group = place.create_group("Harbour", &ids[..2]).await;
    let members = vec![joining(&ids[2..]), leaving(&ids[..1])];
    let patch = GroupPatch { description: Edit::Set("Wet".into()), members, ..renaming("Quay") };
    let patched = place.patch_group(group.id, patch).await.expect("it stands").revision;
    let undone = place.undo(patched).await.expect("nothing happened since");
    let now = place.group(group.id).await.expect("it stands");
    assert_eq!((now.name.as_str(), now.description, now.size), ("Harbour", None, 2));
    assert_eq!((now.modified, now.revision), (h.clock_now(), undone.revision));
    assert_eq!(place.member_ids(group.id).await, ids[..2]);
    let change = place.last_change().await;
    assert_eq!((change.came, change.went), (Numbers::from([1]), Numbers::from([3, 4])));
    h.is_sound().await;
}

pub async fn a_name_changed_since_is_stale(h: Harness) {
    let place = h.tenant().await;
    let group = place.create_group("One", &[]).await.id;
    let second = place.patch_group(group, renaming("Two")).await.expect("it stands").revision;
    let third = place.patch_group(group, renaming("Three")).await.expect("it stands").revision;
    assert!(matches!(place.undo(second).await, Err(Error::Stale { .. })));
    place.undo(third).await.expect("nothing happened since");
    assert_eq!(place.group(group).await.map(|group| group.name).as_deref(), Some("Two"));
    let taken = place.patch_group(group, renaming("Four")).await.expect("it stands").revision;
    place.create_group("Two", &[]).await;
    assert!(matches!(place.undo(taken).await, Err(Error::AlreadyExists { kind: Kind::Group, .. })));
}

pub async fn members_touched_since_are_a_conflict(h: Harness) {
    let place = h.tenant().await;
    let ids = place.populate(4).await;
    let group = place.create_group("Harbour", &[]).await.id;
    let joined = place.edit_members(group, vec![joining(&ids[..3])]).await.revision;
    place.edit_members(group, vec![leaving(&ids[..1]), joining(&ids[3..])]).await;
    place.edit_members(group, vec![joining(&ids[..1])]).await;
    place.create_group("Other", &ids).await;
    assert!(matches!(place.undo(joined).await, Err(Error::Stale { .. })));
    assert_eq!(place.member_ids(group).await, ids, "nothing was done");
    let applied = place.undo_by_force(joined).await.expect("force passes over");
    assert_eq!(applied.touched, 2);
    assert_eq!(place.member_ids(group).await, [ids[0], ids[3]], "who left and joined again stays");
    h.is_sound().await;
}

pub async fn undone_changes_of_groups_are_undone_again(h: Harness) {
    let place = h.tenant().await;
    let ids = place.populate(2).await;
    let group = place.create_group("Harbour", &ids).await;
    let gone = place.undo(group.revision).await.expect("nothing happened since").revision;
    let back = place.undo(gone).await.expect("nothing happened since").revision;
    assert_eq!(place.member_ids(group.id).await, ids);
    let gone = place.undo(back).await.expect("nothing happened since").revision;
    assert_eq!(place.group(group.id).await, None);
    place.undo(gone).await.expect("nothing happened since");
    let patched = place.patch_group(group.id, GroupPatch { members: vec![leaving(&ids)], ..renaming("Quay") }).await;
    let undone = place.undo(patched.expect("it stands").revision).await.expect("nothing happened since").revision;
    place.undo(undone).await.expect("nothing happened since");
    assert_eq!(place.group(group.id).await.map(|group| (group.name, group.size)), Some(("Quay".into(), 0)));
    h.is_sound().await;
}
