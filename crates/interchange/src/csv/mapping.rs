//! What is understood of a file's columns.

use std::collections::BTreeMap;

use cardfile_model::Violation;
use serde::{Deserialize, Serialize};

use super::names::plain;
use super::target::{Target, TextField};
use super::{REASON, compound, target};
use crate::encoding::Encoding;

/// Whose columns a file has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Recognised {
    /// Google Contacts.
    Google,
    /// Outlook.
    Outlook,
    /// Webex Control Hub: its users or its contacts.
    ControlHub,
    /// What [`crate::Writer`] writes.
    Cardfile,
    /// None of these; each column is understood by its name.
    Other,
}

/// What was understood of a file's first row.
#[derive(Debug, Clone, PartialEq)]
pub struct Columns {
    /// Whose columns these are.
    pub recognised: Recognised,
    /// The name of each column and what it means, in order.
    pub columns: Vec<(String, Target)>,
    /// What stands between two fields.
    pub separator: char,
    /// The first row as it stands in the file, for [`crate::Rejects`].
    pub raw: String,
}

/// What a user says of the columns of a file. As JSON: `{"columns": {"Spalte": "phones.mobile", "X": null}, "separator": ";",
/// "encoding": "windows-1252"}`, each member of which may be absent.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Mapping {
    columns: BTreeMap<String, Target>,
    separator: Option<u8>,
    encoding: Option<Encoding>,
}

#[derive(Deserialize)]
#[serde(default, deny_unknown_fields)]
#[derive(Default)]
struct Wire {
    columns: BTreeMap<String, Option<String>>,
    separator: Option<String>,
    encoding: Option<String>,
}

impl Mapping {
    /// Reads a mapping from JSON.
    ///
    /// # Errors
    /// A violation for everything that is not understood.
    pub fn read(json: &str) -> Result<Mapping, Vec<Violation>> {
        let wire: Wire = serde_json::from_str(json).map_err(|fault| vec![Violation::new("", "json", fault.to_string())])?;
        let (mut mapping, mut wrong) = (Mapping::default(), Vec::new());
        for (name, target) in wire.columns {
            if let Some(target) = target.as_deref().map_or(Some(Target::Pass), Target::read) {
                mapping.columns.insert(name, target);
            } else {
                let said = target.unwrap_or_default();
                let message = format!("a column cannot mean {said:?}; there are {}", Target::CHOICES);
                wrong.push(Violation::new(format!("columns.{name}"), "known", message));
            }
        }
        if let Some(separator) = wire.separator {
            match separator.as_bytes() {
                [byte] if byte.is_ascii() && !matches!(byte, b'"' | b'\r' | b'\n') => mapping.separator = Some(*byte),
                _ => wrong.push(Violation::new("separator", "form", "a separator is one ASCII character, such as ;")),
            }
        }
        if let Some(label) = wire.encoding {
            mapping.encoding = Encoding::read(&label);
            if mapping.encoding.is_none() {
                let message = format!("no encoding is called {label:?}; there are utf-8, utf-16le, windows-1252 and others");
                wrong.push(Violation::new("encoding", "known", message));
            }
        }
        if wrong.is_empty() { Ok(mapping) } else { Err(wrong) }
    }

    /// What columns of these names are understood as, to be shown and changed.
    #[must_use]
    pub fn of_headers<S: AsRef<str>>(headers: &[S]) -> Mapping {
        let names: Vec<String> = headers.iter().map(|name| name.as_ref().to_owned()).collect();
        let (_, targets) = understood(&names);
        Mapping { columns: names.into_iter().zip(targets).collect(), ..Mapping::default() }
    }

    /// The mapping as JSON that [`Mapping::read`] understands.
    #[must_use]
    pub fn to_json(&self) -> serde_json::Value {
        let target = |target: &Target| (*target != Target::Pass).then(|| target.to_string());
        let columns: BTreeMap<_, _> = self.columns.iter().map(|(name, means)| (name, target(means))).collect();
        let mut json = serde_json::json!({ "columns": columns });
        if let Some(separator) = self.separator {
            json["separator"] = char::from(separator).to_string().into();
        }
        if let Some(encoding) = self.encoding {
            json["encoding"] = encoding.name().into();
        }
        json
    }

