//! One account changed by many at once.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::harness::Harness;

over_lasting_stores! {
    of_many_making_one_account_with_its_people_one_does: 30,
    a_name_and_the_people_sent_with_it_stay_together: 200,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn addresses_added_at_once_are_all_there_and_each_has_its_own_id() {
    for harness in Harness::over_every_store("accounts").await {
        let (harness, shopper) = (Arc::new(harness), "bb-100001");
        let mut tasks = Vec::new();
        for at in 0..6 {
            let harness = Arc::clone(&harness);
            tasks.push(tokio::spawn(async move {
                let address = json!({"address1": "1 Quay", "city": "Oslo", "postalCode": "0150", "country": "NO",
                    "companyName": "Harbor", "isDefaultBillingAddress": true});
                let body = json!({"addressType": format!("Depot {at}"), "address": address});
                harness.ask("POST", "/ccagent/v1/organizationAddresses", shopper, &body).await
            }));
        }
        let mut ids = BTreeSet::new();
        for task in tasks {
            let (status, body) = task.await.expect("no request panics");
            assert_eq!(status, 200, "{body}");
            ids.insert(body["repositoryId"].as_str().unwrap_or_default().to_owned());
        }
        assert_eq!(ids.len(), 6, "{ids:?}");
        let (_, list) = harness.ask("GET", "/ccagent/v1/organizationAddresses", shopper, &json!(null)).await;
        let items = list["items"].as_array().expect("it is a list");
        let is_default = |item: &&serde_json::Value| item["address"]["isDefaultBillingAddress"] == true;
        assert_eq!((items.len(), items.iter().filter(is_default).count()), (6, 1));
    }
}

/// All make an account of one name with the same two people, of whom one is changed at the same time: one is made, with both in it, and
/// nothing is left of the others.
async fn of_many_making_one_account_with_its_people_one_does(harness: Arc<Harness>, rounds: usize) {
    let [joy, lin] = ["JOY", "LIN"].map(|name| harness.known(name));
    for round in 0..rounds {
        let wanted = json!({"name": format!("Half {round}"), "members": [joy, lin]});
        let mut tasks = JoinSet::new();
        for at in 0..8 {
            let (harness, wanted) = (Arc::clone(&harness), wanted.clone());
            let profile = format!("/ccadmin/v1/profiles/{joy}");
            tasks.spawn(async move {
                if at % 4 == 0 {
                    let named = json!({"middleName": format!("{round} {at}")});
                    let (status, answer) = harness.administer("PUT", &profile, &named).await;
                    assert_eq!(status, 200, "{answer}");
                    return None;
                }
                let (status, answer) = harness.administer("POST", "/ccadmin/v1/organizations", &wanted).await;
                (status == 200).then(|| answer["members"].clone())
            });
        }
        let made: Vec<Value> = tasks.join_all().await.into_iter().flatten().collect();
        assert_eq!(made, [json!([lin, joy])], "round {round}");
        for (person, others) in [(&joy, 0), (&lin, 1)] {
            let path = format!("/ccadmin/v1/organizations?q=members.id%20eq%20%22{person}%22");
            let (_, list) = harness.administer("GET", &path, &json!(null)).await;
            assert_eq!(list["total"], round + 1 + others, "round {round}: {list}");
        }
    }
    let (_, list) = harness.administer("GET", "/ccadmin/v1/organizations?limit=1", &json!(null)).await;
    assert_eq!(list["total"], rounds + 3, "no account is there without its people");
}

/// Two write one account at once, each with a name and a list of people: the name and the people are those of one of them.
async fn a_name_and_the_people_sent_with_it_stay_together(harness: Arc<Harness>, rounds: usize) {
    let account = format!("/ccadmin/v1/organizations/{}", harness.known("O1"));
    let [ida, omar, lin, eve] = ["IDA", "OMAR", "LIN", "EVE"].map(|name| harness.known(name));
    let wanted = [json!({"name": "Harbor", "members": [ida, lin]}), json!({"name": "Haven", "members": [omar, eve]})];
    for round in 0..rounds {
        let mut tasks = JoinSet::new();
        for wanted in wanted.clone() {
            let (harness, account) = (Arc::clone(&harness), account.clone());
            tasks.spawn(async move { harness.administer("PUT", &account, &wanted).await.0 });
        }
        assert_eq!(tasks.join_all().await, [200, 200], "round {round}");
        let (_, left) = harness.administer("GET", &format!("{account}?fields=name,members"), &json!(null)).await;
        assert!(wanted.contains(&left), "round {round}: {left}");
    }
}
