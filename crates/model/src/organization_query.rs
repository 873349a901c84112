//! How organizations are found. Pure, so that every store judges alike.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use jiff::Timestamp;
use serde_json::Value;

use crate::comparison::{Comparison, Scalar};
use crate::fold;
use crate::organization::{Organization, OrganizationId};

/// A question about the organizations below one.
#[derive(Debug, Clone, PartialEq)]
pub struct OrganizationQuery {
    /// Those strictly below this one, however far.
    pub under: OrganizationId,
    /// Which of them.
    pub filter: OrganizationFilter,
    /// What they are ordered by, and whether that order is turned round, the weightiest first; who has nothing to be ordered by
    /// comes last all the same, and ties by number.
    pub order: Vec<(OrganizationField, bool)>,
    /// How many to pass over.
    pub offset: u64,
    /// How many at most.
    pub limit: usize,
}

/// Which organizations.
#[derive(Debug, Clone, PartialEq)]
pub enum OrganizationFilter {
    /// Every one.
    All,
    /// Those that every one of these finds.
    And(Vec<OrganizationFilter>),
    /// Those that at least one of these finds.
    Or(Vec<OrganizationFilter>),
    /// Those that this does not find.
    Not(Box<OrganizationFilter>),
    /// Those with one of these organization numbers.
    Numbers(BTreeSet<u32>),
    /// Those of which this holds.
    Test {
        /// Of which member.
        field: OrganizationField,
        /// What.
        comparison: Comparison,
    },
}

/// A member of an organization that is compared and ordered by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OrganizationField {
    /// The organization number: a number.
    Number,
    /// What it is called: a text.
    Name,
    /// Whether it does business: a truth value.
    Active,
    /// The organization it is part of: its number; null for the root.
    Parent,
    /// When it was made: a number, microseconds since 1970.
    Created,
    /// When it changed last: likewise.
    Modified,
    /// A member of what one dialect alone knows. A path that meets a list goes on in each of its elements.
    Extension {
        /// The dialect's name.
        dialect: String,
        /// The names of members, the outermost first; none for the whole.
        path: Vec<String>,
    },
}

impl OrganizationFilter {
    /// Numbers among which everyone is who can be found; `None` when it does not say.
    pub(crate) fn named(&self) -> Option<&BTreeSet<u32>> {
        match self {
            OrganizationFilter::Numbers(numbers) => Some(numbers),
            OrganizationFilter::And(all) => all.iter().find_map(OrganizationFilter::named),
            _ => None,
        }
    }

    /// Whether an organization is found; `parent` is the number of the one it is part of.
    #[must_use]
    pub fn finds(&self, organization: &Organization, parent: Option<u32>) -> bool {
        match self {
            OrganizationFilter::All => true,
            OrganizationFilter::And(filters) => filters.iter().all(|filter| filter.finds(organization, parent)),
            OrganizationFilter::Or(filters) => filters.iter().any(|filter| filter.finds(organization, parent)),
            OrganizationFilter::Not(filter) => !filter.finds(organization, parent),
            OrganizationFilter::Numbers(numbers) => numbers.contains(&organization.number),
            OrganizationFilter::Test { field, comparison } => {
                let (values, has_object) = field.values(organization, parent);
                match comparison {
                    // An object is there, but is equal to nothing and has no order.
                    Comparison::Present if has_object => true,
                    Comparison::Is(Scalar::Null) if has_object => false,
                    comparison => comparison.holds(&values),
                }
            }
        }
    }
}

