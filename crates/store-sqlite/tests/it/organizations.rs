//! Organizations as several processes and rolled back jobs see them.

use cardfile_directory::{Command, OrganizationDraft, Registry, Store};
use cardfile_model::{Expect, OrganizationFilter, OrganizationId, OrganizationPatch, OrganizationQuery};

use crate::place::{Place, named};

async fn make(place: &Place, name: &str, parent: OrganizationId) -> OrganizationId {
    let id = OrganizationId(place.id());
    let draft = OrganizationDraft { parent: Some(parent), ..OrganizationDraft::new(id, name) };
    place.apply(Command::CreateOrganization(Box::new(draft))).await.expect("an organization can be made");
    id
}

async fn patch(place: &Place, id: OrganizationId, patch: OrganizationPatch) {
    let patch = Command::PatchOrganization { id, expect: Expect::Any, patch: Box::new(patch) };
    place.apply(patch).await.expect("an organization can change");
}

async fn names(place: &Place, under: OrganizationId) -> Vec<String> {
    let query = OrganizationQuery { under, filter: OrganizationFilter::All, order: Vec::new(), offset: 0, limit: 100 };
    let (found, total) = place.store.find_organizations(place.tenant, query).await.expect("organizations can be found");
    assert_eq!(total, found.len() as u64);
    found.into_iter().map(|organization| organization.name).collect()
}

#[tokio::test]
async fn what_another_process_did_to_organizations_is_seen() {
    let one = Place::new().await;
    let other = one.beside();
    let first = make(&one, "First", one.organization()).await;
    for place in [&one, &other] {
        assert_eq!(names(place, one.organization()).await, ["First"]);
    }
    let second = make(&other, "Second", one.organization()).await;
    make(&one, "Third", first).await;
    let moved = OrganizationPatch { parent: Some(second), ..OrganizationPatch::default() };
    patch(&other, first, moved).await;
    one.create([named("Somebody")]).await;
    other.store.lock_organization(one.tenant, second, true).await.expect("it is known");
    for place in [&one, &other, &one.beside()] {
        assert_eq!(names(place, one.organization()).await, ["First", "Second", "Third"]);
        assert_eq!(names(place, second).await, ["First", "Third"]);
        assert!(place.store.tree(one.tenant).await.expect("it can be read").get(second).expect("it is there").is_locked);
        place.is_sound().await;
    }
}

#[tokio::test]
async fn an_organization_that_was_refused_leaves_nothing_in_a_later_tree() {
    let place = Place::new().await;
    let root = place.organization();
    let first = make(&place, "First", root).await;
    assert_eq!(names(&place, root).await, ["First"]);
    let refused = OrganizationDraft { has_unique_name: true, ..OrganizationDraft::new(OrganizationId(place.id()), "FIRST") };
    let (refused, made) = tokio::join!(
        place.apply(Command::CreateOrganization(Box::new(refused))),
        place.apply(Command::CreateOrganization(Box::new(OrganizationDraft::new(OrganizationId(place.id()), "Second")))),
    );
    assert!(refused.is_err() && made.is_ok());
    patch(&place, first, OrganizationPatch { is_active: Some(false), ..OrganizationPatch::default() }).await;
    assert_eq!(names(&place, root).await, ["First", "Second"]);
    let place = place.reopened();
    assert_eq!(names(&place, root).await, ["First", "Second"]);
    place.is_sound().await;
}
