//! Where programs sign in.
//!
//! **Source**: RFC 6749 §4.4, §5 and §6, answered as the vendor's framework answers.

use axum::body::Body;
use axum::extract::Request;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, PRAGMA, RETRY_AFTER};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use cardfile_directory::{Error, Issued, Lifetimes, Result};
use cardfile_http::form::Form;
use cardfile_http::media::{self, Format, Sent};
use cardfile_http::{Door, Operation, basic, body, charset};
use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::error::Failure;
use crate::routes::no_method;
use crate::settings::Settings;
use crate::wire::{Envelope, Response};

/// The largest form that is read here, in bytes.
const MOST_BYTES: usize = 16 * 1024;

/// Issues tokens, or says why not in the words of OAuth.
pub async fn answer(door: &Door, settings: &Settings, request: Request) -> Response {
    let mut response = if request.method() == Method::POST {
        let (parts, sent) = request.into_parts();
        let form = form(door, settings, &parts.headers, sent).await;
        issue(door, settings, &parts.headers, form).await
    } else {
        let envelope = Envelope { format: Format::Json, root: "ResponseOfObject", settings };
        envelope.failure(&no_method("POST"))
    };
    response.extensions_mut().insert(Operation("token"));
    response
}

/// The form that was sent; anything else says nothing.
async fn form(door: &Door, settings: &Settings, headers: &HeaderMap, sent: Body) -> Form {
    let read = body::read(headers, sent, MOST_BYTES, door.settings().request_timeout).await;
    let (Ok(bytes), Ok(Some(Sent::Form))) = (read, media::sent(headers)) else { return Form::default() };
    let text = charset::text(headers, &bytes).ok();
    text.and_then(|text| Form::read(&text, settings.form_keys).ok()).unwrap_or_default()
}

async fn issue(door: &Door, settings: &Settings, headers: &HeaderMap, form: Form) -> Response {
    let lifetimes = Lifetimes {
        access: SignedDuration::from_secs(settings.token_seconds.into()),
        refresh: SignedDuration::from_secs(settings.refresh_seconds.into()),
    };
    let refused = |word: &str| told(StatusCode::BAD_REQUEST, &json!({"error": word}));
    let directory = door.directory();
    let (issued, word) = match form.filled("grant_type") {
        Some("client_credentials") => match credentials(headers, &form) {
            Some((id, secret)) => (directory.sign_in(&id, &secret, lifetimes).await, "invalid_client"),
            None => return refused("invalid_client"),
        },
        Some("refresh_token") => {
            let known = credentials(headers, &form);
            let is_said =
                basic(headers).is_some() || form.filled("client_id").is_some() || form.filled("client_secret").is_some();
            if is_said && known.is_none() {
                return refused("invalid_client");
            }
            let known = known.as_ref().map(|(id, secret)| (id.as_str(), secret.as_str()));
            let token = form.filled("refresh_token").unwrap_or_default();
            (directory.refresh(token, known, lifetimes).await, "invalid_grant")
        }
        _ => return refused("unsupported_grant_type"),
    };
    let issued = match issued {
        Ok(issued) => admitted(door, issued).await,
        Err(error) => Err(error),
    };
    match issued {
        Ok(issued) => granted(&issued, settings),
        Err(Error::Unauthenticated) => refused(word),
        Err(error) => failed(error),
    }
}

async fn admitted(door: &Door, issued: Issued) -> Result<Issued> {
    door.admit(&issued.caller).await?;
    Ok(issued)
}

/// The client's id and secret, from the header or the form; `None` when they are not there, or not the same in both.
fn credentials(headers: &HeaderMap, form: &Form) -> Option<(String, String)> {
    let said = form.filled("client_id").zip(form.filled("client_secret"));
    let said = said.map(|(id, secret)| (id.to_owned(), secret.to_owned()));
    let Some(header) = basic(headers) else { return said };
    let is_same = |name: &str, value: &str| form.filled(name).is_none_or(|said| said == value);
    (is_same("client_id", &header.0) && is_same("client_secret", &header.1)).then_some(header)
}

fn granted(issued: &Issued, settings: &Settings) -> Response {
    let body = json!({
        "access_token": issued.access,
        "token_type": "bearer",
        "expires_in": settings.token_seconds - 1,
        "refresh_token": issued.refresh,
    });
    told(StatusCode::OK, &body)
}

/// What is wrong is not the client's doing.
fn failed(error: Error) -> Response {
    let Failure { status, retry_after, .. } = error.into();
    let mut response = told(status, &json!({"error": "temporarily_unavailable"}));
    if let Some(after) = retry_after {
        response.headers_mut().insert(RETRY_AFTER, after.as_secs().max(1).into());
    }
    response
}

fn told(status: StatusCode, body: &Value) -> Response {
    let mut response = Response::new(Body::from(body.to_string()));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json;charset=UTF-8"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    headers.insert(PRAGMA, HeaderValue::from_static("no-cache"));
    response
}
