//! Signing in with a name and a password.

use std::net::IpAddr;
use std::sync::Arc;

use cardfile_directory::{
    Applied, Attempt, Author, Caller, Clock, Command, Directory, Error, Ids, Kind, Need, OrganizationDraft, Origin, Principal,
    Result, Scopes, Settings, Store, Surface, Trash,
};
use cardfile_model::{
    Batch, Expect, Membership, MembershipEdit, Mode, OrganizationId, OrganizationPatch, Patch, Reach, Role, Selection, Sources,
    TenantId, Write,
};
use cardfile_testkit::{CountingIds, FixedClock, MemoryStore, person};
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

const HOUR: SignedDuration = SignedDuration::from_hours(1);

struct Place {
    directory: Directory,
    clock: Arc<FixedClock>,
    ids: Arc<CountingIds>,
    tenant: TenantId,
}

impl Place {
    async fn new() -> Self {
        let (clock, ids) = (Arc::new(FixedClock::default()), Arc::new(CountingIds::new(1)));
        let store: Arc<dyn Store> = Arc::new(MemoryStore::new());
        let directory =
            Directory::new(store, Arc::<FixedClock>::clone(&clock), Arc::<CountingIds>::clone(&ids), Settings::default());
        let tenant = tenant(&directory, &ids).await;
        Place { directory, clock, ids, tenant }
    }

    fn organization(&self) -> OrganizationId {
        OrganizationId(self.tenant.0)
    }

    async fn add(&self, surface: Surface, name: &str, password: &str) {
        let made = self.directory.add_login(self.organization(), surface, name, Some(password.into())).await.unwrap();
        assert_eq!(made.1, password);
    }

    async fn log_in(&self, surface: Surface, name: &str, password: &str) -> Result<(String, Caller)> {
        let attempt = Attempt { surface, name, password, address: None, tenant: None };
        self.directory.log_in(attempt, HOUR).await
    }

    async fn apply(&self, command: Command) -> Applied {
        let author = Author::unbound(self.directory.clock().now(), None, "test", Arc::default());
        self.directory.store().apply(self.tenant, author, command).await.unwrap()
    }

    fn trash(&self, id: Uuid) -> Trash {
        Trash { organization: self.organization(), sources: Sources::Any, selection: Selection::ids([id]) }
    }

    fn batch(&self, writes: Vec<Write>) -> Batch {
        Batch {
            organization: self.organization(),
            reach: Reach::Below(self.organization()),
            sources: Sources::Any,
            mode: Mode::Each,
            admits_unknown_groups: false,
            has_unique_emails: false,
            most_blanked: None,
            writes,
        }
    }

    async fn change(&self, id: Uuid, patch: Patch) {
        let writes = vec![Write::Patch { id, expect: Expect::Any, patch: Box::new(patch) }];
        self.apply(Command::Write(self.batch(writes))).await;
    }

    /// A contact that may sign in.
    async fn shopper(&self, login: &str, password: &str) -> Uuid {
        let id = self.ids.next();
        let writes = vec![Write::Create { id, contact: Box::new(person(1)) }];
        self.apply(Command::Write(self.batch(writes))).await;
        self.directory.add_shopper(self.tenant, id, login, password).await.unwrap();
        id
    }
}

async fn tenant(directory: &Directory, ids: &CountingIds) -> TenantId {
    let id = OrganizationId(ids.next());
    let draft = OrganizationDraft::new(id, "Quayside");
    directory.add_organization(draft).await.unwrap().0
}

fn is_refused<T>(answer: &Result<T>) -> bool {
    matches!(answer, Err(Error::Unauthenticated))
}

