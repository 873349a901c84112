//! Requests at the same time.

use std::sync::Arc;

use crate::harness::Harness;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everyone_is_added_and_removed_at_once_and_never_in_part() {
    for harness in Harness::over_every_store("together").await {
        let harness = Arc::new(harness);
        let group = harness.variables.get("G").expect("the harness sets it").to_owned();
        let path = format!("/api/v2/addressbook/groups/{group}/contacts");
        let mut tasks = Vec::new();
        for at in 0..60 {
            let (harness, path) = (Arc::clone(&harness), path.clone());
            tasks.push(tokio::spawn(async move {
                let (method, path) = match at % 3 {
                    0 => ("PUT", path),
                    1 => ("DELETE", path.replace("v2", "v3")),
                    _ => ("GET", path),
                };
                harness.ask(method, &path, "", if method == "GET" { "" } else { r#"{"All":true}"# }).await
            }));
        }
        for task in tasks {
            let (status, body) = task.await.expect("no request panics");
            assert_eq!(status, 200, "{body}");
            // Three were in it at first; then it is everyone or nobody.
            let count = body.matches("PersonNumber").count();
            assert!(matches!(count, 0 | 3 | 5), "{count} were seen in the group");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn contacts_for_a_group_that_goes_at_that_moment_are_in_it_or_nowhere() {
    for harness in Harness::over_every_store("together").await {
        let harness = Arc::new(harness);
        for at in 0..20 {
            let (_, made) =
                harness.ask("POST", "/api/v2/addressbook/groups", "", &format!(r#"{{"GroupName":"Brief {at}"}}"#)).await;
            let made: serde_json::Value = serde_json::from_str(&made).expect("the answer is JSON");
            let group = made["ResponseData"]["Detail"]["GroupID"].as_str().expect("it was made").to_owned();
            let contact = r#"{"FirstName":"F","LastName":"L","MobilePhone":"+4790000001","EmailAddress":"brief@quay.example"}"#;
            let body = format!(r#"{{"GroupID":"{group}","contacts":[{contact},{contact}]}}"#);
            let adding = tokio::spawn({
                let harness = Arc::clone(&harness);
                async move { harness.ask("POST", "/api/v4/addressbook/contacts", "", &body).await.0 }
            });
            let path = format!("/api/v1/addressbook/groups/{group}");
            assert_eq!(harness.ask("DELETE", &path, "", "").await.0, 200);
            let status = adding.await.expect("no request panics");
            let (_, left) = harness.ask("GET", "/api/v3/addressbook/contacts?EmailAddress=brief@", "", "").await;
            let left = left.matches("PersonNumber").count();
            assert!(matches!((status, left), (200, 2) | (404, 0)), "{status} with {left} left");
            harness.ask("DELETE", "/api/v3/addressbook/contacts", "", r#"{"All":true,"Contacts":[1,2,3,4,5]}"#).await;
        }
    }
}
