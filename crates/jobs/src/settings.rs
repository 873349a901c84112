//! What an operator may set about jobs.

use serde::{Deserialize, Serialize};

/// How jobs are done. Every key has a default.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Jobs that one process does at the same time.
    pub at_once: usize,
    /// Hours that a job and its files are kept when it has ended.
    pub retention_hours: u32,
    /// Seconds after which another process takes up the job of one that is silent.
    pub lease_seconds: u32,
    /// How many of a hundred people of an organization an import may delete or blank without being told to go on.
    pub guard_percent: u8,
    /// How many people it may delete or blank in any case.
    pub guard_people: u64,
    /// How often a job is tried again, with growing pauses, when the storage does not answer.
    pub tries: u32,
    /// How often a delivery of a webhook is tried before it is a dead letter.
    pub webhook_tries: u32,
    /// Dead letters of a webhook that are kept; the oldest go first.
    pub webhook_letters: usize,
    /// Seconds that the address of a webhook may take to answer.
    pub webhook_seconds: u32,
    /// Whether webhooks may go to addresses within this network, such as 10.0.0.1 or localhost.
    pub webhook_private: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            at_once: 2,
            retention_hours: 7 * 24,
            lease_seconds: 30,
            guard_percent: 20,
            guard_people: 50,
            tries: 10,
            webhook_tries: 8,
            webhook_letters: 1000,
            webhook_seconds: 10,
            webhook_private: false,
        }
    }
}

impl Settings {
    /// Whether these settings make sense.
    ///
    /// # Errors
    /// A sentence that begins with the key at fault.
    pub fn check(&self) -> Result<(), String> {
        let positive = [
            ("at_once", self.at_once as u64),
            ("retention_hours", self.retention_hours.into()),
            ("lease_seconds", self.lease_seconds.into()),
            ("webhook_tries", self.webhook_tries.into()),
            ("webhook_seconds", self.webhook_seconds.into()),
        ];
        if let Some((key, _)) = positive.iter().find(|(_, value)| *value == 0) {
            return Err(format!("{key}: must be at least 1"));
        }
        if self.guard_percent > 100 {
            return Err("guard_percent: must be from 0 to 100".to_owned());
        }
        Ok(())
    }

    /// From how many of an organization's people an import may take something without being told to go on.
    #[must_use]
    pub fn allowance(&self, of: u64) -> u64 {
        self.guard_people.max(of.saturating_mul(self.guard_percent.into()) / 100)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_that_make_no_sense_are_refused_by_their_key() {
        assert_eq!(Settings::default().check(), Ok(()));
        let refused = |settings: Settings| settings.check().unwrap_err().split(':').next().map(str::to_owned);
        assert_eq!(refused(Settings { at_once: 0, ..Settings::default() }).as_deref(), Some("at_once"));
        assert_eq!(refused(Settings { lease_seconds: 0, ..Settings::default() }).as_deref(), Some("lease_seconds"));
        assert_eq!(refused(Settings { guard_percent: 101, ..Settings::default() }).as_deref(), Some("guard_percent"));
    }

    #[test]
    fn few_people_and_small_shares_are_allowed() {
        let settings = Settings::default();
        assert_eq!((settings.allowance(0), settings.allowance(1000), settings.allowance(u64::MAX)), (50, 200, u64::MAX / 100));
    }
}
