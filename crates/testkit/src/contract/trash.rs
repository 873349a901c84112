//! Deletion by selection.

use cardfile_directory::{Action, Command, Error, Kind, Trash};
use cardfile_model::{ChangeKind, Contact, Filter, Numbers, OrganizationId, People, Selection, Sources};

use super::Harness;
use crate::people::person;

pub async fn only_those_named_go(h: Harness) {
    let place = h.tenant().await;
    let ids = place.populate(5).await;
    let applied = place.trash(Selection::ids([ids[3], ids[1], ids[3]])).await;
    assert_eq!((applied.is_changed, applied.revision, applied.touched), (true, 3, 2));
    assert!(applied.outcomes.is_empty() && applied.group.is_none());
    assert_eq!(place.find(Filter::All).await, [ids[0], ids[2], ids[4]]);
    assert_eq!(place.get(ids[1]).await, None);
    let change = place.last_change().await;
    assert_eq!(change.kind, ChangeKind::Trash);
    assert_eq!(change.went, Numbers::from([2, 4]));
    assert_eq!((change.touched, change.came.is_empty()), (change.went, true));
    h.is_sound().await;
}

pub async fn all_except_spares_those_named(h: Harness) {
    let place = h.tenant().await;
    let ids = place.populate(6).await;
    place.trash(Selection::ids([ids[0]])).await;
    let spared = vec![ids[2], h.id(), ids[5], ids[0]];
    let applied = place.trash(Selection::AllExcept(People::Ids(spared))).await;
    assert_eq!(applied.touched, 3);
    assert_eq!(place.find(Filter::All).await, [ids[2], ids[5]]);
    h.is_sound().await;
}

pub async fn everyone_goes_and_nobody_is_left(h: Harness) {
    let place = h.tenant().await;
    let ids = place.populate(50).await;
    assert_eq!(place.trash(Selection::all()).await.touched, 50);
    assert_eq!(place.find(Filter::All).await, super::NOBODY);
    assert!(place.get_all(&ids).await.iter().all(Option::is_none));
    assert!(!place.trash(Selection::all()).await.is_changed);
    h.is_sound().await;
}

pub async fn unknown_and_gone_people_are_passed_over(h: Harness) {
    let place = h.tenant().await;
    let ids = place.populate(3).await;
    place.trash(Selection::ids([ids[0]])).await;
    let applied = place.trash(Selection::ids([h.id(), ids[0], ids[2]])).await;
    assert_eq!(applied.touched, 1);
    assert_eq!(place.find(Filter::All).await, [ids[1]]);
}

pub async fn a_forbidden_source_stops_the_whole(h: Harness) {
    let place = h.tenant().await;
    let ids = place.populate(3).await;
    let foreign = place.create(Contact { source: "Elsewhere".into(), ..person(9) }).await.id;
    let sources = Sources::Only(vec!["CH".into()]);
    let organization = place.organization;
    for selection in [Selection::ids([ids[0], foreign]), Selection::all()] {
        let trash = Trash { organization, sources: sources.clone(), selection };
        let refused = place.apply(Command::Trash(trash)).await;
        let Err(Error::Forbidden { action: Action::UseSource(Some(source)) }) = refused else { panic!("{refused:?}") };
        assert_eq!(source, "Elsewhere");
    }
    assert_eq!(place.find(Filter::All).await.len(), 4, "nothing happened");
    assert_eq!(place.changes().await.len(), 3);
    let selection = Selection::AllExcept(People::Ids(vec![foreign]));
    let applied =
        place.apply(Command::Trash(Trash { organization, sources, selection })).await.expect("the foreign one is spared");
    assert_eq!(applied.touched, 3);
}

pub async fn people_go_by_number_too(h: Harness) {
    let place = h.tenant().await;
    let ids = place.populate(4).await;
    place.trash(Selection::Only(People::Numbers(Numbers::from([0, 2, 99, u32::MAX])))).await;
    assert_eq!(place.find(Filter::All).await, [ids[0], ids[2], ids[3]]);
    place.trash(Selection::AllExcept(People::Numbers(Numbers::from([2, 4])))).await;
    assert_eq!(place.find(Filter::All).await, [ids[3]]);
}

pub async fn people_of_another_organization_stay(h: Harness) {
    let place = h.tenant().await;
    let below = place.below().await;
    let (ours, theirs) = (place.populate(2).await, below.populate(2).await);
    assert!(!place.trash(Selection::ids(theirs.clone())).await.is_changed);
    assert_eq!(place.trash(Selection::all()).await.touched, 2);
    assert_eq!(below.find(Filter::All).await, theirs);
    assert!(place.get_all(&ours).await.iter().all(Option::is_none));
}

pub async fn nobody_selected_changes_nothing(h: Harness) {
    let place = h.tenant().await;
    place.populate(2).await;
    let applied = place.trash(Selection::ids([])).await;
    assert_eq!((applied.is_changed, applied.revision, applied.touched), (false, 2, 0));
    let trash = Trash { organization: OrganizationId(h.id()), sources: Sources::Any, selection: Selection::all() };
    assert!(matches!(place.apply(Command::Trash(trash)).await, Err(Error::NotFound { kind: Kind::Organization, .. })));
}
