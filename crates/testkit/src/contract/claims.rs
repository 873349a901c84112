//! What sources tell of people: who is found, and what becomes of them.

use cardfile_directory::{Action, Command, Error, Outcome, Result};
use cardfile_model::{
    Batch, Claim, Contact, Edit, Entry, Expect, Filter, ForeignKey, Life, Limits, MatchKey, Membership, Mode, Patch, Query,
    Record, Selection, Sources, Write,
};

use super::place::{create, delete, entitle};
use super::{Harness, Place};
use crate::people::{people, person};

fn key(value: &str) -> MatchKey {
    MatchKey::Key(ForeignKey { system: "crm".into(), value: value.into() })
}

fn email(address: &str) -> MatchKey {
    MatchKey::Email(address.into())
}

fn claim(source: &str, contact: Contact) -> Claim {
    Claim { source: source.into(), contact, clears: Vec::new(), precedence: [].into() }
}

fn titled(title: &str) -> Contact {
    Contact { title: Some(title.into()), ..Contact::default() }
}

fn upsert(h: &Harness, by: Vec<MatchKey>, claim: Claim) -> Write {
    Write::Upsert { id: h.id(), by, claim: Box::new(claim) }
}

async fn told(place: &Place<'_>, by: Vec<MatchKey>, claim: Claim) -> Result<Outcome> {
    place.one(upsert(place.harness, by, claim)).await
}

fn made(outcome: Result<Outcome>) -> Record {
    let Ok(Outcome::Created(record)) = outcome else { panic!("a contact was to be made, but: {outcome:?}") };
    record
}

fn changed(outcome: Result<Outcome>) -> Record {
    let Ok(Outcome::Changed(record)) = outcome else { panic!("a contact was to change, but: {outcome:?}") };
    record
}

pub async fn who_is_not_known_is_made_with_the_keys_it_is_found_by(h: Harness) {
    let place = h.tenant().await;
    let below = place.below().await;
    let record = made(told(&below, vec![key("7"), email("mara@quay.example")], claim("hr", titled("Cook"))).await);
    assert_eq!((record.number, record.contact.source.as_str()), (1, "hr"));
    assert_eq!(record.contact.keys, [ForeignKey { system: "crm".into(), value: "7".into() }]);
    assert_eq!(record.contact.memberships, [Membership::plain(2)], "it is at home where the batch is about");
    let found = below.find(Filter::Key { system: "crm".into(), value: "7".into() }).await;
    assert_eq!(found, [record.id]);
    assert_eq!(below.get(record.id).await, Some(record.clone()));
    let again = changed(told(&below, vec![key("7")], claim("hr", titled("Baker"))).await);
    assert_eq!((again.id, again.number, again.contact.title.as_deref()), (record.id, 1, Some("Baker")));
    assert_eq!(made(told(&below, Vec::new(), claim("hr", titled("Baker"))).await).number, 2, "without a key it is made");
    h.is_sound().await;
}

pub async fn a_contact_is_found_by_the_first_key_that_finds_anyone(h: Harness) {
    let place = h.tenant().await;
    let ids = place.populate(3).await;
    let known = person(2);
    let spelled = known.phones[0].value.replace(' ', "-");
    let of_person = |n: u32| MatchKey::Email(person(n).emails[0].value.to_uppercase());
    let cases = [
        vec![key("9"), MatchKey::Phone(vec!["+1 999".into(), spelled]), of_person(3)],
        vec![of_person(2), of_person(3)],
        vec![key("2"), of_person(3)],
    ];
    for (at, by) in cases.into_iter().enumerate() {
        let named = vec![key("2")];
        let contact = Contact { title: Some(format!("Title {at}")), ..Contact::default() };
        let by = if at == 1 { [by, named].concat() } else { by };
        let record = changed(told(&place, by, claim("CH", contact)).await);
        assert_eq!(record.id, ids[1], "case {at}");
        assert_eq!(record.contact.emails, known.emails, "what is not said stays");
    }
    let keys = place.get(ids[1]).await.expect("it is there").contact.keys;
    assert_eq!(keys.into_iter().map(|key| key.value).collect::<Vec<_>>(), ["9", "2"], "keys are joined");
    h.is_sound().await;
}

