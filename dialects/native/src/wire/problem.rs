//! Problems (RFC 9457).

use cardfile_model::Violation;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

/// Why a request failed.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Problem {
    /// Which problem: a reference to where it is described.
    pub r#type: String,
    /// Its name.
    pub title: String,
    /// The status of the answer.
    pub status: u16,
    /// What is the matter, in a sentence.
    pub detail: String,
    /// The request, as logs name it.
    pub instance: String,
    /// What of the request breaks which rule.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub violations: Vec<Fault>,
    /// Members of this kind of problem alone.
    #[serde(flatten, skip_serializing_if = "Value::is_null")]
    #[schema(value_type = Object)]
    pub more: Value,
}

/// A broken rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Fault {
    /// The path of the member at fault, such as `emails[2].value`; empty for the whole.
    pub field: String,
    /// The rule's name.
    pub rule: String,
    /// What is wrong and what would be right.
    pub message: String,
}

impl Fault {
    /// A violation in the words of this door.
    pub fn of(violation: &Violation) -> Fault {
        let Violation { field, rule, message } = violation;
        Fault { field: camel(field), rule: (*rule).to_owned(), message: message.clone() }
    }

    /// Where it is and what is wrong.
    pub fn sentence(&self) -> String {
        if self.field.is_empty() { self.message.clone() } else { format!("{}: {}", self.field, self.message) }
    }
}

/// A path of the model as this door writes it.
fn camel(field: &str) -> String {
    let mut camel = String::with_capacity(field.len());
    let mut is_raised = false;
    for c in field.chars() {
        match c {
            '_' => is_raised = true,
            c if is_raised => {
                camel.extend(c.to_uppercase());
                is_raised = false;
            }
            c => camel.push(c),
        }
    }
    if camel == "organization" { "company".to_owned() } else { camel }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_of_the_model_are_told_in_this_doors_words() {
        assert_eq!(camel("sip_addresses[2].value"), "sipAddresses[2].value");
        assert_eq!(camel("display_name"), "displayName");
        assert_eq!(camel("organization"), "company");
        assert_eq!(camel("memberships[0].organization"), "memberships[0].organization");
    }
}
