//! An organization as it is answered.

use cardfile_directory::Merchant;
use cardfile_model::Organization;
use serde_json::{Map, Value, json};

use super::EXTENSION;
use crate::ids;

/// The member of the extension that holds the addresses.
pub const ADDRESSES: &str = "secondaryAddresses";

/// What this door alone knows of an organization.
pub fn own(organization: &Organization) -> Option<&Map<String, Value>> {
    organization.extensions.get(EXTENSION).and_then(Value::as_object)
}

/// One member of it; `null` when it is not there.
pub fn member(organization: &Organization, name: &str) -> Value {
    own(organization).and_then(|own| own.get(name)).cloned().unwrap_or_default()
}

/// An organization where another thing tells of it.
pub fn brief(organization: &Organization) -> Value {
    let id = ids::account(organization.number);
    json!({"id": id, "repositoryId": id, "name": organization.name, "active": organization.is_active})
}

/// An organization as the parent of a profile.
pub fn parent(organization: &Organization) -> Value {
    let mut shown = brief(organization);
    shown["description"] = member(organization, "description");
    shown["billingAddress"] = default_address(organization, "isDefaultBillingAddress");
    shown["shippingAddress"] = default_address(organization, "isDefaultShippingAddress");
    shown["secondaryAddresses"] = by_type(organization);
    shown
}

/// The addresses of an organization, as they are kept: `{addressType, address{…}}`.
pub fn addresses(organization: &Organization) -> &[Value] {
    own(organization).and_then(|own| own.get(ADDRESSES)).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

/// The addresses by their type.
pub fn by_type(organization: &Organization) -> Value {
    let named = |kept: &Value| Some((kept.get("addressType")?.as_str()?.to_owned(), kept.get("address")?.clone()));
    Value::Object(addresses(organization).iter().filter_map(named).collect())
}

/// The address that a flag marks as the one to take when none is named.
pub fn default_address(organization: &Organization, flag: &str) -> Value {
    let mut kept = addresses(organization).iter().filter_map(|kept| kept.get("address"));
    kept.find(|address| address.get(flag) == Some(&Value::Bool(true))).cloned().unwrap_or_default()
}

/// A value of an organization, or of the nearest above that has one.
pub fn derived(organization: &Organization, merchant: &Merchant<'_>, name: &str) -> Value {
    let above = merchant.above(organization.id).map(|above| &**above);
    std::iter::once(organization).chain(above).map(|known| member(known, name)).find(|value| !value.is_null()).unwrap_or_default()
}
