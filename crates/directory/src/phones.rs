//! Phone numbers as people write them: which are the same, and who has one.
//!
//! **Source**: ITU-T E.164 for the international form; what a national number looks like is told by libphonenumber's tables.

use std::collections::BTreeSet;

use cardfile_model::{Filter, Reach, Record, fold};
use rlibphonenumber::enums::Region;
use rlibphonenumber::{PHONE_NUMBER_UTIL, PhoneNumber, PhoneNumberFormat};

use crate::contacts::{Reader, Wanted};
use crate::error::{Error, Result};

/// The longest text that is looked at as a number, in bytes.
const MOST_BYTES: usize = 64;
/// How many numbers one question is about.
const AT_ONCE: usize = 100;
/// How many contacts are looked at for one question.
const MOST_FOUND: usize = 1000;
/// How many numbers may be asked for at once.
const MOST_NUMBERS: usize = 1000;

/// Whether this names a country whose numbers are known: ISO 3166-1 alpha-2, in capitals.
#[must_use]
pub fn is_country(code: &str) -> bool {
    let is_plain = code.bytes().all(|byte| byte.is_ascii_uppercase());
    is_plain && region(code).is_some_and(|region| PHONE_NUMBER_UTIL.get_supported_regions().any(|known| known == region))
}

/// A number in international form, `+` and digits; `None` when it is none that exists in any country or, without `+`, in this one.
#[must_use]
pub fn e164(number: &str, country: Option<&str>) -> Option<String> {
    parsed(number, country).map(|number| number.format_as(PhoneNumberFormat::E164).into_owned())
}

/// Every way in which a store may hold a number: as it is given, and for one that exists in international form with `+`, with
/// `00`, with neither, in national form, and without the digit that a national form begins with.
#[must_use]
pub fn spellings(number: &str, country: Option<&str>) -> BTreeSet<String> {
    let mut spellings = BTreeSet::from([fold::phone(number)]);
    if let Some(number) = parsed(number, country) {
        let international = number.format_as(PhoneNumberFormat::E164).into_owned();
        let digits = international.trim_start_matches('+').to_owned();
        spellings.extend([format!("00{digits}"), digits, international]);
        spellings.insert(fold::phone(&number.format_as(PhoneNumberFormat::National)));
        spellings.insert(number.get_national_significant_number());
    }
    spellings
}

/// Whether two texts are the same number: in international form if they have one, else by their digits.
#[must_use]
pub fn is_same(one: &str, other: &str, country: Option<&str>) -> bool {
    is_same_as((one, e164(one, country).as_deref()), other, country)
}

/// As [`is_same`], for a number of which the international form is known.
pub(crate) fn is_same_as((one, international): (&str, Option<&str>), other: &str, country: Option<&str>) -> bool {
    match (international, international.and_then(|_| e164(other, country))) {
        (Some(one), Some(other)) => one == other,
        _ => fold::phone(one) == fold::phone(other),
    }
}

/// The extension behind a number: digits at the end, behind other digits and a mark such as `x`, `ext.`, `;ext=`, `#`,
/// `Durchwahl` or a dash. Whatever libphonenumber takes for an extension in such a place is one, and what follows a dash is too,
/// for so direct dial-ins are written; blanks, dots, slashes and brackets only group digits.
#[must_use]
pub fn extension(number: &str) -> Option<&str> {
    let text = number.trim_end();
    let (text, is_closed) = text.strip_suffix('#').map_or((text, false), |text| (text.trim_end(), true));
    let before = text.trim_end_matches(|c: char| c.is_ascii_digit());
    let main = before.trim_end_matches(|c: char| !c.is_ascii_digit());
    let (mark, extension) = (&before[main.len()..], &text[before.len()..]);
    let groups = |c: char| c.is_whitespace() || matches!(c, '.' | '/' | '(' | ')');
    let is_marked = mark.chars().any(|c| !groups(c)) || (is_closed && !mark.is_empty());
    (is_marked && !main.is_empty() && !extension.is_empty()).then_some(extension)
}

fn region(code: &str) -> Option<Region> {
    code.parse().ok()
}

fn parsed(number: &str, country: Option<&str>) -> Option<PhoneNumber> {
    if number.len() > MOST_BYTES {
        return None;
    }
    // `00` is how most of the world dials abroad; the tables know it only for a country.
    let plain = number.trim();
    let dialled = plain.strip_prefix("00").map(|rest| format!("+{rest}"));
    let parse = |text: &str| {
        let number = PHONE_NUMBER_UTIL.parse(text, country.and_then(region)).ok()?;
        number.is_possible_with_reason().ok().map(|_| number)
    };
    parse(dialled.as_deref().unwrap_or(plain))
}

