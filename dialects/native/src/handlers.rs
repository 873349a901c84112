//! One file for each resource: read, ask the directory, answer.

pub mod bulk;
pub mod changes;
pub mod contacts;
pub mod feed;
pub mod groups;
pub mod jobs;
pub mod list;
pub mod lookup;
pub mod members;
pub mod merges;
pub mod organizations;
pub mod person;
pub mod plans;
pub mod starts;
pub mod tokens;
pub mod verbs;
pub mod webhooks;
