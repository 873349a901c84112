//! How names are spelled.

/// Letters that stand for each other in names, the longest first, and what is made of them; then doubled letters become one.
const LOOSE: [(&str, &str); 31] = [
    ("shch", "sh"),
    ("tsch", "ch"),
    ("sch", "sh"),
    ("tch", "ch"),
    ("ch", "ch"),
    ("ck", "k"),
    ("kh", "k"),
    ("ph", "f"),
    ("th", "t"),
    ("gh", "g"),
    ("dj", "j"),
    ("dzh", "j"),
    ("ou", "u"),
    ("oo", "u"),
    ("ee", "i"),
    ("ae", "a"),
    ("oe", "o"),
    ("ue", "u"),
    ("ks", "ks"),
    ("iy", "i"),
    ("yi", "i"),
    ("ij", "i"),
    ("yj", "i"),
    ("x", "ks"),
    ("y", "i"),
    ("j", "i"),
    ("w", "v"),
    ("c", "k"),
    ("q", "k"),
    ("z", "s"),
    ("ß", "s"),
];
/// Endings, of which one is a woman's name and the other a man's, or another man's.
const ENDINGS: [(&str, &str); 8] =
    [("", "a"), ("", "e"), ("a", "o"), ("a", "us"), ("an", "na"), ("er", "ra"), ("", "na"), ("", "ine")];
/// What Greek letters are together, which `any_ascii` takes one by one.
///
/// Source: ELOT 743, as in ISO 843:1997, transcription.
const GREEK: [(&str, &str); 8] =
    [("ου", "ou"), ("αυ", "av"), ("ευ", "ev"), ("ηυ", "iv"), ("γγ", "ng"), ("γξ", "nx"), ("γχ", "nch"), ("μπ", "b")];

/// Similarity from which two words are spelled alike, of 1.
const ALIKE: f64 = 0.9;
/// Letters below which words are spelled alike only if they are equal.
const FEWEST: usize = 4;

/// A word as all of its usual spellings come to: `Philipp` and `Filip`, `Müller` and `Mueller`, `Yuriy` and `Juri`.
pub(super) fn loose(plain: &str) -> String {
    let (mut loose, mut rest) = (String::with_capacity(plain.len()), plain);
    while let Some(c) = rest.chars().next() {
        if let Some((from, to)) = LOOSE.iter().find(|(from, _)| rest.starts_with(from)) {
            to.chars().for_each(|c| push(&mut loose, c));
            rest = &rest[from.len()..];
        } else {
            push(&mut loose, c);
            rest = &rest[c.len_utf8()..];
        }
    }
    loose
}

/// Digits tell names apart, also doubled ones.
fn push(loose: &mut String, c: char) {
    if !loose.ends_with(c) || c.is_numeric() {
        loose.push(c);
    }
}

/// The consonants of a word, as far as scripts have letters for them that lack vowels.
pub(super) fn bones(loose: &str) -> String {
    loose.replace("sh", "s").chars().filter(|c| !matches!(c, 'a' | 'e' | 'i' | 'o' | 'u' | 'v')).fold(
        String::new(),
        |mut bones, c| {
            push(&mut bones, c);
            bones
        },
    )
}

/// A folded word with letters for the Greek that belong together; `None` if there are none.
pub(super) fn greek(written: &str) -> Option<String> {
    let has = GREEK.iter().any(|(from, _)| written.contains(from));
    has.then(|| GREEK.iter().fold(written.to_owned(), |word, (from, to)| word.replace(from, to)))
}

/// Whether two words of loose spelling are nearly the same, and not two people's names.
pub(super) fn is_near(one: &str, other: &str) -> bool {
    let is_long = one.chars().nth(FEWEST - 1).is_some() && other.chars().nth(FEWEST - 1).is_some();
    let has_digit = one.contains(char::is_numeric) || other.contains(char::is_numeric);
    is_long && !has_digit && !ends_apart(one, other) && strsim::jaro_winkler(one, other) >= ALIKE
}

fn ends_apart(one: &str, other: &str) -> bool {
    ENDINGS.iter().any(|(a, b)| {
        let differ =
            |one: &str, other: &str| matches!((one.strip_suffix(a), other.strip_suffix(b)), (Some(x), Some(y)) if x == y);
        differ(one, other) || differ(other, one)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usual_spellings_come_to_the_same() {
        for (one, other) in [
            ("philipp", "filip"),
            ("muller", "mueller"),
            ("yuriy", "juri"),
            ("katherine", "catherine"),
            ("tchaikovsky", "chaikowski"),
            ("schmitt", "shmit"),
            ("alexander", "aleksander"),
            ("youssef", "yusef"),
        ] {
            assert_eq!(loose(one), loose(other));
        }
        assert_ne!(loose("user11"), loose("user1"));
    }

    #[test]
    fn a_mans_and_a_womans_name_are_not_near() {
        for (one, other) in [
            ("martin", "martina"),
            ("mario", "maria"),
            ("christian", "christina"),
            ("julius", "julia"),
            ("peter", "petra"),
            ("simon", "simone"),
        ] {
            assert!(!is_near(one, other) && !is_near(other, one), "{one} and {other}");
        }
    }

    #[test]
    fn a_slip_of_the_pen_is_near_where_words_are_long() {
        assert!(is_near("andersen", "anderson"));
        assert!(is_near("shmidt", "shmit"));
        assert!(!is_near("li", "lin"));
        assert!(!is_near("user1", "user2"));
        assert!(!is_near("anna", "peter"));
    }

    #[test]
    fn greek_letters_that_belong_together_are_taken_so() {
        assert_eq!(greek("παπαδοπουλος").as_deref(), Some("παπαδοπouλος"));
        assert_eq!(greek("ευαγγελος").as_deref(), Some("evαngελος"));
        assert_eq!(greek("anna"), None);
    }
}
