//! Webhooks and what could not be delivered, as they are told.

use cardfile_directory::{Error, Job, Result};
use cardfile_jobs::{Document, Webhook, Work};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// An address that is to be told what changes.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WebhookCreation {
    /// Where deliveries are sent to: `https://` or `http://`.
    pub url: String,
    /// Whether organizations below are meant too.
    #[serde(default)]
    pub below: bool,
    /// What deliveries are signed with, at least 24 bytes; made unless said.
    #[serde(default)]
    pub secret: Option<String>,
}

/// A webhook.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct WebhookEntry {
    /// The id.
    pub id: Uuid,
    /// Where deliveries are sent to.
    pub url: String,
    /// Whether organizations below are meant too.
    pub below: bool,
    /// What deliveries are signed with; told only when the webhook is made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret: Option<String>,
    /// When it was made, RFC 3339.
    #[schema(value_type = String, format = DateTime)]
    pub created: Timestamp,
    /// Whether deliveries are sent; not any more after the address answered 410.
    pub active: bool,
    /// Deliveries that were taken.
    pub delivered: u64,
    /// How often in a row the delivery at hand was tried in vain.
    pub tries: u32,
    /// Why it was not taken the last time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
    /// When it is tried again, RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub next_try: Option<Timestamp>,
    /// How many dead letters there are.
    pub dead_letters: usize,
}

/// The webhooks of an organization.
#[derive(Debug, Serialize, ToSchema)]
pub struct WebhookList {
    /// The oldest first.
    pub items: Vec<WebhookEntry>,
}

/// A delivery that was tried in vain.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct LetterEntry {
    /// Its number.
    pub number: u32,
    /// When it was given up, RFC 3339.
    #[schema(value_type = String, format = DateTime)]
    pub time: Timestamp,
    /// How often it was tried.
    pub tries: u32,
    /// Why it was not taken the last time.
    pub problem: String,
    /// How long its body is.
    pub bytes: u64,
    /// Whether it is about to be sent again.
    pub again: bool,
}

/// The dead letters of a webhook.
#[derive(Debug, Serialize, ToSchema)]
pub struct LetterList {
    /// The oldest first.
    pub items: Vec<LetterEntry>,
}

impl WebhookEntry {
    /// A webhook as it is told, without its secret.
    ///
    /// # Errors
    /// `Internal` for a job that is none.
    pub fn of(job: &Job) -> Result<Self> {
        let Document { work, tries, problem, .. } = Document::read(job.document.clone())?;
        let Work::Webhook(Webhook { url, below, delivered, letters, .. }) = work else {
            return Err(Error::internal("a webhook is none"));
        };
        Ok(WebhookEntry {
            id: job.id,
            url,
            below,
            secret: None,
            created: job.created,
            active: !job.state.is_over(),
            delivered,
            tries,
            problem,
            next_try: (tries > 0).then_some(job.due),
            dead_letters: letters.len(),
        })
    }
}
