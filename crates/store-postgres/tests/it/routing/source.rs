//! The statements as the source has them.

use std::collections::BTreeSet;
use std::fs;
use std::iter::Peekable;
use std::path::Path;
use std::str::Chars;

/// A statement of the source: the parts of it that are constant, in their order.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Pattern(pub Vec<String>);

/// Where statements are about tables, and not about what is in them.
const ABOUT_TABLES: &str = "distribute.rs";

/// The statements of the engine and of this store.
pub fn patterns() -> BTreeSet<Pattern> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = BTreeSet::new();
    for directory in [here.join("../engine/src"), here.join("src")] {
        collect(&directory, &mut found);
    }
    found
}

fn collect(directory: &Path, found: &mut BTreeSet<Pattern>) {
    for entry in fs::read_dir(directory).expect("the source is there") {
        let path = entry.expect("the source can be listed").path();
        if path.is_dir() {
            collect(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") && !path.ends_with(ABOUT_TABLES) {
            let source = fs::read_to_string(&path).expect("a source file is text");
            found.extend(literals(&source).iter().filter_map(|literal| Pattern::of(literal)));
        }
    }
}

/// The strings of a source file.
fn literals(source: &str) -> Vec<String> {
    let (mut found, mut rest) = (Vec::new(), source.chars().peekable());
    while let Some(next) = rest.next() {
        match next {
            '/' if rest.peek() == Some(&'/') => drop(rest.by_ref().take_while(|next| *next != '\n').count()),
            '\'' => pass_over_character(&mut rest),
            '"' => found.push(literal(&mut rest)),
            _ => {}
        }
    }
    found
}

/// Passes over a character in quotes, but not over a lifetime.
fn pass_over_character(rest: &mut Peekable<Chars<'_>>) {
    let mut ahead = rest.clone();
    let is_escape = ahead.next() == Some('\\');
    if is_escape || ahead.next() == Some('\'') {
        rest.next();
        rest.next();
        if is_escape {
            rest.by_ref().take_while(|next| *next != '\'').for_each(drop);
        }
    }
}

fn literal(rest: &mut Peekable<Chars<'_>>) -> String {
    let mut text = String::new();
    while let Some(next) = rest.next() {
        match next {
            '"' => break,
            '\\' => text.extend(rest.next().filter(|next| *next != '\n')),
            next => text.push(next),
        }
    }
    text
}

/// A text with one blank wherever there are any.
pub fn plain(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").replace('?', "$")
}

impl Pattern {
    /// Of a string that is a statement, or the beginning of one when it ends with a blank.
    fn of(literal: &str) -> Option<Self> {
        let verbs = ["SELECT", "INSERT", "UPDATE", "DELETE", "WITH"];
        let first = literal.split_whitespace().next()?;
        if !verbs.contains(&first) || plain(literal) == first {
            return None;
        }
        let goes_on = if literal.ends_with(' ') { "{}" } else { "" };
        let (mut parts, text) = (Vec::new(), plain(literal) + goes_on);
        let mut rest = text.as_str();
        while let Some((constant, after)) = rest.split_once('{') {
            parts.push(constant.to_owned());
            rest = after.split_once('}').map_or("", |(_, after)| after);
        }
        parts.push(rest.to_owned());
        Some(Pattern(parts))
    }

    /// Whether a statement may be made of it.
    pub fn fits(&self, statement: &str) -> bool {
        let [first, middle @ .., last] = &self.0[..] else { return self.0[0] == statement };
        let inner = statement.strip_prefix(first.as_str()).and_then(|rest| rest.strip_suffix(last.as_str()));
        let passed = inner
            .and_then(|inner| middle.iter().try_fold(inner, |rest, part| rest.split_once(part.as_str()).map(|(_, after)| after)));
        passed.is_some()
    }
}

#[test]
fn statements_are_found_in_source() {
    let source = r#"
        // "SELECT nothing"
        let quote = '"'; let tick = '\''; fn f<'a>() {}
        let sql = "SELECT a
                     FROM b"; let made = format!("DELETE FROM {table} WHERE a = ?1 AND {more}"); let none = "Select this";
        concat!("UPDATE a SET b = ", "?2")"#;
    let found: Vec<Pattern> = literals(source).iter().filter_map(|literal| Pattern::of(literal)).collect();
    let parts = |parts: &[&str]| Pattern(parts.iter().map(|part| (*part).to_owned()).collect());
    let expected =
        [parts(&["SELECT a FROM b"]), parts(&["DELETE FROM ", " WHERE a = $1 AND ", ""]), parts(&["UPDATE a SET b =", ""])];
    assert_eq!(found, expected);
    assert!(found[1].fits("DELETE FROM x WHERE a = $1 AND b"));
    assert!(!found[1].fits("DELETE FROM x WHERE a = $2 AND b"));
    assert!(!found[0].fits("SELECT a FROM b WHERE c"));
}
