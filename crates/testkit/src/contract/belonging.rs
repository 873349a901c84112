//! Where people belong, what they may do there, and what must not be taken away.

use std::sync::Arc;

use cardfile_directory::{Action, Author, Command, Delegation, Error, Kind, Outcome, Protected, Result};
use cardfile_model::{
    Audience, Batch, Comparison, Contact, Expect, Field, Filter, Membership, MembershipEdit, Mode, Numbers, Order, Patch, People,
    Query, Reach, Scalar, Selection, Write,
};
use uuid::Uuid;

use super::Harness;
use super::place::{Place, create, delete, entitle};
use crate::people::person;

fn member(organization: u32, roles: &[&str]) -> Membership {
    Membership { organization, roles: roles.iter().map(|role| (*role).to_owned()).collect() }
}

fn belonging(n: u32, memberships: Vec<Membership>) -> Contact {
    Contact { memberships, ..person(n) }
}

fn change(id: Uuid, edit: MembershipEdit) -> Write {
    let patch = Patch { memberships: vec![edit], ..Patch::default() };
    Write::Patch { id, expect: Expect::Any, patch: Box::new(patch) }
}

fn deactivate(id: Uuid) -> Write {
    let patch = Patch { is_inactive: Some(true), ..Patch::default() };
    Write::Patch { id, expect: Expect::Any, patch: Box::new(patch) }
}

const EVERYTHING: Protected = Protected { last_approver: true, last_admin: true, oneself: true };

/// A tenant with two organizations below its root, of the numbers 2 and 3.
async fn two(h: &Harness) -> (Place<'_>, Place<'_>, Place<'_>) {
    let root = h.tenant().await;
    let (one, other) = (root.below().await, root.below().await);
    (root, one, other)
}

impl Place<'_> {
    /// Writes to anybody who belongs here, protected from everything.
    async fn guarded(&self, mode: Mode, writes: Vec<Write>, author: Author) -> Result<Vec<Result<Outcome>>> {
        let batch = Batch { reach: Reach::Members, mode, ..self.batch(writes) };
        let author = Author { protected: EVERYTHING, ..author };
        Ok(self.harness.store.apply(self.tenant, author, Command::Write(batch)).await?.outcomes)
    }

    async fn guarded_one(&self, write: Write) -> Result<Outcome> {
        self.guarded(Mode::Each, vec![write], self.harness.author()).await?.remove(0)
    }

    async fn reached(&self, reach: Reach) -> Vec<u32> {
        let page = self.page(Query { reach, ..self.query(Filter::All) }).await;
        page.records.into_iter().map(|record| record.number).collect()
    }
}

fn is_last<T: std::fmt::Debug>(result: &Result<T>, role: &str) {
    assert!(matches!(result, Err(Error::Forbidden { action: Action::TakeLast(last) }) if *last == role), "{result:?}");
}

pub async fn people_are_reached_by_where_they_belong(h: Harness) {
    let (root, one, other) = two(&h).await;
    let lowest = one.below().await;
    root.create(person(1)).await;
    one.create(person(2)).await;
    one.create(belonging(3, vec![member(2, &[]), member(3, &["buyer"])])).await;
    other.create(person(4)).await;
    lowest.create(belonging(5, vec![member(4, &[]), member(1, &[])])).await;
    assert_eq!(one.reached(Reach::Own).await, [2, 3]);
    assert_eq!(other.reached(Reach::Own).await, [4]);
    assert_eq!(other.reached(Reach::Members).await, [3, 4]);
    assert_eq!(root.reached(Reach::Own).await, [1]);
    assert_eq!(root.reached(Reach::Members).await, [1, 5]);
    assert_eq!(other.reached(Reach::Inherited).await, [1, 3, 4, 5]);
    assert_eq!(other.reached(Reach::Below(root.organization)).await, [1, 2, 3, 4, 5]);
    assert_eq!(other.reached(Reach::Below(one.organization)).await, [2, 3, 5]);
    assert_eq!(root.find(Filter::Belongs(1)).await.len(), 2);
    let numbers = async |filter| {
        let query = Query { reach: Reach::Below(root.organization), ..root.query(filter) };
        h.store.numbers(root.tenant, query).await.expect("an answer")
    };
    assert_eq!(numbers(Filter::Belongs(3)).await, Numbers::from([3, 4]));
    assert_eq!(numbers(Filter::Home(3)).await, Numbers::from([4]));
    assert_eq!(numbers(Filter::Home(1)).await, Numbers::from([1]));
    assert_eq!(numbers(Filter::Role { organization: None, role: "buyer".into() }).await, Numbers::from([3]));
    assert_eq!(numbers(Filter::Role { organization: Some(2), role: "buyer".into() }).await, Numbers::new());
    h.is_sound().await;
}

