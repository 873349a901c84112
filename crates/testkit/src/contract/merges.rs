//! Several people who are one.

use cardfile_directory::{Action, Command, Error, Merge, Trash};
use cardfile_model::{ChangeKind, Contact, Edit, Filter, Limits, Numbers, Patch, People, Selection, Sources};
use uuid::Uuid;

use super::place::{create, delete, entitle, joining};
use super::{Harness, Place};
use crate::people::person;

impl Place<'_> {
    fn merge(&self, into: Uuid, others: &[Uuid]) -> Merge {
        Merge {
            organization: self.organization,
            sources: Sources::Any,
            into,
            others: others.to_vec(),
            patch: Patch::default(),
            admits_unknown_groups: false,
        }
    }

    async fn merged(&self, into: Uuid, others: &[Uuid]) -> u64 {
        let applied = self.apply(Command::Merge(Box::new(self.merge(into, others)))).await.expect("they can be merged");
        applied.revision
    }

    async fn undone(&self, change: u64, is_forced: bool) -> Result<u64, Error> {
        let organization = self.organization;
        Ok(self.apply(Command::Undo { organization, change, is_forced }).await?.revision)
    }

    async fn seats(&self, group: Uuid) -> Vec<u32> {
        let members = self.harness.store.members(self.tenant, group, 0, 100).await.expect("members can be read");
        members.into_iter().map(|member| member.number).collect()
    }
}

pub async fn who_is_merged_is_found_by_every_id_and_number(h: Harness) {
    let place = h.tenant().await;
    let ids = place.populate(3).await;
    place.merged(ids[0], &[ids[2]]).await;
    let kept = place.get(ids[0]).await.expect("who stays is there");
    let led: Vec<_> = kept.contact.formers.iter().map(|former| (former.id, former.number, former.change)).collect();
    assert_eq!(led, [(ids[2], 3, kept.revision)]);
    let found = place.get_all(&ids).await;
    assert_eq!(found.iter().flatten().map(|record| record.number).collect::<Vec<_>>(), [1, 2, 1]);
    assert_eq!(found[2].as_ref(), Some(&kept));
    let called = |numbers: &[u32]| place.find(Filter::Called(numbers.iter().copied().collect()));
    assert_eq!((called(&[3]).await, called(&[2, 3]).await), (vec![ids[0]], vec![ids[0], ids[1]]));
    assert_eq!(place.find(Filter::Ids(vec![ids[2], h.id()])).await, [ids[0]]);
    assert_eq!(place.find(Filter::Numbers([3].into())).await, [kept.id; 0]);
    assert_eq!(place.find(Filter::All).await.len(), 2);
    h.is_sound().await;
}

pub async fn who_stays_takes_in_what_the_others_have(h: Harness) {
    let place = h.tenant().await;
    let [one, other] = [h.id(), h.id()];
    let cards = [Contact { title: None, ..person(1) }, Contact { title: Some("Cook".into()), ..person(2) }];
    let [mine, theirs] = cards.clone();
    place.write(vec![create(one, mine), create(other, theirs)]).await;
    let patch = Patch { display_name: Edit::Set("Both".into()), ..Patch::default() };
    let merge = Merge { patch, ..place.merge(one, &[other]) };
    let applied = place.apply(Command::Merge(Box::new(merge))).await.expect("they can be merged");
    assert_eq!((applied.touched, applied.counts.went, applied.counts.changed), (2, 1, 1));
    let kept = place.get(one).await.expect("who stays is there").contact;
    assert_eq!((kept.title.as_deref(), kept.display_name.as_deref()), (Some("Cook"), Some("Both")));
    assert_eq!(kept.emails.len(), cards[0].emails.len() + cards[1].emails.len());
    for entry in &cards[1].emails {
        assert_eq!(place.find(Filter::Email(entry.value.clone())).await.len(), 1, "{}", entry.value);
    }
    let change = place.last_change().await;
    assert_eq!((change.kind, change.touched, change.went), (ChangeKind::Merge, [1, 2].into(), [2].into()));
    h.is_sound().await;
}

pub async fn who_stays_takes_the_places_in_groups(h: Harness) {
    let place = h.tenant().await;
    let ids = place.populate(3).await;
    let crew = place.create_group("Crew", &[ids[1]]).await.id;
    let cooks = place.create_group("Cooks", &[ids[0], ids[2]]).await.id;
    let gone = place.create_group("Gone", &[ids[2]]).await.id;
    place.apply(Command::DeleteGroup { id: gone }).await.expect("a group can be deleted");
    let change = place.merged(ids[0], &[ids[1], ids[2]]).await;
    assert_eq!((place.seats(crew).await, place.seats(cooks).await), (vec![1], vec![1]));
    let undone = place.undone(change, false).await.expect("a merge can be taken back");
    assert_eq!((place.seats(crew).await, place.seats(cooks).await), (vec![2], vec![1, 3]));
    place.undone(undone, false).await.expect("so can that");
    assert_eq!((place.seats(crew).await, place.seats(cooks).await), (vec![1], vec![1]));
    h.is_sound().await;
}