    pub(super) fn separator(&self) -> Option<u8> {
        self.separator
    }

    pub(crate) fn encoding(&self) -> Option<Encoding> {
        self.encoding
    }

    /// What columns of these names mean when this is said of some.
    ///
    /// # Errors
    /// A sentence when this names a column that is not there.
    pub(super) fn applied(&self, names: &[String]) -> Result<(Recognised, Vec<Target>), String> {
        if let Some(absent) = self.columns.keys().find(|name| !names.contains(name)) {
            return Err(format!("the mapping names {absent:?}, which is no column; the file has {}", names.join(", ")));
        }
        let (recognised, mut targets) = understood(names);
        for (name, target) in names.iter().zip(&mut targets) {
            if let Some(said) = self.columns.get(name) {
                target.clone_from(said);
            }
        }
        Ok((recognised, targets))
    }
}

/// Whose columns these are, and what each means.
fn understood(names: &[String]) -> (Recognised, Vec<Target>) {
    let plains: Vec<String> = names.iter().map(|name| plain(name)).collect();
    let has = |name: &str| plains.iter().any(|plain| plain == name);
    let recognised = if names.iter().any(|name| name == "more") && names.iter().any(|name| name == "emails.1") {
        Recognised::Cardfile
    } else if has("email1value") || has("phone1value") || (has("groupmembership") && has("givenname")) {
        Recognised::Google
    } else if has("emailaddress") && (has("businessphone") || has("emaildisplayname")) {
        Recognised::Outlook
    } else if has("useridemailrequired") || (has("contactemail") && has("sipuri")) {
        Recognised::ControlHub
    } else {
        Recognised::Other
    };
    let mut targets: Vec<Target> = names.iter().zip(&plains).map(|(name, plain)| one(name, plain)).collect();
    let at = |name: &str| plains.iter().position(|plain| plain == name);
    // Beside a job title, a title is a form of address.
    if let (Some(title), true) = (at("title"), has("jobtitle")) {
        targets[title] = Target::Keep;
    }
    // "Name" beside "Vorname" is the last name.
    let has_family = targets.contains(&Target::Text(TextField::FamilyName));
    if let (Some(name), true, false) = (at("name"), has("vorname"), has_family) {
        targets[name] = Target::Text(TextField::FamilyName);
    }
    (recognised, targets)
}

fn one(name: &str, plain: &str) -> Target {
    if name == REASON {
        return Target::Pass;
    }
    target::Target::read(name).or_else(|| Target::read(&compound::meaning(name, plain)?)).unwrap_or(Target::Keep)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mapping_is_read_back_from_what_it_shows() {
        let shown = Mapping::of_headers(&["Vorname", "Name", "E-Mail 1", "Schuhgröße"]);
        let json = shown.to_json();
        assert_eq!(
            json["columns"],
            serde_json::json!({"Vorname": "givenName", "Name": "familyName", "E-Mail 1": "emails.1", "Schuhgröße": "extensions.csv"})
        );
        assert_eq!(Mapping::read(&json.to_string()).unwrap(), shown);
    }

    #[test]
    fn everything_that_is_wrong_with_a_mapping_is_told_with_what_there_is() {
        let wrong = Mapping::read(r#"{"columns":{"A":"mobile","B":null},"separator":";;","encoding":"klingon"}"#).unwrap_err();
        let fields: Vec<_> = wrong.iter().map(|violation| violation.field.as_str()).collect();
        assert_eq!(fields, ["columns.A", "separator", "encoding"]);
        assert!(wrong[0].message.contains("phones.mobile"));
        assert!(Mapping::read(r#"{"colums":{}}"#).is_err());
    }

    #[test]
    fn a_mapping_of_a_column_that_is_not_there_is_refused() {
        let mapping = Mapping::read(r#"{"columns":{"Tel":"phones.work"}}"#).unwrap();
        assert!(mapping.applied(&["Telefon".into()]).unwrap_err().contains("Telefon"));
    }

    #[test]
    fn beside_a_job_title_a_title_is_kept_as_it_is() {
        let (_, targets) = understood(&["Title".into(), "Job Title".into()]);
        assert_eq!(targets, [Target::Keep, Target::Text(TextField::Title)]);
    }
}