pub async fn a_guest_is_seen_and_not_written_from_there(h: Harness) {
    let (_, one, other) = two(&h).await;
    let guest = one.create(belonging(1, vec![member(2, &[]), member(3, &[])])).await;
    assert_eq!(other.get(guest.id).await.as_ref(), Some(&guest));
    for write in [entitle(guest.id, "Cook"), delete(guest.id)] {
        let refused = other.one(write).await;
        assert!(matches!(refused, Err(Error::Forbidden { action: Action::ChangeInherited })), "{refused:?}");
    }
    for people in [People::Ids(vec![guest.id]), People::Numbers([guest.number].into())] {
        let trash = cardfile_directory::Trash {
            organization: other.organization,
            sources: cardfile_model::Sources::Any,
            selection: Selection::Only(people),
        };
        let refused = other.apply(Command::Trash(trash)).await;
        assert!(matches!(refused, Err(Error::Forbidden { action: Action::ChangeInherited })), "{refused:?}");
    }
    assert!(!other.trash(Selection::all()).await.is_changed, "everyone is everyone at home there");
    assert_eq!(one.get(guest.id).await, Some(guest));
}

pub async fn memberships_change_step_by_step_and_are_undone(h: Harness) {
    let (root, one, other) = two(&h).await;
    let made = one.create(belonging(1, vec![member(2, &["buyer"]), member(3, &["approver"])])).await;
    one.one(change(made.id, MembershipEdit::Leave(2))).await.expect("people may leave");
    assert_eq!(one.get(made.id).await, None);
    let moved = other.get(made.id).await.expect("the next one is the home");
    assert_eq!(moved.contact.memberships, [member(3, &["approver"])]);
    let left = one.last_change().await.revision;
    other.one(change(made.id, MembershipEdit::Leave(3))).await.expect("people may leave");
    assert_eq!(root.get(made.id).await.map(|record| record.contact.home()), Some(1));
    let refused = root.one(change(made.id, MembershipEdit::Leave(3))).await;
    assert!(matches!(refused, Err(Error::NotFound { kind: Kind::Membership, .. })), "{refused:?}");
    let refused = root.one(change(made.id, MembershipEdit::Join(member(9, &[])))).await;
    assert!(matches!(refused, Err(Error::NotFound { kind: Kind::Organization, .. })), "{refused:?}");
    let last = other.last_change().await.revision;
    other.undo(last).await.expect("it is the last change");
    one.undo_by_force(left).await.expect("it can be forced");
    assert_eq!(other.get(made.id).await.map(|record| record.contact), Some(moved.contact));
    h.is_sound().await;
}

pub async fn replacing_a_card_leaves_where_it_belongs(h: Harness) {
    let (_, one, _) = two(&h).await;
    let made = one.create(Contact { is_inactive: true, ..belonging(1, vec![member(2, &["admin"])]) }).await;
    let contact = Box::new(person(2));
    one.one(Write::Replace { id: made.id, expect: Expect::Any, contact }).await.expect("a card can be replaced");
    let contact = one.get(made.id).await.expect("it is there").contact;
    assert_eq!((contact.memberships, contact.is_inactive), (made.contact.memberships, true));
}