pub async fn a_merge_taken_back_leaves_everyone_as_they_were(h: Harness) {
    let place = h.tenant().await;
    let ids = place.populate(3).await;
    let before: Vec<_> = place.get_all(&ids).await.into_iter().flatten().map(|record| record.contact).collect();
    let change = place.merged(ids[1], &[ids[0], ids[2]]).await;
    place.undone(change, false).await.expect("a merge can be taken back");
    let after: Vec<_> = place.get_all(&ids).await.into_iter().flatten().map(|record| (record.id, record.contact)).collect();
    assert_eq!(after, ids.into_iter().zip(before).collect::<Vec<_>>());
    h.is_sound().await;
}

pub async fn a_merge_of_a_card_that_changed_since_is_taken_back_by_force(h: Harness) {
    let place = h.tenant().await;
    let ids = place.populate(2).await;
    let change = place.merged(ids[0], &[ids[1]]).await;
    place.write(vec![entitle(ids[0], "Cook")]).await;
    assert!(matches!(place.undone(change, false).await, Err(Error::Stale { .. })));
    place.undone(change, true).await.expect("force passes over the card");
    let found: Vec<_> = place.get_all(&ids).await.into_iter().flatten().collect();
    assert_eq!(found.iter().map(|record| record.number).collect::<Vec<_>>(), [1, 2]);
    assert_eq!((found[0].contact.title.as_deref(), found[0].contact.formers.len()), (Some("Cook"), 0));
    h.is_sound().await;
}

pub async fn writes_by_a_former_id_reach_who_stays(h: Harness) {
    let place = h.tenant().await;
    let ids = place.populate(3).await;
    place.merged(ids[0], &[ids[1]]).await;
    place.write(vec![entitle(ids[1], "Cook")]).await;
    assert_eq!(place.get(ids[0]).await.expect("who stays is there").contact.title.as_deref(), Some("Cook"));
    let group = place.create_group("Crew", &[]).await.id;
    place.edit_members(group, vec![joining(&[ids[1]])]).await;
    assert_eq!(place.seats(group).await, [1]);
    let (organization, sources) = (place.organization, Sources::Any);
    let selection = Selection::Only(People::Ids(vec![ids[1]]));
    let gone = place.apply(Command::Trash(Trash { organization, sources, selection })).await.expect("they can be deleted");
    assert_eq!((gone.counts.went, place.get(ids[0]).await, place.get(ids[1]).await), (1, None, None));
    assert!(place.apply(Command::Write(place.batch(vec![delete(ids[1])]))).await.expect("an answer").outcomes[0].is_err());
    h.is_sound().await;
}

pub async fn who_was_merged_on_leads_to_the_last(h: Harness) {
    let place = h.tenant().await;
    let ids = place.populate(3).await;
    place.merged(ids[1], &[ids[2]]).await;
    let last = place.merged(ids[0], &[ids[1]]).await;
    assert!(place.get_all(&ids).await.iter().flatten().all(|record| record.number == 1));
    place.undone(last, false).await.expect("the last merge can be taken back");
    let numbers: Vec<_> = place.get_all(&ids).await.into_iter().flatten().map(|record| record.number).collect();
    assert_eq!(numbers, [1, 2, 2]);
}

pub async fn a_merge_names_each_once_and_not_too_many(h: Harness) {
    let place = h.tenant().await;
    let ids = place.populate(3).await;
    let refused = async |others: &[Uuid]| {
        let merge = place.merge(ids[0], others);
        let author = h.author_within(Limits { merged_people: 2, ..Limits::default() });
        h.store.apply(place.tenant, author, Command::Merge(Box::new(merge))).await.expect_err("it is refused")
    };
    for others in [&[][..], &[ids[0]], &[ids[1], ids[1]]] {
        assert!(matches!(refused(others).await, Error::Invalid(_)), "{others:?}");
    }
    assert!(matches!(refused(&[ids[1], ids[2], h.id()]).await, Error::TooLarge { limit: "merged_people", most: 2 }));
    assert!(matches!(refused(&[h.id()]).await, Error::NotFound { .. }));
    let foreign = Merge { sources: Sources::Only(vec!["Elsewhere".into()]), ..place.merge(ids[0], &[ids[1]]) };
    let refused = place.apply(Command::Merge(Box::new(foreign))).await;
    assert!(matches!(refused, Err(Error::Forbidden { action: Action::UseSource(_) })));
    assert_eq!(place.find(Filter::Numbers(Numbers::from_iter([1, 2, 3]))).await.len(), 3);
}

pub async fn who_took_others_in_is_erased_after_these(h: Harness) {
    let place = h.tenant().await;
    let ids = place.populate(2).await;
    place.merged(ids[0], &[ids[1]]).await;
    let (organization, sources) = (place.organization, Sources::Any);
    let erase = |id| place.apply(Command::Erase { organization, id, sources: sources.clone() });
    assert!(matches!(erase(ids[0]).await, Err(Error::Invalid(found)) if found[0].rule == "merged"));
    erase(ids[1]).await.expect("who was merged can be erased");
    erase(ids[0]).await.expect("then nothing else is kept");
    assert_eq!(place.get_all(&ids).await, [None, None]);
    h.is_sound().await;
}
