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