pub async fn the_last_approver_stays_whatever_would_take_them(h: Harness) {
    let (_, one, _) = two(&h).await;
    let [first, second] = [1, 2].map(|n| belonging(n, vec![member(2, &["approver"]), member(3, &["admin"])]));
    let [first, second] = [one.create(first).await, one.create(second).await];
    one.create(person(3)).await;
    let made = one.last_change().await.revision;
    let both = || vec![change(first.id, MembershipEdit::Leave(2)), change(second.id, MembershipEdit::Leave(2))];
    is_last(&one.guarded(Mode::AllOrNothing, both(), h.author()).await, "approver");
    let outcomes = one.guarded(Mode::Each, vec![deactivate(first.id), deactivate(second.id)], h.author()).await;
    let mut outcomes = outcomes.expect("each stands alone").into_iter();
    outcomes.next().unwrap().expect("the second is left");
    is_last(&outcomes.next().unwrap(), "approver");
    for write in [
        change(second.id, MembershipEdit::Leave(2)),
        change(second.id, MembershipEdit::Revoke(2, "approver".into())),
        change(second.id, MembershipEdit::Replace(vec![member(3, &["admin"])])),
        delete(second.id),
    ] {
        is_last(&one.guarded_one(write).await, "approver");
    }
    let author = || Author { protected: EVERYTHING, ..h.author() };
    let trash = |selection| {
        let (organization, sources) = (one.organization, cardfile_model::Sources::Any);
        Command::Trash(cardfile_directory::Trash { organization, sources, selection })
    };
    for selection in [Selection::ids([second.id]), Selection::all()] {
        is_last(&h.store.apply(one.tenant, author(), trash(selection)).await, "approver");
    }
    let undo = Command::Undo { organization: one.organization, change: made - 1, is_forced: true };
    is_last(&h.store.apply(one.tenant, author(), undo).await, "approver");
    assert_eq!(one.find(Filter::All).await.len(), 3, "nobody went");
    one.guarded_one(change(first.id, MembershipEdit::Leave(2))).await.expect("the other approves");
    one.trash(Selection::all()).await;
    assert_eq!(one.find(Filter::All).await.len(), 0, "who is not bound takes everyone");
    h.is_sound().await;
}

pub async fn swapping_the_last_approver_in_one_batch_is_no_loss(h: Harness) {
    let (_, one, _) = two(&h).await;
    let first = one.create(belonging(1, vec![member(2, &["approver"])])).await;
    let second = one.create(person(2)).await;
    let swap = vec![
        change(first.id, MembershipEdit::Revoke(2, "approver".into())),
        change(second.id, MembershipEdit::Grant(2, "approver".into())),
    ];
    one.guarded(Mode::AllOrNothing, swap, h.author()).await.expect("somebody approves afterwards");
    let found = one.find(Filter::Role { organization: Some(2), role: "approver".into() }).await;
    assert_eq!(found, [second.id]);
}

/// Somebody asks in an organization as its delegated administrator.
fn administrator(organization: u32) -> Delegation {
    Delegation { organization, roles: &["admin"] }
}

pub async fn nobody_takes_from_themselves(h: Harness) {
    let (_, one, _) = two(&h).await;
    let own = one.create(belonging(1, vec![member(2, &["admin"]), member(3, &["admin"])])).await;
    one.create(belonging(2, vec![member(2, &["admin"]), member(3, &["admin"])])).await;
    let author = || Author { person: Some(own.id), delegated: Some(administrator(2)), ..h.author() };
    for write in [
        change(own.id, MembershipEdit::Leave(2)),
        change(own.id, MembershipEdit::Revoke(2, "admin".into())),
        deactivate(own.id),
        delete(own.id),
    ] {
        let refused = one.guarded(Mode::AllOrNothing, vec![write], author()).await;
        assert!(matches!(refused, Err(Error::Forbidden { action: Action::TouchOneself })), "{refused:?}");
    }
    let elsewhere = change(own.id, MembershipEdit::Leave(3));
    one.guarded(Mode::AllOrNothing, vec![elsewhere], author()).await.expect("they ask for the other organization");
    let trash = cardfile_directory::Trash {
        organization: one.organization,
        sources: cardfile_model::Sources::Any,
        selection: Selection::ids([own.id]),
    };
    let author = Author { person: Some(own.id), protected: EVERYTHING, ..h.author() };
    let refused = h.store.apply(one.tenant, author, Command::Trash(trash)).await;
    assert!(matches!(refused, Err(Error::Forbidden { action: Action::TouchOneself })), "{refused:?}");
}

