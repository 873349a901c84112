//! Person numbers at the borders of chunks, and at their end.

use cardfile_directory::{Error, Store};
use cardfile_model::{Edit, Filter, GroupPatch, MemberEdit, People, Selection, Unknown, Write};
use cardfile_testkit::contract::run;

use crate::place::{Place, named, rename};

/// Has the next person get this number.
fn go_on_from(place: Place, next: u32) -> Place {
    place.store.close();
    place.file().execute("UPDATE tenants SET next_person = ?1", [next]).expect("a counter can be set");
    place.reopened()
}

fn only(numbers: &[u32]) -> Selection {
    Selection::Only(People::Numbers(numbers.iter().copied().collect()))
}

#[test]
fn people_at_the_borders_of_chunks_are_as_all_others() {
    run(async {
        let mut place = Place::new().await;
        let mut all = Vec::new();
        for first in [126, 65_534, 131_070, 262_142] {
            place = go_on_from(place, first);
            let ids = place.create((0..5).map(|n| named(&format!("Person {}", first + n)))).await;
            all.extend(first..first + 5);
            place.write(vec![rename(ids[2], &format!("Person {} changed", first + 2))]).await;
        }
        assert_eq!(place.find(Filter::All).await, all);
        assert_eq!(place.find(Filter::Contains("person".into())).await, all);
        assert_eq!(place.find(Filter::WordPrefixes("person".into())).await, all);
        assert_eq!(place.find(Filter::WordPrefixes("changed".into())).await, [128, 65_536, 131_072, 262_144]);
        for number in &all {
            assert_eq!(place.find(Filter::Contains(format!("person {number}"))).await, [*number]);
        }
        let mut by_name = all.clone();
        by_name.sort_by_key(|number| (format!("person {number:<9}")[..16].to_owned(), *number));
        assert_eq!(place.by_name().await, by_name);

        let group = place.create_group("Borders", only(&[127, 128, 65_535, 65_536, 262_143, 262_144])).await;
        assert_eq!(place.find(Filter::MemberOf(group)).await, [127, 128, 65_535, 65_536, 262_143, 262_144]);
        let members = vec![MemberEdit::Remove(only(&[128, 65_535, 262_144]))];
        let patch = GroupPatch { name: None, description: Edit::Keep, members, unknown: Unknown::Skip, inherits: false };
        place.apply(cardfile_directory::Command::PatchGroup { id: group, patch }).await.expect("it stands");
        assert_eq!(place.find(Filter::MemberOf(group)).await, [127, 65_536, 262_143]);

        let trashed = place.trash(only(&[127, 65_536, 262_142])).await.revision;
        assert_eq!(place.find(Filter::Contains("person".into())).await.len(), 17);
        place.undo(trashed).await.expect("nothing happened since");
        place.store.rebuild_index().await.expect("the index can be built anew");
        let place = place.reopened();
        assert_eq!(place.find(Filter::WordPrefixes("person".into())).await, all);
        assert_eq!(place.by_name().await, by_name);
    });
}

#[test]
fn when_the_numbers_are_used_up_nobody_comes_and_nothing_breaks() {
    run(async {
        let place = go_on_from(Place::new().await, u32::MAX - 2);
        place.create(["First", "Second"].map(named)).await;
        let (id, contact) = (place.id(), Box::new(named("Third")));
        let applied = place.apply(place.batch(vec![Write::Create { id, contact }])).await.expect("a batch is answered");
        assert!(matches!(applied.outcomes[..], [Err(Error::TooLarge { .. })]), "{applied:?}");
        assert_eq!(place.find(Filter::Contains("first".into())).await, [u32::MAX - 2]);
        assert_eq!(place.by_name().await, [u32::MAX - 2, u32::MAX - 1]);
        let group = place.create_group("All", Selection::all()).await;
        assert_eq!(place.find(Filter::MemberOf(group)).await, [u32::MAX - 2, u32::MAX - 1]);
        place.trash(only(&[u32::MAX - 1])).await;
        assert_eq!(place.find(Filter::All).await, [u32::MAX - 2]);
        while place.store.purge(place.author().time).await.expect("a store can purge") > 0 {}
        assert_eq!(place.find(Filter::WordPrefixes("second".into())).await, [0; 0]);
    });
}

#[test]
fn revisions_beyond_all_that_are_there_are_not_found() {
    run(async {
        let place = Place::new().await;
        for change in [0, 99, i64::MAX as u64, i64::MAX as u64 + 1, u64::MAX] {
            assert!(matches!(place.undo(change).await, Err(Error::NotFound { .. })), "{change}");
            let changes = place.store.changes(place.tenant, place.organization(), change, usize::MAX).await;
            assert_eq!(changes.expect("the log can be read").len(), usize::from(change == 0));
        }
        for (offset, limit) in [(u64::MAX, 1), (u64::from(u32::MAX) + 1, usize::MAX)] {
            let group = place.create_group(&format!("Group {offset}"), Selection::all()).await;
            let members = place.store.members(place.tenant, group, offset, limit).await.expect("it stands");
            assert!(members.is_empty());
        }
    });
}
