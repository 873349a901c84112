//! In which scripts a name is written.

use unicode_script::{Script, UnicodeScript};

/// What of the scripts of a name changes how it is compared.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Scripts {
    all: Vec<Script>,
}

impl Scripts {
    pub(super) fn add(&mut self, c: char) {
        let script = c.script();
        if !matches!(script, Script::Common | Script::Inherited | Script::Unknown) && !self.all.contains(&script) {
            self.all.push(script);
            self.all.sort_by_key(|script| script.short_name());
        }
    }

    /// Of which one letter may be many sounds: a Japanese name is read otherwise than the same letters of a Chinese one, and what
    /// sounds alike is written in many ways.
    pub(super) fn has_han(&self) -> bool {
        self.all.contains(&Script::Han)
    }

    /// Whose vowels are not written, or not all of them as letters.
    pub(super) fn lacks_vowels(&self) -> bool {
        use Script::{
            Arabic, Bengali, Devanagari, Gujarati, Gurmukhi, Hebrew, Kannada, Malayalam, Oriya, Sinhala, Syriac, Tamil, Telugu,
        };
        self.all.iter().any(|script| {
            let is_abjad = matches!(script, Arabic | Hebrew | Syriac);
            let is_north = matches!(script, Devanagari | Bengali | Gujarati | Gurmukhi | Oriya);
            is_abjad || is_north || matches!(script, Kannada | Malayalam | Sinhala | Tamil | Telugu)
        })
    }

    /// Whose names are written without blanks, or in which one letter may be a whole name.
    pub(super) fn is_unspaced(&self) -> bool {
        self.all.iter().any(|script| is_unspaced(*script))
    }
}

/// Whether one letter is the beginning of a name and no more.
pub(super) fn is_initial(c: char) -> bool {
    c.is_alphabetic() && !is_unspaced(c.script())
}

fn is_unspaced(script: Script) -> bool {
    use Script::{Han, Hangul, Hiragana, Katakana, Khmer, Lao, Myanmar, Thai};
    matches!(script, Han | Hangul | Hiragana | Katakana | Thai | Lao | Khmer | Myanmar)
}
