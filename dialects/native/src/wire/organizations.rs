//! Organizations.

use cardfile_model::{Edit, Organization};
use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// An organization.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct OrganizationEntry {
    /// The id.
    pub id: Uuid,
    /// The organization number, dense from 1.
    pub number: u32,
    /// The organization it is part of; absent for the root.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parent: Option<Uuid>,
    /// What it is called.
    pub name: String,
    /// The country that its phone numbers are dialled in, ISO 3166-1 alpha-2.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
    /// Whether it does business.
    pub active: bool,
    /// The revision at its last change.
    pub revision: u64,
    /// When it was made, RFC 3339.
    #[schema(value_type = String, format = DateTime)]
    pub created: Timestamp,
    /// When it last changed, RFC 3339.
    #[schema(value_type = String, format = DateTime)]
    pub modified: Timestamp,
}

impl OrganizationEntry {
    /// An organization as this door shows it.
    pub fn of(organization: &Organization) -> OrganizationEntry {
        OrganizationEntry {
            id: organization.id.0,
            number: organization.number,
            parent: organization.parent.map(|parent| parent.0),
            name: organization.name.clone(),
            country: organization.country.clone(),
            active: organization.is_active,
            revision: organization.revision,
            created: organization.created,
            modified: organization.modified,
        }
    }
}

/// A page of organizations.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct OrganizationPage {
    /// How many there are in all.
    pub total: u64,
    /// The organizations, by number.
    pub items: Vec<OrganizationEntry>,
    /// Where the next page begins; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
}

/// An organization to be made.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OrganizationCreation {
    /// What it is called, not blank.
    pub name: String,
    /// The organization it is part of; without one, the one at hand.
    #[serde(default)]
    pub parent: Option<Uuid>,
    /// The country that its phone numbers are dialled in, ISO 3166-1 alpha-2.
    #[serde(default)]
    pub country: Option<String>,
    /// Whether it does business; absent means so.
    #[serde(default)]
    pub active: Option<bool>,
}

/// A change of an organization: what is absent stays, `null` clears the country.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct OrganizationChange {
    /// What it is called.
    pub name: Option<String>,
    /// Where it moves, with all that is below it.
    pub parent: Option<Uuid>,
    /// The country that its phone numbers are dialled in.
    #[serde(deserialize_with = "named")]
    #[schema(value_type = Option<String>)]
    pub country: Edit<String>,
    /// Whether it does business.
    pub active: Option<bool>,
}

/// A member that is there, be it null.
pub fn named<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Edit<T>, D::Error> {
    Ok(Option::deserialize(deserializer)?.map_or(Edit::Clear, Edit::Set))
}
