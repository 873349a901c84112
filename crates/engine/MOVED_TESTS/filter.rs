//! How many cards are read for a filter, and that it finds the right people all the same.

use std::sync::Arc;

use cardfile_directory::{Author, Command, OrganizationDraft, Registry, Store};
use cardfile_model::{
    Batch, Comparison, Contact, Entry, Field, Filter, Limits, Mode, Numbers, OrganizationId, Query, Reach, Scalar, Sources,
    TenantId, Write,
};
use cardfile_testkit::contract::run;
use jiff::Timestamp;
use rusqlite::StatementStatus;
use tempfile::TempDir;
use uuid::Uuid;

use crate::connect::{Options, Readers};
use crate::rows;
use crate::state::States;
use crate::store::SqliteStore;

const TENANT: TenantId = TenantId(Uuid::from_u128(1));
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

/// A store with people of the numbers 1 to [`PEOPLE`].
async fn populated() -> TempDir {
    let directory = tempfile::tempdir().expect("a temporary directory can be made");
    let store = SqliteStore::open(directory.path(), Options::default()).expect("a new store can be opened");
    let organization = OrganizationId(TENANT.0);
    let draft = OrganizationDraft::new(organization, "Root");
    store.add_organization(draft, Timestamp::UNIX_EPOCH).await.expect("a tenant can be made");
    let create = |n| Write::Create { id: Uuid::from_u128(100 + u128::from(n)), contact: Box::new(numbered(n)) };
    let (reach, sources, mode) = (Reach::Own, Sources::Any, Mode::AllOrNothing);
    let (admits_unknown_groups, has_unique_emails) = (false, false);
    let writes = (1..=PEOPLE).map(create).collect();
    let batch = Batch { organization, reach, sources, mode, admits_unknown_groups, has_unique_emails, writes };
    let author = Author::unbound(Timestamp::UNIX_EPOCH, None, "test", Arc::new(Limits::default()));
    store.apply(TENANT, author, Command::Write(batch)).await.expect("a batch can be written");
    store.close();
    directory
}

/// The numbers of those whom each filter finds, and how many cards were read for it.
fn asked(filters: impl IntoIterator<Item = Filter>) -> Vec<(Vec<u32>, i32)> {
    let mut answers = Vec::new();
    run(async {
        let directory = populated().await;
        let (readers, states) = (Readers::new(directory.path(), &Options::default()), States::default());
        for filter in filters {
            let query = Query::of(OrganizationId(TENANT.0), Reach::Own, filter);
            let answer = readers.snapshot(|connection| {
                let reading = || connection.prepare_cached(rows::RECORD).expect("a statement can be prepared");
                reading().reset_status(StatementStatus::Run);
                let found: Arc<Numbers> = states.view(connection, TENANT)?.numbers(&query)?;
                Ok((found.iter().collect(), reading().get_status(StatementStatus::Run)))
            });
            answers.push(answer.expect("people can be found"));
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
fn each_card_is_read_once_however_much_is_asked_of_it() {
    let everyone = i32::try_from(PEOPLE).expect("few");
    let thirties: Vec<u32> = (30..40).collect();
    let answers = asked([
        Filter::Or((1..=100).map(phone).collect()),
        Filter::And(vec![tens(3.0), not(phone(33)), not(phone(34))]),
        not(Filter::Or(vec![Filter::And(vec![tens(3.0), phone(30)]), not(tens(3.0))])),
        Filter::And(vec![not(Filter::And(vec![])), tens(3.0)]),
        Filter::Or(vec![Filter::And(vec![]), tens(3.0)]),
    ]);
    let without = |gone: &[u32]| thirties.iter().copied().filter(|n| !gone.contains(n)).collect::<Vec<_>>();
    assert_eq!(answers[0], ((1..=PEOPLE).collect(), everyone));
    assert_eq!(answers[1], (without(&[33, 34]), everyone));
    assert_eq!(answers[2], (without(&[30]), everyone));
    assert_eq!(answers[3], (Vec::new(), 0));
    assert_eq!(answers[4], ((1..=PEOPLE).collect(), 0));
}

#[test]
fn cards_are_read_only_of_those_whom_nothing_else_tells_wherever_it_stands() {
    let five: Numbers = (31..36).collect();
    let even = || Filter::Source("Even".into());
    let address = |n: u32| Filter::Email(format!("p{n:02}@quay.example"));
    let name = Filter::Compare { field: Field::DisplayName, comparison: Comparison::Ends("n 33".into()) };
    let answers = asked([
        Filter::And(vec![phone(33), Filter::Numbers(five.clone())]),
        Filter::And(vec![phone(33), name.clone()]),
        Filter::And(vec![Filter::Or(vec![phone(33), phone(34)]), Filter::Contains("person 3".into()), even()]),
        Filter::Or(vec![phone(33), not(Filter::Numbers(five.clone()))]),
        Filter::Or(vec![Filter::And(vec![tens(3.0), Filter::Numbers(five)]), Filter::And(vec![phone(7), address(7)])]),
        Filter::And(vec![phone(33), even(), not(even())]),
    ]);
    assert_eq!(answers[0], (vec![33], 5));
    assert_eq!(answers[1], (vec![33], 1));
    assert_eq!(answers[2], (vec![34], 5));
    assert_eq!(answers[3], ((1..=PEOPLE).filter(|n| *n == 33 || !(31..36).contains(n)).collect(), 5));
    assert_eq!(answers[4], (vec![7, 31, 32, 33, 34, 35], 6));
    assert_eq!(answers[5], (Vec::new(), 0));
}

#[test]
fn however_filters_are_mixed_they_find_whom_their_parts_find() {
    let odd = Filter::Source("Odd".into());
    let leaves = [phone(33), tens(3.0), odd, Filter::Contains("n 3".into()), Filter::Email("p34@quay.example".into())];
    let alone = asked(leaves.clone()).into_iter().map(|(found, _)| found.into_iter().collect::<Numbers>());
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
        assert_eq!(found, wanted.into_iter().collect::<Vec<_>>(), "{filter:?}");
    }
}
