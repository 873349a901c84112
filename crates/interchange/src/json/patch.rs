//! A change of a contact as JSON.

use std::collections::BTreeMap;

use cardfile_model::{Edit, ForeignKey, ListEdit, MembershipEdit, Method, Patch, Violation};
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Address, Key, Places, PreferredMethod, Seat, entries, seats};

/// A merge patch of a contact (RFC 7396): what is absent stays, `null` clears, lists become what is sent. Of `extensions`, those
/// named change, each as a whole. What the directory gives cannot be named.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, ToSchema)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
#[expect(missing_docs, reason = "each member is the person's member of that name")]
pub struct PersonPatch {
    /// What the contact's source must be; it does not change.
    pub source: Option<String>,
    #[serde(deserialize_with = "named")]
    #[schema(value_type = Option<String>)]
    pub display_name: Edit<String>,
    #[serde(deserialize_with = "named")]
    #[schema(value_type = Option<String>)]
    pub given_name: Edit<String>,
    #[serde(deserialize_with = "named")]
    #[schema(value_type = Option<String>)]
    pub family_name: Edit<String>,
    #[serde(deserialize_with = "named")]
    #[schema(value_type = Option<String>)]
    pub company: Edit<String>,
    #[serde(deserialize_with = "named")]
    #[schema(value_type = Option<String>)]
    pub title: Edit<String>,
    #[serde(deserialize_with = "named")]
    #[schema(value_type = Option<String>)]
    pub address: Edit<String>,
    #[serde(deserialize_with = "named")]
    #[schema(value_type = Option<String>)]
    pub photo_uri: Edit<String>,
    #[serde(deserialize_with = "named")]
    #[schema(value_type = Option<PreferredMethod>)]
    pub preferred_method: Edit<PreferredMethod>,
    #[serde(deserialize_with = "named")]
    #[schema(value_type = Option<Vec<Address>>)]
    pub emails: Edit<Vec<Address>>,
    #[serde(deserialize_with = "named")]
    #[schema(value_type = Option<Vec<Address>>)]
    pub phones: Edit<Vec<Address>>,
    #[serde(deserialize_with = "named")]
    #[schema(value_type = Option<Vec<Address>>)]
    pub sip_addresses: Edit<Vec<Address>>,
    #[serde(deserialize_with = "named")]
    #[schema(value_type = Option<Vec<Address>>)]
    pub ims: Edit<Vec<Address>>,
    #[serde(deserialize_with = "named")]
    #[schema(value_type = Option<Vec<Uuid>>)]
    pub shared_with: Edit<Vec<Uuid>>,
    #[serde(deserialize_with = "named")]
    #[schema(value_type = Option<Vec<Seat>>)]
    pub memberships: Edit<Vec<Seat>>,
    #[serde(deserialize_with = "named")]
    #[schema(value_type = Option<bool>)]
    pub active: Edit<bool>,
    #[serde(deserialize_with = "named")]
    #[schema(value_type = Option<Vec<Key>>)]
    pub keys: Edit<Vec<Key>>,
    #[schema(value_type = BTreeMap<String, Object>)]
    pub extensions: BTreeMap<String, Value>,
}

/// A member that is there, be it null.
fn named<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Edit<T>, D::Error> {
    Ok(Option::deserialize(deserializer)?.map_or(Edit::Clear, Edit::Set))
}

impl PersonPatch {
    /// The model's patch.
    ///
    /// # Errors
    /// A violation for each membership in an organization that is not known.
    pub fn into_patch(self, places: &dyn Places) -> Result<Patch, Vec<Violation>> {
        let memberships = match replaced(self.memberships) {
            Some(list) => vec![MembershipEdit::Replace(seats(list, places)?)],
            None => Vec::new(),
        };
        let extension = |value: Value| if value.is_null() { Edit::Clear } else { Edit::Set(value) };
        Ok(Patch {
            source: self.source,
            follows_names: self.display_name.is_keep(),
            display_name: self.display_name,
            given_name: self.given_name,
            family_name: self.family_name,
            organization: self.company,
            title: self.title,
            address: self.address,
            photo_uri: self.photo_uri,
            preferred_method: match self.preferred_method {
                Edit::Keep => Edit::Keep,
                Edit::Clear => Edit::Clear,
                Edit::Set(method) => Edit::Set(Method::from(method)),
            },
            emails: list(self.emails),
            phones: list(self.phones),
            sip_addresses: list(self.sip_addresses),
            ims: list(self.ims),
            shared_with: replaced(self.shared_with),
            memberships,
            is_inactive: match self.active {
                Edit::Keep => None,
                Edit::Clear => Some(false),
                Edit::Set(active) => Some(!active),
            },
            keys: replaced(self.keys).map(|keys| keys.into_iter().map(ForeignKey::from).collect()),
            formers: None,
            extensions: self.extensions.into_iter().map(|(name, value)| (name, extension(value))).collect(),
        })
    }
}

/// What a list becomes; `None` when it stays.
fn replaced<T>(member: Edit<Vec<T>>) -> Option<Vec<T>> {
    match member {
        Edit::Keep => None,
        Edit::Clear => Some(Vec::new()),
        Edit::Set(list) => Some(list),
    }
}

fn list(member: Edit<Vec<Address>>) -> Vec<ListEdit> {
    replaced(member).map(|list| ListEdit::Replace(entries(list))).into_iter().collect()
}
