//! What every request passes through: the path, the token, the rate limit, the deadline, the body, and the form of the answer.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::Method;
use axum::http::request::Parts;
use axum::response::Response;
use cardfile_directory::{Action, Caller, Error};
use cardfile_http::{Door, Late, Operation as Named, Parameters, bearer, body, json, within};
use serde_json::Value;

use crate::error::{Failure, Result};
use crate::handlers;
use crate::login;
use crate::routes::{self, Found, Operation};
use crate::settings::Settings;
use crate::surface::Surface;
use crate::visit::Visit;

/// What requests share.
#[derive(Clone)]
struct Shared {
    door: Arc<Door>,
    settings: Arc<Settings>,
}

/// The dialect. It answers whatever is put to it: below the roots of its surfaces, and 404 elsewhere.
pub fn router(door: Arc<Door>, settings: Arc<Settings>) -> Router {
    Router::new().fallback(answer).with_state(Shared { door, settings })
}

async fn answer(State(shared): State<Shared>, request: Request) -> Response {
    let (parts, sent) = request.into_parts();
    let found = match routes::find(&parts.method, parts.uri.path()) {
        Ok(found) => found,
        Err(failure) => return failure.answer(),
    };
    let (operation, is_write) = (found.operation, parts.method != Method::GET);
    let limit = shared.door.settings().request_timeout;
    let handling = handle(shared, found, parts, sent);
    let mut response = match within(limit, is_write, handling).await {
        Ok(answered) => answered.unwrap_or_else(|failure| failure.answer()),
        Err(Late) => Failure::late().answer(),
    };
    response.extensions_mut().insert(Named(operation.name()));
    response
}

/// Finds out who calls, reads what was sent, and has it done.
async fn handle(Shared { door, settings }: Shared, found: Found, parts: Parts, sent: Body) -> Result<Response> {
    if found.operation == Operation::LogIn {
        return login::log_in(&door, &settings, found.surface, &parts, sent).await;
    }
    let caller = caller(&door, found.surface, &parts).await?;
    door.admit(&caller).await?;
    let body = match parts.method {
        Method::GET | Method::DELETE => None,
        _ => document(&door, &parts, sent).await?,
    };
    let query = Parameters::read(parts.uri.query());
    let Found { surface, operation, ids } = found;
    let visit = Visit { door, settings, caller, surface, operation, ids, query, body, parts };
    Box::pin(handlers::handle(visit)).await
}

/// Who calls: somebody whose token is of this surface.
async fn caller(door: &Door, surface: Surface, parts: &Parts) -> Result<Arc<Caller>> {
    let token = bearer(&parts.headers).ok_or_else(Failure::unauthorized)?;
    let caller = door.directory().identify(token).await?;
    // A token that covers everything is nobody's in particular: it is no shopper's.
    let is_shopper = !caller.principal.scopes.0.is_empty();
    if surface == Surface::Store && !is_shopper {
        return Err(Failure::unauthorized());
    }
    match door.directory().merchant(&caller, surface.need(), surface.door()).await {
        Err(Error::Forbidden { action: Action::Scope }) => Err(Failure::unauthorized()),
        Err(error) => Err(error.into()),
        Ok(_) => Ok(caller),
    }
}

/// The body, if there is one: JSON, whatever it says it is.
async fn document(door: &Door, parts: &Parts, sent: Body) -> Result<Option<Value>> {
    let settings = door.settings();
    let bytes = body::read(&parts.headers, sent, settings.body_bytes, settings.request_timeout).await?;
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Ok(None);
    }
    Ok(Some(json::read(json::text(&bytes)?)?))
}
