//! Who is calling, ranked: who has the number, whose extension it is, and whose number ends as it does.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use cardfile_model::{Contact, Filter, Page, Reach, Record, fold};

use crate::contacts::{Reader, Wanted};
use crate::error::Result;
use crate::phones::{e164, extension, is_same_as, spellings};

/// Digits of an internal extension, at least and at most.
const EXTENSION: std::ops::RangeInclusive<usize> = 2..=6;
/// How many last digits of a number make somebody worth naming.
const LAST_DIGITS: usize = 7;
/// How many contacts are looked at in one go; of an end that more have, so many of each kind, by person number.
const LOOKED_AT: usize = 100;

/// How a contact has the number that was asked for; the best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Match {
    /// It is theirs, in whichever notation.
    Number,
    /// It is their internal extension.
    Extension,
    /// A number of theirs has the same last digits.
    LastDigits,
}

/// Who may be calling.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    /// The contact.
    pub record: Record,
    /// How it has the number.
    pub matched: Match,
}

/// A number that is asked for, in the country of the organization that asks.
struct Asked<'a> {
    typed: &'a str,
    digits: String,
    e164: Option<String>,
    country: Option<&'a str>,
}

impl<'a> Asked<'a> {
    fn new(typed: &'a str, country: Option<&'a str>) -> Self {
        Asked { typed, digits: fold::digits(typed), e164: e164(typed, country), country }
    }

    fn is_extension(&self) -> bool {
        EXTENSION.contains(&self.digits.len()) && !self.typed.contains('+')
    }

    /// The end that numbers of candidates have, if candidates are found by one.
    fn end(&self) -> Option<Filter> {
        let from = self.digits.len().saturating_sub(LAST_DIGITS);
        let has_end = self.is_extension() || self.digits.len() >= LAST_DIGITS;
        has_end.then(|| Filter::PhoneEnds(self.digits[from..].to_owned()))
    }

    /// Whoever has the number as a whole.
    fn whole(&self) -> Filter {
        Filter::Or(spellings(self.typed, self.country).into_iter().map(Filter::Phone).collect())
    }

    /// How a contact has it at best, and in how many last digits they agree; `is_own` is whether the organization's extensions
    /// are what its numbers end with.
    fn matched(&self, contact: &Contact, is_own: bool) -> Option<(Match, usize)> {
        let matches = contact.phones.iter().filter_map(|entry| self.matched_by(&entry.value, is_own));
        matches.min_by_key(|(matched, agreeing)| (*matched, Reverse(*agreeing)))
    }

    fn matched_by(&self, phone: &str, is_own: bool) -> Option<(Match, usize)> {
        let digits = fold::digits(phone);
        let alike = digits.bytes().rev().zip(self.digits.bytes().rev());
        let agreeing = alike.take_while(|(one, other)| one == other).count();
        if is_same_as((self.typed, self.e164.as_deref()), phone, self.country) {
            return Some((Match::Number, self.digits.len()));
        }
        if self.is_extension() && agreeing == self.digits.len() && (is_own || extension(phone) == Some(&self.digits)) {
            return Some((Match::Extension, agreeing));
        }
        (agreeing >= LAST_DIGITS).then_some((Match::LastDigits, agreeing))
    }
}

