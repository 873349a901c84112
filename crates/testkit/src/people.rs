//! Sample people: invented names in several scripts, the same for the same number on every machine.

use cardfile_model::{Contact, Entry};

/// First and last names that go together.
struct Names {
    given: &'static [&'static str],
    family: &'static [&'static str],
}

const NAMES: &[Names] = &[
    Names {
        given: &["Mara", "Tomas", "Ingrid", "Oluwa", "Petra", "Callum", "Yara", "Emil", "Saoirse", "Bram", "Linnea"],
        family: &["Vinter", "Okafor", "Hallwright", "Lindqvist", "Dunmore", "Kestrel", "Amato", "van Reed", "Quill", "Sorrel"],
    },
    Names {
        given: &["Åse", "Björn", "Zoë", "François", "Łucja", "Şirin", "Ærlig", "José", "Dvořák"],
        family: &["Müllerhof", "Ødegård", "Nuñerez", "Strașan", "Groß-Weiß", "Çelikbaş", "Brontësen"],
    },
    Names {
        given: &["Άννα", "Νικόλαος", "Ελένη", "Θάλεια"], family: &["Ακτίδης", "Λιμανάκης", "Φωτεινού"]
    },
    Names {
        given: &["Мила", "Тимур", "Ёлка", "Даниил"], family: &["Гавриленко", "Заречная", "Йордан", "Полевой"]
    },
    Names { given: &["ليلى", "سامر", "نور"], family: &["البحري", "الورّاق", "حدّادي"] },
    Names {
        given: &["अनिका", "रोहन", "मीरा"], family: &["जलधर", "वनराज", "किरणी"]
    },
    Names { given: &["港子", "悠真", "小舟"], family: &["青波", "灯台", "ヤマセ"] },
    Names { given: &["하늘", "도윤", "서린"], family: &["남궁", "바다", "윤슬"] },
];

const COMPANIES: &[&str] = &[
    "Quayside Forwarding",
    "Lantern & Rope Ltd",
    "Blåfjell Energi",
    "Orchard Street Clinic",
    "Tidewater Instruments",
    "Zweigwerk GmbH",
];
const TITLES: &[&str] = &["Harbour Master", "Account Manager", "Einkäuferin", "Field Engineer", "Head of Records", "Nurse"];
const STREETS: &[&str] = &["Ropewalk", "Harbour Street", "Ødegårds vei", "Lindenallee", "Upper Mill Lane", "Rue du Phare"];
const TOWNS: &[&str] = &["Saltmouth", "Nordhavn", "Bad Kastell", "Pont-sur-Lys", "Eastmere", "Graven"];

/// Person `n`: a card of source `CH` as a real one looks, about 600 bytes as a vendor's JSON; the e-mail addresses and the phone
/// numbers are of this person only.
///
/// Every second person has a second e-mail address, every third a second phone number, every fiftieth no display name.
#[must_use]
pub fn person(n: u32) -> Contact {
    let names = &NAMES[if n % 4 < 2 { 0 } else { spread(n, 1) % NAMES.len() }];
    let given = names.given[spread(n, 2) % names.given.len()];
    let family = names.family[spread(n, 3) % names.family.len()];
    let company = COMPANIES[spread(n, 4) % COMPANIES.len()];
    let street = STREETS[spread(n, 5) % STREETS.len()];
    let town = TOWNS[spread(n, 6) % TOWNS.len()];

    let mut emails = vec![entry(format!("{}.{n}@people.example", local_part(given, family)), "work", Some(true))];
    if n.is_multiple_of(2) {
        emails.push(entry(format!("person{n}@home.example"), "home", None));
    }
    let mut phones =
        vec![entry(format!("+47 {:02} {:03} {:03}", 20 + n / 1_000_000 % 80, n / 1000 % 1000, n % 1000), "work", Some(true))];
    if n.is_multiple_of(3) {
        phones.push(entry(format!("+44 7{n:09}"), "mobile", None));
    }
    Contact {
        source: "CH".into(),
        display_name: (n % 50 != 49).then(|| format!("{given} {family}")),
        given_name: Some(given.into()),
        family_name: Some(family.into()),
        organization: Some(company.into()),
        title: Some(TITLES[spread(n, 7) % TITLES.len()].into()),
        address: Some(format!("{} {street}, {:04} {town}, building {}", n % 180 + 1, n % 9000 + 1000, spread(n, 8) % 12)),
        emails,
        phones,
        ..Contact::default()
    }
}

/// The people `first`, `first + 1`, … as many as asked for.
#[must_use]
pub fn people(first: u32, count: u32) -> Vec<Contact> {
    (first..first + count).map(person).collect()
}

fn entry(value: String, kind: &str, is_primary: Option<bool>) -> Entry {
    Entry { value, kind: Some(kind.into()), is_primary }
}

/// What stands before the `@`: the Latin letters of the name, or `person` where there are none.
fn local_part(given: &str, family: &str) -> String {
    let letters = |name: &str| name.chars().filter(char::is_ascii_alphabetic).collect::<String>().to_ascii_lowercase();
    match (letters(given), letters(family)) {
        (given, family) if given.is_empty() || family.is_empty() => "person".into(),
        (given, family) => format!("{given}.{family}"),
    }
}

/// A number that looks drawn by lot for `n`, differently for each `salt`.
fn spread(n: u32, salt: u32) -> usize {
    let mut mixed = n.wrapping_mul(0x9e37_79b1) ^ salt.wrapping_mul(0x85eb_ca6b);
    mixed = (mixed ^ (mixed >> 15)).wrapping_mul(0x2c1b_3c6d);
    (mixed ^ (mixed >> 16)) as usize
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use cardfile_model::Limits;

    use super::*;

    #[test]
    fn every_person_is_a_valid_card_of_its_own() {
        let addresses: BTreeSet<String> = people(0, 2000).into_iter().map(|contact| contact.emails[0].value.clone()).collect();
        assert_eq!(addresses.len(), 2000);
        let phones: BTreeSet<String> = people(0, 2000).into_iter().map(|contact| contact.phones[0].value.clone()).collect();
        assert_eq!(phones.len(), 2000);
        assert!(people(0, 2000).iter().all(|contact| contact.violations(&Limits::default()).is_empty()));
        assert_eq!(person(1_234_567), person(1_234_567));
    }

    #[test]
    fn people_are_about_as_large_as_real_ones() {
        let bytes: usize = people(0, 1000).iter().map(|contact| serde_json::to_vec(contact).expect("a card is JSON").len()).sum();
        assert!((330..700).contains(&(bytes / 1000)), "{} bytes", bytes / 1000);
    }
}
