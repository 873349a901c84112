//! What transcripts cannot say: the same request at the same time, and the pages.

use axum::body::Body;
use axum::http::{Request, StatusCode};
use jiff::SignedDuration;
use tower::ServiceExt;

use crate::harness::Harness;

async fn send(harness: &Harness, request: Request<Body>) -> (StatusCode, Option<String>, Vec<u8>) {
    let response = harness.app.clone().oneshot(request).await.expect("a router answers");
    let replayed = response.headers().get("idempotency-replayed").and_then(|value| value.to_str().ok()).map(str::to_owned);
    let status = response.status();
    let body = axum::body::to_bytes(response.into_body(), usize::MAX).await.expect("a body comes whole");
    (status, replayed, body.to_vec())
}

fn creation(harness: &Harness, key: &str) -> Request<Body> {
    let token = harness.variables.get("TOKEN").unwrap_or_default();
    let request = Request::post("/directory/v1/contacts")
        .header("authorization", format!("Bearer {token}"))
        .header("content-type", "application/json")
        .header("idempotency-key", key);
    request.body(Body::from(r#"{"displayName": "Ada Quay"}"#)).expect("a request can be made")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_the_same_request_sent_many_times_at_once_one_is_done() {
    for harness in Harness::over_every_store().await {
        let sent = (0..8).map(|_| send(&harness, creation(&harness, "one")));
        let mut answers = Vec::new();
        for answer in futures_util::future::join_all(sent).await {
            answers.push(answer);
        }
        let done = answers.iter().filter(|(_, replayed, _)| replayed.is_none()).count();
        assert_eq!(done, 1, "over {}", harness.store);
        let (status, _, body) = &answers[0];
        assert_eq!(*status, StatusCode::CREATED);
        assert!(
            answers.iter().all(|(status, _, other)| *status == StatusCode::CREATED && other == body),
            "over {}",
            harness.store
        );
        let (_, replayed, other) = send(&harness, creation(&harness, "another")).await;
        assert_eq!((replayed, other == *body), (None, false), "over {}", harness.store);
    }
}

#[tokio::test]
async fn the_pages_that_describe_it_come_from_here_and_need_no_token() {
    let harness = Harness::over_every_store().await.remove(0);
    for path in ["/docs/", "/docs/swagger-ui-bundle.js", "/docs/swagger-ui.css", "/directory/v1/openapi.json"] {
        let (status, _, body) = send(&harness, Request::get(path).body(Body::empty()).expect("a request can be made")).await;
        assert_eq!(status, StatusCode::OK, "{path}");
        if path == "/docs/" {
            let text = String::from_utf8_lossy(&body);
            assert!(!text.contains("http://") && !text.contains("https://"), "{text}");
        }
    }
}

#[tokio::test]
async fn a_plan_can_be_applied_for_a_day() {
    for harness in Harness::over_every_store().await {
        let token = harness.variables.get("TOKEN").unwrap_or_default();
        let post = |path: &str, body: &str| {
            let request = Request::post(path).header("authorization", format!("Bearer {token}"));
            let request = request.header("content-type", "application/json").body(Body::from(body.to_owned()));
            request.expect("a request can be made")
        };
        let planning = post("/directory/v1/contacts/delete?dryRun=true", r#"{"select": {"all": true}}"#);
        let (_, _, body) = send(&harness, planning).await;
        let plan: serde_json::Value = serde_json::from_slice(&body).expect("a plan is JSON");
        let path = format!("/directory/v1/plans/{}/apply", plan["plan"].as_str().unwrap_or_default());
        harness.clock.advance(SignedDuration::from_hours(23));
        assert_eq!(send(&harness, post(&path, "")).await.0, StatusCode::OK, "over {}", harness.store);
        harness.clock.advance(SignedDuration::from_hours(2));
        assert_eq!(send(&harness, post(&path, "")).await.0, StatusCode::NOT_FOUND, "over {}", harness.store);
    }
}
