//! One write.

use cardfile_directory::{Action, Command, Error, Kind, Outcome};
use cardfile_model::{Contact, Edit, Entry, Expect, Limits, ListEdit, Mode, Patch, Sources, Write};
use serde_json::json;
use uuid::Uuid;

use super::Harness;
use super::place::{create, delete, entitle};
use crate::people::person;

fn replace(id: Uuid, contact: Contact) -> Write {
    Write::Replace { id, expect: Expect::Any, contact: Box::new(contact) }
}

pub async fn a_created_contact_is_read_back_as_it_was_given(h: Harness) {
    let place = h.tenant().await;
    for n in 0..60 {
        let made = place.create(person(n)).await;
        assert_eq!(made.contact, person(n));
        assert_eq!((made.created, made.modified), (made.created, made.created));
        assert_eq!(made.revision, place.last_change().await.revision);
        assert_eq!(made.created, place.last_change().await.time);
        assert_eq!(place.get(made.id).await, Some(made));
    }
    assert_eq!(place.get(h.id()).await, None);
    h.is_sound().await;
}

pub async fn people_are_numbered_from_one_in_the_order_they_came(h: Harness) {
    let place = h.tenant().await;
    let ids = place.populate(5).await;
    let other = place.below().await;
    let sixth = other.create(person(6)).await;
    assert_eq!(sixth.number, 6);
    place.one(delete(ids[4])).await.expect("it is there");
    assert_eq!(place.create(person(7)).await.number, 7);
    let numbers: Vec<u32> = place.get_all(&ids[..4]).await.into_iter().flatten().map(|record| record.number).collect();
    assert_eq!(numbers, [1, 2, 3, 4]);
}

pub async fn a_patch_changes_what_it_names_and_moves_the_revision(h: Harness) {
    let place = h.tenant().await;
    let before = place.create(person(1)).await;
    let new = Entry { value: "new@quay.example".into(), kind: Some("work".into()), is_primary: Some(true) };
    let patch =
        Patch { title: Edit::Set("Cook".into()), address: Edit::Clear, emails: vec![ListEdit::Upsert(new)], ..Patch::default() };
    let mut expected = before.contact.clone();
    patch.clone().apply(&mut expected);
    let write = Write::Patch { id: before.id, expect: Expect::Any, patch: Box::new(patch) };
    let Ok(Outcome::Changed(after)) = place.one(write).await else { panic!("it changes") };
    assert_eq!(after.contact, expected);
    assert_eq!((after.id, after.number, after.created), (before.id, before.number, before.created));
    let change = place.last_change().await;
    assert_eq!((after.revision, after.modified), (change.revision, change.time));
    assert!(after.revision > before.revision && after.modified > before.modified);
    assert_eq!(place.get(before.id).await, Some(after));
    h.is_sound().await;
}

pub async fn a_write_that_changes_nothing_leaves_the_card_and_the_log_alone(h: Harness) {
    let place = h.tenant().await;
    let before = place.create(person(1)).await;
    let title = person(1).title.expect("sample people have titles");
    for write in [entitle(before.id, &title), replace(before.id, person(1))] {
        let applied = place.write(vec![write]).await;
        assert!(!applied.is_changed);
        assert_eq!((applied.revision, applied.touched), (before.revision, 0));
        assert!(matches!(&applied.outcomes[..], [Ok(Outcome::Unchanged(record))] if *record == before));
    }
    assert_eq!(place.get(before.id).await, Some(before));
    assert_eq!(place.changes().await.len(), 2);
}

pub async fn a_replacement_takes_the_whole_card_but_not_its_source(h: Harness) {
    let place = h.tenant().await;
    let before = place.create(person(1)).await;
    let Ok(Outcome::Changed(after)) = place.one(replace(before.id, person(2))).await else { panic!("it changes") };
    assert_eq!((after.contact, after.number, after.created), (person(2), before.number, before.created));
    let foreign = Contact { source: "Elsewhere".into(), ..person(2) };
    let refused = place.one(replace(before.id, foreign)).await;
    assert!(matches!(refused, Err(Error::Invalid(found)) if found[0].rule == "fixed"));
    assert!(matches!(place.one(replace(h.id(), person(1))).await, Err(Error::NotFound { kind: Kind::Contact, .. })));
}

pub async fn a_deleted_contact_is_not_found_and_its_id_stays_taken(h: Harness) {
    let place = h.tenant().await;
    let id = place.create(person(1)).await.id;
    assert!(matches!(place.one(delete(id)).await, Ok(Outcome::Trashed(gone)) if gone == id));
    assert_eq!(place.get(id).await, None);
    for write in [delete(id), entitle(id, "Cook"), replace(id, person(2))] {
        assert!(
            matches!(place.one(write).await, Err(Error::NotFound { kind: Kind::Contact, id: named }) if named == id.to_string())
        );
    }
    assert!(matches!(place.one(create(id, person(1))).await, Err(Error::AlreadyExists { kind: Kind::Contact, .. })));
    h.is_sound().await;
}

