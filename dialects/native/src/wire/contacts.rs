//! Contacts in lists and in bulk.

use cardfile_interchange::json::{Key, Person};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use super::Fault;

/// A page of contacts.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ContactPage {
    /// How many there are in all.
    pub total: u64,
    /// The contacts, or what of them was asked for.
    #[schema(value_type = Vec<Person>)]
    pub items: Vec<Value>,
    /// Where the next page begins; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
}

/// Many writes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct BulkRequest {
    /// What is to be written, in this order.
    pub items: Vec<BulkItem>,
    /// Whether nothing is written unless everything can be.
    #[serde(default)]
    pub all_or_nothing: bool,
}

/// One write.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase", tag = "op", deny_unknown_fields)]
pub enum BulkItem {
    /// A contact is made; its `id` is taken if it brings one.
    Create {
        /// The card.
        contact: Box<Person>,
    },
    /// A contact takes over what a source says of it, or is made. What each source last said is kept, and shown under
    /// `extensions.claims`; the card shows the word of the source that ranks first.
    Upsert {
        /// By what it is found, the surest first; with none it is made.
        by: Vec<By>,
        /// What the source says; its `source` is the source.
        contact: Box<Person>,
        /// The members that the source says are empty.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        clears: Vec<String>,
        /// Whose word counts where sources differ, the first most.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        precedence: Vec<String>,
        /// The id that it gets if it is made.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        id: Option<Uuid>,
    },
    /// A contact changes: a merge patch.
    Patch {
        /// Whose card.
        id: Uuid,
        /// The revision that it must be at.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        revision: Option<u64>,
        /// The change.
        #[schema(value_type = Object)]
        patch: Value,
    },
    /// A contact goes to the trash.
    Delete {
        /// Who.
        id: Uuid,
        /// The revision that it must be at.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        revision: Option<u64>,
    },
}

/// By what a contact is found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum By {
    /// By what it is called in a foreign system.
    Key(Key),
    /// By an e-mail address.
    Email(String),
    /// By a phone number, however it is written.
    Phone(String),
}

/// What came of many writes.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct BulkResults {
    /// The number of the change; absent when nothing changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub change: Option<u64>,
    /// How many contacts were made.
    pub created: u64,
    /// How many changed.
    pub changed: u64,
    /// How many went to the trash.
    pub deleted: u64,
    /// How many writes failed.
    pub failed: u64,
    /// What came of each, in the order sent.
    pub items: Vec<BulkResult>,
}

/// What came of one write.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct BulkResult {
    /// `created`, `changed`, `unchanged`, `deleted` or `failed`.
    pub status: &'static str,
    /// The contact's id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<Uuid>,
    /// The person number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<u32>,
    /// The revision of the card.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revision: Option<u64>,
    /// Why it failed: the name of the problem.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problem: Option<&'static str>,
    /// Why it failed, in a sentence.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// What of it breaks which rule.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub violations: Vec<Fault>,
}
