//! Which members of an answer are wanted: `fields`, `exclude` and `expand=none`.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::envelope::Envelope;
use crate::parameter::Fault;

/// How many names a parameter may hold.
pub const MOST_NAMES: usize = 200;
/// How many parts a name may have; no answer is nested as deep.
pub const MOST_PARTS: usize = 16;

/// The members of a list's envelope.
const ENVELOPE: [&str; 7] = ["total", "totalResults", "offset", "limit", "links", "sort", "items"];

/// What is left of an answer: first what `fields` names, then without what `exclude` names. Names are dotted paths, compared
/// as they are; lists are walked through, and what does not exist is passed over.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Projection {
    fields: Option<Names>,
    exclude: Option<Names>,
}

impl Projection {
    /// Reads both parameters; one that holds no name is as one that is not there.
    ///
    /// # Errors
    /// More than [`MOST_NAMES`] names, or one of more than [`MOST_PARTS`] parts.
    pub fn read(fields: Option<&str>, exclude: Option<&str>) -> Result<Self, Fault> {
        Ok(Projection { fields: Names::read("fields", fields)?, exclude: Names::read("exclude", exclude)? })
    }

    /// Leaves what is wanted of a single thing.
    pub fn apply(&self, answer: &mut Value) {
        if let Some(names) = &self.fields {
            names.keep(answer);
        }
        if let Some(names) = &self.exclude {
            names.remove(answer);
        }
    }

    /// Leaves what is wanted of a list.
    ///
    /// Names of the documented form, such as `items.name,totalResults`, are paths from the envelope. Other names are those of
    /// the items' own members, and the envelope stays whole: there are clients that ask for `id,name` and still read `items`.
    pub fn apply_to_list(&self, list: &mut Envelope) {
        if let Some(names) = &self.fields {
            if names.are_of_envelope() {
                list.retain(|member| names.members.contains_key(member));
            }
            if let Some(names) = names.of_items() {
                list.items.iter_mut().flatten().for_each(|item| names.keep(item));
            }
        }
        if let Some(names) = &self.exclude {
            if names.are_of_envelope() {
                list.retain(|member| names.members.get(member).is_none_or(|names| !names.is_whole));
            }
            if let Some(names) = names.of_items() {
                list.items.iter_mut().flatten().for_each(|item| names.remove(item));
            }
        }
    }
}

/// Leaves nothing but the id, which is what `expand=none` asks for.
pub fn keep_only_id(answer: &mut Value) {
    if let Value::Object(members) = answer {
        members.retain(|name, _| name == "id");
    }
}

/// Dotted paths as a tree.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Names {
    /// Whether a path ends here, so that all below is named.
    is_whole: bool,
    members: BTreeMap<String, Names>,
}

impl Names {
    fn read(parameter: &'static str, text: Option<&str>) -> Result<Option<Self>, Fault> {
        let mut names = Names::default();
        let given = text.unwrap_or_default().split(',').map(str::trim).filter(|name| !name.is_empty());
        for (count, name) in given.enumerate() {
            if count == MOST_NAMES || name.split('.').count() > MOST_PARTS {
                return Err(Fault::new(parameter, name));
            }
            let end = name.split('.').fold(&mut names, |names, part| names.members.entry(part.to_owned()).or_default());
            end.is_whole = true;
        }
        Ok((!names.members.is_empty()).then_some(names))
    }

    /// Whether these are paths from a list's envelope: some lead into the items, or all are of the envelope. A name such as
    /// `links`, which items have too, does not make others like `id` mean nothing.
    fn are_of_envelope(&self) -> bool {
        self.members.contains_key("items") || self.members.keys().all(|name| ENVELOPE.contains(&name.as_str()))
    }

    /// What these say of each item, if anything.
    fn of_items(&self) -> Option<&Names> {
        if self.are_of_envelope() { self.members.get("items") } else { Some(self) }
    }

    fn keep(&self, value: &mut Value) {
        match value {
            _ if self.is_whole => {}
            Value::Object(members) => members.retain(|name, value| {
                let names = self.members.get(name).filter(|names| names.lead_to(value));
                names.inspect(|names| names.keep(value)).is_some()
            }),
            Value::Array(items) => {
                items.retain(|item| self.lead_to(item));
                for item in items {
                    self.keep(item);
                }
            }
            _ => {}
        }
    }

    /// Whether something of this value is named. Of nothing, nothing is left either, and that is worth telling.
    fn lead_to(&self, value: &Value) -> bool {
        self.is_whole || matches!(value, Value::Object(_) | Value::Array(_) | Value::Null)
    }

    fn remove(&self, value: &mut Value) {
        match value {
            Value::Object(members) => {
                members.retain(|name, _| self.members.get(name).is_none_or(|names| !names.is_whole));
                for (name, names) in &self.members {
                    members.get_mut(name).into_iter().for_each(|value| names.remove(value));
                }
            }
            Value::Array(items) => items.iter_mut().for_each(|item| self.remove(item)),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests;
