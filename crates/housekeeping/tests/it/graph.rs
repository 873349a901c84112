//! What cargo says of the workspace, as far as the rules ask.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;
use std::sync::LazyLock;

use serde_json::Value;

/// A package of the tree, as it is built on this machine.
pub struct Package {
    pub name: String,
    pub version: String,
    pub licence: String,
    /// Where it lies in this repository, such as `dialects/webex`; `None` for what comes from elsewhere.
    pub folder: Option<String>,
    /// Ids of the packages it is built of, tests aside.
    pub built_of: BTreeSet<String>,
}

/// Packages by id.
pub type Graph = BTreeMap<String, Package>;

/// Asked of cargo once.
pub static GRAPH: LazyLock<Graph> = LazyLock::new(|| read(&metadata()));

/// The root of the repository.
pub fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}

/// What `deny.toml` says.
pub fn rules() -> toml::Table {
    let text = std::fs::read_to_string(root().join("deny.toml")).expect("deny.toml can be read");
    text.parse().expect("deny.toml is TOML")
}

/// The packages that have this name.
pub fn named<'g>(graph: &'g Graph, name: &str) -> Vec<&'g Package> {
    graph.values().filter(|package| package.name == name).collect()
}

/// The names of everything that a package is built of, however deep, itself aside.
pub fn closure(graph: &Graph, package: &Package) -> BTreeSet<String> {
    let (mut seen, mut left) = (BTreeSet::new(), package.built_of.iter().collect::<Vec<_>>());
    while let Some(id) = left.pop() {
        if seen.insert(id) {
            left.extend(&graph[id].built_of);
        }
    }
    seen.into_iter().map(|id| graph[id].name.clone()).collect()
}

/// Only what is built on this machine: cargo need not have fetched the rest.
fn metadata() -> Value {
    let version = cargo(&["--version", "--verbose"]);
    let host = version.lines().find_map(|line| line.strip_prefix("host: ")).expect("cargo tells its host");
    let text = cargo(&["metadata", "--offline", "--locked", "--format-version", "1", "--filter-platform", host]);
    serde_json::from_str(&text).expect("cargo metadata is JSON")
}

fn cargo(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO")).args(arguments).current_dir(root()).output().expect("cargo can be run");
    assert!(output.status.success(), "cargo {}: {}", arguments.join(" "), String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("cargo writes UTF-8")
}

fn read(metadata: &Value) -> Graph {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let root = text(&metadata["workspace_root"]);
    let built_of = |node: &Value| {
        let is_built = |dep: &Value| list(&dep["dep_kinds"]).iter().any(|kind| kind["kind"] != "dev");
        list(&node["deps"]).iter().filter(|dep| is_built(dep)).map(|dep| text(&dep["pkg"])).collect()
    };
    let mut edges: BTreeMap<String, BTreeSet<String>> =
        list(&metadata["resolve"]["nodes"]).iter().map(|node| (text(&node["id"]), built_of(node))).collect();
    list(&metadata["packages"])
        .iter()
        .filter_map(|package| {
            let id = text(&package["id"]);
            let manifest = text(&package["manifest_path"]);
            let folder = manifest.strip_prefix(&root).and_then(|path| path.strip_suffix("/Cargo.toml"));
            let package = Package {
                name: text(&package["name"]),
                version: text(&package["version"]),
                licence: text(&package["license"]),
                folder: folder.map(|folder| folder.trim_start_matches('/').to_owned()),
                built_of: edges.remove(&id)?,
            };
            Some((id, package))
        })
        .collect()
}
