//! `cardfile org`: organizations.

use anyhow::{Context, Result, ensure};
use cardfile_directory::{Directory, OrganizationDraft, phones};
use cardfile_model::{Organization, OrganizationId, TenantId};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{open, open_or_make};
use crate::arguments::{Common, Org};
use crate::output::Output;

pub(super) async fn run(common: &Common, asked: Org, output: &Output) -> Result<()> {
    match asked {
        Org::Add { name, id, tenant, parent, country } => {
            let installation = open_or_make(common).await?;
            let directory = &installation.directory;
            let id = OrganizationId(id.unwrap_or_else(|| directory.next_id()));
            let parent = parent.map(OrganizationId);
            let tenant = match (tenant, parent) {
                (None, Some(parent)) => Some(tenant_of(directory, parent).await?),
                (tenant, _) => tenant.map(TenantId),
            };
            let country = country.as_deref().map(known_country).transpose()?;
            let draft = OrganizationDraft { tenant, parent, country, ..OrganizationDraft::new(id, name) };
            let (tenant, made) = directory.add_organization(draft).await?;
            let json = json!({"id": made.id, "number": made.number, "tenant": tenant});
            output.answer(&json, || {
                let next = format!("next: cardfile token add --org {} --data {}", made.id, common.data.display());
                eprintln!("{next}");
                made.id.to_string()
            })
        }
        Org::List { tenant } => list(&open(common).await?.directory, tenant, output).await,
        Org::Lock { id } => lock(common, id, true, output).await,
        Org::Unlock { id } => lock(common, id, false, output).await,
    }
}

fn known_country(code: &str) -> Result<String> {
    let code = code.to_ascii_uppercase();
    ensure!(phones::is_country(&code), "no country is known by `{code}`; write two letters, such as GB or NO");
    Ok(code)
}

async fn tenant_of(directory: &Directory, organization: OrganizationId) -> Result<TenantId> {
    let found = directory.store().tenant_of(organization).await?;
    found.with_context(|| format!("organization {organization} is not known"))
}

async fn list(directory: &Directory, tenant: Option<Uuid>, output: &Output) -> Result<()> {
    let store = directory.store();
    let tenants = match tenant {
        Some(tenant) => vec![TenantId(tenant)],
        None => store.tenants().await?,
    };
    let mut found = Vec::new();
    for tenant in tenants {
        found.extend(store.organizations(tenant).await?.into_iter().map(|organization| (tenant, organization)));
    }
    let json: Vec<Value> = found.iter().map(|(tenant, organization)| as_json(*tenant, organization)).collect();
    output.answer(&Value::Array(json), || found.iter().map(|(_, found)| as_line(found)).collect::<Vec<_>>().join("\n"))
}

async fn lock(common: &Common, id: Uuid, is_locked: bool, output: &Output) -> Result<()> {
    let installation = open(common).await?;
    installation.directory.lock_organization(OrganizationId(id), is_locked).await?;
    let state = if is_locked { "locked" } else { "unlocked" };
    output.answer(&json!({"id": id, "is_locked": is_locked}), || format!("{id} is {state}"))
}

fn as_json(tenant: TenantId, organization: &Organization) -> Value {
    let Organization { id, number, parent, name, country, is_locked, is_active, .. } = organization;
    json!({
        "id": id,
        "number": number,
        "tenant": tenant,
        "parent": parent,
        "name": name,
        "country": country,
        "is_locked": is_locked,
        "is_active": is_active,
    })
}

fn as_line(organization: &Organization) -> String {
    let indent = if organization.parent.is_some() { "  " } else { "" };
    let locked = if organization.is_locked { "  (locked)" } else { "" };
    format!("{}  {indent}{}{locked}", organization.id, organization.name)
}
