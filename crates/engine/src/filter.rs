//! The filter tree over sets, the index and the search texts. What only cards can tell is asked of each card once, for the
//! whole tree and after everything else was.

use std::sync::Arc;

use cardfile_directory::Result;
use cardfile_index::{lookup, terms};
use cardfile_model::{Comparison, Contact, Field, Filter, Numbers, Scalar, fold};

use crate::segments::{TenantBlocks, index_fault};
use crate::sets::SetName;
use crate::state::View;
use crate::verdict::{Test, Verdict, less};
use crate::{groups, organizations, rows, scan};

/// Exact hits are compared with their rows up to this many; two keys of one 64-bit hash among more, such as those who give a
/// switchboard's number, are not worth the reading.
const MAX_VERIFIED: u64 = 1_000;

/// What it takes to tell whom a filter finds, the cards aside.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Cost {
    /// Next to nothing: sets are known.
    Sets,
    /// Looking into the index.
    Index,
    /// Looking through the search texts of everyone in question.
    Texts,
}

impl View<'_> {
    /// Those in scope whom a filter finds.
    pub(crate) fn found(&self, filter: &Filter, scope: &Arc<Numbers>) -> Result<Arc<Numbers>> {
        let Verdict { mut found, open, test } = self.tell(filter, scope)?;
        if open.is_empty() {
            return Ok(found);
        }
        let all = Arc::make_mut(&mut found);
        rows::records(self.connection, self.key(), &*open, |record| {
            self.go_on()?;
            if test.passes(&record) {
                all.insert(record.number);
            }
            Ok(())
        })?;
        Ok(found)
    }

    /// Who in scope is found by a filter, as far as can be told without their cards.
    fn tell<'f>(&self, filter: &'f Filter, scope: &Arc<Numbers>) -> Result<Verdict<'f>> {
        self.go_on()?;
        let found = match filter {
            Filter::All => return Ok(Verdict::sure(Arc::clone(scope))),
            Filter::And(parts) => return self.every(parts, scope),
            Filter::Or(parts) => return self.any(parts, scope),
            Filter::Not(part) => return Ok(self.tell(part, scope)?.inverted(scope)),
            Filter::Contains(text) => match fold::text(text) {
                needle if needle.is_empty() => return Ok(Verdict::sure(Arc::clone(scope))),
                needle => scan::containing(self, &needle, scope)?,
            },
            Filter::WordPrefixes(text) => return self.word_prefixes(&fold::text(text), scope),
            Filter::Email(address) => {
                let wanted = fold::text(address);
                return self.exact(&terms::email(address), scope, move |contact| {
                    contact.emails.iter().any(|entry| fold::text(&entry.value) == wanted)
                });
            }
            Filter::Phone(number) => {
                let wanted = fold::phone(number);
                return self.exact(&terms::phone(number), scope, move |contact| {
                    contact.phones.iter().any(|entry| fold::phone(&entry.value) == wanted)
                });
            }
            Filter::PhoneEnds(end) => return self.phone_ends(fold::digits(end), scope),
            Filter::Key { system, value } => {
                return self.exact(&terms::key(system, value), scope, move |contact| {
                    contact.keys.iter().any(|key| key.system == *system && key.value == *value)
                });
            }
            Filter::FieldContains { field, text } => match fold::text(text) {
                needle if needle.is_empty() => return Ok(Verdict::sure(Arc::clone(scope))),
                // The search text has all of these, not which is which.
                needle => {
                    let open = scan::containing(self, &needle, scope)? & &**scope;
                    return Ok(Verdict::ask(Arc::new(open), move |record| field.contains(record, &needle)));
                }
            },
            Filter::Compare { field, comparison } => {
                let open = match needle(field, comparison) {
                    Some(needle) => Arc::new(scan::containing(self, &needle, scope)? & &**scope),
                    None => Arc::clone(scope),
                };
                return Ok(Verdict::ask(open, move |record| comparison.holds(&field.values(record))));
            }
            Filter::Source(source) => (*self.set(&SetName::Source(source.clone()))?).clone(),
            Filter::MemberOf(group) => match groups::by_id(self.connection, self.key(), *group)? {
                Some(row) => (*self.set(&SetName::Group(row.group.number))?).clone(),
                None => Numbers::new(),
            },
            Filter::SharedWithAny(groups) => self.union(groups.iter().map(|group| SetName::SharedWith(*group)))?,
            Filter::Ids(ids) => {
                let mut found = Numbers::new();
                rows::numbers_of(self.connection, self.key(), ids, |_, number| {
                    found.insert(number);
                    Ok(())
                })?;
                found | self.successors_of_ids(ids)?
            }
            Filter::Numbers(numbers) => numbers.clone(),
            Filter::Called(numbers) => self.successors_of(numbers)? | numbers,
            Filter::Belongs(organization) => self.at_home(*organization, scope)? | &*self.set(&SetName::Guests(*organization))?,
            Filter::Home(organization) => self.at_home(*organization, scope)?,
            Filter::Role { organization: Some(number), role } => (*self.set(&SetName::Role(*number, role.clone()))?).clone(),
            Filter::Role { organization: None, role } => {
                let names = crate::sets::names(self.connection, self.key(), "role/")?;
                self.union(names.into_iter().filter(|name| matches!(name, SetName::Role(_, held) if held == role)))?
            }
            Filter::Inactive => (*self.set(&SetName::Inactive)?).clone(),
        };
        Ok(Verdict::sure(Arc::new(found & &**scope)))
    }

    /// Who is found by each of some filters, those first that take the least: the others are told only of who is left.
    fn every<'f>(&self, parts: &'f [Filter], scope: &Arc<Numbers>) -> Result<Verdict<'f>> {
        let (mut found, mut left, mut tests) = (Arc::clone(scope), Arc::clone(scope), Vec::new());
        for part in by_cost(parts) {
            if left.is_empty() {
                break;
            }
            let verdict = self.tell(part, &left)?;
            left = verdict.possible();
            found = Arc::new(&*found & &*verdict.found);
            if !verdict.open.is_empty() {
                tests.push((verdict.found, verdict.test));
            }
        }
        Ok(Verdict { open: less(&left, &found), found, test: Test::Every(tests) })
    }

    /// Who is found by at least one of some filters, those first that take the least: the others are told only of who is not
    /// found already.
    fn any<'f>(&self, parts: &'f [Filter], scope: &Arc<Numbers>) -> Result<Verdict<'f>> {
        let (mut found, mut open, mut left, mut tests) = (Numbers::new(), Numbers::new(), Arc::clone(scope), Vec::new());
        for part in by_cost(parts) {
            if left.is_empty() {
                break;
            }
            let verdict = self.tell(part, &left)?;
            left = less(&left, &verdict.found);
            found |= &*verdict.found;
            if !verdict.open.is_empty() {
                open |= &*verdict.open;
                tests.push((verdict.open, verdict.test));
            }
        }
        open -= &found;
        Ok(Verdict { found: Arc::new(found), open: Arc::new(open), test: Test::Any(tests) })
    }

    /// Everyone who is in any of some sets.
    fn union(&self, names: impl Iterator<Item = SetName>) -> Result<Numbers> {
        let mut found = Numbers::new();
        for name in names {
            found |= &*self.set(&name)?;
        }
        Ok(found)
    }

    /// Whose home an organization is; everyone's in scope whose home is no other, for the root.
    fn at_home(&self, organization: u32, scope: &Numbers) -> Result<Numbers> {
        Ok(match organization {
            organizations::ROOT => scope - &*self.set(&SetName::Elsewhere)?,
            number => (*self.set(&SetName::Organization(number))?).clone(),
        })
    }

    /// Who has a key of this term, and has it by the card.
    fn exact<'f>(&self, term: &[u8], scope: &Arc<Numbers>, has: impl Fn(&Contact) -> bool + 'f) -> Result<Verdict<'f>> {
        let hits = Arc::new(self.indexed_by(term)? & &**scope);
        if hits.len() > MAX_VERIFIED {
            return Ok(Verdict::sure(hits));
        }
        Ok(Verdict::ask(hits, move |record| has(&record.contact)))
    }

    /// Who has a key of this term, or one of the same hash.
    pub(crate) fn indexed_by(&self, term: &[u8]) -> Result<Numbers> {
        lookup::exact(&self.segments()?, &self.blocks(), term).map_err(index_fault)
    }

    /// Who has, for each word, a word that begins so.
    fn word_prefixes<'f>(&self, folded: &str, scope: &Arc<Numbers>) -> Result<Verdict<'f>> {
        let segments = self.segments()?;
        let (mut hits, mut long) = (Arc::clone(scope), Vec::new());
        for word in fold::words(folded) {
            let found = lookup::prefix(&segments, &self.blocks(), &terms::word_prefix(word)).map_err(index_fault)?;
            hits = Arc::new(found & &*hits);
            if word.len() > terms::MAX_WORD {
                long.push(word.to_owned());
            }
        }
        if long.is_empty() {
            return Ok(Verdict::sure(hits));
        }
        let has = move |contact: &Contact| long.iter().all(|word| terms::has_word_prefix(contact, word));
        Ok(Verdict::ask(hits, move |record| has(&record.contact)))
    }

    /// Who has a phone number whose digits end so.
    fn phone_ends<'f>(&self, end: String, scope: &Arc<Numbers>) -> Result<Verdict<'f>> {
        if end.is_empty() {
            return Ok(Verdict::sure(Arc::default()));
        }
        let found = lookup::prefix(&self.segments()?, &self.blocks(), &terms::tail_prefix(&end)).map_err(index_fault)?;
        let hits = Arc::new(found & &**scope);
        if end.len() <= terms::MAX_TAIL {
            return Ok(Verdict::sure(hits));
        }
        let has = move |contact: &Contact| contact.phones.iter().any(|entry| fold::digits(&entry.value).ends_with(&end));
        Ok(Verdict::ask(hits, move |record| has(&record.contact)))
    }

    pub(crate) fn blocks(&self) -> TenantBlocks<'_> {
        TenantBlocks { connection: self.connection, tenant: self.key() }
    }
}

