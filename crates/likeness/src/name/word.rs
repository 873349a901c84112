//! The words of a name.

use any_ascii::any_ascii_char;
use cardfile_model::fold;
use unicode_normalization::char::is_combining_mark;

use super::script::{Scripts, is_initial};
use super::spelling::{self, loose};

/// Characters of a name that are looked at.
const MOST_CHARS: usize = 120;
/// Characters of a word that are looked at, once it is in Latin letters.
const MOST_LETTERS: usize = 32;
/// Words of a name that are looked at.
const MOST_WORDS: usize = 10;
/// Forms of address and degrees, which are no names.
const TITLES: [&str; 24] = [
    "dr",
    "prof",
    "professor",
    "ing",
    "dipl",
    "mag",
    "med",
    "phd",
    "mr",
    "mrs",
    "ms",
    "miss",
    "sir",
    "herr",
    "hr",
    "frau",
    "mme",
    "mlle",
    "monsieur",
    "madame",
    "sr",
    "sra",
    "senor",
    "senora",
];

/// A name in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Name {
    pub(super) words: Vec<Word>,
    pub(super) scripts: Scripts,
}

/// A word of a name in several forms. None is empty.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Word {
    /// As written, but for case and accents.
    pub(super) written: String,
    /// In Latin letters, where these are known.
    pub(super) plain: String,
    /// As it may be spelled otherwise ([`loose`]).
    pub(super) loose: String,
    /// Whether it is the first letter of a name.
    pub(super) is_initial: bool,
}

impl Name {
    /// `None` if there is no word.
    pub(super) fn read(text: &str) -> Option<Name> {
        let (mut name, mut word) = (Name { words: Vec::new(), scripts: Scripts::default() }, String::new());
        for c in text.chars().take(MOST_CHARS) {
            if c.is_alphanumeric() || is_combining_mark(c) {
                name.scripts.add(c);
                word.push(c);
            } else if !is_nothing(c) {
                name.words.extend(Word::read(&std::mem::take(&mut word)));
            }
        }
        name.words.extend(Word::read(&word));
        if name.words.iter().any(|word| !word.is_title()) {
            name.words.retain(|word| !word.is_title());
        }
        name.words.truncate(MOST_WORDS);
        (!name.words.is_empty()).then_some(name)
    }
}

impl Word {
    fn read(typed: &str) -> Option<Word> {
        let written = fold::text(typed);
        let mut letters = typed.chars().filter(|c| !is_combining_mark(*c));
        let is_initial = letters.next().is_some_and(is_initial) && letters.next().is_none();
        // Vowels of Indian scripts are marks, and no part of the folded word.
        let source = spelling::greek(&written).unwrap_or_else(|| typed.to_owned());
        let ascii = source.chars().flat_map(|c| any_ascii_char(c).chars()).filter(char::is_ascii_alphanumeric);
        let mut plain: String = ascii.map(|c| c.to_ascii_lowercase()).take(MOST_LETTERS).collect();
        if plain.is_empty() {
            plain.extend(written.chars().take(MOST_LETTERS));
        }
        let loose = loose(&plain);
        (!plain.is_empty()).then_some(Word { written, plain, loose, is_initial })
    }

    fn is_title(&self) -> bool {
        TITLES.contains(&self.plain.as_str())
    }
}

/// What is within words and says nothing: apostrophes, and characters that are not seen.
fn is_nothing(c: char) -> bool {
    let is_unseen = matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}');
    is_unseen || matches!(c, '\'' | '’' | '‘' | 'ʼ' | '`' | '´')
}
