//! All traces of a person go, and all that is kept of a person is handed out.

use std::collections::BTreeMap;
use std::sync::Arc;

use cardfile_directory::{
    Action, Applied, Author, Command, Error, Held, KeptPlan, Kind, Login, Once, Origin, Principal, Protected, Result, Scopes,
    Surface, Token, TokenDraft, Trash,
};
use cardfile_model::{
    ChangeKind, Contact, Expect, Filter, Life, Membership, MembershipEdit, Numbers, Organization, Patch, Query, Role, Selection,
    Sources, Write,
};
use jiff::SignedDuration;
use uuid::Uuid;

use super::place::{create, delete, entitle, joining};
use super::{Harness, NOBODY, Place};
use crate::people::person;

impl Place<'_> {
    fn erasing(&self, id: Uuid) -> Command {
        Command::Erase { organization: self.organization, sources: Sources::Any, id }
    }

    async fn erase(&self, id: Uuid) -> Applied {
        self.apply(self.erasing(id)).await.expect("the person is there")
    }

    async fn held(&self, id: Uuid) -> Option<Held> {
        self.harness.store.held(self.tenant, id).await.expect("what is kept of a person can be read")
    }

    /// The changes of the tenant that may be taken back.
    async fn undoable(&self) -> Vec<u64> {
        self.changes().await.iter().filter(|change| change.is_undoable).map(|change| change.revision).collect()
    }
}

fn named(name: &str) -> Contact {
    Contact { display_name: Some(name.into()), given_name: None, family_name: None, ..person(8) }
}

fn sitting(id: Uuid, edits: Vec<MembershipEdit>) -> Write {
    Write::Patch { id, expect: Expect::Any, patch: Box::new(Patch { memberships: edits, ..Patch::default() }) }
}

fn is_unknown<T: std::fmt::Debug>(result: &Result<T>) {
    assert!(matches!(result, Err(Error::NotFound { kind: Kind::Contact, .. })), "{result:?}");
}

pub async fn nothing_finds_who_was_erased_and_the_number_stays_taken(h: Harness) {
    let place = h.tenant().await;
    let ids = place.populate(2).await;
    let [live, trashed] = [place.create(named("Zebedee Quern")).await, place.create(named("Xanthe Quern")).await];
    place.trash(Selection::ids([trashed.id])).await;
    let log = place.changes().await.len();
    let applied = place.erase(live.id).await;
    assert_eq!((applied.revision, applied.is_changed, applied.touched, applied.number), (6, true, 1, Some(3)));
    assert_eq!((applied.counts.came, applied.counts.went, applied.counts.changed), (0, 1, 0));
    let applied = place.erase(trashed.id).await;
    assert_eq!((applied.touched, applied.counts.went, applied.counts.changed), (1, 0, 0), "it went before");
    for filter in [Filter::WordPrefixes("quern".into()), Filter::Contains("zebe".into()), Filter::Ids(vec![live.id, trashed.id])]
    {
        assert_eq!(place.find(filter.clone()).await, NOBODY);
        let trash = place.page(Query { life: Life::Trashed, ..place.query(filter) }).await;
        assert_eq!(trash.total, 0);
    }
    assert_eq!(place.find(Filter::All).await, ids);
    for id in [live.id, trashed.id] {
        assert_eq!((place.get(id).await, place.held(id).await), (None, None));
        is_unknown(&place.apply(place.erasing(id)).await);
        is_unknown(&place.one(delete(id)).await);
        assert!(matches!(place.one(create(id, person(9))).await, Err(Error::AlreadyExists { kind: Kind::Contact, .. })));
    }
    let entries = place.changes().await.split_off(log);
    let told: Vec<_> = entries.iter().map(|change| (change.kind, change.touched.clone(), change.is_undoable)).collect();
    assert_eq!(told, [(ChangeKind::Erase, [3].into(), false), (ChangeKind::Erase, [4].into(), false)]);
    assert_eq!(place.create(person(9)).await.number, 5);
    h.is_sound().await;
}

