//! What every answer of this door has around its content: lists, links and errors.
//!
//! These are types rather than JSON values because their members keep the documented order, which a JSON object here would
//! not.

use serde::Serialize;
use serde_json::Value;

use crate::paging::Paging;

/// A page of a list. A member that is `None` does not appear, for clients may ask for some of them only.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Envelope {
    /// How many items there are in all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total: Option<u64>,
    /// The same.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total_results: Option<u64>,
    /// How many were passed over.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub offset: Option<u64>,
    /// How many were asked for at most.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<u64>,
    /// Where the page is found.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub links: Option<Vec<Link>>,
    /// What the list is sorted by, foremost first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sort: Option<Vec<Sorted>>,
    /// The items.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub items: Option<Vec<Value>>,
}

/// Where something is found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Link {
    /// What the place is to this answer: always `self`.
    pub rel: &'static str,
    /// The address.
    pub href: String,
}

/// One key that a list is sorted by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Sorted {
    /// The property.
    pub property: String,
    /// `asc` or `desc`.
    pub order: &'static str,
}

/// The body of a refusal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ErrorBody {
    /// What clients branch on.
    pub error_code: String,
    /// A sentence for people.
    pub message: String,
    /// The status of the answer, which is a text here.
    pub status: String,
}

impl Link {
    /// A link to where the answer itself was found.
    #[must_use]
    pub fn itself(href: impl Into<String>) -> Self {
        Link { rel: "self", href: href.into() }
    }
}

impl Envelope {
    /// A page of a list of `total` items, found at `href`; nothing is said of an order yet.
    #[must_use]
    pub fn page(items: Vec<Value>, total: u64, paging: Paging, href: impl Into<String>) -> Self {
        Envelope {
            total: Some(total),
            total_results: Some(total),
            offset: Some(paging.offset),
            limit: Some(paging.limit),
            links: Some(vec![Link::itself(href)]),
            sort: None,
            items: Some(items),
        }
    }

    /// Tells what the list is sorted by ([`crate::query::sort::parse`]); without any key, nothing is said of an order.
    #[must_use]
    pub fn sorted_by(mut self, keys: &[(String, bool)]) -> Self {
        let order = |is_descending: bool| if is_descending { "desc" } else { "asc" };
        let sorted = |(property, turned): &(String, bool)| Sorted { property: property.clone(), order: order(*turned) };
        self.sort = (!keys.is_empty()).then(|| keys.iter().map(sorted).collect());
        self
    }

    /// Leaves the members whose names are wanted.
    pub fn retain(&mut self, is_wanted: impl Fn(&str) -> bool) {
        let Envelope { total, total_results, offset, limit, links, sort, items } = self;
        let numbers = [("total", total), ("totalResults", total_results), ("offset", offset), ("limit", limit)];
        for (name, number) in numbers {
            *number = number.filter(|_| is_wanted(name));
        }
        *links = links.take().filter(|_| is_wanted("links"));
        *sort = sort.take().filter(|_| is_wanted("sort"));
        *items = items.take().filter(|_| is_wanted("items"));
    }
}

impl ErrorBody {
    /// A refusal with this code and status, which is one of HTTP.
    #[must_use]
    pub fn new(error_code: impl Into<String>, message: impl Into<String>, status: u16) -> Self {
        ErrorBody { error_code: error_code.into(), message: message.into(), status: status.to_string() }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_page_has_its_members_in_the_documented_order() {
        let sort = [("name".to_owned(), false), ("active".to_owned(), true)];
        let page =
            Envelope::page(vec![json!({"id": "or-1"})], 7, Paging { limit: 2, offset: 6 }, "http://h/x?limit=2").sorted_by(&sort);
        let expected = concat!(
            r#"{"total":7,"totalResults":7,"offset":6,"limit":2,"links":[{"rel":"self","href":"http://h/x?limit=2"}],"#,
            r#""sort":[{"property":"name","order":"asc"},{"property":"active","order":"desc"}],"items":[{"id":"or-1"}]}"#
        );
        assert_eq!(serde_json::to_string(&page).unwrap(), expected);
    }

    #[test]
    fn an_empty_page_still_has_items_but_no_order() {
        let page = Envelope::page(Vec::new(), 0, Paging { limit: 250, offset: 0 }, "/x").sorted_by(&[]);
        let expected = r#"{"total":0,"totalResults":0,"offset":0,"limit":250,"links":[{"rel":"self","href":"/x"}],"items":[]}"#;
        assert_eq!(serde_json::to_string(&page).unwrap(), expected);
    }

    #[test]
    fn the_status_of_an_error_is_a_text() {
        let body = ErrorBody::new("23042", "You may \"not\".", 400);
        let expected = r#"{"errorCode":"23042","message":"You may \"not\".","status":"400"}"#;
        assert_eq!(serde_json::to_string(&body).unwrap(), expected);
    }
}
