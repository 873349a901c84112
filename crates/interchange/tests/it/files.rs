//! Files as others write them, each beside what it means.

use std::path::Path;

use cardfile_interchange::json::Person;
use cardfile_interchange::{Format, Nowhere, Options, read};
use serde_json::{Value, json};

fn meaning(path: &Path) -> Value {
    let bytes = std::fs::read(path).unwrap();
    let format = Format::detect(&bytes, path.file_name().and_then(|name| name.to_str())).unwrap();
    let reader = read(format, bytes.as_slice(), Options::default()).unwrap();
    let recognised = reader.columns().map(|columns| serde_json::to_value(columns.recognised).unwrap());
    let items = reader.map(|item| {
        let item = item.unwrap();
        match item.outcome {
            Ok(mut card) => {
                card.contact.extensions.retain(|name, _| name == "csv" || name == "ldif");
                let person = Person::of_contact(&card.contact, &Nowhere);
                json!({ "line": item.line, "person": person, "uid": card.uid, "groups": card.groups })
            }
            Err(wrong) => {
                json!({ "line": item.line, "refused": wrong.iter().map(|one| json!([one.field, one.rule])).collect::<Vec<_>>() })
            }
        }
    });
    json!({ "format": format.name(), "recognised": recognised, "items": items.collect::<Vec<_>>() })
}

#[test]
fn files_mean_what_stands_beside_them() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data");
    let mut looked_at = 0;
    for file in std::fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        if path.extension().is_some_and(|ending| ending == "json") {
            continue;
        }
        let expected = path.with_extension("json");
        let meant = meaning(&path);
        let expected: Value = serde_json::from_str(&std::fs::read_to_string(&expected).unwrap_or_default()).unwrap_or_default();
        assert_eq!(meant, expected, "{}: {meant:#}", path.display());
        looked_at += 1;
    }
    assert!(looked_at >= 5, "the files are gone");
}
