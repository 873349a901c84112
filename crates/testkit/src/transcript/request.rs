//! The request of an exchange, with its directives carried out.

use axum::body::Body;
use axum::http::{HeaderName, HeaderValue, Request};

use super::Variables;
use super::parse::Exchange;

/// Builds the request.
pub(super) fn request(exchange: &Exchange, variables: &Variables) -> Result<Request<Body>, String> {
    let body = body(&exchange.body, variables)?;
    let mut defaults = vec![("host", "cardfile.test".to_owned())];
    if let Some(token) = variables.get("TOKEN") {
        defaults.push(("authorization", format!("Bearer {token}")));
    }
    if !body.is_empty() {
        defaults.push(("content-type", "application/json;charset=utf-8".to_owned()));
        defaults.push(("content-length", body.len().to_string()));
    }
    defaults.retain(|(name, _)| exchange.headers.iter().all(|(given, _)| given != name));
    let given = exchange.headers.iter().filter(|(_, value)| value != "none");
    let given = given.map(|(name, value)| (name.as_str(), variables.fill(value)));

    let mut request = Request::new(Body::from(body));
    *request.method_mut() = exchange.method.parse().map_err(|error| format!("method: {error}"))?;
    let target = variables.fill(&exchange.target);
    *request.uri_mut() = target.parse().map_err(|error| format!("target {target}: {error}"))?;
    for (name, value) in defaults.into_iter().chain(given) {
        let name = HeaderName::try_from(name).map_err(|error| format!("header {name}: {error}"))?;
        let value = HeaderValue::try_from(value).map_err(|error| format!("header {name}: {error}"))?;
        request.headers_mut().append(name, value);
    }
    Ok(request)
}

/// Joins the lines of a body: with line breaks, but for directives.
fn body(lines: &[String], variables: &Variables) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    let mut is_line_open = false;
    for line in lines {
        let Some((name, rest)) = line.strip_prefix('@').map(|line| line.split_once(' ').unwrap_or((line, ""))) else {
            if is_line_open {
                bytes.push(b'\n');
            }
            bytes.extend_from_slice(variables.fill(line).as_bytes());
            is_line_open = true;
            continue;
        };
        match name {
            "bytes" => {
                for pair in rest.split_whitespace() {
                    bytes.push(u8::from_str_radix(pair, 16).map_err(|error| format!("@bytes {pair}: {error}"))?);
                }
            }
            "repeat" => bytes.extend_from_slice(repeat(&variables.fill(rest))?.as_bytes()),
            "expand" => bytes.extend_from_slice(variables.fill(rest).as_bytes()),
            _ => return Err(format!("@{name} is no directive")),
        }
        is_line_open = false;
    }
    Ok(bytes)
}

/// `1000 "," text {i}` carried out.
fn repeat(text: &str) -> Result<String, String> {
    let parts = text.split_once(' ').and_then(|(count, rest)| {
        let (separator, item) = rest.strip_prefix('"')?.split_once('"')?;
        Some((count.parse::<usize>().ok()?, separator, item.trim_start()))
    });
    let (count, separator, item) = parts.ok_or_else(|| format!("expected `@repeat 3 \",\" text`, found {text}"))?;
    let items: Vec<String> = (0..count).map(|at| item.replace("{i}", &at.to_string())).collect();
    Ok(items.join(separator))
}