impl OrganizationField {
    /// The values of this member, and whether an object is among them.
    fn values(&self, organization: &Organization, parent: Option<u32>) -> (Vec<Scalar>, bool) {
        let value = match self {
            OrganizationField::Number => Scalar::Number(organization.number.into()),
            OrganizationField::Name => Scalar::Text(organization.name.clone()),
            OrganizationField::Active => Scalar::Boolean(organization.is_active),
            OrganizationField::Parent => parent.map_or(Scalar::Null, |number| Scalar::Number(number.into())),
            OrganizationField::Created => Scalar::Number(micros(organization.created)),
            OrganizationField::Modified => Scalar::Number(micros(organization.modified)),
            OrganizationField::Extension { dialect, path } => {
                let mut found = (Vec::new(), false);
                if let Some(value) = organization.extensions.get(dialect) {
                    collect(value, path, &mut found);
                }
                return found;
            }
        };
        (vec![value], false)
    }
}

/// A time as a number, as [`OrganizationField::Created`] is compared.
#[expect(clippy::cast_precision_loss, reason = "microseconds of the next 200 years fit")]
fn micros(time: Timestamp) -> f64 {
    time.as_microsecond() as f64
}

fn collect(value: &Value, path: &[String], found: &mut (Vec<Scalar>, bool)) {
    match (value, path) {
        (Value::Array(elements), path) => elements.iter().for_each(|element| collect(element, path, found)),
        (Value::Object(members), [name, rest @ ..]) => {
            if let Some(member) = members.get(name) {
                collect(member, rest, found);
            }
        }
        (Value::Object(_), []) => found.1 = true,
        (value, []) => found.0.extend(Scalar::of(value)),
        (_, [_, ..]) => {}
    }
}

impl OrganizationQuery {
    /// One page of the organizations found among these, each with the number of the one it is part of, and how many are found
    /// in all. Whether they are below [`OrganizationQuery::under`] is not looked at.
    #[must_use]
    pub fn page<'o>(&self, among: impl Iterator<Item = (&'o Organization, Option<u32>)>) -> (Vec<Organization>, u64) {
        let found = among.filter(|(organization, parent)| self.filter.finds(organization, *parent));
        let key = |organization, parent| self.order.iter().map(|(field, _)| Key::of(field, organization, parent)).collect();
        let mut found: Vec<(Vec<Key>, &Organization)> =
            found.map(|(organization, parent)| (key(organization, parent), organization)).collect();
        found.sort_by(|(one, mine), (other, theirs)| {
            let pairs = one.iter().zip(other).zip(&self.order);
            let order = pairs.map(|((one, other), (_, is_descending))| one.order(other, *is_descending));
            order.fold(Ordering::Equal, Ordering::then).then(mine.number.cmp(&theirs.number))
        });
        let total = found.len() as u64;
        let page = found.into_iter().skip(usize::try_from(self.offset).unwrap_or(usize::MAX)).take(self.limit);
        (page.map(|(_, organization)| organization.clone()).collect(), total)
    }
}

/// What an organization is ordered by: truth values come before numbers, these before texts, and nothing comes last.
#[derive(PartialEq)]
enum Key {
    Boolean(bool),
    Number(f64),
    Text(String),
    Nothing,
}

impl Key {
    fn of(field: &OrganizationField, organization: &Organization, parent: Option<u32>) -> Key {
        match field.values(organization, parent).0.into_iter().next() {
            Some(Scalar::Boolean(value)) => Key::Boolean(value),
            Some(Scalar::Number(value)) => Key::Number(value),
            Some(Scalar::Text(text)) => Key::Text(fold::text(&text)),
            Some(Scalar::Null) | None => Key::Nothing,
        }
    }

    fn order(&self, other: &Key, is_descending: bool) -> Ordering {
        if let (Key::Nothing, _) | (_, Key::Nothing) = (self, other) {
            return (*self == Key::Nothing).cmp(&(*other == Key::Nothing));
        }
        let order = match (self, other) {
            (Key::Boolean(one), Key::Boolean(other)) => one.cmp(other),
            (Key::Number(one), Key::Number(other)) => one.total_cmp(other),
            (Key::Text(one), Key::Text(other)) => one.cmp(other),
            (one, other) => one.rank().cmp(&other.rank()),
        };
        if is_descending { order.reverse() } else { order }
    }

