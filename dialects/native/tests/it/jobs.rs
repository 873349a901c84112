//! What transcripts cannot say of jobs: time that passes, a worker that dies, files of many rows.

use std::collections::BTreeSet;
use std::time::Duration;

use axum::body::Body;
use axum::http::{Request, StatusCode};
use cardfile_jobs::{Settings, Worker};
use jiff::SignedDuration;
use serde_json::Value;
use std::sync::Arc;
use tower::ServiceExt;

use crate::harness::Harness;

/// Rows of a file of several slices.
const ROWS: usize = 3_500;

impl Harness {
    pub async fn ask(&self, method: &str, path: &str, body: &str) -> (StatusCode, Vec<u8>) {
        let token = self.variables.get("TOKEN").unwrap_or_default();
        let media_type = if path.contains("/imports") { "text/csv" } else { "application/json" };
        let request = Request::builder()
            .method(method)
            .uri(format!("/directory/v1{path}"))
            .header("authorization", format!("Bearer {token}"))
            .header("content-type", media_type)
            .body(Body::from(body.to_owned()))
            .expect("a request can be made");
        let response = self.app.clone().oneshot(request).await.expect("a router answers");
        let status = response.status();
        (status, axum::body::to_bytes(response.into_body(), usize::MAX).await.expect("a body comes whole").to_vec())
    }

    pub async fn json(&self, method: &str, path: &str, body: &str) -> Value {
        let (status, bytes) = self.ask(method, path, body).await;
        assert!(status.is_success(), "{method} {path}: {status} {}", String::from_utf8_lossy(&bytes));
        serde_json::from_slice(&bytes).unwrap_or_default()
    }

    async fn import(&self, text: &str) -> String {
        let job = self.json("POST", "/imports?source=hr&fileName=a.csv", text).await;
        job["id"].as_str().expect("a job has an id").to_owned()
    }
}

