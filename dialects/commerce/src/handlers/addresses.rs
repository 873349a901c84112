//! addresses.

use axum::response::Response;

use crate::error::{Failure, Result};
use crate::visit::Visit;

/// To come.
pub async fn list(_visit: &Visit) -> Result<Response> {
    Err(Failure::no_route())
}

/// To come.
pub async fn add(_visit: &Visit) -> Result<Response> {
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
