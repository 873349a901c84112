//! Conformance transcripts: requests and what must be answered, as plain text, run against an application in memory.
//!
//! ```text
//! # a comment
//! ### A sentence naming the exchange
//! POST /v1/contacts/organizations/{ORG}/contacts
//! Authorization: none
//!
//! {"source": "CH"}
//! HTTP 201
//! content-type: application/json*
//!
//! {"contactId": "<uuid>", "created": "<ts>"}
//! > C1 = contactId
//! ```
//!
//! **Request.** Header lines are optional; `Authorization: Bearer {TOKEN}`, `Host: cardfile.test` and, with a body,
//! `Content-Type: application/json;charset=utf-8` are sent unless said otherwise, and the value `none` leaves a header out.
//! `{NAME}` is replaced where `NAME` is a known variable. Lines of a body that begin with `@` are directives, joined to their
//! neighbours without a line break: `@bytes ff fe` adds raw bytes, `@repeat 3 "," text {i}` adds the text three times with the
//! separator between and `{i}` the index, `@expand text` adds the text.
//!
//! **Answer.** A header's expected value may hold `*` for anything; `absent` means that it must not be there. Without an
//! expected body the body must be empty; the line `<any body>` takes any. JSON is compared member by member, with patterns; a
//! body that begins with `<`, or behind `@text `, is compared as text, its lines joined and `*` standing for anything.
//! `> NAME = path.to[0].member` and `> NAME = header:link` keep a part of the answer as a variable.
//!
//! | expected | what matches |
//! |---|---|
//! | `"<uuid>"` | a UUID as text, lower case with dashes |
//! | `"<ts>"` | a time of RFC 3339 in UTC with exactly three digits of a second and `Z` |
//! | `"<str>"`, `"<int>"`, `"<any>"` | a text that is not empty; a whole number; anything that is there |
//! | `"<name>"` | what the pattern of that name matches |
//! | `{"$json": X}` | a text whose JSON matches `X` |
//! | `{"$has": {…}}` | an object with at least these members |
//! | `{"$len": N}`, `{"$len": N, "$each": X}` | an array of that length, each of its items matching `X` |
//! | anything else | the same, an object with exactly these members |

mod matching;
mod parse;
mod request;
mod run;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::path::Path;

pub use run::run;

/// What `{NAME}` stands for, and, under names such as `<contact>`, the patterns a transcript may use.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Variables(pub BTreeMap<String, String>);

impl Variables {
    /// No variables.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets a variable; names are of `[A-Z0-9_]`.
    pub fn set(&mut self, name: &str, value: impl Into<String>) -> &mut Self {
        self.0.insert(name.into(), value.into());
        self
    }

    /// Names a pattern: `pattern("contact", r#"{"$has": {"contactId": "<uuid>"}}"#)` is what `"<contact>"` means from now on.
    pub fn pattern(&mut self, name: &str, json: impl Into<String>) -> &mut Self {
        self.0.insert(format!("<{name}>"), json.into());
        self
    }

    /// The value of a variable.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// The text with every `{NAME}` replaced whose name is known.
    #[must_use]
    fn fill(&self, text: &str) -> String {
        let mut filled = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(at) = rest.find('{') {
            filled.push_str(&rest[..at]);
            rest = &rest[at..];
            let known = rest[1..].find('}').and_then(|end| Some((end + 2, self.0.get(&rest[1..=end])?)));
            let (length, value) = known.map_or((1, "{"), |(length, value)| (length, value.as_str()));
            filled.push_str(value);
            rest = &rest[length..];
        }
        filled.push_str(rest);
        filled
    }
}

/// The transcripts (`*.http`) of a folder with their file names, sorted by name.
///
/// # Panics
/// When the folder or a file in it cannot be read, or holds no transcript.
#[must_use]
pub fn files(dir: &Path) -> Vec<(String, String)> {
    let entries = std::fs::read_dir(dir).unwrap_or_else(|error| panic!("{}: {error}", dir.display()));
    let mut found: Vec<(String, String)> = entries
        .map(|entry| entry.unwrap_or_else(|error| panic!("{}: {error}", dir.display())).path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "http"))
        .map(|path| {
            let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            (path.file_name().unwrap_or_default().to_string_lossy().into_owned(), text)
        })
        .collect();
    assert!(!found.is_empty(), "{} holds no transcript", dir.display());
    found.sort();
    found
}