pub async fn a_key_that_finds_several_is_refused(h: Harness) {
    let place = h.tenant().await;
    let shared = Entry { value: "front@quay.example".into(), ..Entry::default() };
    for n in 1..=2 {
        let mut contact = person(n);
        contact.emails.push(shared.clone());
        place.create(contact).await;
    }
    let log = place.changes().await.len();
    let refused =
        told(&place, vec![email("Front@Quay.example"), email(&person(1).emails[0].value)], claim("CH", titled("Cook"))).await;
    assert!(matches!(refused, Err(Error::AlreadyExists { .. })), "{refused:?}");
    let surer = vec![email(&person(1).emails[0].value), email("front@quay.example")];
    assert_eq!(place.changes().await.len(), log);
    assert_eq!(changed(told(&place, surer, claim("CH", titled("Cook"))).await).number, 1);
}

pub async fn later_claims_of_a_batch_find_those_made_by_earlier_ones(h: Harness) {
    let place = h.tenant().await;
    let ids = place.populate(1).await;
    let entry = |value: &str| vec![Entry { value: value.into(), ..Entry::default() }];
    let patch = Patch { keys: Some(vec![ForeignKey { system: "crm".into(), value: "5".into() }]), ..Patch::default() };
    let writes = vec![
        upsert(&h, vec![key("1")], claim("hr", Contact { emails: entry("a@quay.example"), ..Contact::default() })),
        upsert(&h, vec![email("a@quay.example")], claim("hr", titled("Cook"))),
        create(h.id(), Contact { phones: entry("+47 11"), ..Contact::default() }),
        upsert(&h, vec![MatchKey::Phone(vec!["+4711".into()])], claim("hr", titled("Pilot"))),
        Write::Patch { id: ids[0], expect: Expect::Any, patch: Box::new(patch) },
        upsert(&h, vec![key("5")], claim("CH", titled("Smith"))),
        delete(ids[0]),
        upsert(&h, vec![key("5")], claim("hr", titled("Baker"))),
    ];
    let outcomes = place.write(writes).await.outcomes;
    let numbers: Vec<Option<u32>> = outcomes
        .iter()
        .map(|outcome| match outcome {
            Ok(Outcome::Created(record) | Outcome::Changed(record)) => Some(record.number),
            _ => None,
        })
        .collect();
    assert_eq!(numbers, [Some(2), Some(2), Some(3), Some(3), Some(1), Some(1), None, Some(4)], "{outcomes:?}");
    let change = place.last_change().await;
    place.undo(change.revision).await.expect("nothing happened since");
    assert_eq!(place.find(Filter::All).await, ids);
    assert_eq!(place.get(ids[0]).await.expect("it is back").contact, person(1));
    h.is_sound().await;
}

pub async fn only_the_living_within_reach_are_found(h: Harness) {
    let place = h.tenant().await;
    let below = place.below().await;
    let ids = place.populate(2).await;
    let address = |n: u32| vec![email(&person(n).emails[0].value)];
    place.trash(Selection::ids([ids[0]])).await;
    assert_eq!(made(told(&place, address(1), claim("hr", titled("Cook"))).await).number, 3, "who is in the trash is not found");
    assert_eq!(made(told(&below, address(2), claim("hr", titled("Cook"))).await).number, 4, "nor who is elsewhere");
    let guest = Contact { memberships: vec![Membership::plain(1), Membership::plain(2)], ..person(5) };
    place.create(guest).await;
    assert_eq!(made(told(&below, address(5), claim("hr", titled("Cook"))).await).number, 6, "nor a guest");
    let asked = Query { life: Life::Trashed, ..place.query(Filter::All) };
    assert_eq!(place.page(asked).await.total, 1);
}

