//! Orders of more people than are ordered by their rows, which are kept and brought up to date.

use std::cmp::Reverse;

use cardfile_directory::Store;
use cardfile_model::{Edit, Entry, Expect, Filter, Numbers, Order, Patch, Query, Record, Write};
use cardfile_testkit::person;

use crate::place::Place;

const ORDERS: [Order; 8] = [
    Order::Name,
    Order::GivenName,
    Order::FamilyName,
    Order::Email,
    Order::Phone,
    Order::Created,
    Order::Modified,
    Order::Author,
];

fn cut(key: &str) -> Vec<u8> {
    let bytes = key.as_bytes();
    bytes[..bytes.len().min(Order::KEY_BYTES)].to_vec()
}

/// What the order must be, by looking at everyone.
fn sorted(records: &[Record], order: Order, is_descending: bool) -> Vec<u32> {
    let mut keyed: Vec<(bool, Vec<u8>, u32)> = records
        .iter()
        .map(|record| {
            let key = cut(&order.key(record, "test"));
            (key.is_empty(), key, record.number)
        })
        .collect();
    if is_descending {
        keyed.sort_by_key(|(is_empty, key, number)| (*is_empty, Reverse(key.clone()), *number));
    } else {
        keyed.sort();
    }
    keyed.into_iter().map(|(_, _, number)| number).collect()
}

async fn compare(place: &Place, filter: &Filter) {
    let records = place.page(place.query(filter.clone())).await.records;
    for order in ORDERS {
        for is_descending in [false, true] {
            let wanted = sorted(&records, order, is_descending);
            let query = Query { order, is_descending, ..place.query(filter.clone()) };
            let found: Vec<u32> = place.page(query.clone()).await.records.iter().map(|record| record.number).collect();
            assert_eq!(found, wanted, "{order:?} {is_descending}");
            let middle = Query { offset: wanted.len() as u64 / 2, limit: 7, ..query };
            let found: Vec<u32> = place.page(middle).await.records.iter().map(|record| record.number).collect();
            assert_eq!(found, wanted.iter().copied().skip(wanted.len() / 2).take(7).collect::<Vec<_>>(), "{order:?}");
        }
    }
}

#[tokio::test]
async fn many_people_come_in_every_order_also_after_changes() {
    let place = Place::new().await;
    let mut people: Vec<_> = (1..=2600).map(person).collect();
    for (at, contact) in people.iter_mut().enumerate() {
        match at % 10 {
            0 => contact.given_name = None,
            1 => contact.phones.clear(),
            2 => contact.emails.clear(),
            3 => contact.phones.insert(0, Entry { value: format!("0{at}"), ..Entry::default() }),
            _ => {}
        }
    }
    let ids = place.create(people).await;
    compare(&place, &Filter::All).await;
    let odd: Numbers = (1..=2600).filter(|number| number % 7 != 0).collect();
    compare(&place, &Filter::Numbers(odd)).await;

    let patch = |id| Write::Patch {
        id,
        expect: Expect::Any,
        patch: Box::new(Patch { given_name: Edit::Set("aaa".into()), family_name: Edit::Clear, ..Patch::default() }),
    };
    place.write(ids[100..103].iter().copied().map(patch).collect()).await;
    place.write(ids[200..205].iter().map(|id| Write::Delete { id: *id, expect: Expect::Any }).collect()).await;
    place.populate(5000, 3).await;
    compare(&place, &Filter::All).await;
    place.store.rebuild_index().await.expect("the index can be built anew");
    compare(&place, &Filter::All).await;
}
