//! The attributes that a filter may name, and what is asked of each.

use cardfile_model::{Comparison, Field, Filter, Numbers, Scalar};
use jiff::Timestamp;
use scim_v2::filter::{AttrPath, CompValue, CompareOp};

use super::{NumberOf, comparison, refused, scalar, text};
use crate::error::Failure;

/// An attribute of a contact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Attribute {
    Id,
    Number,
    Source,
    Active,
    Groups,
    Organization,
    Roles,
    Created,
    Modified,
    Email,
    Phone,
    /// A member whose texts are compared.
    Text(Field),
    /// What a dialect or a format alone knows.
    Extension(String, Vec<String>),
}

/// The names of attributes, as they are told to who names another.
pub const NAMES: &str = "id, number, source, displayName, givenName, familyName, company, title, address, emails, phones, \
                         sipAddresses, ims, keys, groups, organization, roles, active, created, modified, extensions";

impl Attribute {
    /// The attribute of a path; names are compared ignoring ASCII case (RFC 7644 §3.4.2.2), `.value` of a list is its entries.
    pub fn read(path: &AttrPath) -> Result<Attribute, Failure> {
        let unknown = || refused(format!("{path} is not known; there are {NAMES}"));
        let (name, sub) = (path.name.to_ascii_lowercase(), path.sub_attr.as_deref());
        if path.uri.is_some() {
            return Err(unknown());
        }
        if name == "extensions" {
            let name = sub.ok_or_else(|| refused("extensions are named with their dialect: extensions.webex"))?;
            return Ok(Attribute::Extension(name.to_owned(), Vec::new()));
        }
        let is_list = matches!(&*name, "emails" | "phones" | "sipaddresses" | "ims");
        if sub.is_some_and(|sub| !(is_list && sub.eq_ignore_ascii_case("value"))) {
            return Err(unknown());
        }
        Ok(match &*name {
            "id" => Attribute::Id,
            "number" => Attribute::Number,
            "source" => Attribute::Source,
            "active" => Attribute::Active,
            "groups" => Attribute::Groups,
            "organization" => Attribute::Organization,
            "roles" => Attribute::Roles,
            "created" => Attribute::Created,
            "modified" => Attribute::Modified,
            "emails" => Attribute::Email,
            "phones" => Attribute::Phone,
            "displayname" => Attribute::Text(Field::DisplayName),
            "givenname" => Attribute::Text(Field::GivenName),
            "familyname" => Attribute::Text(Field::FamilyName),
            "company" => Attribute::Text(Field::Company),
            "title" => Attribute::Text(Field::Title),
            "address" => Attribute::Text(Field::Address),
            "sipaddresses" => Attribute::Text(Field::SipAddress),
            "ims" => Attribute::Text(Field::Im),
            _ => return Err(unknown()),
        })
    }

    /// That there is something.
    pub fn present(self) -> Result<Filter, Failure> {
        let compared = |field| Ok(Filter::Compare { field, comparison: Comparison::Present });
        match self {
            Attribute::Id | Attribute::Number | Attribute::Active | Attribute::Created | Attribute::Modified => Ok(Filter::All),
            Attribute::Email => compared(Field::Email),
            Attribute::Phone => compared(Field::Phone),
            Attribute::Text(field) => compared(field),
            Attribute::Extension(dialect, path) => compared(Field::Extension(dialect, path)),
            Attribute::Source => Ok(Filter::Not(Box::new(Filter::Source(String::new())))),
            Attribute::Groups | Attribute::Organization | Attribute::Roles => {
                Err(refused("groups, organization and roles are compared by eq and ne only"))
            }
        }
    }