pub async fn the_same_claim_again_changes_nothing(h: Harness) {
    let place = h.tenant().await;
    let by = || vec![email(&person(1).emails[0].value)];
    let record = made(told(&place, by(), claim("CH", person(1))).await);
    let log = place.changes().await.len();
    let again = told(&place, by(), claim("CH", person(1))).await;
    assert!(matches!(&again, Ok(Outcome::Unchanged(same)) if *same == record), "{again:?}");
    assert_eq!(place.changes().await.len(), log);
    let bytes = |contact: &Contact| serde_json::to_vec(contact).expect("a card is JSON").len();
    assert!(bytes(&record.contact) < bytes(&person(1)) + 50, "what one source says is not kept twice");
}

pub async fn sources_differ_and_the_first_ranked_shows(h: Harness) {
    let place = h.tenant().await;
    let ranked =
        |source: &str, title: &str| Claim { precedence: ["crm".into(), "hr".into()].into(), ..claim(source, titled(title)) };
    made(told(&place, vec![key("1")], ranked("hr", "Cook")).await);
    let record = changed(told(&place, vec![key("1")], ranked("crm", "Chef")).await);
    assert_eq!((record.contact.title.as_deref(), record.contact.source.as_str()), (Some("Chef"), "hr"));
    let record = changed(told(&place, vec![key("1")], ranked("hr", "Baker")).await);
    assert_eq!(record.contact.title.as_deref(), Some("Chef"));
    assert_eq!(record.contact.extensions["claims"]["hr"]["title"], "Baker", "the losing word is kept");
    let cleared = Claim { contact: Contact::default(), clears: vec!["title".into()], ..ranked("crm", "") };
    let record = changed(told(&place, vec![key("1")], cleared).await);
    assert_eq!(record.contact.title.as_deref(), Some("Baker"));
    h.is_sound().await;
}

pub async fn an_edit_by_hand_outlives_the_same_claim_and_undo_takes_claims_back(h: Harness) {
    let place = h.tenant().await;
    let id = made(told(&place, vec![key("1")], claim("hr", titled("Cook"))).await).id;
    let title = async || place.get(id).await.expect("it is there").contact.title;
    place.one(entitle(id, "Harbour Cook")).await.expect("it is there");
    let edited = place.get(id).await.expect("it is there");
    let again = told(&place, vec![key("1")], claim("hr", titled("Cook"))).await;
    assert!(matches!(again, Ok(Outcome::Unchanged(_))), "{again:?}");
    changed(told(&place, vec![key("1")], claim("hr", titled("Baker"))).await);
    assert_eq!(title().await.as_deref(), Some("Baker"));
    place.undo(place.last_change().await.revision).await.expect("nothing happened since");
    assert_eq!(place.get(id).await.expect("it is there").contact, edited.contact);
    let contact = Contact { source: "hr".into(), keys: edited.contact.keys, ..titled("Boss") };
    let replaced = Write::Replace { id, expect: Expect::Any, contact: Box::new(contact) };
    place.one(replaced).await.expect("it is there");
    let again = told(&place, vec![key("1")], claim("hr", titled("Cook"))).await;
    assert!(matches!(again, Ok(Outcome::Unchanged(_))), "{again:?}");
    assert_eq!(title().await.as_deref(), Some("Boss"));
}

