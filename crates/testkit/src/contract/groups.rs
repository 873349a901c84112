//! Groups: made, changed, found, deleted.

use cardfile_directory::{Command, Error, Kind};
use cardfile_model::{Edit, GroupDraft, GroupFilter, GroupOrder, GroupPatch, GroupQuery, Limits};

use super::place::kept;
use super::{Harness, Place};

fn query(place: &Place<'_>, filter: GroupFilter, order: GroupOrder) -> GroupQuery {
    GroupQuery { organization: place.organization, also: Vec::new(), filter, order, is_descending: false, offset: 0, limit: 1000 }
}

async fn names(place: &Place<'_>, query: GroupQuery) -> Vec<String> {
    let (groups, _) = place.harness.store.groups(place.tenant, query).await.expect("groups can be found");
    groups.into_iter().map(|group| group.name).collect()
}

fn renaming(name: &str) -> GroupPatch {
    GroupPatch { name: Some(name.into()), ..kept() }
}

pub async fn a_created_group_is_read_back(h: Harness) {
    let place = h.tenant().await;
    let ids = place.populate(3).await;
    let draft = GroupDraft { description: Some("By the water".into()), ..place.draft("Harbour", &ids) };
    let applied = place.apply(Command::CreateGroup(draft.clone())).await.expect("a group can be made");
    let group = applied.group.expect("the group is answered");
    assert_eq!((applied.is_changed, applied.revision, applied.touched), (true, 3, 3));
    assert_eq!((group.id, group.number, group.organization, group.parent), (draft.id, 1, place.organization, None));
    assert_eq!((group.name.as_str(), group.description.as_deref()), ("Harbour", Some("By the water")));
    assert_eq!((group.size, group.revision), (3, 3));
    assert_eq!((group.created, group.modified), (h.clock_now(), h.clock_now()));
    assert_eq!(place.group(group.id).await, Some(group));
    assert_eq!(place.group(h.id()).await, None);
    assert_eq!(place.create_group("Second", &[]).await.number, 2);
    h.is_sound().await;
}

pub async fn names_are_unique_folded_within_the_organization(h: Harness) {
    let place = h.tenant().await;
    place.create_group("Måra  Quay", &[]).await;
    let other = place.create_group("Other", &[]).await.id;
    let refused = place.apply(Command::CreateGroup(place.draft(" mara quay", &[]))).await;
    assert!(matches!(refused, Err(Error::AlreadyExists { kind: Kind::Group, .. })));
    let refused = place.patch_group(other, renaming("MARA QUAY")).await;
    assert!(matches!(refused, Err(Error::AlreadyExists { kind: Kind::Group, .. })));
    place.below().await.create_group("Mara Quay", &[]).await;
}

pub async fn a_known_group_id_is_refused(h: Harness) {
    let place = h.tenant().await;
    let id = place.create_group("One", &[]).await.id;
    for name in ["Two", "Three"] {
        let refused = place.apply(Command::CreateGroup(GroupDraft { id, ..place.draft(name, &[]) })).await;
        assert!(matches!(refused, Err(Error::AlreadyExists { kind: Kind::Group, .. })), "standing or deleted");
        if name == "Two" {
            place.apply(Command::DeleteGroup { id }).await.expect("it stands");
        }
    }
}

pub async fn a_patch_changes_name_and_description(h: Harness) {
    let place = h.tenant().await;
    let before = place.create_group("One", &[]).await;
    let patch = GroupPatch { description: Edit::Set("First".into()), ..renaming("Uno") };
    let applied = place.patch_group(before.id, patch).await.expect("it stands");
    let after = applied.group.expect("the group is answered");
    assert_eq!((after.name.as_str(), after.description.as_deref()), ("Uno", Some("First")));
    assert_eq!((after.created, after.number), (before.created, before.number));
    assert_eq!((after.modified, after.revision), (h.clock_now(), applied.revision));
    assert!(after.modified > before.modified && applied.is_changed);
    assert_eq!(applied.touched, 0);
    assert_eq!(place.group(before.id).await, Some(after));
    let cleared = place.patch_group(before.id, GroupPatch { description: Edit::Clear, ..kept() }).await.expect("it stands");
    assert_eq!(cleared.group.map(|group| (group.name, group.description)), Some(("Uno".into(), None)));
    h.is_sound().await;
}

pub async fn a_patch_that_changes_nothing_leaves_the_group_as_it_was(h: Harness) {
    let place = h.tenant().await;
    let before = place.create_group("One", &[]).await;
    for patch in [kept(), renaming("One"), GroupPatch { description: Edit::Clear, ..kept() }] {
        let applied = place.patch_group(before.id, patch).await.expect("it stands");
        assert_eq!((applied.is_changed, applied.revision, applied.touched), (false, before.revision, 0));
        assert_eq!(applied.group, Some(before.clone()));
    }
    assert_eq!(place.group(before.id).await, Some(before));
}

pub async fn a_group_may_change_the_case_of_its_name(h: Harness) {
    let place = h.tenant().await;
    let id = place.create_group("harbour", &[]).await.id;
    let applied = place.patch_group(id, renaming("Harbour")).await.expect("the name is its own");
    assert_eq!(applied.group.map(|group| group.name).as_deref(), Some("Harbour"));
}

