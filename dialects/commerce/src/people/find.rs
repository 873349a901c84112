//! `q` and `sort` of profiles, in the directory's words.

use cardfile_directory::Merchant;
use cardfile_model::{Comparison, Field, Filter, Numbers, Order, Scalar};

use crate::error::{Failure, Result};
use crate::ids;
use crate::map::EXTENSION;
use crate::map::profile::{BUSINESS, DYNAMIC, OWN};
use crate::map::role::FUNCTIONS;
use crate::parameter::Fault;
use crate::query::Expression;

/// What an expression finds. `account` is the number of the one that roles are relative to; `None` for any.
///
/// # Errors
/// 100070 for a member that is not known, or cannot be compared so.
pub fn filter(expression: &Expression, merchant: &Merchant<'_>, account: Option<u32>) -> Result<Filter> {
    let all = |list: &[Expression]| list.iter().map(|part| filter(part, merchant, account)).collect::<Result<Vec<Filter>>>();
    Ok(match expression {
        Expression::And(list) => Filter::And(all(list)?),
        Expression::Or(list) => Filter::Or(all(list)?),
        Expression::Not(part) => Filter::Not(Box::new(filter(part, merchant, account)?)),
        Expression::Compare { path, comparison } => {
            let path: Vec<&str> = path.iter().map(String::as_str).collect();
            compared(&path, comparison, merchant, account)?
        }
    })
}

fn compared(path: &[&str], comparison: &Comparison, merchant: &Merchant<'_>, account: Option<u32>) -> Result<Filter> {
    let compare = |field| Filter::Compare { field, comparison: comparison.clone() };
    let refused = || Failure::query(format_args!("{} cannot be compared so", path.join(".")));
    let is = match comparison {
        Comparison::Is(scalar) => Ok(scalar),
        _ => Err(()),
    };
    let text = is.and_then(|is| if let Scalar::Text(text) = is { Ok(text.as_str()) } else { Err(()) });
    let home = merchant.home().number;
    Ok(match path {
        ["firstName"] => compare(Field::GivenName),
        ["lastName"] => compare(Field::FamilyName),
        ["email" | "login"] => text.map_or_else(|()| compare(Field::Email), |text| Filter::Email(text.to_owned())),
        ["daytimeTelephoneNumber"] => compare(Field::Phone),
        ["registrationDate"] => compare(Field::Created),
        ["lastModifiedDate"] => compare(Field::Modified),
        ["id" | "repositoryId"] => {
            let numbers = ids::read_profile(text.map_err(|()| refused())?).into_iter().collect::<Numbers>();
            Filter::Called(numbers)
        }
        ["active"] => match is.map_err(|()| refused())? {
            Scalar::Boolean(true) => Filter::Not(Box::new(Filter::Inactive)),
            Scalar::Boolean(false) => Filter::Inactive,
            Scalar::Text(_) | Scalar::Number(_) | Scalar::Null => Filter::Or(Vec::new()),
        },
        ["roles" | "role" | "function"] | ["roles", "function"] => {
            let function = text.map_err(|()| refused())?;
            let known = FUNCTIONS.iter().find(|(known, _)| known.eq_ignore_ascii_case(function)).ok_or_else(refused)?;
            Filter::Role { organization: account, role: known.0.to_owned() }
        }
        ["parentOrganization"] | ["parentOrganization", "id" | "repositoryId"] => match is.map_err(|()| refused())? {
            Scalar::Null => Filter::Home(home),
            Scalar::Text(id) => {
                ids::find_account(merchant, id).map_or(Filter::Or(Vec::new()), |found| Filter::Home(found.number))
            }
            Scalar::Number(_) | Scalar::Boolean(_) => Filter::Or(Vec::new()),
        },
        ["secondaryOrganizations"] | ["secondaryOrganizations", "id" | "repositoryId"] => {
            match ids::find_account(merchant, text.map_err(|()| refused())?) {
                Some(found) => {
                    Filter::And(vec![Filter::Belongs(found.number), Filter::Not(Box::new(Filter::Home(found.number)))])
                }
                None => Filter::Or(Vec::new()),
            }
        }
        ["profileType"] => {
            let extension = Field::Extension(EXTENSION.into(), vec!["profileType".into()]);
            let made = Filter::Compare { field: extension, comparison: Comparison::Is(Scalar::Text(BUSINESS.into())) };
            let business = Filter::Or(vec![Filter::Not(Box::new(Filter::Home(home))), made]);
            match is.map_err(|()| refused())? {
                Scalar::Text(text) if text.eq_ignore_ascii_case(BUSINESS) => business,
                Scalar::Null => Filter::Not(Box::new(business)),
                _ => Filter::Or(Vec::new()),
            }
        }
        ["receiveEmail"] => {
            // Who said nothing of it does.
            let no = Comparison::Is(Scalar::Text("no".into()));
            let no = Filter::Compare { field: Field::Extension(EXTENSION.into(), vec!["receiveEmail".into()]), comparison: no };
            match text.map_err(|()| refused())? {
                text if text.eq_ignore_ascii_case("no") => no,
                text if text.eq_ignore_ascii_case("yes") => Filter::Not(Box::new(no)),
                _ => Filter::Or(Vec::new()),
            }
        }
        [own] if OWN.iter().any(|(known, _)| known == own) => {
            compare(Field::Extension(EXTENSION.into(), vec![(*own).to_owned()]))
        }
        ["dynamicProperties", name] => {
            let path = vec![DYNAMIC.to_owned(), (*name).to_owned()];
            compare(Field::Extension(EXTENSION.into(), path))
        }
        _ => return Err(Failure::query(format_args!("{} is not known", crate::parameter::shortened(&path.join("."))))),
    })
}

/// The orders of `sort`, foremost first.
///
/// # Errors
/// 10002 for a property that is not known, or cannot be sorted by.
pub fn orders(keys: &[(String, bool)]) -> Result<Vec<(Order, bool)>> {
    let mut orders = Vec::with_capacity(keys.len());
    for (property, is_descending) in keys {
        let order = match property.as_str() {
            "firstName" => Order::GivenName,
            "lastName" => Order::FamilyName,
            "email" | "login" => Order::Email,
            "daytimeTelephoneNumber" => Order::Phone,
            "registrationDate" => Order::Created,
            "lastModifiedDate" => Order::Modified,
            "id" | "repositoryId" => Order::Number,
            other => return Err(Fault::new("sort", other).into()),
        };
        orders.push((order, *is_descending));
    }
    // Both names the same way are one order, which is kept.
    if let [(Order::FamilyName, one), (Order::GivenName, other), rest @ ..] = orders.as_slice()
        && one == other
        && matches!(rest, [] | [(Order::Number, false)])
    {
        return Ok(vec![(Order::FullName, *one)]);
    }
    Ok(orders)
}
