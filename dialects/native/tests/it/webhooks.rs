//! Webhooks with an address that listens.

use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::harness::Harness;

/// An address that answers as it is told, and keeps what it was sent.
struct Listener {
    url: String,
    answer: Arc<AtomicU16>,
    taken: Arc<Mutex<Vec<(HeaderMap, Value)>>>,
}

impl Listener {
    async fn new() -> Self {
        let (answer, taken) = (Arc::new(AtomicU16::new(204)), Arc::<Mutex<Vec<(HeaderMap, Value)>>>::default());
        let (told, kept) = (Arc::clone(&answer), Arc::clone(&taken));
        let take = async move |headers: HeaderMap, body: Bytes| {
            let value = serde_json::from_slice(&body).expect("what is sent is JSON");
            kept.lock().expect("nobody panics").push((headers, value));
            StatusCode::from_u16(told.load(Ordering::Relaxed)).expect("a status")
        };
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
        let url = format!("http://{}/hook", listener.local_addr().expect("it has an address"));
        tokio::spawn(async move { axum::serve(listener, Router::new().route("/hook", post(take))).await });
        Listener { url, answer, taken }
    }

    fn answers(&self, status: u16) {
        self.answer.store(status, Ordering::Relaxed);
    }

    fn taken(&self) -> Vec<(HeaderMap, Value)> {
        std::mem::take(&mut *self.taken.lock().expect("nobody panics"))
    }
}

impl Harness {
    async fn hook(&self, listener: &Listener) -> String {
        let made = self.json("POST", "/webhooks", &json!({"url": listener.url}).to_string()).await;
        made["id"].as_str().expect("it has an id").to_owned()
    }

    async fn person(&self, name: &str) -> String {
        let made = self.json("POST", "/contacts", &json!({"displayName": name}).to_string()).await;
        made["id"].as_str().expect("it has an id").to_owned()
    }

    async fn work(&self) {
        self.worker.finish_due().await.expect("jobs can be read");
    }
}

#[tokio::test]
async fn what_changes_is_sent_signed_and_once() {
    for harness in Harness::over_every_store().await {
        let listener = Listener::new().await;
        harness.person("Before").await;
        let hook = harness.hook(&listener).await;
        harness.work().await;
        assert_eq!(listener.taken(), [], "what was before is not sent");
        let ada = harness.person("Ada Quay").await;
        harness.work().await;
        let taken = listener.taken();
        let [(headers, body)] = &taken[..] else { panic!("one delivery: {taken:?}") };
        assert_eq!(body["type"], "changes");
        assert_eq!(body["data"]["upserted"][0]["id"], ada.as_str());
        assert!(headers["webhook-signature"].to_str().is_ok_and(|text| text.starts_with("v1,")));
        assert!(headers["webhook-id"].to_str().is_ok_and(|text| text.starts_with(&hook)));
        assert!(headers.contains_key("webhook-timestamp"));
        harness.work().await;
        assert_eq!(listener.taken(), [], "nothing is sent twice");
        harness.ask("DELETE", &format!("/contacts/{ada}"), "").await;
        harness.work().await;
        assert_eq!(listener.taken()[0].1["data"]["deleted"], json!([ada]), "over {}", harness.store);
        let told = harness.json("GET", &format!("/webhooks/{hook}"), "").await;
        assert_eq!((&told["delivered"], &told["tries"]), (&2.into(), &0.into()));
    }
}

#[tokio::test]
async fn what_is_not_taken_is_tried_again_and_is_a_dead_letter_in_the_end() {
    for harness in Harness::over_every_store().await {
        let listener = Listener::new().await;
        let hook = harness.hook(&listener).await;
        let path = format!("/webhooks/{hook}");
        listener.answers(503);
        harness.person("Ada Quay").await;
        harness.work().await;
        harness.work().await;
        let first = listener.taken();
        assert_eq!(first.len(), 1, "over {}: it waits before it is tried again", harness.store);
        assert_eq!(harness.json("GET", &path, "").await["tries"], 1);
        for _ in 0..2 {
            harness.clock.advance(SignedDuration::from_hours(1));
            harness.work().await;
        }
        let later = listener.taken();
        assert_eq!(later.len(), 2);
        assert!(
            later
                .iter()
                .all(|(headers, body)| headers["webhook-id"] == first[0].0["webhook-id"] && body["data"] == first[0].1["data"])
        );
        let told = harness.json("GET", &path, "").await;
        assert_eq!((&told["deadLetters"], &told["tries"], &told["active"]), (&1.into(), &0.into(), &true.into()));
        // What comes behind a dead letter is delivered.
        listener.answers(200);
        harness.person("Bo Reed").await;
        harness.work().await;
        assert_eq!(listener.taken()[0].1["data"]["upserted"][0]["displayName"], "Bo Reed");
        let letters = harness.json("GET", &format!("{path}/dead-letters"), "").await;
        assert_eq!((&letters["items"][0]["number"], &letters["items"][0]["tries"]), (&1.into(), &3.into()));
        let body = harness.json("GET", &format!("{path}/dead-letters/1"), "").await;
        assert_eq!(body["data"], first[0].1["data"]);
        harness.json("POST", &format!("{path}/dead-letters/1/redeliver"), "").await;
        harness.work().await;
        assert_eq!(listener.taken()[0].1["data"], first[0].1["data"]);
        assert_eq!(harness.json("GET", &format!("{path}/dead-letters"), "").await["items"], json!([]));
    }
}

#[tokio::test]
async fn an_address_that_is_gone_is_left_alone() {
    for harness in Harness::over_every_store().await {
        let listener = Listener::new().await;
        let hook = harness.hook(&listener).await;
        listener.answers(410);
        harness.person("Ada Quay").await;
        harness.work().await;
        harness.person("Bo Reed").await;
        harness.clock.advance(SignedDuration::from_hours(24));
        harness.work().await;
        assert_eq!(listener.taken().len(), 1, "over {}", harness.store);
        assert_eq!(harness.json("GET", &format!("/webhooks/{hook}"), "").await["active"], false);
    }
}
