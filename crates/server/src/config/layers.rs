//! Where values come from: defaults, then the file, then the environment, then flags; each wins over those before it.

use std::collections::BTreeMap;
use std::fmt;
use std::fmt::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde_json::json;
use toml::{Table, Value};

use super::Config;

/// The file that is read from the data directory when none is named.
const FILE: &str = "cardfile.toml";
const PREFIX: &str = "CARDFILE_";

/// Where a value came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// Built in.
    Default,
    /// The configuration file.
    File(PathBuf),
    /// This variable.
    Environment(String),
    /// This flag.
    Flag(String),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Origin::Default => f.write_str("default"),
            Origin::File(path) => write!(f, "{}", path.display()),
            Origin::Environment(name) | Origin::Flag(name) => f.write_str(name),
        }
    }
}

/// The configuration, and where each value came from.
#[derive(Debug, Clone)]
pub struct Loaded {
    /// The result.
    pub config: Config,
    values: BTreeMap<String, (Value, Origin)>,
}

impl Loaded {
    /// Puts the layers together. `file` must exist if named; `cardfile.toml` in `data` need not. A flag is a key and its text.
    ///
    /// # Errors
    /// For a file that cannot be read, a key that is not known, a value that does not fit.
    pub fn read(
        file: Option<&Path>,
        data: &Path,
        environment: impl Fn(&str) -> Option<String>,
        flags: &[(&str, String)],
    ) -> Result<Self> {
        let mut values = BTreeMap::new();
        let mut put = |table: Table, origin: &Origin| {
            flatten("", table, &mut |key, value| drop(values.insert(key, (value, origin.clone()))));
        };
        put(Table::try_from(Config::default()).context("the defaults cannot be written")?, &Origin::Default);
        if let Some((path, table)) = table(file, data)? {
            put(table, &Origin::File(path));
        }
        for (key, (value, origin)) in &mut values {
            let name = variable(key);
            if let Some(text) = environment(&name) {
                *value = typed(value, text);
                *origin = Origin::Environment(name);
            }
        }
        for (key, text) in flags {
            let (value, origin) = values.get_mut(*key).with_context(|| format!("there is no setting `{key}`"))?;
            *value = typed(value, text.clone());
            *origin = Origin::Flag(format!("--{}", key.replace('_', "-")));
        }
        let config = Config::deserialize_from(&values)?;
        config.check()?;
        Ok(Loaded { config, values })
    }

    /// As TOML, one value a line, each with where it came from.
    #[must_use]
    pub fn to_toml(&self) -> String {
        let mut text = String::new();
        for (key, (value, origin)) in &self.values {
            // Writing to a string does not fail.
            let _ = writeln!(text, "{:<60} # {origin}", format!("{key} = {value}"));
        }
        text
    }

    /// As JSON: `{key: {"value": …, "source": …}}`.
    #[must_use]
    pub fn to_json(&self) -> serde_json::Value {
        let entry = |(value, origin): &(Value, Origin)| json!({"value": value, "source": origin.to_string()});
        self.values.iter().map(|(key, found)| (key.clone(), entry(found))).collect::<serde_json::Map<_, _>>().into()
    }
}

impl Config {
    fn deserialize_from(values: &BTreeMap<String, (Value, Origin)>) -> Result<Self> {
        // One key at a time, so that a value that does not fit is told with its key and its origin.
        let mut table = Table::try_from(Config::default())?;
        for (key, (value, origin)) in values.iter().filter(|(_, (_, origin))| *origin != Origin::Default) {
            let mut alone = Table::new();
            unflatten(&mut alone, key, value)?;
            let parsed: Result<Config, _> = alone.try_into();
            parsed.map_err(|error| anyhow::anyhow!("{key} (from {origin}): {}", error.message()))?;
            unflatten(&mut table, key, value)?;
        }
        Ok(table.try_into()?)
    }
}

fn table(file: Option<&Path>, data: &Path) -> Result<Option<(PathBuf, Table)>> {
    let path = file.map_or_else(|| data.join(FILE), Path::to_path_buf);
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if file.is_none() && error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error).with_context(|| format!("the configuration {} cannot be read", path.display())),
    };
    let told = || format!("the configuration {} does not fit", path.display());
    // Reading it as a whole first tells the line of a key that is not known.
    toml::from_str::<Config>(&text).with_context(told)?;
    let table = text.parse().with_context(told)?;
    Ok(Some((path, table)))
}

fn variable(key: &str) -> String {
    format!("{PREFIX}{}", key.replace('.', "_").to_ascii_uppercase())
}

/// A text from the environment or a flag, as the kind of value that stands there now; what cannot be is left a text, so that
/// it is refused, or understood, where the value is read.
fn typed(now: &Value, text: String) -> Value {
    match now {
        Value::Boolean(_) => text.parse().map_or(Value::String(text), Value::Boolean),
        Value::Integer(_) => text.parse().map_or(Value::String(text), Value::Integer),
        // Lists are written with commas.
        Value::Array(_) => {
            let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
            Value::Array(parts.map(|part| Value::String(part.to_owned())).collect())
        }
        _ => Value::String(text),
    }
}

/// Each value with the path of its key, written as in a file: a part that holds dots, such as a host, stands in quotes.
fn flatten(prefix: &str, table: Table, put: &mut impl FnMut(String, Value)) {
    for (key, value) in table {
        let is_bare = !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte));
        let key = if is_bare { key } else { Value::String(key).to_string() };
        let path = if prefix.is_empty() { key } else { format!("{prefix}.{key}") };
        match value {
            Value::Table(inner) => flatten(&path, inner, put),
            value => put(path, value),
        }
    }
}

fn unflatten(table: &mut Table, key: &str, value: &Value) -> Result<()> {
    let line: Table = format!("{key} = {value}").parse().with_context(|| format!("the setting {key} cannot be read"))?;
    merge(table, line);
    Ok(())
}

fn merge(table: &mut Table, other: Table) {
    for (key, value) in other {
        match (table.get_mut(&key), value) {
            (Some(Value::Table(known)), Value::Table(inner)) => merge(known, inner),
            (_, value) => drop(table.insert(key, value)),
        }
    }
}

#[cfg(test)]
mod tests;
