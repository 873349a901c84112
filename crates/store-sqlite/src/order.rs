//! The order of people by name, kept in memory per tenant and brought up to date from the log when it is asked for.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use cardfile_directory::Result;
use cardfile_index::{NAMELESS, NameOrder, PEOPLE_PER_CHUNK, TextChunk, key_of, terms};
use cardfile_model::Numbers;
use rusqlite::params;

use crate::fault::{corrupt, fault};
use crate::sets::bits;
use crate::state::{View, number, person};

/// One tenant's order as of a revision.
#[derive(Default)]
struct Kept {
    revision: u64,
    names: Option<NameOrder>,
}

/// The orders of the tenants that were asked for lately.
pub(crate) struct Orders {
    kept: Mutex<HashMap<i64, Arc<Mutex<Kept>>>>,
    /// People in all orders together, above which all are let go.
    most: u64,
}

impl Orders {
    pub(crate) fn new(most: u64) -> Self {
        Orders { kept: Mutex::new(HashMap::new()), most }
    }

    /// A slice of `hits` in the order of names. `is_everyone` says that nobody who lives is left out.
    pub(crate) fn page(
        &self,
        view: &View<'_>,
        hits: &Numbers,
        is_everyone: bool,
        (offset, limit): (u64, usize),
    ) -> Result<Vec<u32>> {
        let kept = self.of(view.key());
        let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
        let revision = view.state.row.revision;
        if kept.names.is_none() || kept.revision < revision {
            kept.bring_up(view)?;
            self.make_room(view.key());
        }
        let is_exact = kept.revision == revision;
        let Some(names) = &kept.names else { return Ok(Vec::new()) };
        let hits = (!is_everyone || !is_exact).then_some(hits);
        Ok(names.page(hits, offset, limit, false))
    }

    fn of(&self, tenant: i64) -> Arc<Mutex<Kept>> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(kept.entry(tenant).or_default())
    }

    /// Lets every other order go when there are too many people in all. The one of `tenant`, which is held, is not looked at.
    fn make_room(&self, tenant: i64) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let people = |order: &Arc<Mutex<Kept>>| {
            order.try_lock().map_or(0, |kept| kept.names.as_ref().map_or(0, |names| names.len() as u64))
        };
        if kept.values().map(people).sum::<u64>() > self.most {
            kept.retain(|key, _| *key == tenant);
        }
    }

    /// Forgets everything, as after the index was made anew.
    pub(crate) fn clear(&self) {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

impl Kept {
    fn bring_up(&mut self, view: &View<'_>) -> Result<()> {
        let live = view.live()?;
        let touched = match &self.names {
            Some(names) => touched_since(view, self.revision)?.filter(|touched| touched.len() < names.len() as u64 / 4),
            None => None,
        };
        match (&mut self.names, touched) {
            (Some(names), Some(touched)) => {
                let mut changes = Vec::new();
                for number in touched {
                    let key = if live.contains(number) { Some(key_in(&view.text(number)?)) } else { None };
                    changes.push((number, key));
                }
                names.update(changes);
            }
            (names, _) => *names = Some(read_all(view, &live)?),
        }
        self.revision = view.state.row.revision;
        Ok(())
    }
}

/// Everyone whose card was touched after a revision; `None` when that is more than is worth going through.
fn touched_since(view: &View<'_>, revision: u64) -> Result<Option<Numbers>> {
    const MAX_CHANGES: usize = 10_000;
    let sql = "SELECT touched
                 FROM log
                WHERE tenant = ?1 AND revision > ?2 AND revision <= ?3 AND group_id IS NULL
                LIMIT ?4";
    let mut statement = view.connection.prepare_cached(sql).map_err(fault)?;
    let mut rows = statement.query(params![view.key(), revision, view.state.row.revision, MAX_CHANGES]).map_err(fault)?;
    let (mut touched, mut changes) = (Numbers::new(), 0);
    while let Some(row) = rows.next().map_err(fault)? {
        touched |= bits(row.get_ref(0).map_err(fault)?.as_blob().map_err(corrupt)?)?;
        changes += 1;
    }
    Ok((changes < MAX_CHANGES).then_some(touched))
}

fn key_in(text: &str) -> u128 {
    match terms::name_in(text) {
        "" => NAMELESS,
        name => key_of(name),
    }
}

/// The order of everyone who lives, from the texts.
fn read_all(view: &View<'_>, live: &Numbers) -> Result<NameOrder> {
    let sql = "SELECT chunk, bytes
                 FROM texts
                WHERE chunk BETWEEN ?1 AND ?2
                ORDER BY chunk";
    let mut statement = view.connection.prepare_cached(sql).map_err(fault)?;
    let mut rows = statement.query(params![person(view.key(), 0), person(view.key(), u32::MAX)]).map_err(fault)?;
    let mut named = Numbers::new();
    let mut keys = Vec::with_capacity(usize::try_from(live.len()).unwrap_or_default());
    while let Some(row) = rows.next().map_err(fault)? {
        let chunk = number(row.get(0).map_err(fault)?);
        let bytes = row.get_ref(1).map_err(fault)?.as_blob().map_err(corrupt)?;
        let texts = TextChunk::parse(bytes).map_err(|error| corrupt(error.0))?;
        for (slot, text) in texts.iter() {
            let person = chunk * PEOPLE_PER_CHUNK + u32::try_from(slot).unwrap_or_default();
            if live.contains(person) {
                named.insert(person);
                keys.push((person, key_in(text)));
            }
        }
    }
    keys.extend((live - named).iter().map(|number| (number, NAMELESS)));
    Ok(keys.into_iter().collect())
}
