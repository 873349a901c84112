//! Runs a transcript and says what was answered otherwise than expected.

use axum::Router;
use axum::http::HeaderMap;
use http_body_util::BodyExt;
use serde_json::Value;
use tower::ServiceExt;

use super::Variables;
use super::matching::{differences, is_wild_match};
use super::parse::{Exchange, exchanges};
use super::request::request;

/// An answer, read to its end.
struct Answer {
    status: u16,
    headers: HeaderMap,
    body: Vec<u8>,
}

/// Runs the exchanges of a transcript in order, keeps what they capture, and answers how many there were.
///
/// # Errors
/// What does not hold of the first exchange that fails: its title and line, then each difference on a line of its own.
pub async fn run(app: &Router, text: &str, variables: &mut Variables) -> Result<usize, String> {
    let exchanges = exchanges(text)?;
    for exchange in &exchanges {
        let failed = |problem: String| format!("`{}` (line {}):\n{problem}", exchange.title, exchange.line);
        let answer = ask(app, exchange, variables).await.map_err(failed)?;
        judge(exchange, &answer, variables).map_err(failed)?;
        capture(exchange, &answer, variables).map_err(failed)?;
    }
    Ok(exchanges.len())
}

async fn ask(app: &Router, exchange: &Exchange, variables: &Variables) -> Result<Answer, String> {
    let request = request(exchange, variables)?;
    let response = app.clone().oneshot(request).await.unwrap_or_else(|never| match never {});
    let (head, body) = response.into_parts();
    let body = body.collect().await.map_err(|error| format!("the body broke off: {error}"))?;
    Ok(Answer { status: head.status.as_u16(), headers: head.headers, body: body.to_bytes().to_vec() })
}

fn judge(exchange: &Exchange, answer: &Answer, variables: &Variables) -> Result<(), String> {
    let mut problems = Vec::new();
    if answer.status != exchange.status {
        problems.push(format!("  status: expected {}, got {}", exchange.status, answer.status));
    }
    for (name, expected) in &exchange.expected_headers {
        let expected = variables.fill(expected);
        match (answer.header(name), expected.as_str()) {
            (None, "absent") => {}
            (Some(actual), "absent") => problems.push(format!("  header {name}: expected none, got {actual}")),
            (None, _) => problems.push(format!("  header {name}: expected {expected}, got none")),
            (Some(actual), pattern) if is_wild_match(pattern, &actual) => {}
            (Some(actual), pattern) => problems.push(format!("  header {name}: expected {pattern}, got {actual}")),
        }
    }
    problems.extend(body_problems(&variables.fill(&exchange.expected_body), answer, variables));
    if problems.is_empty() {
        return Ok(());
    }
    Err(format!("{}\n  the body was: {}", problems.join("\n"), answer.excerpt()))
}

fn body_problems(expected: &str, answer: &Answer, variables: &Variables) -> Vec<String> {
    match expected {
        "<any body>" => Vec::new(),
        "" if answer.body.is_empty() => Vec::new(),
        "" => vec!["  body: expected none".into()],
        text if text.starts_with("@text ") || text.starts_with('<') => text_problems(text, answer),
        _ => match (serde_json::from_str::<Value>(expected), serde_json::from_slice::<Value>(&answer.body)) {
            (Err(error), _) => vec![format!("  the transcript: what is expected is no JSON: {error}")],
            (_, Err(error)) => vec![format!("  body: no JSON: {error}")],
            (Ok(expected), Ok(actual)) => differences(&expected, &actual, variables),
        },
    }
}

/// A body that is compared as text; where it is long, its lines are joined without a line break.
fn text_problems(expected: &str, answer: &Answer) -> Vec<String> {
    let expected: String = expected.strip_prefix("@text ").unwrap_or(expected).lines().collect();
    let actual = String::from_utf8_lossy(&answer.body);
    if is_wild_match(&expected, &actual) {
        return Vec::new();
    }
    vec![format!("  body: expected {expected}")]
}

fn capture(exchange: &Exchange, answer: &Answer, variables: &mut Variables) -> Result<(), String> {
    for (name, path) in &exchange.captures {
        let found = match path.strip_prefix("header:") {
            Some(header) => answer.header(&header.to_ascii_lowercase()),
            None => answer.member(path),
        };
        let value = found.ok_or_else(|| format!("  nothing to capture at {path}\n  the body was: {}", answer.excerpt()))?;
        variables.set(name, value);
    }
    Ok(())
}

impl Answer {
    /// The values of a header, joined as RFC 9110 §5.3 allows.
    fn header(&self, name: &str) -> Option<String> {
        let values: Vec<_> = self.headers.get_all(name).iter().map(|value| String::from_utf8_lossy(value.as_bytes())).collect();
        (!values.is_empty()).then(|| values.join(", "))
    }

    /// A part of the body by its path (`contacts[0].contactId`): a text as it is, anything else as JSON.
    fn member(&self, path: &str) -> Option<String> {
        let body: Value = serde_json::from_slice(&self.body).ok()?;
        let steps = path.split(['.', '[']).map(|step| step.trim_end_matches(']')).filter(|step| !step.is_empty());
        let found = steps.into_iter().try_fold(&body, |value, step| match value {
            Value::Array(items) => items.get(step.parse::<usize>().ok()?),
            _ => value.get(step),
        })?;
        Some(found.as_str().map_or_else(|| found.to_string(), str::to_owned))
    }

    /// The body's beginning, as text.
    fn excerpt(&self) -> String {
        const CHARS: usize = 2000;
        let text = String::from_utf8_lossy(&self.body);
        text.chars().take(CHARS).collect()
    }
}
