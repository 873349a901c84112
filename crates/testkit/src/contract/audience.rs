//! Who sees whom.

use cardfile_directory::Command;
use cardfile_model::{Audience, Contact, Filter};
use uuid::Uuid;

use super::place::{joining, leaving};
use super::{Harness, Place};
use crate::people::person;

/// What somebody sees, by asking for each and by looking for all; both must agree.
async fn seen_by(place: &Place<'_>, viewer: Uuid, ids: &[Uuid]) -> Vec<Uuid> {
    let audience = Audience::Person(viewer);
    let got = place.harness.store.get(place.tenant, place.organization, audience, ids).await.expect("contacts can be read");
    let got: Vec<Uuid> = got.into_iter().flatten().map(|record| record.id).collect();
    let mut query = place.query(Filter::All);
    query.audience = audience;
    let page = place.page(query).await;
    assert_eq!(page.total, got.len() as u64);
    assert_eq!(page.records.iter().map(|record| record.id).collect::<Vec<_>>(), got);
    got
}

async fn shown_to(place: &Place<'_>, groups: &[Uuid]) -> Uuid {
    place.create(Contact { shared_with: groups.to_vec(), ..person(1) }).await.id
}

pub async fn a_contact_shown_to_nobody_in_particular_is_seen_by_all(h: Harness) {
    let place = h.tenant().await;
    let ids = place.populate(3).await;
    assert_eq!(seen_by(&place, h.id(), &ids).await, ids);
}

pub async fn a_contact_shown_to_a_group_is_seen_by_its_members_only(h: Harness) {
    let place = h.tenant().await;
    let open = place.create(person(2)).await.id;
    let stub = h.id();
    let one = place.create_group("One", &[open, stub]).await.id;
    let two = place.below().await.create_group("Two", &[open]).await.id;
    let all = [open, shown_to(&place, &[one]).await, shown_to(&place, &[two]).await, shown_to(&place, &[two, one]).await];
    assert_eq!(seen_by(&place, open, &all).await, all);
    assert_eq!(seen_by(&place, stub, &all).await, [all[0], all[1], all[3]]);
    assert_eq!(seen_by(&place, h.id(), &all).await, [open]);
    assert_eq!(place.find(Filter::All).await, all, "an administrator sees all");
}

pub async fn leaving_the_group_ends_the_sight(h: Harness) {
    let place = h.tenant().await;
    let viewer = h.id();
    let group = place.create_group("One", &[]).await.id;
    let all = [shown_to(&place, &[group]).await];
    assert_eq!(seen_by(&place, viewer, &all).await, super::NOBODY);
    place.edit_members(group, vec![joining(&[viewer])]).await;
    assert_eq!(seen_by(&place, viewer, &all).await, all);
    place.edit_members(group, vec![leaving(&[viewer])]).await;
    assert_eq!(seen_by(&place, viewer, &all).await, super::NOBODY);
}

pub async fn a_deleted_group_shows_nothing_and_a_restored_one_does_again(h: Harness) {
    let place = h.tenant().await;
    let viewer = h.id();
    let group = place.create_group("One", &[viewer]).await.id;
    let all = [shown_to(&place, &[group]).await];
    let deleted = place.apply(Command::DeleteGroup { id: group }).await.expect("it stands").revision;
    assert_eq!(seen_by(&place, viewer, &all).await, super::NOBODY);
    place.undo(deleted).await.expect("nothing happened since");
    assert_eq!(seen_by(&place, viewer, &all).await, all);
}

pub async fn totals_count_only_what_is_seen(h: Harness) {
    let place = h.tenant().await;
    let viewer = h.id();
    let group = place.create_group("One", &[viewer]).await.id;
    let hidden = place.create_group("Two", &[]).await.id;
    for n in 0..30 {
        shown_to(&place, &[[group, hidden][n % 2]]).await;
    }
    let mut query = place.query(Filter::Contains("example".into()));
    (query.audience, query.limit) = (Audience::Person(viewer), 4);
    let page = place.page(query).await;
    assert_eq!((page.records.len(), page.total), (4, 15));
    assert!(page.records.iter().all(|record| record.contact.shared_with == [group]));
}
