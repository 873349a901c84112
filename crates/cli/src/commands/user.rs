//! `cardfile user`: people who sign in with a name and a password.

use anyhow::Result;
use cardfile_directory::Surface;
use cardfile_model::OrganizationId;
use serde_json::{Value, json};

use super::{open, secret};
use crate::arguments::{Common, Post, User, Who};
use crate::output::Output;

pub(super) async fn run(common: &Common, asked: User, output: &Output) -> Result<()> {
    let directory = open(common).await?.directory;
    match asked {
        User::Add { who: Who { org, login, role }, password } => {
            let (is_made, password) = (password.is_none(), password.map(secret).transpose()?);
            let made = directory.add_login(OrganizationId(org), surface(role), &login, password).await?;
            tell(&made, is_made, output)
        }
        User::List { org } => {
            let logins = directory.logins(OrganizationId(org)).await?;
            let json =
                logins.iter().map(|login| json!({"login": login.name, "role": role(login.surface), "created": login.created}));
            let json = Value::Array(json.collect());
            let line = |login: &cardfile_directory::Login| format!("{}  {}", role(login.surface), login.name);
            output.answer(&json, || logins.iter().map(line).collect::<Vec<_>>().join("\n"))
        }
        User::Remove { who: Who { org, login, role } } => {
            directory.remove_login(OrganizationId(org), surface(role), &login).await?;
            output.answer(&json!({"is_removed": true}), || "removed".into())
        }
        User::Password { who: Who { org, login, role }, password } => {
            let (is_made, password) = (password.is_none(), password.map(secret).transpose()?);
            let changed = directory.change_password(OrganizationId(org), surface(role), &login, password).await?;
            tell(&changed, is_made, output)
        }
    }
}

fn tell((login, password): &(String, String), is_made: bool, output: &Output) -> Result<()> {
    output.answer(&json!({"login": login, "password": password}), || {
        if !is_made {
            return login.clone();
        }
        eprintln!("log-in {login}; its password is shown now and never again:");
        password.clone()
    })
}

fn surface(post: Post) -> Surface {
    match post {
        Post::MerchantAdmin => Surface::Admin,
        Post::Agent => Surface::Agent,
    }
}

fn role(surface: Surface) -> &'static str {
    match surface {
        Surface::Admin => "merchant-admin",
        Surface::Agent => "agent",
        Surface::Store => "shopper",
    }
}
