//! A request body: JSON, XML or a form.

use axum::http::HeaderMap;
use cardfile_http::charset;
use cardfile_http::form::Form;
use cardfile_http::media::Sent;
use cardfile_http::xml::Element;
use serde_json::Value;

use super::node::Node;
use crate::error::Failure;

/// How deep XML may be nested. JSON has a limit of its own, half of this.
const MOST_DEPTH: usize = 256;

/// A body that was read, its meaning not looked at yet.
#[derive(Debug)]
pub enum Document {
    /// JSON.
    Json(Value),
    /// XML, by its root.
    Xml(Element),
    /// A form.
    Form(Form),
}

impl Document {
    /// Reads a body that is not empty.
    ///
    /// # Errors
    /// 400 for what is not well-formed.
    pub fn read(headers: &HeaderMap, sent: Sent, bytes: &[u8], form_keys: usize) -> Result<Self, Failure> {
        let text = charset::text(headers, bytes)?;
        Ok(match sent {
            Sent::Form => Document::Form(Form::read(&text, form_keys)?),
            Sent::In(format) if format.is_xml() => Document::Xml(Element::read(&text, MOST_DEPTH)?),
            Sent::In(_) => {
                let value = serde_json::from_str(&text).map_err(|error| {
                    let place = format!("line {}, column {}", error.line(), error.column());
                    Failure::invalid("", format!("The body is not well-formed JSON ({place})."))
                })?;
                Document::Json(value)
            }
        })
    }

    /// The body as an object; in XML its root has this name.
    ///
    /// # Errors
    /// 400 for a body of another kind.
    pub fn object(&self, root: &str) -> Result<Node<'_>, Failure> {
        match self {
            Document::Json(value @ Value::Object(_)) => Ok(Node::Json(value)),
            Document::Json(_) => Err(Failure::invalid("", "The body must be an object.")),
            Document::Xml(element) => rooted(element, root).map(Node::Xml),
            Document::Form(form) => Ok(Node::Form(form)),
        }
    }

    /// The body as a list of objects; in XML its root and their elements have these names.
    ///
    /// # Errors
    /// 400 for a body of another kind.
    pub fn list(&self, root: &str, element: &str) -> Result<Vec<Node<'_>>, Failure> {
        match self {
            Document::Json(Value::Array(items)) => Ok(items.iter().map(Node::Json).collect()),
            Document::Json(_) => Err(Failure::invalid("", "The body must be a list.")),
            Document::Xml(found) => {
                let children = rooted(found, root)?.children.iter();
                Ok(children.filter(|child| child.name == element && !child.has_namespace).map(Node::Xml).collect())
            }
            Document::Form(form) => Ok(form.items().map(|(_, item)| Node::Form(item)).collect()),
        }
    }

    /// Whether the body is a list, in XML one with this root.
    pub fn is_list(&self, root: &str) -> bool {
        match self {
            Document::Json(value) => value.is_array(),
            Document::Xml(element) => element.name == root,
            Document::Form(form) => !form.has_members() && form.items().next().is_some(),
        }
    }
}

fn rooted<'a>(element: &'a Element, root: &str) -> Result<&'a Element, Failure> {
    if element.name == root && !element.has_namespace {
        return Ok(element);
    }
    Err(Failure::invalid("", format!("The root element must be {root}, in no namespace.")))
}