/// The text that whoever a comparison holds of has among their search texts, if it says so.
fn needle(field: &Field, comparison: &Comparison) -> Option<String> {
    let is_searched = matches!(field, Field::DisplayName | Field::GivenName | Field::FamilyName | Field::Email);
    let (Comparison::Contains(text) | Comparison::Begins(text) | Comparison::Ends(text) | Comparison::Is(Scalar::Text(text))) =
        comparison
    else {
        return None;
    };
    Some(fold::text(text)).filter(|needle| is_searched && !needle.is_empty())
}

/// Filters in the order of what they take, otherwise as given.
fn by_cost(filters: &[Filter]) -> Vec<&Filter> {
    let mut filters: Vec<&Filter> = filters.iter().collect();
    filters.sort_by_cached_key(|filter| cost(filter));
    filters
}

fn cost(filter: &Filter) -> Cost {
    match filter {
        Filter::And(parts) | Filter::Or(parts) => parts.iter().map(cost).max().unwrap_or(Cost::Sets),
        Filter::Not(part) => cost(part),
        Filter::Contains(_) | Filter::FieldContains { .. } => Cost::Texts,
        Filter::Compare { field, comparison } if needle(field, comparison).is_some() => Cost::Texts,
        Filter::WordPrefixes(_) | Filter::Email(_) | Filter::Phone(_) | Filter::PhoneEnds(_) | Filter::Key { .. } => Cost::Index,
        _ => Cost::Sets,
    }
}
