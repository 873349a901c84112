//! Answers on contacts, and errors. Members without a value are left out.

use std::borrow::Cow;

use jiff::Timestamp;
use jiff::fmt::temporal::DateTimePrinter;
use serde::{Serialize, Serializer};
use uuid::Uuid;

use super::AddressInfo;

/// A time in UTC with three digits of fraction and `Z`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamp(pub Timestamp);

const PRINTER: DateTimePrinter = DateTimePrinter::new().precision(Some(3));

impl Serialize for Stamp {
    fn serialize<S: Serializer>(&self, writer: S) -> Result<S::Ok, S::Error> {
        let mut text = String::with_capacity(24);
        PRINTER.print_timestamp(&self.0, &mut text).map_err(serde::ser::Error::custom)?;
        writer.serialize_str(&text)
    }
}

/// A contact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ContactAnswer<'a> {
    /// The one schema.
    pub schemas: &'static str,
    /// When it was made and changed.
    pub meta: Meta,
    /// The id.
    pub contact_id: Uuid,
    /// The full name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub display_name: Option<&'a str>,
    /// The first name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_name: Option<&'a str>,
    /// The last name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_name: Option<&'a str>,
    /// The company.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub company_name: Option<&'a str>,
    /// The job title.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<&'a str>,
    /// The address as one text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<&'a str>,
    /// The address in parts, if its text is that of an object.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address_info: Option<AddressInfo<'a>>,
    /// Where a picture is.
    #[serde(rename = "avatarURL", skip_serializing_if = "Option::is_none")]
    pub avatar_url: Option<&'a str>,
    /// How the person would rather be reached, upper case.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub primary_contact_method: Option<&'static str>,
    /// The system that owns it.
    pub source: &'a str,
    /// E-mail addresses.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub emails: Vec<EntryAnswer<'a>>,
    /// Phone numbers.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub phone_numbers: Vec<EntryAnswer<'a>>,
    /// SIP addresses.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub sip_addresses: Vec<EntryAnswer<'a>>,
    /// Messaging addresses.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ims: Vec<EntryAnswer<'a>>,
    /// The groups it is shown to.
    #[serde(skip_serializing_if = "<[Uuid]>::is_empty")]
    pub group_ids: &'a [Uuid],
    /// Always `false` here.
    pub is_migration: bool,
    /// The organization.
    pub org_id: Uuid,
}

/// When a contact was made and changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Meta {
    /// When it was made.
    pub created: Stamp,
    /// When it last changed.
    pub last_modified: Stamp,
}

/// One entry of a list of addresses or numbers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EntryAnswer<'a> {
    /// What it is for.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<Cow<'a, str>>,
    /// The address or number.
    pub value: &'a str,
    /// Whether it is the first choice, if it was said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub primary: Option<bool>,
}

/// One page of a search.
#[derive(Debug, Serialize)]
pub struct PageAnswer<'a> {
    /// The contacts.
    pub result: Vec<ContactAnswer<'a>>,
    /// How many were passed over.
    pub start: u64,
    /// How many there may be on a page.
    pub limit: u64,
    /// How many there are in all.
    pub total: u64,
}

/// The answer to a bulk request.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct BulkAnswer<'a> {
    /// One element for each item, `null` where it failed.
    pub contacts: Vec<Option<ContactAnswer<'a>>>,
    /// The failures, in request order.
    pub failed_contacts: Vec<FailedContact>,
    /// The organization.
    pub org_id: Uuid,
}

/// One item that failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FailedContact {
    /// The position in the request, counted from zero, in a text.
    pub id: String,
    /// The failure's name.
    pub error_code: &'static str,
    /// What is wrong.
    pub error_message: String,
    /// The status a single request would have had.
    pub status_code: u16,
}

/// An error.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ErrorAnswer<'a> {
    /// What is wrong.
    pub message: &'a str,
    /// The same, piece by piece; never empty.
    pub errors: Vec<ErrorDetail<'a>>,
    /// The id under which it is logged.
    pub tracking_id: &'a str,
}

/// One piece of an error.
#[derive(Debug, Serialize)]
pub struct ErrorDetail<'a> {
    /// What is wrong.
    pub description: &'a str,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stamp_has_exactly_three_digits_of_fraction() {
        for (given, shown) in [
            ("2026-03-09T07:15:42.118999Z", "\"2026-03-09T07:15:42.118Z\""),
            ("2026-03-09T08:15:42+01", "\"2026-03-09T07:15:42.000Z\""),
        ] {
            assert_eq!(serde_json::to_string(&Stamp(given.parse().unwrap())).unwrap(), shown);
        }
    }
}
