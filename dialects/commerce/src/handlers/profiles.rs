//! profiles.

use axum::response::Response;

use crate::error::{Failure, Result};
use crate::visit::Visit;

/// To come.
pub async fn current(_visit: &Visit) -> Result<Response> {
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
pub async fn get(_visit: &Visit) -> Result<Response> {
    Err(Failure::no_route())
}

/// To come.
pub async fn update(_visit: &Visit) -> Result<Response> {
    Err(Failure::no_route())
}

/// To come.
pub async fn delete(_visit: &Visit) -> Result<Response> {
    Err(Failure::no_route())
}

/// To come.
pub async fn secondary_organizations(_visit: &Visit) -> Result<Response> {
    Err(Failure::no_route())
}

/// To come.
pub async fn parent_organization(_visit: &Visit) -> Result<Response> {
    Err(Failure::no_route())
}
