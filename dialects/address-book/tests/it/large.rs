//! Bodies and answers that would be too long for a transcript.

use axum::body::{Body, to_bytes};
use axum::http::Request;
use cardfile_http::xml::Element;
use serde_json::{Value, json};
use tower::ServiceExt;

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

#[tokio::test]
async fn a_whole_book_of_many_is_one_document_in_xml() {
    for harness in Harness::over_every_store("set-names.http").await {
        populate(&harness, 1500).await;
        let token = harness.variables.get("TOKEN").expect("the harness sets it");
        let request = Request::builder()
            .uri("/api/v3/addressbook/contacts?Inheritance=False")
            .header("authorization", format!("Bearer {token}"))
            .header("accept", "text/xml")
            .body(Body::empty())
            .expect("the request is well-formed");
        let response = harness.app.clone().oneshot(request).await.expect("a router answers everything");
        assert_eq!(response.headers()["content-type"], "text/xml; charset=utf-8");
        let bytes = to_bytes(response.into_body(), usize::MAX).await.expect("the answer comes whole");
        let root = Element::read(&String::from_utf8_lossy(&bytes), 9).expect("it is well-formed");
        let detail = root.child("ResponseData").and_then(|data| data.child("Detail")).expect("there is a detail");
        let total = detail.child("Count").map(|total| total.text.as_str());
        assert_eq!((root.name.as_str(), total), ("ResponseOfAddressBookResponseV2", Some("1505")));
        let items = &detail.child("Items").expect("there is a list").children;
        let number = |item: &Element| item.child("PersonNumber").and_then(|number| number.text.parse::<u32>().ok());
        assert!(items.iter().map(number).eq((1..=1505).map(Some)));
    }
}

#[tokio::test]
async fn a_thousand_numbers_are_looked_up_and_no_more() {
    for harness in Harness::over_every_store("large").await {
        populate(&harness, 1000).await;
        let ask = |count: usize| {
            let numbers: Vec<String> = (0..count).map(|number| format!("destinations=%2B47{number:08}")).collect();
            format!("/api/v2/addressbook/contacts/lookup?{}", numbers.join("&"))
        };
        let (status, body) = harness.ask("GET", &ask(1000), "", "").await;
        assert_eq!((status, body.matches("ContactName").count()), (200, 1000), "{}", &body[..body.len().min(300)]);
        let (status, _) = harness.ask("GET", &ask(1001), "", "").await;
        assert_eq!(status, 400);
    }
}
