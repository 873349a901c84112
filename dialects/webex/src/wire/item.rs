//! Request bodies on contacts, read so that a fault in one member, or in one item of many, decides only when its turn comes.

use std::borrow::Cow;

use cardfile_http::json::{self, Fault, Object};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::{Card, Text};

/// What is looked at before the other members of a contact.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Head<'a> {
    /// The schema it claims.
    pub schemas: Option<Cow<'a, str>>,
    /// The contact to be changed; never empty.
    pub contact_id: Option<Cow<'a, str>>,
    /// The source it claims.
    pub source: Option<Cow<'a, str>>,
}

/// A contact in a request: its head, and the card or what is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item<'a> {
    /// What is looked at first.
    pub head: Head<'a>,
    /// The members, or the first fault among them.
    pub card: Result<Box<Card<'a>>, Fault>,
}

/// A bulk request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bulk<'a> {
    /// The schema it claims.
    pub schemas: Option<Cow<'a, str>>,
    /// The items, or why there are none.
    pub contacts: Result<Vec<Item<'a>>, Fault>,
}

/// A bulk delete.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BulkDelete<'a> {
    /// The schema it claims.
    pub schemas: Option<Cow<'a, str>>,
    /// The ids, or why there are none.
    pub object_ids: Result<Vec<Text<'a>>, Fault>,
}

/// The head of an object whose other members are not to be looked at.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Raw<'a> {
    #[serde(borrow, default)]
    schemas: Option<&'a RawValue>,
    #[serde(borrow, default)]
    contact_id: Option<&'a RawValue>,
    #[serde(borrow, default)]
    source: Option<&'a RawValue>,
    #[serde(borrow, default)]
    contacts: Option<&'a RawValue>,
    #[serde(borrow, default)]
    object_ids: Option<&'a RawValue>,
}

impl Head<'_> {
    /// Whether it says nothing.
    pub fn is_empty(&self) -> bool {
        *self == Head::default()
    }
}

impl<'a> Item<'a> {
    /// Reads a contact.
    ///
    /// # Errors
    /// A fault of the whole: it is not JSON, or not an object.
    pub fn read(text: &'a str) -> Result<Self, Fault> {
        match json::read::<Object<Card<'a>>>(text) {
            Ok(Object(card)) => Ok(Item::of(card)),
            Err(fault) => {
                let raw = json::read::<Object<Raw<'a>>>(text)?.0;
                let contact_id = raw.contact_id.map(said).filter(|id| !id.is_empty());
                let head = Head { schemas: raw.schemas.map(said), contact_id, source: raw.source.map(said) };
                Ok(Item { head, card: Err(fault) })
            }
        }
    }

    fn of(mut card: Card<'a>) -> Self {
        let head = Head {
            schemas: card.schemas.take().map(|text| text.0),
            contact_id: card.contact_id.take().map(|text| text.0).filter(|id| !id.is_empty()),
            source: card.source.take().map(|text| text.0),
        };
        Item { head, card: Ok(Box::new(card)) }
    }

    /// Something that is not even an object.
    fn faulty(fault: Fault) -> Self {
        Item { head: Head::default(), card: Err(fault) }
    }
}

impl<'a> Bulk<'a> {
    /// Reads a bulk request: in one go if nothing is wrong with it, otherwise item by item.
    ///
    /// # Errors
    /// A fault of the whole: it is not JSON, or not an object.
    pub fn read(text: &'a str) -> Result<Self, Fault> {
        #[derive(Deserialize)]
        struct Whole<'a> {
            #[serde(borrow, default)]
            schemas: Option<Text<'a>>,
            #[serde(borrow)]
            contacts: Vec<Object<Card<'a>>>,
        }

        if let Ok(Object(whole)) = serde_json::from_str::<Object<Whole<'a>>>(text) {
            let contacts = whole.contacts.into_iter().map(|card| Item::of(card.0)).collect();
            return Ok(Bulk { schemas: whole.schemas.map(|text| text.0), contacts: Ok(contacts) });
        }
        let raw = json::read::<Object<Raw<'a>>>(text)?.0;
        let contacts = list::<&RawValue>("contacts", raw.contacts)
            .map(|items| items.into_iter().map(|item| Item::read(item.get()).unwrap_or_else(Item::faulty)).collect());
        Ok(Bulk { schemas: raw.schemas.map(said), contacts })
    }
}

impl<'a> BulkDelete<'a> {
    /// Reads a bulk delete.
    ///
    /// # Errors
    /// A fault of the whole: it is not JSON, or not an object.
    pub fn read(text: &'a str) -> Result<Self, Fault> {
        let raw = json::read::<Object<Raw<'a>>>(text)?.0;
        Ok(BulkDelete { schemas: raw.schemas.map(said), object_ids: list("objectIds", raw.object_ids) })
    }
}

/// A list that must be there.
fn list<'a, T: Deserialize<'a>>(name: &str, raw: Option<&'a RawValue>) -> Result<Vec<T>, Fault> {
    let missing = || Fault { member: name.to_owned(), message: "an array is required".to_owned() };
    json::read(raw.ok_or_else(missing)?.get()).map_err(|fault| Fault { member: format!("{name}{}", fault.member), ..fault })
}

/// The text a raw value says; the JSON of what is not a text, which then equals no text that is looked for.
fn said(raw: &RawValue) -> Cow<'_, str> {
    serde_json::from_str::<Text<'_>>(raw.get()).map_or(Cow::Borrowed(raw.get()), |text| text.0)
}

#[cfg(test)]
mod tests;
