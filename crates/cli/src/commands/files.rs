//! `cardfile import` and `cardfile export`: people out of files and into them.

mod export;
mod import;
mod journal;
mod rows;
mod told;

use std::sync::Arc;

use anyhow::{Result, bail};
use cardfile_interchange::Format;
use cardfile_interchange::json::Places;
use cardfile_model::{OrganizationId, Tree};
use uuid::Uuid;

pub(super) use export::export;
pub(super) use import::import;

/// The organizations of a tenant.
struct Around(Arc<Tree>);

impl Places for Around {
    fn id(&self, number: u32) -> Option<Uuid> {
        self.0.at(number).map(|found| found.id.0)
    }

    fn number(&self, id: Uuid) -> Option<u32> {
        self.0.get(OrganizationId(id)).map(|found| found.number)
    }
}

/// The format of a name.
fn format(name: &str) -> Result<Format> {
    match Format::read(name) {
        Some(format) => Ok(format),
        None => bail!("there is no format {name}: it is csv, vcard, jscontact, ldif or jsonl"),
    }
}
