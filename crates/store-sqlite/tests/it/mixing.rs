//! Filters made of filters: whom they find, wherever what only cards can tell stands in them, and how many cards are read for it.

use cardfile_directory::Store;
use cardfile_model::{Comparison, Contact, Entry, Field, Filter, Numbers, Scalar};
use cardfile_testkit::contract::run;

use crate::probe::Bench;

const PEOPLE: u32 = 60;

/// Somebody whose phone number, and what a dialect knows of them, tell their number.
fn numbered(n: u32) -> Contact {
    let entry = |value| Entry { value, ..Entry::default() };
    Contact {
        source: if n.is_multiple_of(2) { "Even" } else { "Odd" }.into(),
        display_name: Some(format!("Person {n:02}")),
        emails: vec![entry(format!("p{n:02}@quay.example"))],
        phones: vec![entry(format!("{n:02}"))],
        extensions: [("d".to_owned(), serde_json::json!({ "tens": n / 10 }))].into(),
        ..Contact::default()
    }
}

/// The numbers of those whom each filter finds, of people of the numbers 1 to [`PEOPLE`], and how many cards were read for it.
fn asked(filters: impl IntoIterator<Item = Filter>) -> Vec<(Numbers, u64)> {
    let mut answers = Vec::new();
    run(async {
        let bench = Bench::new(2).await;
        bench.place.create((1..=PEOPLE).map(numbered)).await;
        for filter in filters {
            bench.probe().cards_read();
            let found = bench.store.numbers(bench.ours, bench.query(bench.ours, filter)).await;
            answers.push((found.expect("people can be found"), bench.probe().cards_read()));
        }
    });
    answers
}

fn is(field: Field, scalar: Scalar) -> Filter {
    Filter::Compare { field, comparison: Comparison::Is(scalar) }
}

fn phone(n: u32) -> Filter {
    is(Field::Phone, Scalar::Text(format!("{n:02}")))
}

fn tens(tens: f64) -> Filter {
    is(Field::Extension("d".into(), vec!["tens".into()]), Scalar::Number(tens))
}

fn not(filter: Filter) -> Filter {
    Filter::Not(Box::new(filter))
}

#[test]
fn each_card_is_read_once_and_only_where_nothing_else_tells() {
    let five: Numbers = (31..36).collect();
    let even = || Filter::Source("Even".into());
    let address = |n: u32| Filter::Email(format!("p{n:02}@quay.example"));
    let name = Filter::Compare { field: Field::DisplayName, comparison: Comparison::Ends("n 33".into()) };
    let thirties = |without: &[u32]| (30..40).filter(|n| !without.contains(n)).collect::<Numbers>();
    let everyone: Numbers = (1..=PEOPLE).collect();
    let all = u64::from(PEOPLE);
    let wanted: Vec<(Filter, Numbers, u64)> = vec![
        (Filter::Or((1..=100).map(phone).collect()), everyone.clone(), all),
        (Filter::And(vec![tens(3.0), not(phone(33)), not(phone(34))]), thirties(&[33, 34]), all),
        (not(Filter::Or(vec![Filter::And(vec![tens(3.0), phone(30)]), not(tens(3.0))])), thirties(&[30]), all),
        (Filter::And(vec![not(Filter::And(vec![])), tens(3.0)]), Numbers::new(), 0),
        (Filter::Or(vec![Filter::And(vec![]), tens(3.0)]), everyone.clone(), 0),
        (Filter::And(vec![phone(33), Filter::Numbers(five.clone())]), [33].into(), 5),
        (Filter::And(vec![phone(33), name]), [33].into(), 1),
        (Filter::And(vec![Filter::Or(vec![phone(33), phone(34)]), Filter::Contains("person 3".into()), even()]), [34].into(), 5),
        (
            Filter::Or(vec![phone(33), not(Filter::Numbers(five.clone()))]),
            everyone.iter().filter(|n| *n == 33 || !five.contains(*n)).collect(),
            5,
        ),
        (
            Filter::Or(vec![Filter::And(vec![tens(3.0), Filter::Numbers(five)]), Filter::And(vec![phone(7), address(7)])]),
            [7, 31, 32, 33, 34, 35].into(),
            6,
        ),
        (Filter::And(vec![phone(33), even(), not(even())]), Numbers::new(), 0),
    ];
    let answers = asked(wanted.iter().map(|(filter, ..)| filter.clone()));
    for ((filter, wanted, cards), answer) in wanted.into_iter().zip(answers) {
        assert_eq!(answer, (wanted, cards), "{filter:?}");
    }
}

#[test]
fn however_filters_are_mixed_they_find_whom_their_parts_find() {
    let odd = Filter::Source("Odd".into());
    let leaves = [phone(33), tens(3.0), odd, Filter::Contains("n 3".into()), Filter::Email("p34@quay.example".into())];
    let alone = asked(leaves.clone()).into_iter().map(|(found, _)| found);
    let everyone: Numbers = (1..=PEOPLE).collect();
    let mut known: Vec<(Filter, Numbers)> = leaves.into_iter().zip(alone).collect();
    known.extend(known.clone().into_iter().map(|(filter, found)| (not(filter), &everyone - found)));
    let both = |one: &[(Filter, Numbers)], other: &[(Filter, Numbers)]| -> Vec<(Filter, Numbers)> {
        let pairs = one.iter().flat_map(|one| other.iter().map(move |other| (one.clone(), other.clone())));
        let mixed = pairs.flat_map(|((one, ones), (other, others))| {
            let parts = vec![one, other];
            [(Filter::And(parts.clone()), &ones & &others), (Filter::Or(parts), ones | others)]
        });
        mixed.collect()
    };
    let pairs = both(&known, &known);
    let mut mixed = both(&pairs, &known[..3]);
    mixed.extend(mixed.clone().into_iter().map(|(filter, found)| (not(filter), &everyone - found)));
    let answers = asked(mixed.iter().map(|(filter, _)| filter.clone()));
    for ((filter, wanted), (found, _)) in mixed.into_iter().zip(answers) {
        assert_eq!(found, wanted, "{filter:?}");
    }
}