impl Reader<'_, '_> {
    /// Who may be calling, the likeliest first: who has the number, however either is written in the country of the organization;
    /// then, for two to six digits without `+`, whose extension it is: who has it behind a number, and in the organization
    /// itself whose number ends so; then, for seven digits or more, whose number has the same last seven. Of those who are alike
    /// the organization's own come before inherited ones, then those who agree in more last digits, then by person number.
    ///
    /// When more than a hundred have numbers that end so, the first hundred of each kind are looked at, by person number.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn callers(&self, number: &str, most: usize) -> Result<Vec<Candidate>> {
        let asked = Asked::new(number, self.desk.country());
        // Who is found by the end needs not be asked whether they are found as a whole.
        let any = Filter::Or(asked.end().into_iter().chain([asked.whole()]).collect());
        let page = self.first(any).await?;
        let mut seen = BTreeMap::new();
        let is_all = page.total <= LOOKED_AT as u64;
        self.judge(&asked, page.records, &mut seen);
        if !is_all {
            self.judge_crowd(&asked, most, &mut seen).await?;
        }
        let mut ranked: Vec<_> = seen.into_values().collect();
        ranked.sort_by_key(|(rank, _)| *rank);
        ranked.truncate(most);
        Ok(ranked.into_iter().map(|(Rank { matched, .. }, record)| Candidate { record, matched }).collect())
    }

    /// Looks at those of very many who come first, kind by kind, until there are enough.
    async fn judge_crowd(&self, asked: &Asked<'_>, most: usize, seen: &mut BTreeMap<u32, (Rank, Record)>) -> Result<()> {
        let own = Filter::Belongs(self.desk.organization.number);
        let not_own = Filter::Not(Box::new(own.clone()));
        for filter in [Some(asked.whole()), asked.end()].into_iter().flatten() {
            for here in [&own, &not_own] {
                let page = self.first(Filter::And(vec![here.clone(), filter.clone()])).await?;
                let judged = self.judge(asked, page.records, seen);
                if judged >= most {
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    /// The first of those whom a filter finds, by person number.
    async fn first(&self, filter: Filter) -> Result<Page> {
        self.page(Wanted { filter, reach: Reach::Inherited, limit: LOOKED_AT, ..Wanted::default() }).await
    }

    /// Takes in who of these has the number; answers how many have.
    fn judge(&self, asked: &Asked<'_>, records: Vec<Record>, seen: &mut BTreeMap<u32, (Rank, Record)>) -> usize {
        let mut judged = 0;
        for record in records {
            let is_own = record.contact.belongs(self.desk.organization.number);
            if let Some((matched, agreeing)) = asked.matched(&record.contact, is_own) {
                let rank = Rank { matched, is_inherited: !is_own, agreeing: Reverse(agreeing), number: record.number };
                seen.insert(record.number, (rank, record));
                judged += 1;
            }
        }
        judged
    }
}

/// What comes first is less.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Rank {
    matched: Match,
    is_inherited: bool,
    agreeing: Reverse<usize>,
    number: u32,
}

#[cfg(test)]
mod tests {
    use cardfile_model::Entry;

    use super::*;

    fn with(phones: &[&str]) -> Contact {
        let phones = phones.iter().map(|value| Entry { value: (*value).into(), ..Entry::default() }).collect();
        Contact { phones, ..Contact::default() }
    }

    fn matched(asked: &str, phones: &[&str], is_own: bool) -> Option<(Match, usize)> {
        Asked::new(asked, Some("GB")).matched(&with(phones), is_own)
    }

    #[test]
    fn the_same_number_is_best_however_it_is_written() {
        for phone in ["+44 20 7946 0018", "(020) 7946-0018", "0044 20 7946 0018"] {
            assert_eq!(matched("020 7946 0018", &["+44 161 7946 0018", phone], false), Some((Match::Number, 11)), "{phone}");
        }
        assert_eq!(matched("4711", &["+44 20 7946 4711", "4711"], true), Some((Match::Number, 4)));
        assert_eq!(matched("4711", &["ext. 4711"], false), Some((Match::Number, 4)));
    }

    #[test]
    fn an_extension_is_found_behind_a_mark_and_in_the_own_organization_at_any_end() {
        let extension = Some((Match::Extension, 4));
        for phone in ["+44 20 7946 0018 x4711", "020 7946 0018;ext=4711", "+44 20 7946-4711"] {
            assert_eq!(matched("4711", &[phone], false), extension, "{phone}");
        }
        assert_eq!(matched("4711", &["+44 20 7946 4711"], true), extension);
        for (asked, phone) in [("4711", "+44 20 7946 4711"), ("711", "020 7946 0018 x4711"), ("+4711", "020 7946 0018 x4711")] {
            assert_eq!(matched(asked, &[phone], false), None, "{asked}");
        }
        assert_eq!(matched("+4711", &["+44 20 7946 4711"], true), None);
        assert_eq!(matched("1", &["020 7946 0018 x1"], true), None, "one digit is no extension");
    }

    #[test]
    fn seven_last_digits_are_enough_and_more_are_better() {
        let last_digits = |agreeing| Some((Match::LastDigits, agreeing));
        assert_eq!(matched("+44 20 7946 0018", &["+1 555 946 0018"], false), last_digits(7));
        assert_eq!(matched("+44 20 7946 0018", &["+1 555 946 0018", "+47 7946 0018"], false), last_digits(8));
        assert_eq!(matched("+44 20 7946 0018", &["+47 46 0018"], true), None);
        assert_eq!(matched("946 0018", &["+1 555 946 0018"], false), last_digits(7));
        assert_eq!(matched("946001", &["+1 555 946 001"], true), Some((Match::Extension, 6)), "six are an extension");
    }

    #[test]
    fn kinds_come_before_organizations_before_digits_before_numbers() {
        let rank = |matched, is_inherited, agreeing, number| Rank { matched, is_inherited, agreeing: Reverse(agreeing), number };
        let ranks = [
            rank(Match::Number, false, 11, 9),
            rank(Match::Number, true, 11, 1),
            rank(Match::Extension, true, 4, 2),
            rank(Match::LastDigits, false, 8, 8),
            rank(Match::LastDigits, false, 7, 3),
            rank(Match::LastDigits, false, 7, 4),
            rank(Match::LastDigits, true, 10, 5),
        ];
        assert!(ranks.is_sorted());
    }

    #[test]
    fn what_is_asked_for_has_an_end_if_it_is_an_extension_or_long() {
        let end = |typed: &str| Asked::new(typed, None).end();
        let ends = |digits: &str| Some(Filter::PhoneEnds(digits.into()));
        assert_eq!(end("+44 20 7946 0018"), ends("9460018"));
        assert_eq!(end("47-11"), ends("4711"));
        for none in ["7", "+4711", "+123456", "Reception", ""] {
            assert_eq!(end(none), None, "{none}");
        }
    }
}
