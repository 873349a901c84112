//! What is behind no door: the front page, health, metrics, and paths that lead nowhere.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use cardfile_directory::Directory;
use cardfile_http::Operation;

use crate::metrics::Metrics;

const FRONT_PAGE: &str = "\
This is Cardfile, a contact directory.

  /v1        Webex Organization Contacts and Groups; give your program this address with /v1 as its base URL
  /healthz   200 while the server is alive
  /readyz    200 while it can serve requests
  /metrics   figures for Prometheus

`cardfile --help` tells how to make organizations and tokens.
";

/// What the house itself answers from.
pub(crate) struct House {
    pub(crate) directory: Arc<Directory>,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) is_closing: AtomicBool,
}

/// The routes of the house, and the answer to every path that nothing stands at.
pub(crate) fn routes(house: Arc<House>) -> Router {
    Router::new()
        .route("/", get(async || named("front_page", FRONT_PAGE)))
        .route("/healthz", get(async || named("health", "ok\n")))
        .route("/readyz", get(ready))
        .route("/metrics", get(metrics))
        .fallback(async || named("unknown", not_found()))
        .with_state(house)
}

async fn ready(State(house): State<Arc<House>>) -> Response {
    if house.is_closing.load(Ordering::Relaxed) {
        return named("ready", (StatusCode::SERVICE_UNAVAILABLE, "shutting down\n"));
    }
    match house.directory.store().ready().await {
        Ok(()) => named("ready", "ready\n"),
        Err(error) => {
            tracing::warn!(%error, "not ready");
            named("ready", (StatusCode::SERVICE_UNAVAILABLE, "the store is not ready\n"))
        }
    }
}

async fn metrics(State(house): State<Arc<House>>) -> Response {
    match house.metrics.render() {
        Ok(text) => {
            named("metrics", ([(header::CONTENT_TYPE, "application/openmetrics-text; version=1.0.0; charset=utf-8")], text))
        }
        Err(error) => {
            tracing::error!(%error, "metrics cannot be written");
            named("metrics", StatusCode::INTERNAL_SERVER_ERROR)
        }
    }
}

fn not_found() -> impl IntoResponse {
    let body = r#"{"message":"there is nothing at this path; / tells what there is"}"#;
    (StatusCode::NOT_FOUND, [(header::CONTENT_TYPE, "application/json")], body)
}

fn named(operation: &'static str, answer: impl IntoResponse) -> Response {
    let mut response = answer.into_response();
    response.extensions_mut().insert(Operation(operation));
    response
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use axum::http::Request;
    use cardfile_directory::Store;
    use tower::ServiceExt;

    use super::*;
    use crate::config::Config;
    use crate::installation::{Installation, Place};

    #[tokio::test]
    async fn a_server_that_closes_is_alive_but_not_ready() {
        let data = tempfile::tempdir().unwrap();
        let Installation { directory, .. } =
            Installation::open(&Place::Embedded(data.path().to_owned()), &Config::default()).await.unwrap();
        let metrics = Arc::new(Metrics::new(Arc::<dyn Store>::clone(directory.store())));
        let house = Arc::new(House { directory, metrics, is_closing: AtomicBool::new(false) });
        let ask = async |path: &str| {
            let request = Request::get(path).body(Body::empty()).unwrap();
            routes(Arc::clone(&house)).oneshot(request).await.unwrap().status()
        };
        assert_eq!(ask("/readyz").await, StatusCode::OK);
        house.is_closing.store(true, Ordering::Relaxed);
        assert_eq!(ask("/readyz").await, StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(ask("/healthz").await, StatusCode::OK);
    }

    #[tokio::test]
    async fn a_server_whose_store_is_gone_is_not_ready() {
        let data = tempfile::tempdir().unwrap();
        let Installation { directory, store } =
            Installation::open(&Place::Embedded(data.path().to_owned()), &Config::default()).await.unwrap();
        let metrics = Arc::new(Metrics::new(Arc::<dyn Store>::clone(directory.store())));
        let house = Arc::new(House { directory, metrics, is_closing: AtomicBool::new(false) });
        store.close();
        let request = Request::get("/readyz").body(Body::empty()).unwrap();
        assert_eq!(routes(house).oneshot(request).await.unwrap().status(), StatusCode::SERVICE_UNAVAILABLE);
    }
}
