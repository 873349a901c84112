//! People who sign in with a name and a password, and their tokens.

use cardfile_directory::{Error, Kind, Login, MOST_NAMESAKES, Origin, Principal, Surface, Token, TokenDraft};
use cardfile_model::{OrganizationId, Role, Selection, Sources, TenantId};
use jiff::SignedDuration;
use uuid::Uuid;

use super::Harness;
use super::place::Place;

fn login(place: &Place<'_>, surface: Surface, name: &str) -> Login {
    let principal = Principal {
        id: place.harness.id(),
        name: Some(name.into()),
        organization: place.organization,
        role: Role::Admin,
        scopes: surface.scopes(),
        sources: Sources::Any,
        person: place.harness.id(),
        expires: None,
    };
    Login { surface, name: name.into(), hash: "$argon2id$".into(), principal, created: place.harness.clock_now() }
}

/// Keeps a log-in.
async fn added(place: &Place<'_>, surface: Surface, name: &str) -> Login {
    let login = login(place, surface, name);
    place.harness.store.add_login(place.tenant, login.clone()).await.expect("a log-in can be kept");
    login
}

/// A token of a log-in that ends an hour after it is made.
fn token(place: &Place<'_>, login: &Login) -> TokenDraft {
    let created = place.harness.clock_now();
    let principal = Principal { expires: Some(created + SignedDuration::from_hours(1)), ..login.principal.clone() };
    let (_, token) = Token::make(place.tenant).expect("this machine gives randomness");
    TokenDraft { token, principal, created, origin: Origin::Session { until: None } }
}

async fn is_known(place: &Place<'_>, token: Token) -> bool {
    place.harness.store.caller(token).await.expect("an answer").is_some()
}

async fn of_name(place: &Place<'_>, surface: Surface, name: &str) -> Option<Login> {
    place.harness.store.login(place.tenant, surface, name).await.expect("an answer")
}

pub async fn a_log_in_is_read_back_as_it_was_given(h: Harness) {
    let place = h.tenant().await;
    let (mia, ada) = (added(&place, Surface::Admin, "mia").await, added(&place, Surface::Admin, "ada").await);
    let (agent, shopper) = (added(&place, Surface::Agent, "mia").await, added(&place, Surface::Store, "mia").await);
    assert_eq!(h.store.logins(place.tenant, Surface::Admin).await.expect("an answer"), [ada, mia.clone()]);
    assert_eq!(of_name(&place, Surface::Admin, "mia").await, Some(mia));
    assert_eq!(of_name(&place, Surface::Agent, "mia").await, Some(agent.clone()));
    assert_eq!(of_name(&place, Surface::Agent, "Mia").await, None);
    let of = |person| h.store.login_of(place.tenant, person);
    assert_eq!(of(shopper.principal.person).await.expect("an answer"), Some(shopper));
    assert_eq!(of(agent.principal.person).await.expect("an answer"), None, "an agent is no shopper");
    let nowhere = TenantId(h.id());
    assert_eq!(h.store.logins(nowhere, Surface::Admin).await.expect("an answer"), []);
    assert_eq!(h.store.login(nowhere, Surface::Admin, "mia").await.expect("an answer"), None);
    h.is_sound().await;
}

pub async fn a_log_in_needs_a_free_name_and_a_known_organization(h: Harness) {
    let (place, other) = (h.tenant().await, h.tenant().await);
    added(&place, Surface::Admin, "mia").await;
    let again = h.store.add_login(place.tenant, login(&place, Surface::Admin, "mia")).await;
    assert!(matches!(again, Err(Error::AlreadyExists { kind: Kind::Login, .. })), "{again:?}");
    added(&other, Surface::Admin, "mia").await;
    let mut astray = login(&place, Surface::Admin, "lin");
    astray.principal.organization = OrganizationId(other.tenant.0);
    for tenant in [place.tenant, TenantId(h.id())] {
        let refused = h.store.add_login(tenant, astray.clone()).await;
        assert!(matches!(refused, Err(Error::NotFound { kind: Kind::Organization, .. })), "{refused:?}");
    }
}

pub async fn a_person_has_one_log_in_as_a_shopper(h: Harness) {
    let place = h.tenant().await;
    let first = added(&place, Surface::Store, "mia").await;
    for surface in [Surface::Store, Surface::Agent] {
        let mut second = login(&place, surface, "mia2");
        second.principal.person = first.principal.person;
        let answer = h.store.add_login(place.tenant, second).await;
        let is_refused = matches!(answer, Err(Error::AlreadyExists { kind: Kind::Login, .. }));
        assert_eq!(is_refused, surface == Surface::Store, "{answer:?}");
    }
}

