//! An address as one text and in parts.

use std::borrow::Cow;

use cardfile_http::json::Object;
use cardfile_model::Edit;
use serde_json::{Map, Value};

use crate::wire::{AddressInfo, Given, Text};

/// What a request says of the address. The parts win over the text; an empty text, or none of the parts, says nothing is known.
pub fn edit(text: Given<String>, parts: Given<Object<AddressInfo<'_>>>) -> Edit<String> {
    match (text, parts) {
        (_, Given::Value(Object(parts))) if !parts.is_empty() => joined(&parts).map_or(Edit::Keep, Edit::Set),
        (Given::Value(text), _) if text.is_empty() => Edit::Clear,
        (Given::Value(text), _) => Edit::Set(unescaped(&text).unwrap_or(text)),
        (Given::Null, _) | (Given::Absent, Given::Null) => Edit::Clear,
        (Given::Absent, _) => Edit::Keep,
    }
}

/// The parts of an address whose text is that of an object; absent for free text, and for an object with none of the parts.
pub fn parts(text: &str) -> Option<AddressInfo<'_>> {
    if !is_like_an_object(text) {
        return None;
    }
    let parts = match serde_json::from_str::<Object<AddressInfo<'_>>>(text) {
        Ok(Object(parts)) => parts,
        Err(_) => salvaged(&serde_json::from_str(text).ok()?),
    };
    (!parts.is_empty()).then_some(parts)
}

/// The parts of an object in which some are no texts: those that are.
fn salvaged(object: &Map<String, Value>) -> AddressInfo<'static> {
    let part = |name: &str| object.get(name).and_then(Value::as_str).map(|text| Text(Cow::Owned(text.to_owned())));
    AddressInfo {
        city: part("city"),
        country: part("country"),
        state: part("state"),
        street: part("street"),
        zip_code: part("zipCode"),
    }
}

fn joined(parts: &AddressInfo<'_>) -> Option<String> {
    serde_json::to_string(parts).ok()
}

/// The text of an object that was escaped once too often, as the vendor's own examples have it; `None` for any other text.
fn unescaped(text: &str) -> Option<String> {
    if !text.contains("\\\"") || is_object(text) {
        return None;
    }
    serde_json::from_str::<String>(&format!("\"{text}\"")).ok().filter(|inner| is_object(inner))
}

fn is_object(text: &str) -> bool {
    is_like_an_object(text) && serde_json::from_str::<Map<String, Value>>(text).is_ok()
}

fn is_like_an_object(text: &str) -> bool {
    text.trim_start().starts_with('{')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Edit<String> {
        edit(Given::Value(text.into()), Given::Absent)
    }

    fn city(name: &'static str) -> Given<Object<AddressInfo<'static>>> {
        Given::Value(Object(AddressInfo { city: Some(Text(name.into())), ..AddressInfo::default() }))
    }

    #[test]
    fn free_text_and_object_text_are_kept_as_sent() {
        for kept in ["Quay 4, Bergen", r#"{"city" : "Lyon", "zipCode" : "69001"}"#, r#"say \"hi\""#, r#"{"city":"L\"yon"}"#] {
            assert_eq!(text(kept), Edit::Set(kept.into()));
        }
        assert_eq!(parts("Quay 4"), None);
        assert_eq!(parts(r#" {"city":"L\"yon"}"#).unwrap().city, Some(Text(r#"L"yon"#.into())));
    }

    #[test]
    fn an_object_escaped_twice_is_unescaped_once() {
        assert_eq!(text(r#"{\"city\":\"Lyon\"}"#), Edit::Set(r#"{"city":"Lyon"}"#.into()));
        assert_eq!(text(r#"{\"city\":\"Ly"#), Edit::Set(r#"{\"city\":\"Ly"#.into()));
    }

    #[test]
    fn the_parts_win_over_the_text() {
        assert_eq!(edit(Given::Value("x".into()), city("Lyon")), Edit::Set(r#"{"city":"Lyon"}"#.into()));
        assert_eq!(edit(Given::Null, city("Lyon")), Edit::Set(r#"{"city":"Lyon"}"#.into()));
        assert_eq!(edit(Given::Absent, Given::Value(Object::default())), Edit::Keep);
    }

    #[test]
    fn an_empty_text_or_null_clears() {
        assert_eq!(text(""), Edit::Clear);
        assert_eq!(edit(Given::Null, Given::Absent), Edit::Clear);
        assert_eq!(edit(Given::Absent, Given::Null), Edit::Clear);
        assert_eq!(edit(Given::Absent, Given::Absent), Edit::Keep);
    }

    #[test]
    fn parts_that_are_no_texts_are_not_shown() {
        let found = parts(r#"{"city":"Lyon","zipCode":69001,"more":{}}"#).unwrap();
        assert_eq!((found.city, found.zip_code), (Some(Text("Lyon".into())), None));
        assert_eq!(parts(r#"{"more":1}"#), None);
        assert_eq!(parts("{broken"), None);
    }
}
