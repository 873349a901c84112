//! Two stores on one directory, as of two processes.

use std::sync::Arc;

use cardfile_directory::Store;
use cardfile_model::{Filter, Selection};
use cardfile_testkit::contract::run;

use crate::place::{Place, named, rename};

#[test]
fn what_one_writes_the_other_sees_at_once() {
    run(async {
        let one = Place::new().await;
        let other = one.beside();
        for round in 0..20 {
            let (writer, reader) = if round % 2 == 0 { (&one, &other) } else { (&other, &one) };
            let ids = writer.create([named(&format!("Person {round:02}"))]).await;
            assert_eq!(reader.find(Filter::All).await.len(), round + 1);
            assert_eq!(reader.find(Filter::Contains(format!("person {round:02}"))).await.len(), 1);
            assert_eq!(reader.by_name().await, (1..=u32::try_from(round).expect("few") + 1).collect::<Vec<_>>());
            reader.write(vec![rename(ids[0], &format!("Person {round:02} again"))]).await;
            assert_eq!(writer.find(Filter::WordPrefixes("again".into())).await.len(), round + 1);
        }
        let group = one.create_group("Crew", Selection::all()).await;
        assert_eq!(other.find(Filter::MemberOf(group)).await.len(), 20);
        let trashed = other.trash(Selection::all()).await.revision;
        assert_eq!(one.find(Filter::All).await, [0; 0]);
        one.undo(trashed).await.expect("nothing happened since");
        assert_eq!(other.by_name().await.len(), 20);
        one.is_sound().await;
        other.is_sound().await;
    });
}

#[test]
fn the_order_of_names_is_brought_up_from_what_others_wrote() {
    run(async {
        let one = Place::new().await;
        let other = one.beside();
        let ids = one.create((1..=200).map(|n| named(&format!("{n:03}")))).await;
        assert_eq!(one.by_name().await, (1..=200).collect::<Vec<_>>());
        assert_eq!(other.by_name().await, (1..=200).collect::<Vec<_>>());
        one.write(vec![rename(ids[0], "999")]).await;
        one.trash(Selection::ids([ids[1]])).await;
        let trashed = one.trash(Selection::ids([ids[2]])).await.revision;
        one.undo(trashed).await.expect("nothing happened since");
        one.create([named("000")]).await;
        let expected: Vec<u32> = [201, 3].into_iter().chain(4..=200).chain([1]).collect();
        assert_eq!(one.by_name().await, expected);
        assert_eq!(other.by_name().await, expected);
    });
}

#[test]
fn both_may_write_while_one_of_them_merges() {
    run(async {
        let one = Arc::new(Place::new().await);
        let other = Arc::new(one.beside());
        let mut writers = tokio::task::JoinSet::new();
        for (at, place) in [&one, &other].into_iter().enumerate() {
            let place = Arc::clone(place);
            writers.spawn(async move {
                for round in 0..12 {
                    let names = (0..70).map(|n| named(&format!("Writer{at} round{round} person{n}")));
                    let ids = place.create(names).await;
                    place.write(vec![rename(ids[0], &format!("Changed{at} by one"))]).await;
                    place.trash(Selection::ids([ids[1]])).await;
                    assert_eq!(place.find(Filter::WordPrefixes(format!("writer{at} round{round}"))).await.len(), 68);
                }
            });
        }
        writers.join_all().await;
        for place in [&one, &other] {
            assert_eq!(place.find(Filter::All).await.len(), 2 * 12 * 69);
            assert_eq!(place.find(Filter::WordPrefixes("changed0".into())).await.len(), 12);
            place.is_sound().await;
        }
    });
}

#[test]
fn one_may_purge_and_rebuild_while_the_other_writes() {
    run(async {
        let one = Arc::new(Place::new().await);
        let other = one.beside();
        one.create((0..300).map(|n| named(&format!("First person{n}")))).await;
        one.trash(Selection::all()).await;
        let term = one.author().time;
        let writing = {
            let one = Arc::clone(&one);
            tokio::spawn(async move {
                for round in 0..25 {
                    let ids = one.create((0..10).map(|n| named(&format!("Second round{round} person{n}")))).await;
                    one.write(vec![rename(ids[0], "Changed")]).await;
                }
            })
        };
        while !writing.is_finished() {
            other.store.purge(term).await.expect("a store can purge");
            other.store.rebuild_index().await.expect("the index can be built anew");
        }
        writing.await.expect("it does not panic");
        for place in [&*one, &other] {
            assert_eq!(place.find(Filter::All).await.len(), 250);
            assert_eq!(place.find(Filter::WordPrefixes("second".into())).await.len(), 225);
            assert_eq!(place.find(Filter::WordPrefixes("changed".into())).await.len(), 25);
            place.is_sound().await;
        }
    });
}

#[test]
fn when_the_one_that_merges_closes_the_other_takes_over() {
    run(async {
        let one = Place::new().await;
        let other = one.beside();
        one.store.close();
        for round in 0..8 {
            other.create((0..100).map(|n| named(&format!("Round{round} person{n}")))).await;
        }
        // Eight of a hundred are merged four by four at least.
        other.wait_for("SELECT count(*) <= 4 FROM segments WHERE state = 1", 1).await;
        other.wait_for("SELECT count(*) FROM segments WHERE state <> 1", 0).await;
        other.is_sound().await;
    });
}
