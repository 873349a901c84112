//! What an operator may set about this door.

use serde::{Deserialize, Serialize};

/// How this door answers. Every key has a default.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Items on a page when a program does not say how many.
    pub page_default: usize,
    /// Items on a page at most.
    pub page_cap: usize,
    /// Characters of a filter.
    pub filter_chars: usize,
    /// Ids or numbers in a selection.
    pub selected_items: usize,
    /// Differences of cards that a plan tells of when a program does not say how many, and at most.
    pub plan_differences: usize,
    /// Hours that a plan can be applied.
    pub plan_hours: u32,
    /// Seconds that a request may wait for a change, at most.
    pub feed_wait_seconds: u32,
    /// Seconds of silence after which a stream of changes says that it is still there.
    pub feed_heartbeat_seconds: u32,
    /// The largest file that can be sent to be imported, in MiB.
    pub import_mib: u32,
    /// Seconds that a file may take to come.
    pub import_seconds: u32,
    /// How many of a hundred people of an organization one request may delete or blank without being confirmed.
    pub guard_percent: u8,
    /// How many people it may delete or blank in any case.
    pub guard_people: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            page_default: 50,
            page_cap: 1000,
            filter_chars: 10_000,
            selected_items: 100_000,
            plan_differences: 20,
            plan_hours: 24,
            feed_wait_seconds: 25,
            feed_heartbeat_seconds: 15,
            import_mib: 1024,
            import_seconds: 3600,
            guard_percent: 20,
            guard_people: 50,
        }
    }
}

impl Settings {
    /// Whether these settings make sense.
    ///
    /// # Errors
    /// A sentence that begins with the key at fault.
    pub fn check(&self) -> Result<(), String> {
        if self.page_default == 0 || self.page_default > self.page_cap {
            return Err(format!("page_default: must be from 1 to page_cap ({})", self.page_cap));
        }
        if self.guard_percent > 100 {
            return Err("guard_percent: must be from 0 to 100".to_owned());
        }
        if self.plan_hours == 0 {
            return Err("plan_hours: must be at least 1".to_owned());
        }
        if self.import_mib == 0 || self.import_seconds == 0 {
            return Err("import_mib, import_seconds: must be at least 1".to_owned());
        }
        if self.feed_heartbeat_seconds == 0 {
            return Err("feed_heartbeat_seconds: must be at least 1".to_owned());
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_that_make_no_sense_are_refused_by_their_key() {
        assert_eq!(Settings::default().check(), Ok(()));
        let refused = |settings: Settings| settings.check().unwrap_err().split(':').next().map(str::to_owned);
        assert_eq!(refused(Settings { page_default: 0, ..Settings::default() }).as_deref(), Some("page_default"));
        assert_eq!(refused(Settings { page_cap: 49, ..Settings::default() }).as_deref(), Some("page_default"));
        assert_eq!(refused(Settings { guard_percent: 101, ..Settings::default() }).as_deref(), Some("guard_percent"));
        assert_eq!(refused(Settings { plan_hours: 0, ..Settings::default() }).as_deref(), Some("plan_hours"));
        let silent = Settings { feed_heartbeat_seconds: 0, ..Settings::default() };
        assert_eq!(refused(silent).as_deref(), Some("feed_heartbeat_seconds"));
    }
}