pub async fn who_asks_in_an_organization_must_hold_a_role_there(h: Harness) {
    let (_, one, _) = two(&h).await;
    let admin = one.create(belonging(1, vec![member(2, &["admin"]), member(3, &["buyer"])])).await;
    let buyer = one.create(person(2)).await;
    let ask = async |person, delegated| {
        let author = Author { person, delegated: Some(administrator(delegated)), ..h.author() };
        one.guarded(Mode::Each, vec![entitle(buyer.id, "Cook")], author).await.map(drop)
    };
    ask(Some(admin.id), 2).await.expect("they administer it");
    let rename = async |person: Uuid, name: &str| {
        let patch = cardfile_model::OrganizationPatch { name: Some(name.into()), ..Default::default() };
        let author = Author { person: Some(person), delegated: Some(administrator(2)), ..h.author() };
        let command = Command::PatchOrganization { id: one.organization, expect: Expect::Any, patch: Box::new(patch) };
        h.store.apply(one.tenant, author, command).await
    };
    assert!(rename(admin.id, "Annex of Ida").await.expect("they administer it").is_changed);
    let refused = rename(buyer.id, "Annex").await;
    assert!(matches!(refused, Err(Error::Forbidden { action: Action::Delegate })), "{refused:?}");
    one.write(vec![entitle(buyer.id, "Sailor")]).await;
    for (person, organization) in [(Some(admin.id), 3), (Some(buyer.id), 2), (Some(h.id()), 2), (None, 2)] {
        let refused = ask(person, organization).await;
        assert!(matches!(refused, Err(Error::Forbidden { action: Action::Delegate })), "{refused:?}");
    }
    one.one(change(buyer.id, MembershipEdit::Grant(2, "keeper".into()))).await.expect("they belong there");
    for (person, roles, is_held) in [
        (buyer.id, &["admin", "keeper"][..], true),
        (admin.id, &["admin", "keeper"], true),
        (buyer.id, &["admin", "approver"], false),
        (admin.id, &[], false),
    ] {
        let delegated = Some(Delegation { organization: 2, roles });
        let author = Author { person: Some(person), delegated, ..h.author() };
        let asked = one.guarded(Mode::Each, vec![entitle(buyer.id, "Purser")], author).await;
        assert_eq!(asked.is_ok(), is_held, "any of the roles is enough: {asked:?}");
    }
    one.one(deactivate(admin.id)).await.expect("nothing is protected");
    let refused = ask(Some(admin.id), 2).await;
    assert!(matches!(refused, Err(Error::Forbidden { action: Action::Delegate })), "{refused:?}");
}

pub async fn an_address_is_on_one_card_only_if_wanted(h: Harness) {
    let (root, one, other) = two(&h).await;
    let first = one.create(person(1)).await;
    let address = first.contact.emails[0].value.clone();
    let mut twin = person(2);
    twin.emails.clone_from(&first.contact.emails);
    twin.emails[0].value = address.to_uppercase();
    let write = async |place: &Place<'_>, writes| {
        let batch = Batch { has_unique_emails: true, ..place.batch(writes) };
        place.apply(Command::Write(batch)).await.expect("each stands alone").outcomes
    };
    let is_taken = |outcome: &Result<Outcome>| matches!(outcome, Err(Error::AlreadyExists { kind: Kind::Contact, key }) if key.eq_ignore_ascii_case(&address));
    for place in [&root, &one, &other] {
        assert!(is_taken(&write(place, vec![create(h.id(), twin.clone())]).await[0]));
    }
    let other_address = Contact { emails: person(50).emails, ..twin.clone() };
    let pair = write(&one, vec![create(h.id(), other_address.clone()), create(h.id(), other_address)]).await;
    assert!(pair[0].is_ok() && pair[1].is_err(), "also within a batch: {pair:?}");
    write(&one, vec![entitle(first.id, "Cook")]).await.remove(0).expect("its own address is its own");
    one.one(delete(first.id)).await.expect("it is there");
    write(&other, vec![create(h.id(), twin)]).await.remove(0).expect("the dead have no address");
    h.is_sound().await;
}

