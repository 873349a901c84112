//! Organizations that doors make and change.

use std::collections::BTreeMap;

use cardfile_directory::{Applied, Command, Error, Kind, OrganizationDraft, Result};
use cardfile_model::{
    ChangeKind, Edit, Expect, Limits, Organization, OrganizationId, OrganizationPatch, OrganizationQuery, TenantId,
};
use serde_json::{Value, json};

use super::{Harness, Place};

/// A draft of this name under the root.
pub(super) fn draft(h: &Harness, name: &str) -> OrganizationDraft {
    OrganizationDraft::new(OrganizationId(h.id()), name)
}

/// A draft of this name under an organization.
pub(super) fn under(h: &Harness, parent: OrganizationId, name: &str) -> OrganizationDraft {
    OrganizationDraft { parent: Some(parent), ..draft(h, name) }
}

pub(super) async fn make(place: &Place<'_>, draft: OrganizationDraft) -> Result<Organization> {
    let applied = place.apply(Command::CreateOrganization(Box::new(draft))).await?;
    Ok(applied.organization.expect("the organization is answered"))
}

/// Makes an organization of this name under the root, where it may be.
pub(super) async fn made(place: &Place<'_>, name: &str) -> Organization {
    make(place, draft(place.harness, name)).await.expect("an organization can be made")
}

/// Makes an organization of this name under another, where it may be.
pub(super) async fn made_under(place: &Place<'_>, parent: &Organization, name: &str) -> Organization {
    make(place, under(place.harness, parent.id, name)).await.expect("an organization can be made")
}

pub(super) async fn patch(place: &Place<'_>, id: OrganizationId, patch: OrganizationPatch) -> Result<Applied> {
    place.apply(Command::PatchOrganization { id, expect: Expect::Any, patch: Box::new(patch) }).await
}

/// The patch that gives a name.
pub(super) fn named(name: &str) -> OrganizationPatch {
    OrganizationPatch { name: Some(name.into()), ..OrganizationPatch::default() }
}

/// The patch that moves.
pub(super) fn moved(parent: OrganizationId) -> OrganizationPatch {
    OrganizationPatch { parent: Some(parent), ..OrganizationPatch::default() }
}

/// An organization as the tree and the list of all show it.
pub(super) async fn read(place: &Place<'_>, id: OrganizationId) -> Organization {
    let store = &place.harness.store;
    let tree = store.tree(place.tenant).await.expect("organizations can be read");
    let all = store.organizations(place.tenant).await.expect("organizations can be read");
    assert_eq!(tree.iter().map(|found| (**found).clone()).collect::<Vec<_>>(), all, "the tree and the list");
    all.into_iter().find(|found| found.id == id).expect("the organization is there")
}

pub async fn a_made_organization_is_read_back_logged_and_attributed(h: Harness) {
    let place = h.tenant().await;
    let extensions = BTreeMap::from([("door".to_owned(), json!({"a": [1, "é"]}))]);
    let mut wanted = draft(&h, "Ropewalk");
    (wanted.country, wanted.is_active, wanted.extensions) = (Some("NO".into()), false, extensions.clone());
    let found = make(&place, wanted.clone()).await.expect("an organization can be made");
    let now = h.clock_now();
    let expected = Organization {
        id: wanted.id,
        number: 2,
        parent: Some(place.organization),
        name: "Ropewalk".into(),
        country: Some("NO".into()),
        is_locked: false,
        is_active: false,
        revision: 2,
        created: now,
        modified: now,
        extensions,
    };
    assert_eq!((found, read(&place, wanted.id).await), (expected.clone(), expected));
    let own = Place { organization: wanted.id, ..place };
    let (change, author) = (own.last_change().await, h.author());
    assert_eq!((change.kind, change.revision, change.time, change.is_undoable), (ChangeKind::Organization, 2, now, false));
    assert_eq!((change.principal, change.door.as_str()), (author.principal, author.door));
    assert!(matches!(own.undo(2).await, Err(Error::Invalid(found)) if found[0].rule == "undoable"));
    assert_eq!(own.create(crate::people::person(1)).await.number, 1, "people can be put into it");
    h.is_sound().await;
}