pub async fn groups_forget_who_was_erased_at_once(h: Harness) {
    let place = h.tenant().await;
    let ids = place.populate(3).await;
    let standing = place.create_group("Harbour", &ids).await.id;
    let gone = place.create_group("Quay", &ids).await.id;
    let deleted = place.apply(Command::DeleteGroup { id: gone }).await.expect("it stands").revision;
    let left = place.edit_members(standing, vec![super::place::leaving(&ids[1..])]).await.revision;
    place.erase(ids[1]).await;
    place.undo(left).await.expect("another change of the group would be in the way");
    place.undo(deleted).await.expect("it stands no more");
    for group in [standing, gone] {
        assert_eq!(place.group(group).await.map(|group| (group.size, group.cards)), Some((2, 2)));
        assert_eq!(place.member_ids(group).await, [ids[0], ids[2]]);
    }
    let edited = place.edit_members(standing, vec![joining(&[ids[1]])]).await;
    assert!(!edited.is_changed, "nobody joins who is not there");
    h.is_sound().await;
}

pub async fn undo_passes_over_who_was_erased(h: Harness) {
    let place = h.tenant().await;
    let ids = place.populate(2).await;
    let entitled = place.write(vec![entitle(ids[0], "Cook"), entitle(ids[1], "Cook")]).await.revision;
    let alone = place.write(vec![entitle(ids[0], "Mate")]).await.revision;
    let erased = place.erase(ids[0]).await.revision;
    assert!(!place.undo(alone).await.expect("nobody is in the way").is_changed);
    let undone = place.undo(entitled).await.expect("nobody is in the way");
    assert_eq!((undone.touched, undone.is_changed), (1, true));
    let title = place.get(ids[1]).await.and_then(|record| record.contact.title);
    assert_eq!(title, person(2).title);
    for is_forced in [false, true] {
        let undo = Command::Undo { organization: place.organization, change: erased, is_forced };
        let refused = place.apply(undo).await;
        assert!(matches!(&refused, Err(Error::Invalid(found)) if found[0].rule == "undoable"), "{refused:?}");
    }
    let others = place.populate(2).await;
    let made = place.last_change().await.revision;
    place.erase(others[0]).await;
    assert_eq!(place.undo(made).await.expect("nobody is in the way").touched, 1);
    assert_eq!(place.find(Filter::All).await, ids[1..]);
    assert_eq!(place.undoable().await, [2, 3, 4, 6, 7, 9]);
    h.is_sound().await;
}

pub async fn an_erasing_is_refused_as_a_delete_would_be(h: Harness) {
    let place = h.tenant().await;
    let below = place.below().await;
    let member = |organization, role: &str| Membership { organization, roles: vec![role.into()] };
    let guest = place.create(Contact { memberships: vec![member(1, "x"), member(2, "x")], ..person(1) }).await;
    let approver = below.create(Contact { memberships: vec![member(2, "approver")], ..person(2) }).await;
    is_unknown(&place.apply(place.erasing(h.id())).await);
    is_unknown(&place.apply(place.erasing(approver.id)).await);
    let other = Command::Erase { organization: place.organization, sources: Sources::Only(vec!["X".into()]), id: guest.id };
    let refused = place.apply(other).await;
    assert!(
        matches!(&refused, Err(Error::Forbidden { action: Action::UseSource(Some(source)) }) if source == "CH"),
        "{refused:?}"
    );
    let refused = below.apply(below.erasing(guest.id)).await;
    assert!(matches!(refused, Err(Error::Forbidden { action: Action::ChangeInherited })), "{refused:?}");
    let guarded =
        |person| Author { protected: Protected { last_approver: true, last_admin: true, oneself: true }, person, ..h.author() };
    let refused = h.store.apply(below.tenant, guarded(None), below.erasing(approver.id)).await;
    assert!(matches!(refused, Err(Error::Forbidden { action: Action::TakeLast("approver") })), "{refused:?}");
    let refused = h.store.apply(place.tenant, guarded(Some(guest.id)), place.erasing(guest.id)).await;
    assert!(matches!(refused, Err(Error::Forbidden { action: Action::TouchOneself })), "{refused:?}");
    let log = place.changes().await;
    assert!(log.iter().all(|change| change.kind != ChangeKind::Erase), "{log:?}");
    below.trash(Selection::ids([approver.id])).await;
    h.store.apply(below.tenant, guarded(None), below.erasing(approver.id)).await.expect("the trash approves of nothing");
    h.is_sound().await;
}

