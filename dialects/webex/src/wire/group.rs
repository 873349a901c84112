//! Groups, as clients send them and as they are answered.

use cardfile_http::json::{self, Fault, Object};
use serde::{Deserialize, Serialize};

use super::{Given, Stamp, Text};

/// The body that `wxc-sdk` 1.41.0 sends for its option `remove_all`: no JSON, but clear enough.
const BROKEN_PURGE: &str = r#"purgeAllValues:{"attributes":["members"]}"#;

/// A group in a request, or the members of it that a change names.
#[derive(Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct GroupRequest<'a> {
    /// The name.
    pub display_name: Option<String>,
    /// The organization it is for.
    #[serde(borrow)]
    pub org_id: Option<Text<'a>>,
    /// What it is for.
    pub description: Given<String>,
    /// Who joins and who leaves.
    #[serde(borrow)]
    pub members: Option<Vec<Object<MemberRequest<'a>>>>,
    /// What is to be emptied before.
    #[serde(borrow)]
    pub purge_all_values: Option<Object<PurgeRequest<'a>>>,
}

/// A person who joins or leaves.
#[derive(Debug, PartialEq, Eq, Deserialize)]
pub struct MemberRequest<'a> {
    /// The person's id.
    #[serde(borrow)]
    pub id: Text<'a>,
    /// `add` or `delete`.
    #[serde(borrow, default)]
    pub operation: Option<Text<'a>>,
}

/// What is to be emptied.
#[derive(Debug, PartialEq, Eq, Deserialize)]
pub struct PurgeRequest<'a> {
    /// The names of members of the group.
    #[serde(borrow)]
    pub attributes: Vec<Text<'a>>,
}

/// Reads a group.
///
/// # Errors
/// The first fault in it.
pub fn group(text: &str) -> Result<GroupRequest<'_>, Fault> {
    if text.trim() == BROKEN_PURGE {
        let purge = PurgeRequest { attributes: vec![Text("members".into())] };
        return Ok(GroupRequest { purge_all_values: Some(Object(purge)), ..GroupRequest::default() });
    }
    json::read::<Object<GroupRequest<'_>>>(text).map(|read| read.0)
}

/// A group.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct GroupAnswer {
    /// The Webex id.
    pub id: String,
    /// The name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
    /// The organization's Webex id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub org_id: Option<String>,
    /// What it is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// When it was made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created: Option<Stamp>,
    /// When it, or who is in it, last changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_modified: Option<Stamp>,
    /// How many people are in it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub member_size: Option<u64>,
    /// People in it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub members: Option<Vec<MemberAnswer>>,
}

/// A person in a group.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct MemberAnswer {
    /// The Webex id.
    pub id: String,
    /// Always `user`.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// The name, an e-mail address, or the UUID of somebody without a card.
    pub display_name: String,
}

/// One page of groups.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct GroupListAnswer {
    /// How many there are in all.
    pub total_results: u64,
    /// The position of the first one, counted from one.
    pub start_index: u64,
    /// How many there are on this page.
    pub items_per_page: usize,
    /// The groups.
    pub groups: Vec<GroupAnswer>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_spellings_of_a_purge_are_read() {
        let proper = group(r#"{"purgeAllValues": {"attributes": ["members"]}}"#).unwrap();
        assert_eq!(group(&format!(" {BROKEN_PURGE}\n")).unwrap(), proper);
        assert!(group(r#"purgeAllValues:{"attributes":["others"]}"#).is_err());
    }

    #[test]
    fn a_member_without_an_id_is_a_fault_that_says_where() {
        assert_eq!(group(r#"{"members":[{"id":"a"},{"operation":"add"}]}"#).unwrap_err().member, "members[1]");
    }
}
