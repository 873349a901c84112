//! `cardfile export`.

use std::io::{BufWriter, ErrorKind, stdout};
use std::sync::Arc;

use anyhow::{Context, Result};
use cardfile_interchange::{WriteOptions, Writer};
use cardfile_jobs::Around;
use cardfile_model::{Filter, Numbers, OrganizationId};
use futures_util::{StreamExt, stream};

use super::format;
use crate::arguments::{Common, Export};
use crate::commands::open;

/// People read at once.
const SLICE: usize = 1_000;

/// Slices being read or waiting to be written.
const AHEAD: usize = 3;

/// Writes everyone who belongs to an organization to standard output. Who comes meanwhile is not in it, who goes may not be.
pub(in crate::commands) async fn export(common: &Common, asked: Export) -> Result<()> {
    let installation = open(common).await?;
    let keeper = installation.directory.keeper(OrganizationId(asked.org)).await?;
    let options = WriteOptions { places: Arc::new(Around(Arc::clone(keeper.tree()))), ..WriteOptions::default() };
    let out = BufWriter::with_capacity(1 << 16, stdout().lock());
    let mut writer = Writer::new(format(&asked.format)?, out, options)?;
    let everyone = keeper.everyone(Filter::All).await?;
    let mut numbers = everyone.iter();
    let slices = std::iter::from_fn(|| {
        let slice: Numbers = numbers.by_ref().take(SLICE).collect();
        Some(slice).filter(|slice| !slice.is_empty())
    });
    // The next ones are read on other threads while these are written here. Nobody of a slice may be left when it is read.
    let mut read = stream::iter(slices).map(|slice| keeper.people(slice)).buffered(AHEAD);
    while let Some(people) = read.next().await {
        match people?.iter().try_for_each(|record| writer.write(record)) {
            // Whoever read it has seen enough.
            Err(error) if error.kind() == ErrorKind::BrokenPipe => return Ok(()),
            written => written.context("standard output cannot be written to")?,
        }
    }
    match writer.finish() {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        finished => finished.map(drop).context("standard output cannot be written to"),
    }
}
