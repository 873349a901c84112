//! The document: a snapshot, and what it says is there is there.

#[test]
fn the_document_is_as_the_snapshot_says() {
    let document = cardfile_native::document();
    insta::assert_json_snapshot!("openapi", document);
}

#[test]
fn every_operation_is_named_and_described() {
    let document = cardfile_native::document();
    let paths = document["paths"].as_object().expect("there are paths");
    let mut names = std::collections::BTreeSet::new();
    for (path, methods) in paths {
        for (method, operation) in methods.as_object().expect("a path has methods") {
            let name = operation["operationId"].as_str().unwrap_or_default();
            assert!(names.insert(name.to_owned()), "{method} {path} is called {name}, as another is");
            assert!(operation["summary"].is_string(), "{method} {path} says nothing of itself");
        }
    }
    assert!(names.len() > 25, "{names:?}");
}

#[test]
fn the_document_is_of_the_version_that_it_says() {
    let document = cardfile_native::document();
    assert!(document["openapi"].as_str().is_some_and(|version| version.starts_with("3.1")), "{}", document["openapi"]);
}
