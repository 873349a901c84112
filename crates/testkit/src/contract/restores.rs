//! The trash is looked into, and people come back from it by selection.

use cardfile_directory::{Action, Applied, Command, Error, Result, Trash};
use cardfile_model::{ChangeKind, Contact, Filter, Life, Numbers, Order, People, Query, Selection, Sources};
use uuid::Uuid;

use super::{Harness, Place};
use crate::people::person;

impl Place<'_> {
    async fn restore_of(&self, sources: Sources, selection: Selection) -> Result<Applied> {
        self.apply(Command::Restore(Trash { organization: self.organization, sources, selection })).await
    }

    async fn restore(&self, selection: Selection) -> Applied {
        self.restore_of(Sources::Any, selection).await.expect("people can come back")
    }

    async fn trashed(&self, filter: Filter, order: Order) -> Vec<Uuid> {
        let page = self.page(Query { life: Life::Trashed, order, ..self.query(filter) }).await;
        assert_eq!(page.total, page.records.len() as u64, "the total of all on one page");
        page.records.into_iter().map(|record| record.id).collect()
    }
}

pub async fn who_is_in_the_trash_is_found_there_and_nobody_else(h: Harness) {
    let place = h.tenant().await;
    let ids = place.populate(4).await;
    assert_eq!(place.trashed(Filter::All, Order::Number).await, super::NOBODY);
    place.trash(Selection::ids([ids[3], ids[1]])).await;
    assert_eq!(place.trashed(Filter::All, Order::Number).await, [ids[1], ids[3]]);
    let name = |id: Uuid| place.trashed(Filter::Ids(vec![id]), Order::Name);
    assert_eq!(name(ids[1]).await, [ids[1]]);
    assert_eq!(name(ids[0]).await, super::NOBODY, "who lives is not in the trash");
    assert_eq!(place.trashed(Filter::All, Order::Name).await.len(), 2, "in every order");
    assert_eq!(place.below().await.trashed(Filter::All, Order::Number).await, super::NOBODY);
}

pub async fn those_selected_come_back_as_they_were(h: Harness) {
    let place = h.tenant().await;
    let ids = place.populate(4).await;
    let before = place.get(ids[1]).await;
    place.trash(Selection::all()).await;
    let applied = place.restore(Selection::ids([ids[1], ids[2], h.id()])).await;
    assert_eq!((applied.is_changed, applied.touched, applied.counts.came), (true, 2, 2));
    assert_eq!(place.find(Filter::All).await, [ids[1], ids[2]]);
    assert_eq!(place.get(ids[1]).await, before, "by set arithmetic: the card is as it was");
    let change = place.last_change().await;
    assert_eq!((change.kind, change.came.clone()), (ChangeKind::Restore, Numbers::from([2, 3])));
    assert_eq!((change.touched, change.went.is_empty()), (change.came, true));
    assert!(!place.restore(Selection::ids([ids[1]])).await.is_changed, "who lives is passed over");
    let rest = place.restore(Selection::AllExcept(People::Ids(vec![ids[3]]))).await;
    assert_eq!(rest.touched, 1);
    assert_eq!(place.find(Filter::All).await, [ids[0], ids[1], ids[2]]);
    h.is_sound().await;
}

pub async fn a_restoring_is_taken_back(h: Harness) {
    let place = h.tenant().await;
    let ids = place.populate(2).await;
    place.trash(Selection::all()).await;
    let restored = place.restore(Selection::all()).await;
    let undone = place.undo(restored.revision).await.expect("nobody was touched since");
    assert_eq!(place.find(Filter::All).await, super::NOBODY);
    place.undo(undone.revision).await.expect("an undo can be taken back");
    assert_eq!(place.find(Filter::All).await, ids);
    h.is_sound().await;
}

pub async fn a_source_that_is_not_the_callers_does_not_come_back(h: Harness) {
    let place = h.tenant().await;
    let ours = place.create(person(1)).await.id;
    let foreign = place.create(Contact { source: "Elsewhere".into(), ..person(2) }).await.id;
    place.trash(Selection::all()).await;
    let only = || Sources::Only(vec!["CH".into()]);
    let refused = place.restore_of(only(), Selection::ids([ours, foreign])).await;
    assert!(matches!(refused, Err(Error::Forbidden { action: Action::UseSource(Some(source)) }) if source == "Elsewhere"));
    assert_eq!(place.find(Filter::All).await, super::NOBODY);
    place.restore_of(only(), Selection::ids([ours])).await.expect("it is the caller's to touch");
    assert_eq!(place.find(Filter::All).await, [ours]);
}

pub async fn the_trash_of_another_organization_is_left_alone(h: Harness) {
    let place = h.tenant().await;
    let below = place.below().await;
    let (here, there) = (place.create(person(1)).await.id, below.create(person(2)).await.id);
    place.trash(Selection::ids([here])).await;
    below.trash(Selection::ids([there])).await;
    assert_eq!(place.restore(Selection::all()).await.touched, 1);
    assert_eq!((place.find(Filter::All).await, below.find(Filter::All).await), (vec![here], Vec::new()));
}