pub async fn claims_are_judged_as_other_writes_are(h: Harness) {
    let place = h.tenant().await;
    let ids = place.populate(2).await;
    let by = |n: u32| vec![email(&person(n).emails[0].value)];
    let write = async |batch: Batch| place.apply(Command::Write(batch)).await.expect("each stands alone").outcomes.remove(0);
    let only_hr = |writes| Batch { sources: Sources::Only(vec!["hr".into()]), ..place.batch(writes) };
    for (by, source) in [(by(1), "hr"), (vec![key("1")], "CH"), (by(1), "CH")] {
        let refused = write(only_hr(vec![upsert(&h, by, claim(source, person(3)))])).await;
        assert!(matches!(refused, Err(Error::Forbidden { action: Action::UseSource(_) })), "{source}: {refused:?}");
    }
    let unreachable = Claim { clears: vec!["emails".into(), "phones".into()], ..claim("CH", titled("Cook")) };
    let refused = told(&place, by(1), unreachable.clone()).await;
    assert!(matches!(refused, Err(Error::Invalid(_))), "{refused:?}");
    let refused = told(&place, vec![key("1")], unreachable).await;
    assert!(matches!(refused, Err(Error::Invalid(_))), "{refused:?}");
    let unique = |writes| Batch { has_unique_emails: true, ..place.batch(writes) };
    let refused =
        write(unique(vec![upsert(&h, by(1), claim("CH", Contact { emails: person(2).emails, ..Contact::default() }))])).await;
    assert!(matches!(refused, Err(Error::AlreadyExists { .. })), "{refused:?}");
    let refused = write(unique(vec![upsert(&h, vec![key("1")], claim("CH", person(2)))])).await;
    assert!(matches!(refused, Err(Error::AlreadyExists { .. })), "{refused:?}");
    let taken = Write::Upsert { id: ids[0], by: vec![key("1")], claim: Box::new(claim("hr", titled("Cook"))) };
    let refused = place.one(taken).await;
    assert!(matches!(refused, Err(Error::AlreadyExists { .. })), "{refused:?}");
    let found = Write::Upsert { id: ids[0], by: by(2), claim: Box::new(claim("hr", titled("Cook"))) };
    assert_eq!(changed(place.one(found).await).id, ids[1], "the id is that of who is made only");
    let batch =
        Batch { mode: Mode::AllOrNothing, ..place.batch(vec![upsert(&h, vec![], claim("hr", titled("A"))), delete(h.id())]) };
    let refused = place.apply(Command::Write(batch)).await;
    assert!(matches!(refused, Err(Error::NotFound { .. })), "{refused:?}");
    assert_eq!(place.find(Filter::All).await, ids);
    let author = h.author_within(Limits { claim_sources: 2, ..Limits::default() });
    let writes = vec![upsert(&h, by(2), claim("crm", titled("Baker")))];
    let applied = h.store.apply(place.tenant, author, Command::Write(place.batch(writes))).await.expect("each stands alone");
    assert!(matches!(applied.outcomes[0], Err(Error::Invalid(_))), "{:?}", applied.outcomes[0]);
    h.is_sound().await;
}

pub async fn a_thousand_claims_find_the_half_that_is_known(h: Harness) {
    let place = h.tenant().await;
    let known = place.populate(500).await;
    let of = |contact: Contact| {
        let by = vec![key(&contact.emails[0].value), email(&contact.emails[0].value)];
        upsert(&h, by, claim("CH", Contact { title: Some("Keeper".into()), ..contact }))
    };
    let applied = place.write(people(1, 1000).into_iter().map(of).collect()).await;
    let numbers = applied.outcomes.iter().enumerate().map(|(at, outcome)| match outcome {
        Ok(Outcome::Changed(record)) if at < 500 => record.number,
        Ok(Outcome::Created(record)) if at >= 500 => record.number,
        other => panic!("write {at}: {other:?}"),
    });
    assert!(numbers.eq(1..=1000));
    assert_eq!((applied.touched, place.changes().await.len()), (1000, 3));
    assert_eq!(place.get(known[7]).await.expect("it is there").contact.title.as_deref(), Some("Keeper"));
    let patch = Patch { title: Edit::Clear, ..Patch::default() };
    let id = known[7];
    place.one(Write::Patch { id, expect: Expect::Any, patch: Box::new(patch) }).await.expect("it is there");
    let again = place.write(people(1, 1000).into_iter().map(of).collect()).await;
    assert!(!again.is_changed, "the same file again changes nothing");
    assert!(again.outcomes.iter().all(|outcome| matches!(outcome, Ok(Outcome::Unchanged(_)))));
    h.is_sound().await;
}
