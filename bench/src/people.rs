//! The people of the benchmark: the same for the same number on every machine, about 600 bytes of JSON each.

mod names;

use std::fmt::Write as _;

use names::{COMPANY_HEADS, COMPANY_TAILS, FAMILY_HEADS, FAMILY_TAILS, FIRST, STREETS, TITLES, TOWNS};

/// What every contact and every bulk request claims to be.
pub const SCHEMA: &str = "urn:cisco:codev:identity:contact:core:1.0";
/// Contacts in a bulk request and in a transaction of the floor.
pub const BATCH: usize = 1000;

/// An id as it stands in an answer.
pub type Id = [u8; 36];

/// Numbers that look random, the same on every run (`SplitMix64`).
#[derive(Debug, Clone)]
pub struct Random(u64);

impl Random {
    /// A row of numbers of its own for each seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Random(seed.wrapping_mul(0xa076_1d64_78bd_642f))
    }

    /// The next number.
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// The next number below `end`, which is not 0.
    pub fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % end as u64).expect("a number below a usize fits one")
    }

    /// One of these.
    pub fn pick<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.below(all.len())]
    }
}

/// One invented person.
#[derive(Debug, Clone)]
pub struct Person {
    /// Counts the people from 0; the e-mail address and the phones are of this one only.
    pub number: usize,
    /// The first name.
    pub first: &'static str,
    /// The last name.
    pub last: String,
    /// The e-mail address.
    pub email: String,
    /// The phone at work.
    pub phone: String,
    /// The mobile phone.
    pub mobile: String,
    rest: Random,
}

impl Person {
    /// Person `number`.
    #[must_use]
    pub fn at(number: usize) -> Self {
        let mut random = Random::new(number as u64 + 1);
        let first = random.pick(FIRST);
        let last = format!("{}{}", random.pick(FAMILY_HEADS), random.pick(FAMILY_TAILS));
        let company = random.pick(COMPANY_HEADS).to_lowercase();
        let email = format!("{}.{}.{number}@{company}.example", first.to_lowercase(), last.to_lowercase());
        let phone = format!("+1 20{} {number:07}", random.below(9));
        let mobile = format!("+1 67{} {number:07}", random.below(9));
        Person { number, first, last, email, phone, mobile, rest: random }
    }

    /// The name in full.
    #[must_use]
    pub fn name(&self) -> String {
        format!("{} {} {}", self.first, self.last, self.number)
    }

    /// The company, the title and the address, each as one text.
    #[must_use]
    pub fn work(&self) -> [String; 3] {
        let mut random = self.rest.clone();
        let (company, branch, title) = (random.pick(COMPANY_HEADS), random.pick(COMPANY_TAILS), random.pick(TITLES));
        let (street, town, house) = (random.pick(STREETS), random.pick(TOWNS), random.below(200) + 1);
        [format!("{company} {branch}"), title.to_owned(), format!("{street} {house} {house:05} {town} Norland")]
    }

    /// The contact as a client sends it, for a new one.
    #[must_use]
    pub fn json(&self) -> String {
        let mut random = self.rest.clone();
        let (name, first, last, email) = (self.name(), self.first, &self.last, &self.email);
        let (phone, mobile) = (&self.phone, &self.mobile);
        let (company, branch, title) = (random.pick(COMPANY_HEADS), random.pick(COMPANY_TAILS), random.pick(TITLES));
        let (street, town, house) = (random.pick(STREETS), random.pick(TOWNS), random.below(200) + 1);
        format!(
            r#"{{"schemas":"{SCHEMA}","source":"CH","displayName":"{name}","firstName":"{first}","lastName":"{last}","companyName":"{company} {branch}","title":"{title}","addressInfo":{{"street":"{street} {house}","city":"{town}","zipCode":"{house:05}","country":"Norland"}},"emails":[{{"value":"{email}","type":"work","primary":true}}],"phoneNumbers":[{{"value":"{phone}","type":"work","primary":true}},{{"value":"{mobile}","type":"mobile"}}],"sipAddresses":[{{"value":"{email}","type":"enterprise","primary":true}}]}}"#
        )
    }

