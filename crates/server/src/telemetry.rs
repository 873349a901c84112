//! Logs on standard error: JSON, or text for people. Never a credential, a header or a body.

use std::io::{IsTerminal, stderr};

use anyhow::{Context, Result};
use tracing_subscriber::EnvFilter;

use crate::config::{Log, LogFormat};

/// Libraries that would tell what is in requests, if they were asked for more.
const QUIET: [&str; 3] = ["h2=info", "hyper=info", "rustls=info"];

/// Starts logging for the whole process; once.
///
/// # Errors
/// For a filter that cannot be read, or when logging was started before.
pub fn init(log: &Log) -> Result<()> {
    let mut filter = EnvFilter::try_new(&log.filter).with_context(|| format!("log.filter: `{}` is no filter", log.filter))?;
    for quiet in QUIET {
        filter = filter.add_directive(quiet.parse().context("a directive of ours is wrong")?);
    }
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(stderr).log_internal_errors(false);
    let is_json = match log.format {
        LogFormat::Auto => !stderr().is_terminal(),
        LogFormat::Json => true,
        LogFormat::Text => false,
    };
    let started =
        if is_json { lines.json().flatten_event(true).try_init() } else { lines.with_ansi(stderr().is_terminal()).try_init() };
    started.map_err(|error| anyhow::anyhow!("logging cannot be started: {error}"))
}
