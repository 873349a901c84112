//! Pages, orders and totals.

use cardfile_model::{Contact, Filter, Order, Record, Selection, fold};

use super::{Harness, Place};
use crate::people::person;

async fn pages(place: &Place<'_>, order: Order, limit: usize) -> Vec<Record> {
    let mut all = Vec::new();
    loop {
        let mut query = place.query(Filter::All);
        (query.order, query.offset, query.limit) = (order, all.len() as u64, limit);
        let page = place.page(query).await;
        assert!(page.records.len() <= limit);
        if page.records.is_empty() {
            assert_eq!(page.total, all.len() as u64);
            return all;
        }
        all.extend(page.records);
    }
}

async fn named(place: &Place<'_>, names: &[Option<&str>]) {
    for (n, name) in (1..).zip(names) {
        place.create(Contact { display_name: name.map(str::to_owned), ..person(n) }).await;
    }
}

async fn numbers_by_name(place: &Place<'_>) -> Vec<u32> {
    pages(place, Order::Name, 2).await.into_iter().map(|record| record.number).collect()
}

pub async fn pages_neither_skip_nor_repeat(h: Harness) {
    let place = h.tenant().await;
    place.populate(130).await;
    for order in [Order::Name, Order::Number] {
        let whole = pages(&place, order, 1000).await;
        assert_eq!(whole.len(), 130);
        for limit in [1, 7, 64, 130] {
            assert_eq!(pages(&place, order, limit).await, whole, "{order:?} by {limit}");
        }
    }
}

pub async fn a_page_beyond_the_end_is_empty_with_the_total(h: Harness) {
    let place = h.tenant().await;
    place.populate(5).await;
    for order in [Order::Name, Order::Number] {
        for offset in [5, 6, 1_000_000, u64::from(u32::MAX) + 1, u64::MAX] {
            let mut query = place.query(Filter::All);
            (query.order, query.offset) = (order, offset);
            let page = place.page(query).await;
            assert_eq!((page.records.len(), page.total), (0, 5), "{order:?} at {offset}");
        }
    }
}

pub async fn a_page_of_nothing_tells_the_total(h: Harness) {
    let place = h.tenant().await;
    place.populate(5).await;
    for filter in [Filter::All, Filter::Contains("example".into())] {
        let mut query = place.query(filter);
        query.limit = 0;
        let page = place.page(query).await;
        assert_eq!((page.records.len(), page.total), (0, 5));
    }
}

pub async fn names_are_ordered_folded_and_the_nameless_come_last(h: Harness) {
    let place = h.tenant().await;
    named(&place, &[None, Some("zoë"), Some("Élan"), Some(""), Some("  adam"), Some("Ελένη"), Some("eland"), Some("ADAM B")])
        .await;
    assert_eq!(numbers_by_name(&place).await, [5, 8, 3, 7, 2, 6, 1, 4]);
}

pub async fn names_alike_in_sixteen_bytes_are_ordered_by_number(h: Harness) {
    let place = h.tenant().await;
    named(
        &place,
        &[Some("Sixteen letters Z"), Some("sixteen letters A"), Some("sixteen letters"), Some("sixteen letter Z"), None],
    )
    .await;
    assert_eq!(numbers_by_name(&place).await, [4, 3, 1, 2, 5]);
    assert_eq!(fold::text("Sixteen letters Z").as_bytes()[..16], fold::text("sixteen letters A").as_bytes()[..16]);
}

pub async fn numbers_are_ordered_as_they_came(h: Harness) {
    let place = h.tenant().await;
    place.populate(9).await;
    let numbers: Vec<u32> = pages(&place, Order::Number, 4).await.into_iter().map(|record| record.number).collect();
    assert_eq!(numbers, [1, 2, 3, 4, 5, 6, 7, 8, 9]);
}

pub async fn the_trash_is_in_no_total(h: Harness) {
    let place = h.tenant().await;
    let ids = place.populate(40).await;
    place.trash(Selection::ids(ids.iter().copied().step_by(2))).await;
    for filter in [Filter::All, Filter::Contains("example".into()), Filter::Source("CH".into()), Filter::Ids(ids.clone())] {
        for order in [Order::Name, Order::Number] {
            let mut query = place.query(filter.clone());
            (query.order, query.limit) = (order, 3);
            let page = place.page(query).await;
            assert_eq!((page.records.len(), page.total), (3, 20), "{filter:?}");
        }
    }
}

pub async fn many_ids_are_answered_in_the_order_asked(h: Harness) {
    let place = h.tenant().await;
    let ids = place.populate(30).await;
    place.trash(Selection::ids([ids[7]])).await;
    let mut asked = ids.clone();
    asked.reverse();
    asked.insert(3, h.id());
    asked.push(ids[4]);
    let answered: Vec<_> = place.get_all(&asked).await.into_iter().map(|found| found.map(|record| record.id)).collect();
    let expected: Vec<_> = asked.iter().map(|id| (ids.contains(id) && *id != ids[7]).then_some(*id)).collect();
    assert_eq!(answered, expected);
    assert_eq!(place.get_all(&[]).await, []);
}
