//! Two names side by side.

use super::spelling::{bones, is_near, loose};
use super::word::{Name, Word};
use super::{Manner, Names};

/// Letters that words, or consonants, must have together to say anything.
const FEWEST: usize = 4;

/// How a word of one name stands to a word of the other, the best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Fit {
    Equal,
    Spelled,
    Initial,
}

/// Two names, the one with fewer words first, so that it does not matter in which order they were given.
pub(super) struct Pair<'a> {
    less: &'a Name,
    more: &'a Name,
    is_across: bool,
    has_han: bool,
}

impl Pair<'_> {
    pub(super) fn new<'a>(one: &'a Name, other: &'a Name) -> Pair<'a> {
        let is_ordered = (one.words.len(), &one.words) <= (other.words.len(), &other.words);
        let (less, more) = if is_ordered { (one, other) } else { (other, one) };
        let has_han = one.scripts.has_han() || other.scripts.has_han();
        Pair { less, more, is_across: one.scripts != other.scripts, has_han }
    }

    pub(super) fn verdict(&self) -> Names {
        match self.fits() {
            Some(fits) if self.says_enough(&fits) => return Names::Alike(self.manner(&fits)),
            Some(_) if !self.is_joined() => return Names::Open,
            _ => {}
        }
        if self.is_joined() {
            return Names::Alike(if self.is_across { Manner::Transliterated } else { Manner::Spelled });
        }
        if self.is_across && (self.has_han || self.lacks_vowels() || self.is_unspaced()) { Names::Open } else { Names::Unlike }
    }

    /// How each word of the shorter name stands to one of the longer, and where that is; `None` if one has none there.
    fn fits(&self) -> Option<Vec<(Fit, usize)>> {
        let mut fits = vec![None; self.less.words.len()];
        let mut is_free = vec![true; self.more.words.len()];
        for wanted in [Fit::Equal, Fit::Spelled, Fit::Initial] {
            for (word, place) in self.less.words.iter().zip(&mut fits).filter(|(_, place)| place.is_none()) {
                let fitting = |at: &usize| is_free[*at] && self.fit(word, &self.more.words[*at]) == Some(wanted);
                if let Some(at) = (0..is_free.len()).find(fitting) {
                    is_free[at] = false;
                    *place = Some((wanted, at));
                }
            }
        }
        fits.into_iter().collect()
    }

    fn fit(&self, one: &Word, other: &Word) -> Option<Fit> {
        if self.has_han && one.written != other.written {
            return (one.plain == other.plain).then_some(Fit::Spelled);
        }
        if one.plain == other.plain {
            return Some(Fit::Equal);
        }
        if one.is_initial || other.is_initial {
            let begins = one.loose.starts_with(&other.loose) || other.loose.starts_with(&one.loose);
            return begins.then_some(Fit::Initial);
        }
        let has_same_bones = || self.is_bare() && bones(&one.loose) == bones(&other.loose);
        (one.loose == other.loose || is_near(&one.loose, &other.loose) || has_same_bones()).then_some(Fit::Spelled)
    }

    /// Whether words that fit are more than a first name, initials, or a few consonants.
    fn says_enough(&self, fits: &[(Fit, usize)]) -> bool {
        let has_full = fits.iter().any(|(fit, _)| *fit != Fit::Initial);
        let is_short = fits.len() == 1 && self.more.words.len() > 1;
        let letters = |word: &Word| if self.is_bare() { bones(&word.loose).len() } else { FEWEST };
        has_full && !is_short && self.less.words.iter().map(letters).sum::<usize>() >= FEWEST
    }

    fn manner(&self, fits: &[(Fit, usize)]) -> Manner {
        let has = |wanted: Fit| fits.iter().any(|(fit, _)| *fit == wanted);
        if self.is_across {
            Manner::Transliterated
        } else if has(Fit::Spelled) {
            Manner::Spelled
        } else if has(Fit::Initial) || fits.len() < self.more.words.len() {
            Manner::Shortened
        } else if fits.iter().map(|(_, at)| *at).eq(0..fits.len()) {
            Manner::Same
        } else {
            Manner::Reordered
        }
    }

    /// Whether the names are the same without blanks, the words of the longer in this order or turned around: `Anne-Marie Vinter` and
    /// `Vinter Annemarie`, `王小明` and `Xiaoming Wang`.
    fn is_joined(&self) -> bool {
        // Letters double, or belong together, where words meet: only the whole is spelled loosely.
        let join = |words: &mut dyn Iterator<Item = &Word>| loose(&words.map(|word| word.plain.as_str()).collect::<String>());
        let (less, words) = (join(&mut self.less.words.iter()), &self.more.words);
        (0..words.len()).any(|turn| {
            let more = join(&mut words[turn..].iter().chain(&words[..turn]));
            self.is_same_joined(&less, &more)
        })
    }

    fn is_same_joined(&self, less: &str, more: &str) -> bool {
        let is_long = |text: &str| text.chars().nth(FEWEST - 1).is_some();
        if is_long(less) && less == more {
            return true;
        }
        if self.has_han || !self.is_across {
            return false;
        }
        let is_same_bare = self.is_bare() && is_long(&bones(less)) && bones(less) == bones(more);
        is_same_bare || (self.is_unspaced() && is_near(less, more))
    }

    /// Whether vowels must be left out, since one name has none.
    fn is_bare(&self) -> bool {
        self.is_across && self.lacks_vowels()
    }

    fn lacks_vowels(&self) -> bool {
        self.less.scripts.lacks_vowels() || self.more.scripts.lacks_vowels()
    }

    fn is_unspaced(&self) -> bool {
        self.less.scripts.is_unspaced() || self.more.scripts.is_unspaced()
    }
}
