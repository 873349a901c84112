//! One person whole: handed out, and erased.

use serde_json::json;

use crate::process::{Account, command, json, run};

#[test]
fn all_that_is_kept_of_a_person_is_printed_and_erased() {
    let folder = tempfile::tempdir().unwrap();
    let (data, file) = (folder.path().join("data"), folder.path().join("people.jsonl"));
    let Account { organization, .. } = Account::make(&data);
    let id = "0190a6f0-0000-7000-8000-000000000077";
    std::fs::write(&file, format!("{{\"id\": \"{id}\", \"displayName\": \"Zebedee Quern\"}}\n")).unwrap();
    json(&data, &["import", file.to_str().unwrap(), "--org", &organization]);
    let exported = run(&mut command(&data, &["export", "--org", &organization]));
    let person: serde_json::Value = serde_json::from_str(exported.stdout.trim()).unwrap();
    let id = person["id"].as_str().unwrap();

    let asked = ["--org", organization.as_str(), "--contact", id];
    let with = |words: &[&str]| [words, &asked[..]].concat().into_iter().map(str::to_owned).collect::<Vec<_>>();
    let call = |words: &[&str]| {
        let words = with(words);
        run(&mut command(&data, &words.iter().map(String::as_str).collect::<Vec<_>>()))
    };
    let ended = call(&["bundle"]);
    let bundle: serde_json::Value = serde_json::from_str(&ended.stdout).unwrap();
    assert_eq!((&bundle["contact"], &bundle["trashed"]), (&person, &json!(false)));
    assert_eq!(bundle["memberships"][0]["organization"], json!(organization));
    let kinds: Vec<_> = bundle["changes"].as_array().unwrap().iter().map(|change| change["kind"].clone()).collect();
    assert_eq!(kinds, ["write", "bundle"]);
    assert_eq!(bundle["changes"][1]["author"], "cli");

    let ended = call(&["erase"]);
    assert_eq!(ended.code, Some(1));
    assert!(ended.stderr.contains("--yes"), "{ended:?}");
    let ended = call(&["erase", "--yes", "--json"]);
    assert_eq!(ended.stdout.trim(), r#"{"number":1,"revision":4}"#, "{ended:?}");
    assert_eq!(call(&["bundle"]).code, Some(1));
    assert_eq!(call(&["erase", "--yes"]).code, Some(1));
    let log = json(&data, &["log", "--org", &organization]);
    let last = log.as_array().unwrap().last().unwrap();
    assert_eq!((&last["kind"], &last["touched"], &last["is_undoable"]), (&json!("erase"), &json!(1), &json!(false)));
    assert_eq!(json(&data, &["check"]), json!({"findings": []}));
}