pub async fn what_may_not_be_made_is_refused(h: Harness) {
    let (place, other) = (h.tenant().await, h.tenant().await);
    let taken = make(&place, OrganizationDraft { id: other.organization, ..draft(&h, "Quay") }).await;
    assert!(matches!(taken, Err(Error::AlreadyExists { kind: Kind::Organization, .. })));
    let own = make(&place, OrganizationDraft { tenant: Some(place.tenant), ..draft(&h, "Quay") }).await;
    assert!(matches!(own, Err(Error::Invalid(found)) if found[0].field == "tenant"));
    for parent in [other.organization, OrganizationId(h.id())] {
        let refused = make(&place, under(&h, parent, "Quay")).await;
        assert!(matches!(refused, Err(Error::NotFound { kind: Kind::Organization, .. })));
    }
    assert!(matches!(make(&place, draft(&h, " ")).await, Err(Error::Invalid(found)) if found[0].rule == "named"));
    let nowhere = Place { tenant: TenantId(h.id()), ..place };
    assert!(matches!(make(&nowhere, draft(&h, "Quay")).await, Err(Error::NotFound { kind: Kind::Tenant, .. })));
    assert_eq!(made(&place, "Quay").await.number, 2, "what was refused took no number");
    assert_eq!(place.changes().await.len(), 1);
    h.is_sound().await;
}

pub async fn names_are_unique_under_one_parent_where_that_is_asked(h: Harness) {
    let place = h.tenant().await;
    let unique = |draft: OrganizationDraft| OrganizationDraft { has_unique_name: true, ..draft };
    let first = make(&place, unique(draft(&h, "Röpewalk"))).await.expect("the name is free");
    let refused = make(&place, unique(draft(&h, "ROPEWALK"))).await;
    assert!(matches!(refused, Err(Error::AlreadyExists { kind: Kind::Organization, key }) if key == "ROPEWALK"));
    let below = make(&place, unique(under(&h, first.id, "Ropewalk"))).await.expect("it is free under another parent");
    let twin = made(&place, "ropewalk").await;
    let unique = |patch: OrganizationPatch| OrganizationPatch { has_unique_name: true, ..patch };
    for refused in [
        patch(&place, twin.id, unique(named("Ropewälk"))).await,
        patch(&place, below.id, unique(moved(place.organization))).await,
    ] {
        assert!(matches!(refused, Err(Error::AlreadyExists { kind: Kind::Organization, .. })), "{refused:?}");
    }
    let inactive = OrganizationPatch { is_active: Some(false), ..unique(named("ropewalk")) };
    patch(&place, twin.id, inactive).await.expect("the name stays, so that it is not looked at");
    let both = OrganizationPatch { parent: Some(place.organization), ..unique(named("Quay")) };
    patch(&place, below.id, both).await.expect("the new name is free there");
    patch(&place, first.id, unique(named("RÖPEWALK"))).await.expect_err("there is a twin");
    patch(&place, twin.id, named("Mill")).await.expect("it can be renamed");
    patch(&place, first.id, unique(named("RÖPEWALK"))).await.expect("its own name is not in its way");
    h.is_sound().await;
}

pub async fn a_patch_changes_what_it_names(h: Harness) {
    let place = h.tenant().await;
    let mut wanted = draft(&h, "Ropewalk");
    wanted.extensions = BTreeMap::from([("one".into(), json!(1)), ("two".into(), json!(2))]);
    let before = make(&place, wanted).await.expect("an organization can be made");
    let edits = [("one", Edit::Clear), ("two", Edit::Keep), ("three", Edit::Set(json!([])))];
    let change = OrganizationPatch {
        name: Some("Quay".into()),
        is_active: Some(false),
        country: Edit::Set("GB".into()),
        extensions: edits.map(|(dialect, edit): (_, Edit<Value>)| (dialect.to_owned(), edit)).into(),
        ..OrganizationPatch::default()
    };
    let applied = patch(&place, before.id, change.clone()).await.expect("an organization can change");
    let after = Organization {
        name: "Quay".into(),
        is_active: false,
        country: Some("GB".into()),
        revision: 3,
        modified: h.clock_now(),
        extensions: BTreeMap::from([("two".into(), json!(2)), ("three".into(), json!([]))]),
        ..before
    };
    assert_eq!((applied.revision, applied.is_changed, applied.touched), (3, true, 0));
    assert_eq!((applied.organization, read(&place, before.id).await), (Some(after.clone()), after.clone()));
    let own = Place { organization: before.id, ..place };
    let logged = own.last_change().await;
    assert_eq!((logged.kind, logged.revision, logged.is_undoable), (ChangeKind::OrganizationPatch, 3, true));
    let again = patch(&place, before.id, change).await.expect("nothing is to be done");
    assert_eq!((again.is_changed, again.revision, again.organization), (false, 3, Some(after)));
    assert_eq!(own.changes().await.len(), 2);
    let root = OrganizationPatch { country: Edit::Set("NO".into()), ..named("Head") };
    patch(&place, place.organization, root).await.expect("the root can change");
    assert_eq!(read(&place, place.organization).await.name, "Head");
    h.is_sound().await;
}

