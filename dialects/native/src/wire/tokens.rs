//! Who may call: tokens and clients.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// A token.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TokenEntry {
    /// The id of whom it stands for, as the log names it.
    pub id: Uuid,
    /// What it is called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The organization it is of.
    pub organization: Uuid,
    /// `admin` or `reader`.
    pub role: String,
    /// What it covers; empty for everything.
    pub scopes: Vec<String>,
    /// When it was made, RFC 3339.
    #[schema(value_type = String, format = DateTime)]
    pub created: Timestamp,
    /// When it ends, RFC 3339; absent for never.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub expires: Option<Timestamp>,
    /// The token itself: told once, when it is made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
}

/// The tokens of an organization.
#[derive(Debug, Serialize, ToSchema)]
pub struct TokenPage {
    /// How many there are.
    pub total: u64,
    /// The tokens, the oldest first.
    pub items: Vec<TokenEntry>,
}

/// A token to be made.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct TokenCreation {
    /// `admin` (the default) or `reader`.
    pub role: Option<String>,
    /// What it covers; empty for everything that the caller's own covers.
    pub scopes: Vec<String>,
    /// How many seconds it lives; absent for ever.
    pub expires_in: Option<u64>,
}

/// An OAuth client.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ClientEntry {
    /// The id that it signs in with.
    pub id: String,
    /// The organization it is of.
    pub organization: Uuid,
    /// When it was made, RFC 3339.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub created: Option<Timestamp>,
    /// The secret that it signs in with: told once, when it is made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret: Option<String>,
}

/// The clients of an organization.
#[derive(Debug, Serialize, ToSchema)]
pub struct ClientPage {
    /// How many there are.
    pub total: u64,
    /// The clients, by id.
    pub items: Vec<ClientEntry>,
}

/// A client to be made.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ClientCreation {
    /// Its id; without one, a new one.
    pub id: Option<String>,
}
