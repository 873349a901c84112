//! The two spellings of an id: the plain UUID, and the base64 of `ciscospark://CLUSTER/TYPE/SLUG`.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use cardfile_directory::{Error, Result};
use cardfile_model::OrganizationId;
use uuid::Uuid;

/// No id that is worth decoding is longer.
const MOST_CHARS: usize = 512;
const SCHEME: &str = "ciscospark://";

/// The UUID that an id names, in whichever spelling: a UUID, `GROUP_UUID:ORG_UUID`, or base64 of either alphabet, padded or
/// not, of which the last path segment counts. `None` for what cannot be an id.
pub fn read(text: &str) -> Option<Uuid> {
    let text = text.trim();
    if text.len() > MOST_CHARS {
        return None;
    }
    if let Some(id) = slug(text) {
        return Some(id);
    }
    let spelled: String = text
        .trim_end_matches('=')
        .chars()
        .map(|c| match c {
            '+' => '-',
            '/' => '_',
            other => other,
        })
        .collect();
    let decoded = String::from_utf8(URL_SAFE_NO_PAD.decode(spelled).ok()?).ok()?;
    slug(decoded.strip_prefix(SCHEME)?.rsplit('/').next()?)
}

/// The organization in a path, a query or a body.
///
/// # Errors
/// `Invalid` for what cannot be an id.
pub fn organization(text: &str) -> Result<OrganizationId> {
    let refusal = || Error::invalid("orgId", "form", "this is no organization id");
    read(text).map(OrganizationId).ok_or_else(refusal)
}

/// The Webex id of an organization.
pub fn of_organization(id: OrganizationId) -> String {
    spell("ORGANIZATION", id)
}

/// The Webex id of a person.
pub fn of_person(id: Uuid) -> String {
    spell("PEOPLE", id)
}

/// The Webex id of a group.
pub fn of_group(id: Uuid, organization: OrganizationId) -> String {
    spell("SCIM_GROUP", format_args!("{id}:{organization}"))
}

fn spell(kind: &str, slug: impl std::fmt::Display) -> String {
    URL_SAFE_NO_PAD.encode(format!("{SCHEME}us/{kind}/{slug}"))
}

/// A UUID with dashes, in any case, with or without the organization's behind it.
fn slug(text: &str) -> Option<Uuid> {
    let first = match text.split_once(':') {
        Some((first, organization)) => dashed(organization).and(Some(first))?,
        None => text,
    };
    dashed(first)
}

fn dashed(text: &str) -> Option<Uuid> {
    if text.len() == uuid::fmt::Hyphenated::LENGTH { Uuid::try_parse(text).ok() } else { None }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const ID: Uuid = Uuid::from_u128(0x5d0c_7c52_9a41_4c0e_8f35_2a6f_0b1c_9e77);

    #[test]
    fn every_spelling_of_an_id_is_read() {
        let organization = OrganizationId(Uuid::from_u128(9));
        let group = of_group(ID, organization);
        assert!(group.starts_with("Y2lzY29zcGFyazovL"));
        let standard = base64::engine::general_purpose::STANDARD.encode(format!("ciscospark://urn:TEAM:us-west-2_r/PEOPLE/{ID}"));
        let upper = ID.to_string().to_uppercase();
        for text in [ID.to_string(), upper, format!("{ID}:{organization}"), group, of_person(ID), standard] {
            assert_eq!(read(&text), Some(ID), "{text}");
        }
        assert_eq!(super::organization(&of_organization(organization)).unwrap(), organization);
    }

    #[test]
    fn what_cannot_be_an_id_is_not_read() {
        let bare = ID.simple().to_string();
        let foreign = URL_SAFE_NO_PAD.encode(format!("https://us/PEOPLE/{ID}"));
        let long = "a".repeat(MOST_CHARS + 1);
        for text in ["", ":", "nobody", &bare, &format!("{{{ID}}}"), &format!("{ID}:"), &foreign, &long, "ciscospark://"] {
            assert_eq!(read(text), None, "{text}");
        }
        assert!(matches!(super::organization("x"), Err(Error::Invalid(_))));
    }

    proptest! {
        #[test]
        fn no_text_breaks_the_reader(text in any::<String>()) {
            let _ = read(&text);
        }
    }
}
