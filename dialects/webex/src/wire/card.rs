//! A contact as clients send it.

use std::borrow::Cow;

use cardfile_http::json::Object;
use serde::{Deserialize, Deserializer, Serialize};

/// A text, borrowed from the body where it holds no escapes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Text<'a>(#[serde(borrow)] pub Cow<'a, str>);

/// A member that may be left out, sent as `null`, or have a value; on a change the three mean different things.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Given<T> {
    /// It was left out.
    #[default]
    Absent,
    /// It was `null`.
    Null,
    /// It was this.
    Value(T),
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Given<T> {
    fn deserialize<D: Deserializer<'de>>(reader: D) -> Result<Self, D::Error> {
        Ok(Option::deserialize(reader)?.map_or(Given::Null, Given::Value))
    }
}

impl<T> Given<T> {
    /// The value, if there is one.
    pub fn value(self) -> Option<T> {
        match self {
            Given::Value(value) => Some(value),
            Given::Absent | Given::Null => None,
        }
    }
}

/// A contact in a request, or the members of it that a change names. Read-only and unknown members are passed over; one
/// that is known and comes twice is a fault.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Card<'a> {
    /// The schema it claims; taken out into the head of its item.
    #[serde(borrow)]
    pub schemas: Option<Text<'a>>,
    /// The contact to be changed; taken out into the head.
    #[serde(borrow)]
    pub contact_id: Option<Text<'a>>,
    /// The source it claims; taken out into the head.
    #[serde(borrow)]
    pub source: Option<Text<'a>>,
    /// The full name.
    pub display_name: Given<String>,
    /// The first name.
    pub first_name: Given<String>,
    /// The last name.
    pub last_name: Given<String>,
    /// The company.
    pub company_name: Given<String>,
    /// The job title.
    pub title: Given<String>,
    /// The address as one text, or as the JSON text of an object.
    pub address: Given<String>,
    /// The address in parts.
    #[serde(borrow)]
    pub address_info: Given<Object<AddressInfo<'a>>>,
    /// Where a picture is.
    #[serde(rename = "avatarURL")]
    pub avatar_url: Given<String>,
    /// `SIPADDRESS`, `EMAIL`, `PHONE` or `IMS`, in any case.
    #[serde(borrow)]
    pub primary_contact_method: Given<Text<'a>>,
    /// E-mail addresses.
    #[serde(borrow)]
    pub emails: Option<Vec<Object<Entry<'a>>>>,
    /// Phone numbers.
    #[serde(borrow)]
    pub phone_numbers: Option<Vec<Object<Entry<'a>>>>,
    /// SIP addresses.
    #[serde(borrow)]
    pub sip_addresses: Option<Vec<Object<Entry<'a>>>>,
    /// Messaging addresses.
    #[serde(borrow)]
    pub ims: Option<Vec<Object<Entry<'a>>>>,
    /// The groups it is shown to.
    #[serde(borrow)]
    pub group_ids: Option<Vec<Text<'a>>>,
}

/// One entry of a list of addresses or numbers.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct Entry<'a> {
    /// The address or number.
    pub value: String,
    /// What it is for.
    #[serde(rename = "type", borrow, default)]
    pub kind: Option<Text<'a>>,
    /// Whether it is the first choice.
    #[serde(default)]
    pub primary: Option<bool>,
    /// What to do with it on a change.
    #[serde(borrow, default)]
    pub operation: Option<Text<'a>>,
}

/// An address in parts.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct AddressInfo<'a> {
    /// The town.
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub city: Option<Text<'a>>,
    /// The country.
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub country: Option<Text<'a>>,
    /// The state or region.
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub state: Option<Text<'a>>,
    /// Street and house.
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub street: Option<Text<'a>>,
    /// The postal code.
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub zip_code: Option<Text<'a>>,
}

impl AddressInfo<'_> {
    /// Whether no part is known.
    pub fn is_empty(&self) -> bool {
        *self == AddressInfo::default()
    }
}
