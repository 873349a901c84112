//! What a list is asked for: filters, order and pages, from a query.

use cardfile_http::form::Form;
use cardfile_model::{Field, Filter, Numbers, Order, Reach};

use crate::error::Failure;
use crate::map::phone;
use crate::settings::Settings;
use crate::wire::Node;

/// Which slice of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Slice {
    /// How many to pass over.
    pub offset: u64,
    /// How many at most.
    pub limit: usize,
}

/// Keys that may stand behind a prefix: if any does, those without it are not looked at.
struct Keys<'a> {
    query: &'a Form,
    prefixed: Option<&'a Form>,
    prefix: &'static str,
}

impl<'a> Keys<'a> {
    fn new(query: &'a Form, prefix: &'static str) -> Self {
        Keys { query, prefixed: query.member(prefix).filter(|form| form.has_members()), prefix }
    }

    fn place(&self) -> &'a Form {
        self.prefixed.unwrap_or(self.query)
    }

    fn text(&self, name: &str) -> Option<&'a str> {
        self.place().filled(name)
    }

    fn int(&self, name: &str) -> Result<Option<i32>, Failure> {
        let field = || if self.prefixed.is_some() { format!("{}.{name}", self.prefix) } else { name.to_owned() };
        let found = self.text(name).and_then(|_| self.place().member(name));
        found.map(|found| Node::Form(found).int(&field())).transpose()
    }
}

/// The slice of a list of contacts: `None` for all of it, which is what no paging at all means.
pub fn contacts_slice(query: &Form, settings: &Settings) -> Result<Option<Slice>, Failure> {
    let keys = Keys::new(query, "paging");
    let (page, size) = (keys.int("Page")?, keys.int("NoOfRecords")?);
    if page.is_none() && size.is_none() {
        return Ok(None);
    }
    slice(page, size, settings).map(Some)
}

/// The slice of a list of members: the first page when nothing is said, which may also be said by -1.
pub fn members_slice(query: &Form, settings: &Settings) -> Result<Slice, Failure> {
    let keys = Keys::new(query, "paging");
    let given = |number: Option<i32>| number.filter(|number| *number != -1);
    let size = keys.int("noOfRecordsPerPage")?.or(keys.int("NoOfRecords")?);
    slice(given(keys.int("page")?), given(size), settings)
}

fn slice(page: Option<i32>, size: Option<i32>, settings: &Settings) -> Result<Slice, Failure> {
    let natural = |number: Option<i32>, field: &str| {
        let number = number.map(|number| u32::try_from(number).map_err(|_| Failure::invalid(field, "must not be negative")));
        number.transpose()
    };
    let page = natural(page, "Page")?.unwrap_or_default();
    let size = natural(size, "NoOfRecords")?.filter(|size| *size > 0).map_or(settings.page_default, |size| size as usize);
    let limit = size.min(settings.page_cap);
    let page = u64::from(page).saturating_sub(u64::from(settings.paging_base));
    Ok(Slice { offset: page.saturating_mul(limit as u64), limit })
}

/// The slice of a list of groups.
pub fn groups_slice(query: &Form, settings: &Settings) -> Result<Slice, Failure> {
    let keys = Keys::new(query, "filter");
    let natural = |name: &'static str| -> Result<Option<u32>, Failure> {
        let number = keys.int(name)?;
        number.map(|number| u32::try_from(number).map_err(|_| Failure::invalid(name, "must not be negative"))).transpose()
    };
    let count = natural("count")?.filter(|count| *count > 0).map_or(settings.page_default, |count| count as usize);
    Ok(Slice { offset: natural("startIndex")?.unwrap_or_default().into(), limit: count.min(settings.page_cap) })
}

/// The order of a list of contacts, and whether it is turned round.
pub fn order(query: &Form) -> Result<(Order, bool), Failure> {
    let keys = Keys::new(query, "sort");
    let field = keys.text("Field").map(|text| named(text, FIELDS, "sort.Field")).transpose()?;
    let direction = keys.text("Direction").map(|text| named(text, DIRECTIONS, "sort.Direction")).transpose()?;
    Ok((field.unwrap_or(Order::Number), direction.unwrap_or(false)))
}

/// Names and numbers of what contacts are sorted by.
const FIELDS: &[(&str, &str, Order)] = &[
    ("FirstName", "0", Order::GivenName),
    ("LastName", "1", Order::FamilyName),
    ("MobilePhone", "2", Order::Phone),
    ("EmailAddress", "3", Order::Email),
    ("DateCreated", "4", Order::Created),
    ("DateModified", "5", Order::Modified),
    ("PersonNumber", "6", Order::Number),
    ("LastModifiedBy", "7", Order::Author),
];

