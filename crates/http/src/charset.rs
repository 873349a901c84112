//! Bodies as text: UTF-8 or UTF-16, with or without a mark in front.

use std::borrow::Cow;

use axum::http::HeaderMap;
use axum::http::header::CONTENT_TYPE;
use thiserror::Error;

/// A body is no text in the character set it is said to be in, or in none that is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the body is not UTF-8 or UTF-16 text")]
pub struct NotText;

/// The text of a body. A byte order mark decides and is left out; else the `charset` of `Content-Type`; else a first `<` in two
/// bytes, as XML in UTF-16 may begin; else it is UTF-8.
///
/// # Errors
/// [`NotText`].
pub fn text<'a>(headers: &HeaderMap, bytes: &'a [u8]) -> Result<Cow<'a, str>, NotText> {
    let charset = charset(headers);
    match (bytes, charset.as_deref()) {
        ([0xEF, 0xBB, 0xBF, rest @ ..], _) => utf8(rest),
        ([0xFF, 0xFE, rest @ ..], _) => utf16(rest, u16::from_le_bytes),
        ([0xFE, 0xFF, rest @ ..], _) => utf16(rest, u16::from_be_bytes),
        (_, Some("utf-16" | "utf-16le" | "unicode")) | ([b'<', 0, ..], None) => utf16(bytes, u16::from_le_bytes),
        (_, Some("utf-16be")) | ([0, b'<', ..], None) => utf16(bytes, u16::from_be_bytes),
        (_, None | Some("utf-8" | "utf8" | "us-ascii" | "")) => utf8(bytes),
        (_, Some(_)) => Err(NotText),
    }
}

fn charset(headers: &HeaderMap) -> Option<String> {
    let given = headers.get(CONTENT_TYPE)?.to_str().ok()?;
    let parameters = given.split(';').skip(1).filter_map(|parameter| parameter.split_once('='));
    let (_, value) = parameters.into_iter().find(|(name, _)| name.trim().eq_ignore_ascii_case("charset"))?;
    Some(value.trim().trim_matches('"').to_ascii_lowercase())
}

fn utf8(bytes: &[u8]) -> Result<Cow<'_, str>, NotText> {
    std::str::from_utf8(bytes).map(Cow::Borrowed).map_err(|_| NotText)
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Result<Cow<'_, str>, NotText> {
    let (pairs, rest) = bytes.as_chunks::<2>();
    if !rest.is_empty() {
        return Err(NotText);
    }
    let text: Result<String, _> = char::decode_utf16(pairs.iter().map(|pair| unit(*pair))).collect();
    text.map(Cow::Owned).map_err(|_| NotText)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(content_type: Option<&str>, bytes: &[u8]) -> Result<String, NotText> {
        let headers = content_type.map(|value| (CONTENT_TYPE, value.parse().unwrap())).into_iter().collect();
        text(&headers, bytes).map(Cow::into_owned)
    }

    fn le(text: &str) -> Vec<u8> {
        text.encode_utf16().flat_map(u16::to_le_bytes).collect()
    }

    #[test]
    fn marks_are_left_out_and_decide() {
        assert_eq!(read(Some("a/b; charset=utf-16"), b"\xEF\xBB\xBF\xC3\xB8").as_deref(), Ok("ø"));
        assert_eq!(read(None, &[&[0xFF, 0xFE], le("<ø/>").as_slice()].concat()).as_deref(), Ok("<ø/>"));
        assert_eq!(read(None, b"\xFE\xFF\x00a").as_deref(), Ok("a"));
    }

    #[test]
    fn a_named_set_is_read_and_an_unknown_one_is_not() {
        assert_eq!(read(Some("text/xml; Charset=\"UTF-16\""), &le("😀")).as_deref(), Ok("😀"));
        assert_eq!(read(Some("text/xml; charset=utf-16be"), b"\x00a").as_deref(), Ok("a"));
        assert_eq!(read(Some("text/xml; charset=koi8-r"), b"a"), Err(NotText));
        assert_eq!(read(None, &le("<a/>")).as_deref(), Ok("<a/>"));
    }

    #[test]
    fn what_is_no_text_is_refused() {
        for (content_type, bytes) in [
            (None, b"\xC3".as_slice()),
            (Some("a/b; charset=utf-16"), b"a\0b"),
            (Some("a/b; charset=utf-16"), b"\x00\xD8"),
            (None, b"\xFF\xFE\x00"),
        ] {
            assert_eq!(read(content_type, bytes), Err(NotText), "{bytes:?}");
        }
    }
}
