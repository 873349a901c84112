//! Step 2: the sets of who has an e-mail address and who a phone number, from the rows of a file made before there were these.

use std::collections::BTreeMap;

use cardfile_directory::Result;
use cardfile_model::Numbers;
use rusqlite::Connection;

use super::chunks;
use crate::fault::{corrupt, fault};

/// The part of a stored card that is looked at: this step must go on reading what was stored then.
#[derive(serde::Deserialize)]
#[serde(default)]
#[derive(Default)]
struct Card {
    emails: Vec<serde::de::IgnoredAny>,
    phones: Vec<serde::de::IgnoredAny>,
}

pub(super) fn fill(connection: &Connection) -> Result<()> {
    let mut reached: BTreeMap<(i64, &str), Numbers> = BTreeMap::new();
    let mut statement = connection.prepare_cached("SELECT person, document FROM contacts ORDER BY person").map_err(fault)?;
    let mut rows = statement.query([]).map_err(fault)?;
    while let Some(row) = rows.next().map_err(fault)? {
        let person: i64 = row.get(0).map_err(fault)?;
        let document = row.get_ref(1).map_err(fault)?.as_blob().map_err(corrupt)?;
        let card: Card = serde_json::from_slice(document).map_err(corrupt)?;
        for (name, has) in [("with-email", !card.emails.is_empty()), ("with-phone", !card.phones.is_empty())] {
            if has {
                reached
                    .entry((person >> 32, name))
                    .or_default()
                    .insert(u32::try_from(person & i64::from(u32::MAX)).map_err(corrupt)?);
            }
        }
    }
    for ((tenant, name), set) in reached {
        chunks::store(connection, tenant, name, &set)?;
    }
    Ok(())
}
