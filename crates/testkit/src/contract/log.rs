//! The log.

use cardfile_directory::Command;
use cardfile_model::{Change, ChangeKind, Numbers, Selection};

use super::place::{create, delete, entitle, kept};
use super::{Harness, Place};
use crate::people::person;

/// One change of every kind; answers how many there are now.
async fn every_kind(place: &Place<'_>) -> u64 {
    let ids = place.populate(3).await;
    place.write(vec![entitle(ids[0], "Cook")]).await;
    let trashed = place.trash(Selection::ids([ids[1]])).await.revision;
    let group = place.create_group("Harbour", &ids).await.id;
    let renamed = cardfile_model::GroupPatch { name: Some("Quay".into()), ..kept() };
    place.patch_group(group, renamed).await.expect("it stands");
    place.apply(Command::DeleteGroup { id: group }).await.expect("it stands");
    place.undo(trashed).await.expect("nobody touched the card since").revision
}

pub async fn every_change_makes_one_entry_without_gaps(h: Harness) {
    let place = h.tenant().await;
    let last = every_kind(&place).await;
    let nothing = [
        place.write(vec![entitle(h.id(), "Nobody"), delete(h.id())]).await,
        place.trash(Selection::ids([h.id()])).await,
        place.undo_by_force(2).await.expect("all of them were touched since, or it changes something"),
    ];
    assert!(!nothing[0].is_changed && !nothing[1].is_changed);
    assert!(place.undo(99).await.is_err());
    let revisions: Vec<u64> = place.changes().await.iter().map(|change| change.revision).collect();
    let end = if nothing[2].is_changed { last + 1 } else { last };
    assert_eq!(revisions, (1..=end).collect::<Vec<_>>());
    h.is_sound().await;
}

pub async fn entries_say_who_when_and_what(h: Harness) {
    let place = h.tenant().await;
    every_kind(&place).await;
    let changes = place.changes().await;
    let kinds: Vec<ChangeKind> = changes.iter().map(|change| change.kind).collect();
    assert_eq!(
        kinds,
        [
            ChangeKind::Organization,
            ChangeKind::Write,
            ChangeKind::Write,
            ChangeKind::Trash,
            ChangeKind::GroupCreate,
            ChangeKind::GroupPatch,
            ChangeKind::GroupDelete,
            ChangeKind::Undo
        ]
    );
    let author = h.author();
    for change in &changes[1..] {
        assert_eq!((change.principal, change.door.as_str()), (author.principal, author.door));
        assert_eq!((change.organization, change.is_undoable), (place.organization, true));
        assert_eq!(change.group.is_some(), (4..7).contains(&(change.revision - 1)), "{change:?}");
    }
    assert!(changes[1..].is_sorted_by(|a, b| a.time < b.time));
    assert_eq!((changes[7].undoes, changes[6].undoes), (Some(4), None));
}

pub async fn entries_say_who_came_and_who_went(h: Harness) {
    let place = h.tenant().await;
    let ids = place.populate(3).await;
    let (new, brief) = (h.id(), h.id());
    let writes = vec![create(new, person(4)), delete(ids[0]), entitle(ids[1], "Cook"), create(brief, person(5)), delete(brief)];
    let applied = place.write(writes).await;
    assert_eq!(applied.touched, 4);
    let change = place.last_change().await;
    assert_eq!(change.touched, Numbers::from([1, 2, 4, 5]));
    assert_eq!((change.came, change.went), (Numbers::from([4]), Numbers::from([1])));
}

pub async fn changes_page_by_revision_and_organization(h: Harness) {
    let place = h.tenant().await;
    let below = place.below().await;
    for n in 1..=6 {
        [place, below][n as usize % 2].create(person(n)).await;
    }
    let revisions = |changes: Vec<Change>| changes.iter().map(|change| change.revision).collect::<Vec<_>>();
    assert_eq!(revisions(place.changes().await), [1, 4, 6, 8]);
    assert_eq!(revisions(below.changes().await), [2, 3, 5, 7]);
    for (since, limit, expected) in
        [(0, 2, &[1, 4][..]), (4, 10, &[6, 8]), (5, 1, &[6]), (8, 5, &[]), (u64::MAX, 5, &[]), (0, 0, &[])]
    {
        let changes = h.store.changes(place.tenant, place.organization, since, limit).await.expect("the log can be read");
        assert_eq!(revisions(changes), expected);
    }
}
