//! Which path and method leads to which handler. The document is made of the same list.

use std::sync::Arc;

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::get;
use cardfile_http::Door;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::document::{self, titled};
use crate::error::Failure;
use crate::gate::{Entrance, gate};
use crate::handlers::{
    bulk, changes, contacts, feed, groups, jobs, list, lookup, members, merges, organizations, person, plans, starts, tokens,
    verbs, webhooks,
};
use crate::settings::Settings;

/// Where the door stands.
pub const PREFIX: &str = "/directory/v1";

/// The door, at all paths under `/directory/v1`, and the pages that describe it, at `/docs`.
pub fn router(door: Arc<Door>, settings: Arc<Settings>) -> Router {
    let entrance = Entrance { door, settings };
    let (routes, document) = described().split_for_parts();
    let guarded = routes
        .method_not_allowed_fallback(async || Failure::NoMethod)
        .fallback(async || Failure::NoRoute)
        .layer(from_fn_with_state(entrance, gate));
    let text: Arc<str> = document::exemplified(&document).to_string().into();
    let described = Router::new().route("/openapi.json", get(async move || document::answer(&text)));
    Router::new().nest(PREFIX, described.merge(guarded)).merge(document::pages())
}

/// The routes with what describes them.
pub fn described() -> OpenApiRouter {
    OpenApiRouter::with_openapi(titled())
        .routes(routes!(list::list, contacts::create))
        .routes(routes!(contacts::get, contacts::patch, contacts::put, contacts::delete))
        .routes(routes!(contacts::by_number))
        .routes(routes!(person::erase))
        .routes(routes!(person::bundle))
        .routes(routes!(bulk::write))
        .routes(routes!(verbs::delete))
        .routes(routes!(verbs::restore))
        .routes(routes!(verbs::patch))
        .routes(routes!(verbs::relocate))
        .routes(routes!(list::trash))
        .routes(routes!(lookup::lookup))
        .routes(routes!(groups::list, groups::create))
        .routes(routes!(groups::get, groups::patch, groups::delete))
        .routes(routes!(members::list))
        .routes(routes!(members::add))
        .routes(routes!(members::remove))
        .routes(routes!(organizations::list, organizations::create))
        .routes(routes!(organizations::get, organizations::patch))
        .routes(routes!(tokens::list, tokens::create))
        .routes(routes!(tokens::delete))
        .routes(routes!(tokens::clients, tokens::create_client))
        .routes(routes!(tokens::delete_client))
        .routes(routes!(changes::list))
        .routes(routes!(changes::get))
        .routes(routes!(feed::page))
        .routes(routes!(feed::stream))
        .routes(routes!(plans::get, plans::delete))
        .routes(routes!(plans::apply))
        .routes(routes!(plans::undo))
        .routes(routes!(merges::merge))
        .routes(routes!(merges::unmerge))
        .routes(routes!(starts::import))
        .routes(routes!(starts::export))
        .routes(routes!(starts::duplicates))
        .routes(routes!(jobs::list))
        .routes(routes!(jobs::get, jobs::delete))
        .routes(routes!(jobs::cancel))
        .routes(routes!(jobs::confirm))
        .routes(routes!(jobs::apply))
        .routes(routes!(jobs::file))
        .routes(routes!(webhooks::list, webhooks::create))
        .routes(routes!(webhooks::get, webhooks::delete))
        .routes(routes!(webhooks::letters))
        .routes(routes!(webhooks::letter, webhooks::forget))
        .routes(routes!(webhooks::redeliver))
}