fn people(rows: usize) -> String {
    let row = |n: usize| format!("{n},Person {n},p{n}@example.com\n");
    format!("key,name,email\n{}", (0..rows).map(row).collect::<String>())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_import_that_died_goes_on_and_has_everyone_once() {
    for harness in Harness::over_every_store().await {
        let job = harness.import(&people(ROWS)).await;
        let worker = Arc::clone(&harness.worker);
        let dying = tokio::spawn(async move { worker.finish_due().await });
        let path = format!("/jobs/{job}");
        let rows = loop {
            let rows = harness.json("GET", &path, "").await["progress"]["rows"].as_u64().expect("a number");
            if rows > 0 {
                break rows;
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        };
        dying.abort();
        let _ended = dying.await;
        assert!(rows <= ROWS as u64);
        // Its lease is not over: nobody else takes it up.
        let before = harness.json("GET", &path, "").await;
        assert_eq!(harness.worker.finish_due().await.expect("jobs can be read"), 0);
        harness.clock.advance(SignedDuration::from_mins(5));
        harness.worker.finish_due().await.expect("jobs can be read");
        let after = harness.json("GET", &path, "").await;
        assert_eq!(after["state"], "done", "over {}: {before} then {after}", harness.store);
        assert_eq!((&after["progress"]["created"], &after["progress"]["rows"]), (&ROWS.into(), &ROWS.into()));
        let found = harness.json("GET", "/contacts?limit=1", "").await;
        assert_eq!(found["total"], ROWS, "over {}", harness.store);
        let (_, results) = harness.ask("GET", &format!("{path}/files/results.jsonl"), "").await;
        let lines: Vec<Value> = results
            .split(|byte| *byte == b'\n')
            .filter(|line| !line.is_empty())
            .map(|line| serde_json::from_slice(line).expect("a line is JSON"))
            .collect();
        let numbered: Vec<u64> = lines.iter().filter_map(|line| line["row"].as_u64()).collect();
        assert_eq!(numbered, (1..=ROWS as u64).collect::<Vec<_>>(), "one line for each row, in their order");
        let ids: BTreeSet<&str> = lines.iter().filter_map(|line| line["id"].as_str()).collect();
        assert_eq!(ids.len(), ROWS);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_job_that_is_cancelled_in_the_middle_stops_and_keeps_what_it_did() {
    for harness in Harness::over_every_store().await {
        let job = harness.import(&people(ROWS)).await;
        let worker = Arc::clone(&harness.worker);
        let working = tokio::spawn(async move { worker.finish_due().await });
        let path = format!("/jobs/{job}");
        while harness.json("GET", &path, "").await["progress"]["rows"] == 0 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        let (status, _) = harness.ask("POST", &format!("{path}/cancel"), "").await;
        working.await.expect("it ends").expect("jobs can be read");
        let after = harness.json("GET", &path, "").await;
        // It may have been faster than whoever cancelled it.
        if status == StatusCode::OK {
            assert_eq!(after["state"], "cancelled", "over {}: {after}", harness.store);
        }
        let found = harness.json("GET", "/contacts?limit=1", "").await;
        assert_eq!(found["total"], after["progress"]["created"], "over {}", harness.store);
    }
}

#[tokio::test]
async fn a_job_goes_with_its_files_when_its_time_is_over() {
    for harness in Harness::over_every_store().await {
        let job = harness.import(&people(3)).await;
        harness.worker.finish_due().await.expect("jobs can be read");
        let path = format!("/jobs/{job}");
        let hours = i64::from(Settings::default().retention_hours);
        harness.clock.advance(SignedDuration::from_hours(hours) - SignedDuration::from_secs(1));
        assert_eq!(harness.worker.finish_due().await.expect("jobs can be read"), 0);
        assert_eq!(harness.ask("GET", &format!("{path}/files/results.jsonl"), "").await.0, StatusCode::OK);
        harness.clock.advance(SignedDuration::from_secs(1));
        assert_eq!(harness.worker.finish_due().await.expect("jobs can be read"), 1);
        assert_eq!(harness.ask("GET", &path, "").await.0, StatusCode::NOT_FOUND, "over {}", harness.store);
        assert_eq!(harness.json("GET", "/contacts?limit=1", "").await["total"], 3);
    }
}

#[tokio::test]
async fn two_workers_do_a_job_once() {
    for harness in Harness::over_every_store().await {
        let job = harness.import(&people(ROWS)).await;
        let other = Worker::new(Arc::clone(&harness.directory), Settings::default());
        let (one, two) = tokio::join!(harness.worker.finish_due(), other.finish_due());
        one.and(two).expect("jobs can be read");
        let after = harness.json("GET", &format!("/jobs/{job}"), "").await;
        assert_eq!((&after["state"], &after["progress"]["created"]), (&"done".into(), &ROWS.into()), "over {}", harness.store);
        assert_eq!(harness.json("GET", "/contacts?limit=1", "").await["total"], ROWS);
    }
}

#[tokio::test]
async fn a_file_that_is_too_large_leaves_nothing() {
    for harness in Harness::over_every_store().await {
        let (status, _) = harness.ask("POST", "/imports?format=csv", &"x".repeat(2 * 1024 * 1024)).await;
        assert_eq!(status, StatusCode::PAYLOAD_TOO_LARGE, "over {}", harness.store);
        assert_eq!(harness.json("GET", "/jobs", "").await["items"], serde_json::json!([]));
    }
}

#[tokio::test]
async fn a_job_rests_while_its_organization_is_locked() {
    for harness in Harness::over_every_store().await {
        let job = harness.import(&people(3)).await;
        let organization =
            cardfile_model::OrganizationId(harness.variables.get("ORG").unwrap_or_default().parse().expect("an id"));
        harness.directory.lock_organization(organization, true).await.expect("it can be locked");
        harness.worker.finish_due().await.expect("jobs can be read");
        harness.directory.lock_organization(organization, false).await.expect("it can be opened");
        let path = format!("/jobs/{job}");
        let told = harness.json("GET", &path, "").await;
        assert_eq!((&told["state"], &told["progress"]["rows"]), (&"waiting".into(), &0.into()), "over {}", harness.store);
        assert!(told["problem"].as_str().is_some_and(|problem| problem.contains("locked")), "{told}");
        harness.clock.advance(SignedDuration::from_hours(1));
        harness.worker.finish_due().await.expect("jobs can be read");
        let told = harness.json("GET", &path, "").await;
        assert_eq!((&told["state"], &told["problem"]), (&"done".into(), &Value::Null), "over {}", harness.store);
    }
}
