//! One meaning of "equal but for case and accents", on every engine: never a database's collation.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Folds a text for search: compatibility decomposition, accents dropped, lower case, white space and control characters
/// made single blanks, outer blanks trimmed. `Ærø  Straße` stays what its letters are; `É` becomes `e`.
///
/// Folding is idempotent, so a folded text may be folded again without change.
#[must_use]
pub fn text(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    text_into(text, &mut folded);
    folded
}

/// As [`text`], appended to `folded`; the blank trimming looks only at what this call adds.
pub fn text_into(text: &str, folded: &mut String) {
    let start = folded.len();
    if text.is_ascii() {
        for byte in text.bytes() {
            push(byte.to_ascii_lowercase() as char, start, folded);
        }
    } else {
        // Lower case before and after: 'İ' lowers into a mark, and some letters decompose into capitals.
        for c in text.chars().flat_map(char::to_lowercase).nfkd().filter(|c| !is_combining_mark(*c)) {
            c.to_lowercase().for_each(|c| push(c, start, folded));
        }
    }
    if folded.len() > start && folded.ends_with(' ') {
        folded.pop();
    }
}

fn push(c: char, start: usize, folded: &mut String) {
    if c.is_whitespace() || c.is_control() {
        if folded.len() > start && !folded.ends_with(' ') {
            folded.push(' ');
        }
    } else {
        folded.push(c);
    }
}

/// The words of a folded text: its runs of letters and digits.
pub fn words(folded: &str) -> impl Iterator<Item = &str> {
    folded.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty())
}

/// The digits of a phone number as typed, with a leading `+` kept: spaces, dashes, dots and parentheses do not tell
/// numbers apart. A text without any digit folds as [`text`].
#[must_use]
pub fn phone(number: &str) -> String {
    let digits = digits(number);
    match (digits.is_empty(), number.trim_start().starts_with('+')) {
        (true, _) => text(number),
        (false, true) => format!("+{digits}"),
        (false, false) => digits,
    }
}

/// The digits of a phone number as typed, and nothing else.
#[must_use]
pub fn digits(number: &str) -> String {
    number.chars().filter(char::is_ascii_digit).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn case_accents_and_blanks_do_not_tell_texts_apart() {
        assert_eq!(text("  Åse\u{a0}\t BJØRN-Müller "), "ase bjørn-muller");
        assert_eq!(text("ﬁne ＭＡＲＡ ℌ"), "fine mara h");
        assert_eq!(text("İstanbul"), text("istanbul"));
        assert_eq!(text("\u{1f}\u{1e}"), "");
    }

    #[test]
    fn words_are_runs_of_letters_and_digits() {
        assert_eq!(words("ase bjørn-muller 2nd").collect::<Vec<_>>(), ["ase", "bjørn", "muller", "2nd"]);
    }

    #[test]
    fn a_phone_number_is_its_digits_and_plus() {
        assert_eq!(phone(" +47 (22) 55-01.01"), "+4722550101");
        assert_eq!(phone("400 123 1234"), "4001231234");
        assert_eq!(phone("Reception"), "reception");
        assert_eq!(digits("+47 (22) 55-01.01 x 7"), "47225501017");
    }

    proptest! {
        #[test]
        fn folding_is_idempotent_and_free_of_control_characters(given in any::<String>()) {
            let folded = text(&given);
            prop_assert_eq!(text(&folded), folded.clone());
            prop_assert!(!folded.chars().any(char::is_control));
        }
    }
}
