//! Where every request passes: measured, and answered even when its handling panics.

use std::any::Any;
use std::future::{Future, poll_fn};
use std::net::IpAddr;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Instant;

use axum::Router;
use axum::body::{Body, Bytes, HttpBody};
use axum::http::uri::PathAndQuery;
use axum::http::{Request, Response, StatusCode, Uri, header};
use axum::response::IntoResponse;
use cardfile_http::{Operation, OverTls, Peer};
use tower::{BoxError, Service};
use tracing::Level;

use crate::metrics::Metrics;
use crate::mount;
use crate::peer::Proxies;

/// The header that names a request, in answers and in logs.
const TRACKING_ID: &str = "trackingid";

/// What stands before all routes.
pub(crate) struct Front {
    routes: Router,
    metrics: Arc<Metrics>,
    proxies: Proxies,
}

/// The connection that a request came by.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Line {
    pub(crate) is_tls: bool,
    /// Its other end.
    pub(crate) address: IpAddr,
}

impl Front {
    pub(crate) fn new(routes: Router, metrics: Arc<Metrics>, proxies: Proxies) -> Self {
        Front { routes, metrics, proxies }
    }

    /// Answers one request.
    pub(crate) async fn answer<B>(&self, mut request: Request<B>, line: Line) -> Response<Body>
    where
        B: HttpBody<Data = Bytes> + Send + 'static,
        B::Error: Into<BoxError>,
    {
        let started = Instant::now();
        let peer = Peer(self.proxies.peer(line.address, request.headers()));
        request.extensions_mut().insert(peer);
        if line.is_tls {
            request.extensions_mut().insert(OverTls);
        }
        if let Some(path) = mount::canonical(request.uri().path()) {
            respell(request.uri_mut(), &path);
        }
        let door = mount::door_of(request.uri().path());
        // Without the query, which tells what was searched for.
        let is_logged = tracing::enabled!(target: "access", Level::DEBUG);
        let told = is_logged.then(|| (request.method().clone(), request.uri().path().to_owned()));
        let response = match caught(self.routes.clone().call(request)).await {
            Ok(Ok(response)) => response,
            Ok(Err(never)) => match never {},
            Err(panic) => {
                tracing::error!(door, panic = message(&*panic), "a request's handling panicked");
                let body = r#"{"message":"internal error"}"#;
                (StatusCode::INTERNAL_SERVER_ERROR, [(header::CONTENT_TYPE, "application/json")], body).into_response()
            }
        };
        let took = started.elapsed();
        let operation = response.extensions().get::<Operation>().map_or("unknown", |operation| operation.0);
        self.metrics.count(door, operation, response.status(), took);
        // A failure was told where it was answered, with its cause: not here once more.
        if let Some((method, path)) = told {
            let status = response.status().as_u16();
            let tracking_id = response.headers().get(TRACKING_ID).and_then(|id| id.to_str().ok());
            let duration_ms = took.as_secs_f64() * 1000.0;
            tracing::debug!(target: "access", status, duration_ms, door, operation, tracking_id, %method, path);
        }
        response
    }
}

/// Gives a request another path; its query stays.
fn respell(uri: &mut Uri, path: &str) {
    let query = uri.query().map(|query| format!("?{query}")).unwrap_or_default();
    let mut parts = std::mem::take(uri).into_parts();
    if let Ok(spelled) = PathAndQuery::try_from(format!("{path}{query}")) {
        parts.path_and_query = Some(spelled);
    }
    *uri = Uri::from_parts(parts).unwrap_or_default();
}

/// Waits for an answer, or for the panic that came instead.
async fn caught<F: Future>(handling: F) -> Result<F::Output, Box<dyn Any + Send>> {
    let mut handling = pin!(handling);
    poll_fn(|cx| match catch_unwind(AssertUnwindSafe(|| handling.as_mut().poll(cx))) {
        Ok(Poll::Pending) => Poll::Pending,
        Ok(Poll::Ready(answer)) => Poll::Ready(Ok(answer)),
        Err(panic) => Poll::Ready(Err(panic)),
    })
    .await
}

fn message(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("of an unknown kind")
}

#[cfg(test)]
mod tests {
    use axum::routing::get;
    use cardfile_store_sqlite::Options;

    use super::*;

    #[tokio::test]
    async fn a_panic_is_answered_with_500_and_counted() {
        let data = tempfile::tempdir().unwrap();
        let store = cardfile_store_sqlite::open(data.path(), Options::default()).unwrap();
        let metrics = Arc::new(Metrics::new(store));
        let routes = Router::new().route("/v1/bad", get(async || -> StatusCode { panic!("as planned") }));
        let front = Front::new(routes, Arc::clone(&metrics), Proxies::default());
        let line = Line { is_tls: false, address: IpAddr::from([192, 0, 2, 7]) };
        let response = front.answer(Request::get("/v1/bad").body(Body::empty()).unwrap(), line).await;
        assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
        let page = metrics.render().unwrap();
        assert!(page.contains(r#"cardfile_requests_total{door="webex",operation="unknown",status="5xx"} 1"#), "{page}");
    }
}
