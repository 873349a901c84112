//! What a filter finds, judged card by card.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use cardfile_model::{Filter, Order, Query, Record, fold};

use super::state::Tenant;

impl Tenant {
    /// Everyone whom a question finds, in no order.
    pub fn found(&self, query: &Query) -> Vec<Record> {
        let homes = self.homes(query.organization, query.inherits);
        let seen = self.everyone().filter_map(|number| homes.iter().find_map(|home| self.shown(number, *home, query.audience)));
        let found = seen.filter(|record| query.sources.allow(&record.contact.source) && self.is_found(record, &query.filter));
        found.cloned().collect()
    }

    /// Whether a filter finds this card.
    pub fn is_found(&self, record: &Record, filter: &Filter) -> bool {
        let contact = &record.contact;
        match filter {
            Filter::All => true,
            Filter::And(filters) => filters.iter().all(|filter| self.is_found(record, filter)),
            Filter::Or(filters) => filters.iter().any(|filter| self.is_found(record, filter)),
            Filter::Not(filter) => !self.is_found(record, filter),
            Filter::Contains(text) => {
                let text = fold::text(text);
                text.is_empty() || texts(record).iter().any(|known| known.contains(&text))
            }
            Filter::WordPrefixes(text) => {
                let known = words(record);
                fold::words(&fold::text(text)).all(|prefix| known.iter().any(|word| word.starts_with(prefix)))
            }
            Filter::Email(address) => {
                let address = fold::text(address);
                contact.emails.iter().any(|entry| fold::text(&entry.value) == address)
            }
            Filter::Phone(number) => {
                let number = fold::phone(number);
                contact.phones.iter().any(|entry| fold::phone(&entry.value) == number)
            }
            Filter::Key { system, value } => contact.keys.iter().any(|key| key.system == *system && key.value == *value),
            Filter::Source(source) => contact.source == *source,
            Filter::MemberOf(group) => self.row(*group).is_some_and(|row| row.members.contains(record.number)),
            Filter::SharedWithAny(groups) => contact.shared_with.iter().any(|group| groups.contains(group)),
            Filter::Ids(ids) => ids.contains(&record.id),
            Filter::Numbers(numbers) => numbers.contains(record.number),
            Filter::FieldContains { field, text } => {
                let text = fold::text(text);
                text.is_empty() || field.contains(contact, &text)
            }
        }
    }
}

/// Puts cards into an order. `authors` says who made the changes they are of.
pub(super) fn sort(records: &mut [Record], (order, is_descending): (Order, bool), authors: &BTreeMap<u64, String>) {
    let key = |record: &Record| {
        let author = authors.get(&record.revision).map(String::as_str).unwrap_or_default();
        let mut key = order.key(record, author).into_bytes();
        key.truncate(Order::KEY_BYTES);
        (key.is_empty(), key)
    };
    match (order, is_descending) {
        (Order::Number, false) => records.sort_by_key(|record| record.number),
        (Order::Number, true) => records.sort_by_key(|record| Reverse(record.number)),
        (_, false) => records.sort_by_key(|record| (key(record), record.number)),
        (_, true) => records.sort_by_key(|record| {
            let (is_empty, key) = key(record);
            (is_empty, Reverse(key), record.number)
        }),
    }
}

/// The texts that substrings are looked for in, folded.
fn texts(record: &Record) -> Vec<String> {
    let contact = &record.contact;
    let both = contact.given_and_family();
    let names = [&contact.display_name, &contact.given_name, &contact.family_name, &both];
    let emails = contact.emails.iter().map(|entry| fold::text(&entry.value));
    names.into_iter().flatten().map(|name| fold::text(name)).chain(emails).collect()
}

/// The words of the names and of what stands before the `@` of e-mail addresses, folded.
fn words(record: &Record) -> Vec<String> {
    let contact = &record.contact;
    let names = [&contact.display_name, &contact.given_name, &contact.family_name];
    let names = names.into_iter().flatten().map(|name| fold::text(name));
    let emails = contact.emails.iter().map(|entry| {
        let folded = fold::text(&entry.value);
        folded.split_once('@').map_or(folded.clone(), |(local, _)| local.to_owned())
    });
    names.chain(emails).flat_map(|text| fold::words(&text).map(str::to_owned).collect::<Vec<_>>()).collect()
}
