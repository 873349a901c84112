//! An entry's attributes.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use cardfile_model::Violation;
use serde_json::{Map, Value};

/// An attribute with one value.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Attribute {
    /// Its name as written, with options.
    pub(super) full: String,
    /// Its name without options, in small letters.
    pub(super) name: String,
    /// Its value, or the base64 of what is no text.
    pub(super) value: Result<String, String>,
}

impl Attribute {
    pub(super) fn text(&self) -> &str {
        self.value.as_deref().unwrap_or_default()
    }

    pub(super) fn is(&self, text: &str) -> bool {
        self.text().trim().eq_ignore_ascii_case(text)
    }

    /// Keeps it as it is, beside others of its name.
    pub(super) fn keep(self, kept: &mut Map<String, Value>) {
        let (name, value) = match self.value {
            Ok(text) => (self.full, text),
            Err(base64) => (format!("{}:", self.full), base64),
        };
        if let Value::Array(values) = kept.entry(name).or_insert_with(|| Value::Array(Vec::new())) {
            values.push(value.into());
        }
    }
}

/// The attributes of an entry, or everything that is wrong with its lines.
pub(super) fn attributes(entry: &str) -> Result<Vec<Attribute>, Vec<Violation>> {
    let (mut found, mut wrong) = (Vec::new(), Vec::new());
    let mut lines: Vec<String> = Vec::new();
    for line in entry.lines() {
        match (line.strip_prefix(' '), lines.last_mut()) {
            (Some(rest), Some(before)) => before.push_str(rest),
            _ => lines.push(line.to_owned()),
        }
    }
    for line in lines.iter().filter(|line| !line.starts_with('#')) {
        match attribute(line) {
            Ok(attribute) => found.push(attribute),
            Err(violation) => wrong.push(violation),
        }
    }
    if wrong.is_empty() { Ok(found) } else { Err(wrong) }
}

fn attribute(line: &str) -> Result<Attribute, Violation> {
    let Some((full, value)) = line.split_once(':').filter(|(name, _)| !name.trim().is_empty()) else {
        return Err(Violation::new("", "ldif", "there is a line without a name and a colon"));
    };
    let full = full.trim().to_owned();
    let name = full.split(';').next().unwrap_or_default().to_ascii_lowercase();
    if value.starts_with('<') {
        return Err(Violation::new(full, "ldif", "a value at an address (:<) is not fetched; write it here"));
    }
    let value = match value.strip_prefix(':') {
        None => Ok(value.trim_start_matches(' ').to_owned()),
        Some(base64) => {
            let base64: String = base64.chars().filter(|c| !c.is_whitespace()).collect();
            let Ok(bytes) = STANDARD.decode(&base64) else {
                return Err(Violation::new(full, "ldif", "a value after :: is base64, and this is not"));
            };
            String::from_utf8(bytes).map_err(|_| base64)
        }
    };
    Ok(Attribute { full, name, value })
}

/// A postal address with `$` between its lines (RFC 4517 §3.3.28).
pub(super) fn postal(text: &str) -> String {
    let lines: Vec<String> = text.split('$').map(|line| unescape(line.trim())).collect();
    lines.join("\n")
}

fn unescape(line: &str) -> String {
    let mut text = String::with_capacity(line.len());
    let mut rest = line;
    while let Some(at) = rest.find('\\') {
        text.push_str(&rest[..at]);
        let after = &rest[at + 1..];
        let (c, len) = match after.get(..2) {
            Some("24") => ('$', 2),
            Some("5C" | "5c") => ('\\', 2),
            _ => ('\\', 0),
        };
        text.push(c);
        rest = &after[len..];
    }
    text.push_str(rest);
    text
}
