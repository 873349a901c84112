//! Whose contacts a caller may touch, in Webex's words.

use cardfile_directory::{Action, Error, Result};
use cardfile_model::Sources;

/// The sources this dialect knows, in the order they are named.
const KNOWN: &[&str] = &["CH", "Webex4Broadworks"];
/// How much of a source's name is said back.
const MOST_TOLD: usize = 100;

/// A source that was named, if it is known and the caller's to touch.
///
/// # Errors
/// `Forbidden` for every other one, and for none.
pub fn permitted(sources: &Sources, source: Option<&str>) -> Result<String> {
    let found = source.filter(|name| KNOWN.contains(name) && sources.allow(name));
    found.map(str::to_owned).ok_or_else(|| Error::Forbidden { action: Action::UseSource(source.map(str::to_owned)) })
}

/// The sentence that refuses a source.
pub fn refusal(sources: &Sources, source: Option<&str>) -> String {
    let name: String = source.unwrap_or("null").chars().take(MOST_TOLD).collect();
    let allowed = match sources {
        Sources::Any => KNOWN.join(", "),
        Sources::Only(allowed) => allowed.join(", "),
    };
    format!("Caller is not authorized for source {name}, only sources [{allowed}] are allowed")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_must_be_known_and_the_callers() {
        let one = Sources::Only(vec!["CH".into()]);
        assert_eq!(permitted(&one, Some("CH")).unwrap(), "CH");
        assert_eq!(permitted(&Sources::Any, Some("Webex4Broadworks")).unwrap(), "Webex4Broadworks");
        for refused in [None, Some("ch"), Some("Webex4Broadworks"), Some("")] {
            assert!(permitted(&one, refused).is_err(), "{refused:?}");
        }
        assert!(permitted(&Sources::Any, Some("LDAP")).is_err());
    }

    #[test]
    fn the_refusal_names_what_is_allowed() {
        let two = Sources::Only(vec!["CH".into(), "Webex4Broadworks".into()]);
        let text = "Caller is not authorized for source null, only sources [CH, Webex4Broadworks] are allowed";
        assert_eq!(refusal(&two, None), text);
        assert_eq!(refusal(&Sources::Any, None), text);
    }
}
