//! Which path and method leads to which handler.

use std::sync::Arc;

use axum::Router;
use axum::extract::Request;
use axum::http::Uri;
use axum::http::uri::PathAndQuery;
use axum::middleware::from_fn_with_state;
use axum::response::Response;
use axum::routing::{MethodRouter, delete, get, patch, post};
use cardfile_http::{Door, Operation};
use tower::ServiceExt;
use tower::util::MapResponseLayer;

use crate::error::Failure;
use crate::gate::gate;
use crate::handlers::{bulk, contacts, groups, members, search};

/// Where the dialect stands.
pub const PREFIX: &str = "/v1";

/// The dialect, at all paths under `/v1`.
pub fn router(door: Arc<Door>) -> Router {
    let routes = Router::new()
        .route("/contacts/organizations/{organization}/contacts", named("contacts.create", post(contacts::create)))
        .route("/contacts/organizations/{organization}/contacts/search", named("contacts.search", get(search::search)))
        .route("/contacts/organizations/{organization}/contacts/bulk", named("contacts.bulk", post(bulk::write)))
        .route("/contacts/organizations/{organization}/contacts/bulk/delete", named("contacts.bulk_delete", post(bulk::delete)))
        .route(
            "/contacts/organizations/{organization}/contacts/{contact}",
            named("contacts.get", get(contacts::get))
                .merge(named("contacts.update", patch(contacts::update)))
                .merge(named("contacts.delete", delete(contacts::delete))),
        )
        .route("/groups", named("groups.list", get(groups::list)).merge(named("groups.create", post(groups::create))))
        .route(
            "/groups/{group}",
            named("groups.get", get(groups::get))
                .merge(named("groups.update", patch(groups::update)))
                .merge(named("groups.delete", delete(groups::delete))),
        )
        .route("/groups/{group}/members", named("groups.members", get(members::list)))
        .route("/groups/{group}/Members", named("groups.members", get(members::list)))
        .method_not_allowed_fallback(async || Failure::NoMethod)
        .fallback(async || Failure::NoRoute)
        .layer(from_fn_with_state(door, gate));
    // Slashes are tidied before the routes are looked at.
    Router::new().nest_service(PREFIX, routes.map_request(tidied))
}

fn named(name: &'static str, route: MethodRouter) -> MethodRouter {
    route.route_layer(MapResponseLayer::new(move |mut response: Response| {
        response.extensions_mut().insert(Operation(name));
        response
    }))
}

/// The request with single slashes and none at the end: programs join their base URL and paths in every way.
fn tidied(mut request: Request) -> Request {
    let path = request.uri().path();
    if path.contains("//") || (path.len() > 1 && path.ends_with('/')) {
        let segments: Vec<&str> = path.split('/').filter(|segment| !segment.is_empty()).collect();
        let query = request.uri().query().map(|query| format!("?{query}")).unwrap_or_default();
        if let Ok(tidy) = PathAndQuery::try_from(format!("/{}{query}", segments.join("/"))) {
            let mut parts = request.uri().clone().into_parts();
            parts.path_and_query = Some(tidy);
            if let Ok(uri) = Uri::from_parts(parts) {
                *request.uri_mut() = uri;
            }
        }
    }
    request
}

#[cfg(test)]
mod tests {
    use axum::body::Body;

    use super::*;

    #[test]
    fn slashes_are_tidied_and_the_query_stays() {
        for (given, tidy) in
            [("//groups//x/?a=//", "/groups/x?a=//"), ("/groups/", "/groups"), ("/", "/"), ("//", "/"), ("/groups", "/groups")]
        {
            let mut request = Request::new(Body::empty());
            *request.uri_mut() = Uri::builder().scheme("http").authority("h").path_and_query(given).build().unwrap();
            assert_eq!(tidied(request).uri().path_and_query().unwrap(), tidy, "{given}");
        }
    }
}
