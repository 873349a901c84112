//! What an operator may set about this door, for programs that rely on what the vendor's documents leave open.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// How this door answers. Every key has a default.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// What stands in `Error` when all went well.
    pub success_error: SuccessError,
    /// The status of failures that are about contacts and groups.
    pub business_errors: BusinessErrors,
    /// The number of the first page: 0 or 1. With 1, page 0 is the first too.
    pub paging_base: u8,
    /// What is done about person numbers that are not known, when they are listed and `All` is false.
    pub unknown_members: UnknownMembers,
    /// The name of the list in an answer of contacts.
    pub list_member: String,
    /// The name of the total in an answer of contacts.
    pub total_member: String,
    /// Other words for error codes: from ours to those that programs know.
    pub error_codes: BTreeMap<String, String>,
    /// Whether requests may bring a client's id and secret instead of a token (HTTP Basic).
    pub basic_auth: bool,
    /// The largest request body; the server's own limit holds too.
    pub body_bytes: usize,
    /// Keys of a form or a query.
    pub form_keys: usize,
    /// Records on a page when a program does not say how many.
    pub page_default: usize,
    /// Records on a page at most.
    pub page_cap: usize,
    /// Characters of a first or last name.
    pub name_chars: usize,
    /// Contacts in one request that adds or updates them.
    pub batch_items: usize,
    /// Person numbers in one list.
    pub list_numbers: usize,
    /// Seconds that access tokens live.
    pub token_seconds: u32,
    /// Seconds that refresh tokens live.
    pub refresh_seconds: u32,
}

/// What stands in `Error` when all went well.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SuccessError {
    /// Nothing.
    Null,
    /// An object with two empty texts.
    Empty,
}

/// The status of failures that are about contacts and groups: 403, 404 and 409.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BusinessErrors {
    /// As HTTP has it.
    Http,
    /// 200, with the failure in the body.
    Ok200,
}

/// What is done about person numbers that are not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UnknownMembers {
    /// They are passed over.
    Ignore,
    /// Nothing is done, and 404 answered.
    Reject,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            success_error: SuccessError::Null,
            business_errors: BusinessErrors::Http,
            paging_base: 0,
            unknown_members: UnknownMembers::Ignore,
            list_member: "Contacts".into(),
            total_member: "TotalRecords".into(),
            error_codes: BTreeMap::new(),
            basic_auth: false,
            body_bytes: 4 * 1024 * 1024,
            form_keys: 1000,
            page_default: 20,
            page_cap: 1000,
            name_chars: 100,
            batch_items: 1000,
            list_numbers: 1_000_000,
            token_seconds: 8 * 3600,
            refresh_seconds: 30 * 24 * 3600,
        }
    }
}

impl Settings {
    /// What is wrong with these settings, if anything.
    ///
    /// # Errors
    /// A sentence that begins with the key.
    pub fn check(&self) -> Result<(), String> {
        let is_name = |name: &str| {
            let mut chars = name.chars();
            chars.next().is_some_and(|c| c.is_ascii_alphabetic()) && chars.all(|c| c.is_ascii_alphanumeric() || c == '_')
        };
        if self.paging_base > 1 {
            return Err(format!("paging_base: must be 0 or 1, but is {}", self.paging_base));
        }
        if !is_name(&self.list_member) || !is_name(&self.total_member) || self.list_member == self.total_member {
            return Err("list_member, total_member: must be two different names of ASCII letters and digits".into());
        }
        let sizes = [("page_default", self.page_default), ("page_cap", self.page_cap), ("name_chars", self.name_chars)];
        if let Some((name, _)) = sizes.into_iter().find(|(_, size)| *size == 0) {
            return Err(format!("{name}: must be at least 1"));
        }
        if self.token_seconds < 60 || self.refresh_seconds < 60 {
            return Err("token_seconds, refresh_seconds: must be at least 60".into());
        }
        Ok(())
    }
}
