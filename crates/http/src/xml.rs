//! XML without surprises: read into a small tree, written as text. No document types, no entities but the five of XML itself.

mod write;

use quick_xml::events::{BytesStart, Event};
use quick_xml::name::{Namespace, ResolveResult};
use quick_xml::reader::NsReader;
use thiserror::Error;

pub use write::{SCHEMA_INSTANCE, Writer};

/// Attributes of one element.
const MOST_ATTRIBUTES: usize = 64;

/// Why a text is not the XML that is read here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Fault {
    /// It is not well-formed, or not whole.
    #[error("the body is not well-formed XML")]
    Broken,
    /// It has a document type.
    #[error("document types are not read")]
    DocumentType,
    /// It names an entity that XML itself does not have.
    #[error("entities are not expanded")]
    Entity,
    /// It is nested deeper than this.
    #[error("the body is nested deeper than {0}")]
    Depth(usize),
}

/// An element.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Element {
    /// The name without a prefix.
    pub name: String,
    /// Whether it is in a namespace.
    pub has_namespace: bool,
    /// Whether it says that it is nil (`xsi:nil`).
    pub is_nil: bool,
    /// The text directly in it, all of it together.
    pub text: String,
    /// The elements directly in it, in order.
    pub children: Vec<Element>,
}

impl Element {
    /// Reads a document: its root. A declaration, comments and processing instructions are passed over.
    ///
    /// # Errors
    /// A [`Fault`].
    pub fn read(text: &str, most_depth: usize) -> Result<Self, Fault> {
        let mut reader = NsReader::from_str(text);
        let config = reader.config_mut();
        config.enable_all_checks(true);
        let (mut open, mut root): (Vec<Element>, Option<Element>) = (Vec::new(), None);
        loop {
            let (namespace, event) = reader.read_resolved_event().map_err(|_| Fault::Broken)?;
            let has_namespace = match namespace {
                ResolveResult::Unbound => false,
                ResolveResult::Bound(_) => true,
                ResolveResult::Unknown(_) => return Err(Fault::Broken),
            };
            match event {
                Event::Start(start) => {
                    if open.len() == most_depth {
                        return Err(Fault::Depth(most_depth));
                    }
                    if open.is_empty() && root.is_some() {
                        return Err(Fault::Broken);
                    }
                    open.push(opened(&reader, &start, has_namespace)?);
                }
                Event::Empty(start) => {
                    let element = opened(&reader, &start, has_namespace)?;
                    close(element, &mut open, &mut root)?;
                }
                Event::End(_) => {
                    let element = open.pop().ok_or(Fault::Broken)?;
                    close(element, &mut open, &mut root)?;
                }
                Event::Text(part) => add(&mut open, &part.xml10_content())?,
                Event::CData(part) => {
                    open.last_mut().ok_or(Fault::Broken)?.text.push_str(&part.xml10_content());
                }
                Event::GeneralRef(entity) => {
                    let mut bytes = [0; 4];
                    let char = match entity.resolve_char_ref().map_err(|_| Fault::Broken)? {
                        Some(char) => &*char.encode_utf8(&mut bytes),
                        None => built_in(&entity).ok_or(Fault::Entity)?,
                    };
                    open.last_mut().ok_or(Fault::Broken)?.text.push_str(char);
                }
                Event::DocType(_) => return Err(Fault::DocumentType),
                Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
                Event::Eof => break,
            }
        }
        if open.is_empty() { root.ok_or(Fault::Broken) } else { Err(Fault::Broken) }
    }

    /// The first child of this name in no namespace.
    #[must_use]
    pub fn child(&self, name: &str) -> Option<&Element> {
        self.children.iter().find(|child| child.name == name && !child.has_namespace)
    }
}

fn opened(reader: &NsReader<&[u8]>, start: &BytesStart<'_>, has_namespace: bool) -> Result<Element, Fault> {
    let mut is_nil = false;
    for (at, attribute) in start.attributes().enumerate() {
        // Each is compared with all before it.
        if at == MOST_ATTRIBUTES {
            return Err(Fault::Broken);
        }
        let attribute = attribute.map_err(|_| Fault::Broken)?;
        let (namespace, name) = reader.resolver().resolve_attribute(attribute.key);
        if namespace == ResolveResult::Bound(Namespace(SCHEMA_INSTANCE)) && name.as_ref() == "nil" {
            is_nil = matches!(attribute.value.trim(), "true" | "1");
        }
    }
    let name = start.local_name().as_ref().to_owned();
    Ok(Element { name, has_namespace, is_nil, ..Element::default() })
}

fn close(element: Element, open: &mut [Element], root: &mut Option<Element>) -> Result<(), Fault> {
    match open.last_mut() {
        Some(parent) => parent.children.push(element),
        None if root.is_none() => *root = Some(element),
        None => return Err(Fault::Broken),
    }
    Ok(())
}

fn add(open: &mut [Element], text: &str) -> Result<(), Fault> {
    match open.last_mut() {
        Some(element) => element.text.push_str(text),
        None if text.trim().is_empty() => {}
        None => return Err(Fault::Broken),
    }
    Ok(())
}

fn built_in(entity: &str) -> Option<&'static str> {
    Some(match entity {
        "lt" => "<",
        "gt" => ">",
        "amp" => "&",
        "apos" => "'",
        "quot" => "\"",
        _ => return None,
    })
}

#[cfg(test)]
mod tests;
