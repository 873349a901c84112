//! What transcripts cannot say of the feed: that it is waited for, and that it comes as a stream.

use std::time::{Duration, Instant};

use axum::body::Body;
use axum::http::{Request, StatusCode};
use futures_util::{Stream, StreamExt};
use serde_json::Value;
use tower::ServiceExt;

use crate::harness::Harness;

/// Far longer than any answer takes, and shorter than what is waited for.
const SOON: Duration = Duration::from_secs(15);

async fn get(harness: &Harness, path: &str, last_event: Option<&str>) -> Body {
    let token = harness.variables.get("TOKEN").unwrap_or_default();
    let request = Request::get(format!("/directory/v1/{path}")).header("authorization", format!("Bearer {token}"));
    let request = last_event.into_iter().fold(request, |request, id| request.header("last-event-id", id));
    let response = harness.app.clone().oneshot(request.body(Body::empty()).expect("a request can be made")).await;
    let response = response.expect("a router answers");
    assert_eq!(response.status(), StatusCode::OK, "{path}");
    response.into_body()
}

async fn page(harness: &Harness, path: &str) -> Value {
    let body = axum::body::to_bytes(get(harness, path, None).await, usize::MAX).await.expect("a body comes whole");
    serde_json::from_slice(&body).expect("an answer is JSON")
}

async fn create(harness: &Harness, name: &str) {
    let token = harness.variables.get("TOKEN").unwrap_or_default();
    let request = Request::post("/directory/v1/contacts")
        .header("authorization", format!("Bearer {token}"))
        .header("content-type", "application/json")
        .body(Body::from(format!(r#"{{"displayName": "{name}"}}"#)));
    let response = harness.app.clone().oneshot(request.expect("a request can be made")).await.expect("a router answers");
    assert_eq!(response.status(), StatusCode::CREATED);
}

/// The next event of a stream: its id and its page.
async fn event(events: &mut (impl Stream<Item = Result<axum::body::Bytes, axum::Error>> + Unpin)) -> (String, Value) {
    let bytes = tokio::time::timeout(SOON, events.next()).await.expect("an event comes soon");
    let bytes = bytes.expect("the stream goes on").expect("the stream is whole");
    let text = std::str::from_utf8(&bytes).expect("events are text");
    let member = |name: &str| text.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default().to_owned();
    assert!(text.ends_with("\n\n"), "{text}");
    (member("id: "), serde_json::from_str(&member("data: ")).expect("an event's data is JSON"))
}

#[tokio::test]
async fn who_waits_is_answered_by_the_next_change() {
    for harness in Harness::over_every_store().await {
        let begun = Instant::now();
        let now = page(&harness, "changes").await["next"].as_str().expect("a position is told").to_owned();
        let path = format!("changes?since={now}&wait=20");
        let (answer, ()) = tokio::join!(page(&harness, &path), create(&harness, "Ada Quay"));
        assert_eq!(answer["upserted"][0]["displayName"], "Ada Quay", "over {}", harness.store);
        assert!(begun.elapsed() < SOON, "over {}", harness.store);
    }
}

#[tokio::test]
async fn a_stream_tells_what_comes_goes_on_where_it_ended_and_ends_with_the_server() {
    for harness in Harness::over_every_store().await {
        let mut events = get(&harness, "changes/stream", None).await.into_data_stream();
        let (begin, page) = event(&mut events).await;
        assert_eq!((page["upserted"].as_array().map(Vec::len), &page["next"]), (Some(0), &Value::from(begin.clone())));
        create(&harness, "Ada Quay").await;
        let (first, page) = event(&mut events).await;
        assert_eq!(page["upserted"][0]["displayName"], "Ada Quay", "over {}", harness.store);
        drop(events);
        create(&harness, "Bo Quay").await;
        let mut events = get(&harness, "changes/stream", Some(&first)).await.into_data_stream();
        let (_, page) = event(&mut events).await;
        assert_eq!(page["upserted"][0]["displayName"], "Bo Quay", "over {}", harness.store);
        harness.close();
        let end = tokio::time::timeout(SOON, events.next()).await.expect("the stream ends soon");
        assert!(end.is_none(), "over {}", harness.store);
    }
}