pub async fn plans_and_answers_do_not_tell_of_who_was_erased(h: Harness) {
    let place = h.tenant().await;
    let ids = [h.id(), h.id()];
    let under = |key: &str, told: String| {
        let answer = Arc::new(move |_: &Applied| told.clone().into_bytes());
        let once = Once { principal: Uuid::from_u128(1), key: key.to_owned(), fingerprint: [7; 32], answer };
        Author { once: Some(once), ..h.author() }
    };
    let make = |id| Command::Write(place.batch(vec![create(id, person(1))]));
    for (key, id) in [("a", ids[0]), ("b", ids[1])] {
        h.store.apply(place.tenant, under(key, format!("made {id}!")), make(id)).await.expect("it is made");
    }
    let plan = KeptPlan {
        id: h.id(),
        organization: place.organization,
        created: h.clock_now(),
        expires: h.clock_now() + SignedDuration::from_hours(1),
        document: serde_json::json!({"displayName": "Ada"}),
    };
    place.apply(Command::KeepPlan(Box::new(plan.clone()))).await.expect("there is room");
    place.erase(ids[0]).await;
    assert_eq!(h.store.kept_plan(place.tenant, plan.id).await.expect("plans can be read"), None);
    let again = h.store.apply(place.tenant, under("a", String::new()), make(ids[0])).await.expect("the key is known");
    assert_eq!(again.receipt, Some(Vec::new()), "it is not done again, and tells nothing");
    let again = h.store.apply(place.tenant, under("b", String::new()), make(ids[1])).await.expect("the key is known");
    assert_eq!(again.receipt, Some(format!("made {}!", ids[1]).into_bytes()));
}

pub async fn who_was_erased_signs_in_nowhere(h: Harness) {
    let place = h.tenant().await;
    let ids = place.populate(2).await;
    let (erased, other) = (signed_in(&place, ids[0], "ada").await, signed_in(&place, ids[1], "mia").await);
    let held = place.held(ids[0]).await.expect("they are there");
    assert_eq!(
        held.logins.iter().map(|login| (login.surface, login.name.as_str())).collect::<Vec<_>>(),
        [(Surface::Store, "ada")]
    );
    let told = held.tokens.iter().map(|(key, origin)| (key.principal.id, *origin)).collect::<Vec<_>>();
    assert_eq!(told, [(held.logins[0].principal.id, Origin::Session { until: None }), (erased.1, Origin::Key)]);
    place.erase(ids[0]).await;
    for (tokens, is_known) in [(erased.0, false), (other.0, true)] {
        for token in tokens {
            assert_eq!(h.store.caller(token).await.expect("an answer").is_some(), is_known);
        }
    }
    let named = async |name| h.store.logins_named(Surface::Store, name).await.expect("an answer").len();
    assert_eq!((named("ada").await, named("mia").await), (0, 1));
    h.is_sound().await;
}

/// Gives a person a log-in with a token, and a token of another principal that acts as the person; answers the tokens, and who the
/// second stands for.
async fn signed_in(place: &Place<'_>, person: Uuid, name: &str) -> ([Token; 2], Uuid) {
    let store = &place.harness.store;
    let principal = Principal {
        id: place.harness.id(),
        name: Some(name.into()),
        organization: place.organization,
        role: Role::Reader,
        scopes: Scopes(Vec::new()),
        sources: Sources::Any,
        person,
        expires: None,
    };
    let created = place.harness.clock_now();
    let login = Login { surface: Surface::Store, name: name.into(), hash: "$".into(), principal: principal.clone(), created };
    store.add_login(place.tenant, login).await.expect("a log-in can be kept");
    let other = Principal { id: place.harness.id(), name: None, ..principal.clone() };
    let second = other.id;
    let mut tokens = Vec::new();
    for (principal, origin) in [(principal, Origin::Session { until: None }), (other, Origin::Key)] {
        let (_, token) = Token::make(place.tenant).expect("this machine gives randomness");
        tokens.push(token);
        store.add_token(TokenDraft { token, principal, created, origin }).await.expect("a token can be kept");
    }
    (tokens.try_into().expect("there are two"), second)
}

