//! The groups a contact is shown to.

use cardfile_directory::{Command, Error, Result};
use cardfile_model::{Contact, Expect, Patch, Write};
use uuid::Uuid;

use super::place::create;
use super::{Harness, Place};
use crate::people::person;

fn shown_to(groups: &[Uuid]) -> Contact {
    Contact { shared_with: groups.to_vec(), ..person(1) }
}

async fn share(place: &Place<'_>, id: Uuid, groups: &[Uuid]) -> Result<()> {
    let patch = Patch { shared_with: Some(groups.to_vec()), ..Patch::default() };
    place.one(Write::Patch { id, expect: Expect::Any, patch: Box::new(patch) }).await.map(drop)
}

fn assert_unknown<T>(result: Result<T>, fields: &[&str]) {
    let Err(Error::Invalid(found)) = result else { panic!("an unknown group was admitted") };
    assert!(found.iter().all(|violation| violation.rule == "known"));
    let named: Vec<&str> = found.iter().map(|violation| violation.field.as_str()).collect();
    assert_eq!(named, fields);
}

pub async fn a_group_newly_named_must_stand(h: Harness) {
    let place = h.tenant().await;
    let group = place.create_group("Harbour", &[]).await.id;
    let [nobody, neither] = [h.id(), h.id()];
    assert_unknown(place.one(create(h.id(), shown_to(&[nobody]))).await, &["shared_with[0]"]);
    assert_unknown(place.one(create(h.id(), shown_to(&[group, nobody, neither]))).await, &["shared_with[1]", "shared_with[2]"]);
    let id = place.create(shown_to(&[group])).await.id;
    assert_unknown(share(&place, id, &[group, nobody]).await, &["shared_with[1]"]);
    let contact = Box::new(shown_to(&[nobody]));
    assert_unknown(place.one(Write::Replace { id, expect: Expect::Any, contact }).await, &["shared_with[0]"]);
}

pub async fn a_group_named_before_may_be_gone(h: Harness) {
    let place = h.tenant().await;
    let [old, new] = [place.create_group("Old", &[]).await.id, place.create_group("New", &[]).await.id];
    let id = place.create(shown_to(&[old])).await.id;
    place.apply(Command::DeleteGroup { id: old }).await.expect("it stands");
    assert_eq!(place.get(id).await.map(|record| record.contact.shared_with), Some(vec![old]), "its id stays on contacts");
    share(&place, id, &[new, old]).await.expect("the old one was there before");
    share(&place, id, &[]).await.expect("nobody is named");
    assert_unknown(share(&place, id, &[old]).await, &["shared_with[0]"]);
}

pub async fn unknown_groups_are_admitted_on_request(h: Harness) {
    let place = h.tenant().await;
    let nobody = h.id();
    let id = h.id();
    let mut batch = place.batch(vec![create(id, shown_to(&[nobody]))]);
    batch.admits_unknown_groups = true;
    place.apply(Command::Write(batch)).await.expect("a batch is answered").outcomes.remove(0).expect("it is admitted");
    assert_eq!(place.get(id).await.map(|record| record.contact.shared_with), Some(vec![nobody]));
}

pub async fn groups_of_the_whole_tenant_are_known(h: Harness) {
    let place = h.tenant().await;
    let below = place.below().await;
    let group = below.create_group("Annex", &[]).await.id;
    place.create(shown_to(&[group])).await;
    let elsewhere = h.tenant().await.create_group("Elsewhere", &[]).await.id;
    assert_unknown(place.one(create(h.id(), shown_to(&[elsewhere]))).await, &["shared_with[0]"]);
}