#[tokio::test]
async fn a_name_in_any_case_and_its_password_give_a_token_that_ends() {
    let place = Place::new().await;
    place.add(Surface::Admin, "Mia@Harbour.test", "correct horse").await;
    let (token, caller) = place.log_in(Surface::Admin, "MIA@harbour.TEST", "correct horse").await.unwrap();
    assert_eq!((caller.tenant, caller.principal.name.as_deref()), (place.tenant, Some("mia@harbour.test")));
    assert!(caller.principal.scopes.cover(Need::CommerceAdmin) && !caller.principal.scopes.cover(Need::ReadContacts));
    assert_eq!(*place.directory.identify(&token).await.unwrap(), caller);
    for (surface, name, password) in [
        (Surface::Admin, "mia@harbour.test", "Correct horse"),
        (Surface::Admin, "mia@harbour.test", ""),
        (Surface::Admin, "lin@harbour.test", "correct horse"),
        (Surface::Agent, "mia@harbour.test", "correct horse"),
        (Surface::Admin, "\n", "correct horse"),
    ] {
        assert!(is_refused(&place.log_in(surface, name, password).await), "{name} {password}");
    }
    place.clock.advance(HOUR);
    assert!(is_refused(&place.directory.identify(&token).await));
}

#[tokio::test]
async fn a_password_that_fits_in_two_tenants_needs_a_tenant() {
    let place = Place::new().await;
    let other = tenant(&place.directory, &place.ids).await;
    place.add(Surface::Admin, "mia", "correct horse").await;
    let password = Some("correct horse".to_owned());
    place.directory.add_login(OrganizationId(other.0), Surface::Admin, "mia", password).await.unwrap();
    assert!(is_refused(&place.log_in(Surface::Admin, "mia", "correct horse").await));
    let (surface, name, password) = (Surface::Admin, "mia", "correct horse");
    let attempt = Attempt { surface, name, password, address: None, tenant: Some(other) };
    assert_eq!(place.directory.log_in(attempt, HOUR).await.unwrap().1.tenant, other);
    place.directory.change_password(place.organization(), surface, name, Some("another".into())).await.unwrap();
    assert_eq!(place.log_in(surface, name, "another").await.unwrap().1.tenant, place.tenant);
    assert_eq!(place.log_in(surface, name, password).await.unwrap().1.tenant, other);
}

#[tokio::test]
async fn a_shopper_comes_in_while_the_card_is_there() {
    let place = Place::new().await;
    let id = place.shopper("Lin@Harbour.test", "battery staple").await;
    let (token, caller) = place.log_in(Surface::Store, "lin@harbour.test", "battery staple").await.unwrap();
    assert_eq!((caller.principal.id, caller.principal.person, caller.principal.role), (id, id, Role::Reader));
    assert_eq!(caller.principal.organization, place.organization());
    assert!(place.directory.rename_shopper(place.tenant, id, "LIN@pine.test").await.unwrap());
    assert!(!place.directory.rename_shopper(place.tenant, id, "lin@Pine.test").await.unwrap());
    assert!(!place.directory.rename_shopper(place.tenant, place.ids.next(), "nobody").await.unwrap());
    assert!(is_refused(&place.log_in(Surface::Store, "lin@harbour.test", "battery staple").await));
    place.log_in(Surface::Store, "lin@pine.test", "battery staple").await.unwrap();
    place.directory.set_shopper_password(place.tenant, id, "staple battery").await.unwrap();
    assert!(is_refused(&place.directory.identify(&token).await), "its tokens end with the password");
    let (_, caller) = place.log_in(Surface::Store, "lin@pine.test", "staple battery").await.unwrap();
    place.directory.renew(&caller, HOUR).await.unwrap();

    let again = place.directory.add_shopper(place.tenant, id, "lin2", "x").await;
    assert!(matches!(again, Err(Error::AlreadyExists { kind: Kind::Login, .. })), "{again:?}");
    let unknown = place.directory.set_shopper_password(place.tenant, place.ids.next(), "x").await;
    assert!(matches!(unknown, Err(Error::NotFound { kind: Kind::Login, .. })), "{unknown:?}");
    place.apply(Command::Trash(place.trash(id))).await;
    assert!(is_refused(&place.log_in(Surface::Store, "lin@pine.test", "staple battery").await));
    assert!(is_refused(&place.directory.renew(&caller, HOUR).await));
}

