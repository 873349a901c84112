//! `q` and `sort` of organizations, in the directory's words.

use std::collections::{BTreeMap, BTreeSet};

use cardfile_directory::Merchant;
use cardfile_model::{Comparison, Numbers, OrganizationField, OrganizationFilter, Scalar};

use crate::error::{Failure, Result};
use crate::ids;
use crate::map::EXTENSION;
use crate::map::profile::DYNAMIC;
use crate::map::property::{self, Kind};
use crate::parameter::{Fault, shortened};
use crate::query::Expression;

/// What ids in an expression stand for.
struct Known<'a> {
    /// The number of the organization that accounts without a parent are under.
    home: u32,
    /// The number of the account of an id.
    account: &'a dyn Fn(&str) -> Option<u32>,
    /// Where people belong, by their number.
    people: BTreeMap<u32, BTreeSet<u32>>,
}

/// What an expression finds.
///
/// # Errors
/// 100070 for a member that is not known, or cannot be compared so.
pub async fn filter(expression: &Expression, merchant: &Merchant<'_>) -> Result<OrganizationFilter> {
    let mut named = Numbers::new();
    collect(expression, &mut named);
    let people = if named.is_empty() { BTreeMap::new() } else { merchant.people_of(named).await? };
    let belongs = |list: Vec<cardfile_model::Membership>| list.into_iter().map(|known| known.organization).collect();
    let people = people.into_iter().map(|(number, record)| (number, belongs(record.contact.memberships))).collect();
    let account = |id: &str| ids::find_account(merchant, id).map(|found| found.number);
    read(expression, &Known { home: merchant.home().number, account: &account, people })
}

/// Whether a path is that of the people of an organization.
fn is_members(path: &[String]) -> bool {
    matches!(path.iter().map(String::as_str).collect::<Vec<_>>()[..], ["members"] | ["members", "id" | "repositoryId"])
}

/// The people whom an expression names.
fn collect(expression: &Expression, named: &mut Numbers) {
    match expression {
        Expression::And(list) | Expression::Or(list) => list.iter().for_each(|part| collect(part, named)),
        Expression::Not(part) => collect(part, named),
        Expression::Compare { path, comparison: Comparison::Is(Scalar::Text(id)) } if is_members(path) => {
            named.extend(ids::read_profile(id));
        }
        Expression::Compare { .. } => {}
    }
}

fn read(expression: &Expression, known: &Known<'_>) -> Result<OrganizationFilter> {
    let all = |list: &[Expression]| list.iter().map(|part| read(part, known)).collect::<Result<Vec<_>>>();
    Ok(match expression {
        Expression::And(list) => OrganizationFilter::And(all(list)?),
        Expression::Or(list) => OrganizationFilter::Or(all(list)?),
        Expression::Not(part) => not(read(part, known)?),
        Expression::Compare { path, comparison } => compared(path, comparison, known)?,
    })
}

fn not(filter: OrganizationFilter) -> OrganizationFilter {
    OrganizationFilter::Not(Box::new(filter))
}

fn test(field: OrganizationField, comparison: Comparison) -> OrganizationFilter {
    OrganizationFilter::Test { field, comparison }
}

fn nothing() -> OrganizationFilter {
    OrganizationFilter::Or(Vec::new())
}

fn numbers(numbers: impl IntoIterator<Item = u32>) -> OrganizationFilter {
    OrganizationFilter::Numbers(numbers.into_iter().collect())
}

fn compared(path: &[String], comparison: &Comparison, known: &Known<'_>) -> Result<OrganizationFilter> {
    let refused = || Failure::query(format_args!("{} cannot be compared so", shortened(&path.join("."))));
    let parts: Vec<&str> = path.iter().map(String::as_str).collect();
    Ok(match (&parts[..], comparison) {
        (["id" | "repositoryId"], Comparison::Is(Scalar::Text(id))) => numbers((known.account)(id)),
        (["parentOrganization"] | ["parentOrganization", "id" | "repositoryId"], _) => {
            parent(comparison, known).ok_or_else(refused)?
        }
        (_, Comparison::Is(Scalar::Text(id))) if is_members(path) => {
            let person = ids::read_profile(id).and_then(|number| known.people.get(&number));
            numbers(person.into_iter().flatten().copied())
        }
        (["name"], _) => test(OrganizationField::Name, fit(Kind::Text, comparison).ok_or_else(refused)?),
        (["active"], _) => test(OrganizationField::Active, fit(Kind::Flag, comparison).ok_or_else(refused)?),
        (["dynamicProperties", name], _) => test(extension(&[DYNAMIC, name]), comparison.clone()),
        (["id" | "repositoryId" | "members", ..], _) => return Err(refused()),
        ([name], _) => match property::kind(name) {
            Some(kind @ (Kind::Text | Kind::Flag | Kind::Number | Kind::OneOf(_) | Kind::Duns)) => {
                own(name, fit(kind, comparison).ok_or_else(refused)?)
            }
            Some(Kind::Object | Kind::List) | None => return Err(unknown(path)),
        },
        _ => return Err(unknown(path)),
    })
}