impl Reader<'_, '_> {
    /// Who is calling: for each number the contact that has it, whichever way either is written, in the country of the
    /// organization. Of several the organization's own comes before an inherited one, then the lowest person number.
    ///
    /// # Errors
    /// `TooLarge` for more than a thousand numbers.
    pub async fn who_calls(&self, numbers: &[String]) -> Result<Vec<Option<Record>>> {
        if numbers.len() > MOST_NUMBERS {
            return Err(Error::TooLarge { limit: "numbers", most: MOST_NUMBERS as u64 });
        }
        let country = self.desk.country();
        let mut callers = Vec::with_capacity(numbers.len());
        for asked in numbers.chunks(AT_ONCE) {
            let spelled: BTreeSet<String> = asked.iter().flat_map(|number| spellings(number, country)).collect();
            let filter = Filter::Or(spelled.into_iter().map(Filter::Phone).collect());
            let page = self.page(Wanted { filter, reach: Reach::Inherited, limit: MOST_FOUND, ..Wanted::default() }).await?;
            if page.total <= MOST_FOUND as u64 {
                callers.extend(asked.iter().map(|number| self.caller_of(number, &page.records, country)));
                continue;
            }
            // A number that very many have must not keep the others from being found.
            for number in asked {
                let filter = Filter::Or(spellings(number, country).into_iter().map(Filter::Phone).collect());
                let page = self.page(Wanted { filter, reach: Reach::Inherited, limit: MOST_FOUND, ..Wanted::default() }).await?;
                callers.push(self.caller_of(number, &page.records, country));
            }
        }
        Ok(callers)
    }

    fn caller_of(&self, number: &str, records: &[Record], country: Option<&str>) -> Option<Record> {
        let has = |record: &&Record| record.contact.phones.iter().any(|entry| is_same(&entry.value, number, country));
        let is_inherited = |record: &&Record| !record.contact.belongs(self.desk.organization.number);
        records.iter().filter(has).min_by_key(|record| (is_inherited(record), record.number)).cloned()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const GB: Option<&str> = Some("GB");

    #[test]
    fn a_number_has_one_international_form_however_it_is_written() {
        for written in ["+44 7700 900017", "07700 900017", "0044 7700-900017", "(0) 7700 900017", "+44 (0)7700 900017"] {
            assert_eq!(e164(written, GB).as_deref(), Some("+447700900017"), "{written}");
        }
        assert_eq!(e164("07700 900017", None), None);
        assert_eq!(e164("+44 7700 900017", None).as_deref(), Some("+447700900017"));
        assert_eq!(e164("Reception", GB), None);
        assert_eq!(e164("12", GB), None);
    }

    #[test]
    fn every_usual_spelling_is_asked_for() {
        let found = spellings("+44 7700 900017", GB);
        for spelling in ["+447700900017", "447700900017", "00447700900017", "07700900017", "7700900017"] {
            assert!(found.contains(spelling), "{spelling} of {found:?}");
        }
        assert_eq!(spellings("4711", None), BTreeSet::from(["4711".to_owned()]));
    }

    #[test]
    fn numbers_without_a_country_are_compared_by_their_digits() {
        assert!(is_same("0770 0900017", "07700-900017", None));
        assert!(!is_same("+447700900017", "07700900017", None));
        assert!(is_same("+447700900017", "07700900017", GB));
        assert!(!is_same("+447700900017", "+447700900018", GB));
    }

    #[test]
    fn an_extension_stands_behind_a_mark() {
        for written in [
            "+49 30 1234567 x4711",
            "+49 30 1234567x 4711",
            "030 1234567 ext. 4711",
            "030 1234567 EXTN 4711",
            "+49-30-1234567;ext=4711",
            "030 1234567, 4711",
            "030 1234567 # 4711",
            "+49 30 1234567 4711#",
            "+49 30 1234567 Durchwahl 4711 ",
            "+49 (30) 12345-4711",
            "(030) 12345\u{2013}4711",
            "030 1234567 доб. 4711",
        ] {
            assert_eq!(extension(written), Some("4711"), "{written}");
        }
        for written in ["030 1234567 4711", "030/4711", "030.4711", "(030) 4711", "x4711", "4711", "-4711", "030 1234 x", "", "#"]
        {
            assert_eq!(extension(written), None, "{written}");
        }
    }

    #[test]
    fn what_libphonenumber_takes_for_an_extension_is_one() {
        let marks = ["x", " x ", "ext", " ext. ", ";ext=", " extn ", " extension ", "#", " # ", " anexo ", ", ", "~", " int "];
        let known = marks.map(|mark| {
            let written = format!("+44 20 7946 0018{mark}4711");
            let number = PHONE_NUMBER_UTIL.parse(&written, None).expect("it is a number");
            assert!(number.extension() != "4711" || extension(&written) == Some("4711"), "{written}");
            number.extension() == "4711"
        });
        assert!(known.iter().filter(|is_known| **is_known).count() >= 10, "{known:?}");
    }

    #[test]
    fn a_country_is_known_by_two_capitals() {
        assert!(is_country("GB") && is_country("NO"));
        assert!(!is_country("gb") && !is_country("ZZ") && !is_country("") && !is_country("GBR"));
    }

    proptest! {
        #[test]
        fn no_text_is_too_strange(number in any::<String>(), country in "[A-Z]{0,3}") {
            let spelled = spellings(&number, Some(&country));
            prop_assert!(spelled.contains(&fold::phone(&number)));
            prop_assert!(is_same(&number, &number, Some(&country)));
            prop_assert!(extension(&number).is_none_or(|found| number.contains(found)));
        }

        #[test]
        fn no_number_is_too_strange(number in "[+0-9 ().;x/-]{0,70}") {
            prop_assert!(is_same(&number, &number, GB));
        }
    }
}
