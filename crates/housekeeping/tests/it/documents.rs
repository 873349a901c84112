//! What the documents point at must be there.

use std::path::{Path, PathBuf};

use crate::graph::root;

/// Folders whose files are named in documents by their path from the root.
const NAMED: [&str; 5] = ["crates/", "dialects/", "docs/", "bench/", ".ci/"];

#[test]
fn links_between_documents_lead_somewhere() {
    let mut broken = Vec::new();
    for (path, text) in documents() {
        for target in links(&text) {
            if target.contains("://") || target.starts_with("mailto:") {
                continue;
            }
            let (file, anchor) = target.split_once('#').map_or((target, None), |(file, anchor)| (file, Some(anchor)));
            let file = if file.is_empty() { path.clone() } else { path.parent().unwrap_or(root()).join(file) };
            let is_there = file.exists() && anchor.is_none_or(|anchor| anchors(&file).iter().any(|known| known == anchor));
            if !is_there {
                broken.push(format!("{}: {target}", path.display()));
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn paths_named_in_documents_are_there() {
    let mut gone = Vec::new();
    for (path, text) in documents() {
        for named in text.split('`').skip(1).step_by(2) {
            let is_path = NAMED.iter().any(|folder| named.starts_with(folder)) && !named.contains(['*', ' ', '…', '\n']);
            if is_path && !root().join(named).exists() {
                gone.push(format!("{}: {named}", path.display()));
            }
        }
    }
    assert!(gone.is_empty(), "{}", gone.join("\n"));
}

/// The documents of this repository.
fn documents() -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    for folder in ["", "docs", "docs/decisions", "dialects/webex"] {
        let entries = std::fs::read_dir(root().join(folder)).expect("a folder of documents can be read");
        found.extend(entries.map(|entry| entry.expect("an entry can be read").path()));
    }
    found.retain(|path| path.extension().is_some_and(|extension| extension == "md"));
    assert!(found.len() > 10, "there are more documents than {}", found.len());
    found.into_iter().map(|path| (path.clone(), without_fences(&path))).collect()
}

/// A document without what stands between fences.
fn without_fences(path: &Path) -> String {
    let text = std::fs::read_to_string(path).expect("a document can be read");
    let mut is_within = false;
    let lines = text.lines().filter(|line| {
        let is_fence = line.trim_start().starts_with("```");
        is_within ^= is_fence;
        !is_within && !is_fence
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// The targets of `[text](target)`.
fn links(text: &str) -> impl Iterator<Item = &str> {
    text.split("](").skip(1).filter_map(|rest| rest.split_once(')')).map(|(target, _)| target)
}

/// The anchors that the headings of a document make.
fn anchors(path: &Path) -> Vec<String> {
    let text = without_fences(path);
    let headings = text.lines().filter(|line| line.starts_with('#')).map(|line| line.trim_start_matches('#').trim());
    headings
        .map(|heading| {
            let kept = heading.to_lowercase().replace(' ', "-");
            kept.chars().filter(|c| c.is_alphanumeric() || *c == '-' || *c == '_').collect()
        })
        .collect()
}
