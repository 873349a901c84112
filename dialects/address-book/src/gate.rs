//! What every request passes through: the path, the token, the rate limit, the deadline, the body, and the form of the answer.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method};
use cardfile_directory::{Caller, Error};
use cardfile_http::form::Form;
use cardfile_http::media::{self, Format};
use cardfile_http::{Door, Late, Operation as Named, basic, bearer, body, within};

use crate::error::Failure;
use crate::handlers::{self, token};
use crate::routes::{self, Operation};
use crate::settings::Settings;
use crate::visit::Visit;
use crate::wire::{Document, Envelope, Response};

/// What requests share.
#[derive(Clone)]
struct Shared {
    door: Arc<Door>,
    settings: Arc<Settings>,
}

/// The dialect. It answers whatever is put to it: at `/api` and below and at `/Token`, in any letter case, and 404 elsewhere.
pub fn router(door: Arc<Door>, settings: Arc<Settings>) -> Router {
    Router::new().fallback(answer).with_state(Shared { door, settings })
}

async fn answer(State(shared): State<Shared>, request: Request) -> Response {
    let format = media::accepted(request.headers());
    if routes::is_token(request.uri().path()) {
        return token::answer(&shared.door, &shared.settings, request).await;
    }
    let (parts, sent) = request.into_parts();
    let refuse = |failure: &Failure, root| Envelope { format, root, settings: &shared.settings }.failure(failure);
    let (operation, ids) = match routes::find(&parts.method, parts.uri.path()) {
        Ok(found) => found,
        Err(failure) => return refuse(&failure, "ResponseOfObject"),
    };
    let is_write = parts.method != Method::GET;
    let limit = shared.door.settings().request_timeout;
    let handling = handle(shared.clone(), format, (operation, ids), parts, sent);
    let mut response = match within(limit, is_write, handling).await {
        Ok(Ok(response)) => response,
        Ok(Err(failure)) => refuse(&failure, operation.root()),
        Err(Late) => refuse(&Failure::late(), operation.root()),
    };
    response.extensions_mut().insert(Named(operation.name()));
    response
}

/// Finds out who calls, reads what was sent, and has it done.
async fn handle(
    Shared { door, settings }: Shared,
    format: Format,
    (operation, ids): (Operation, Vec<String>),
    parts: Parts,
    sent: Body,
) -> Result<Response, Failure> {
    let caller = caller(&door, &settings, &parts.headers).await?;
    door.admit(&caller).await?;
    let query = Form::read(parts.uri.query().unwrap_or_default(), settings.form_keys)?;
    let document = if parts.method == Method::GET { None } else { document(&door, &settings, &parts.headers, sent).await? };
    let (query, document) = (Arc::new(query), document.map(Arc::new));
    handlers::handle(Visit { door, settings, caller, operation, ids, query, document, format }).await
}

async fn caller(door: &Door, settings: &Settings, headers: &HeaderMap) -> Result<Arc<Caller>, Failure> {
    if let Some(token) = bearer(headers) {
        return Ok(door.directory().identify(token).await?);
    }
    match basic(headers).filter(|_| settings.basic_auth) {
        Some((id, secret)) => Ok(door.directory().authenticate(&id, &secret).await?),
        None => Err(Error::Unauthenticated.into()),
    }
}

/// The body, if there is one.
async fn document(door: &Door, settings: &Settings, headers: &HeaderMap, sent: Body) -> Result<Option<Document>, Failure> {
    let most = settings.body_bytes.min(door.settings().body_bytes);
    let bytes = body::read(headers, sent, most, door.settings().request_timeout).await?;
    if bytes.is_empty() {
        return Ok(None);
    }
    let kind = media::sent(headers)?.ok_or(body::Fault::MediaType)?;
    Document::read(headers, kind, &bytes, settings.form_keys).map(Some)
}
