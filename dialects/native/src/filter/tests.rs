use cardfile_model::{Field, List, Numbers};
use proptest::prelude::*;
use uuid::Uuid;

use super::*;

const BRANCH: Uuid = Uuid::from_u128(2);

fn read(text: &str) -> Result<Filter, Failure> {
    super::read(text, 10_000, &|id| (id == BRANCH).then_some(2))
}

fn compare(field: Field, comparison: Comparison) -> Filter {
    Filter::Compare { field, comparison }
}

#[test]
fn equality_is_looked_up_where_there_is_an_index() {
    assert_eq!(read(r#"emails eq "a@example.com""#).unwrap(), Filter::Email("a@example.com".into()));
    assert_eq!(read(r#"EMAILS.value Eq "a@example.com""#).unwrap(), Filter::Email("a@example.com".into()));
    assert_eq!(read(r#"phones eq "+44 7700 900017""#).unwrap(), Filter::Phone("+44 7700 900017".into()));
    assert_eq!(read(r#"source eq "hr""#).unwrap(), Filter::Source("hr".into()));
    assert_eq!(read(&format!(r#"id eq "{BRANCH}""#)).unwrap(), Filter::Ids(vec![BRANCH]));
    assert_eq!(read(&format!(r#"groups eq "{BRANCH}""#)).unwrap(), Filter::MemberOf(BRANCH));
    assert_eq!(read(&format!(r#"organization eq "{BRANCH}""#)).unwrap(), Filter::Belongs(2));
    assert_eq!(
        read(r#"keys[system eq "payroll" and value eq "17"]"#).unwrap(),
        Filter::Key { system: "payroll".into(), value: "17".into() }
    );
}

#[test]
fn and_binds_closer_than_or_and_not_turns_round() {
    let parsed = read(r#"title pr and company sw "Dock" or not (active eq false)"#).unwrap();
    let both = vec![compare(Field::Title, Comparison::Present), compare(Field::Company, Comparison::Begins("Dock".into()))];
    assert_eq!(parsed, Filter::Or(vec![Filter::And(both), Filter::Not(Box::new(Filter::Inactive))]));
}

#[test]
fn an_entry_is_tested_as_one() {
    assert_eq!(
        read(r#"emails[type eq "work" and value ew "@example.com"]"#).unwrap(),
        compare(Field::OfKind(List::Emails, "work".into()), Comparison::Ends("@example.com".into()))
    );
    assert_eq!(
        read(r#"phones[type eq "mobile"]"#).unwrap(),
        compare(Field::OfKind(List::Phones, "mobile".into()), Comparison::Present)
    );
    let alternatives = read(r#"phones[type eq "mobile" or type eq "home"]"#).unwrap();
    assert!(matches!(alternatives, Filter::Or(parts) if parts.len() == 2));
}

#[test]
fn times_are_compared_in_whichever_zone_they_are_written() {
    let expected = compare(Field::Modified, Comparison::From(Scalar::Text("2026-03-01T11:00:00.000000Z".into())));
    assert_eq!(read(r#"modified ge "2026-03-01T12:00:00+01:00""#).unwrap(), expected);
}

#[test]
fn numbers_are_compared_as_sets() {
    let below: Numbers = (0..4).collect();
    assert_eq!(read("number lt 4").unwrap(), Filter::Numbers(below.clone()));
    assert_eq!(read("number ge 4").unwrap(), Filter::Not(Box::new(Filter::Numbers(below))));
}

#[test]
fn what_cannot_be_understood_is_refused_with_what_could() {
    for text in [
        "",
        "title",
        r#"titel eq "x""#,
        r#"name.familyName eq "x""#,
        r#"urn:x:title eq "x""#,
        "groups pr",
        r#"id sw "0""#,
        r#"id eq "x""#,
        r#"number eq "x""#,
        "number eq -1",
        "active eq 1",
        "emails eq 4",
        r#"modified gt "yesterday""#,
        r#"emails[value eq "a" and value eq "b"]"#,
        r#"keys[value eq "17"]"#,
        r#"title[value eq "a"]"#,
        r#"organization eq "00000000-0000-0000-0000-000000000009""#,
    ] {
        assert!(read(text).is_err(), "{text}");
    }
    let deep = format!("{}title pr{}", "not (".repeat(40), ")".repeat(40));
    assert!(read(&deep).is_err());
    assert!(super::read("title pr", 7, &|_| None).is_err());
}

proptest! {
    #[test]
    fn no_text_is_too_odd_to_be_answered(text in ".{0,200}") {
        let _answered = read(&text);
    }
}
