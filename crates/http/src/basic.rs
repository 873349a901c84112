//! User names and passwords in requests.

use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// The name and the secret of an `Authorization: Basic …` header, the scheme's name in any case.
///
/// **Source**: RFC 7617 §2, in UTF-8.
#[must_use]
pub fn basic(headers: &HeaderMap) -> Option<(String, String)> {
    let (scheme, coded) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let text = String::from_utf8(STANDARD.decode(coded.trim()).ok()?).ok()?;
    let (name, secret) = text.split_once(':')?;
    Some((name.to_owned(), secret.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(value: &str) -> Option<(String, String)> {
        basic(&HeaderMap::from_iter([(AUTHORIZATION, value.parse().unwrap())]))
    }

    #[test]
    fn name_and_secret_are_parted_at_the_first_colon() {
        assert_eq!(read("basic b3BzQGE6Yjpj"), Some(("ops@a".into(), "b:c".into())));
        for other in ["Bearer abc", "Basic", "Basic !!", "Basic YWJj", "Basic /w=="] {
            assert_eq!(read(other), None, "{other}");
        }
    }
}
