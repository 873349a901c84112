//! `cardfile client`: OAuth clients.

use anyhow::Result;
use cardfile_model::OrganizationId;
use serde_json::{Value, json};

use super::open;
use crate::arguments::{Client, Common};
use crate::output::Output;

pub(super) async fn run(common: &Common, asked: Client, output: &Output) -> Result<()> {
    let directory = open(common).await?.directory;
    match asked {
        Client::Add { org, name } => {
            let (id, secret) = directory.add_client(OrganizationId(org), name).await?;
            let json = json!({"client_id": id, "client_secret": secret});
            output.answer(&json, || {
                eprintln!("client {id}; its secret is shown now and never again:");
                secret.clone()
            })
        }
        Client::List { org } => {
            let clients = directory.clients(OrganizationId(org)).await?;
            let json = clients.iter().map(|client| json!({"client_id": client.id, "created": client.created}));
            let json = Value::Array(json.collect());
            output.answer(&json, || clients.iter().map(|client| client.id.clone()).collect::<Vec<_>>().join("\n"))
        }
        Client::Remove { client, org } => {
            directory.remove_client(OrganizationId(org), &client).await?;
            output.answer(&json!({"is_removed": true}), || "removed".into())
        }
    }
}