pub async fn an_unknown_group_is_not_found(h: Harness) {
    let place = h.tenant().await;
    let gone = place.create_group("Gone", &[]).await.id;
    let applied = place.apply(Command::DeleteGroup { id: gone }).await.expect("it stands");
    assert!(applied.is_changed && applied.group.is_none());
    for id in [gone, h.id()] {
        assert_eq!(place.group(id).await, None);
        assert!(matches!(place.patch_group(id, kept()).await, Err(Error::NotFound { kind: Kind::Group, .. })));
        assert!(matches!(place.apply(Command::DeleteGroup { id }).await, Err(Error::NotFound { kind: Kind::Group, .. })));
        let members = h.store.members(place.tenant, id, 0, 10).await;
        assert!(matches!(members, Err(Error::NotFound { kind: Kind::Group, .. })));
    }
}

pub async fn a_deleted_group_frees_its_name(h: Harness) {
    let place = h.tenant().await;
    let id = place.create_group("One", &[]).await.id;
    place.apply(Command::DeleteGroup { id }).await.expect("it stands");
    assert_eq!(place.create_group("one", &[]).await.number, 2);
    assert_eq!(names(&place, query(&place, GroupFilter::All, GroupOrder::Created)).await, ["one"]);
    h.is_sound().await;
}

pub async fn groups_are_found_by_name_in_every_order(h: Harness) {
    let place = h.tenant().await;
    for name in ["Harbour", "élan", "harbour west", "Ängel"] {
        place.create_group(name, &[]).await;
    }
    place.below().await.create_group("Harbour", &[]).await;
    let all = |order| query(&place, GroupFilter::All, order);
    assert_eq!(names(&place, all(GroupOrder::Created)).await, ["Harbour", "élan", "harbour west", "Ängel"]);
    assert_eq!(names(&place, all(GroupOrder::Id)).await, ["Harbour", "élan", "harbour west", "Ängel"]);
    assert_eq!(names(&place, all(GroupOrder::Name)).await, ["Ängel", "élan", "Harbour", "harbour west"]);
    let descending = GroupQuery { is_descending: true, ..all(GroupOrder::Name) };
    assert_eq!(names(&place, descending).await, ["harbour west", "Harbour", "élan", "Ängel"]);
    let starts = |text: &str| query(&place, GroupFilter::NameStarts(text.into()), GroupOrder::Created);
    assert_eq!(names(&place, starts("HÄRB")).await, ["Harbour", "harbour west"]);
    assert_eq!(names(&place, starts("bour")).await, [""; 0]);
    assert_eq!(names(&place, starts("100%_")).await, [""; 0]);
    let is = |text: &str| query(&place, GroupFilter::NameIs(text.into()), GroupOrder::Created);
    assert_eq!(names(&place, is(" Elan ")).await, ["élan"]);
    assert_eq!(names(&place, is("har")).await, [""; 0]);
}

pub async fn groups_page_with_exact_totals(h: Harness) {
    let place = h.tenant().await;
    for n in 0..7 {
        place.create_group(&format!("Group {n}"), &[]).await;
    }
    for (offset, limit, count) in [(0, 3, 3), (6, 3, 1), (7, 3, 0), (u64::MAX, 3, 0), (0, 0, 0)] {
        let query = GroupQuery { offset, limit, ..query(&place, GroupFilter::NameStarts("group".into()), GroupOrder::Name) };
        let (groups, total) = h.store.groups(place.tenant, query).await.expect("groups can be found");
        assert_eq!((groups.len(), total), (count, 7));
    }
}

pub async fn too_many_groups_are_too_large(h: Harness) {
    let place = h.tenant().await;
    let author = h.author_within(Limits { tenant_groups: 2, ..Limits::default() });
    let one = place.create_group("One", &[]).await.id;
    place.create_group("Two", &[]).await;
    let draft = place.draft("Three", &[]);
    let refused = h.store.apply(place.tenant, author.clone(), Command::CreateGroup(draft.clone())).await;
    assert!(matches!(refused, Err(Error::TooLarge { limit: "tenant_groups", most: 2 })));
    place.apply(Command::DeleteGroup { id: one }).await.expect("it stands");
    h.store.apply(place.tenant, author, Command::CreateGroup(draft)).await.expect("there is room again");
}

pub async fn a_parent_must_stand(h: Harness) {
    let place = h.tenant().await;
    let parent = place.create_group("Parent", &[]).await.id;
    let child = GroupDraft { parent: Some(parent), ..place.draft("Child", &[]) };
    let made = place.apply(Command::CreateGroup(child)).await.expect("the parent stands").group.expect("the group is answered");
    assert_eq!(made.parent, Some(parent));
    let orphan = GroupDraft { parent: Some(h.id()), ..place.draft("Orphan", &[]) };
    assert!(matches!(place.apply(Command::CreateGroup(orphan)).await, Err(Error::NotFound { kind: Kind::Group, .. })));
}
