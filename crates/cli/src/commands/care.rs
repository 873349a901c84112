//! `cardfile backup`, `restore`, `check` and `purge`: keeping the data well.

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, Result, ensure};
use cardfile_directory::Finding;
use cardfile_server::{Kept, Place};
use serde_json::{Value, json};

use super::{load, open};
use crate::arguments::Common;
use crate::output::Output;

pub(super) async fn backup(common: &Common, file: &Path, output: &Output) -> Result<()> {
    common.place().data()?;
    if let Kept::Embedded(store) = open(common).await?.store {
        store.database().backup(file)?;
    }
    let bytes = file.metadata().with_context(|| format!("{} cannot be looked at", file.display()))?.len();
    output.answer(&json!({"file": file, "bytes": bytes}), || format!("{} holds {bytes} bytes", file.display()))
}

pub(super) fn restore(common: &Common, file: &Path, output: &Output) -> Result<()> {
    let place = common.place();
    let data = place.data()?;
    cardfile_store_sqlite::restore(file, data)?;
    output.answer(&json!({"data": data}), || format!("restored into {}", data.display()))
}

pub(super) async fn check(common: &Common, is_rebuilt: bool, output: &Output) -> Result<ExitCode> {
    let installation = open(common).await?;
    let store = installation.directory.store();
    if is_rebuilt {
        store.rebuild_index().await?;
    }
    let findings = store.check().await?;
    let json = json!({"findings": findings.iter().map(as_json).collect::<Vec<_>>()});
    output.answer(&json, || match findings.len() {
        0 => "everything agrees".into(),
        _ => findings.iter().map(as_line).collect::<Vec<_>>().join("\n"),
    })?;
    Ok(if findings.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

pub(super) async fn migrate(common: &Common, is_distributed: bool, output: &Output) -> Result<()> {
    let config = load(common, &[])?.config;
    let place = common.place();
    let Place::Database(url) = &place else {
        ensure!(!is_distributed, "--distribute is for a database: name one by --database URL");
        open(common).await?;
        return output.answer(&json!({"steps": null}), || "a data directory is brought up to date whenever it is opened".into());
    };
    let schema =
        cardfile_store_postgres::migrate(url, &config.postgres).await.with_context(|| format!("{place} cannot be prepared"))?;
    let mut lines = vec![format!("{place} has schema {}", schema.taken)];
    if is_distributed {
        let distributed = cardfile_store_postgres::distribute(url, &config.postgres).await;
        lines.extend(distributed.with_context(|| format!("{place} cannot be spread"))?.lines);
    }
    output.answer(&json!({"steps": schema.taken, "distributed": &lines[1..]}), || lines.join("\n"))
}

pub(super) async fn purge(common: &Common, output: &Output) -> Result<()> {
    let installation = open(common).await?;
    let mut people = 0;
    loop {
        match installation.directory.purge().await?.people {
            0 => break,
            slice => people += slice,
        }
    }
    output.answer(&json!({"people": people}), || format!("{people} people are gone for good"))
}

fn as_json(finding: &Finding) -> Value {
    let Finding { tenant, message, is_mended_by_rebuild } = finding;
    json!({"tenant": tenant, "message": message, "is_mended_by_rebuild": is_mended_by_rebuild})
}

fn as_line(finding: &Finding) -> String {
    let place = finding.tenant.map_or_else(|| "the file".to_owned(), |tenant| format!("tenant {tenant}"));
    let hint = if finding.is_mended_by_rebuild { " (`cardfile check --rebuild` mends it)" } else { "" };
    format!("{place}: {}{hint}", finding.message)
}
