//! How far a move has come, on standard error: one line that changes on a terminal, else a line now and then.

use std::io::{IsTerminal, Write, stderr};
use std::time::{Duration, Instant};

use cardfile_engine::transfer::{Phase, Progress};
use jiff::SignedDuration;

/// The time between two lines; on a terminal they change more often.
const PAUSE: Duration = Duration::from_secs(1);
const PAUSE_ON_TERMINAL: Duration = Duration::from_millis(100);

/// What was told so far.
pub(super) struct Told {
    is_terminal: bool,
    phase: Option<Phase>,
    begun: Instant,
    last: Option<Instant>,
    /// Whether a line stands on the terminal that may still change.
    is_open: bool,
}

impl Told {
    pub(super) fn new() -> Self {
        Told { is_terminal: stderr().is_terminal(), phase: None, begun: Instant::now(), last: None, is_open: false }
    }

    /// Tells how far it has come, unless that was told just now.
    pub(super) fn tell(&mut self, progress: &Progress) {
        let now = Instant::now();
        if self.phase != Some(progress.phase) {
            (self.phase, self.begun) = (Some(progress.phase), now);
        }
        let pause = if self.is_terminal { PAUSE_ON_TERMINAL } else { PAUSE };
        if self.last.is_some_and(|last| now - last < pause) {
            return;
        }
        self.last = Some(now);
        let line = line(progress, now - self.begun);
        // Whoever does not listen has what is moved all the same.
        let _ = if self.is_terminal { write!(stderr(), "\r{line}\x1b[K") } else { writeln!(stderr(), "{line}") };
        self.is_open = self.is_terminal;
    }

    /// Nothing more will be told.
    pub(super) fn end(&mut self) {
        if std::mem::take(&mut self.is_open) {
            let _ = writeln!(stderr());
        }
    }
}

fn line(progress: &Progress, elapsed: Duration) -> String {
    let Progress { phase, tenants, of_tenants, rows, bytes, rows_left } = *progress;
    let doing = match phase {
        Phase::Moving => "moving",
        Phase::Verifying => "verifying",
    };
    let told = format!("{doing}: {tenants} of {of_tenants} tenants, {rows} rows");
    let milliseconds = u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX);
    if rows == 0 || milliseconds < 500 {
        return told;
    }
    let (rate, kib) = (rows * 1_000 / milliseconds, bytes * 1_000 / milliseconds / 1_024);
    let left = SignedDuration::from_secs(i64::try_from(rows_left / rate.max(1)).unwrap_or(i64::MAX));
    format!("{told}, {rate} rows/s, {}.{} MiB/s, about {left:#} left", kib / 1_024, kib % 1_024 * 10 / 1_024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rate_and_time_left_are_told() {
        let progress =
            Progress { phase: Phase::Moving, tenants: 1, of_tenants: 3, rows: 20_000, bytes: 5 << 20, rows_left: 650_000 };
        let told = "moving: 1 of 3 tenants, 20000 rows";
        assert_eq!(line(&progress, Duration::from_millis(10)), told);
        let rates = "10000 rows/s, 2.5 MiB/s, about 1m 5s left";
        assert_eq!(line(&progress, Duration::from_secs(2)), format!("{told}, {rates}"));
    }
}
