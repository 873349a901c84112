//! Tenants, organizations and tokens.

use std::collections::BTreeMap;

use cardfile_directory::{Caller, Error, Kind, OrganizationDraft, Origin, Principal, Scopes, Token, TokenDraft};
use cardfile_model::{ChangeKind, Organization, OrganizationId, Role, Sources, TenantId};
use uuid::Uuid;

use super::{Harness, Place};

fn draft(id: Uuid, tenant: Option<TenantId>, parent: Option<OrganizationId>) -> OrganizationDraft {
    OrganizationDraft { tenant, parent, ..OrganizationDraft::new(OrganizationId(id), "Ropewalk") }
}

fn token(place: &Place<'_>, organization: OrganizationId) -> TokenDraft {
    let principal = Principal {
        id: place.harness.id(),
        name: None,
        organization,
        role: Role::Reader,
        scopes: Scopes(vec!["identity:contacts_read".into(), "é \"x\"".into()]),
        sources: Sources::Only(vec!["CH".into(), "Webex4Broadworks".into()]),
        person: place.harness.id(),
        expires: Some(place.harness.clock_now()),
    };
    let (_, token) = Token::make(place.tenant).expect("this machine gives randomness");
    TokenDraft { token, principal, created: place.harness.clock_now(), origin: Origin::Key }
}

pub async fn a_new_tenant_has_a_root_of_its_id(h: Harness) {
    assert_eq!(h.store.tenants().await.expect("an answer"), []);
    let id = h.id();
    let root = h.store.add_organization(draft(id, None, None), h.clock_now()).await.expect("a new tenant can be made");
    let expected = Organization {
        id: OrganizationId(id),
        number: 1,
        parent: None,
        name: "Ropewalk".into(),
        country: None,
        is_locked: false,
        is_active: true,
        revision: 1,
        created: h.clock_now(),
        modified: h.clock_now(),
        extensions: BTreeMap::new(),
    };
    assert_eq!(root, expected);
    assert_eq!(h.store.tenants().await.expect("an answer"), [TenantId(id)]);
    assert_eq!(h.store.organizations(TenantId(id)).await.expect("an answer"), [expected]);
    assert_eq!(h.store.tenant_of(OrganizationId(id)).await.expect("an answer"), Some(TenantId(id)));
    let log = h.store.changes(TenantId(id), OrganizationId(id), 0, 10).await.expect("an answer");
    let log: Vec<_> = log.into_iter().map(|change| (change.revision, change.kind, change.time)).collect();
    assert_eq!(log, [(1, ChangeKind::Organization, h.clock_now())]);
    let second = h.id();
    h.store.add_organization(draft(second, None, None), h.clock_now()).await.expect("a second tenant can be made");
    assert_eq!(h.store.tenants().await.expect("an answer"), [TenantId(id), TenantId(second)]);
    h.is_sound().await;
}

pub async fn organizations_hang_in_a_tree(h: Harness) {
    let place = h.tenant().await;
    let [child, grandchild] = [h.id(), h.id()];
    let made =
        h.store.add_organization(draft(child, Some(place.tenant), None), h.clock_now()).await.expect("it goes under the root");
    assert_eq!((made.number, made.parent), (2, Some(place.organization)));
    let parent = Some(OrganizationId(child));
    let made = h
        .store
        .add_organization(draft(grandchild, Some(place.tenant), parent), h.clock_now())
        .await
        .expect("it goes under the child");
    assert_eq!((made.number, made.parent), (3, parent));
    let all = h.store.organizations(place.tenant).await.expect("an answer");
    assert_eq!(all.iter().map(|organization| organization.number).collect::<Vec<_>>(), [1, 2, 3]);
    assert_eq!(all[2], made);
    assert_eq!(h.store.tenant_of(made.id).await.expect("an answer"), Some(place.tenant));
    assert_eq!(h.store.tenant_of(OrganizationId(h.id())).await.expect("an answer"), None);
    assert_eq!(place.create(crate::people::person(1)).await.revision, 4, "each was a change");
    h.is_sound().await;
}

pub async fn an_id_taken_anywhere_is_refused(h: Harness) {
    let (one, two) = (h.tenant().await, h.tenant().await);
    let below = one.below().await.organization.0;
    for taken in [one.tenant.0, below] {
        for tenant in [None, Some(one.tenant), Some(two.tenant)] {
            let refused = h.store.add_organization(draft(taken, tenant, None), h.clock_now()).await;
            assert!(matches!(refused, Err(Error::AlreadyExists { kind: Kind::Organization, .. })));
        }
    }
}

