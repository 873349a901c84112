//! Roles that are no organization's, made and given by many at once.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::harness::Harness;

/// Asks six times at once, each with a body of its own; all must be done. Answers the ids, sorted.
async fn at_once(harness: &Arc<Harness>, path: &'static str, body: impl Fn(u32) -> Value) -> Vec<String> {
    let ask = |body: Value| {
        let harness = Arc::clone(harness);
        tokio::spawn(async move { harness.administer("POST", path, &body).await })
    };
    let asked: Vec<_> = (1..=6).map(|at| ask(body(at))).collect();
    let mut ids = Vec::new();
    for asked in asked {
        let (status, body) = asked.await.expect("no request panics");
        assert_eq!(status, 200, "{body}");
        ids.push(body["id"].as_str().unwrap_or_default().to_owned());
    }
    ids.sort();
    ids
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn roles_made_and_given_at_once_are_all_there() {
    for harness in Harness::over_every_store("roles").await {
        let harness = Arc::new(harness);
        let expected: Vec<String> = (1..=6).map(|at| format!("role-10000{at}")).collect();
        let made = at_once(&harness, "/ccadmin/v1/roles", |at| json!({"name": format!("Role {at}")})).await;
        assert_eq!(made, expected, "{}", harness.store);
        let give = |at| json!({"roles": [{"id": format!("role-10000{at}"), "associations": [{"type": "global"}]}]});
        at_once(&harness, "/ccadmin/v1/profiles/bb-100009/addRoles", give).await;
        let (_, held) = harness.administer("GET", "/ccadmin/v1/profiles/bb-100009/roles", &Value::Null).await;
        assert_eq!(held["total"], 6, "{held}");
    }
}
