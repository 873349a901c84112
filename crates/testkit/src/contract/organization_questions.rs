//! Finding organizations.

use std::collections::{BTreeMap, BTreeSet};

use cardfile_directory::OrganizationDraft;
use cardfile_model::{
    Comparison, Organization, OrganizationField, OrganizationFilter, OrganizationId, OrganizationPatch, OrganizationQuery, Scalar,
};
use serde_json::{Value, json};

use super::organizations::{draft, made, made_under, make, moved, named, patch};
use super::{Harness, Place};

fn query(place: &Place<'_>, filter: OrganizationFilter) -> OrganizationQuery {
    OrganizationQuery { under: place.organization, filter, order: Vec::new(), offset: 0, limit: 1000 }
}

fn test(field: OrganizationField, comparison: Comparison) -> OrganizationFilter {
    OrganizationFilter::Test { field, comparison }
}

fn extension(path: &[&str]) -> OrganizationField {
    OrganizationField::Extension { dialect: "door".into(), path: path.iter().map(|&name| name.to_owned()).collect() }
}

async fn ask(place: &Place<'_>, query: OrganizationQuery) -> (Vec<u32>, u64) {
    let (found, total) = place.harness.store.find_organizations(place.tenant, query).await.expect("organizations can be found");
    (found.into_iter().map(|organization| organization.number).collect(), total)
}

/// The numbers of those that a filter finds below the root.
async fn found(place: &Place<'_>, filter: OrganizationFilter) -> Vec<u32> {
    let (found, total) = ask(place, query(place, filter)).await;
    assert_eq!(total, found.len() as u64, "the total of all on one page");
    found
}

async fn kept(place: &Place<'_>, name: &str, value: Value) -> Organization {
    let extensions = BTreeMap::from([("door".to_owned(), value)]);
    let draft = OrganizationDraft { extensions, ..draft(place.harness, name) };
    make(place, draft).await.expect("an organization can be made")
}

pub async fn organizations_are_found_by_every_member(h: Harness) {
    let place = h.tenant().await;
    let first = kept(&place, "Röpewalk", json!({"a": [{"b": "x"}, {"b": "y"}], "n": 3})).await;
    let second = kept(&place, "Quay", json!({"a": [], "n": "3", "o": {}})).await;
    made_under(&place, &second, "Ropes").await;
    let inactive = OrganizationPatch { is_active: Some(false), ..OrganizationPatch::default() };
    patch(&place, second.id, inactive).await.expect("it can change");
    let text = |text: &str| Scalar::Text(text.into());
    #[expect(clippy::cast_precision_loss, reason = "microseconds of the next 200 years fit")]
    let time = Scalar::Number(first.created.as_microsecond() as f64);
    for (filter, expected) in [
        (OrganizationFilter::All, &[2, 3, 4][..]),
        (OrganizationFilter::Numbers(BTreeSet::from([1, 3, 99])), &[3]),
        (test(OrganizationField::Number, Comparison::From(Scalar::Number(3.0))), &[3, 4]),
        (test(OrganizationField::Name, Comparison::Begins("ROPE".into())), &[2, 4]),
        (test(OrganizationField::Name, Comparison::Is(text("ropewalk"))), &[2]),
        (test(OrganizationField::Active, Comparison::Is(Scalar::Boolean(false))), &[3]),
        (test(OrganizationField::Parent, Comparison::Is(Scalar::Number(3.0))), &[4]),
        (test(OrganizationField::Parent, Comparison::Is(Scalar::Number(1.0))), &[2, 3]),
        (test(OrganizationField::Created, Comparison::After(time.clone())), &[3, 4]),
        (test(OrganizationField::Created, Comparison::To(time.clone())), &[2]),
        (test(OrganizationField::Modified, Comparison::Is(time)), &[2]),
        (test(extension(&["a", "b"]), Comparison::Is(text("Y"))), &[2]),
        (test(extension(&["a", "b"]), Comparison::Is(Scalar::Null)), &[3, 4]),
        (test(extension(&["n"]), Comparison::Is(Scalar::Number(3.0))), &[2]),
        (test(extension(&["n"]), Comparison::Present), &[2, 3]),
        (test(extension(&["o"]), Comparison::Present), &[3]),
    ] {
        assert_eq!(found(&place, filter.clone()).await, expected, "{filter:?}");
        assert_eq!(found(&place, OrganizationFilter::And(vec![filter.clone(), OrganizationFilter::All])).await, expected);
        let or = OrganizationFilter::Or(vec![filter.clone(), OrganizationFilter::Numbers(BTreeSet::new())]);
        assert_eq!(found(&place, or).await, expected);
        let others: Vec<u32> = (2..=4).filter(|number| !expected.contains(number)).collect();
        assert_eq!(found(&place, OrganizationFilter::Not(Box::new(filter))).await, others);
    }
}

pub async fn only_those_below_are_found_as_they_are_now(h: Harness) {
    let place = h.tenant().await;
    let [one, two] = [made(&place, "One").await, made(&place, "Two").await];
    let three = made_under(&place, &one, "Three").await;
    made_under(&place, &three, "Four").await;
    let below = |organization: OrganizationId| {
        let place = Place { organization, ..place };
        async move { found(&place, OrganizationFilter::All).await }
    };
    assert_eq!((below(one.id).await, below(two.id).await), (vec![4, 5], vec![]));
    assert!(below(OrganizationId(h.id())).await.is_empty());
    patch(&place, three.id, moved(two.id)).await.expect("it moves");
    assert_eq!((below(one.id).await, below(two.id).await), (vec![], vec![4, 5]));
    patch(&place, three.id, named("Renamed")).await.expect("it can change");
    let renamed = test(OrganizationField::Name, Comparison::Is(Scalar::Text("renamed".into())));
    assert_eq!(found(&place, renamed).await, [4]);
    place.populate(1).await;
    assert_eq!(below(place.organization).await, [2, 3, 4, 5], "also after changes of other things");
}

pub async fn organizations_come_in_order_page_by_page(h: Harness) {
    let place = h.tenant().await;
    for (name, value) in [("b", json!({"n": 2})), ("Ä", json!({})), ("a", json!({"n": 1})), ("C", json!({"n": "x"}))] {
        kept(&place, name, value).await;
    }
    let by_number = (extension(&["n"]), false);
    for (order, expected) in [
        (vec![], [2, 3, 4, 5]),
        (vec![(OrganizationField::Number, true)], [5, 4, 3, 2]),
        (vec![(OrganizationField::Name, false)], [3, 4, 2, 5]),
        (vec![(OrganizationField::Name, true)], [5, 2, 3, 4]),
        (vec![(OrganizationField::Name, false), (OrganizationField::Created, true)], [4, 3, 2, 5]),
        (vec![by_number.clone()], [4, 2, 5, 3]),
        (vec![(by_number.0, true)], [5, 2, 4, 3]),
        (vec![(OrganizationField::Active, false), (OrganizationField::Modified, true)], [5, 4, 3, 2]),
    ] {
        let asked = OrganizationQuery { order: order.clone(), ..query(&place, OrganizationFilter::All) };
        assert_eq!(ask(&place, asked.clone()).await, (expected.to_vec(), 4), "{order:?}");
        for (offset, limit) in [(0, 0), (0, 3), (3, 3), (4, 3), (u64::MAX, 3)] {
            let rest = expected.iter().skip(usize::try_from(offset).unwrap_or(usize::MAX)).take(limit);
            let page = OrganizationQuery { offset, limit, ..asked.clone() };
            assert_eq!(ask(&place, page).await, (rest.copied().collect(), 4));
        }
    }
}
