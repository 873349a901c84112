//! What a filter finds, judged card by card.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use cardfile_model::{Filter, Former, Life, Order, Query, Record, fold};

use super::state::Tenant;

impl Tenant {
    /// Everyone whom a question finds, in no order.
    pub fn found(&self, query: &Query) -> Vec<Record> {
        if self.known_organization(query.organization).is_err() {
            return Vec::new();
        }
        let from = (query.organization, query.reach);
        let card = |number: u32| match query.life {
            Life::Live => self.live(number),
            Life::Trashed => self.trashed(number),
        };
        let seen = self.everyone().filter_map(|number| self.shown_of(card(number)?, from, query.audience));
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
            Filter::PhoneEnds(end) => {
                let end = fold::digits(end);
                !end.is_empty() && contact.phones.iter().any(|entry| fold::digits(&entry.value).ends_with(&end))
            }
            Filter::Key { system, value } => contact.keys.iter().any(|key| key.system == *system && key.value == *value),
            Filter::Source(source) => contact.source == *source,
            Filter::MemberOf(group) => self.row(*group).is_some_and(|row| row.members.contains(record.number)),
            Filter::SharedWithAny(groups) => contact.shared_with.iter().any(|group| groups.contains(group)),
            Filter::Ids(ids) => {
                let leads_here = |former: &Former| ids.contains(&former.id) && self.led_to(former.id) == Some(record.number);
                ids.contains(&record.id) || contact.formers.iter().any(leads_here)
            }
            Filter::Called(numbers) => {
                let is_called =
                    |former: &Former| numbers.contains(former.number) && self.called(former.number) == Some(record.number);
                numbers.contains(record.number) || contact.formers.iter().any(is_called)
            }
            Filter::Numbers(numbers) => numbers.contains(record.number),
            Filter::FieldContains { field, text } => {
                let text = fold::text(text);
                text.is_empty() || field.contains(record, &text)
            }
            Filter::Compare { field, comparison } => comparison.holds(&field.values(record)),
            Filter::Belongs(organization) => contact.belongs(*organization),
            Filter::Home(organization) => contact.home() == *organization,
            Filter::Role { organization: Some(organization), role } => contact.holds(*organization, role),
            Filter::Role { organization: None, role } => {
                contact.memberships.iter().any(|membership| membership.roles.contains(role))
            }
            Filter::Inactive => contact.is_inactive,
        }
    }
}

/// Puts cards into an order, ties into the next, and the last ones by number. `authors` says who made the changes they are of.
pub(super) fn sort(records: &mut [Record], orders: &[(Order, bool)], authors: &BTreeMap<u64, String>) {
    records.sort_by(|one, other| {
        let by = |(order, is_descending): &(Order, bool)| compare(one, other, (*order, *is_descending), authors);
        orders.iter().map(by).find(|order| order.is_ne()).unwrap_or_else(|| one.number.cmp(&other.number))
    });
}

fn compare(one: &Record, other: &Record, (order, is_descending): (Order, bool), authors: &BTreeMap<u64, String>) -> Ordering {
    let key = |record: &Record| {
        let author = authors.get(&record.revision).map(String::as_str).unwrap_or_default();
        let mut key = order.key(record, author).into_bytes();
        key.truncate(Order::KEY_BYTES);
        key
    };
    let turned = |found: Ordering| if is_descending { found.reverse() } else { found };
    if order == Order::Number {
        return turned(one.number.cmp(&other.number));
    }
    let (one, other) = (key(one), key(other));
    // Who has nothing to be ordered by comes last, turned round or not.
    one.is_empty().cmp(&other.is_empty()).then_with(|| turned(one.cmp(&other)))
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