fn unknown(path: &[String]) -> Failure {
    Failure::query(format_args!("{} is not known", shortened(&path.join("."))))
}

/// Accounts by the one they are under; the merchant itself counts as none.
fn parent(comparison: &Comparison, known: &Known<'_>) -> Option<OrganizationFilter> {
    let under = |number: u32| test(OrganizationField::Parent, Comparison::Is(Scalar::Number(number.into())));
    match comparison {
        Comparison::Is(Scalar::Text(id)) => Some((known.account)(id).map_or_else(nothing, under)),
        Comparison::Is(Scalar::Null) => Some(under(known.home)),
        Comparison::Present => Some(not(under(known.home))),
        _ => None,
    }
}

/// A comparison that a member of a kind can be put to.
fn fit(kind: Kind, comparison: &Comparison) -> Option<Comparison> {
    let is_fit = match comparison {
        // There are clients that write truth values in quotation marks.
        Comparison::Is(Scalar::Text(text)) if kind == Kind::Flag => {
            let value = text.to_ascii_lowercase().parse().ok()?;
            return Some(Comparison::Is(Scalar::Boolean(value)));
        }
        Comparison::Present => true,
        Comparison::Contains(_) | Comparison::Begins(_) | Comparison::Ends(_) => kind.is_like(&Scalar::Text(String::new())),
        Comparison::Is(scalar)
        | Comparison::After(scalar)
        | Comparison::From(scalar)
        | Comparison::Before(scalar)
        | Comparison::To(scalar) => kind.is_like(scalar),
    };
    is_fit.then(|| comparison.clone())
}

/// Accounts by a property that this door alone keeps; one that nobody has said anything of has its standard value.
fn own(name: &str, comparison: Comparison) -> OrganizationFilter {
    let standard = Scalar::of(&property::standard(name)).filter(|standard| *standard != Scalar::Null);
    let Some(standard) = standard else { return test(extension(&[name]), comparison) };
    let silent = test(extension(&[name]), Comparison::Is(Scalar::Null));
    if comparison.holds(&[standard]) {
        OrganizationFilter::Or(vec![test(extension(&[name]), comparison), silent])
    } else {
        OrganizationFilter::And(vec![test(extension(&[name]), comparison), not(silent)])
    }
}

fn extension(path: &[&str]) -> OrganizationField {
    OrganizationField::Extension { dialect: EXTENSION.into(), path: path.iter().map(|part| (*part).to_owned()).collect() }
}

/// The order of `sort`, foremost first; by name when nothing is asked for.
///
/// # Errors
/// 10002 for a property that is not known, or cannot be sorted by.
pub fn orders(keys: &[(String, bool)]) -> Result<Vec<(OrganizationField, bool)>> {
    if keys.is_empty() {
        return Ok(vec![(OrganizationField::Name, false)]);
    }
    let order = |(property, is_descending): &(String, bool)| {
        let field = match property.as_str() {
            "id" | "repositoryId" => OrganizationField::Number,
            "name" => OrganizationField::Name,
            "active" => OrganizationField::Active,
            "parentOrganization" | "parentOrganization.id" => OrganizationField::Parent,
            own if property::kind(own).is_some_and(|kind| !matches!(kind, Kind::Object | Kind::List)) => extension(&[own]),
            other => match other.strip_prefix("dynamicProperties.").filter(|name| !name.is_empty()) {
                Some(name) => extension(&[DYNAMIC, name]),
                None => return Err(Fault::new("sort", other).into()),
            },
        };
        Ok((field, *is_descending))
    };
    keys.iter().map(order).collect()
}

#[cfg(test)]
mod tests;
