//! What a token is good for beside requests: another one, and its end.

use axum::response::Response;
use cardfile_directory::Origin;
use cardfile_http::bearer;
use serde_json::json;

use crate::answer;
use crate::error::{Failure, Result};
use crate::login;
use crate::visit::Visit;

/// A new token for who has one.
pub async fn refresh(visit: &Visit) -> Result<Response> {
    if !login::may_shop(&visit.door, visit.surface, &visit.caller).await? {
        return Err(Failure::unauthorized());
    }
    let lifetime = login::lifetime(&visit.caller, &visit.settings);
    let (token, lives) = visit.door.directory().renew(&visit.caller, lifetime).await?;
    Ok(login::granted(&token, lives))
}

/// The end of the token that the request brings.
///
/// # Errors
/// 100091 for a key: it is no session, and whoever signed out with it could never sign in again.
pub async fn log_out(visit: &Visit) -> Result<Response> {
    let token = bearer(&visit.parts.headers).ok_or_else(Failure::unauthorized)?;
    if visit.caller.origin == Origin::Key {
        return Err(Failure::forbidden());
    }
    visit.door.directory().end_token(token).await?;
    Ok(answer::ok(&json!({"result": true})))
}

/// Whether the token is good: who comes so far has one that is.
pub fn verify() -> Response {
    answer::ok(&json!({"success": true}))
}
