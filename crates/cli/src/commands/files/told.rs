//! What an import tells while it goes on, and at its end.

use std::io::{IsTerminal, stderr};
use std::time::{Duration, Instant};

use cardfile_jobs::Tally;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// How often a line is written where nobody looks at it as it comes.
const PAUSE: Duration = Duration::from_secs(5);

/// What came of an import.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Came {
    /// Of its rows.
    #[serde(flatten)]
    pub(super) tally: Tally,
    /// Contacts that went to the trash, for a file that has everyone does not have them.
    #[serde(default)]
    pub(super) deleted: u64,
    /// Cards that lost all that they had in some member.
    #[serde(default)]
    pub(super) blanked: u64,
}

impl Came {
    pub(super) fn as_json(&self) -> Value {
        let Tally { created, changed, unchanged, rejected } = self.tally;
        json!({
            "rows": self.tally.rows(),
            "created": created,
            "changed": changed,
            "unchanged": unchanged,
            "rejected": rejected,
            "deleted": self.deleted,
        })
    }

    pub(super) fn as_text(&self) -> String {
        let Tally { created, changed, unchanged, rejected } = self.tally;
        let rows = self.tally.rows();
        let deleted = if self.deleted > 0 { format!(", {} deleted", self.deleted) } else { String::new() };
        format!("{rows} rows: {created} created, {changed} changed, {unchanged} unchanged, {rejected} rejected{deleted}")
    }
}

/// Tells on standard error how far it has come: a line that is written over on a terminal, else one now and then.
pub(super) struct Progress {
    begun: Instant,
    last: Option<Instant>,
    is_terminal: bool,
    /// Rows that were done before.
    first: u64,
}

impl Progress {
    pub(super) fn new(first: u64) -> Self {
        Progress { begun: Instant::now(), last: None, is_terminal: stderr().is_terminal(), first }
    }

    /// `read` of `bytes` of the file are read.
    pub(super) fn tell(&mut self, came: &Came, (read, bytes): (u64, Option<u64>)) {
        let pause = if self.is_terminal { Duration::from_millis(200) } else { PAUSE };
        if self.last.unwrap_or(self.begun).elapsed() < pause {
            return;
        }
        self.last = Some(Instant::now());
        let seconds = self.begun.elapsed().as_secs().max(1);
        let rate = (came.tally.rows() - self.first) / seconds;
        let left = bytes.filter(|_| read > 0).map(|bytes| bytes.saturating_sub(read) * seconds / read);
        let left = left.map(|left| format!(", about {left} s left")).unwrap_or_default();
        let line = format!("{}; {rate} a second{left}", came.as_text());
        if self.is_terminal { eprint!("\r\x1b[2K{line}") } else { eprintln!("{line}") }
    }

    /// Leaves the line.
    pub(super) fn end(&self) {
        if self.is_terminal && self.last.is_some() {
            eprintln!();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_came_is_told_in_a_line() {
        let tally = Tally { created: 2, changed: 0, unchanged: 1, rejected: 1 };
        let came = Came { tally, ..Came::default() };
        assert_eq!(came.as_text(), "4 rows: 2 created, 0 changed, 1 unchanged, 1 rejected");
        let came = Came { deleted: 3, ..came };
        assert!(came.as_text().ends_with(", 3 deleted") && came.as_json()["rows"] == 4);
    }
}
