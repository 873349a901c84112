//! What commands print on standard output: lines for people, or JSON for programs.

use std::io::{Write, stdout};

use anyhow::{Context, Result};
use serde_json::Value;

/// Where a command's answer goes.
pub(crate) struct Output {
    pub(crate) is_json: bool,
}

impl Output {
    /// Prints an answer: as JSON on one line, or the text, made only if it is wanted.
    pub(crate) fn answer(&self, json: &Value, text: impl FnOnce() -> String) -> Result<()> {
        let answer = if self.is_json { json.to_string() } else { text() };
        if answer.is_empty() {
            return Ok(());
        }
        match writeln!(stdout(), "{answer}") {
            // Whoever read it has seen enough.
            Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
            written => written.context("standard output cannot be written to"),
        }
    }
}
