//! One account changed by many at once.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::json;

use crate::harness::Harness;

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