#[tokio::test]
async fn a_shopper_whose_log_in_goes_is_out_and_the_name_is_free() {
    let place = Place::new().await;
    let id = place.shopper("lin", "battery staple").await;
    let (token, caller) = place.log_in(Surface::Store, "lin", "battery staple").await.unwrap();
    place.directory.identify(&token).await.unwrap();
    place.directory.remove_shopper(place.tenant, id).await.unwrap();
    assert!(is_refused(&place.directory.identify(&token).await) && is_refused(&place.directory.renew(&caller, HOUR).await));
    assert!(is_refused(&place.log_in(Surface::Store, "lin", "battery staple").await));
    place.directory.remove_shopper(place.tenant, id).await.unwrap();
    place.directory.add_shopper(place.tenant, id, "lin", "staple battery").await.unwrap();
    place.log_in(Surface::Store, "lin", "staple battery").await.unwrap();
    assert!(matches!(Directory::check_password(""), Err(Error::Invalid(_))) && Directory::check_password("x").is_ok());
}

#[tokio::test]
async fn the_log_in_of_somebody_who_is_gone_gives_way_to_the_living() {
    let place = Place::new().await;
    let [lin, mia, max] = [1, 2, 3].map(|_| place.ids.next());
    let made = [lin, mia, max].map(|id| Write::Create { id, contact: Box::new(person(1)) });
    place.apply(Command::Write(place.batch(made.into()))).await;
    for (id, name) in [(lin, "lin"), (mia, "mia")] {
        place.directory.add_shopper(place.tenant, id, name, "battery staple").await.unwrap();
    }
    let (token, _) = place.log_in(Surface::Store, "lin", "battery staple").await.unwrap();
    place.directory.identify(&token).await.unwrap();
    let (add, rename) = (
        place.directory.add_shopper(place.tenant, max, "lin", "correct horse").await,
        place.directory.rename_shopper(place.tenant, mia, "lin").await,
    );
    let is_taken = |error: Option<Error>| matches!(error, Some(Error::AlreadyExists { kind: Kind::Login, .. }));
    assert!(is_taken(add.err()) && is_taken(rename.err()), "while they live it is theirs");

    let gone = place.apply(Command::Trash(place.trash(lin))).await.revision;
    assert!(place.directory.rename_shopper(place.tenant, mia, "lin").await.unwrap());
    assert!(is_refused(&place.directory.identify(&token).await), "its tokens end with it");
    let (_, caller) = place.log_in(Surface::Store, "lin", "battery staple").await.unwrap();
    assert_eq!(caller.principal.person, mia);
    place.directory.undo(place.organization(), gone, false).await.unwrap();
    let without = place.directory.set_shopper_password(place.tenant, lin, "x").await;
    assert!(matches!(without, Err(Error::NotFound { kind: Kind::Login, .. })), "who is restored has none: {without:?}");
    place.directory.remove_shopper(place.tenant, lin).await.unwrap();
    place.log_in(Surface::Store, "lin", "battery staple").await.unwrap();

    place.apply(Command::Trash(place.trash(mia))).await;
    place.directory.add_shopper(place.tenant, max, "lin", "correct horse").await.unwrap();
    place.directory.remove_shopper(place.tenant, mia).await.unwrap();
    let (_, caller) = place.log_in(Surface::Store, "lin", "correct horse").await.unwrap();
    assert_eq!(caller.principal.person, max);
}

#[tokio::test]
async fn a_password_that_is_changed_while_it_is_compared_lets_nobody_in() {
    let place = Place::new().await;
    place.add(Surface::Admin, "mia", "correct horse").await;
    let mut late = Box::pin(place.log_in(Surface::Admin, "mia", "correct horse"));
    let is_pending = std::future::poll_fn(|context| std::task::Poll::Ready(late.as_mut().poll(context).is_pending()));
    assert!(is_pending.await, "it waits for the thread that compares");
    let changed = place.directory.change_password(place.organization(), Surface::Admin, "mia", Some("another".into())).await;
    changed.unwrap();
    assert!(is_refused(&late.await));
}

#[tokio::test]
async fn after_too_many_failures_not_even_the_right_password_is_looked_at() {
    let place = Place::new().await;
    place.add(Surface::Admin, "mia", "correct horse").await;
    for _ in 0..9 {
        assert!(is_refused(&place.log_in(Surface::Admin, "mia", "wrong").await));
    }
    place.log_in(Surface::Admin, "mia", "correct horse").await.unwrap();
    for _ in 0..10 {
        assert!(is_refused(&place.log_in(Surface::Admin, "Mia", "wrong").await));
    }
    let closed = place.log_in(Surface::Admin, "mia", "correct horse").await;
    assert!(matches!(closed, Err(Error::Throttled { retry_after }) if retry_after.as_secs() == 900), "{closed:?}");
    place.clock.advance(SignedDuration::from_mins(15));
    place.log_in(Surface::Admin, "mia", "correct horse").await.unwrap();
}

