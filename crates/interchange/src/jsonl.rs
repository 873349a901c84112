//! JSON lines: one person a line.

use std::io::Read;

use cardfile_model::{Record, Violation};
use serde_json::{Map, Value};

use crate::item::{Card, Unreadable};
use crate::json::{Person, Places};
use crate::rejects::{RAW, REASON};
use crate::text::{Text, is_blank};

pub(crate) fn cut<R: Read>(text: &mut Text<R>) -> Result<Option<usize>, Unreadable> {
    text.pass_lines(is_blank)?;
    text.line_end(0)
}

pub(crate) fn understand(text: &str, places: &dyn Places) -> (String, Result<Card, Vec<Violation>>) {
    let text = text.trim();
    if let Ok(person) = serde_json::from_str(text) {
        return (text.to_owned(), card(person, places));
    }
    let (raw, value) = unmarked(text);
    let outcome = value.and_then(carefully).and_then(|person| card(person, places));
    (raw, outcome)
}

/// A JSON object without the marks of a rejected one, and its text.
pub(crate) fn unmarked(text: &str) -> (String, Result<Map<String, Value>, Vec<Violation>>) {
    match serde_json::from_str(text) {
        Ok(Value::Object(mut members)) => {
            if let Some(Value::String(raw)) = members.get(RAW) {
                return (raw.clone(), object(raw));
            }
            let was_marked = members.remove(REASON).is_some();
            let raw = if was_marked { Value::Object(members.clone()).to_string() } else { text.to_owned() };
            (raw, Ok(members))
        }
        _ => (text.to_owned(), object(text)),
    }
}

fn object(text: &str) -> Result<Map<String, Value>, Vec<Violation>> {
    serde_json::from_str(text).map_err(|fault| vec![Violation::new("", "json", format!("this is no JSON object: {fault}"))])
}

/// Reads member by member, so that everything is told that is wrong.
fn carefully(members: Map<String, Value>) -> Result<Person, Vec<Violation>> {
    // Null says of a member what its absence says.
    let members: Map<String, Value> = members.into_iter().filter(|(_, value)| !value.is_null()).collect();
    let mut wrong = Vec::new();
    for (name, value) in &members {
        let alone = Map::from_iter([(name.clone(), value.clone())]);
        if let Err(fault) = serde_json::from_value::<Person>(Value::Object(alone)) {
            let rule = if fault.to_string().starts_with("unknown field") { "known" } else { "form" };
            wrong.push(Violation::new(name, rule, fault.to_string()));
        }
    }
    if !wrong.is_empty() {
        return Err(wrong);
    }
    serde_json::from_value(Value::Object(members)).map_err(|fault| vec![Violation::new("", "json", fault.to_string())])
}

fn card(person: Person, places: &dyn Places) -> Result<Card, Vec<Violation>> {
    let uid = person.id.map(|id| id.to_string());
    let mut contact = person.into_contact(places)?;
    let source = Some(std::mem::take(&mut contact.source)).filter(|source| !source.is_empty());
    crate::item::filled(Card { contact, source, uid, groups: Vec::new() })
}

/// A person as a line.
pub(crate) fn write(record: &Record, places: &dyn Places, out: &mut Vec<u8>) {
    serde_json::to_writer(&mut *out, &Person::of(record, places)).expect("a person is always JSON");
    out.push(b'\n');
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Nowhere;

    fn wrong(text: &str) -> Vec<(String, &'static str)> {
        let found = understand(text, &Nowhere).1.unwrap_err();
        found.into_iter().map(|violation| (violation.field, violation.rule)).collect()
    }

    #[test]
    fn everything_that_is_wrong_with_a_line_is_told() {
        let text = r#"{"displayName":5,"emails":[{"value":"a"}],"nick":"x","title":null}"#;
        assert_eq!(wrong(text), [("displayName".into(), "form"), ("nick".into(), "known")]);
        assert_eq!(wrong("[1]"), [(String::new(), "json")]);
        assert_eq!(wrong("{}"), [(String::new(), "filled")]);
        let elsewhere = r#"{"title":"x","memberships":[{"organization":"00000000-0000-0000-0000-000000000009"}]}"#;
        assert_eq!(wrong(elsewhere), [("memberships[0].organization".into(), "known")]);
    }

    #[test]
    fn null_is_as_good_as_absent_and_the_mark_of_a_reject_is_passed_over() {
        let (raw, outcome) = understand(r#"{"title":"x","company":null,"cardfileReason":"no"}"#, &Nowhere);
        assert_eq!(outcome.unwrap().contact.title.as_deref(), Some("x"));
        assert!(!raw.contains("cardfileReason"));
    }
}
