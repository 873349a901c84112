//! Who may know whom. ARCHITECTURE.md draws these arrows.

use crate::graph::{GRAPH, Package, closure, named};

/// The packages of this workspace that each may be built of. A dialect, wherever it is not named, is as [`A_DIALECT`].
const ARROWS: &[(&str, &[&str])] = &[
    ("cardfile-model", &[]),
    ("cardfile-index", &["cardfile-model"]),
    ("cardfile-directory", &["cardfile-model"]),
    ("cardfile-engine", &["cardfile-index", "cardfile-directory", "cardfile-model"]),
    ("cardfile-store-sqlite", &["cardfile-engine", "cardfile-index", "cardfile-directory", "cardfile-model"]),
    ("cardfile-store-postgres", &["cardfile-engine", "cardfile-index", "cardfile-directory", "cardfile-model"]),
    ("cardfile-http", &["cardfile-directory", "cardfile-model"]),
    ("cardfile-interchange", &["cardfile-model"]),
    ("cardfile-likeness", &["cardfile-model"]),
    ("cardfile-jobs", &["cardfile-interchange", "cardfile-likeness", "cardfile-directory", "cardfile-model"]),
    ("cardfile-native", &["cardfile-http", "cardfile-jobs", "cardfile-interchange", "cardfile-directory", "cardfile-model"]),
    (
        "cardfile-server",
        &[
            "cardfile-address-book",
            "cardfile-commerce",
            "cardfile-native",
            "cardfile-webex",
            "cardfile-http",
            "cardfile-jobs",
            "cardfile-store-sqlite",
            "cardfile-store-postgres",
            "cardfile-directory",
            "cardfile-model",
        ],
    ),
    (
        "cardfile",
        &[
            "cardfile-server",
            "cardfile-interchange",
            "cardfile-jobs",
            "cardfile-engine",
            "cardfile-store-sqlite",
            "cardfile-store-postgres",
            "cardfile-directory",
            "cardfile-model",
        ],
    ),
    ("cardfile-testkit", &["cardfile-directory", "cardfile-model"]),
    ("cardfile-testdb", &[]),
    (
        "cardfile-teststores",
        &["cardfile-store-sqlite", "cardfile-store-postgres", "cardfile-testdb", "cardfile-testkit", "cardfile-directory"],
    ),
    (
        "cardfile-bench",
        &["cardfile-store-sqlite", "cardfile-store-postgres", "cardfile-testdb", "cardfile-directory", "cardfile-model"],
    ),
    ("cardfile-housekeeping", &[]),
];
const A_DIALECT: &[&str] = &["cardfile-http", "cardfile-directory", "cardfile-model"];

const HTTP: &[&str] = &["axum", "hyper", "http", "tower", "tower-http"];
const SQL: &[&str] = &["rusqlite", "libsqlite3-sys", "tokio-postgres", "postgres-types"];
/// Who may know the libraries of each database, others only by way of them: its store, what starts it for tests, and the benchmark,
/// which measures it bare.
const REACHED: &[(&[&str], &[&str])] = &[
    (&["rusqlite", "libsqlite3-sys"], &["cardfile-store-sqlite", "cardfile-bench"]),
    (
        &["tokio-postgres", "tokio-postgres-rustls", "postgres-types"],
        &["cardfile-store-postgres", "cardfile-testdb", "cardfile-bench"],
    ),
];
const RUNTIME: &[&str] = &["tokio", "async-std", "smol"];

fn ours() -> impl Iterator<Item = (&'static Package, &'static str)> {
    GRAPH.values().filter_map(|package| Some((package, package.folder.as_deref()?)))
}

fn is_dialect(folder: &str) -> bool {
    folder.starts_with("dialects/")
}

#[test]
fn arrows_between_crates_point_down() {
    let mut wrong = Vec::new();
    for (package, folder) in ours() {
        let known = ARROWS.iter().find(|(name, _)| *name == package.name).map(|(_, known)| *known);
        let Some(known) = known.or(is_dialect(folder).then_some(A_DIALECT)) else {
            wrong.push(format!("{} is new: say in crates/housekeeping/tests/it/arrows.rs what it may know", package.name));
            continue;
        };
        for id in &package.built_of {
            let other = &GRAPH[id];
            if other.folder.is_some() && !known.contains(&other.name.as_str()) {
                wrong.push(format!("{} must not know {}", package.name, other.name));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_core_knows_neither_http_nor_sql_nor_a_runtime() {
    for name in ["cardfile-model", "cardfile-directory", "cardfile-index", "cardfile-likeness"] {
        refuse(named(&GRAPH, name)[0], &[HTTP, SQL, RUNTIME]);
    }
}

#[test]
fn the_engine_knows_no_database() {
    refuse(named(&GRAPH, "cardfile-engine")[0], &[SQL]);
}

#[test]
fn each_database_is_reached_by_few() {
    for (package, _) in ours() {
        for id in &package.built_of {
            let library = GRAPH[id].name.as_str();
            let reached = REACHED.iter().find(|(libraries, _)| libraries.contains(&library));
            let is_known = reached.is_none_or(|(_, by)| by.contains(&package.name.as_str()));
            assert!(is_known, "{} must not know {library}", package.name);
        }
    }
}

#[test]
fn a_dialect_and_what_dialects_share_know_no_sql() {
    for (package, folder) in ours() {
        if is_dialect(folder) || folder == "crates/http" {
            refuse(package, &[SQL]);
        }
    }
}

#[test]
fn a_store_knows_no_http() {
    for (package, folder) in ours() {
        if folder.starts_with("crates/store-") || folder == "crates/engine" {
            refuse(package, &[HTTP]);
        }
    }
}

#[test]
fn the_testkit_is_for_tests_only() {
    for (package, folder) in ours() {
        if folder != "crates/teststores" {
            refuse(package, &[&["cardfile-testkit", "cardfile-teststores"]]);
        }
    }
}

#[test]
fn folders_and_packages_have_the_same_names() {
    for (package, folder) in ours() {
        let last = folder.rsplit('/').next().unwrap_or_default();
        let expected = if last == "cli" { "cardfile".to_owned() } else { format!("cardfile-{last}") };
        assert_eq!(package.name, expected, "in {folder}");
    }
}

#[test]
fn what_these_tests_look_for_would_be_found() {
    let built_of = |name: &str| closure(&GRAPH, named(&GRAPH, name)[0]);
    assert!(built_of("cardfile-store-sqlite").contains("libsqlite3-sys"));
    assert!(built_of("cardfile-store-postgres").contains("tokio-postgres"));
    assert!(built_of("cardfile-http").contains("axum"));
    assert!(!built_of("cardfile-webex").contains("cardfile-store-sqlite"), "what only tests need does not count");
}

fn refuse(package: &Package, unwanted: &[&[&str]]) {
    let all = closure(&GRAPH, package);
    let found: Vec<&str> = unwanted.iter().copied().flatten().copied().filter(|name| all.contains(*name)).collect();
    assert!(found.is_empty(), "{} is built of {}", package.name, found.join(", "));
}
