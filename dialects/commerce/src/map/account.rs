//! An organization as its own resource, with all that is told of it.

use cardfile_directory::Merchant;
use cardfile_model::{Numbers, Organization};
use serde_json::{Map, Value, json};

use super::organization::{addresses, brief, by_type, default_address, derived, member, own};
use super::property::{self, OWN};
use super::{profile, role};
use crate::ids;
use crate::surface::Surface;

/// What of an organization is told where little is wanted.
const SUMMARY: [&str; 5] = ["id", "repositoryId", "name", "active", "externalOrganizationId"];

/// The properties that are also told as they hold for an organization: its own value, or that of the nearest above with one.
const DERIVED: [(&str, &str); 7] = [
    ("derivedApprovalRequired", "approvalRequired"),
    ("derivedOrderPriceLimit", "orderPriceLimit"),
    ("derivedPaymentMethods", "paymentMethods"),
    ("derivedShippingMethods", "shippingMethods"),
    ("derivedContract", "contract"),
    ("derivedDescription", "description"),
    ("derivedAllowPunchoutShopping", "allowPunchoutShopping"),
];

/// An organization; who is in it, and where it is found, is for others to add.
pub fn account(organization: &Organization, merchant: &Merchant<'_>, surface: Surface) -> Map<String, Value> {
    // Destructured without `..`, so that a new member does not compile until it is thought of here.
    let Organization {
        id,
        number,
        parent: _,
        name,
        country: _,
        is_locked: _,
        is_active,
        revision: _,
        created: _,
        modified: _,
        extensions: _,
    } = organization;
    let key = ids::account(*number);
    let above: Vec<Value> = merchant.above(*id).map(|above| brief(above)).collect();
    let (billing, shipping) = ("isDefaultBillingAddress", "isDefaultShippingAddress");
    let mut shown = Map::new();
    let mut put = |name: &str, value: Value| drop(shown.insert(name.to_owned(), value));
    put("id", key.clone().into());
    put("repositoryId", key.into());
    put("name", name.clone().into());
    put("active", (*is_active).into());
    for (name, _) in OWN {
        put(name, or_standard(member(organization, name), name));
    }
    for (derived_name, name) in DERIVED {
        put(derived_name, or_standard(derived(organization, merchant, name), name));
    }
    put("parentOrganization", above.first().cloned().unwrap_or_default());
    put("ancestorOrganizations", above.into());
    put("relativeRoles", roles(organization).into());
    put(
        "secondaryAddresses",
        match surface {
            Surface::Admin => addresses(organization).into(),
            Surface::Agent | Surface::Store => by_type(organization),
        },
    );
    put("billingAddress", default_address(organization, billing));
    put("shippingAddress", default_address(organization, shipping));
    put("derivedBillingAddress", derived_address(organization, merchant, billing));
    put("derivedShippingAddress", derived_address(organization, merchant, shipping));
    put(profile::DYNAMIC, profile::dynamic(own(organization)).into());
    shown
}

/// Leaves what is told where little is wanted.
pub fn summarize(shown: &mut Map<String, Value>) {
    shown.retain(|name, _| SUMMARY.contains(&name.as_str()));
}

/// The ids of people.
pub fn members(people: &Numbers, most: usize) -> Value {
    people.iter().take(most).map(ids::profile).collect::<Vec<_>>().into()
}

fn or_standard(value: Value, name: &str) -> Value {
    if value.is_null() { property::standard(name) } else { value }
}

/// The address to take when none is named: the organization's, or that of the nearest above that has one.
fn derived_address(organization: &Organization, merchant: &Merchant<'_>, flag: &str) -> Value {
    let above = merchant.above(organization.id).map(|above| &**above);
    let mut known = std::iter::once(organization).chain(above).map(|known| default_address(known, flag));
    known.find(|address| !address.is_null()).unwrap_or_default()
}

/// The roles that can be held in an organization: those of every one, and then its own.
fn roles(organization: &Organization) -> Vec<Value> {
    let role = |function: &str, place: u64, name: Value| {
        let id = u32::try_from(place).map(|place| ids::role(organization.number, place)).unwrap_or_default();
        json!({"function": function, "repositoryId": id, "name": name, "type": "organizationalRole"})
    };
    let known = (1..).zip(role::FUNCTIONS).map(|(place, (function, name))| role(function, place, name.into()));
    let custom = role::custom_roles(organization).filter_map(|known| {
        let place = known.get("place")?.as_u64()?;
        Some(role(role::CUSTOM, place, known.get("name").cloned().unwrap_or_default()))
    });
    known.chain(custom).collect()
}
