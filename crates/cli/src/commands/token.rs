//! `cardfile token`: bearer tokens.

use anyhow::{Context, Result, bail};
use cardfile_directory::{Directory, Principal, Scopes};
use cardfile_model::{OrganizationId, Sources};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::{open, secret};
use crate::arguments::{Common, Role, Token, TokenAdd};
use crate::output::Output;

pub(super) async fn run(common: &Common, asked: Token, output: &Output) -> Result<()> {
    match asked {
        Token::Add(asked) => add(&open(common).await?.directory, asked, output).await,
        Token::Revoke { token } => {
            open(common).await?.directory.revoke_token(secret(token)?.trim()).await?;
            output.answer(&json!({"is_revoked": true}), || "revoked".into())
        }
    }
}

async fn add(directory: &Directory, asked: TokenAdd, output: &Output) -> Result<()> {
    let unknown: Vec<&str> = asked.scopes.iter().filter(|name| Scopes::covered_by(name).is_none()).map(String::as_str).collect();
    if !unknown.is_empty() {
        let known: Vec<&str> = Scopes::known().collect();
        bail!("no door knows the scope {}; known are {}", unknown.join(", "), known.join(", "));
    }
    let names = if asked.broadworks { &["CH", "Webex4Broadworks"][..] } else { &["CH"] };
    // Sources are the Webex door's matter; who asks for the directory's own door means everyone in it.
    let is_native = !asked.broadworks && asked.scopes.iter().any(|scope| scope.to_ascii_lowercase().starts_with("directory:"));
    let sources = if is_native { Sources::Any } else { Sources::Only(names.iter().copied().map(String::from).collect()) };
    let principal = Principal {
        id: directory.next_id(),
        name: None,
        organization: OrganizationId(asked.org),
        role: match asked.role {
            Role::Admin => cardfile_model::Role::Admin,
            Role::Reader => cardfile_model::Role::Reader,
        },
        scopes: Scopes(asked.scopes),
        sources,
        person: asked.person.unwrap_or_else(|| directory.next_id()),
        expires: asked.expires_in.map(|term| end(directory, term)).transpose()?,
    };
    let (id, person) = (principal.id, principal.person);
    let token = directory.add_token(principal).await?;
    let json = json!({"token": token, "principal": id, "person": person});
    output.answer(&json, || {
        eprintln!("principal {id}, person {person}; the token is shown now and never again:");
        token.clone()
    })
}

fn end(directory: &Directory, term: cardfile_server::Term) -> Result<Timestamp> {
    let term = SignedDuration::try_from(term.0).context("--expires-in is too long")?;
    directory.clock().now().checked_add(term).context("--expires-in is too long")
}
