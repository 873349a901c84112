//! People as they are found in directories.

use cardfile_likeness::{Cluster, Manner, Reason, Settings};
use cardfile_model::{Contact, fold};

use super::{candidates, card, compared, with_key};

/// How sure, in hundredths, and how the names are alike.
#[track_caller]
fn is_found(one: &Contact, other: &Contact, sure: f64, manner: Option<Manner>) {
    let found = compared(one, other).expect("they share evidence");
    assert!((found.confidence - sure).abs() < 0.000_1, "{} is not {sure}", found.confidence);
    let told = found.reasons.iter().find_map(|reason| match reason {
        Reason::Name(manner) => Some(*manner),
        _ => None,
    });
    assert_eq!(told, manner);
}

#[test]
fn the_same_address_and_name_in_any_script() {
    let address = ["n.petrova@quay.example"];
    let one = card("Наталья Петрова", &address, &[]);
    is_found(&one, &card("Петрова Наталья", &address, &[]), 0.97, Some(Manner::Reordered));
    is_found(&one, &card("Natalia Petrova", &address, &[]), 0.95, Some(Manner::Transliterated));
    is_found(&one, &card("Н. Петрова", &address, &[]), 0.95, Some(Manner::Shortened));
    is_found(&one, &card("Igor Sommer", &address, &[]), 0.6, None);
    is_found(&one, &card("", &address, &[]), 0.8, None);
}

#[test]
fn the_same_number_and_name_in_any_script() {
    let one = card("王小明", &[], &["+86 10 6552 9988"]);
    is_found(&one, &card("Wang Xiaoming", &[], &["+861065529988"]), 0.9, Some(Manner::Transliterated));
    is_found(&one, &card("王小敏", &[], &["+861065529988"]), 0.3, None);
    let one = card("محمد خالد", &[], &["+971501234567"]);
    is_found(&one, &card("Mohammed Khaled", &[], &["+971 50 123 4567"]), 0.9, Some(Manner::Transliterated));
    let one = card("Γιώργος Παπαδόπουλος", &[], &["+302101234567"]);
    is_found(&one, &card("PAPADOPOULOS Giorgos", &[], &["+302101234567"]), 0.9, Some(Manner::Transliterated));
}

#[test]
fn the_same_key_says_most_and_only_in_its_system() {
    let one = with_key(card("Mara Vinter", &[], &[]), "SAP", "0042");
    is_found(&one, &with_key(card("Mara Sommer", &[], &[]), "SAP", "0042"), 0.9, None);
    assert_eq!(compared(&one, &with_key(card("Mara Vinter", &[], &[]), "SAP", "42")), None);
    assert_eq!(compared(&one, &with_key(card("Mara Vinter", &[], &[]), "CRM", "0042")), None);
    let blank = with_key(card("Mara Vinter", &[], &[]), "SAP", " ");
    assert_eq!(compared(&blank, &blank), None);
}

#[test]
fn all_reasons_are_told_in_order() {
    let company = |contact: Contact, name: &str| Contact { organization: Some(name.into()), ..contact };
    let one = card("Mara Vinter", &["m.vinter+work@gmail.com", "mara@quay.example"], &["0171 123456"]);
    let other = card("Vinter, Mara", &["mvinter@googlemail.com", "Mara@Quay.example"], &["0171-123456"]);
    let found = compared(&company(one, "Quay AG"), &company(other, "Quay")).unwrap();
    assert_eq!(
        found.reasons,
        [
            Reason::Email("mara@quay.example".into()),
            Reason::Mailbox("mvinter@gmail.com".into()),
            Reason::Phone("0171 123456".into()),
            Reason::Name(Manner::Reordered),
            Reason::Company("quay".into()),
        ]
    );
    assert_eq!(found.reasons[0].to_string(), "the same e-mail address: mara@quay.example");
}

#[test]
fn the_name_alone_and_the_company_with_it_make_nobody_a_candidate() {
    let one = Contact { organization: Some("Quay".into()), ..card("Mara Vinter", &["mara@quay.example"], &["+4722550101"]) };
    let other = Contact { organization: Some("Quay".into()), ..card("Mara Vinter", &["vinter@quay.example"], &["+4722550102"]) };
    assert_eq!(compared(&one, &other), None);
    assert_eq!(candidates(Settings::default(), &[one, other]).next(), None);
}

#[test]
fn what_many_share_is_neither_evidence_nor_a_reason() {
    let office = |at: u32| card(&format!("Agent {at}"), &["info@quay.example"], &["+4722550100"]);
    let mut people: Vec<Contact> = (0..6).map(office).collect();
    people.push(card("Mara Vinter", &["mara@quay.example", "info@quay.example"], &["+4722550100"]));
    people.push(card("M. Vinter", &["mara+crm@quay.example"], &["+47 22 55 01 00"]));
    let mut found = candidates(Settings::default(), &people);
    let common = found.common().clone();
    assert_eq!(found.next(), Some(Cluster { numbers: vec![6, 7] }));
    assert_eq!(found.next(), None);
    let [one, other] = [&people[6], &people[7]].map(|person| {
        let mut person = person.clone();
        common.strip(&mut person, &fold::phone);
        person
    });
    let told = compared(&one, &other).unwrap();
    assert_eq!(told.reasons, [Reason::Mailbox("mara@quay.example".into()), Reason::Name(Manner::Shortened)]);
}