/// Names and numbers of directions.
const DIRECTIONS: &[(&str, &str, bool)] =
    &[("Ascending", "0", false), ("Asc", "0", false), ("Descending", "1", true), ("Desc", "1", true)];

fn named<T: Copy>(text: &str, known: &[(&str, &str, T)], field: &str) -> Result<T, Failure> {
    let text = text.trim();
    let found = known.iter().find(|(name, number, _)| name.eq_ignore_ascii_case(text) || *number == text);
    found.map(|(_, _, value)| *value).ok_or_else(|| Failure::invalid(field, "is not known"))
}

/// Whose contacts are asked for: the account's, and those it inherits unless that is declined.
pub fn reach(query: &Form) -> Result<Reach, Failure> {
    let inherits = flag(query, "Inheritance")?.unwrap_or(true);
    Ok(if inherits { Reach::Inherited } else { Reach::Members })
}

/// A flag of a query.
pub fn flag(query: &Form, name: &str) -> Result<Option<bool>, Failure> {
    query.filled(name).and_then(|_| query.member(name)).map(|found| Node::Form(found).bool(name)).transpose()
}

/// What the contacts of a list must have. A filter that says nothing finds everyone.
pub fn filters(query: &Form) -> Result<Vec<Filter>, Failure> {
    let keys = Keys::new(query, "filter");
    let mut filters = Vec::new();
    for (name, field) in [("FirstName", Field::GivenName), ("LastName", Field::FamilyName), ("EmailAddress", Field::Email)] {
        if let Some(text) = keys.text(name).map(str::trim).filter(|text| !text.is_empty()) {
            filters.push(Filter::FieldContains { field, text: text.to_owned() });
        }
    }
    if let Some(numbers) = keys.text("MobilePhone") {
        let numbers = numbers.split(',').map(str::trim).filter(|number| !number.is_empty());
        let mut wanted: Vec<Filter> = Vec::new();
        for number in numbers {
            wanted.push(Filter::Phone(number.to_owned()));
            wanted.extend(phone::normalized(number).map(Filter::Phone));
        }
        if !wanted.is_empty() {
            filters.push(Filter::Or(wanted));
        }
    }
    if let Some(list) = keys.place().member("PersonNumbers") {
        let mut numbers = Numbers::new();
        let items = Node::Form(list).items("int", false, "PersonNumbers")?;
        for item in &items {
            numbers.extend(u32::try_from(item.int("PersonNumbers")?).ok());
        }
        if !items.is_empty() {
            filters.push(Filter::Numbers(numbers));
        }
    }
    Ok(filters)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(text: &str) -> Form {
        Form::read(text, 100).unwrap()
    }

    fn settings() -> Settings {
        Settings::default()
    }

    #[test]
    fn without_paging_everything_is_asked_for() {
        assert_eq!(contacts_slice(&query("FirstName=x&paging.Page="), &settings()).unwrap(), None);
        let twenty = Slice { offset: 40, limit: 20 };
        for text in ["paging.Page=2", "Page=2", "PAGE=2&noofrecords=0", "paging[Page]=2&NoOfRecords=7"] {
            assert_eq!(contacts_slice(&query(text), &settings()).unwrap(), Some(twenty), "{text}");
        }
    }

    #[test]
    fn sizes_are_capped_and_negative_ones_refused() {
        let capped = Slice { offset: 3000, limit: 1000 };
        assert_eq!(contacts_slice(&query("Page=3&NoOfRecords=5000"), &settings()).unwrap(), Some(capped));
        for text in ["Page=-1", "NoOfRecords=-1", "Page=x", "Page=2147483648"] {
            assert!(contacts_slice(&query(text), &settings()).is_err(), "{text}");
        }
        assert_eq!(members_slice(&query("page=-1&noOfRecordsPerPage=-1"), &settings()).unwrap(), Slice { offset: 0, limit: 20 });
        assert!(members_slice(&query("page=-2"), &settings()).is_err());
    }

    #[test]
    fn pages_may_count_from_one() {
        let from_one = Settings { paging_base: 1, ..settings() };
        for (page, offset) in [(0, 0), (1, 0), (2, 20)] {
            let slice = contacts_slice(&query(&format!("Page={page}")), &from_one).unwrap();
            assert_eq!(slice, Some(Slice { offset, limit: 20 }));
        }
    }

    #[test]
    fn orders_are_named_or_numbered() {
        for text in
            ["sort.Field=LastName&sort.Direction=desc", "Field=1&Direction=1", "sort[field]=lastname&sort[direction]=Descending"]
        {
            assert_eq!(order(&query(text)).unwrap(), (Order::FamilyName, true), "{text}");
        }
        assert_eq!(order(&query("")).unwrap(), (Order::Number, false));
        assert!(order(&query("sort.Field=Shoe")).is_err() && order(&query("Direction=2")).is_err());
    }
}
