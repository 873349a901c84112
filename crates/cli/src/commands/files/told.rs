//! What an import tells while it goes on, and at its end.

use std::io::{IsTerminal, stderr};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::rows::{RowResult, Status};

/// How often a line is written where nobody looks at it as it comes.
const PAUSE: Duration = Duration::from_secs(5);

/// What came of rows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Tally {
    pub(super) created: u64,
    pub(super) changed: u64,
    pub(super) unchanged: u64,
    pub(super) rejected: u64,
}

impl Tally {
    pub(super) fn add(&mut self, results: &[RowResult]) {
        for result in results {
            match result.status {
                Status::Created => self.created += 1,
                Status::Changed => self.changed += 1,
                Status::Unchanged => self.unchanged += 1,
                Status::Rejected => self.rejected += 1,
            }
        }
    }

    pub(super) fn rows(&self) -> u64 {
        self.created + self.changed + self.unchanged + self.rejected
    }

    pub(super) fn as_json(&self) -> Value {
        let Tally { created, changed, unchanged, rejected } = self;
        json!({"rows": self.rows(), "created": created, "changed": changed, "unchanged": unchanged, "rejected": rejected})
    }

    pub(super) fn as_text(&self) -> String {
        let Tally { created, changed, unchanged, rejected } = self;
        format!("{} rows: {created} created, {changed} changed, {unchanged} unchanged, {rejected} rejected", self.rows())
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
    pub(super) fn tell(&mut self, tally: &Tally, (read, bytes): (u64, Option<u64>)) {
        let pause = if self.is_terminal { Duration::from_millis(200) } else { PAUSE };
        if self.last.unwrap_or(self.begun).elapsed() < pause {
            return;
        }
        self.last = Some(Instant::now());
        let seconds = self.begun.elapsed().as_secs().max(1);
        let rate = (tally.rows() - self.first) / seconds;
        let left = bytes.filter(|_| read > 0).map(|bytes| bytes.saturating_sub(read) * seconds / read);
        let left = left.map(|left| format!(", about {left} s left")).unwrap_or_default();
        let line = format!("{}; {rate} a second{left}", tally.as_text());
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
    fn each_row_is_counted_once() {
        let row = |status| RowResult { row: 1, status, id: None, number: None, reason: None };
        let mut tally = Tally::default();
        tally.add(&[row(Status::Created), row(Status::Rejected), row(Status::Created), row(Status::Unchanged)]);
        assert_eq!(tally.as_text(), "4 rows: 2 created, 0 changed, 1 unchanged, 1 rejected");
        assert_eq!(tally.as_json()["rows"], 4);
    }
}