pub async fn an_expectation_of_an_organization_is_judged(h: Harness) {
    let place = h.tenant().await;
    let organization = made(&place, "Ropewalk").await;
    let expecting = |expect, name: &str| {
        place.apply(Command::PatchOrganization { id: organization.id, expect, patch: Box::new(named(name)) })
    };
    expecting(Expect::At(2), "Quay").await.expect("nothing happened since");
    let stale = expecting(Expect::At(2), "Mill").await;
    assert!(matches!(stale, Err(Error::Stale { expected: 2, actual: 3 })));
    let absent = expecting(Expect::Absent, "Mill").await;
    assert!(matches!(absent, Err(Error::AlreadyExists { kind: Kind::Organization, .. })));
    assert_eq!(read(&place, organization.id).await.name, "Quay");
}

pub async fn an_organization_moves_with_all_below_it_and_never_below_itself(h: Harness) {
    let place = h.tenant().await;
    let [one, two] = [made(&place, "One").await, made(&place, "Two").await];
    let deep = made_under(&place, &made_under(&place, &one, "Three").await, "Four").await;
    let left = h.store.tree(place.tenant).await.expect("organizations can be read");
    patch(&place, one.id, moved(two.id)).await.expect("it moves");
    let tree = h.store.tree(place.tenant).await.expect("organizations can be read");
    assert!(tree.is_within(deep.id, two.id) && !left.is_within(deep.id, two.id));
    for (id, parent) in [(two.id, deep.id), (two.id, two.id), (two.id, one.id), (place.organization, one.id)] {
        let refused = patch(&place, id, moved(parent)).await;
        assert!(matches!(&refused, Err(Error::Invalid(found)) if found[0].rule == "tree"), "{refused:?}");
    }
    let elsewhere = h.tenant().await;
    for parent in [elsewhere.organization, OrganizationId(h.id())] {
        let refused = patch(&place, one.id, moved(parent)).await;
        assert!(matches!(refused, Err(Error::NotFound { kind: Kind::Organization, .. })));
    }
    let stays = patch(&place, one.id, moved(two.id)).await.expect("it is there");
    assert!(!stays.is_changed);
    patch(&place, deep.id, moved(place.organization)).await.expect("it moves up");
    patch(&place, two.id, moved(deep.id)).await.expect("it is not below any more");
    h.is_sound().await;
}

pub async fn books_follow_an_organization_that_moves(h: Harness) {
    let place = h.tenant().await;
    let [above, below] = [made(&place, "Above").await, made(&place, "Below").await];
    let [above, below] = [above.id, below.id].map(|organization| Place { organization, ..place });
    let ids = above.populate(2).await;
    let inherited = || async {
        let query = cardfile_model::Query { reach: cardfile_model::Reach::Inherited, ..below.query(cardfile_model::Filter::All) };
        below.page(query).await.records.into_iter().map(|record| record.id).collect::<Vec<_>>()
    };
    assert_eq!(inherited().await, super::NOBODY);
    patch(&place, below.organization, moved(above.organization)).await.expect("it moves");
    assert_eq!(inherited().await, ids);
    patch(&place, below.organization, moved(place.organization)).await.expect("it moves back");
    assert_eq!(inherited().await, super::NOBODY);
}

