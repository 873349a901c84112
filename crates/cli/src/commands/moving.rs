//! `cardfile move`: the whole directory from one place to another.

mod told;

use std::collections::BTreeMap;
use std::fs::DirBuilder;
use std::os::unix::fs::DirBuilderExt;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use cardfile_engine::Database;
use cardfile_engine::transfer::{Report, Settings, transfer};
use cardfile_server::{Config, Place};
use serde_json::{Value, json};
use uuid::Uuid;

use super::load;
use crate::arguments::Common;
use crate::output::Output;
use told::Told;

pub(super) async fn run(common: &Common, to: &str, output: &Output) -> Result<ExitCode> {
    let config = load(common, &[])?.config;
    let (from, to) = (common.place(), place(to));
    let source = source(&from, &config).await.with_context(|| format!("{from} cannot be read"))?;
    let target = target(&to, &config).await.with_context(|| format!("{to} cannot be opened"))?;
    let moving = tokio::task::spawn_blocking(move || {
        let mut told = Told::new();
        let report = transfer(&*source, &*target, Settings::default(), &mut |progress| told.tell(progress));
        told.end();
        target.close();
        source.close();
        report
    });
    let report = moving.await?.with_context(|| format!("{from} is not moved into {to}"))?;
    output.answer(&as_json(&report), || as_text(&report, &to))?;
    Ok(if report.differences.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn place(text: &str) -> Place {
    if text.contains("://") { Place::Database(text.to_owned()) } else { Place::Embedded(text.into()) }
}

/// Where a directory is moved from, for reading only.
async fn source(place: &Place, config: &Config) -> Result<Arc<dyn Database>> {
    Ok(match place {
        Place::Embedded(data) if !data.join("cardfile.db").exists() => bail!("there is no directory in {}", data.display()),
        Place::Embedded(data) => cardfile_store_sqlite::reading(data, config.store)?,
        Place::Database(url) => cardfile_store_postgres::database(url, config.postgres).await?,
    })
}

/// Where it is moved to. A data directory that is not there is made, for its owner's eyes only.
async fn target(place: &Place, config: &Config) -> Result<Arc<dyn Database>> {
    Ok(match place {
        Place::Embedded(data) => {
            DirBuilder::new().recursive(true).mode(0o700).create(data)?;
            cardfile_store_sqlite::database(data, config.store)?
        }
        Place::Database(url) => cardfile_store_postgres::database(url, config.postgres).await?,
    })
}

fn as_json(report: &Report) -> Value {
    let tables: BTreeMap<&str, u64> = report.tables.iter().copied().collect();
    let differences = report.differences.iter().map(|found| json!({"tenant": found.tenant, "message": found.message}));
    json!({
        "tenants": report.tenants,
        "rows": tables.values().sum::<u64>(),
        "written": report.written,
        "tables": tables,
        "differences": differences.collect::<Vec<_>>(),
    })
}

fn as_text(report: &Report, to: &Place) -> String {
    let Report { tenants, written, tables, differences } = report;
    let rows: u64 = tables.iter().map(|(_, rows)| rows).sum();
    if differences.is_empty() {
        return format!("moved into {to}: tenants {tenants}, rows {rows} ({written} of them now); both sides agree");
    }
    let mut lines: BTreeMap<Uuid, String> = BTreeMap::new();
    for found in differences {
        let line = lines.entry(found.tenant.0).or_insert_with(|| format!("tenant {} differs", found.tenant));
        *line = format!("{line}; {}", found.message);
    }
    let mut lines: Vec<String> = lines.into_values().collect();
    lines.push("`cardfile move` again begins these tenants anew".to_owned());
    lines.join("\n")
}
