//! One view of the three formats: members, lists and values, each read as the vendor's framework reads them.

use cardfile_http::form::Form;
use cardfile_http::xml::Element;
use serde_json::Value;
use uuid::Uuid;

use crate::error::Failure;

/// A place in a body.
#[derive(Debug, Clone, Copy)]
pub enum Node<'a> {
    /// In JSON.
    Json(&'a Value),
    /// In XML.
    Xml(&'a Element),
    /// In a form or a query.
    Form(&'a Form),
}

impl<'a> Node<'a> {
    /// What stands under a name: in JSON in any case, the exact spelling first, in XML exactly, in forms in any case. `None`
    /// for nothing, `null` and nil.
    pub fn member(self, name: &str) -> Option<Node<'a>> {
        match self {
            Node::Json(Value::Object(members)) => {
                let exact = members.get(name);
                let alike = || members.iter().rfind(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value);
                exact.or_else(alike).filter(|value| !value.is_null()).map(Node::Json)
            }
            Node::Json(_) => None,
            Node::Xml(element) => element.child(name).filter(|child| !child.is_nil).map(Node::Xml),
            Node::Form(form) => form.member(name).map(Node::Form),
        }
    }

    /// Whether a name stands there twice, in JSON in several spellings, where only one of them is looked at.
    pub fn has_twice(self, name: &str) -> bool {
        match self {
            Node::Json(Value::Object(members)) => members.keys().filter(|known| known.eq_ignore_ascii_case(name)).count() > 1,
            Node::Xml(element) => element.children.iter().filter(|child| child.name == name && !child.has_namespace).count() > 1,
            Node::Json(_) | Node::Form(_) => false,
        }
    }

    /// The objects or values of a list; in XML those elements, of which other ones are passed over or, where it would be
    /// dangerous, refused.
    ///
    /// # Errors
    /// 400 for what is no list, and for strange elements if they are refused.
    pub fn items(self, element: &str, is_strict: bool, field: &str) -> Result<Vec<Item<'a>>, Failure> {
        match self {
            Node::Json(Value::Array(items)) => Ok(items.iter().map(|item| Item::Node(Node::Json(item))).collect()),
            Node::Json(_) => Err(Failure::invalid(field, "must be a list")),
            Node::Xml(found) => {
                let is_known = |child: &&Element| child.name == element && !child.has_namespace;
                let is_text = !found.text.trim().is_empty();
                if is_strict && (is_text || !found.children.iter().all(|child| is_known(&child))) {
                    return Err(Failure::invalid(field, format!("only elements named {element} may stand here")));
                }
                Ok(found.children.iter().filter(is_known).map(|child| Item::Node(Node::Xml(child))).collect())
            }
            Node::Form(form) => {
                let values = form.values();
                if values.is_empty() {
                    return Ok(form.items().map(|(_, item)| Item::Node(Node::Form(item))).collect());
                }
                Ok(values.iter().filter(|value| !value.is_empty()).map(|value| Item::Text(value)).collect())
            }
        }
    }

    /// A text.
    ///
    /// # Errors
    /// 400 for what is none.
    pub fn text(self, field: &str) -> Result<String, Failure> {
        let refusal = || Failure::invalid(field, "must be a text");
        match self {
            Node::Json(Value::String(text)) => Ok(text.clone()),
            Node::Json(Value::Number(number)) => Ok(number.to_string()),
            Node::Xml(element) if element.children.is_empty() => Ok(element.text.clone()),
            Node::Json(_) | Node::Xml(_) => Err(refusal()),
            Node::Form(form) => form.values().first().cloned().ok_or_else(refusal),
        }
    }

    /// A whole number of 32 bits.
    ///
    /// # Errors
    /// 400 for what is none.
    pub fn int(self, field: &str) -> Result<i32, Failure> {
        let refusal = || Failure::invalid(field, "must be a whole number of 32 bits");
        match self {
            Node::Json(Value::Number(number)) => number.as_i64().and_then(|n| i32::try_from(n).ok()).ok_or_else(refusal),
            Node::Json(Value::String(text)) => int(text).ok_or_else(refusal),
            Node::Json(_) => Err(refusal()),
            node => int(&node.text(field).map_err(|_| refusal())?).ok_or_else(refusal),
        }
    }

    /// Yes or no.
    ///
    /// # Errors
    /// 400 for what is neither.
    pub fn bool(self, field: &str) -> Result<bool, Failure> {
        let refusal = || Failure::invalid(field, "must be true or false");
        match self {
            Node::Json(Value::Bool(value)) => Ok(*value),
            Node::Json(Value::Number(number)) => number.as_i64().map(|number| number != 0).ok_or_else(refusal),
            Node::Json(Value::String(text)) => bool(text.trim()).ok_or_else(refusal),
            Node::Json(_) => Err(refusal()),
            Node::Xml(element) => match element.text.trim() {
                "true" | "1" => Ok(true),
                "false" | "0" => Ok(false),
                _ => Err(refusal()),
            },
            Node::Form(_) => bool(self.text(field).map_err(|_| refusal())?.trim()).ok_or_else(refusal),
        }
    }

    /// A GUID, in any of its spellings; an empty text and the one of all zeros say nothing.
    ///
    /// # Errors
    /// 400 for what is none.
    pub fn guid(self, field: &str) -> Result<Option<Uuid>, Failure> {
        let text = self.text(field)?;
        if text.trim().is_empty() {
            return Ok(None);
        }
        let id = guid(&text).ok_or_else(|| Failure::invalid(field, "must be a GUID"))?;
        Ok((!id.is_nil()).then_some(id))
    }
}

