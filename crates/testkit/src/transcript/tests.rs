use axum::Json;
use axum::body::Bytes;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::IntoResponse;
use axum::routing::{any, get};
use serde_json::{Value, json};

use super::*;

/// Answers what it was asked.
async fn echo(uri: Uri, headers: HeaderMap, body: Bytes) -> impl IntoResponse {
    let headers: serde_json::Map<String, Value> =
        headers.iter().map(|(name, value)| (name.to_string(), value.to_str().unwrap_or("?").into())).collect();
    let body = String::from_utf8(body.to_vec()).map_or_else(|error| json!(error.into_bytes()), Value::from);
    (StatusCode::CREATED, [("x-mark", "a; b=2")], Json(json!({"uri": uri.to_string(), "headers": headers, "body": body})))
}

fn app() -> axum::Router {
    let card = json!({
        "id": CARD, "made": "2026-03-04T05:06:07.089Z", "n": 3, "name": "Åse", "none": null,
        "list": [{"a": 1}, {"a": 2}], "inner": "{\"x\":[1]}"
    });
    axum::Router::new()
        .route("/echo", any(echo))
        .route("/card", get(move || async move { Json(card) }))
        .route("/empty", get(|| async { StatusCode::NO_CONTENT }))
}

const CARD: &str = "01900000-0000-7000-8000-000000000001";