pub async fn log_ins_of_one_name_are_found_over_all_tenants(h: Harness) {
    let (one, two) = (h.tenant().await, h.tenant().await);
    let mut expected = vec![(one.tenant, added(&one, Surface::Store, "mia").await)];
    expected.push((two.tenant, added(&two, Surface::Store, "mia").await));
    added(&one, Surface::Agent, "mia").await;
    added(&one, Surface::Store, "mia2").await;
    expected.sort_by_key(|(tenant, _)| *tenant);
    assert_eq!(h.store.logins_named(Surface::Store, "mia").await.expect("an answer"), expected);
    assert_eq!(h.store.logins_named(Surface::Admin, "mia").await.expect("an answer"), []);
    for _ in 0..MOST_NAMESAKES {
        added(&h.tenant().await, Surface::Store, "mia").await;
    }
    assert_eq!(h.store.logins_named(Surface::Store, "mia").await.expect("an answer").len(), MOST_NAMESAKES);
}

pub async fn a_password_is_replaced(h: Harness) {
    let place = h.tenant().await;
    let mia = added(&place, Surface::Agent, "mia").await;
    added(&place, Surface::Admin, "mia").await;
    let principal = mia.principal.id;
    h.store.set_password(place.tenant, principal, "$other$").await.expect("it is there");
    assert_eq!(of_name(&place, Surface::Agent, "mia").await, Some(Login { hash: "$other$".into(), ..mia }));
    assert_eq!(of_name(&place, Surface::Admin, "mia").await.map(|login| login.hash).as_deref(), Some("$argon2id$"));
    for (tenant, principal) in [(place.tenant, h.id()), (TenantId(h.id()), principal)] {
        let refused = h.store.set_password(tenant, principal, "$").await;
        assert!(matches!(refused, Err(Error::NotFound { kind: Kind::Login, .. })), "{refused:?}");
    }
}

pub async fn a_shopper_is_renamed_unless_the_name_is_taken(h: Harness) {
    let place = h.tenant().await;
    let mia = added(&place, Surface::Store, "mia").await;
    added(&place, Surface::Store, "lin").await;
    added(&place, Surface::Agent, "max").await;
    let person = mia.principal.person;
    let rename = |person: Uuid, name: &'static str| h.store.rename_login(place.tenant, person, name);
    let taken = rename(person, "lin").await;
    assert!(matches!(taken, Err(Error::AlreadyExists { kind: Kind::Login, .. })), "{taken:?}");
    rename(person, "mia").await.expect("it is called so already");
    rename(person, "max").await.expect("names of another surface are free");
    let renamed = h.store.login_of(place.tenant, person).await.expect("an answer").expect("it is there");
    assert_eq!((&*renamed.name, renamed.principal.name.as_deref()), ("max", Some("max")));
    assert_eq!(of_name(&place, Surface::Store, "mia").await, None);
    rename(h.id(), "lin").await.expect("who has no log-in is passed over");
    h.store.rename_login(TenantId(h.id()), person, "mia").await.expect("who has no log-in is passed over");
}

pub async fn a_removed_log_in_loses_its_tokens_and_frees_its_name(h: Harness) {
    let place = h.tenant().await;
    let (mia, lin) = (added(&place, Surface::Admin, "mia").await, added(&place, Surface::Admin, "lin").await);
    let (of_mia, of_lin) = (token(&place, &mia), token(&place, &lin));
    for draft in [&of_mia, &of_lin] {
        h.store.add_token(draft.clone()).await.expect("a token can be kept");
    }
    let mut author = h.author();
    author.principal = Some(mia.principal.id);
    let command = cardfile_directory::Command::CreateGroup(place.draft("Harbour", &[]));
    let revision = h.store.apply(place.tenant, author, command).await.expect("a group can be made").revision;
    let name = async || h.store.authors(place.tenant, &[revision].into()).await.expect("an answer").remove(&revision);
    h.store.revoke_token(of_mia.token).await.expect("it can be revoked");
    assert_eq!(name().await.as_deref(), Some("mia"), "without a token too");

    h.store.add_token(of_mia.clone()).await.expect("a token can be kept");
    h.store.remove_login(place.tenant, mia.principal.id).await.expect("it is there");
    assert_eq!(of_name(&place, Surface::Admin, "mia").await, None);
    assert!(!is_known(&place, of_mia.token).await && is_known(&place, of_lin.token).await);
    assert_eq!(name().await, Some(mia.principal.id.to_string()));
    for tenant in [place.tenant, TenantId(h.id())] {
        let again = h.store.remove_login(tenant, mia.principal.id).await;
        assert!(matches!(again, Err(Error::NotFound { kind: Kind::Login, .. })), "{again:?}");
    }
    added(&place, Surface::Admin, "mia").await;
    h.is_sound().await;
}