pub async fn an_expected_revision_is_judged(h: Harness) {
    let place = h.tenant().await;
    let old = place.create(person(1)).await;
    place.one(entitle(old.id, "Cook")).await.expect("it is there");
    let now = place.get(old.id).await.expect("it is there");
    let patch = Box::new(Patch { title: Edit::Clear, ..Patch::default() });
    let stale = |expect| {
        [
            Write::Patch { id: old.id, expect, patch: patch.clone() },
            Write::Replace { id: old.id, expect, contact: Box::new(person(1)) },
            Write::Delete { id: old.id, expect },
        ]
    };
    for write in stale(Expect::At(old.revision)) {
        let refused = place.one(write).await;
        assert!(matches!(refused, Err(Error::Stale { expected, actual }) if (expected, actual) == (old.revision, now.revision)));
    }
    for write in stale(Expect::At(now.revision)).into_iter().take(1) {
        place.one(write).await.expect("the revision is as expected");
    }
    let revision = place.get(old.id).await.expect("it is there").revision;
    place.one(Write::Delete { id: old.id, expect: Expect::At(revision) }).await.expect("the revision is as expected");
}

pub async fn absence_is_expected_only_of_new_contacts(h: Harness) {
    let place = h.tenant().await;
    let id = place.create(person(1)).await.id;
    let patch = Box::new(Patch { title: Edit::Clear, ..Patch::default() });
    for id in [id, h.id()] {
        let is_there = place.get(id).await.is_some();
        for write in [
            Write::Patch { id, expect: Expect::Absent, patch: patch.clone() },
            Write::Replace { id, expect: Expect::Absent, contact: Box::new(person(2)) },
            Write::Delete { id, expect: Expect::Absent },
        ] {
            match place.one(write).await {
                Err(Error::AlreadyExists { kind: Kind::Contact, .. }) => assert!(is_there),
                Err(Error::NotFound { kind: Kind::Contact, .. }) => assert!(!is_there),
                other => panic!("nobody can be absent and change: {other:?}"),
            }
        }
    }
}

pub async fn a_source_that_is_not_the_callers_is_forbidden(h: Harness) {
    let place = h.tenant().await;
    let foreign = Contact { source: "Elsewhere".into(), ..person(1) };
    let id = place.create(foreign.clone()).await.id;
    let nameless = Contact { source: String::new(), ..person(2) };
    let writes =
        vec![create(h.id(), foreign.clone()), entitle(id, "Cook"), replace(id, foreign), delete(id), create(h.id(), nameless)];
    let mut batch = place.batch(writes);
    batch.sources = Sources::Only(vec!["CH".into()]);
    let applied = place.apply(Command::Write(batch)).await.expect("each stands alone");
    for outcome in &applied.outcomes[..4] {
        let Err(Error::Forbidden { action: Action::UseSource(Some(source)) }) = outcome else { panic!("{outcome:?}") };
        assert_eq!(source, "Elsewhere");
    }
    assert!(matches!(applied.outcomes[4], Err(Error::Forbidden { action: Action::UseSource(None) })));
    assert!(!applied.is_changed);
}

pub async fn rules_are_judged_on_the_result(h: Harness) {
    let place = h.tenant().await;
    let unreachable = Contact { emails: Vec::new(), phones: Vec::new(), ..person(1) };
    let refused = place.one(create(h.id(), unreachable.clone())).await;
    assert!(matches!(refused, Err(Error::Invalid(found)) if found[0].rule == "reachable"));
    let id = place.create(person(1)).await.id;
    let clear = vec![ListEdit::Replace(Vec::new())];
    let patch = Patch { emails: clear.clone(), phones: clear, ..Patch::default() };
    let write = Write::Patch { id, expect: Expect::Any, patch: Box::new(patch) };
    assert!(matches!(place.one(write).await, Err(Error::Invalid(_))));
    assert!(matches!(place.one(replace(id, unreachable)).await, Err(Error::Invalid(_))));
    assert_eq!(place.get(id).await.map(|record| record.contact), Some(person(1)));
}

pub async fn a_result_too_many_people_is_too_large(h: Harness) {
    let place = h.tenant().await;
    let author = h.author_within(Limits { tenant_people: 3, ..Limits::default() });
    let ids: Vec<Uuid> = (0..5).map(|_| h.id()).collect();
    let writes = ids.iter().map(|id| create(*id, person(1))).collect();
    let applied =
        h.store.apply(place.tenant, author.clone(), Command::Write(place.batch(writes))).await.expect("each stands alone");
    let made: Vec<bool> = applied.outcomes.iter().map(Result::is_ok).collect();
    assert_eq!(made, [true, true, true, false, false]);
    assert!(matches!(applied.outcomes[3], Err(Error::TooLarge { limit: "tenant_people", most: 3 })));
    place.one(delete(ids[0])).await.expect("it is there");
    let mut batch = place.batch(vec![create(ids[3], person(1))]);
    batch.mode = Mode::AllOrNothing;
    let refused = h.store.apply(place.tenant, author, Command::Write(batch)).await;
    assert!(matches!(refused, Err(Error::TooLarge { .. })), "the trash counts");
}

pub async fn unknown_fields_of_a_dialect_survive(h: Harness) {
    let place = h.tenant().await;
    let kept = json!({"a": [1, null, {"é": "\u{1f600}"}], "n": 0.5});
    let contact = Contact { extensions: [("webex".to_owned(), kept)].into(), title: Some(String::new()), ..person(1) };
    let record = place.create(contact.clone()).await;
    assert_eq!(place.get(record.id).await.map(|record| record.contact), Some(contact));
}
