//! Which dialect answers where: one line each.

use std::sync::Arc;

use axum::Router;
use axum::routing::any_service;
use cardfile_http::Door;

use crate::config::Config;

/// A dialect: its name in metrics and logs, the beginnings of the paths it answers, and its routes.
struct Dialect {
    name: &'static str,
    prefixes: &'static [&'static str],
    router: fn(Arc<Door>, &Config) -> Router,
}

const DIALECTS: &[Dialect] = &[
    Dialect { name: "webex", prefixes: &["/v1"], router: |door, _| cardfile_webex::router(door) },
    Dialect { name: "address-book", prefixes: &["/api", "/token"], router: address_book },
    Dialect { name: "commerce", prefixes: COMMERCE, router: commerce },
    Dialect { name: "native", prefixes: &["/directory", "/docs"], router: native },
];

/// The surfaces of the commerce door, and their other names.
const COMMERCE: &[&str] = &["/ccagent", "/ccagentui", "/ccstore", "/ccstoreui", "/ccadmin", "/ccadminui", "/ccapp"];

/// The name of what is behind no door: health, metrics, the front page, and paths that lead nowhere.
pub(crate) const HOUSE: &str = "house";

/// All routes of all dialects.
pub(crate) fn routes(door: &Arc<Door>, config: &Config) -> Router {
    DIALECTS.iter().fold(Router::new(), |routes, dialect| routes.merge((dialect.router)(Arc::clone(door), config)))
}

/// The address book answers whatever is put to it, so that it is told here what is.
fn address_book(door: Arc<Door>, config: &Config) -> Router {
    let book = cardfile_address_book::router(door, Arc::new(config.address_book.clone()));
    let paths = ["/api", "/api/", "/api/{*rest}", "/token", "/token/"];
    paths.into_iter().fold(Router::new(), |routes, path| routes.route(path, any_service(book.clone())))
}

/// The commerce door answers whatever is put to it, as well.
fn commerce(door: Arc<Door>, config: &Config) -> Router {
    let shop = cardfile_commerce::router(door, Arc::new(config.commerce.clone()));
    let below = |root: &&str| [(*root).to_owned(), format!("{root}/"), format!("{root}/{{*rest}}")];
    COMMERCE.iter().flat_map(below).fold(Router::new(), |routes, path| routes.route(&path, any_service(shop.clone())))
}

/// The directory's own door.
fn native(door: Arc<Door>, config: &Config) -> Router {
    cardfile_native::router(door, Arc::new(config.native.clone()))
}

/// The path as the routes know it, if letter case does not matter to its dialect; `None` if it is so already.
pub(crate) fn canonical(path: &str) -> Option<String> {
    cardfile_address_book::canonical_path(path)
}

/// The door that a path belongs to.
pub(crate) fn door_of(path: &str) -> &'static str {
    let is_below = |prefix: &&str| path.strip_prefix(*prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    let found = DIALECTS.iter().find(|dialect| dialect.prefixes.iter().any(&is_below));
    found.map_or(HOUSE, |dialect| dialect.name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_dialect_is_a_door_that_can_be_exempt() {
        assert!(DIALECTS.iter().all(|dialect| crate::config::DOORS.contains(&dialect.name)));
    }

    #[test]
    fn a_path_belongs_to_the_door_it_stands_below() {
        assert_eq!(door_of("/v1/groups"), "webex");
        assert_eq!(door_of("/v1"), "webex");
        assert_eq!(door_of("/v10/groups"), HOUSE);
        assert_eq!(door_of("/healthz"), HOUSE);
        assert_eq!((door_of("/api/v3/addressbook/contacts"), door_of("/token")), ("address-book", "address-book"));
        assert_eq!((door_of("/ccagentui/v1/login/"), door_of("/ccapp/v1/profiles")), ("commerce", "commerce"));
        assert_eq!(door_of("/ccagents/v1/login"), HOUSE);
    }
}
