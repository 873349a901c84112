//! OAuth clients and the tokens issued to them.

use cardfile_directory::{Client, Error, Issue, Kind, Origin, Principal, Scopes, Token, TokenDraft};
use cardfile_model::{OrganizationId, Role, Sources, TenantId};
use jiff::{SignedDuration, Timestamp};

use super::Harness;
use super::place::Place;

fn token(tenant: TenantId) -> Token {
    Token::make(tenant).expect("there is randomness").1
}

fn client(place: &Place<'_>, id: &str) -> Client {
    let principal = Principal {
        id: place.harness.id(),
        name: Some(id.into()),
        organization: place.organization,
        role: Role::Admin,
        scopes: Scopes(vec!["identity:contact".into()]),
        sources: Sources::Any,
        person: place.harness.id(),
        expires: None,
    };
    Client { id: id.into(), secret: token(place.tenant), principal, created: place.harness.clock_now() }
}

/// Tokens for a client that end an hour and a day after they are made.
fn issue(client: &Client, spent: Option<Token>, now: Timestamp) -> Issue {
    let tenant = client.secret.tenant;
    let principal = Principal { expires: Some(now + SignedDuration::from_hours(1)), ..client.principal.clone() };
    Issue {
        client: client.id.clone(),
        spent,
        access: TokenDraft { token: token(tenant), principal, created: now, origin: Origin::Key },
        refresh: (token(tenant), now + SignedDuration::from_hours(24)),
    }
}

pub async fn a_client_is_read_back_as_it_was_given(h: Harness) {
    let place = h.tenant().await;
    let (b, a) = (client(&place, "b@quay.example"), client(&place, "a"));
    for client in [&b, &a] {
        h.store.add_client(client.clone()).await.expect("a client can be kept");
    }
    assert_eq!(h.store.client(place.tenant, "b@quay.example").await.expect("an answer"), Some(b.clone()));
    assert_eq!(h.store.clients(place.tenant).await.expect("an answer"), [a, b]);
    assert_eq!(h.store.client(place.tenant, "B@quay.example").await.expect("an answer"), None);
    assert_eq!(h.store.client(TenantId(h.id()), "a").await.expect("an answer"), None);
    h.is_sound().await;
}

pub async fn a_client_needs_a_free_id_and_a_known_organization(h: Harness) {
    let (place, other) = (h.tenant().await, h.tenant().await);
    h.store.add_client(client(&place, "a")).await.expect("a client can be kept");
    let again = h.store.add_client(client(&place, "a")).await;
    assert!(matches!(again, Err(Error::AlreadyExists { kind: Kind::Client, .. })), "{again:?}");
    h.store.add_client(client(&other, "a")).await.expect("another tenant has ids of its own");
    let mut astray = client(&place, "b");
    astray.principal.organization = OrganizationId(other.tenant.0);
    assert!(matches!(h.store.add_client(astray).await, Err(Error::NotFound { .. })));
}

pub async fn issued_tokens_stand_for_the_client(h: Harness) {
    let place = h.tenant().await;
    let client = client(&place, "a");
    h.store.add_client(client.clone()).await.expect("a client can be kept");
    let issued = issue(&client, None, h.clock_now());
    h.store.issue(issued.clone()).await.expect("tokens can be issued");
    let caller = h.store.caller(issued.access.token).await.expect("an answer").expect("the token is known");
    assert_eq!(caller.principal, issued.access.principal);
    let refreshed = h.store.client_of_refresh(issued.refresh.0).await.expect("an answer");
    assert_eq!(refreshed, Some(client));
    assert_eq!(h.store.caller(issued.refresh.0).await.expect("an answer"), None, "a refresh token opens nothing");
    assert_eq!(h.store.client_of_refresh(issued.access.token).await.expect("an answer"), None);
}

pub async fn a_refresh_token_is_spent_once(h: Harness) {
    let place = h.tenant().await;
    let (client, other) = (client(&place, "a"), client(&place, "b"));
    for client in [&client, &other] {
        h.store.add_client(client.clone()).await.expect("a client can be kept");
    }
    let first = issue(&client, None, h.clock_now());
    h.store.issue(first.clone()).await.expect("tokens can be issued");
    let stolen = h.store.issue(issue(&other, Some(first.refresh.0), h.clock_now())).await;
    assert!(matches!(stolen, Err(Error::Unauthenticated)), "{stolen:?}");
    let second = issue(&client, Some(first.refresh.0), h.clock_now());
    h.store.issue(second.clone()).await.expect("the token is spent");
    let third = issue(&client, Some(first.refresh.0), h.clock_now());
    assert!(matches!(h.store.issue(third.clone()).await, Err(Error::Unauthenticated)));
    assert_eq!(h.store.caller(third.access.token).await.expect("an answer"), None, "nothing is kept of what was refused");
    assert_eq!(h.store.client_of_refresh(first.refresh.0).await.expect("an answer"), None);
    h.clock.advance(SignedDuration::from_hours(24));
    let late = h.store.issue(issue(&client, Some(second.refresh.0), h.clock_now())).await;
    assert!(matches!(late, Err(Error::Unauthenticated)), "{late:?}");
}

pub async fn ended_tokens_are_forgotten_when_new_ones_are_issued(h: Harness) {
    let place = h.tenant().await;
    let client = client(&place, "a");
    h.store.add_client(client.clone()).await.expect("a client can be kept");
    let first = issue(&client, None, h.clock_now());
    h.store.issue(first.clone()).await.expect("tokens can be issued");
    h.clock.advance(SignedDuration::from_hours(1));
    h.store.issue(issue(&client, None, h.clock_now())).await.expect("tokens can be issued");
    assert_eq!(h.store.caller(first.access.token).await.expect("an answer"), None);
    assert!(h.store.client_of_refresh(first.refresh.0).await.expect("an answer").is_some());
}

pub async fn a_removed_client_loses_its_tokens_and_keeps_its_name(h: Harness) {
    let place = h.tenant().await;
    let client = client(&place, "a");
    h.store.add_client(client.clone()).await.expect("a client can be kept");
    let issued = issue(&client, None, h.clock_now());
    h.store.issue(issued.clone()).await.expect("tokens can be issued");
    let renewed = TokenDraft { token: token(place.tenant), ..issued.access.clone() };
    h.store.renew_token(renewed.clone()).await.expect("one stands");
    let mut author = h.author();
    author.principal = Some(client.principal.id);
    let command = cardfile_directory::Command::CreateGroup(place.draft("Harbour", &[]));
    let revision = h.store.apply(place.tenant, author, command).await.expect("a group can be made").revision;

    h.store.remove_client(place.tenant, "a").await.expect("it is there");
    assert_eq!(h.store.client(place.tenant, "a").await.expect("an answer"), None);
    for token in [issued.access.token, renewed.token] {
        assert_eq!(h.store.caller(token).await.expect("an answer"), None);
    }
    assert_eq!(h.store.client_of_refresh(issued.refresh.0).await.expect("an answer"), None);
    assert!(matches!(h.store.issue(issue(&client, None, h.clock_now())).await, Err(Error::Unauthenticated)));
    let again = h.store.remove_client(place.tenant, "a").await;
    assert!(matches!(again, Err(Error::NotFound { kind: Kind::Client, .. })), "{again:?}");
    assert!(matches!(h.store.add_client(client).await, Err(Error::AlreadyExists { .. })));
    let authors = h.store.authors(place.tenant, &[1, revision, 99].into()).await.expect("an answer");
    assert_eq!(authors.into_values().collect::<Vec<_>>(), ["cli", "a"]);
    h.is_sound().await;
}
