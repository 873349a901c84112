//! Request bodies: of the right media type, within bounds, in time.

use std::time::Duration;

use axum::body::Body;
use axum::http::HeaderMap;
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use bytes::Bytes;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use thiserror::Error;

/// Why a body was not taken.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Fault {
    /// It is of another media type, or does not say of which.
    #[error("unsupported media type")]
    MediaType,
    /// It is longer than this many bytes.
    #[error("the body is longer than {0} bytes")]
    TooLarge(usize),
    /// It did not come whole.
    #[error("the body did not come whole")]
    Broken,
    /// It did not come in time.
    #[error("the body did not come in time")]
    Late,
}

/// Whether a body is said to be of a media type; its parameters do not matter.
#[must_use]
pub fn is_of_type(headers: &HeaderMap, media_type: &str) -> bool {
    let given = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = given.split_once(';').map_or(given, |(essence, _)| essence);
    essence.trim().eq_ignore_ascii_case(media_type)
}

/// Reads a body. One that says or turns out to be too long is not kept, nor read further.
///
/// # Errors
/// `TooLarge`, `Broken` or `Late`.
pub async fn read(headers: &HeaderMap, body: Body, most_bytes: usize, time: Duration) -> Result<Bytes, Fault> {
    let said = headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()).and_then(|text| text.parse::<u64>().ok());
    if said.is_some_and(|length| length > most_bytes as u64) {
        return Err(Fault::TooLarge(most_bytes));
    }
    match tokio::time::timeout(time, Limited::new(body, most_bytes).collect()).await {
        Err(_) => Err(Fault::Late),
        Ok(Ok(whole)) => Ok(whole.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(Fault::TooLarge(most_bytes)),
        Ok(Err(_)) => Err(Fault::Broken),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOON: Duration = Duration::from_mins(1);

    #[test]
    fn a_media_type_is_matched_without_its_parameters_and_in_any_case() {
        let typed = |text: &str| HeaderMap::from_iter([(CONTENT_TYPE, text.parse().unwrap())]);
        assert!(is_of_type(&typed("Application/JSON ; charset=utf-8"), "application/json"));
        assert!(!is_of_type(&typed("application/jsonp"), "application/json"));
        assert!(!is_of_type(&HeaderMap::new(), "application/json"));
    }

    #[tokio::test]
    async fn a_body_is_read_up_to_its_bound() {
        let none = HeaderMap::new();
        assert_eq!(read(&none, Body::from("12345"), 5, SOON).await.unwrap(), "12345");
        assert_eq!(read(&none, Body::from("123456"), 5, SOON).await, Err(Fault::TooLarge(5)));
        let said = HeaderMap::from_iter([(CONTENT_LENGTH, "6".parse().unwrap())]);
        assert_eq!(read(&said, Body::empty(), 5, SOON).await, Err(Fault::TooLarge(5)));
    }

    #[tokio::test]
    async fn a_body_that_breaks_off_is_told_from_one_that_is_too_long() {
        let broken = Body::new(Limited::new(Body::from("123"), 2));
        assert_eq!(read(&HeaderMap::new(), broken, 5, SOON).await, Err(Fault::Broken));
    }
}