pub async fn unknown_tenants_and_parents_are_not_found(h: Harness) {
    let (one, two) = (h.tenant().await, h.tenant().await);
    let refused = h.store.add_organization(draft(h.id(), Some(TenantId(h.id())), None), h.clock_now()).await;
    assert!(matches!(refused, Err(Error::NotFound { kind: Kind::Tenant, .. })));
    for parent in [OrganizationId(h.id()), two.organization] {
        let refused = h.store.add_organization(draft(h.id(), Some(one.tenant), Some(parent)), h.clock_now()).await;
        assert!(matches!(refused, Err(Error::NotFound { kind: Kind::Organization, .. })));
    }
    assert_eq!(h.store.organizations(one.tenant).await.expect("an answer").len(), 1);
}

pub async fn an_organization_is_locked_and_opened(h: Harness) {
    let place = h.tenant().await;
    for is_locked in [true, true, false] {
        h.store.lock_organization(place.tenant, place.organization, is_locked).await.expect("it is known");
        assert_eq!(h.store.organizations(place.tenant).await.expect("an answer")[0].is_locked, is_locked);
    }
    assert_eq!(place.changes().await.len(), 1, "the log does not tell of it");
    let elsewhere = h.tenant().await;
    for (tenant, id) in [(place.tenant, elsewhere.organization), (TenantId(h.id()), place.organization)] {
        let refused = h.store.lock_organization(tenant, id, true).await;
        assert!(matches!(refused, Err(Error::NotFound { kind: Kind::Organization, .. })));
    }
}

pub async fn a_token_stands_for_its_principal_until_revoked(h: Harness) {
    let place = h.tenant().await;
    let draft = token(&place, place.below().await.organization);
    let mut open = token(&place, place.organization);
    (open.principal.sources, open.principal.scopes, open.principal.expires) = (Sources::Any, Scopes::default(), None);
    open.principal.role = Role::Admin;
    let (until, session) = (Some(place.harness.clock_now()), token(&place, place.organization));
    let bounded = TokenDraft { origin: Origin::Session { until }, ..session };
    let endless = TokenDraft { origin: Origin::Session { until: None }, ..token(&place, place.organization) };
    for draft in [&draft, &open, &bounded, &endless] {
        assert_eq!(h.store.caller(draft.token).await.expect("an answer"), None);
        h.store.add_token(draft.clone()).await.expect("its organization is known");
        let caller = Caller { tenant: place.tenant, principal: draft.principal.clone(), origin: draft.origin };
        assert_eq!(h.store.caller(draft.token).await.expect("an answer"), Some(caller));
    }
    let foreign = Token { tenant: h.tenant().await.tenant, ..draft.token };
    assert_eq!(h.store.caller(foreign).await.expect("an answer"), None, "a token opens its own tenant only");
    for _ in 0..2 {
        h.store.revoke_token(draft.token).await.expect("one that is not there is no error");
        assert_eq!(h.store.caller(draft.token).await.expect("an answer"), None);
    }
    assert!(h.store.caller(open.token).await.expect("an answer").is_some());
}

pub async fn keys_are_listed_until_they_are_revoked(h: Harness) {
    let (place, other) = (h.tenant().await, h.tenant().await);
    let (first, second) = (token(&place, place.organization), token(&place, place.below().await.organization));
    let session = TokenDraft { origin: Origin::Session { until: None }, ..token(&place, place.organization) };
    // A second token of one principal is the same key.
    let renewed = TokenDraft { token: token(&place, place.organization).token, ..second.clone() };
    for draft in [&first, &second, &session, &renewed] {
        h.store.add_token(draft.clone()).await.expect("its organization is known");
    }
    let listed = h.store.keys(place.tenant).await.expect("an answer");
    let mut expected: Vec<_> = [&first, &second].map(|draft| (draft.created, draft.principal.id)).into();
    expected.sort();
    assert_eq!(listed.iter().map(|key| (key.created, key.principal.id)).collect::<Vec<_>>(), expected);
    assert!(listed.iter().any(|key| key.principal == first.principal), "{listed:?}");
    assert_eq!(h.store.keys(other.tenant).await.expect("an answer"), []);
    h.store.revoke_tokens_of(place.tenant, second.principal.id).await.expect("they can be revoked");
    assert_eq!(h.store.keys(place.tenant).await.expect("an answer").len(), 1);
}

pub async fn a_token_needs_an_organization_of_its_tenant(h: Harness) {
    let (one, two) = (h.tenant().await, h.tenant().await);
    for organization in [two.organization, OrganizationId(h.id())] {
        let refused = h.store.add_token(token(&one, organization)).await;
        assert!(matches!(refused, Err(Error::NotFound { kind: Kind::Organization, .. })));
    }
}

pub async fn a_fresh_store_is_ready_and_sound(h: Harness) {
    h.store.ready().await.expect("it can serve");
    assert_eq!(h.store.check().await.expect("it can be checked"), []);
    assert_eq!(h.store.purge(h.clock_now()).await.expect("it can purge"), 0);
    let place = h.tenant().await;
    let ids = place.populate(30).await;
    h.store.rebuild_index().await.expect("the index can be built anew");
    assert_eq!(place.find(cardfile_model::Filter::Contains("example".into())).await, ids);
    h.is_sound().await;
}
