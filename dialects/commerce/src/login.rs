//! Where people and applications sign in.

use std::net::IpAddr;

use axum::body::Body;
use axum::http::header::HOST;
use axum::http::request::Parts;
use axum::response::Response;
use cardfile_directory::{Attempt, Caller, Error, Need};
use cardfile_http::{Door, Parameters, bearer, body};
use jiff::SignedDuration;
use serde_json::json;

use crate::answer;
use crate::context;
use crate::error::{Failure, Result};
use crate::map::profile;
use crate::settings::Settings;
use crate::surface::Surface;

/// The largest form that is read here, in bytes.
const MOST_BYTES: usize = 16 * 1024;
/// The scope of the tokens of applications.
const APPLICATION: &str = "commerce:application";

/// Issues a token for a name and a password, or for an application's key.
///
/// # Errors
/// 401 for what does not fit; 100000 for a form that asks for neither.
pub async fn log_in(door: &Door, settings: &Settings, surface: Surface, parts: &Parts, sent: Body) -> Result<Response> {
    let bytes = body::read(&parts.headers, sent, MOST_BYTES, door.settings().request_timeout).await?;
    let text = std::str::from_utf8(&bytes).map_err(|_| Failure::input("the form is not UTF-8"))?;
    let form = Parameters::read(Some(text));
    match form.filled("grant_type") {
        Some("password") => password(door, settings, surface, parts, &form).await,
        Some("client_credentials") if surface != Surface::Store => application(door, settings, parts).await,
        _ => Err(Failure::input("grant_type must be password or client_credentials")),
    }
}

async fn password(door: &Door, settings: &Settings, surface: Surface, parts: &Parts, form: &Parameters) -> Result<Response> {
    let host = parts.headers.get(HOST).and_then(|host| host.to_str().ok()).or(parts.uri.host()).unwrap_or_default();
    let attempt = Attempt {
        surface: surface.log_in(),
        name: form.first("username").unwrap_or_default().trim(),
        password: form.first("password").unwrap_or_default(),
        address: address(parts),
        tenant: settings.tenant(host),
    };
    let lifetime = seconds(settings.token_seconds);
    let (token, caller) = door.directory().log_in(attempt, lifetime).await?;
    door.admit(&caller).await?;
    if !may_shop(door, surface, &caller).await? {
        door.directory().end_token(&token).await?;
        return Err(Failure::unauthorized());
    }
    Ok(granted(&token, lifetime))
}

/// Whether who signed in as a shopper may: a business user needs an account that does business.
pub async fn may_shop(door: &Door, surface: Surface, caller: &Caller) -> Result<bool> {
    if surface != Surface::Store {
        return Ok(true);
    }
    let merchant = door.directory().merchant(caller, surface.need(), surface.door()).await?;
    let Some(shopper) = merchant.shopper().await? else { return Ok(false) };
    Ok(!profile::is_business(&shopper.contact, &merchant) || context::first(&merchant, &shopper).is_ok())
}

/// An application shows its key, a token that does not end soon, for one that does.
async fn application(door: &Door, settings: &Settings, parts: &Parts) -> Result<Response> {
    let key = bearer(&parts.headers).ok_or_else(Failure::unauthorized)?;
    let caller = door.directory().identify(key).await?;
    door.admit(&caller).await?;
    // Who administers nothing is let in nowhere here.
    match door.directory().merchant(&caller, Need::CommerceAdmin, Surface::Admin.door()).await {
        Err(Error::Forbidden { .. }) => return Err(Failure::unauthorized()),
        merchant => drop(merchant?),
    }
    let (token, lives) = door.directory().renew(&caller, seconds(settings.application_token_seconds)).await?;
    Ok(granted(&token, lives))
}

/// Where a request comes from, if the listener tells.
fn address(parts: &Parts) -> Option<IpAddr> {
    parts.extensions.get::<cardfile_http::Peer>().map(|peer| peer.0)
}

/// How long the tokens of a caller live.
pub fn lifetime(caller: &Caller, settings: &Settings) -> SignedDuration {
    // Whose token is nobody's in particular, or of an application, is a program.
    let scopes = &caller.principal.scopes.0;
    let is_program = scopes.is_empty() || scopes.iter().any(|scope| scope.eq_ignore_ascii_case(APPLICATION));
    seconds(if is_program { settings.application_token_seconds } else { settings.token_seconds })
}

/// A token as it is answered.
pub fn granted(token: &str, lifetime: SignedDuration) -> Response {
    answer::ok(&json!({"access_token": token, "token_type": "bearer", "expires_in": lifetime.as_secs()}))
}

fn seconds(seconds: u32) -> SignedDuration {
    SignedDuration::from_secs(seconds.into())
}