async fn outcome(text: &str) -> Result<usize, String> {
    let mut variables = Variables::new();
    variables.set("TOKEN", "t0").set("ORG", "o1").pattern("pair", r#"{"$has": {"a": "<int>"}}"#);
    run(&app(), text, &mut variables).await
}

/// Expects of `/card` what is given, after `{"id": …}` of the whole card has been replaced by `text`.
async fn card(expected: &str) -> Result<usize, String> {
    outcome(&format!("### Card\nGET /card\nHTTP 200\n\n{expected}\n")).await
}

#[tokio::test]
async fn a_whole_transcript_runs_with_defaults_captures_and_directives() {
    let text = r#"# about nothing

### The first
GET /card
HTTP 200
content-type: application/json*
x-mark: absent

{"id": "<uuid>", "made": "<ts>", "n": "<int>", "name": "<str>", "none": "<any>",
 "list": {"$len": 2, "$each": "<pair>"}, "inner": {"$json": {"x": [1]}}}
> C1 = id
> A2 = list[1].a

# in between
### The second
PUT /echo?org={ORG}&x={UNKNOWN}
Accept: text/{A2}

{"c": "{C1}", "kept": {
# no comment
}}

HTTP 201
x-mark: a;*2

{"uri": "/echo?org=o1&x={UNKNOWN}", "body": "{\"c\": \"{C1}\", \"kept\": {\n# no comment\n}}",
 "headers": {"host": "cardfile.test", "authorization": "Bearer t0", "accept": "text/2",
             "content-type": "application/json;charset=utf-8", "content-length": "<str>"}}
> MARK = header:X-Mark

### The third
POST /echo
Authorization: none
Content-Type: none
Host: {MARK}

[
@repeat 3 "," {"{i}":"{A2}"}
@expand ,{}
]
HTTP 201

{"$has": {"body": "[{\"0\":\"2\"},{\"1\":\"2\"},{\"2\":\"2\"},{}]", "headers": {"host": "a; b=2", "content-length": "34"}}}

### The fourth
POST /echo

@bytes ff 7b
HTTP 201

{"$has": {"body": [255, 123]}}

### The fifth
GET /empty
HTTP 204

### The sixth
GET /card
HTTP 200

<any body>
"#;
    assert_eq!(outcome(text).await, Ok(6));
}

#[tokio::test]
async fn a_failure_names_the_exchange_its_line_and_both_sides() {
    let text = "\n### Fine\nGET /empty\nHTTP 204\n### Not so\nGET /card\nHTTP 404\nx-mark: 1\ncontent-type: absent\n";
    let error = outcome(text).await.expect_err("the answer is 200");
    for part in [
        "`Not so` (line 5)",
        "status: expected 404, got 200",
        "header x-mark: expected 1, got none",
        "header content-type: expected none",
    ] {
        assert!(error.contains(part), "{part} is missing in:\n{error}");
    }
    assert!(error.contains("body: expected none"), "{error}");
}

#[tokio::test]
async fn every_kind_of_difference_fails_at_its_path() {
    let rest = r#""made": "<ts>", "n": 3, "name": "Åse", "none": null, "inner": "<str>""#;
    let list = r#""list": [{"a": 1}, {"a": 2}]"#;
    assert_eq!(card(&format!(r#"{{"id": "<uuid>", {list}, {rest}}}"#)).await, Ok(1));
    for (expected, problem) in [
        (format!("{{{list}, {rest}}}"), "$.id: expected no such member"),
        (format!(r#"{{"id": "<uuid>", "more": 1, {list}, {rest}}}"#), "$.more: expected 1, got nothing"),
        (format!(r#"{{"id": "<ts>", {list}, {rest}}}"#), "$.id: expected <ts>"),
        (format!(r#"{{"id": "<int>", {list}, {rest}}}"#), "$.id: expected <int>"),
        (format!(r#"{{"id": "<pair>", {list}, {rest}}}"#), "$.id: expected an object"),
        (format!(r#"{{"id": "<nobody>", {list}, {rest}}}"#), "$.id: expected <nobody>"),
        (format!(r#"{{"id": {{"$json": 1}}, {list}, {rest}}}"#), "$.id: expected a text of JSON"),
        (format!(r#"{{"id": "<uuid>", "list": [{{"a": 1}}, {{"a": 3}}], {rest}}}"#), "$.list[1].a: expected 3, got 2"),
        (format!(r#"{{"id": "<uuid>", "list": [{{"a": 1}}], {rest}}}"#), "$.list: expected 1 items, got 2"),
        (format!(r#"{{"id": "<uuid>", "list": {{"$len": 3}}, {rest}}}"#), "$.list: expected 3 items, got 2"),
        (format!(r#"{{"id": "<uuid>", "list": {{"$each": {{"a": 1}}}}, {rest}}}"#), "$.list[1].a: expected 1"),
        (r#"{"$has": {"name": "<uuid>"}}"#.to_owned(), "$.name: expected <uuid>"),
        (r#"{"$has": {"none": "<str>"}}"#.to_owned(), "$.none: expected <str>"),
        (r#"{"$has": {"inner": {"$json": {"x": [2]}}}}"#.to_owned(), "$.inner($json).x[0]: expected 2, got 1"),
        (r#"{"$has": {}, "$hos": 1}"#.to_owned(), "$hos is no directive"),
        ("{".to_owned(), "what is expected is no JSON"),
        (String::new(), "body: expected none"),
    ] {
        let error = card(&expected).await.expect_err(&expected);
        assert!(error.contains(problem), "{problem} is missing in:\n{error}");
    }
}

#[tokio::test]
async fn what_cannot_be_read_or_captured_fails() {
    for (text, problem) in [
        ("GET /card\nHTTP 200\n", "line 1: expected `### `"),
        ("### A\nGET /card\n", "no `HTTP` line"),
        ("### A\nGET /card\n### B\nGET /card\nHTTP 200\n", "line 3"),
        ("### A\nGET /card\nHTTP x\n", "expected a status"),
        ("### A\nGET /card\nHTTP 200\n\n<any body>\n> X = list[7].a\n", "nothing to capture at list[7].a"),
        ("### A\nPOST /echo\n\n@twice 2\nHTTP 201\n", "@twice is no directive"),
        ("### A\nPOST /echo\n\n@repeat x\nHTTP 201\n", "@repeat 3"),
        ("### A\nGET /empty\nHTTP 204\n\n{}\n", "body: no JSON"),
    ] {
        let error = outcome(text).await.expect_err(text);
        assert!(error.contains(problem), "{problem} is missing in:\n{error}");
    }
}

#[test]
fn a_time_has_three_digits_and_ends_in_z() {
    let variables = Variables::new();
    let is_time = |text: &str| matching::differences(&json!("<ts>"), &json!(text), &variables).is_empty();
    assert!(is_time("2026-03-04T05:06:07.000Z"));
    for bad in
        ["2026-03-04T05:06:07Z", "2026-03-04T05:06:07.0000Z", "2026-03-04T05:06:07.000+00:00", "2026-13-04T05:06:07.000Z", "ånei"]
    {
        assert!(!is_time(bad), "{bad}");
    }
}
