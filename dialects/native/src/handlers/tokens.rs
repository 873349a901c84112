//! Who may call: tokens and OAuth clients. What is secret of them is told once, when they are made.

use axum::extract::Request;
use axum::http::StatusCode;
use cardfile_directory::{Key, Scopes};
use cardfile_model::Role;
use jiff::SignedDuration;

use crate::answer::{Answer, Rendered, json};
use crate::error::parameter;
use crate::visit::{Visit, read};
use crate::wire::{ClientCreation, ClientEntry, ClientPage, Problem, TokenCreation, TokenEntry, TokenPage};

/// Lists the tokens of an organization, the oldest first; those of clients and of log-ins aside.
#[utoipa::path(
    get, path = "/tokens", tag = "access", operation_id = "tokens.list",
    params(("organization" = Option<Uuid>, Query)), responses((status = 200, body = TokenPage))
)]
pub async fn list(visit: Visit) -> Answer {
    let desk = visit.desk().await?;
    let items: Vec<TokenEntry> = desk.administration()?.keys().await?.into_iter().map(entry).collect();
    json(StatusCode::OK, &TokenPage { total: items.len() as u64, items })
}

/// Makes a token. It covers no more than the caller's own. Under an Idempotency-Key it is refused: what is secret is not kept.
#[utoipa::path(
    post, path = "/tokens", tag = "access", operation_id = "tokens.create",
    params(("organization" = Option<Uuid>, Query)),
    request_body = TokenCreation,
    responses((status = 201, body = TokenEntry), (status = 400, body = Problem, content_type = "application/problem+json"))
)]
pub async fn create(visit: Visit, request: Request) -> Answer {
    let body = visit.body(request).await?;
    let desk = visit.desk().await?;
    let administration = desk.administration()?;
    without_key(&visit)?;
    let TokenCreation { role, scopes, expires_in } = read(&body)?;
    let role = match role.as_deref() {
        None | Some("admin") => Role::Admin,
        Some("reader") => Role::Reader,
        Some(_) => return Err(parameter("role", "must be admin or reader")),
    };
    if let Some(unknown) = scopes.iter().find(|scope| Scopes::covered_by(scope).is_none()) {
        let known: Vec<&str> = Scopes::known().collect();
        return Err(parameter(
            "scopes",
            format!("{} is not known; there are {}", crate::error::shown(unknown), known.join(", ")),
        ));
    }
    let term = expires_in.map(|seconds| SignedDuration::from_secs(i64::try_from(seconds).unwrap_or(i64::MAX)));
    let (key, text) = administration.give_token(role, Scopes(scopes), term).await?;
    json(StatusCode::CREATED, &TokenEntry { token: Some(text), ..entry(key) })
}

/// Revokes a token by the id of whom it stands for.
#[utoipa::path(
    delete, path = "/tokens/{token}", tag = "access", operation_id = "tokens.delete",
    params(("token" = Uuid, Path), ("organization" = Option<Uuid>, Query)),
    responses((status = 204, description = "It does not stand any more"), (status = 404, body = Problem, content_type = "application/problem+json"))
)]
pub async fn delete(visit: Visit) -> Answer {
    let desk = visit.desk().await?;
    desk.administration()?.take_token(visit.id("token")?).await?;
    Rendered::empty().respond()
}

/// Lists the OAuth clients of an organization, by id.
#[utoipa::path(
    get, path = "/clients", tag = "access", operation_id = "clients.list",
    params(("organization" = Option<Uuid>, Query)), responses((status = 200, body = ClientPage))
)]
pub async fn clients(visit: Visit) -> Answer {
    let desk = visit.desk().await?;
    desk.administration()?;
    let organization = desk.organization().id;
    let found = visit.directory().clients(organization).await?;
    let entry = |client: cardfile_directory::Client| ClientEntry {
        id: client.id,
        organization: organization.0,
        created: Some(client.created),
        secret: None,
    };
    let items: Vec<ClientEntry> = found.into_iter().map(entry).collect();
    json(StatusCode::OK, &ClientPage { total: items.len() as u64, items })
}

/// Makes an OAuth client. Under an Idempotency-Key it is refused: what is secret is not kept.
#[utoipa::path(
    post, path = "/clients", tag = "access", operation_id = "clients.create",
    params(("organization" = Option<Uuid>, Query)),
    request_body = ClientCreation,
    responses((status = 201, body = ClientEntry), (status = 409, description = "The id is taken", body = Problem, content_type = "application/problem+json"))
)]
pub async fn create_client(visit: Visit, request: Request) -> Answer {
    let body = visit.body(request).await?;
    let desk = visit.desk().await?;
    desk.administration()?;
    without_key(&visit)?;
    let ClientCreation { id } = read(&body)?;
    let organization = desk.organization().id;
    let (id, secret) = visit.directory().add_client(organization, id).await?;
    let entry = ClientEntry { id, organization: organization.0, created: None, secret: Some(secret) };
    json(StatusCode::CREATED, &entry)
}

/// Removes an OAuth client with all its tokens.
#[utoipa::path(
    delete, path = "/clients/{client}", tag = "access", operation_id = "clients.delete",
    params(("client" = String, Path), ("organization" = Option<Uuid>, Query)),
    responses((status = 204, description = "It is gone"), (status = 404, body = Problem, content_type = "application/problem+json"))
)]
pub async fn delete_client(visit: Visit) -> Answer {
    let desk = visit.desk().await?;
    desk.administration()?;
    visit.directory().remove_client(desk.organization().id, visit.place("client")).await?;
    Rendered::empty().respond()
}

/// Refuses an idempotency key, where the answer has something secret.
pub fn without_key(visit: &Visit) -> Result<(), crate::error::Failure> {
    if visit.headers.contains_key("idempotency-key") {
        let message = "is not taken here: what is secret is told once and not kept; look whether it was made by listing";
        return Err(parameter("Idempotency-Key", message));
    }
    Ok(())
}

fn entry(key: Key) -> TokenEntry {
    let Key { principal, created } = key;
    TokenEntry {
        id: principal.id,
        name: principal.name,
        organization: principal.organization.0,
        role: match principal.role {
            Role::Admin => "admin".to_owned(),
            Role::Reader => "reader".to_owned(),
        },
        scopes: principal.scopes.0,
        created,
        expires: principal.expires,
        token: None,
    }
}