    /// That it compares so with a value.
    pub fn compared(self, operator: &CompareOp, value: &CompValue, number_of: NumberOf<'_>) -> Result<Filter, Failure> {
        let path = AttrPath::with_name(self.name());
        let is_equality = *operator == CompareOp::Eq;
        match self {
            Attribute::Email if is_equality => Ok(Filter::Email(text(&path, value)?.to_owned())),
            Attribute::Phone if is_equality => Ok(Filter::Phone(text(&path, value)?.to_owned())),
            Attribute::Email => compare(Field::Email, operator, scalar(value)),
            Attribute::Phone => compare(Field::Phone, operator, scalar(value)),
            Attribute::Text(field) => compare(field, operator, scalar(value)),
            Attribute::Extension(dialect, steps) => compare(Field::Extension(dialect, steps), operator, scalar(value)),
            Attribute::Created => compare(Field::Created, operator, time(&path, value)?),
            Attribute::Modified => compare(Field::Modified, operator, time(&path, value)?),
            Attribute::Number => numbers(operator, value),
            _ if !is_equality => Err(refused(format!("{path} is compared by eq and ne only"))),
            Attribute::Id => Ok(Filter::Ids(vec![id(&path, value)?])),
            Attribute::Groups => Ok(Filter::MemberOf(id(&path, value)?)),
            Attribute::Organization => {
                let unknown = || refused("there is no organization of this id here");
                Ok(Filter::Belongs(number_of(id(&path, value)?).ok_or_else(unknown)?))
            }
            Attribute::Roles => Ok(Filter::Role { organization: None, role: text(&path, value)?.to_owned() }),
            Attribute::Source => Ok(Filter::Source(text(&path, value)?.to_owned())),
            Attribute::Active => match value {
                CompValue::True => Ok(Filter::Not(Box::new(Filter::Inactive))),
                CompValue::False => Ok(Filter::Inactive),
                _ => Err(refused("active is compared with true or false")),
            },
        }
    }

    fn name(&self) -> &'static str {
        match self {
            Attribute::Id => "id",
            Attribute::Number => "number",
            Attribute::Source => "source",
            Attribute::Active => "active",
            Attribute::Groups => "groups",
            Attribute::Organization => "organization",
            Attribute::Roles => "roles",
            Attribute::Created => "created",
            Attribute::Modified => "modified",
            Attribute::Email => "emails",
            Attribute::Phone => "phones",
            Attribute::Text(_) => "text",
            Attribute::Extension(..) => "extensions",
        }
    }
}

fn compare(field: Field, operator: &CompareOp, value: Scalar) -> Result<Filter, Failure> {
    Ok(Filter::Compare { field, comparison: comparison(operator, value)? })
}

fn id(path: &AttrPath, value: &CompValue) -> Result<uuid::Uuid, Failure> {
    text(path, value)?.parse().map_err(|_| refused(format!("{path} is compared with an id: a UUID")))
}

/// A time as the directory compares it.
fn time(path: &AttrPath, value: &CompValue) -> Result<Scalar, Failure> {
    let time: Timestamp =
        text(path, value)?.parse().map_err(|_| refused(format!("{path} is compared with a time of RFC 3339")))?;
    Ok(Scalar::Text(format!("{time:.6}")))
}

/// A person number; comparisons are told by what is below it.
fn numbers(operator: &CompareOp, value: &CompValue) -> Result<Filter, Failure> {
    let whole = match value {
        CompValue::Number(number) => number.as_u64().and_then(|number| u32::try_from(number).ok()),
        _ => None,
    };
    let number = whole.ok_or_else(|| refused("number is compared with a person number"))?;
    let these = |numbers: Numbers| Filter::Numbers(numbers);
    let others = |numbers: Numbers| Filter::Not(Box::new(these(numbers)));
    let below = |end: u32| {
        let mut numbers = Numbers::new();
        numbers.insert_range(0..end);
        numbers.optimize();
        numbers
    };
    Ok(match operator {
        CompareOp::Eq => these([number].into()),
        CompareOp::Lt => these(below(number)),
        CompareOp::Le => these(below(number) | Numbers::from([number])),
        CompareOp::Ge => others(below(number)),
        CompareOp::Gt => others(below(number) | Numbers::from([number])),
        CompareOp::Ne | CompareOp::Co | CompareOp::Sw | CompareOp::Ew => {
            return Err(refused("number is compared by eq, ne, lt, le, gt and ge"));
        }
    })
}
