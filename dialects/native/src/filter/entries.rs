//! Tests of one entry of a list: `emails[type eq "work" and value ew "@example.com"]`.

use cardfile_model::{Comparison, Field, Filter, List};
use scim_v2::filter::{AttrExp, CompareOp, ValFilter, ValuePath};

use super::{comparison, refused, scalar, text};
use crate::error::Failure;

/// What one entry is asked; all of it must hold of the same.
#[derive(Default)]
struct Asked<'f> {
    kind: Option<&'f str>,
    value: Option<Comparison>,
    system: Option<&'f str>,
}

/// A value path as a filter.
pub fn of(path: &ValuePath) -> Result<Filter, Failure> {
    let name = path.attr.name.to_ascii_lowercase();
    let is_plain = path.attr.uri.is_none() && path.attr.sub_attr.is_none();
    let list = match &*name {
        "emails" => Some(List::Emails),
        "phones" => Some(List::Phones),
        "sipaddresses" => Some(List::SipAddresses),
        "ims" => Some(List::Ims),
        "keys" => None,
        _ => return Err(refused("only emails, phones, sipAddresses, ims and keys have entries")),
    };
    if !is_plain {
        return Err(refused(format!("{} has no entries", path.attr)));
    }
    branches(&path.filter, list)
}

/// Whoever has an entry of which one of some alternatives holds has one for one of them.
fn branches(filter: &ValFilter, list: Option<List>) -> Result<Filter, Failure> {
    if let ValFilter::Or(parts) = filter {
        let parts: Result<Vec<Filter>, Failure> = parts.as_slice().iter().map(|part| branches(part, list)).collect();
        return Ok(Filter::Or(parts?));
    }
    let mut asked = Asked::default();
    gather(filter, list.is_none(), &mut asked)?;
    let Some(list) = list else { return key(asked) };
    let value = asked.value.unwrap_or(Comparison::Present);
    let field = match (asked.kind, list) {
        (Some(kind), list) => Field::OfKind(list, kind.to_owned()),
        (None, List::Emails) => Field::Email,
        (None, List::Phones) => Field::Phone,
        (None, List::SipAddresses) => Field::SipAddress,
        (None, List::Ims) => Field::Im,
    };
    Ok(Filter::Compare { field, comparison: value })
}

fn gather<'f>(filter: &'f ValFilter, is_key: bool, asked: &mut Asked<'f>) -> Result<(), Failure> {
    let twice = || refused("within brackets, type, system and value are each tested once, joined by and; alternatives by or");
    let (path, operator, compared) = match filter {
        ValFilter::And(parts) => return parts.as_slice().iter().try_for_each(|part| gather(part, is_key, asked)),
        ValFilter::Attr(AttrExp::Comparison(path, operator, value)) => (path, operator, value),
        ValFilter::Attr(AttrExp::Present(path)) if path.name.eq_ignore_ascii_case("value") && asked.value.is_none() => {
            asked.value = Some(Comparison::Present);
            return Ok(());
        }
        ValFilter::Attr(AttrExp::Present(_)) | ValFilter::Not(_) | ValFilter::Or(_) => return Err(twice()),
    };
    let is_equality = *operator == CompareOp::Eq;
    match (&*path.name.to_ascii_lowercase(), is_key) {
        ("value", _) if *operator == CompareOp::Ne => Err(twice()),
        ("value", _) => once(&mut asked.value, comparison(operator, scalar(compared))?, twice),
        ("type", false) if is_equality => once(&mut asked.kind, text(path, compared)?, twice),
        ("system", true) if is_equality => once(&mut asked.system, text(path, compared)?, twice),
        _ => Err(twice()),
    }
}

fn once<T>(place: &mut Option<T>, value: T, twice: impl Fn() -> Failure) -> Result<(), Failure> {
    match place.replace(value) {
        None => Ok(()),
        Some(_) => Err(twice()),
    }
}

/// Keys are found by both of their parts.
fn key(asked: Asked<'_>) -> Result<Filter, Failure> {
    match asked {
        Asked { system: Some(system), value: Some(Comparison::Is(cardfile_model::Scalar::Text(value))), .. } => {
            Ok(Filter::Key { system: system.to_owned(), value })
        }
        _ => Err(refused("keys are found by keys[system eq \"…\" and value eq \"…\"]")),
    }
}
