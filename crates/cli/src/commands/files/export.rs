//! `cardfile export`.

use std::io::{BufWriter, ErrorKind, stdout};
use std::sync::Arc;

use anyhow::{Context, Result};
use cardfile_interchange::{WriteOptions, Writer};
use cardfile_jobs::Around;
use cardfile_model::{Filter, Numbers, OrganizationId};

use super::format;
use crate::arguments::{Common, Export};
use crate::commands::open;

/// People read at once.
const SLICE: usize = 1_000;

/// Writes everyone who belongs to an organization to standard output. Who comes meanwhile is not in it, who goes may not be.
pub(in crate::commands) async fn export(common: &Common, asked: Export) -> Result<()> {
    let installation = open(common).await?;
    let keeper = installation.directory.keeper(OrganizationId(asked.org)).await?;
    let options = WriteOptions { places: Arc::new(Around(Arc::clone(keeper.tree()))), ..WriteOptions::default() };
    let out = BufWriter::with_capacity(1 << 16, stdout().lock());
    let mut writer = Writer::new(format(&asked.format)?, out, options)?;
    let everyone = keeper.everyone(Filter::All).await?;
    let mut numbers = everyone.iter();
    let mut slice = || -> Numbers { numbers.by_ref().take(SLICE).collect() };
    let mut wanted = slice();
    let mut people = keeper.people(wanted.clone()).await?;
    // Nobody of a slice may be left when it is read.
    while !wanted.is_empty() {
        wanted = slice();
        // The next ones are read on another thread while these are written here.
        let written = async { people.iter().try_for_each(|record| writer.write(record)) };
        let (next, written) = tokio::join!(keeper.people(wanted.clone()), written);
        match written {
            // Whoever read it has seen enough.
            Err(error) if error.kind() == ErrorKind::BrokenPipe => return Ok(()),
            written => written.context("standard output cannot be written to")?,
        }
        people = next?;
    }
    match writer.finish() {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        finished => finished.map(drop).context("standard output cannot be written to"),
    }
}