pub async fn the_log_in_of_somebody_who_is_gone_is_removed_and_no_other(h: Harness) {
    let place = h.tenant().await;
    let [mut mia, mut lin] = ["mia", "lin"].map(|name| login(&place, Surface::Store, name));
    let people = place.populate(2).await;
    for (login, person) in [&mut mia, &mut lin].into_iter().zip(&people) {
        (login.principal.id, login.principal.person) = (*person, *person);
        h.store.add_login(place.tenant, login.clone()).await.expect("a log-in can be kept");
    }
    added(&place, Surface::Agent, "max").await;
    let (of_mia, of_lin) = (token(&place, &mia), token(&place, &lin));
    for draft in [&of_mia, &of_lin] {
        h.store.add_token(draft.clone()).await.expect("a token can be kept");
    }
    let gives_way = async |tenant, name| h.store.remove_login_of_gone(tenant, name).await.expect("an answer");
    for (tenant, name) in [(place.tenant, "mia"), (place.tenant, "max"), (place.tenant, "nobody"), (TenantId(h.id()), "mia")] {
        assert!(!gives_way(tenant, name).await, "{name}");
    }
    let gone = place.trash(Selection::ids([people[0]])).await;
    place.undo(gone.revision).await.expect("they can be restored");
    assert!(!gives_way(place.tenant, "mia").await, "who is restored lives");

    place.trash(Selection::ids([people[0]])).await;
    assert!(gives_way(place.tenant, "mia").await && !gives_way(place.tenant, "lin").await);
    assert_eq!(of_name(&place, Surface::Store, "mia").await, None);
    assert_eq!(of_name(&place, Surface::Store, "lin").await, Some(lin));
    assert!(!is_known(&place, of_mia.token).await && is_known(&place, of_lin.token).await);
    assert!(!gives_way(place.tenant, "mia").await, "only once");

    added(&place, Surface::Store, "ghost").await;
    assert!(gives_way(place.tenant, "ghost").await, "nobody was ever made");
    h.is_sound().await;
}

pub async fn a_new_token_makes_those_forgotten_that_ended(h: Harness) {
    let place = h.tenant().await;
    let (mia, lin) = (login(&place, Surface::Admin, "mia"), login(&place, Surface::Admin, "lin"));
    let (first, other) = (token(&place, &mia), token(&place, &lin));
    h.clock.advance(SignedDuration::from_secs(1));
    let second = token(&place, &mia);
    for draft in [&first, &other, &second] {
        h.store.add_token(draft.clone()).await.expect("a token can be kept");
    }
    assert!(is_known(&place, first.token).await);
    h.clock.advance(SignedDuration::from_secs(3599));
    h.store.add_token(token(&place, &mia)).await.expect("a token can be kept");
    let known = [first, second, other].map(|draft| draft.token);
    assert!(!is_known(&place, known[0]).await);
    assert!(is_known(&place, known[1]).await && is_known(&place, known[2]).await);
}

pub async fn a_token_is_renewed_while_one_of_its_principal_stands(h: Harness) {
    let place = h.tenant().await;
    let mia = login(&place, Surface::Admin, "mia");
    let refused = h.store.renew_token(token(&place, &mia)).await;
    assert!(matches!(refused, Err(Error::Unauthenticated)), "{refused:?}");
    h.store.add_token(token(&place, &mia)).await.expect("a token can be kept");
    h.clock.advance(SignedDuration::from_mins(59));
    let renewed = token(&place, &mia);
    h.store.renew_token(renewed.clone()).await.expect("one stands");
    assert!(is_known(&place, renewed.token).await);
    h.clock.advance(SignedDuration::from_hours(1));
    let late = token(&place, &mia);
    assert!(matches!(h.store.renew_token(late.clone()).await, Err(Error::Unauthenticated)));
    assert!(!is_known(&place, late.token).await);
    let endless = TokenDraft { principal: mia.principal.clone(), ..token(&place, &mia) };
    h.store.add_token(endless).await.expect("a token can be kept");
    h.store.renew_token(token(&place, &mia)).await.expect("one stands for ever");
}

pub async fn all_tokens_of_a_principal_end_together(h: Harness) {
    let (place, elsewhere) = (h.tenant().await, h.tenant().await);
    let (mut mia, lin) = (login(&place, Surface::Admin, "mia"), login(&place, Surface::Admin, "lin"));
    mia.principal.name = None;
    let drafts = [token(&place, &mia), token(&place, &mia), token(&place, &lin)];
    for draft in &drafts {
        h.store.add_token(draft.clone()).await.expect("a token can be kept");
    }
    h.store.revoke_tokens_of(elsewhere.tenant, mia.principal.id).await.expect("there may be none");
    assert!(is_known(&place, drafts[0].token).await, "a tenant ends its own tokens only");
    h.store.revoke_tokens_of(place.tenant, mia.principal.id).await.expect("there are some");
    h.store.revoke_tokens_of(TenantId(h.id()), mia.principal.id).await.expect("there may be none");
    assert!(!is_known(&place, drafts[0].token).await && !is_known(&place, drafts[1].token).await);
    assert!(is_known(&place, drafts[2].token).await);
}
