//! `All` and its list: some people, or everyone but some.

use cardfile_model::{Numbers, People, Selection};

use crate::error::Failure;
use crate::settings::Settings;
use crate::wire::Node;

/// Who is meant, as it is sent.
#[derive(Debug, PartialEq)]
pub struct Members {
    /// Whether everyone is meant, and the list are the exceptions.
    pub all: bool,
    /// The list, without numbers that nobody can have.
    pub listed: Numbers,
    /// Whether a number was listed that nobody can have.
    pub has_impossible: bool,
}

impl Members {
    /// Reads `All` and `Contacts`: absent or null, the one is false and the other empty. One bad element spoils the whole, for
    /// it may be the very person who was to be spared.
    ///
    /// # Errors
    /// 400 for what cannot be read, and for a list that is too long.
    pub fn read(node: Node<'_>, settings: &Settings) -> Result<Self, Failure> {
        if let Some(twice) = ["All", "Contacts"].into_iter().find(|name| node.has_twice(name)) {
            return Err(Failure::invalid(twice, "stands there twice"));
        }
        let all = node.member("All").filter(|found| !is_blank_form(*found)).map(|found| found.bool("All")).transpose()?;
        let items = node.member("Contacts").map(|found| found.items("int", true, "Contacts")).transpose()?.unwrap_or_default();
        if items.len() > settings.list_numbers {
            return Err(Failure::too_many(settings.list_numbers));
        }
        let (mut listed, mut has_impossible) = (Numbers::new(), false);
        for (at, item) in items.iter().enumerate() {
            match u32::try_from(item.int(&format!("Contacts[{at}]"))?) {
                Ok(number) if number > 0 => drop(listed.insert(number)),
                _ => has_impossible = true,
            }
        }
        Ok(Members { all: all.unwrap_or(false), listed, has_impossible })
    }

    /// Who is meant.
    pub fn selection(&self) -> Selection {
        let people = People::Numbers(self.listed.clone());
        if self.all { Selection::AllExcept(people) } else { Selection::Only(people) }
    }
}

/// A key of a form without a value says nothing.
fn is_blank_form(node: Node<'_>) -> bool {
    matches!(node, Node::Form(form) if form.values().iter().all(String::is_empty))
}

#[cfg(test)]
mod tests {
    use cardfile_http::form::Form;
    use cardfile_http::xml::Element;
    use serde_json::json;

    use super::*;

    fn read(node: Node<'_>) -> Option<(bool, Vec<u32>)> {
        Members::read(node, &Settings::default()).ok().map(|members| (members.all, members.listed.iter().collect()))
    }

    fn in_json(value: &serde_json::Value) -> Option<(bool, Vec<u32>)> {
        read(Node::Json(value))
    }

    fn in_xml(inner: &str) -> Option<(bool, Vec<u32>)> {
        let text = format!("<G xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\">{inner}</G>");
        read(Node::Xml(&Element::read(&text, 9).unwrap()))
    }

    fn in_form(text: &str) -> Option<(bool, Vec<u32>)> {
        read(Node::Form(&Form::read(text, 9).unwrap()))
    }

    #[test]
    fn absent_null_and_empty_mean_false_and_nobody() {
        for value in [json!({}), json!({"All": null, "Contacts": null}), json!({"ALL": false, "contacts": []}), json!({"x": 1})] {
            assert_eq!(in_json(&value), Some((false, vec![])), "{value}");
        }
        for text in ["", "<All>false</All><Contacts/>", "<All xsi:nil=\"true\"/><Contacts xsi:nil=\"1\"/>", "<x/>"] {
            assert_eq!(in_xml(text), Some((false, vec![])), "{text}");
        }
        for text in ["", "x=1", "All=&Contacts=", "all=False&contacts[]="] {
            assert_eq!(in_form(text), Some((false, vec![])), "{text}");
        }
    }

    #[test]
    fn lists_collapse_and_come_in_every_spelling() {
        assert_eq!(in_json(&json!({"All": "true", "Contacts": [3, "3", 5, 0, -4]})), Some((true, vec![3, 5])));
        assert_eq!(in_xml("<Contacts><int> 3 </int><int>+5</int></Contacts><All> 1 </All>"), Some((true, vec![3, 5])));
        for text in
            ["All=TRUE&Contacts=3&Contacts=5", "all=true&contacts[]=5&contacts[]=3", "All=true&Contacts[9]=3&contacts[2]=5"]
        {
            assert_eq!(in_form(text), Some((true, vec![3, 5])), "{text}");
        }
    }

    #[test]
    fn a_list_that_stands_there_twice_is_refused() {
        assert_eq!(in_json(&json!({"All": true, "Contacts": [1], "contacts": [2]})), None);
        assert_eq!(in_json(&json!({"All": true, "ALL": false})), None);
        assert_eq!(in_xml("<All>true</All><Contacts><int>1</int></Contacts><Contacts><int>2</int></Contacts>"), None);
    }

    #[test]
    fn one_bad_element_spoils_the_whole() {
        for list in [
            json!([1, null]),
            json!([1, 7.5]),
            json!([7.0]),
            json!(["x"]),
            json!([true]),
            json!([[1]]),
            json!([2_147_483_648_i64]),
            json!("1,2"),
            json!({}),
        ] {
            assert_eq!(in_json(&json!({"All": true, "Contacts": list})), None);
        }
        for text in [
            "<Contacts><int/></Contacts>",
            "<Contacts><string>1</string></Contacts>",
            "<Contacts><int>1,2</int></Contacts>",
            "<Contacts>1</Contacts>",
            "<All/>",
            "<All>maybe</All>",
            "<Contacts><int>2147483648</int></Contacts>",
        ] {
            assert_eq!(in_xml(text), None, "{text}");
        }
        for text in ["Contacts=1,2", "All=on", "All=1", "All=yes", "Contacts[0]=x", "Contacts=1&Contacts=x", "Contacts[0].a=1"] {
            assert_eq!(in_form(text), None, "{text}");
        }
    }
}