#[tokio::test]
async fn guesses_made_at_once_are_no_more_than_guesses_in_a_row() {
    let place = Place::new().await;
    place.add(Surface::Admin, "mia", "correct horse").await;
    let mut guesses: Vec<_> = (0..20).map(|_| Box::pin(place.log_in(Surface::Admin, "mia", "wrong"))).collect();
    // Each is asked once before any is answered, so that all of them stand in the queue.
    let mut answers = Vec::new();
    std::future::poll_fn(|context| {
        guesses.retain_mut(|guess| match guess.as_mut().poll(context) {
            std::task::Poll::Ready(answer) => {
                answers.push(answer);
                false
            }
            std::task::Poll::Pending => true,
        });
        if guesses.is_empty() { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
    })
    .await;
    assert_eq!(answers.iter().filter(|answer| is_refused(answer)).count(), 10);
    assert_eq!(answers.iter().filter(|answer| matches!(answer, Err(Error::Throttled { .. }))).count(), 10);
}

#[tokio::test]
async fn an_address_is_closed_over_all_accounts() {
    let clock = Arc::new(FixedClock::default());
    let mut settings = Settings::default();
    settings.logins.failures_by_address = 2;
    let directory = Directory::new(Arc::new(MemoryStore::new()), clock, Arc::new(CountingIds::new(1)), settings);
    let (surface, password) = (Surface::Store, "wrong");
    let address = |last| Some(IpAddr::from([192, 0, 2, last]));
    for name in ["a", "b"] {
        let attempt = Attempt { surface, name, password, address: address(1), tenant: None };
        assert!(is_refused(&directory.log_in(attempt, HOUR).await));
    }
    let attempt = |last| Attempt { surface, name: "c", password, address: address(last), tenant: None };
    assert!(matches!(directory.log_in(attempt(1), HOUR).await, Err(Error::Throttled { .. })));
    assert!(is_refused(&directory.log_in(attempt(2), HOUR).await));
}

#[tokio::test]
async fn a_token_is_renewed_until_the_log_in_goes() {
    let place = Place::new().await;
    place.add(Surface::Agent, "lin", "battery staple").await;
    let (_, caller) = place.log_in(Surface::Agent, "lin", "battery staple").await.unwrap();
    place.clock.advance(SignedDuration::from_mins(59));
    let (renewed, lives) = place.directory.renew(&caller, HOUR).await.unwrap();
    assert_eq!(lives, HOUR);
    place.clock.advance(SignedDuration::from_mins(30));
    let caller = place.directory.identify(&renewed).await.unwrap();
    let removed = place.directory.remove_login(place.organization(), Surface::Agent, "LIN").await;
    removed.unwrap();
    assert!(is_refused(&place.directory.identify(&renewed).await));
    assert!(is_refused(&place.directory.renew(&caller, HOUR).await), "who still holds the caller gets no token of it");
    let again = place.directory.remove_login(place.organization(), Surface::Agent, "lin").await;
    assert!(matches!(again, Err(Error::NotFound { kind: Kind::Login, .. })), "{again:?}");
}

/// The principal of an application's key.
fn application(place: &Place, expires: Option<Timestamp>) -> Principal {
    Principal {
        id: place.ids.next(),
        name: None,
        organization: place.organization(),
        role: Role::Admin,
        scopes: Scopes(vec!["commerce:application".into()]),
        sources: Sources::Any,
        person: place.ids.next(),
        expires,
    }
}

#[tokio::test]
async fn what_a_key_is_renewed_into_ends_with_it() {
    let place = Place::new().await;
    let end = place.clock.now() + SignedDuration::from_mins(90);
    let key = place.directory.add_token(application(&place, Some(end))).await.unwrap();
    let caller = place.directory.identify(&key).await.unwrap();
    assert_eq!(caller.origin, Origin::Key);
    let (token, lives) = place.directory.renew(&caller, HOUR).await.unwrap();
    assert_eq!(lives, HOUR);
    place.clock.advance(SignedDuration::from_mins(50));
    let caller = place.directory.identify(&token).await.unwrap();
    assert_eq!(caller.origin, Origin::Session { until: Some(end) });
    let (token, lives) = place.directory.renew(&caller, HOUR).await.unwrap();
    assert_eq!(lives, SignedDuration::from_mins(40), "no longer than the key");
    place.clock.advance(SignedDuration::from_mins(40));
    assert!(is_refused(&place.directory.identify(&token).await));
    assert!(is_refused(&place.directory.renew(&caller, HOUR).await), "who still holds the caller gets no token of it");
}

#[tokio::test]
async fn a_key_that_is_revoked_takes_along_what_it_was_renewed_into() {
    let place = Place::new().await;
    let key = place.directory.add_token(application(&place, None)).await.unwrap();
    let caller = place.directory.identify(&key).await.unwrap();
    let (token, _) = place.directory.renew(&caller, HOUR).await.unwrap();
    assert!(place.directory.identify(&token).await.unwrap().principal.scopes.cover(Need::CommerceAdmin));
    place.directory.revoke_token(&key).await.unwrap();
    assert!(is_refused(&place.directory.identify(&token).await));
}

#[tokio::test]
async fn log_ins_are_those_of_their_organization() {
    let place = Place::new().await;
    let below = OrganizationId(place.ids.next());
    let draft = OrganizationDraft { tenant: Some(place.tenant), ..OrganizationDraft::new(below, "Annex") };
    place.directory.add_organization(draft).await.unwrap();
    let (name, password) = place.directory.add_login(below, Surface::Agent, "Lin", None).await.unwrap();
    assert!(name == "lin" && password.len() >= 20);
    place.add(Surface::Admin, "mia", "correct horse").await;
    place.shopper("sue", "x").await;
    let names =
        async |id| -> Vec<String> { place.directory.logins(id).await.unwrap().into_iter().map(|login| login.name).collect() };
    assert_eq!((names(place.organization()).await, names(below).await), (vec!["mia".into()], vec!["lin".into()]));
    let elsewhere = place.directory.change_password(place.organization(), Surface::Agent, "lin", None).await;
    assert!(matches!(elsewhere, Err(Error::NotFound { kind: Kind::Login, .. })), "{elsewhere:?}");
    let taken = place.directory.add_login(place.organization(), Surface::Agent, "LIN", None).await;
    assert!(matches!(taken, Err(Error::AlreadyExists { kind: Kind::Login, .. })), "{taken:?}");
    let shopper = place.directory.add_login(below, Surface::Store, "sam", None).await;
    assert!(matches!(shopper, Err(Error::Invalid(_))), "{shopper:?}");
    let (_, caller) = place.log_in(Surface::Agent, "lin", &password).await.unwrap();
    assert_eq!(caller.principal.organization, below);
}

#[tokio::test]
async fn a_shopper_comes_in_while_in_use_and_one_of_their_organizations_does_business() {
    let place = Place::new().await;
    let id = place.shopper("mia", "open sesame").await;
    let comes_in = async || place.log_in(Surface::Store, "mia", "open sesame").await.is_ok();
    assert!(comes_in().await);
    place.change(id, Patch { is_inactive: Some(true), ..Patch::default() }).await;
    assert!(!comes_in().await);
    place.change(id, Patch { is_inactive: Some(false), ..Patch::default() }).await;
    let mut draft = OrganizationDraft::new(OrganizationId(place.ids.next()), "Annex");
    draft.is_active = false;
    place.apply(Command::CreateOrganization(Box::new(draft.clone()))).await;
    let join = MembershipEdit::Join(Membership::plain(2));
    place.change(id, Patch { memberships: vec![join], ..Patch::default() }).await;
    place.clock.advance(SignedDuration::from_secs(2));
    assert!(!comes_in().await, "the account sleeps");
    let patch = OrganizationPatch { is_active: Some(true), ..OrganizationPatch::default() };
    place.apply(Command::PatchOrganization { id: draft.id, expect: Expect::Any, patch: Box::new(patch) }).await;
    place.clock.advance(SignedDuration::from_secs(2));
    assert!(comes_in().await);
}
