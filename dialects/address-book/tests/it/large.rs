//! Bodies and answers that would be too long for a transcript.

use serde_json::{Value, json};

use crate::harness::Harness;

fn contact(number: usize) -> Value {
    json!({"FirstName": format!("First{}", number % 7), "LastName": format!("Last{number:05}"),
        "MobilePhone": format!("+47{number:08}"), "EmailAddress": format!("p{number}@quay.example")})
}

async fn populate(harness: &Harness, count: usize) {
    for first in (0..count).step_by(1000) {
        let contacts: Vec<Value> = (first..count.min(first + 1000)).map(contact).collect();
        let (status, body) =
            harness.ask("POST", "/api/v4/addressbook/contacts", "", &json!({"contacts": contacts}).to_string()).await;
        assert_eq!(status, 200, "{}", &body[..body.len().min(300)]);
    }
}

fn names(body: &str) -> Vec<String> {
    let body: Value = serde_json::from_str(body).expect("the answer is JSON");
    let detail = &body["ResponseData"]["Detail"];
    let contacts = detail["Contacts"].as_array().expect("it is a list");
    assert_eq!(detail["TotalRecords"].as_u64(), Some(contacts.len() as u64));
    contacts.iter().map(|contact| contact["LastName"].as_str().unwrap_or_default().to_owned()).collect()
}

#[tokio::test]
async fn a_whole_book_of_many_comes_in_order() {
    for harness in Harness::over_every_store("large").await {
        populate(&harness, 2500).await;
        let (status, body) = harness.ask("GET", "/api/v3/addressbook/contacts", "", "").await;
        assert_eq!(status, 200);
        let found = names(&body);
        assert_eq!((found.len(), found[0].as_str(), found[2504].as_str()), (2505, "Quist", "Last02499"));
        let sorted = "/api/v3/addressbook/contacts?sort.Field=LastName&sort.Direction=Descending&EmailAddress=quay";
        let found = names(&harness.ask("GET", sorted, "", "").await.1);
        assert_eq!((found.len(), found[0].as_str(), found[2499].as_str()), (2500, "Last02499", "Last00000"));
        assert!(found.is_sorted_by(|a, b| a > b));
    }
}

#[tokio::test]
async fn lists_of_a_hundred_thousand_and_long_names_are_answered() {
    for harness in Harness::over_every_store("large").await {
        populate(&harness, 1200).await;
        let group = harness.variables.get("G").expect("the harness sets it").to_owned();
        let path = format!("/api/v2/addressbook/groups/{group}/contacts");
        let numbers: Vec<u32> = (1..=100_000).collect();
        let (status, body) = harness.ask("PUT", &path, "", &json!({"All": false, "Contacts": numbers}).to_string()).await;
        assert_eq!(status, 200, "{body}");
        let (_, body) = harness.ask("GET", &format!("/api/v1/addressbook/groups/{group}"), "", "").await;
        assert!(body.contains("\"Contacts\":1205"), "{body}");
        let spared: Vec<u32> = (1..=10_000).filter(|number| number % 2 == 0).collect();
        let path = path.replace("v2", "v3");
        let (status, _) = harness.ask("DELETE", &path, "", &json!({"All": true, "Contacts": spared}).to_string()).await;
        let (_, body) = harness.ask("GET", &format!("/api/v1/addressbook/groups/{group}"), "", "").await;
        assert!(status == 200 && body.contains("\"Contacts\":602"), "{body}");

        let mut long = contact(1);
        long["FirstName"] = "x".repeat(1 << 20).into();
        let (status, body) =
            harness.ask("POST", "/api/v4/addressbook/contacts", "", &json!({"contacts": [long]}).to_string()).await;
        assert!(status == 400 && body.len() < 1000 && body.contains("contacts[0].FirstName"), "{status}");
        let (status, _) = harness.ask("POST", &path.replace("v3", "v2"), "", &"x".repeat(5 << 20)).await;
        assert_eq!(status, 413);
    }
}
