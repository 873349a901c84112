//! What is kept of a webhook.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// The kind of a job that is a webhook.
pub const WEBHOOK: &str = "webhook";

/// Where what changes is sent to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Webhook {
    /// The address.
    pub url: String,
    /// What deliveries are signed with.
    pub secret: String,
    /// Whether organizations below are meant too.
    pub below: bool,
    /// Behind what it has sent: [`cardfile_directory::Position`] as text.
    pub position: String,
    /// Deliveries that were taken.
    #[serde(default)]
    pub delivered: u64,
    /// Deliveries that were tried in vain, the oldest first.
    #[serde(default)]
    pub letters: Vec<Letter>,
    /// How many of these there ever were.
    #[serde(default)]
    pub letters_ever: u32,
    /// Which of these are to be sent again.
    #[serde(default)]
    pub again: BTreeSet<u32>,
}

/// A delivery that was tried in vain: a dead letter. Its body is a file of the job.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Letter {
    /// Its number, given once.
    pub number: u32,
    /// When it was given up.
    pub time: Timestamp,
    /// Behind what it is.
    pub since: String,
    /// How often it was tried.
    pub tries: u32,
    /// Why it was not taken the last time.
    pub problem: String,
    /// How long its body is.
    pub bytes: u64,
}

impl Webhook {
    /// The dead letter of a number.
    pub fn letter_mut(&mut self, number: u32) -> Option<&mut Letter> {
        self.letters.iter_mut().find(|letter| letter.number == number)
    }

    /// Lets go of the dead letter of a number; answers whether there was one.
    pub fn forget_letter(&mut self, number: u32) -> bool {
        let before = self.letters.len();
        self.letters.retain(|letter| letter.number != number);
        self.letters.len() < before
    }
}
