//! JSON bodies into typed values, with faults that name the member at fault.

use std::fmt;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use thiserror::Error;

/// How deep objects and arrays may be nested.
pub const MOST_DEPTH: usize = 64;
/// How much of a fault is told: it may quote what the client sent.
const MOST_TOLD: usize = 300;

/// Why a text is not the JSON that was asked for, as a sentence.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{message}")]
pub struct Fault {
    /// The path of the member at fault, such as `emails[2].value`; empty for the whole.
    pub member: String,
    /// What is wrong.
    pub message: String,
}

/// The text of a body: UTF-8, nested no deeper than [`MOST_DEPTH`], in the parts that are passed over too.
///
/// # Errors
/// A fault of the whole.
pub fn text(bytes: &[u8]) -> Result<&str, Fault> {
    let text = std::str::from_utf8(bytes).map_err(|_| Fault::whole("the body is not UTF-8"))?;
    if is_deeper_than(text, MOST_DEPTH) {
        return Err(Fault::whole(format!("the body is nested deeper than {MOST_DEPTH}")));
    }
    Ok(text)
}

/// Reads a text as a value.
///
/// # Errors
/// A fault with the member's path. Finding the path costs a second reading, which only faulty texts pay for.
pub fn read<'de, T: Deserialize<'de>>(text: &'de str) -> Result<T, Fault> {
    serde_json::from_str(text).or_else(|_| {
        let mut reader = serde_json::Deserializer::from_str(text);
        let value = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
            let path = error.path().to_string();
            // A place within the object that has no name yet is shown as `?`, and the whole as `.`.
            let member = path.trim_end_matches(['?', '.']).to_owned();
            Fault::new(member, error.inner().to_string())
        })?;
        reader.end().map_err(|error| Fault::whole(error.to_string()))?;
        Ok(value)
    })
}

impl Fault {
    fn new(member: String, message: impl Into<String>) -> Self {
        let mut message = message.into();
        if let Some((end, _)) = message.char_indices().nth(MOST_TOLD) {
            message.truncate(end);
        }
        Fault { member, message }
    }

    fn whole(message: impl Into<String>) -> Self {
        Self::new(String::new(), message)
    }
}

/// Whether objects and arrays are nested deeper than this, for any text: brackets within strings do not count.
fn is_deeper_than(text: &str, most: usize) -> bool {
    let bytes = text.as_bytes();
    let (mut at, mut depth) = (0, 0usize);
    while let Some(byte) = bytes.get(at) {
        at += 1;
        match byte {
            b'"' => at = end_of_string(bytes, at),
            b'[' | b'{' if depth == most => return true,
            b'[' | b'{' => depth += 1,
            b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    false
}

/// Where the string ends whose inside begins here.
fn end_of_string(bytes: &[u8], mut at: usize) -> usize {
    while let Some(found) = bytes.get(at..).and_then(|rest| memchr::memchr2(b'"', b'\\', rest)) {
        at += found;
        if bytes[at] == b'"' {
            return at + 1;
        }
        // The backslash and what it escapes.
        at += 2;
    }
    bytes.len()
}

/// A value read from an object and from nothing else: derived readers would take an array for it as well.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Object<T>(pub T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(reader: D) -> Result<Self, D::Error> {
        struct Members<T>(std::marker::PhantomData<T>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for Members<T> {
            type Value = T;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<T, A::Error> {
                T::deserialize(MapAccessDeserializer::new(members))
            }
        }

        reader.deserialize_map(Members(std::marker::PhantomData)).map(Object)
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, PartialEq, Deserialize)]
    struct Card {
        name: String,
        #[serde(default)]
        parts: Vec<Object<Part>>,
    }

    #[derive(Debug, Clone, Default, PartialEq, Deserialize)]
    struct Part {
        value: String,
    }

    fn fault(text: &str) -> Fault {
        read::<Object<Card>>(text).unwrap_err()
    }

    #[test]
    fn a_fault_names_the_member() {
        assert_eq!(fault(r#"{"name":"a","parts":[{"value":"x"},{"value":5}]}"#).member, "parts[1].value");
        assert_eq!(fault(r#"{"name":null}"#).member, "name");
        assert_eq!(fault("{").member, "");
        assert_eq!(fault(r#"{"name":"a"} x"#).member, "");
    }

    #[test]
    fn only_an_object_is_an_object() {
        assert_eq!(fault(r#"["a",[]]"#).member, "");
        assert_eq!(fault(r#"{"name":"a","parts":[["x"]]}"#).member, "parts[0]");
        let read: Object<Card> = read(r#"{"name":"a","parts":[{"value":"x"}],"more":{}}"#).unwrap();
        assert_eq!(read.0.parts, [Object(Part { value: "x".into() })]);
    }

    #[test]
    fn deep_nesting_is_refused_even_where_it_is_passed_over() {
        let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert!(text(nested(MOST_DEPTH).as_bytes()).is_ok());
        assert!(text(nested(MOST_DEPTH + 1).as_bytes()).is_err());
        assert!(text(format!(r#"{{"a":"{}\"{}"}}"#, "[".repeat(99), "[".repeat(99)).as_bytes()).is_ok());
        assert!(text(&[0xff, 0xfe]).is_err());
    }

    #[test]
    fn a_fault_quotes_little_of_what_was_sent() {
        let long = format!(r#"{{"name":"a","parts":"{}"}}"#, "é".repeat(5_000));
        assert_eq!(fault(&long).message.chars().count(), MOST_TOLD);
    }
}
