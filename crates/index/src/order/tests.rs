use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;

type Naive = BTreeMap<u32, u128>;

/// The ranks `offset..offset + limit` of the people that are hit, the simple way.
fn page(people: &Naive, hits: Option<&RoaringBitmap>, (offset, limit): (u64, usize), descending: bool) -> Vec<u32> {
    let is_hit = |number: u32| hits.is_none_or(|hits| hits.contains(number));
    let hit = people.iter().filter(|(number, _)| is_hit(**number));
    let mut sorted: Vec<_> = hit.map(|(number, key)| (*key, *number)).collect();
    sorted.sort_unstable();
    if descending {
        sorted.reverse();
    }
    let page = sorted.iter().skip(usize::try_from(offset).expect("a small offset")).take(limit);
    page.map(|(_, number)| *number).collect()
}

fn assert_same(order: &NameOrder, people: &Naive) {
    assert_eq!(order.len(), people.len());
    let all = order.page(None, 0, usize::MAX, false);
    assert_eq!(all, page(people, None, (0, usize::MAX), false));
    let held = order.leaves.iter().map(|leaf| {
        assert!((1..=LEAF).contains(&leaf.numbers.len()));
        assert_eq!(leaf.least, order.keys.entry(leaf.numbers[0]));
        leaf.numbers.len()
    });
    assert_eq!(held.sum::<usize>(), people.len());
}

#[test]
fn keys_sort_like_names_and_the_nameless_come_last() {
    let names = ["anna", "anna b", "anna bert", "ånna", "日本語"];
    assert!(names.map(key_of).is_sorted());
    assert!(key_of("a very long display name") < key_of("b"));
    assert_eq!(key_of(""), NAMELESS);
    assert!(key_of("\u{10ffff}\u{10ffff}\u{10ffff}\u{10ffff}") < NAMELESS - 1);
}

#[test]
fn thousands_of_changes_keep_the_order() {
    let mut people: Naive = (0..10_000).map(|n| (n, u128::from(n * 7919 % 10_007))).collect();
    let mut order: NameOrder = people.iter().map(|(n, key)| (*n, *key)).collect();
    assert_same(&order, &people);
    let changes: Vec<_> = (5000..15_000).map(|n| (n, Some(u128::from(n % 100)))).collect();
    order.update(changes.iter().copied());
    people.extend(changes.iter().map(|(n, key)| (*n, key.expect("all are added"))));
    assert_same(&order, &people);
    order.update((0..14_900).map(|n| (n, None)));
    people.retain(|n, _| *n >= 14_900);
    assert_same(&order, &people);
    assert_eq!(order.leaves.len(), 1);
    order.update((0..15_000).map(|n| (n, None)));
    assert_same(&order, &Naive::new());
    order.update([(u32::MAX, Some(1)), (0, Some(1))]);
    assert_same(&order, &Naive::from([(0, 1), (u32::MAX, 1)]));
}

#[test]
fn pages_of_few_and_of_many_hits_agree_with_sorting() {
    let people: Naive = (0..9000).map(|n| (n, u128::from(n * 7919 % 907))).collect();
    let order: NameOrder = people.iter().map(|(n, key)| (*n, *key)).collect();
    for step in [1, 2, 50, 4000] {
        let hits: RoaringBitmap = (0..10_000).step_by(step).collect();
        for offset in [0, 1, 100, 2500, 8990, 20_000] {
            for limit in [0, 1, 30, usize::MAX] {
                for descending in [false, true] {
                    let found = order.page(Some(&hits), offset, limit, descending);
                    let expected = page(&people, Some(&hits), (offset, limit), descending);
                    assert_eq!(found, expected, "{step} {offset} {limit} {descending}");
                }
            }
        }
    }
}

proptest! {
    #[test]
    fn the_order_is_that_of_sorting(
        first in prop::collection::vec((0u32..50, 0u128..9), 0..50),
        updates in prop::collection::vec(
            prop::collection::vec((0u32..60, prop::option::of(0u128..9)), 0..20),
            0..6,
        ),
        hits in prop::collection::btree_set(0u32..60, 0..60),
        offset in 0u64..40,
        limit in 0usize..40,
        descending: bool,
    ) {
        let mut people: Naive = first.iter().copied().collect();
        let mut order: NameOrder = first.into_iter().collect();
        for update in updates {
            order.update(update.iter().copied());
            for (number, key) in update {
                match key {
                    Some(key) => people.insert(number, key),
                    None => people.remove(&number),
                };
            }
            assert_same(&order, &people);
        }
        let hits: RoaringBitmap = hits.into_iter().collect();
        for hits in [None, Some(&hits)] {
            let found = order.page(hits, offset, limit, descending);
            prop_assert_eq!(found, page(&people, hits, (offset, limit), descending));
        }
    }
}
