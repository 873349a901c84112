//! What an organization inherits from those above it, and what it keeps beside people.

use cardfile_directory::{Command, Error, Kind};
use cardfile_model::{
    Filter, GroupPatch, GroupQuery, MemberEdit, NoteEdit, NoteKeys, NoteQuery, Numbers, People, Query, Reach, Selection, Unknown,
};
use serde_json::{Value, json};

use super::Harness;
use super::place::{Place, kept};

pub async fn contacts_of_organizations_above_are_inherited_on_request(h: Harness) {
    let root = h.tenant().await;
    let below = root.below().await;
    let (lowest, beside) = (below.below().await, root.below().await);
    for place in [root, below, lowest, beside] {
        place.populate(2).await;
    }
    let all = lowest.page(Query { reach: Reach::Inherited, ..lowest.query(Filter::All) }).await;
    assert_eq!(all.records.iter().map(|record| record.number).collect::<Vec<_>>(), [1, 2, 3, 4, 5, 6]);
    let homes: Vec<_> = all.records.iter().map(|record| record.contact.home()).collect();
    assert_eq!(homes, [1, 1, 2, 2, 3, 3]);
    let numbers = h.store.numbers(root.tenant, lowest.query(Filter::All)).await.expect("an answer");
    assert_eq!(numbers, Numbers::from([5, 6]));
}

pub async fn everyone_and_numbers_mean_the_book_of_the_group(h: Harness) {
    let root = h.tenant().await;
    let below = root.below().await;
    let beside = root.below().await;
    for place in [root, below, beside] {
        place.populate(2).await;
    }
    let group = below.create_group("Harbour", &[]).await.id;
    let change = |selection, inherits, unknown| {
        let members = vec![MemberEdit::Remove(Selection::all()), MemberEdit::Add(selection)];
        below.patch_group(group, GroupPatch { members, inherits, unknown, ..kept() })
    };
    let numbers = |some: &[u32]| People::Numbers(some.iter().copied().collect());
    let everyone = || Selection::AllExcept(numbers(&[2, 3]));
    let inside = async || below.members(group).await.into_iter().map(|member| member.number).collect::<Vec<_>>();
    change(everyone(), true, Unknown::Skip).await.expect("a group can change");
    assert_eq!(inside().await, [1, 4]);
    change(everyone(), false, Unknown::Skip).await.expect("a group can change");
    assert_eq!(inside().await, [4]);
    change(Selection::Only(numbers(&[1, 4, 5, 99])), true, Unknown::Skip).await.expect("a group can change");
    assert_eq!(inside().await, [1, 4]);
    let refused = change(Selection::Only(numbers(&[4, 5])), true, Unknown::Refuse).await;
    assert!(matches!(refused, Err(Error::NotFound { kind: Kind::Contact, .. })), "{refused:?}");
    assert_eq!(inside().await, [1, 4]);
    h.is_sound().await;
}

pub async fn a_group_counts_who_can_be_reached_how(h: Harness) {
    let place = h.tenant().await;
    let mut people: Vec<_> = (1..=4).map(crate::people::person).collect();
    people[0].emails.clear();
    people[1].phones.clear();
    people[1].sip_addresses.push(cardfile_model::Entry { value: "sip:a".into(), ..Default::default() });
    let mut ids = Vec::new();
    for contact in people {
        ids.push(place.create(contact).await.id);
    }
    ids.push(h.id());
    let group = place.create_group("Harbour", &ids).await;
    assert_eq!((group.size, group.cards, group.with_email, group.with_phone), (5, 4, 3, 3));
    place.trash(Selection::ids([ids[3]])).await;
    let group = place.group(group.id).await.expect("it stands");
    assert_eq!((group.size, group.cards, group.with_email, group.with_phone), (4, 3, 2, 2));
    h.is_sound().await;
}

