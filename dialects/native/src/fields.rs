//! Sparse answers: of each item only what is asked for.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::error::{Failure, parameter};
use crate::visit::Visit;

/// The members of an item that are asked for, each with what of it is; none where all of it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fields(BTreeMap<String, Option<Fields>>);

/// How deep a path may lead.
const MOST_DEPTH: usize = 8;

impl Fields {
    /// Reads `fields`: paths of members, apart by commas. Without them all is asked for. `known` are the members there can be.
    pub fn of(visit: &Visit, known: &[&str]) -> Result<Option<Fields>, Failure> {
        visit.parameters.filled("fields").map(|text| Fields::read(text, known)).transpose()
    }

    fn read(text: &str, known: &[&str]) -> Result<Fields, Failure> {
        let mut fields = Fields::default();
        for path in text.split(',').map(str::trim).filter(|path| !path.is_empty()) {
            let steps: Vec<&str> = path.split('.').collect();
            if !known.contains(&steps[0]) {
                return Err(parameter("fields", format!("must be of these: {}", known.join(", "))));
            }
            if steps.len() > MOST_DEPTH {
                return Err(parameter("fields", format!("a path has at most {MOST_DEPTH} steps")));
            }
            fields.add(&steps);
        }
        Ok(fields)
    }

    fn add(&mut self, steps: &[&str]) {
        let Some((first, rest)) = steps.split_first() else { return };
        let known = self.0.contains_key(*first);
        let entry = self.0.entry((*first).to_owned()).or_default();
        match entry {
            _ if rest.is_empty() => *entry = None,
            Some(within) => within.add(rest),
            // All of it is asked for already.
            None if known => {}
            None => {
                let mut within = Fields::default();
                within.add(rest);
                *entry = Some(within);
            }
        }
    }

    /// What of an item is asked for.
    pub fn pick(&self, item: Value) -> Value {
        match item {
            Value::Object(members) => Value::Object(self.picked(members)),
            Value::Array(items) => Value::Array(items.into_iter().map(|item| self.pick(item)).collect()),
            other => other,
        }
    }

    fn picked(&self, members: Map<String, Value>) -> Map<String, Value> {
        let wanted = members.into_iter().filter_map(|(name, value)| {
            let value = match self.0.get(&name)? {
                Some(within) => within.pick(value),
                None => value,
            };
            Some((name, value))
        });
        wanted.collect()
    }
}

/// What of an item is asked for; all of it where nothing is said.
pub fn picked(fields: Option<&Fields>, item: Value) -> Value {
    match fields {
        Some(fields) => fields.pick(item),
        None => item,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(text: &str) -> Fields {
        Fields::read(text, &["id", "emails", "extensions"]).unwrap()
    }

    #[test]
    fn paths_lead_into_objects_and_through_lists() {
        let item =
            json!({"id": 1, "emails": [{"value": "a", "type": "work"}], "extensions": {"x": {"y": 1, "z": 2}}, "title": "t"});
        assert_eq!(
            read("id, emails.value,extensions.x.y").pick(item),
            json!({"id": 1, "emails": [{"value": "a"}], "extensions": {"x": {"y": 1}}})
        );
    }

    #[test]
    fn the_whole_of_a_member_counts_before_parts_of_it() {
        let item = json!({"emails": [{"value": "a", "type": "work"}]});
        assert_eq!(read("emails.value,emails").pick(item.clone()), item);
        assert_eq!(read("emails,emails.value").pick(item.clone()), item);
    }

    #[test]
    fn members_that_there_are_not_are_refused() {
        assert!(Fields::read("nome", &["id"]).is_err());
        assert!(Fields::read("id.a.b.c.d.e.f.g.h", &["id"]).is_err());
        assert_eq!(read(" ,id"), read("id"));
    }
}
