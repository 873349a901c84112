//! `cardfile erase` and `cardfile bundle`: one person whole.

use std::sync::Arc;

use anyhow::{Context, Result, bail};
use cardfile_interchange::json::Bundle;
use cardfile_model::OrganizationId;
use serde_json::json;
use uuid::Uuid;

use super::open;
use crate::arguments::Common;
use crate::output::Output;
use cardfile_jobs::Around;

/// Erases a person, if that is meant in earnest.
pub(super) async fn erase(common: &Common, org: Uuid, contact: Uuid, is_meant: bool, output: &Output) -> Result<()> {
    if !is_meant {
        bail!("who is erased never comes back; say --yes if that is meant");
    }
    let applied = open(common).await?.directory.erase(OrganizationId(org), contact).await?;
    let number = applied.number.context("the store answered no number")?;
    let json = json!({"revision": applied.revision, "number": number});
    output.answer(&json, || format!("person {number} is erased by change {}", applied.revision))
}

/// Prints all that is kept of a person, as JSON in any case.
pub(super) async fn bundle(common: &Common, org: Uuid, contact: Uuid, output: &Output) -> Result<()> {
    let installation = open(common).await?;
    let keeper = installation.directory.keeper(OrganizationId(org)).await?;
    let dossier = installation.directory.bundle(OrganizationId(org), contact).await?;
    let bundle = serde_json::to_value(Bundle::of(&dossier, &Around(Arc::clone(keeper.tree()))))?;
    output.answer(&bundle, || format!("{bundle:#}"))
}
