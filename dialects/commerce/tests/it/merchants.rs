//! Merchants of whom one is below another.

use serde_json::{Value, json};

use crate::harness::Harness;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_who_belongs_elsewhere_too_not_everything_is_a_merchants_to_change() {
    for mut harness in Harness::over_every_store("merchants").await {
        harness.administers("O2_UUID", "PINE").await;
        let (_, branch) = harness.call("POST", "/ccadmin/v1/organizations", "PINE", &json!({"name": "Branch"})).await;
        let body = json!({"firstName": "Una", "lastName": "Ray", "email": "una@h.test", "parentOrganization": branch["id"]});
        let (_, una) = harness.call("POST", "/ccadmin/v1/profiles", "PINE", &body).await;
        let profile = format!("/ccadmin/v1/profiles/{}", una["id"].as_str().expect("she was made"));
        let change = async |body: Value| harness.call("PUT", &profile, "PINE", &body).await.0;
        assert_eq!(change(json!({"password": "open sesame", "email": "Una@h.test", "active": true})).await, 200);

        let elsewhere = json!({"secondaryOrganizations": [{"id": harness.known("O1")}]});
        let (status, answer) = harness.administer("PUT", &profile, &elsewhere).await;
        assert_eq!(status, 200, "{answer}");
        for body in [json!({"password": "taken over"}), json!({"email": "una@elsewhere.test"}), json!({"active": false})] {
            let (status, answer) = harness.call("PUT", &profile, "PINE", &body).await;
            assert_eq!((status, &answer["errorCode"]), (403, &json!("100091")), "{body}");
        }
        assert_eq!(harness.call("DELETE", &profile, "PINE", &Value::Null).await.0, 403);
        assert_eq!(change(json!({"firstName": "Oona"})).await, 200, "her name is told by any of her merchants");

        let (status, answer) = harness.administer("PUT", &profile, &json!({"secondaryOrganizations": []})).await;
        assert_eq!(status, 200, "{answer}");
        assert_eq!(harness.call("DELETE", &profile, "PINE", &Value::Null).await.0, 200);
    }
}
