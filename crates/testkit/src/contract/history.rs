//! What happened in a tenant, whatever the organization.

use std::collections::BTreeMap;

use cardfile_directory::History;
use cardfile_model::{Edit, Expect, MembershipEdit, Numbers, Patch, Selection, TenantId, Write};
use jiff::SignedDuration;
use uuid::Uuid;

use super::place::{delete, entitle};
use super::{Harness, Place};
use crate::people::person;

async fn history(place: &Place<'_>, since: u64, limit: usize) -> History {
    place.harness.store.history(place.tenant, since, limit).await.expect("the log can be read")
}

fn revisions(history: &History) -> Vec<u64> {
    history.changes.iter().map(|change| change.revision).collect()
}

fn moving(id: Uuid, edits: Vec<MembershipEdit>) -> Write {
    let patch = Patch { memberships: edits, title: Edit::Set("Mover".into()), ..Patch::default() };
    Write::Patch { id, expect: Expect::Any, patch: Box::new(patch) }
}

pub async fn a_history_tells_of_every_organization_and_where_the_tenant_stands(h: Harness) {
    let place = h.tenant().await;
    let below = place.below().await;
    for n in 1..=4 {
        [place, below][n as usize % 2].create(person(n)).await;
    }
    let other = h.tenant().await;
    for (since, limit, expected) in
        [(0, 3, &[1, 2, 3][..]), (3, 40, &[4, 5, 6]), (6, 5, &[]), (u64::MAX - 1, 5, &[]), (0, 0, &[])]
    {
        let found = history(&place, since, limit).await;
        assert_eq!((revisions(&found), found.revision, found.purged), (expected.to_vec(), 6, 0), "since {since}");
    }
    assert_eq!(history(&place, 4, 1).await.changes[0].organization, below.organization);
    assert_eq!(revisions(&history(&other, 0, 10).await), [1], "nothing is told of another tenant");
    let unknown = h.store.history(TenantId(h.id()), 0, 10).await.expect("an unknown tenant is empty");
    assert_eq!(unknown, History::default());
}

pub async fn who_left_an_organization_is_told_by_where_they_were(h: Harness) {
    let place = h.tenant().await;
    let below = place.below().await;
    let (first, second) = (place.create(person(1)).await.id, place.create(person(2)).await.id);
    assert_eq!(history(&place, 0, 40).await.moved, BTreeMap::new());
    let begun = history(&place, 0, 40).await.revision;
    place.write(vec![moving(first, vec![MembershipEdit::Settle(2)]), entitle(second, "Cook")]).await;
    below.write(vec![moving(first, vec![MembershipEdit::Settle(1), MembershipEdit::Leave(2)])]).await;
    let first_move = history(&place, begun, 1).await;
    assert_eq!(first_move.moved, BTreeMap::from([(1, Numbers::from([1]))]));
    let both = history(&place, begun, 2).await.moved;
    assert_eq!(both.keys().copied().collect::<Vec<_>>(), [1, 2], "{both:?}");
    assert!(both.values().all(|people| *people == Numbers::from([1])), "{both:?}");
}

pub async fn a_history_says_up_to_where_it_is_forgotten(h: Harness) {
    let place = h.tenant().await;
    let ids = place.populate(3).await;
    place.write(vec![delete(ids[0])]).await;
    let before = h.clock_now() + SignedDuration::from_secs(1);
    place.write(vec![entitle(ids[1], "Cook")]).await;
    while h.store.purge(before).await.expect("a store can purge") > 0 {}
    let found = history(&place, 0, 40).await;
    assert_eq!((found.revision, found.purged), (4, 3));
    let known = h.store.ids(place.tenant, &Numbers::from([1, 2])).await.expect("ids can be read");
    assert_eq!(known, BTreeMap::from([(2, ids[1])]), "who was removed for good is not told");
}

pub async fn ids_are_told_by_number_those_in_the_trash_too(h: Harness) {
    let place = h.tenant().await;
    let ids = place.populate(40).await;
    let below = place.below().await.create(person(41)).await;
    place.trash(Selection::ids([ids[3]])).await;
    let unknown = TenantId(h.id());
    for (tenant, numbers, expected) in [
        (place.tenant, Numbers::from([4, 2, 99]), vec![(2, ids[1]), (4, ids[3])]),
        (place.tenant, Numbers::from([7]), vec![(7, ids[6])]),
        (place.tenant, (1..=41).collect(), (1..).zip(ids.iter().copied().chain([below.id])).collect()),
        (unknown, Numbers::from([1]), vec![]),
    ] {
        let told = h.store.ids(tenant, &numbers).await.expect("ids can be read");
        assert_eq!(told, expected.into_iter().collect(), "{numbers:?}");
    }
}
