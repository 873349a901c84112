//! The language of questions: SCIM filters (RFC 7644 §3.4.2.2) as the directory's filter tree.

mod attribute;
mod entries;
#[cfg(test)]
mod tests;

use cardfile_model::{Comparison, Filter, Scalar};
use scim_v2::filter::{AttrExp, AttrPath, CompValue, CompareOp, Filter as Scim};

use self::attribute::Attribute;
use crate::error::{Failure, parameter};

/// How deep a filter may be nested; deeper ones are refused before they are looked at.
const MOST_DEPTH: usize = 32;

/// How organizations are found by id while a filter is read.
pub type NumberOf<'a> = &'a dyn Fn(uuid::Uuid) -> Option<u32>;

/// Reads a filter of at most `most` characters.
///
/// # Errors
/// A problem that names what cannot be understood, and what could.
pub fn read(text: &str, most: usize, number_of: NumberOf<'_>) -> Result<Filter, Failure> {
    if text.chars().count() > most {
        return Err(parameter("filter", format!("must have at most {most} characters (filter_chars)")));
    }
    let scim: Scim = text.parse().map_err(|error| refused(format!("is no filter: {error}")))?;
    of(&scim, number_of, MOST_DEPTH)
}

fn of(scim: &Scim, number_of: NumberOf<'_>, depth: usize) -> Result<Filter, Failure> {
    let depth = depth.checked_sub(1).ok_or_else(|| refused(format!("is nested deeper than {MOST_DEPTH}")))?;
    let all = |parts: &[Scim]| parts.iter().map(|part| of(part, number_of, depth)).collect::<Result<Vec<_>, _>>();
    Ok(match scim {
        Scim::Attr(test) => attribute(test, number_of)?,
        Scim::ValuePath(path) => entries::of(path)?,
        Scim::Not(part) => Filter::Not(Box::new(of(part, number_of, depth)?)),
        Scim::And(parts) => Filter::And(all(parts.as_slice())?),
        Scim::Or(parts) => Filter::Or(all(parts.as_slice())?),
    })
}

/// A test of one attribute.
fn attribute(test: &AttrExp, number_of: NumberOf<'_>) -> Result<Filter, Failure> {
    match test {
        AttrExp::Present(path) => Attribute::read(path)?.present(),
        AttrExp::Comparison(path, CompareOp::Ne, value) => {
            let same = Attribute::read(path)?.compared(&CompareOp::Eq, value, number_of)?;
            Ok(Filter::Not(Box::new(same)))
        }
        AttrExp::Comparison(path, operator, value) => Attribute::read(path)?.compared(operator, value, number_of),
    }
}

/// What must hold of a text.
fn comparison(operator: &CompareOp, value: Scalar) -> Result<Comparison, Failure> {
    let text = |value: Scalar| match value {
        Scalar::Text(text) => Ok(text),
        _ => Err(refused("co, sw and ew take a text")),
    };
    Ok(match operator {
        CompareOp::Eq | CompareOp::Ne => Comparison::Is(value),
        CompareOp::Co => Comparison::Contains(text(value)?),
        CompareOp::Sw => Comparison::Begins(text(value)?),
        CompareOp::Ew => Comparison::Ends(text(value)?),
        CompareOp::Gt => Comparison::After(value),
        CompareOp::Ge => Comparison::From(value),
        CompareOp::Lt => Comparison::Before(value),
        CompareOp::Le => Comparison::To(value),
    })
}

fn scalar(value: &CompValue) -> Scalar {
    match value {
        CompValue::False => Scalar::Boolean(false),
        CompValue::True => Scalar::Boolean(true),
        CompValue::Null => Scalar::Null,
        CompValue::Number(number) => number.as_f64().map_or(Scalar::Null, Scalar::Number),
        CompValue::Str(text) => Scalar::Text(text.clone()),
    }
}

fn text<'v>(path: &AttrPath, value: &'v CompValue) -> Result<&'v str, Failure> {
    match value {
        CompValue::Str(text) => Ok(text),
        _ => Err(refused(format!("{path} is compared with a text"))),
    }
}

fn refused(message: impl Into<String>) -> Failure {
    parameter("filter", message)
}
