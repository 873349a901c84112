//! What a request expects of the thing it is about (RFC 9110 §13).

use axum::http::header::{IF_MATCH, IF_NONE_MATCH};
use axum::http::{HeaderMap, HeaderName};
use cardfile_directory::Error;
use cardfile_model::Expect;

use crate::error::Failure;

/// What `If-Match` expects before a write; of several revisions, the one that is there now.
pub fn expected(headers: &HeaderMap, now: u64) -> Expect {
    match tags(headers, &IF_MATCH) {
        Tags::Absent | Tags::Any => Expect::Any,
        Tags::These(known) if known.contains(&now) => Expect::At(now),
        Tags::These(known) => Expect::At(known.first().copied().unwrap_or_default()),
    }
}

/// What `If-Match` expects, for a write that has not read the thing before.
pub fn expectation(headers: &HeaderMap) -> Result<Expect, Failure> {
    match tags(headers, &IF_MATCH) {
        Tags::Absent | Tags::Any => Ok(Expect::Any),
        Tags::These(known) => match *known.as_slice() {
            [revision] => Ok(Expect::At(revision)),
            _ => Err(crate::error::parameter("If-Match", "must be one entity tag of this directory, or *")),
        },
    }
}

/// Whether `If-None-Match` says that nothing may be there yet.
pub fn wants_absent(headers: &HeaderMap) -> bool {
    matches!(tags(headers, &IF_NONE_MATCH), Tags::Any)
}

/// Whether the reader has this revision already.
pub fn is_known(headers: &HeaderMap, revision: u64) -> bool {
    matches!(tags(headers, &IF_NONE_MATCH), Tags::These(known) if known.contains(&revision))
}

/// A refusal as what it is when something was expected.
pub fn refused(error: Error) -> Failure {
    match error {
        error @ (Error::Stale { .. } | Error::AlreadyExists { .. }) => Failure::Precondition(error),
        error => error.into(),
    }
}

enum Tags {
    Absent,
    Any,
    /// Revisions; what is no tag of ours matches nothing, and is left out.
    These(Vec<u64>),
}

fn tags(headers: &HeaderMap, name: &HeaderName) -> Tags {
    let mut known = Vec::new();
    let mut is_there = false;
    for value in headers.get_all(name) {
        is_there = true;
        for tag in value.to_str().unwrap_or_default().split(',').map(str::trim) {
            if tag == "*" {
                return Tags::Any;
            }
            let tag = if *name == IF_NONE_MATCH { tag.strip_prefix("W/").unwrap_or(tag) } else { tag };
            known.extend(tag.strip_prefix('"').and_then(|tag| tag.strip_suffix('"')).and_then(|tag| tag.parse::<u64>().ok()));
        }
    }
    if is_there { Tags::These(known) } else { Tags::Absent }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(name: HeaderName, value: &str) -> HeaderMap {
        HeaderMap::from_iter([(name, value.parse().unwrap())])
    }

    #[test]
    fn of_several_tags_the_one_that_is_there_counts() {
        let headers = with(IF_MATCH, "\"3\", \"7\"");
        assert_eq!(expected(&headers, 7), Expect::At(7));
        assert_eq!(expected(&headers, 8), Expect::At(3));
        assert!(expectation(&headers).is_err());
        assert_eq!(expected(&HeaderMap::new(), 8), Expect::Any);
        assert_eq!(expected(&with(IF_MATCH, "*"), 8), Expect::Any);
    }

    #[test]
    fn a_tag_that_is_not_ours_never_matches() {
        for foreign in ["\"abc\"", "W/\"7\"", "7"] {
            assert_eq!(expected(&with(IF_MATCH, foreign), 7), Expect::At(0), "{foreign}");
        }
        assert!(is_known(&with(IF_NONE_MATCH, "W/\"7\""), 7));
        assert!(!is_known(&with(IF_NONE_MATCH, "*"), 7));
        assert!(wants_absent(&with(IF_NONE_MATCH, "*")));
    }
}
