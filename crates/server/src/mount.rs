//! Which dialect answers where: one line each.

use std::sync::Arc;

use axum::Router;
use cardfile_http::Door;

/// A dialect: its name in metrics and logs, the start of the paths it answers, and its routes.
struct Dialect {
    name: &'static str,
    prefix: &'static str,
    router: fn(Arc<Door>) -> Router,
}

const DIALECTS: &[Dialect] = &[Dialect { name: "webex", prefix: "/v1", router: cardfile_webex::router }];

/// The name of what is behind no door: health, metrics, the front page, and paths that lead nowhere.
pub(crate) const HOUSE: &str = "house";

/// All routes of all dialects.
pub(crate) fn routes(door: &Arc<Door>) -> Router {
    DIALECTS.iter().fold(Router::new(), |routes, dialect| routes.merge((dialect.router)(Arc::clone(door))))
}

/// The door that a path belongs to.
pub(crate) fn door_of(path: &str) -> &'static str {
    let is_below = |prefix: &str| path.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    DIALECTS.iter().find(|dialect| is_below(dialect.prefix)).map_or(HOUSE, |dialect| dialect.name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_belongs_to_the_door_it_stands_below() {
        assert_eq!(door_of("/v1/groups"), "webex");
        assert_eq!(door_of("/v1"), "webex");
        assert_eq!(door_of("/v10/groups"), HOUSE);
        assert_eq!(door_of("/healthz"), HOUSE);
    }
}