/// One of a list.
#[derive(Debug, Clone, Copy)]
pub enum Item<'a> {
    /// With a place of its own.
    Node(Node<'a>),
    /// One of several values of a key.
    Text(&'a str),
}

impl<'a> Item<'a> {
    /// A whole number of 32 bits.
    ///
    /// # Errors
    /// 400 for what is none.
    pub fn int(self, field: &str) -> Result<i32, Failure> {
        match self {
            Item::Node(node) => node.int(field),
            Item::Text(text) => int(text).ok_or_else(|| Failure::invalid(field, "must be a whole number of 32 bits")),
        }
    }

    /// A text.
    ///
    /// # Errors
    /// 400 for what is none.
    pub fn text(self, field: &str) -> Result<String, Failure> {
        match self {
            Item::Node(node) => node.text(field),
            Item::Text(text) => Ok(text.to_owned()),
        }
    }

    /// An object.
    ///
    /// # Errors
    /// 400 for what is none.
    pub fn object(self, field: &str) -> Result<Node<'a>, Failure> {
        match self {
            Item::Node(Node::Json(value)) if !value.is_object() => Err(Failure::invalid(field, "must be an object")),
            Item::Node(node) => Ok(node),
            Item::Text(_) => Err(Failure::invalid(field, "must be an object")),
        }
    }
}

fn int(text: &str) -> Option<i32> {
    let text = text.trim();
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    let is_whole = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    is_whole.then(|| text.parse().ok()).flatten()
}

fn bool(text: &str) -> Option<bool> {
    match text {
        text if text.eq_ignore_ascii_case("true") => Some(true),
        text if text.eq_ignore_ascii_case("false") => Some(false),
        _ => None,
    }
}

/// A GUID in any of its spellings: with hyphens or without, plain, in braces or in parentheses, with blanks around.
pub fn guid(text: &str) -> Option<Uuid> {
    let text = text.trim();
    let inner = match (text.as_bytes().first()?, text.as_bytes().last()?) {
        (b'{', b'}') | (b'(', b')') => &text[1..text.len() - 1],
        _ => text,
    };
    let is_fit = match inner.len() {
        32 => inner.len() == text.len(),
        36 => true,
        _ => false,
    };
    let is_plain = inner.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
    (is_fit && is_plain).then(|| Uuid::try_parse(inner).ok()).flatten()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn numbers_and_flags_are_read_as_json_net_reads_them() {
        for (value, wanted) in [
            (json!(7), Some(7)),
            (json!("7"), Some(7)),
            (json!(-1), Some(-1)),
            (json!(2_147_483_648_i64), None),
            (json!(7.0), None),
            (json!(true), None),
            (json!("x"), None),
            (json!("7.0"), None),
            (json!([]), None),
        ] {
            assert_eq!(Node::Json(&value).int("n").ok(), wanted, "{value}");
        }
        for (value, wanted) in [
            (json!("TRUE"), Some(true)),
            (json!(1), Some(true)),
            (json!(0), Some(false)),
            (json!("maybe"), None),
            (json!({}), None),
        ] {
            assert_eq!(Node::Json(&value).bool("b").ok(), wanted, "{value}");
        }
    }

    #[test]
    fn members_are_found_in_any_case_and_null_is_nothing() {
        let value = json!({"all": 1, "All": 2, "contacts": null});
        assert_eq!(Node::Json(&value).member("All").unwrap().int("").unwrap(), 2);
        assert_eq!(Node::Json(&value).member("ALL").unwrap().int("").unwrap(), 1, "the last of those alike");
        assert!(Node::Json(&value).member("Contacts").is_none());
    }

    #[test]
    fn a_guid_has_four_spellings() {
        let plain = "0b0e6b1a-3d0c-4a65-8a1f-6f1f3f4f9a01";
        let simple = plain.replace('-', "");
        for text in [plain.to_owned(), simple.to_uppercase(), format!(" {{{plain}}} "), format!("({plain})")] {
            assert_eq!(guid(&text).map(|id| id.to_string()).as_deref(), Some(plain), "{text}");
        }
        let bad = [
            "",
            "{",
            "not-a-guid",
            &plain[1..],
            &format!("{{{plain}"),
            &format!("{{{plain})"),
            &format!("{{{simple}}}"),
            &format!("urn:uuid:{plain}"),
            &format!("{plain}0"),
            "0b0e6b1a3d0c-4a65-8a1f-6f1f3f4f9a-01",
        ];
        for text in bad {
            assert_eq!(guid(text), None, "{text}");
        }
    }
}
