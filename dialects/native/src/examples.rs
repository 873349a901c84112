//! The examples of the document: a transcript, so that each of them is what happens.

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use uuid::Uuid;

use crate::routes::PREFIX;

const TRANSCRIPT: &str = include_str!("../conformance/examples.http");

/// A request and what is answered to it.
struct Exchange<'t> {
    method: String,
    path: &'t str,
    body: Option<Value>,
    status: &'t str,
    answer: Option<Value>,
}

/// Puts the examples into a document.
pub fn added(document: &mut Value) {
    let mut names = Names::default();
    for exchange in TRANSCRIPT.split("\n### ").skip(1).filter_map(|text| Exchange::read(text, &mut names)) {
        let Some(operation) = operation(document, &exchange) else { continue };
        if let Some(body) = exchange.body {
            each_content(&mut operation["requestBody"], &body);
        }
        if let Some(answer) = exchange.answer {
            each_content(&mut operation["responses"][exchange.status], &answer);
        }
    }
}

fn operation<'d>(document: &'d mut Value, exchange: &Exchange<'_>) -> Option<&'d mut Value> {
    let paths = document["paths"].as_object_mut()?;
    // Of several templates the one with the most said counts.
    let matching = paths.keys().filter(|template| is_of(template, exchange.path));
    let template = matching.min_by_key(|template| template.matches('{').count())?.clone();
    paths[&template].get_mut(&exchange.method)
}

/// Whether a path is one of a template: `/contacts/{contact}`.
fn is_of(template: &str, path: &str) -> bool {
    let (mut parts, mut wanted) = (path.split('/'), template.split('/'));
    loop {
        match (parts.next(), wanted.next()) {
            (None, None) => return true,
            (Some(part), Some(wanted)) if part == wanted || wanted.starts_with('{') => {}
            _ => return false,
        }
    }
}

/// The first example that there is for a body stays.
fn each_content(holder: &mut Value, example: &Value) {
    let contents = holder.get_mut("content").and_then(Value::as_object_mut);
    for content in contents.into_iter().flat_map(Map::values_mut).filter_map(Value::as_object_mut) {
        content.entry("example").or_insert_with(|| example.clone());
    }
}

impl<'t> Exchange<'t> {
    fn read(text: &'t str, names: &mut Names) -> Option<Self> {
        let (_, rest) = text.split_once('\n')?;
        let (request, answer) = rest.split_once("\nHTTP ")?;
        let (line, body) = request.split_once("\n\n").unwrap_or((request, ""));
        let (method, target) = line.lines().next()?.split_once(' ')?;
        let path = target.split('?').next()?.strip_prefix(PREFIX)?;
        let (status, answer) = answer.split_once('\n').unwrap_or((answer, ""));
        let answer = answer.split("\n>").next().unwrap_or_default();
        let method = method.to_ascii_lowercase();
        let [body, answer] = [body, answer].map(|text| serde_json::from_str(text).ok().map(|value| names.filled(value)));
        Some(Exchange { method, path, body, status: status.trim(), answer })
    }
}

/// What stands for ids and for what differs each time.
#[derive(Default)]
struct Names(BTreeMap<String, Uuid>);

impl Names {
    /// An example without what only a transcript understands.
    fn filled(&mut self, value: Value) -> Value {
        match value {
            Value::Object(mut members) => match members.remove("$has") {
                Some(has) => self.filled(has),
                None => Value::Object(members.into_iter().map(|(name, value)| (name, self.filled(value))).collect()),
            },
            Value::Array(items) => items.into_iter().map(|item| self.filled(item)).collect(),
            Value::String(text) => match text.as_str() {
                "<uuid>" => self.id("<uuid>").into(),
                "<str>" => "AQAAAAAAAAAMAAAAAAAAAAwAAAAA".into(),
                name if name.starts_with('{') && name.ends_with('}') => self.id(name).into(),
                _ => text.into(),
            },
            other => other,
        }
    }

    fn id(&mut self, name: &str) -> String {
        let next = self.0.len() as u128 + 1;
        let id =
            self.0.entry(name.to_owned()).or_insert_with(|| Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0000 + next));
        id.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_exchange_of_the_transcript_is_an_example_of_some_operation() {
        let mut document = serde_json::to_value(crate::routes::described().into_openapi()).unwrap();
        let mut names = Names::default();
        let texts: Vec<&str> = TRANSCRIPT.split("\n### ").skip(1).collect();
        for text in &texts {
            let exchange = Exchange::read(text, &mut names).unwrap_or_else(|| panic!("{text} is not understood"));
            let found = operation(&mut document, &exchange).unwrap_or_else(|| panic!("{} is no operation", exchange.path));
            assert!(found["responses"].get(exchange.status).is_some(), "{} does not tell of {}", exchange.path, exchange.status);
        }
        assert!(texts.len() > 20);
    }

    #[test]
    fn there_are_no_examples_but_those_of_the_transcript() {
        assert!(crate::document::document().to_string().contains("Mara Vinter"));
        let document = crate::document::document();
        let mut bare = document.clone();
        take_out(&mut bare["paths"]);
        added(&mut bare);
        for (path, methods) in document["paths"].as_object().unwrap() {
            assert_eq!(&bare["paths"][path], methods, "{path}");
        }
    }

    /// Takes the examples of bodies out; those of parameters are texts.
    fn take_out(value: &mut Value) {
        match value {
            Value::Object(members) => {
                members.retain(|name, value| name != "example" || value.is_string());
                members.values_mut().for_each(take_out);
            }
            Value::Array(items) => items.iter_mut().for_each(take_out),
            _ => {}
        }
    }
}
