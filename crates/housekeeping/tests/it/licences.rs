//! Licences, as `deny.toml` allows them.

use crate::graph::{GRAPH, rules};

#[test]
fn every_package_has_a_licence_that_is_allowed() {
    let rules = rules();
    let allowed = rules["licenses"]["allow"].as_array().expect("licenses.allow is a list");
    let allowed: Vec<&str> = allowed.iter().filter_map(toml::Value::as_str).collect();
    let refused: Vec<String> = GRAPH
        .values()
        .filter(|package| !allows(&allowed, &package.licence))
        .map(|package| format!("{} {}: `{}`", package.name, package.version, package.licence))
        .collect();
    assert!(refused.is_empty(), "licences that deny.toml does not allow:\n{}", refused.join("\n"));
}

/// Whether an SPDX expression can be met with allowed licences. `/` is how older packages write `OR`.
fn allows(allowed: &[&str], expression: &str) -> bool {
    let spaced = expression.replace('(', " ( ").replace(')', " ) ").replace('/', " OR ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut rest = words.as_slice();
    any(allowed, &mut rest) == Some(true) && rest.is_empty()
}

fn any(allowed: &[&str], rest: &mut &[&str]) -> Option<bool> {
    let mut met = all(allowed, rest)?;
    while next_is(rest, "OR") {
        met |= all(allowed, rest)?;
    }
    Some(met)
}

fn all(allowed: &[&str], rest: &mut &[&str]) -> Option<bool> {
    let mut met = one(allowed, rest)?;
    while next_is(rest, "AND") {
        met &= one(allowed, rest)?;
    }
    Some(met)
}

fn one(allowed: &[&str], rest: &mut &[&str]) -> Option<bool> {
    if next_is(rest, "(") {
        let met = any(allowed, rest)?;
        return next_is(rest, ")").then_some(met);
    }
    let (first, after) = rest.split_first()?;
    *rest = after;
    if next_is(rest, "WITH") {
        let (exception, after) = rest.split_first()?;
        *rest = after;
        return Some(allowed.contains(&format!("{first} WITH {exception}").as_str()));
    }
    Some(allowed.contains(first))
}

fn next_is(rest: &mut &[&str], word: &str) -> bool {
    let is_next = rest.first() == Some(&word);
    if is_next {
        *rest = &rest[1..];
    }
    is_next
}

#[test]
fn expressions_are_met_as_spdx_means_them() {
    let allows = |expression| allows(&["MIT", "ISC", "Apache-2.0 WITH LLVM-exception"], expression);
    for met in ["MIT", "GPL-3.0 OR MIT", "MIT/GPL-3.0", "MIT AND (ISC OR GPL-3.0)", "Apache-2.0 WITH LLVM-exception OR GPL-3.0"] {
        assert!(allows(met), "{met}");
    }
    for unmet in ["", "GPL-3.0", "MIT AND GPL-3.0", "Apache-2.0", "MIT AND", "(MIT", "MIT MIT"] {
        assert!(!allows(unmet), "{unmet}");
    }
}