pub async fn of_two_creating_one_address_one_wins(h: Harness) {
    let place = h.tenant().await;
    let mut writers = tokio::task::JoinSet::new();
    for _ in 0..16 {
        let batch = Batch { has_unique_emails: true, ..place.batch(vec![create(h.id(), person(1))]) };
        let (store, author, tenant) = (Arc::clone(&h.store), h.author(), place.tenant);
        writers.spawn(
            async move { store.apply(tenant, author, Command::Write(batch)).await.expect("an answer").outcomes.remove(0) },
        );
    }
    let made = writers.join_all().await.iter().filter(|outcome| outcome.is_ok()).count();
    assert_eq!(made, 1);
}

pub async fn members_are_compared_and_sorted_by_many(h: Harness) {
    let place = h.tenant().await;
    let card = |given: &str, family: &str, n: u32| Contact {
        given_name: Some(given.into()),
        family_name: Some(family.into()),
        extensions: [("d".to_owned(), serde_json::json!({"list": [{"n": n}, {"n": n + 10}]}))].into(),
        ..person(n)
    };
    for (n, (given, family)) in (1..).zip([("Ann", "Roe"), ("Zoë", "Roe"), ("Bo", "Ash"), ("Ann", "Ash")]) {
        place.create(card(given, family, n)).await;
    }
    let compare = async |field, comparison| {
        let found = h.store.numbers(place.tenant, place.query(Filter::Compare { field, comparison })).await;
        found.expect("an answer").into_iter().collect::<Vec<_>>()
    };
    let extension = || Field::Extension("d".into(), vec!["list".into(), "n".into()]);
    assert_eq!(compare(Field::GivenName, Comparison::Is(Scalar::Text("ann".into()))).await, [1, 4]);
    assert_eq!(compare(Field::GivenName, Comparison::Ends("E".into())).await, [2]);
    assert_eq!(compare(Field::FamilyName, Comparison::Before(Scalar::Text("b".into()))).await, [3, 4]);
    assert_eq!(compare(extension(), Comparison::Is(Scalar::Number(13.0))).await, [3]);
    assert_eq!(compare(extension(), Comparison::Is(Scalar::Null)).await, [0u32; 0]);
    let sorted = async |order, is_descending, then| {
        let query = Query { order, is_descending, then, ..place.query(Filter::All) };
        place.page(query).await.records.into_iter().map(|record| record.number).collect::<Vec<_>>()
    };
    assert_eq!(sorted(Order::FullName, false, vec![]).await, [4, 3, 1, 2]);
    assert_eq!(sorted(Order::GivenName, false, vec![(Order::FamilyName, true)]).await, [1, 4, 3, 2]);
    assert_eq!(sorted(Order::FamilyName, true, vec![(Order::Number, true)]).await, [2, 1, 4, 3]);
}

/// Two who hold what somebody must hold, each taken by another at the same moment: one of them stays, every time.
pub async fn of_two_last_ones_taken_at_once_one_stays(h: Harness) {
    const ROUNDS: u32 = 200;
    let (_, one, _) = two(&h).await;
    let [first, second] = [1, 2].map(|n| belonging(n, vec![member(2, &["admin", "approver"])]));
    let [first, second] = [one.create(first).await, one.create(second).await];
    for round in 0..ROUNDS {
        let mut writers = tokio::task::JoinSet::new();
        for (own, other) in [(&first, &second), (&second, &first)] {
            let edit = if round % 2 == 0 {
                MembershipEdit::Revoke(2, "approver".into())
            } else {
                MembershipEdit::SetRoles(member(2, &["buyer"]))
            };
            let batch = Batch { mode: Mode::AllOrNothing, reach: Reach::Members, ..one.batch(vec![change(other.id, edit)]) };
            let author = Author { person: Some(own.id), delegated: Some(administrator(2)), protected: EVERYTHING, ..h.author() };
            let (store, tenant) = (Arc::clone(&h.store), one.tenant);
            writers.spawn(async move { store.apply(tenant, author, Command::Write(batch)).await.is_ok() });
        }
        let done = writers.join_all().await.into_iter().filter(|is_done| *is_done).count();
        assert_eq!(done, 1, "round {round}");
        let back = |id| change(id, MembershipEdit::SetRoles(member(2, &["admin", "approver"])));
        one.write(vec![back(first.id), back(second.id)]).await;
    }
    let seen = h.store.get(one.tenant, one.organization, Audience::Everything, &[first.id]).await.expect("an answer");
    assert!(seen[0].is_some());
    h.is_sound().await;
}
