//! Which format a body has, and which one the answer gets.

use axum::http::HeaderMap;
use axum::http::header::{ACCEPT, CONTENT_TYPE};

use crate::body::Fault;

/// A format of answers, under one of its names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// `application/json`.
    Json,
    /// `text/json`.
    TextJson,
    /// `application/xml`.
    Xml,
    /// `text/xml`.
    TextXml,
}

/// A format of request bodies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sent {
    /// JSON or XML, by the name it was sent under.
    In(Format),
    /// `application/x-www-form-urlencoded`.
    Form,
}

/// In the order in which a range of media types finds them.
const FORMATS: [Format; 4] = [Format::Json, Format::TextJson, Format::Xml, Format::TextXml];

impl Format {
    /// The media type.
    #[must_use]
    pub fn media_type(self) -> &'static str {
        match self {
            Format::Json => "application/json",
            Format::TextJson => "text/json",
            Format::Xml => "application/xml",
            Format::TextXml => "text/xml",
        }
    }

    /// The `Content-Type` of an answer.
    #[must_use]
    pub fn content_type(self) -> &'static str {
        match self {
            Format::Json => "application/json; charset=utf-8",
            Format::TextJson => "text/json; charset=utf-8",
            Format::Xml => "application/xml; charset=utf-8",
            Format::TextXml => "text/xml; charset=utf-8",
        }
    }

    /// Whether it is XML.
    #[must_use]
    pub fn is_xml(self) -> bool {
        matches!(self, Format::Xml | Format::TextXml)
    }
}

/// The format a body is said to have; `None` when nothing is said.
///
/// # Errors
/// `MediaType` for one that is none of these.
pub fn sent(headers: &HeaderMap) -> Result<Option<Sent>, Fault> {
    let Some(given) = headers.get(CONTENT_TYPE) else { return Ok(None) };
    let given = given.to_str().map_err(|_| Fault::MediaType)?;
    let essence = essence(given);
    if essence.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
        return Ok(Some(Sent::Form));
    }
    let format = FORMATS.into_iter().find(|format| essence.eq_ignore_ascii_case(format.media_type()));
    format.map(|format| Some(Sent::In(format))).ok_or(Fault::MediaType)
}

/// The format of the answer: what `Accept` likes best, else the format of the request, else JSON. Something is always answered.
///
/// **Source**: RFC 9110 §12.5.1, of which §15.5.7 (406) is not made use of.
#[must_use]
pub fn accepted(headers: &HeaderMap) -> Format {
    let own = match sent(headers) {
        Ok(Some(Sent::In(format))) => format,
        _ => Format::Json,
    };
    let given = headers.get_all(ACCEPT).iter().filter_map(|value| value.to_str().ok());
    let mut best: Option<(u32, Format)> = None;
    for range in given.flat_map(|value| value.split(',')) {
        let quality = quality(range);
        let Some(format) = of_range(essence(range)).filter(|_| quality > 0) else { continue };
        // Among equals the first counts, as it is said to be liked no less.
        if best.is_none_or(|(other, _)| quality > other) {
            best = Some((quality, format));
        }
    }
    best.map_or(own, |(_, format)| format)
}

fn of_range(range: &str) -> Option<Format> {
    match range {
        "*/*" => return Some(Format::Json),
        range if range.eq_ignore_ascii_case("application/*") => return Some(Format::Json),
        range if range.eq_ignore_ascii_case("text/*") => return Some(Format::TextJson),
        _ => {}
    }
    FORMATS.into_iter().find(|format| range.eq_ignore_ascii_case(format.media_type()))
}

fn essence(value: &str) -> &str {
    value.split_once(';').map_or(value, |(essence, _)| essence).trim()
}

/// The weight of a range in thousandths; one that cannot be read counts in full.
fn quality(range: &str) -> u32 {
    let parameters = range.split(';').skip(1).filter_map(|parameter| parameter.split_once('='));
    let mut found = parameters.filter(|(name, _)| name.trim().eq_ignore_ascii_case("q"));
    let weight = found.next().and_then(|(_, value)| value.trim().parse::<f32>().ok()).filter(|weight| weight.is_finite());
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and 1000")]
    weight.map_or(1000, |weight| (weight.clamp(0.0, 1.0) * 1000.0).round() as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(accept: &[&str], content_type: Option<&str>) -> HeaderMap {
        let mut headers: HeaderMap = accept.iter().map(|value| (ACCEPT, value.parse().unwrap())).collect();
        if let Some(value) = content_type {
            headers.insert(CONTENT_TYPE, value.parse().unwrap());
        }
        headers
    }

    #[test]
    fn the_best_liked_format_is_answered() {
        for (accept, format) in [
            ("application/xml", Format::Xml),
            ("text/xml;q=0.5, application/json;q=0.4", Format::TextXml),
            ("text/html, Application/XML ; q=0.9, */*;q=0.8", Format::Xml),
            ("application/xml;q=0, */*", Format::Json),
            ("application/*", Format::Json),
            ("text/*", Format::TextJson),
            ("text/json", Format::TextJson),
        ] {
            assert_eq!(accepted(&with(&[accept], None)), format, "{accept}");
        }
        let mut headers = with(&["image/png"], None);
        headers.append(ACCEPT, "text/xml".parse().unwrap());
        assert_eq!(accepted(&headers), Format::TextXml);
    }

    #[test]
    fn without_a_liking_the_format_of_the_request_is_answered() {
        assert_eq!(accepted(&with(&[], Some("text/xml; charset=utf-16"))), Format::TextXml);
        assert_eq!(accepted(&with(&["image/png"], Some("application/xml"))), Format::Xml);
        assert_eq!(accepted(&with(&[], Some("application/x-www-form-urlencoded"))), Format::Json);
        assert_eq!(accepted(&with(&["image/png"], None)), Format::Json);
    }

    #[test]
    fn a_body_is_of_a_known_type_or_none() {
        assert_eq!(sent(&with(&[], None)), Ok(None));
        assert_eq!(sent(&with(&[], Some("TEXT/JSON;charset=utf-8"))), Ok(Some(Sent::In(Format::TextJson))));
        assert_eq!(sent(&with(&[], Some("application/x-www-form-urlencoded"))), Ok(Some(Sent::Form)));
        assert_eq!(sent(&with(&[], Some("text/csv"))), Err(Fault::MediaType));
    }
}
