//! Whether an answer's JSON is what was expected, by the patterns that the page of `transcript` lists.

use serde_json::{Map, Value};

use super::Variables;

/// The members that make an expected object a directive.
const DIRECTIVES: [&str; 4] = ["$json", "$has", "$len", "$each"];

/// What differs, one line each, with the path of the member.
pub(super) fn differences(expected: &Value, actual: &Value, variables: &Variables) -> Vec<String> {
    let mut found = Vec::new();
    Matching { variables, found: &mut found }.compare("$", expected, actual);
    found
}

/// Whether a text is as a pattern says, in which `*` stands for anything.
pub(super) fn is_wild_match(pattern: &str, text: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == text,
        Some((head, tail)) => text.strip_prefix(head).is_some_and(|rest| {
            (0..=rest.len()).filter(|at| rest.is_char_boundary(*at)).any(|at| is_wild_match(tail, &rest[at..]))
        }),
    }
}

struct Matching<'a> {
    variables: &'a Variables,
    found: &'a mut Vec<String>,
}

impl Matching<'_> {
    fn differ(&mut self, path: &str, expected: &str, actual: &Value) {
        self.found.push(format!("  {path}: expected {expected}, got {actual}"));
    }

    fn compare(&mut self, path: &str, expected: &Value, actual: &Value) {
        match (expected, actual) {
            (Value::String(pattern), _) if pattern.starts_with('<') && pattern.ends_with('>') => {
                self.pattern(path, pattern, actual);
            }
            (Value::Object(members), _) if members.keys().any(|name| DIRECTIVES.contains(&name.as_str())) => {
                self.directive(path, members, actual);
            }
            (Value::Object(expected), Value::Object(actual)) => {
                self.members(path, expected, actual);
                for (name, value) in actual.iter().filter(|(name, _)| !expected.contains_key(*name)) {
                    self.differ(&format!("{path}.{name}"), "no such member", value);
                }
            }
            (Value::Array(expected), Value::Array(actual)) => {
                if expected.len() != actual.len() {
                    self.found.push(format!("  {path}: expected {} items, got {}", expected.len(), actual.len()));
                }
                for (at, (expected, actual)) in expected.iter().zip(actual).enumerate() {
                    self.compare(&format!("{path}[{at}]"), expected, actual);
                }
            }
            _ if expected == actual => {}
            _ => self.differ(path, &expected.to_string(), actual),
        }
    }

    fn members(&mut self, path: &str, expected: &Map<String, Value>, actual: &Map<String, Value>) {
        for (name, value) in expected {
            match actual.get(name) {
                Some(actual) => self.compare(&format!("{path}.{name}"), value, actual),
                None => self.found.push(format!("  {path}.{name}: expected {value}, got nothing")),
            }
        }
    }

    fn pattern(&mut self, path: &str, pattern: &str, actual: &Value) {
        let is_matched = match pattern {
            "<any>" => true,
            "<int>" => actual.is_i64() || actual.is_u64(),
            "<str>" => actual.as_str().is_some_and(|text| !text.is_empty()),
            "<uuid>" => actual.as_str().is_some_and(is_uuid),
            "<ts>" => actual.as_str().is_some_and(is_time),
            _ => match self.variables.0.get(pattern).map(|json| serde_json::from_str::<Value>(json)) {
                Some(Ok(named)) => return self.compare(path, &named, actual),
                Some(Err(error)) => return self.found.push(format!("  the pattern {pattern} is no JSON: {error}")),
                None => actual.as_str() == Some(pattern),
            },
        };
        if !is_matched {
            self.differ(path, pattern, actual);
        }
    }

    fn directive(&mut self, path: &str, members: &Map<String, Value>, actual: &Value) {
        for (name, expected) in members {
            match (name.as_str(), actual) {
                ("$json", Value::String(text)) => match serde_json::from_str(text) {
                    Ok(inner) => self.compare(&format!("{path}($json)"), expected, &inner),
                    Err(error) => self.differ(path, &format!("a text of JSON ({error})"), actual),
                },
                ("$json", _) => self.differ(path, "a text of JSON", actual),
                ("$has", Value::Object(actual)) => match expected.as_object() {
                    Some(expected) => self.members(path, expected, actual),
                    None => self.found.push(format!("  the transcript: {path}: $has wants an object")),
                },
                ("$has", _) => self.differ(path, "an object", actual),
                ("$len", Value::Array(items)) if expected.as_u64() == Some(items.len() as u64) => {}
                ("$len", Value::Array(items)) => {
                    self.found.push(format!("  {path}: expected {expected} items, got {}", items.len()));
                }
                ("$each", Value::Array(items)) => {
                    for (at, item) in items.iter().enumerate() {
                        self.compare(&format!("{path}[{at}]"), expected, item);
                    }
                }
                ("$len" | "$each", _) => self.differ(path, "an array", actual),
                _ => self.found.push(format!("  the transcript: {path}: {name} is no directive")),
            }
        }
    }
}

fn is_uuid(text: &str) -> bool {
    uuid::Uuid::try_parse(text).is_ok_and(|id| id.hyphenated().to_string() == text)
}

/// RFC 3339 §5.6, as JavaScript's `toISOString` writes it: `2026-03-04T05:06:07.089Z`.
fn is_time(text: &str) -> bool {
    text.len() == "2026-03-04T05:06:07.089Z".len()
        && text.as_bytes()[19] == b'.'
        && text.ends_with('Z')
        && text.parse::<jiff::Timestamp>().is_ok_and(|time| format!("{time:.3}") == text)
}
