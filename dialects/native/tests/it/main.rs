//! Runs the conformance transcripts, each over a directory of its own, and holds the document to the code.

mod document;
mod feed;
mod harness;
mod jobs;
mod many;
mod webhooks;

use std::path::Path;

use harness::Harness;

#[tokio::test]
async fn every_transcript_holds() {
    let mut failures = Vec::new();
    for (name, text) in cardfile_testkit::transcript::files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("conformance")) {
        for mut harness in Harness::over_every_store().await {
            if let Err(failure) = cardfile_testkit::transcript::run(&harness.app, &text, &mut harness.variables).await {
                failures.push(format!("{name} over {}: {failure}", harness.store));
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
}
