//! Answers that would be too long.

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::Request;
use serde_json::{Value, json};
use tower::ServiceExt;
use uuid::Uuid;

use crate::harness::Harness;

async fn ask(app: &Router, token: &str, method: &str, path: &str, body: Value) -> Value {
    let request = Request::builder()
        .method(method)
        .uri(format!("/v1{path}"))
        .header("authorization", format!("Bearer {token}"))
        .header("content-type", "application/json")
        .body(Body::from(body.to_string()))
        .expect("the request is well-formed");
    let response = app.clone().oneshot(request).await.expect("a router answers everything");
    assert!(response.status().is_success(), "{method} {path}: {}", response.status());
    let bytes = to_bytes(response.into_body(), usize::MAX).await.expect("the answer is in memory");
    serde_json::from_slice(&bytes).expect("the answer is JSON")
}

fn shown(group: &Value) -> usize {
    group["members"].as_array().map_or(0, Vec::len)
}

#[tokio::test]
async fn an_answer_has_at_most_five_hundred_people() {
    for harness in Harness::over_every_store("many").await {
        let token = harness.variables.get("TOKEN").expect("the harness sets it").to_owned();
        let ask = |method, path: String, body| {
            let (app, token) = (harness.app.clone(), token.clone());
            async move { ask(&app, &token, method, &path, body).await }
        };
        let people = |from: u128| -> Vec<Value> { (from..from + 300).map(|n| json!({"id": Uuid::from_u128(n)})).collect() };
        let first = ask("POST", "/groups".into(), json!({"displayName": "A", "members": people(1)})).await;
        ask("POST", "/groups".into(), json!({"displayName": "B", "members": people(1)})).await;

        let listed = ask("GET", "/groups?includeMembers=true".into(), Value::Null).await;
        assert_eq!(listed["groups"].as_array().map(|groups| groups.iter().map(shown).collect()), Some(vec![300, 200]));

        let id = first["id"].as_str().unwrap_or_default();
        let patched = ask("PATCH", format!("/groups/{id}"), json!({"members": people(1001)})).await;
        assert_eq!((patched["memberSize"].as_u64(), shown(&patched)), (Some(600), 500));
        for (path, count) in [("?includeMembers=true", 500), ("/members?count=9999", 500), ("/members?startIndex=501", 100)] {
            assert_eq!(shown(&ask("GET", format!("/groups/{id}{path}"), Value::Null).await), count, "{path}");
        }
    }
}
