//! Many writes as one.

use cardfile_directory::{Command, Error, Kind, Outcome};
use cardfile_model::{Batch, Contact, Edit, Expect, Mode, OrganizationId, Patch, Write};
use uuid::Uuid;

use super::place::{create, delete, entitle};
use super::{Harness, Place};
use crate::people::{people, person};

fn mixed(place: &Place<'_>, known: Uuid, new: Uuid) -> Vec<Write> {
    let invalid = Contact { source: "CH".into(), ..Contact::default() };
    vec![
        create(new, person(2)),
        entitle(place.harness.id(), "Nobody"),
        entitle(known, "Cook"),
        create(place.harness.id(), invalid),
        delete(known),
        create(new, person(3)),
    ]
}

pub async fn outcomes_come_in_request_order_each_on_its_own(h: Harness) {
    let place = h.tenant().await;
    let known = place.create(person(1)).await.id;
    let new = h.id();
    let applied = place.write(mixed(&place, known, new)).await;
    let Ok([created, absent, patched, invalid, trashed, twice]) = <[_; 6]>::try_from(applied.outcomes) else {
        panic!("six outcomes for six writes")
    };
    assert!(matches!(created, Ok(Outcome::Created(record)) if record.id == new && record.number == 2));
    assert!(matches!(absent, Err(Error::NotFound { kind: Kind::Contact, .. })));
    assert!(matches!(patched, Ok(Outcome::Changed(record)) if record.contact.title.as_deref() == Some("Cook")));
    assert!(matches!(invalid, Err(Error::Invalid(_))));
    assert!(matches!(trashed, Ok(Outcome::Trashed(id)) if id == known));
    assert!(matches!(twice, Err(Error::AlreadyExists { kind: Kind::Contact, .. })));
    assert!(applied.is_changed);
    assert_eq!((applied.revision, applied.touched), (3, 2));
    h.is_sound().await;
}

pub async fn later_writes_see_earlier_ones(h: Harness) {
    let place = h.tenant().await;
    let id = h.id();
    let patch =
        |expect| Write::Patch { id, expect, patch: Box::new(Patch { title: cardfile_model::Edit::Clear, ..Patch::default() }) };
    let applied = place
        .write(vec![
            create(id, person(1)),
            entitle(id, "Cook"),
            patch(Expect::At(1)),
            patch(Expect::At(2)),
            delete(id),
            entitle(id, "Ghost"),
        ])
        .await;
    let kinds: Vec<bool> = applied.outcomes.iter().map(Result::is_ok).collect();
    assert_eq!(kinds, [true, true, false, true, true, false]);
    assert_eq!((applied.revision, applied.touched), (2, 1));
    let change = place.last_change().await;
    assert_eq!((change.touched.len(), change.came.len(), change.went.len()), (1, 0, 0), "who came and went stayed out");
    assert_eq!(place.get(id).await, None);
}

pub async fn all_or_nothing_writes_nothing_when_one_fails(h: Harness) {
    let place = h.tenant().await;
    let before = place.create(person(1)).await;
    let new = h.id();
    let mut batch = place.batch(mixed(&place, before.id, new));
    batch.mode = Mode::AllOrNothing;
    let refused = place.apply(Command::Write(batch)).await;
    assert!(matches!(refused, Err(Error::NotFound { kind: Kind::Contact, .. })), "the first failure is answered");
    assert_eq!(place.get_all(&[before.id, new]).await, [Some(before), None]);
    assert_eq!(place.changes().await.len(), 2);
    assert_eq!(place.create_as(new, person(2)).await.number, 2);
    h.is_sound().await;
}

pub async fn all_or_nothing_writes_all_when_none_fails(h: Harness) {
    let place = h.tenant().await;
    let known = place.create(person(1)).await.id;
    let mut batch = place.batch(vec![create(h.id(), person(2)), delete(known), create(h.id(), person(3))]);
    batch.mode = Mode::AllOrNothing;
    let applied = place.apply(Command::Write(batch)).await.expect("nothing fails");
    assert!(matches!(&applied.outcomes[..], [Ok(Outcome::Created(_)), Ok(Outcome::Trashed(_)), Ok(Outcome::Created(_))]));
    assert_eq!((applied.revision, applied.touched), (3, 3));
}

pub async fn an_id_created_twice_in_a_batch_exists_already(h: Harness) {
    let place = h.tenant().await;
    let id = h.id();
    let applied = place.write(vec![create(id, person(1)), create(id, person(2))]).await;
    assert!(
        matches!(&applied.outcomes[..], [Ok(Outcome::Created(_)), Err(Error::AlreadyExists { key, .. })] if *key == id.to_string())
    );
    assert_eq!(place.get(id).await.map(|record| record.contact), Some(person(1)));
}

