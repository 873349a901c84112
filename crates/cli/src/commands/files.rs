//! `cardfile import` and `cardfile export`: people out of files and into them.

mod belt;
mod export;
mod import;
mod journal;
mod told;

use anyhow::{Result, bail};
use cardfile_interchange::Format;

pub(super) use export::export;
pub(super) use import::import;

/// The format of a name.
fn format(name: &str) -> Result<Format> {
    match Format::read(name) {
        Some(format) => Ok(format),
        None => bail!("there is no format {name}: it is csv, vcard, jscontact, ldif or jsonl"),
    }
}
