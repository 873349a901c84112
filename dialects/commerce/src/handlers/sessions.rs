//! What a token is good for beside requests: another one, and its end.

use axum::response::Response;
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
    let token = visit.door.directory().renew(&visit.caller, lifetime).await?;
    Ok(login::granted(&token, lifetime))
}

/// The end of the token that the request brings.
pub async fn log_out(visit: &Visit) -> Result<Response> {
    let token = bearer(&visit.parts.headers).ok_or_else(Failure::unauthorized)?;
    visit.door.directory().end_token(token).await?;
    Ok(answer::ok(&json!({"result": true})))
}

/// Whether the token is good: who comes so far has one that is.
pub fn verify() -> Response {
    answer::ok(&json!({"success": true}))
}