pub async fn two_writes_to_one_contact_touch_it_once(h: Harness) {
    let place = h.tenant().await;
    let record = place.create(person(1)).await;
    let applied = place.write(vec![entitle(record.id, "Cook"), entitle(record.id, "Baker")]).await;
    assert_eq!((applied.touched, applied.revision), (1, 3));
    let now = place.get(record.id).await.expect("it is there");
    assert_eq!((now.contact.title.as_deref(), now.revision), (Some("Baker"), 3));
    place.undo(3).await.expect("nobody touched it since");
    assert_eq!(place.get(record.id).await.map(|record| record.contact), Some(person(1)));
}

pub async fn a_failed_create_consumes_no_number(h: Harness) {
    let place = h.tenant().await;
    let invalid = Contact { source: "CH".into(), ..Contact::default() };
    let applied = place.write(vec![create(h.id(), invalid), create(h.id(), person(1))]).await;
    assert!(matches!(&applied.outcomes[1], Ok(Outcome::Created(record)) if record.number == 1));
}

pub async fn an_empty_batch_changes_nothing(h: Harness) {
    let place = h.tenant().await;
    let applied = place.write(Vec::new()).await;
    assert!(!applied.is_changed && applied.outcomes.is_empty());
    assert_eq!((applied.revision, applied.touched), (1, 0));
}

pub async fn an_unknown_organization_fails_the_whole(h: Harness) {
    let place = h.tenant().await;
    let nowhere = Place { organization: OrganizationId(h.id()), ..place };
    for writes in [vec![create(h.id(), person(1))], Vec::new()] {
        let refused = place.apply(Command::Write(nowhere.batch(writes))).await;
        assert!(matches!(refused, Err(Error::NotFound { kind: Kind::Organization, .. })));
    }
    assert_eq!(nowhere.get(h.id()).await, None);
    assert_eq!(nowhere.find(cardfile_model::Filter::All).await, super::NOBODY);
}

pub async fn a_thousand_contacts_come_in_one_change(h: Harness) {
    let place = h.tenant().await;
    let ids = place.populate(1000).await;
    let change = place.last_change().await;
    assert_eq!((change.revision, change.touched.len(), change.came.len(), change.went.len()), (2, 1000, 1000, 0));
    let read: Vec<Contact> = place.get_all(&ids).await.into_iter().flatten().map(|record| record.contact).collect();
    assert_eq!(read, people(1, 1000));
    let applied = place.write(ids.iter().map(|id| entitle(*id, "Cook")).collect()).await;
    assert_eq!((applied.touched, applied.revision), (1000, 3));
    let applied = place.write(ids.iter().map(|id| delete(*id)).collect()).await;
    assert_eq!((applied.touched, applied.revision), (1000, 4));
    assert_eq!(place.find(cardfile_model::Filter::All).await, super::NOBODY);
    h.is_sound().await;
}

pub async fn a_batch_takes_all_of_a_member_from_no_more_cards_than_it_may(h: Harness) {
    let place = h.tenant().await;
    let ids = place.populate(3).await;
    place.write(ids.iter().map(|id| entitle(*id, "Cook")).collect()).await;
    let blank = |id: &Uuid| {
        let patch = Patch { title: Edit::Clear, ..Patch::default() };
        Write::Patch { id: *id, expect: Expect::Any, patch: Box::new(patch) }
    };
    let blanking = |most| Batch { most_blanked: Some(most), ..place.batch(ids.iter().take(2).map(blank).collect()) };
    let refused = place.apply(Command::Write(blanking(1))).await;
    assert!(matches!(refused, Err(Error::TooLarge { limit: "blanked", most: 1 })), "{refused:?}");
    let titled = async || place.get_all(&ids).await.into_iter().flatten().filter(|found| found.contact.title.is_some()).count();
    assert_eq!(titled().await, 3, "nothing of such a batch is done");
    let applied = place.apply(Command::Write(blanking(2))).await.expect("so many are allowed");
    assert_eq!((applied.blanked, titled().await), (2, 1));
    let other = Batch { most_blanked: Some(0), ..place.batch(vec![entitle(ids[2], "Pilot"), entitle(ids[0], "Cook")]) };
    assert_eq!(place.apply(Command::Write(other)).await.expect("what has something else instead is not blanked").blanked, 0);
    h.is_sound().await;
}