pub async fn groups_of_others_are_listed_on_request(h: Harness) {
    let root = h.tenant().await;
    let below = root.below().await;
    let ids = root.populate(3).await;
    let (upper, other) = (root.create_group("Harbour", &ids[..2]).await, root.create_group("Quay", &ids).await);
    let own = below.create_group("annex", &ids[1..]).await;
    let query = GroupQuery {
        organization: below.organization,
        also: vec![upper.id, h.id()],
        filter: cardfile_model::GroupFilter::All,
        order: cardfile_model::GroupOrder::Name,
        is_descending: false,
        offset: 0,
        limit: 10,
    };
    let (groups, total) = h.store.groups(root.tenant, query).await.expect("an answer");
    assert_eq!((groups.into_iter().map(|group| group.id).collect::<Vec<_>>(), total), (vec![own.id, upper.id], 2));
    let people = Numbers::from([1, 3, 77]);
    let found = h.store.groups_of(root.tenant, below.organization, &[upper.id], &people).await.expect("an answer");
    assert_eq!(found, [("annex".into(), Numbers::from([3])), ("Harbour".into(), Numbers::from([1]))]);
    assert!(other.size == 3);
}

async fn note(place: &Place<'_>, edits: &[(&str, Option<Value>)]) -> cardfile_directory::Result<cardfile_directory::Applied> {
    let edit = |(key, value): &(&str, Option<Value>)| NoteEdit { shelf: "s".into(), key: (*key).into(), value: value.clone() };
    let edits = edits.iter().map(edit).collect();
    place.apply(Command::Note { organization: place.organization, edits }).await
}

async fn noted(place: &Place<'_>, keys: NoteKeys) -> Vec<(String, Value)> {
    let query = NoteQuery { organization: place.organization, shelf: "s".into(), keys, offset: 0, limit: 100 };
    let (notes, total) = place.harness.store.notes(place.tenant, query).await.expect("an answer");
    assert_eq!(total, notes.len() as u64);
    notes.into_iter().map(|note| (note.key, note.value)).collect()
}

pub async fn notes_are_kept_changed_and_taken_away_together(h: Harness) {
    let place = h.tenant().await;
    let applied = note(&place, &[("b", Some(json!(1))), ("a/1", Some(json!({"x": [1]}))), ("b", Some(json!(2)))]).await;
    assert!(applied.expect("notes can be kept").is_changed);
    assert_eq!(noted(&place, NoteKeys::All).await, [("a/1".into(), json!({"x": [1]})), ("b".into(), json!(2))]);
    assert_eq!(noted(&place, NoteKeys::Starting("a/".into())).await.len(), 1);
    assert_eq!(noted(&place, NoteKeys::These(vec!["b".into(), "c".into()])).await.len(), 1);
    let same = note(&place, &[("b", Some(json!(2))), ("c", None)]).await.expect("nothing is to be done");
    assert!(!same.is_changed);
    let gone = note(&place, &[("b", None), ("d", Some(json!(3)))]).await.expect("a note can be taken away");
    assert!(gone.is_changed);
    assert_eq!(noted(&place, NoteKeys::All).await, [("a/1".into(), json!({"x": [1]})), ("d".into(), json!(3))]);
    let other = h.tenant().await;
    assert_eq!(noted(&other, NoteKeys::All).await, []);
    h.is_sound().await;
}

pub async fn a_change_of_notes_is_undone_unless_they_changed_since(h: Harness) {
    let place = h.tenant().await;
    let first = note(&place, &[("a", Some(json!(1))), ("b", Some(json!(1)))]).await.expect("notes can be kept").revision;
    let second = note(&place, &[("a", Some(json!(2)))]).await.expect("notes can be kept").revision;
    let refused = place.undo(first).await;
    assert!(matches!(refused, Err(Error::Stale { .. })), "{refused:?}");
    let undone = place.undo(second).await.expect("it is the last").revision;
    assert_eq!(noted(&place, NoteKeys::All).await, [("a".into(), json!(1)), ("b".into(), json!(1))]);
    place.undo(undone).await.expect("an undo can be undone");
    place.undo_by_force(first).await.expect("what changed since is passed over");
    assert_eq!(noted(&place, NoteKeys::All).await, [("a".into(), json!(2))]);
    h.is_sound().await;
}
