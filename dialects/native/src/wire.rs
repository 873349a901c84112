//! This door's own types, but for a contact, which [`cardfile_interchange::json`] has.

mod changes;
mod contacts;
mod feed;
mod groups;
mod jobs;
mod organizations;
mod problem;
mod tokens;
mod webhooks;

pub use changes::{ChangeEntry, ChangePage, UndoRequest};
pub use contacts::{BulkItem, BulkRequest, BulkResult, BulkResults, By, ContactPage};
pub use feed::FeedPage;
pub use groups::{GroupChange, GroupCreation, GroupEntry, GroupPage, MemberEntry, MemberPage};
pub use jobs::{DuplicatesRequest, ExportRequest, JobEntry, JobList};
pub use organizations::{OrganizationChange, OrganizationCreation, OrganizationEntry, OrganizationPage};
pub use problem::{Fault, Problem};
pub use tokens::{ClientCreation, ClientEntry, ClientPage, TokenCreation, TokenEntry, TokenPage};
pub use webhooks::{LetterEntry, LetterList, WebhookCreation, WebhookEntry, WebhookList};
