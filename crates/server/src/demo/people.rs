//! The sample people: fifty by hand for the directory, and as many made of their names as a bulk request should bring.

use cardfile_model::{Contact, Entry, Method};
use serde_json::{Value, json};

const PEOPLE: &str = include_str!("people.tsv");

/// A sample person.
#[derive(Debug, Clone, Copy)]
pub(super) struct Person {
    given: &'static str,
    family: &'static str,
    company: &'static str,
    title: &'static str,
    /// The sample group this person is in.
    pub(super) group: Option<&'static str>,
}

/// All of them.
pub(super) fn sample() -> Vec<Person> {
    PEOPLE.lines().filter(|line| !line.starts_with('#')).filter_map(person).collect()
}

fn person(line: &'static str) -> Option<Person> {
    let mut cells = line.split('\t');
    let mut cell = || cells.next();
    let (given, family, company, title) = (cell()?, cell()?, cell()?, cell()?);
    Some(Person { given, family, company, title, group: cell().filter(|name| *name != "-") })
}

/// The card of somebody who works at a company.
pub(super) fn colleague(given: &str, family: &str, company: &str) -> Contact {
    let folded = |name: &str| cardfile_model::fold::text(name);
    let value = format!("{}.{}@cardfile.example", folded(given), folded(family));
    Contact {
        source: "CH".into(),
        display_name: Some(format!("{given} {family}")),
        given_name: Some(given.into()),
        family_name: Some(family.into()),
        organization: Some(company.into()),
        emails: vec![Entry { value, kind: Some("work".into()), is_primary: Some(true) }],
        ..Contact::default()
    }
}

impl Person {
    /// The card of this person, the `at`th.
    pub(super) fn card(&self, at: usize) -> Contact {
        let entry = |value: String| Entry { value, kind: Some("work".into()), is_primary: Some(true) };
        Contact {
            source: "CH".into(),
            display_name: Some(format!("{} {}", self.given, self.family)),
            given_name: Some(self.given.into()),
            family_name: Some(self.family.into()),
            organization: Some(self.company.into()),
            title: Some(self.title.into()),
            preferred_method: Some(Method::Phone),
            emails: vec![entry(email(self.given, self.family, at))],
            phones: vec![entry(phone(at))],
            ..Contact::default()
        }
    }
}

/// So many contacts as the items of a Webex bulk request, every one different.
pub(super) fn bulk_items(count: usize) -> Vec<Value> {
    let people = sample();
    let item = |at: usize| {
        let first = &people[at % people.len()];
        let last = &people[(at / people.len() + 7 * at) % people.len()];
        json!({
            "source": "CH",
            "displayName": format!("{} {} {}", first.given, last.family, at + 1),
            "firstName": first.given,
            "lastName": last.family,
            "companyName": last.company,
            "title": first.title,
            "emails": [{"value": email(first.given, last.family, 1000 + at), "type": "work", "primary": true}],
            "phoneNumbers": [{"value": phone(1000 + at), "type": "work", "primary": true}],
        })
    };
    (0..count).map(item).collect()
}

fn email(given: &str, family: &str, at: usize) -> String {
    let plain = |name: &str| cardfile_model::fold::text(name);
    format!("{}.{}{at}@cardfile.example", plain(given), plain(family))
}

/// A number of the exchange that films use.
fn phone(at: usize) -> String {
    format!("+1 202 555 {:04}", at % 10_000)
}

#[cfg(test)]
mod tests {
    use cardfile_model::Limits;

    use super::*;

    #[test]
    fn there_are_fifty_sample_people_in_two_groups_and_none_breaks_a_rule() {
        let people = sample();
        assert_eq!(people.len(), 50);
        let mut groups: Vec<_> = people.iter().filter_map(|person| person.group).collect();
        groups.sort_unstable();
        groups.dedup();
        assert_eq!(groups, ["Field service", "Suppliers"]);
        for (at, person) in people.iter().enumerate() {
            assert_eq!(person.card(at).violations(&Limits::default()), []);
        }
    }

    #[test]
    fn every_bulk_item_has_an_address_of_its_own() {
        let mut addresses: Vec<String> = bulk_items(1000).iter().map(|item| item["emails"][0]["value"].to_string()).collect();
        addresses.sort();
        addresses.dedup();
        assert_eq!(addresses.len(), 1000);
    }
}
