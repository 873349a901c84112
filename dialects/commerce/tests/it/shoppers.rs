//! Log-ins of shoppers, whose cards other doors change, too.

use std::sync::Arc;

use cardfile_model::{Entry, Expect, ListEdit, Patch, Write};
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::harness::Harness;

/// Rounds of the race.
const ROUNDS: usize = 200;

/// A person's card goes by another door.
async fn trash(harness: &Harness, id: &str) {
    let id = harness.known(id).parse().expect("it is one");
    harness.write(vec![Write::Delete { id, expect: Expect::Any }]).await;
}

/// A person gets another address by another door.
async fn readdress(harness: &Harness, id: &str, email: &str) {
    let id = harness.known(id).parse().expect("it is one");
    let emails = vec![ListEdit::Replace(vec![Entry { value: email.into(), kind: None, is_primary: Some(true) }])];
    harness.write(vec![Write::Patch { id, expect: Expect::Any, patch: Box::new(Patch { emails, ..Patch::default() }) }]).await;
}

/// Changes a profile; answers the code of the refusal, none where there is none.
async fn update(harness: &Harness, profile: &str, body: Value) -> Option<String> {
    let path = format!("/ccadmin/v1/profiles/{}", harness.known(profile));
    let (status, answer) = harness.administer("PUT", &path, &body).await;
    (status != 200).then(|| answer["errorCode"].as_str().unwrap_or("none").to_owned())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_address_whose_owner_went_at_another_door_is_free() {
    for harness in Harness::over_every_store("shoppers").await {
        trash(&harness, "LIN_UUID").await;
        let body = json!({"firstName": "Lin", "lastName": "Roe", "email": "lin@h.test", "password": "a new password"});
        let (status, answer) = harness.administer("POST", "/ccadmin/v1/profiles", &body).await;
        assert_eq!(status, 200, "{answer}");
        assert!(harness.comes_in("lin@h.test", "a new password").await);
        assert!(!harness.comes_in("lin@h.test", "a good password").await);

        trash(&harness, "IDA_UUID").await;
        assert_eq!(update(&harness, "JOY", json!({"email": "Ida@h.test"})).await, None);
        assert_eq!(harness.shopper_log_in("JOY_UUID").await.as_deref(), Some("ida@h.test"));
        assert_eq!(harness.shopper_log_in("IDA_UUID").await, None);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_log_in_follows_an_address_of_another_door_when_the_profile_is_written_here() {
    for harness in Harness::over_every_store("shoppers").await {
        readdress(&harness, "LIN_UUID", "Linnea@h.test").await;
        assert_eq!(harness.shopper_log_in("LIN_UUID").await.as_deref(), Some("lin@h.test"));
        assert!(harness.comes_in("lin@h.test", "a good password").await, "until then the old address is the name");

        // Whoever signs in with it still is not put out: the card and the log-in of who wants it stay.
        let body = json!({"email": "lin@h.test", "firstName": "Joyce", "locale": "nb_NO"});
        assert_eq!(update(&harness, "JOY", body.clone()).await.as_deref(), Some("22006"));
        let path = format!("/ccadmin/v1/profiles/{}?fields=email,firstName,locale", harness.known("JOY"));
        let (_, profile) = harness.administer("GET", &path, &Value::Null).await;
        assert_eq!(profile, json!({"email": "joy@h.test", "firstName": "Joy", "locale": null}));
        assert_eq!(harness.shopper_log_in("JOY_UUID").await.as_deref(), Some("joy@h.test"));

        // Nor by a delegated administrator.
        let path = format!("/ccstore/v1/organizationMembers/{}?fields=email,firstName", harness.known("IDA"));
        let (_, answer) = harness.call("PUT", &path, "IDA_TOKEN", &body).await;
        assert_eq!(answer["errorCode"], "22006");
        let (_, member) = harness.call("GET", &path, "IDA_TOKEN", &Value::Null).await;
        assert_eq!(member, json!({"email": "ida@h.test", "firstName": "Ida"}));

        assert_eq!(update(&harness, "LIN", json!({"receiveEmail": "no"})).await, None);
        assert_eq!(harness.shopper_log_in("LIN_UUID").await.as_deref(), Some("linnea@h.test"));
        assert_eq!(update(&harness, "JOY", body).await, None);
        assert_eq!(harness.shopper_log_in("JOY_UUID").await.as_deref(), Some("lin@h.test"));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_profile_is_written_though_its_log_in_cannot_follow() {
    for harness in Harness::over_every_store("shoppers").await {
        readdress(&harness, "LIN_UUID", "joy@h.test").await;
        assert_eq!(update(&harness, "LIN", json!({"firstName": "Linnea"})).await, None);
        assert_eq!(harness.shopper_log_in("LIN_UUID").await.as_deref(), Some("lin@h.test"));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_addresses_given_at_once_leave_card_and_log_in_together() {
    for harness in Harness::over_every_store("shoppers").await {
        let harness = Arc::new(harness);
        let path = format!("/ccadmin/v1/profiles/{}?fields=login", harness.known("JOY"));
        for round in 0..ROUNDS {
            let mut requests = JoinSet::new();
            for email in [format!("a{round}@h.test"), format!("b{round}@h.test")] {
                let harness = Arc::clone(&harness);
                requests.spawn(async move { update(&harness, "JOY", json!({"email": email})).await });
            }
            assert_eq!(requests.join_all().await, [None, None], "round {round}");
            let (_, profile) = harness.administer("GET", &path, &Value::Null).await;
            assert_eq!(harness.shopper_log_in("JOY_UUID").await.as_deref(), profile["login"].as_str(), "round {round}");
        }
    }
}
