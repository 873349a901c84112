//! The headers that say on whose behalf an agent acts, and in which organization.
//!
//! Clients write them as JSON or bare, and some percent-encode them on the way: what cannot be read as it stands is decoded
//! once and read again.

use percent_encoding::percent_decode_str;
use serde_json::Value;

/// The members of an organization header that may hold its id, in the order they are looked for.
const ID_MEMBERS: [&str; 3] = ["id", "organizationId", "repositoryId"];

/// What `X-CCAgentContext` says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AgentContext {
    /// There is none, or it is blank.
    Missing,
    /// It is not a JSON object, or what should be an id is no text.
    Malformed,
    /// It names no shopper.
    Anonymous,
    /// It names this shopper profile.
    Of(String),
}

impl AgentContext {
    /// Reads the header's value.
    #[must_use]
    pub fn read(value: Option<&[u8]>) -> Self {
        let Ok(text) = std::str::from_utf8(value.unwrap_or_default()) else { return AgentContext::Malformed };
        if text.trim().is_empty() {
            return AgentContext::Missing;
        }
        let object = serde_json::from_str(text).ok().or_else(|| serde_json::from_str(&decoded(text)?).ok());
        let Some(Value::Object(mut members)) = object else { return AgentContext::Malformed };
        match members.remove("shopperProfileId") {
            None | Some(Value::Null) => AgentContext::Anonymous,
            Some(Value::String(id)) if id.trim().is_empty() => AgentContext::Anonymous,
            Some(Value::String(id)) => AgentContext::Of(id),
            Some(_) => AgentContext::Malformed,
        }
    }
}

/// An organization header is there, but holds no id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Malformed;

/// The id that `X-CCOrganization` names: bare, as a JSON string, or as a member of a JSON object.
///
/// **Shape**: `None` when there is no such header, or it is blank.
///
/// # Errors
/// When it is JSON without an id, neither of the forms, or not UTF-8. `null` is refused too: it is not for this server to
/// guess which organization was meant.
pub fn organization(value: Option<&[u8]>) -> Result<Option<String>, Malformed> {
    let text = std::str::from_utf8(value.unwrap_or_default()).map_err(|_| Malformed)?;
    if text.trim().is_empty() {
        return Ok(None);
    }
    if let Some(id) = id(text) {
        return Ok(Some(id));
    }
    let text = decoded(text).ok_or(Malformed)?;
    id(&text).map(Some).ok_or(Malformed)
}

/// The id in a text that is not percent-encoded.
fn id(text: &str) -> Option<String> {
    let text = text.trim();
    let is_json = text.starts_with(['"', '{', '[']) || matches!(text, "null" | "true" | "false");
    let id = match is_json.then(|| serde_json::from_str(text)) {
        // Ids of digits alone are JSON numbers, but meant as they stand.
        None => (!text.contains('%')).then(|| text.to_owned()),
        Some(Ok(Value::String(id))) => Some(id),
        Some(Ok(Value::Object(mut members))) => ID_MEMBERS.into_iter().find_map(|name| filled(members.remove(name))),
        Some(_) => None,
    };
    id.filter(|id| !id.trim().is_empty())
}

fn filled(value: Option<Value>) -> Option<String> {
    match value {
        Some(Value::String(text)) if !text.trim().is_empty() => Some(text),
        _ => None,
    }
}

/// A text with its percent-encoding undone; `None` when it has none, or is not UTF-8 then.
fn decoded(text: &str) -> Option<String> {
    let decoded = percent_decode_str(text).decode_utf8().ok()?;
    (decoded != text).then(|| decoded.into_owned())
}

#[cfg(test)]
mod tests {
    use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
    use proptest::prelude::*;

    use super::*;

    fn context(text: &str) -> AgentContext {
        AgentContext::read(Some(text.as_bytes()))
    }

    fn named(text: &str) -> Result<Option<String>, Malformed> {
        organization(Some(text.as_bytes()))
    }

    fn encoded(text: &str) -> String {
        utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
    }

    #[test]
    fn a_context_names_a_shopper_and_may_say_more() {
        let text = r#" {"shopperProfileId":"bb-1","more":[{}]} "#;
        let expected = AgentContext::Of("bb-1".into());
        assert_eq!((context(text), context(&encoded(text))), (expected.clone(), expected));
        assert_eq!(context(r#"{"shopperProfileId":"a%20b"}"#), AgentContext::Of("a%20b".into()));
    }

    #[test]
    fn a_context_without_an_id_is_that_of_an_anonymous_shopper() {
        for text in ["{}", r#"{"shopperProfileId":null}"#, r#"{"shopperProfileId":" "}"#, "%7B%7D"] {
            assert_eq!(context(text), AgentContext::Anonymous, "{text}");
        }
    }

    #[test]
    fn no_context_and_one_that_is_no_object_are_told_apart() {
        for missing in [None, Some(&b""[..]), Some(b" \t")] {
            assert_eq!(AgentContext::read(missing), AgentContext::Missing);
        }
        for text in ["not-json", "[]", "null", "\"bb-1\"", "5", "{", r#"{"shopperProfileId":5}"#, "%7B", "%ff"] {
            assert_eq!(context(text), AgentContext::Malformed, "{text}");
        }
        assert_eq!(AgentContext::read(Some(b"\xff")), AgentContext::Malformed);
        assert_eq!(context(&"[".repeat(10_000)), AgentContext::Malformed);
    }

    #[test]
    fn an_organization_is_named_in_every_form() {
        for text in [
            "or-1",
            " or-1 ",
            r#""or-1""#,
            r#"{"id":"or-1","organizationId":"x"}"#,
            r#"{"organizationId":"or-1"}"#,
            r#"{"id":"","organizationId":null,"repositoryId":"or-1"}"#,
        ] {
            assert_eq!(named(text), Ok(Some("or-1".into())), "{text}");
            assert_eq!(named(&encoded(text)), Ok(Some("or-1".into())), "{text}");
        }
        assert_eq!(named("110026"), Ok(Some("110026".into())));
    }

    #[test]
    fn an_empty_organization_is_none_and_json_without_an_id_is_malformed() {
        assert_eq!((organization(None), named(""), named(" ")), (Ok(None), Ok(None), Ok(None)));
        for text in
            ["null", "true", "{}", "[]", r#"["or-1"]"#, r#""""#, r#"{"id":5}"#, r#"{"name":"or-1"}"#, "{", "\"or-1", "a%", "%ff"]
        {
            assert_eq!(named(text), Err(Malformed), "{text}");
        }
        assert_eq!(organization(Some(b"or-\xff")), Err(Malformed));
    }

    proptest! {
        #[test]
        fn no_value_makes_the_readers_panic(value in any::<Vec<u8>>()) {
            let _ = (AgentContext::read(Some(&value)), organization(Some(&value)));
        }

        #[test]
        fn an_id_survives_json_and_percent_encoding(id in "[!-~éß😀]{1,20}") {
            let json = serde_json::json!({"shopperProfileId": id, "id": id}).to_string();
            for text in [json.clone(), encoded(&json)] {
                prop_assert_eq!(context(&text), AgentContext::Of(id.clone()));
                prop_assert_eq!(named(&text), Ok(Some(id.clone())));
            }
        }
    }
}
