//! roles.

use axum::response::Response;

use crate::error::{Failure, Result};
use crate::visit::Visit;

/// To come.
pub async fn of_organization(_visit: &Visit) -> Result<Response> {
    Err(Failure::no_route())
}

/// To come.
pub async fn list(_visit: &Visit) -> Result<Response> {
    Err(Failure::no_route())
}

/// To come.
pub async fn create(_visit: &Visit) -> Result<Response> {
    Err(Failure::no_route())
}

/// To come.
pub async fn update_user_roles(_visit: &Visit) -> Result<Response> {
    Err(Failure::no_route())
}

/// To come.
pub async fn of_profile(_visit: &Visit) -> Result<Response> {
    Err(Failure::no_route())
}

/// To come.
pub async fn change_profile_roles(_visit: &Visit) -> Result<Response> {
    Err(Failure::no_route())
}
