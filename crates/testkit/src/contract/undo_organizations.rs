//! Changes of organizations are taken back.

use cardfile_directory::{Error, Kind};
use cardfile_model::{ChangeKind, Edit, OrganizationPatch};
use serde_json::json;

use super::organizations::{made, made_under, moved, named, patch, read};
use super::{Harness, Place};

fn whole(name: &str) -> OrganizationPatch {
    OrganizationPatch {
        is_active: Some(false),
        country: Edit::Set("NO".into()),
        extensions: [("door".to_owned(), Edit::Set(json!({"a": name})))].into(),
        ..named(name)
    }
}

pub async fn a_patched_organization_becomes_what_it_was_and_again_what_it_became(h: Harness) {
    let place = h.tenant().await;
    let before = made(&place, "Ropewalk").await;
    let own = Place { organization: before.id, ..place };
    let other = made(&place, "Other").await;
    let change = OrganizationPatch { parent: Some(other.id), ..whole("Quay") };
    let change = patch(&place, before.id, change).await.expect("it can change");
    let after = change.organization.expect("it is answered");
    let undone = own.undo(change.revision).await.expect("nothing happened since");
    let back = read(&place, before.id).await;
    assert_eq!(undone.organization, Some(back.clone()));
    assert_eq!((back.revision, back.modified), (undone.revision, h.clock_now()));
    let as_before = cardfile_model::Organization { revision: before.revision, modified: before.modified, ..back };
    assert_eq!(as_before, before);
    let logged = own.last_change().await;
    assert_eq!((logged.kind, logged.undoes, logged.is_undoable), (ChangeKind::Undo, Some(change.revision), true));
    let again = own.undo(undone.revision).await.expect("an undo can be undone");
    let again = cardfile_model::Organization {
        revision: after.revision,
        modified: after.modified,
        ..again.organization.expect("it is answered")
    };
    assert_eq!(again, after);
    assert!(matches!(place.undo(change.revision).await, Err(Error::NotFound { kind: Kind::Change, .. })), "it is not the root's");
    h.is_sound().await;
}

pub async fn what_is_otherwise_since_is_stale_or_passed_over(h: Harness) {
    let place = h.tenant().await;
    let organization = made(&place, "Ropewalk").await;
    let own = Place { organization: organization.id, ..place };
    let first = patch(&place, organization.id, whole("Quay")).await.expect("it can change").revision;
    let other = OrganizationPatch { is_active: Some(true), ..OrganizationPatch::default() };
    let second = patch(&place, organization.id, other).await.expect("it can change").revision;
    let refused = own.undo(first).await;
    assert!(matches!(refused, Err(Error::Stale { expected, actual }) if (expected, actual) == (first, second)));
    let forced = own.undo_by_force(first).await.expect("what changed since is passed over");
    let now = forced.organization.expect("it is answered");
    assert_eq!((now.name.as_str(), now.is_active, &now.country, now.extensions.len()), ("Ropewalk", true, &None, 0));
    let nothing = own.undo_by_force(first).await.expect("all is passed over");
    assert!(!nothing.is_changed);
    h.is_sound().await;
}

pub async fn changes_of_other_members_are_no_conflict(h: Harness) {
    let place = h.tenant().await;
    let organization = made(&place, "Ropewalk").await;
    let own = Place { organization: organization.id, ..place };
    let renamed = patch(&place, organization.id, named("Quay")).await.expect("it can change").revision;
    let country = OrganizationPatch { country: Edit::Set("NO".into()), ..OrganizationPatch::default() };
    patch(&place, organization.id, country).await.expect("it can change");
    own.populate(3).await;
    let undone = own.undo(renamed).await.expect("the name is as it was left").organization.expect("it is answered");
    assert_eq!((undone.name.as_str(), undone.country.as_deref()), ("Ropewalk", Some("NO")));
}

pub async fn an_organization_goes_back_only_to_where_it_may_be(h: Harness) {
    let place = h.tenant().await;
    let [one, two] = [made(&place, "One").await, made(&place, "Two").await];
    let three = made_under(&place, &one, "Three").await;
    let own = Place { organization: three.id, ..place };
    let away = patch(&place, three.id, moved(two.id)).await.expect("it moves").revision;
    patch(&place, one.id, moved(three.id)).await.expect("it moves");
    let refused = own.undo(away).await;
    assert!(matches!(refused, Err(Error::Invalid(found)) if found[0].rule == "tree"));
    let unique = OrganizationPatch { has_unique_name: true, ..named("Quay") };
    let own = Place { organization: two.id, ..place };
    let renamed = patch(&place, two.id, unique).await.expect("the name is free").revision;
    made(&place, "TWO").await;
    let refused = own.undo(renamed).await;
    assert!(matches!(refused, Err(Error::AlreadyExists { kind: Kind::Organization, .. })), "the name had to be unique");
    h.is_sound().await;
}

pub async fn a_change_of_an_organization_before_the_term_cannot_be_undone(h: Harness) {
    let place = h.tenant().await;
    let organization = made(&place, "Ropewalk").await;
    let own = Place { organization: organization.id, ..place };
    let renamed = patch(&place, organization.id, named("Quay")).await.expect("it can change").revision;
    let term = h.author().time;
    while h.store.purge(term).await.expect("a store can purge") > 0 {}
    assert!(matches!(own.undo(renamed).await, Err(Error::Invalid(found)) if found[0].rule == "undoable"));
    h.is_sound().await;
}

pub async fn an_organization_whose_making_is_taken_back_does_no_business(h: Harness) {
    let place = h.tenant().await;
    let organization = made(&place, "Ropewalk").await;
    let own = Place { organization: organization.id, ..place };
    let making = own.last_change().await;
    assert_eq!((making.kind, making.is_undoable), (ChangeKind::Organization, true));
    own.create(crate::people::person(1)).await;
    let undone = own.undo(making.revision).await.expect("it can be taken back");
    let now = read(&place, organization.id).await;
    assert_eq!((now.is_active, now.name.as_str(), undone.organization.as_ref()), (false, "Ropewalk", Some(&now)));
    assert!(matches!(own.undo(making.revision).await, Err(Error::Stale { .. })), "it is taken back already");
    own.undo(undone.revision).await.expect("so can that");
    assert!(read(&place, organization.id).await.is_active);
    let root = place.changes().await.remove(0);
    assert_eq!((root.kind, root.is_undoable), (ChangeKind::Organization, false), "the root stays in business");
    h.is_sound().await;
}
