//! Packages that are not let in, as `deny.toml` lists them.

use crate::graph::{root, rules};

#[test]
fn no_banned_package_is_locked_for_any_platform() {
    let lock = std::fs::read_to_string(root().join("Cargo.lock")).expect("Cargo.lock can be read");
    let lock: toml::Table = lock.parse().expect("Cargo.lock is TOML");
    let locked = lock["package"].as_array().expect("packages are locked");
    let rules = rules();
    let banned = rules["bans"]["deny"].as_array().expect("bans.deny is a list");
    assert!(!locked.is_empty() && !banned.is_empty());
    for ban in banned {
        let name = ban["crate"].as_str().expect("a ban names a package");
        let reason = ban["reason"].as_str().expect("a ban has a reason");
        let is_one_let_in = ban.get("deny-multiple-versions").and_then(toml::Value::as_bool) == Some(true);
        let found = locked.iter().filter(|package| package["name"].as_str() == Some(name)).count();
        assert!(found <= usize::from(is_one_let_in), "{name} is there {found} times: {reason}");
    }
}
