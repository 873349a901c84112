//! Groups as they are answered.

use cardfile_directory::Right;
use cardfile_model::Group;
use uuid::Uuid;

use crate::error::Failure;
use crate::wire::{Node, Out};

/// The element of a group of a list in XML.
pub const ELEMENT: &str = "GroupDetailsV2";

/// Levels of permission, by number.
const LEVELS: [(&str, Option<Right>); 3] = [("NONE", None), ("READ", Some(Right::Read)), ("WRITE", Some(Right::Write))];

/// A right as a level.
pub fn level(right: Option<Right>) -> Out {
    let at = LEVELS.iter().position(|(_, known)| *known == right).unwrap_or_default();
    Out::Named(u8::try_from(at).unwrap_or_default(), LEVELS[at].0)
}

/// The right that a level stands for: its name, in XML exactly, or its number.
///
/// # Errors
/// 400 for a level that is not known.
pub fn right(node: Node<'_>, field: &str) -> Result<Option<Right>, Failure> {
    let text = node.text(field)?;
    let is_exact = matches!(node, Node::Xml(_));
    let is_meant = |(at, (name, _)): &(usize, &(&str, Option<Right>))| {
        if is_exact { *name == text.trim() } else { name.eq_ignore_ascii_case(text.trim()) || at.to_string() == text.trim() }
    };
    let found = LEVELS.iter().enumerate().find(is_meant);
    found.map(|(_, (_, right))| *right).ok_or_else(|| Failure::invalid(field, "is not known"))
}

/// A group by name and id.
pub fn brief(name: String, id: Uuid) -> Out {
    Out::object(vec![("GroupName", Out::Text(name)), ("GroupID", Out::Guid(id))])
}

/// One group.
pub fn details(group: Group, author: Option<String>) -> Out {
    // Destructured without `..`, so that a new member does not compile until it is thought of here.
    let Group {
        id,
        number: _,
        organization: _,
        parent: _,
        name,
        description: _,
        created,
        modified,
        revision: _,
        size: _,
        cards,
        with_email: _,
        with_phone: _,
    } = group;
    Out::object(vec![
        ("GroupID", Out::Guid(id)),
        ("Groupname", Out::Text(name)),
        ("DateCreated", Out::Date(created)),
        ("DateModified", Out::Date(modified)),
        ("Contacts", Out::Int(cards)),
        ("LastModifiedBy", Out::optional(author)),
        ("PermissionDetails", Out::Text(String::new())),
    ])
}

/// A group of a list; without its counts if these are not wanted.
pub fn listed(group: Group, right: Option<Right>, author: Option<String>, is_summary: bool) -> Out {
    let count = |count: u64| Out::Int(if is_summary { 0 } else { count });
    Out::object(vec![
        ("ID", Out::Guid(group.id)),
        ("Name", Out::Text(group.name)),
        ("DateCreated", Out::Date(group.created)),
        ("DateModified", Out::Date(group.modified)),
        ("NumberOfContacts", count(group.cards)),
        ("NumberOfContactsWithEmails", count(group.with_email)),
        ("NumberOfContactsWithSMS", count(group.with_phone)),
        ("LastModifiedBy", Out::optional(author)),
        ("Inherited", Out::Bool(right.is_some())),
        ("PermissionLevel", level(right)),
        ("AccountID", Out::Guid(group.organization.0)),
    ])
}