pub async fn those_who_follow_an_organization_hear_of_who_was_erased(h: Harness) {
    let place = h.tenant().await;
    place.below().await;
    let last = place.below().await;
    let id = place.create(person(1)).await.id;
    let begun = place.last_change().await.revision;
    place.one(sitting(id, vec![MembershipEdit::Settle(2)])).await.expect("they may move");
    let second = Place { organization: organization(&place, 2).await, ..place };
    let on = vec![MembershipEdit::Settle(3), MembershipEdit::Leave(2)];
    second.one(sitting(id, on)).await.expect("they may move");
    let erased = last.erase(id).await.revision;
    let history = h.store.history(place.tenant, begun, 100).await.expect("the log can be read");
    assert_eq!(history.revision, erased);
    let one = || Numbers::from([1]);
    assert_eq!(history.moved, BTreeMap::from([(1, one()), (2, one()), (3, one())]), "wherever they were since");
    let after = h.store.history(place.tenant, erased - 1, 100).await.expect("the log can be read");
    assert_eq!(after.moved, history.moved, "the last entry alone tells of them all");
    assert_eq!(h.store.ids(place.tenant, &[1, 2].into()).await.expect("ids can be read"), BTreeMap::from([(1, id)]));
    h.is_sound().await;
}

async fn organization(place: &Place<'_>, number: u32) -> cardfile_model::OrganizationId {
    let all = place.harness.store.organizations(place.tenant).await.expect("organizations can be read");
    all.iter().find(|found: &&Organization| found.number == number).expect("it was made").id
}

pub async fn all_that_is_kept_of_a_person_is_held(h: Harness) {
    let place = h.tenant().await;
    let ids = place.populate(2).await;
    let below = place.below().await;
    let [first, second] = [place.create_group("Harbour", &ids).await, below.create_group("Annex", &ids[..1]).await];
    let gone = place.create_group("Gone", &ids[..1]).await.id;
    place.apply(Command::DeleteGroup { id: gone }).await.expect("it stands");
    place.write(vec![entitle(ids[0], "Cook")]).await;
    place.write(vec![entitle(ids[1], "Cook")]).await;
    let held = place.held(ids[0]).await.expect("they are there");
    assert_eq!((Some(held.record), held.is_trashed), (place.get(ids[0]).await, false));
    assert_eq!(held.groups.iter().map(|group| group.id).collect::<Vec<_>>(), [first.id, second.id]);
    assert_eq!(held.changes.iter().map(|change| change.revision).collect::<Vec<_>>(), [2, 4, 5, 6, 7, 8]);
    place.trash(Selection::ids([ids[0]])).await;
    assert!(place.held(ids[0]).await.expect("they are there").is_trashed);
    assert_eq!(place.held(h.id()).await, None);
    let stranger = h.id();
    place.create_group("Strangers", &[stranger]).await;
    assert_eq!(place.held(stranger).await, None, "there is no card");
    assert_eq!(h.store.held(h.tenant().await.tenant, ids[1]).await.expect("an answer"), None, "nor in another tenant");
}

pub async fn a_handing_out_is_logged_and_touches_nobody(h: Harness) {
    let place = h.tenant().await;
    let ids = place.populate(2).await;
    let entitled = place.write(vec![entitle(ids[0], "Cook")]).await.revision;
    let bundle = |sources, id| Command::Bundle { organization: place.organization, sources, id };
    is_unknown(&place.apply(bundle(Sources::Any, h.id())).await);
    let refused = place.apply(bundle(Sources::Only(vec!["X".into()]), ids[0])).await;
    assert!(matches!(refused, Err(Error::Forbidden { action: Action::UseSource(_) })), "{refused:?}");
    let applied = place.apply(bundle(Sources::Any, ids[0])).await.expect("they are there");
    assert_eq!((applied.revision, applied.is_changed, applied.counts.changed), (4, true, 0));
    let told = place.last_change().await;
    assert_eq!((told.kind, told.touched, told.is_undoable), (ChangeKind::Bundle, [1].into(), false));
    assert_eq!(place.held(ids[0]).await.map(|held| held.changes.len()), Some(3), "it is kept of them too");
    let everyone = Trash { organization: place.organization, sources: Sources::Any, selection: Selection::all() };
    let (since, touched) = (entitled, [1, 2].into());
    let unless = Command::Unless { since, touched, command: Box::new(Command::Trash(everyone)) };
    let gone = place.apply(unless).await.expect("nobody was touched").revision;
    place.undo(gone).await.expect("nobody was touched");
    place.undo_by_force(entitled).await.expect("it can be forced");
    let refused = place.undo(told.revision).await;
    assert!(matches!(&refused, Err(Error::Invalid(found)) if found[0].rule == "undoable"), "{refused:?}");
    h.is_sound().await;
}