pub async fn depth_count_and_bytes_are_limited(h: Harness) {
    let place = h.tenant().await;
    let within = |limits: Limits, command| h.store.apply(place.tenant, h.author_within(limits), command);
    let create = |draft| Command::CreateOrganization(Box::new(draft));
    let change = |id, patch| Command::PatchOrganization { id, expect: Expect::Any, patch: Box::new(patch) };
    let flat = || Limits { organization_depth: 2, ..Limits::default() };
    let one = made(&place, "One").await;
    let two = within(flat(), create(under(&h, one.id, "Two"))).await.expect("two levels are allowed");
    let two = two.organization.expect("it is answered");
    let refused = within(flat(), create(under(&h, two.id, "Three"))).await;
    assert!(matches!(refused, Err(Error::TooLarge { limit: "organization_depth", most: 2 })));
    let other = made(&place, "Other").await;
    let refused = within(flat(), change(one.id, moved(other.id))).await;
    assert!(matches!(refused, Err(Error::TooLarge { limit: "organization_depth", most: 2 })));
    within(flat(), change(two.id, moved(other.id))).await.expect("that is no deeper");

    let few = |most| Limits { tenant_organizations: most, ..Limits::default() };
    let refused = within(few(4), create(draft(&h, "Five"))).await;
    assert!(matches!(refused, Err(Error::TooLarge { limit: "tenant_organizations", most: 4 })));
    within(few(5), create(draft(&h, "Five"))).await.expect("the fifth is allowed");

    let light = || Limits { organization_bytes: 16, ..Limits::default() };
    let set = |bytes: usize| {
        let extensions = BTreeMap::from([("d".to_owned(), Edit::Set("x".repeat(bytes - 8).into()))]);
        OrganizationPatch { extensions, ..OrganizationPatch::default() }
    };
    within(light(), change(one.id, set(16))).await.expect("it is as large as allowed");
    let refused = within(light(), change(one.id, set(17))).await;
    assert!(
        matches!(refused, Err(Error::Invalid(found)) if (found[0].field.as_str(), found[0].rule) == ("extensions", "length"))
    );
    let long = within(Limits { text_chars: 3, ..Limits::default() }, change(one.id, named("Four"))).await;
    assert!(matches!(long, Err(Error::Invalid(found)) if found[0].field == "name"));
    h.is_sound().await;
}

pub async fn an_organization_of_another_tenant_is_not_found(h: Harness) {
    let (one, two) = (h.tenant().await, h.tenant().await);
    let organization = made(&one, "Ropewalk").await;
    for id in [organization.id, one.organization, OrganizationId(h.id())] {
        let refused = patch(&two, id, named("Quay")).await;
        assert!(matches!(refused, Err(Error::NotFound { kind: Kind::Organization, .. })));
    }
    let query = OrganizationQuery {
        under: one.organization,
        filter: cardfile_model::OrganizationFilter::All,
        order: Vec::new(),
        offset: 0,
        limit: 10,
    };
    let found = |tenant| h.store.find_organizations(tenant, query.clone());
    assert_eq!(found(two.tenant).await.expect("an answer"), (Vec::new(), 0));
    assert_eq!(found(TenantId(h.id())).await.expect("an answer"), (Vec::new(), 0));
    assert_eq!(found(one.tenant).await.expect("an answer"), (vec![organization], 1));
    assert!(h.store.tree(TenantId(h.id())).await.expect("an answer").is_empty());
}

pub async fn a_lock_is_seen_and_outlives_a_patch(h: Harness) {
    let place = h.tenant().await;
    let organization = made(&place, "Ropewalk").await;
    h.store.lock_organization(place.tenant, organization.id, true).await.expect("it is known");
    assert!(read(&place, organization.id).await.is_locked);
    patch(&place, organization.id, named("Quay")).await.expect("it can change");
    let locked = read(&place, organization.id).await;
    assert_eq!((locked.is_locked, locked.name.as_str(), locked.revision), (true, "Quay", 3));
    h.store.lock_organization(place.tenant, organization.id, false).await.expect("it is known");
    assert_eq!(read(&place, organization.id).await, Organization { is_locked: false, ..locked });
    h.is_sound().await;
}
