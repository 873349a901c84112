//! What changed since.

use cardfile_directory::Feed;
use cardfile_interchange::json::{Person, Places};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::ChangeEntry;

/// A page of what changed behind a position.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FeedPage {
    /// Who came or changed, as they are now, by person number; who did so more than once is told once.
    pub upserted: Vec<Person>,
    /// The ids of who is not there any more: in the trash, gone, or at another organization. Some may never have been told of.
    pub deleted: Vec<Uuid>,
    /// Changes of groups, organizations and notes; told to administrators. When an organization moved, read everyone anew.
    pub changes: Vec<ChangeEntry>,
    /// The position behind this page: what to send as `since`.
    pub next: String,
    /// Whether more is there already.
    pub has_more: bool,
}

impl FeedPage {
    /// A page in this door's words.
    pub fn of(feed: &Feed, places: &impl Places) -> FeedPage {
        FeedPage {
            upserted: feed.upserted.iter().map(|record| Person::of(record, places)).collect(),
            deleted: feed.deleted.clone(),
            changes: feed.changes.iter().map(|change| ChangeEntry::of(change, None)).collect(),
            next: feed.next.text(),
            has_more: feed.has_more,
        }
    }
}
