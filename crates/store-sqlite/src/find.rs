//! Finding people: the filter tree over sets and the index, then one page of rows.

use std::sync::Arc;

use cardfile_directory::Result;
use cardfile_index::{Segment, TextChunk, lookup, terms};
use cardfile_model::{
    Audience, Comparison, Contact, Field, Filter, Numbers, Order, OrganizationId, Page, Query, Reach, Record, Scalar, Sources,
    fold,
};
use uuid::Uuid;

use crate::fault::{corrupt, fault};
use crate::order::Orders;
use crate::segments::{TenantBlocks, index_fault};
use crate::sets::SetName;
use crate::state::{View, person};
use crate::{groups, organizations, rows, scan};

/// Exact hits are compared with their rows up to this many; two keys of one 64-bit hash among more are not worth the reading.
const MAX_VERIFIED: u64 = 10_000;

impl View<'_> {
    /// Everyone whom a question can be about: in reach, of permitted sources, shown to who asks.
    pub(crate) fn scope(&self, from: (OrganizationId, Reach), sources: &Sources, audience: Audience) -> Result<Arc<Numbers>> {
        let mut scope = self.reached(from)?;
        for name in self.sources()? {
            let SetName::Source(source) = name else { continue };
            if !sources.allow(source) {
                narrow(&mut scope, &*self.set(name)?);
            }
        }
        if let Audience::Person(id) = audience {
            let restricted = self.set(&SetName::Restricted)?;
            if !restricted.is_empty() {
                narrow(&mut scope, &(&*restricted - self.shown_to(id)?));
            }
        }
        Ok(scope)
    }

    /// Everyone who lives whom a question can reach from an organization.
    fn reached(&self, (organization, reach): (OrganizationId, Reach)) -> Result<Arc<Numbers>> {
        let homes = match reach {
            Reach::Below(top) => self.below(top)?,
            Reach::Own | Reach::Members | Reach::Inherited => self.homes(organization, reach == Reach::Inherited)?,
        };
        let live = self.live()?;
        let is_root_in = homes.contains(&organizations::ROOT);
        if is_root_in && matches!(reach, Reach::Below(_)) {
            return Ok(live);
        }
        // With the root it is told who is not meant, for these are fewer.
        let mut others = if is_root_in { (*self.set(&SetName::Elsewhere)?).clone() } else { Numbers::new() };
        for home in homes {
            let mut here = Vec::new();
            if home != organizations::ROOT {
                here.push(self.set(&SetName::Organization(home))?);
            }
            if matches!(reach, Reach::Members | Reach::Inherited) {
                here.push(self.set(&SetName::Guests(home))?);
            }
            for here in here.iter().filter(|here| !here.is_empty()) {
                if is_root_in { others -= &**here } else { others |= &**here }
            }
        }
        if !is_root_in {
            return Ok(Arc::new(others & &*live));
        }
        let mut reached = live;
        narrow(&mut reached, &others);
        Ok(reached)
    }

    /// The contacts shown to groups that a person is in.
    fn shown_to(&self, id: Uuid) -> Result<Numbers> {
        let mut shown = Numbers::new();
        let number = rows::number_of(self.connection, self.key(), id)?;
        let present = self.present()?;
        let Some(number) = number.filter(|number| present.contains(*number)) else { return Ok(shown) };
        for name in crate::sets::names(self.connection, self.key(), "shared/")? {
            let SetName::SharedWith(group) = &name else { continue };
            if let Some(row) = groups::by_id(self.connection, self.key(), *group)?
                && self.set(&SetName::Group(row.group.number))?.contains(number)
            {
                shown |= &*self.set(&name)?;
            }
        }
        Ok(shown)
    }

    /// Everyone whom a query finds.
    pub(crate) fn numbers(&self, query: &Query) -> Result<Arc<Numbers>> {
        let scope = self.scope((query.organization, query.reach), &query.sources, query.audience)?;
        Ok(match self.matches(&query.filter, &scope)? {
            Matches::Everyone => scope,
            Matches::Some(hits) => Arc::new(hits & &*scope),
        })
    }

    /// One page of what a query finds.
    pub(crate) fn find(&self, query: &Query, orders: &Orders) -> Result<Page> {
        let hits = self.numbers(query)?;
        let total = hits.len();
        if query.limit == 0 || query.offset >= total {
            return Ok(Page { records: Vec::new(), total });
        }
        let slice = (query.offset, query.limit);
        let page = match query.order {
            _ if !query.then.is_empty() => crate::order::page_by_rows(self, query, &hits)?,
            Order::Number => by_number(&hits, query.is_descending, slice),
            order => orders.page(self, (order, query.is_descending), (&hits, total == self.live()?.len()), slice)?,
        };
        let mut records = Vec::with_capacity(page.len());
        for number in page {
            let record = rows::record(self.connection, self.key(), number)?;
            records.push(record.ok_or_else(|| corrupt(format!("person {number} has no row")))?);
        }
        Ok(Page { records, total })
    }

    /// Who a filter finds; people outside of `scope` may be among them.
    fn matches(&self, filter: &Filter, scope: &Numbers) -> Result<Matches> {
        Ok(Matches::Some(match filter {
            Filter::All => return Ok(Matches::Everyone),
            Filter::And(all) => {
                let mut found = Matches::Everyone;
                for part in all {
                    // Only who was found so far is looked at: a part may have to read everyone's card.
                    found = match found {
                        Matches::Everyone => self.matches(part, scope)?,
                        Matches::Some(left) => {
                            let left = left & scope;
                            match self.matches(part, &left)? {
                                Matches::Everyone => Matches::Some(left),
                                Matches::Some(right) => Matches::Some(left & right),
                            }
                        }
                    };
                }
                return Ok(found);
            }
            Filter::Or(any) => {
                let mut found = Numbers::new();
                for part in any {
                    match self.matches(part, scope)? {
                        Matches::Everyone => return Ok(Matches::Everyone),
                        Matches::Some(hits) => found |= hits,
                    }
                }
                found
            }
            Filter::Not(part) => match self.matches(part, scope)? {
                Matches::Everyone => Numbers::new(),
                Matches::Some(hits) => scope - hits,
            },
            Filter::Contains(text) => match fold::text(text) {
                needle if needle.is_empty() => return Ok(Matches::Everyone),
                needle => scan::containing(self, &needle, scope)?,
            },
            Filter::WordPrefixes(text) => return self.word_prefixes(&fold::text(text), scope),
            Filter::Email(address) => {
                let wanted = fold::text(address);
                self.exact(&terms::email(address), scope, |contact| {
                    contact.emails.iter().any(|entry| fold::text(&entry.value) == wanted)
                })?
            }
            Filter::Phone(number) => {
                let wanted = fold::phone(number);
                self.exact(&terms::phone(number), scope, |contact| {
                    contact.phones.iter().any(|entry| fold::phone(&entry.value) == wanted)
                })?
            }
            Filter::Key { system, value } => self.exact(&terms::key(system, value), scope, |contact| {
                contact.keys.iter().any(|key| key.system == *system && key.value == *value)
            })?,
            Filter::Source(source) => (*self.set(&SetName::Source(source.clone()))?).clone(),
            Filter::MemberOf(group) => match groups::by_id(self.connection, self.key(), *group)? {
                Some(row) => (*self.set(&SetName::Group(row.group.number))?).clone(),
                None => Numbers::new(),
            },
            Filter::SharedWithAny(groups) => {
                let mut found = Numbers::new();
                for group in groups {
                    found |= &*self.set(&SetName::SharedWith(*group))?;
                }
                found
            }
            Filter::Ids(ids) => {
                let mut found = Numbers::new();
                for id in ids {
                    found.extend(rows::number_of(self.connection, self.key(), *id)?);
                }
                found
            }
            Filter::Numbers(numbers) => numbers.clone(),
            Filter::FieldContains { field, text } => match fold::text(text) {
                needle if needle.is_empty() => return Ok(Matches::Everyone),
                // The search text has all of these, not which is which.
                needle => {
                    let hits = scan::containing(self, &needle, scope)? & scope;
                    self.verified(&hits, |record| field.contains(record, &needle))?
                }
            },
            Filter::Compare { field, comparison } => self.comparing(field, comparison, scope)?,
            Filter::Belongs(organization) => {
                let guests = self.set(&SetName::Guests(*organization))?;
                match *organization {
                    organizations::ROOT => (scope - &*self.set(&SetName::Elsewhere)?) | &*guests,
                    number => &*self.set(&SetName::Organization(number))? | &*guests,
                }
            }
            Filter::Home(organizations::ROOT) => scope - &*self.set(&SetName::Elsewhere)?,
            Filter::Home(number) => (*self.set(&SetName::Organization(*number))?).clone(),
            Filter::Role { organization: Some(number), role } => (*self.set(&SetName::Role(*number, role.clone()))?).clone(),
            Filter::Role { organization: None, role } => {
                let mut found = Numbers::new();
                for name in crate::sets::names(self.connection, self.key(), "role/")? {
                    if matches!(&name, SetName::Role(_, held) if held == role) {
                        found |= &*self.set(&name)?;
                    }
                }
                found
            }
            Filter::Inactive => (*self.set(&SetName::Inactive)?).clone(),
        }))
    }

    /// Of whom something holds in one member. What can be looked for in the search texts is; the rest is read row by row.
    fn comparing(&self, field: &Field, comparison: &Comparison, scope: &Numbers) -> Result<Numbers> {
        let is_searched = matches!(field, Field::DisplayName | Field::GivenName | Field::FamilyName | Field::Email);
        let needle = match comparison {
            Comparison::Contains(text)
            | Comparison::Begins(text)
            | Comparison::Ends(text)
            | Comparison::Is(Scalar::Text(text)) => fold::text(text),
            _ => String::new(),
        };
        let candidates =
            if is_searched && !needle.is_empty() { scan::containing(self, &needle, scope)? & scope } else { scope.clone() };
        self.verified(&candidates, |record| comparison.holds(&field.values(record)))
    }

    fn blocks(&self) -> TenantBlocks<'_> {
        TenantBlocks { connection: self.connection, tenant: self.key() }
    }

    /// Who has a key of this term, and has it by the row.
    fn exact(&self, term: &[u8], scope: &Numbers, has: impl Fn(&Contact) -> bool) -> Result<Numbers> {
        let hits = lookup::exact(&self.segments()?, &self.blocks(), term).map_err(index_fault)? & scope;
        if hits.len() > MAX_VERIFIED {
            return Ok(hits);
        }
        self.verified(&hits, |record| has(&record.contact))
    }

    fn verified(&self, hits: &Numbers, has: impl Fn(&Record) -> bool) -> Result<Numbers> {
        let mut found = Numbers::new();
        for number in hits {
            if rows::record(self.connection, self.key(), number)?.is_some_and(|record| has(&record)) {
                found.insert(number);
            }
        }
        Ok(found)
    }

    /// Who has, for each word, a word that begins so.
    fn word_prefixes(&self, folded: &str, scope: &Numbers) -> Result<Matches> {
        let mut found = Matches::Everyone;
        let segments = self.segments()?;
        for word in fold::words(folded) {
            let mut hits = self.with_prefix(&segments, word)? & scope;
            if word.len() > terms::MAX_WORD {
                hits = self.verified(&hits, |record| terms::has_word_prefix(&record.contact, word))?;
            }
            found = match found {
                Matches::Everyone => Matches::Some(hits),
                Matches::Some(before) => Matches::Some(before & hits),
            };
        }
        Ok(found)
    }

    fn with_prefix(&self, segments: &[Arc<Segment>], word: &str) -> Result<Numbers> {
        lookup::prefix(segments, &self.blocks(), &terms::word_prefix(word)).map_err(index_fault)
    }

    /// The search text of a person, empty if there is none.
    pub(crate) fn text(&self, number: u32) -> Result<String> {
        let sql = "SELECT bytes
                     FROM texts
                    WHERE chunk = ?1";
        let mut statement = self.connection.prepare_cached(sql).map_err(fault)?;
        let mut rows = statement.query([person(self.key(), cardfile_index::texts::chunk_of(number))]).map_err(fault)?;
        let Some(row) = rows.next().map_err(fault)? else { return Ok(String::new()) };
        let bytes = row.get_ref(0).map_err(fault)?.as_blob().map_err(corrupt)?;
        let texts = TextChunk::parse(bytes).map_err(|error| corrupt(error.0))?;
        Ok(texts.get(cardfile_index::texts::slot_of(number)).unwrap_or_default().to_owned())
    }
}

/// A slice of people by number, or in the reverse.
fn by_number(hits: &Numbers, is_descending: bool, (offset, limit): (u64, usize)) -> Vec<u32> {
    let rank = |rank: u64| u32::try_from(rank).ok().and_then(|rank| hits.select(rank));
    if is_descending {
        let last = rank((hits.len() - 1).saturating_sub(offset));
        return last.into_iter().flat_map(|last| hits.range(..=last).rev()).take(limit).collect();
    }
    rank(offset).into_iter().flat_map(|first| hits.range(first..)).take(limit).collect()
}

/// Who a filter finds.
enum Matches {
    /// Everyone in scope.
    Everyone,
    /// These.
    Some(Numbers),
}

/// Takes people out of a shared set, copying it only if that changes anything.
fn narrow(scope: &mut Arc<Numbers>, without: &Numbers) {
    if !scope.is_disjoint(without) {
        *Arc::make_mut(scope) -= without;
    }
}