    fn rank(&self) -> u8 {
        match self {
            Key::Boolean(_) => 0,
            Key::Number(_) => 1,
            Key::Text(_) => 2,
            Key::Nothing => 3,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::organization::tests::organization;

    fn extension(path: &[&str]) -> OrganizationField {
        OrganizationField::Extension { dialect: "d".into(), path: path.iter().map(|&name| name.to_owned()).collect() }
    }

    fn kept(number: u32, value: Value) -> Organization {
        let mut organization = organization(number, "Ropewalk");
        organization.extensions.insert("d".into(), value);
        organization
    }

    fn finds(organization: &Organization, field: OrganizationField, comparison: Comparison) -> bool {
        OrganizationFilter::Test { field, comparison }.finds(organization, Some(7))
    }

    #[test]
    fn members_are_compared_each_as_what_it_is() {
        let organization = organization(2, "Ropewalk");
        let number = |number: u32| Comparison::Is(Scalar::Number(number.into()));
        assert!(finds(&organization, OrganizationField::Name, Comparison::Begins("RÓPE".into())));
        assert!(finds(&organization, OrganizationField::Active, Comparison::Is(Scalar::Boolean(true))));
        assert!(finds(&organization, OrganizationField::Number, number(2)));
        assert!(finds(&organization, OrganizationField::Parent, number(7)));
        assert!(!finds(&organization, OrganizationField::Parent, number(1)));
        assert!(finds(&organization, OrganizationField::Created, Comparison::Before(Scalar::Number(1.0))));
        let root = OrganizationFilter::Test { field: OrganizationField::Parent, comparison: Comparison::Is(Scalar::Null) };
        assert!(root.finds(&organization, None) && !root.finds(&organization, Some(1)));
    }

    #[test]
    fn a_path_through_a_list_finds_what_any_element_has() {
        let organization = kept(2, json!({"a": [{"b": "x"}, {"b": ["y", 3]}], "o": {"p": null}}));
        let is = |text: &str| Comparison::Is(Scalar::Text(text.into()));
        assert!(finds(&organization, extension(&["a", "b"]), is("Y")));
        assert!(finds(&organization, extension(&["a", "b"]), Comparison::Is(Scalar::Number(3.0))));
        assert!(!finds(&organization, extension(&["a", "c"]), Comparison::Present));
        assert!(finds(&organization, extension(&["o", "p"]), Comparison::Is(Scalar::Null)));
        assert!(finds(&organization, extension(&["z"]), Comparison::Is(Scalar::Null)));
        assert!(finds(&organization, extension(&["o"]), Comparison::Present));
        assert!(!finds(&organization, extension(&["o"]), Comparison::Is(Scalar::Null)));
    }

    #[test]
    fn pages_come_in_order_with_ties_by_number_and_nothing_last() {
        let values = [json!("b"), json!("a"), json!(null), json!("B"), json!(2), json!(true)];
        let all: Vec<_> = (2..).zip(values).map(|(number, value)| kept(number, value)).collect();
        let page = |order: Vec<(OrganizationField, bool)>, offset, limit| {
            let query = OrganizationQuery {
                under: OrganizationId(uuid::Uuid::nil()),
                filter: OrganizationFilter::All,
                order,
                offset,
                limit,
            };
            let (page, total) = query.page(all.iter().map(|organization| (organization, Some(1))));
            assert_eq!(total, 6);
            page.into_iter().map(|organization| organization.number).collect::<Vec<_>>()
        };
        assert_eq!(page(vec![], 0, 10), [2, 3, 4, 5, 6, 7]);
        assert_eq!(page(vec![(extension(&[]), false)], 0, 10), [7, 6, 3, 2, 5, 4]);
        assert_eq!(page(vec![(extension(&[]), true)], 0, 10), [2, 5, 3, 6, 7, 4]);
        assert_eq!(page(vec![(OrganizationField::Active, false), (OrganizationField::Number, true)], 1, 2), [6, 5]);
        assert!(page(vec![], 6, 10).is_empty());
    }
}