    /// A change of the name and of the mobile phone, as an item of a bulk request.
    #[must_use]
    pub fn update(&self, id: &Id) -> String {
        let (id, first, last, number, old) = (text(id), self.first, &self.last, self.number, &self.mobile);
        let new = old.replacen("67", "68", 1);
        format!(
            r#"{{"contactId":"{id}","displayName":"{first} {last} the {number}th","phoneNumbers":[{{"value":"{old}","type":"mobile","operation":"delete"}},{{"value":"{new}","type":"mobile"}}]}}"#
        )
    }
}

/// An id as text.
#[must_use]
pub fn text(id: &Id) -> &str {
    std::str::from_utf8(id).unwrap_or_default()
}

/// The body of a bulk request of these items.
#[must_use]
pub fn bulk_body(items: impl Iterator<Item = String>) -> String {
    wrapped("contacts", items)
}

/// The body of a bulk delete.
#[must_use]
pub fn delete_body(ids: &[Id]) -> String {
    wrapped("objectIds", ids.iter().map(|id| format!("\"{}\"", text(id))))
}

fn wrapped(name: &str, items: impl Iterator<Item = String>) -> String {
    let mut body = String::with_capacity(BATCH * 700);
    // Writing to a text cannot fail.
    let _ = write!(body, r#"{{"schemas":"{SCHEMA}","{name}":["#);
    for (at, item) in items.enumerate() {
        if at > 0 {
            body.push(',');
        }
        body.push_str(&item);
    }
    body.push_str("]}");
    body
}

/// Ranges of at most [`BATCH`] people that cover `people`.
pub fn batches(people: usize) -> impl Iterator<Item = std::ops::Range<usize>> {
    (0..people).step_by(BATCH).map(move |first| first..(first + BATCH).min(people))
}

/// All ids in an answer, in order: what follows `"contactId":"`.
#[must_use]
pub fn ids_in(body: &[u8]) -> Vec<Id> {
    const MARK: &[u8] = b"\"contactId\":\"";
    let after = |at: usize| body.get(at + MARK.len()..)?.first_chunk().copied();
    memchr::memmem::find_iter(body, MARK).filter_map(after).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use serde_json::Value;

    use super::*;

    #[test]
    fn people_are_valid_json_of_about_600_bytes_with_keys_of_their_own() {
        let people: Vec<Person> = (0..5000).map(Person::at).collect();
        let bytes: usize = people.iter().map(|person| person.json().len()).sum();
        assert!((550..650).contains(&(bytes / people.len())), "{}", bytes / people.len());
        let emails: HashSet<&str> = people.iter().map(|person| person.email.as_str()).collect();
        let names: HashSet<String> = people.iter().map(Person::name).collect();
        assert_eq!((emails.len(), names.len()), (people.len(), people.len()));
        let card: Value = serde_json::from_str(&people[7].json()).unwrap();
        assert_eq!(card["phoneNumbers"][1]["value"], people[7].mobile);
    }

    #[test]
    fn names_are_well_spread() {
        let names: HashSet<(&str, String)> = (0..5000).map(Person::at).map(|person| (person.first, person.last)).collect();
        assert!(names.len() > 4900, "{}", names.len());
    }

    #[test]
    fn an_update_takes_the_old_phone_out_and_brings_another() {
        let person = Person::at(3);
        let id: Id = *b"00000000-0000-0000-0000-000000000003";
        let change: Value = serde_json::from_str(&person.update(&id)).unwrap();
        assert_eq!(change["phoneNumbers"][0]["value"], person.mobile);
        assert_ne!(change["phoneNumbers"][1]["value"], person.mobile);
        assert_eq!(change["contactId"], text(&id));
    }

    #[test]
    fn bodies_hold_every_item_and_batches_cover_everyone() {
        let body: Value = serde_json::from_str(&bulk_body((0..3).map(|n| Person::at(n).json()))).unwrap();
        assert_eq!(body["contacts"].as_array().unwrap().len(), 3);
        let ranges: Vec<_> = batches(2500).collect();
        assert_eq!(ranges, [0..1000, 1000..2000, 2000..2500]);
    }

    #[test]
    fn ids_are_found_in_an_answer() {
        let body = br#"{"contacts":[{"contactId":"00000000-0000-0000-0000-00000000000a","x":1},null,{"contactId":"00000000-0000-0000-0000-00000000000b"}]}"#;
        let found = ids_in(body);
        assert_eq!(found.iter().map(|id| id[35]).collect::<Vec<u8>>(), b"ab");
    }
}
