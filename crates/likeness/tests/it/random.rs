//! What holds of any cards.

use cardfile_likeness::{Reason, Settings};
use cardfile_model::{Contact, Entry, ForeignKey, fold};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

use super::{candidates, compared};

/// Names in several scripts, and any text.
fn name() -> impl Strategy<Value = String> {
    let known = prop::sample::select(vec![
        "Mara Vinter",
        "Vinter, Mara",
        "M. Vinter",
        "Vinter",
        "Юрий Иванов",
        "Yuri Ivanov",
        "Γιώργος Παπαδόπουλος",
        "王小明",
        "Wang Xiaoming",
        "محمد خالد",
        "Mohammed Khaled",
        "דוד כהן",
        "राम शर्मा",
        "김민수",
        "やまだ たろう",
        "สมชาย ใจดี",
        "ﷺ ﷺ",
        "Ǆ.",
        "1",
    ]);
    prop_oneof![3 => known.prop_map(str::to_owned), 1 => any::<String>(), 1 => r"\PC{0,300}"]
}

fn entries(value: impl Strategy<Value = String>) -> impl Strategy<Value = Vec<Entry>> {
    vec(value.prop_map(|value| Entry { value, ..Entry::default() }), 0..3)
}

/// A card of few different values, so that cards share some.
fn contact() -> impl Strategy<Value = Contact> {
    let email = prop_oneof![3 => "[ab]\\.?[ab](\\+x)?@(gmail\\.com|googlemail\\.com|Q\\.example)", 1 => any::<String>()];
    let phone = prop_oneof![3 => "\\+?(123 ?456|1234567|11)", 1 => any::<String>()];
    let key = ("[AB]", "[12]?").prop_map(|(system, value)| ForeignKey { system, value });
    let names = (option::of(name()), option::of(name()), option::of(name()), option::of(name()));
    (names, entries(email), entries(phone), vec(key, 0..2)).prop_map(|(names, emails, phones, keys)| {
        let (display_name, given_name, family_name, organization) = names;
        Contact { display_name, given_name, family_name, organization, emails, phones, keys, ..Contact::default() }
    })
}

/// A card as its name and company alone.
fn named(contact: &Contact) -> Contact {
    Contact { emails: vec![], phones: vec![], keys: vec![], ..contact.clone() }
}

fn is_evidence(reason: &Reason) -> bool {
    !matches!(reason, Reason::Name(_) | Reason::Company(_))
}

proptest! {
    #[test]
    fn a_comparison_is_the_same_turned_around_and_within_bounds(one in contact(), other in contact()) {
        let found = compared(&one, &other);
        prop_assert_eq!(&found, &compared(&other, &one));
        if let Some(found) = found {
            prop_assert!(found.confidence > 0.0 && found.confidence <= 1.0);
            prop_assert!(found.reasons.iter().any(is_evidence));
            prop_assert!(found.reasons.is_sorted_by(|one, other| one < other));
        }
    }

    #[test]
    fn a_name_and_a_company_alone_are_never_enough(one in contact(), other in contact()) {
        prop_assert_eq!(compared(&named(&one), &other), None);
        prop_assert_eq!(compared(&named(&one), &named(&one)), None);
        prop_assert_eq!(candidates(Settings::default(), &[named(&one), named(&one)]).next(), None);
    }

    #[test]
    fn names_change_how_sure_it_is_and_not_whether(one in contact(), other in contact(), names in contact()) {
        let renamed = Contact { emails: other.emails.clone(), phones: other.phones.clone(), keys: other.keys.clone(), ..names };
        let evidence = |other: &Contact| {
            compared(&one, other).map(|found| found.reasons.into_iter().filter(is_evidence).collect::<Vec<_>>())
        };
        prop_assert_eq!(evidence(&other), evidence(&renamed));
    }

    #[test]
    fn who_shares_what_few_have_is_in_one_cluster(people in vec(contact(), 0..12), most_holders in 2_usize..5) {
        let settings = Settings { most_holders, cluster_people: 6 };
        let mut found = candidates(settings, &people);
        let common = found.common().clone();
        let clusters: Vec<Vec<u32>> = found.by_ref().map(|cluster| cluster.numbers).collect();
        let mut rare = people.clone();
        for contact in &mut rare {
            common.strip(contact, &fold::phone);
        }
        let are_alike = |one: u32, other: u32| compared(&rare[one as usize], &rare[other as usize]).is_some();
        let together = |one: u32, other: u32| clusters.iter().any(|numbers| numbers.contains(&one) && numbers.contains(&other));
        let count = u32::try_from(people.len()).unwrap();
        for one in 0..count {
            for other in one + 1..count {
                prop_assert!(!are_alike(one, other) || together(one, other), "{one} and {other} are not together in {clusters:?}");
            }
        }
        for numbers in &clusters {
            prop_assert!((2..=6).contains(&numbers.len()) && numbers.is_sorted_by(|one, other| one < other));
            let has_other = |one: &u32| numbers.iter().any(|other| one != other && are_alike(*one, *other));
            prop_assert!(numbers.iter().all(has_other), "nobody is in {numbers:?} without evidence");
        }
    }
}
