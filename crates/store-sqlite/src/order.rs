//! The orders of people, by name or by something else of their cards, kept in memory per tenant and brought up to date from the
//! log when they are asked for.

use std::collections::hash_map::Entry;
use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use cardfile_directory::Result;
use cardfile_index::{NAMELESS, NameOrder, PEOPLE_PER_CHUNK, TextChunk, key_of, terms};
use cardfile_model::{Numbers, Order, Query, Record};
use rusqlite::params;

use crate::fault::{corrupt, fault};
use crate::sets::bits;
use crate::state::{View, number, person};
use crate::{log, rows};

/// Up to so many people are ordered by their rows when they are asked for: that is quicker than an order of everyone is made.
const FEW: u64 = 2_000;

/// Which order: of whom, by what, and whether it is turned round.
type Which = (i64, Order, bool);

/// One order as of a revision.
#[derive(Default)]
struct Kept {
    revision: u64,
    people: Option<NameOrder>,
}

/// The orders that were asked for lately.
pub(crate) struct Orders {
    kept: Mutex<HashMap<Which, Arc<Mutex<Kept>>>>,
    /// People in all orders together, above which all are let go.
    most: u64,
}

impl Orders {
    pub(crate) fn new(most: u64) -> Self {
        Orders { kept: Mutex::new(HashMap::new()), most }
    }

    /// A slice of `hits` in an order. `is_everyone` says that nobody who lives is left out.
    pub(crate) fn page(
        &self,
        view: &View<'_>,
        (by, is_descending): (Order, bool),
        (hits, is_everyone): (&Numbers, bool),
        (offset, limit): (u64, usize),
    ) -> Result<Vec<u32>> {
        let by = By { order: by, is_descending };
        let which = (view.key(), by.order, by.is_descending);
        if by != By::NAME && hits.len() <= FEW {
            let mut keys = by.keys_of(view, hits)?;
            keys.sort_unstable_by_key(|(number, key)| (*key, *number));
            let offset = usize::try_from(offset).unwrap_or(usize::MAX);
            return Ok(keys.into_iter().map(|(number, _)| number).skip(offset).take(limit).collect());
        }
        let kept = self.of(which);
        let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
        // Whoever begins to make an order makes it to the end, for it is kept for others.
        view.go_on()?;
        let revision = view.state.row.revision;
        if kept.people.is_none() || kept.revision < revision {
            kept.bring_up(view, by)?;
            self.make_room(which);
        }
        let is_exact = kept.revision == revision;
        let Some(people) = &kept.people else { return Ok(Vec::new()) };
        let hits = (!is_everyone || !is_exact).then_some(hits);
        Ok(people.page(hits, offset, limit, false))
    }

    fn of(&self, which: Which) -> Arc<Mutex<Kept>> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(kept.entry(which).or_default())
    }

    /// Lets every other order go when there are too many people in all. The one asked for, which is held, is not looked at.
    fn make_room(&self, which: Which) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let people = |order: &Arc<Mutex<Kept>>| {
            order.try_lock().map_or(0, |kept| kept.people.as_ref().map_or(0, |people| people.len() as u64))
        };
        if kept.values().map(people).sum::<u64>() > self.most {
            kept.retain(|known, _| *known == which);
        }
    }

    /// Forgets everything, as after the index was made anew.
    pub(crate) fn clear(&self) {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

impl Kept {
    fn bring_up(&mut self, view: &View<'_>, by: By) -> Result<()> {
        let live = view.live()?;
        let touched = match &self.people {
            Some(people) => touched_since(view, self.revision)?.filter(|touched| touched.len() < people.len() as u64 / 4),
            None => None,
        };
        match (&mut self.people, touched) {
            (Some(people), Some(touched)) => {
                let (stay, gone) = (&touched & &*live, &touched - &*live);
                let keys = by.keys_of(view, &stay)?.into_iter().map(|(number, key)| (number, Some(key)));
                people.update(keys.chain(gone.iter().map(|number| (number, None))));
            }
            (people, _) => *people = Some(by.keys_of_all(view, &live)?.into_iter().collect()),
        }
        self.revision = view.state.row.revision;
        Ok(())
    }
}

/// One page of `hits` in the orders of a query, each card read for it.
pub(crate) fn page_by_rows(view: &View<'_>, query: &Query, hits: &Numbers) -> Result<Vec<u32>> {
    let by: Vec<By> = std::iter::once((query.order, query.is_descending))
        .chain(query.then.iter().copied())
        .map(|(order, is_descending)| By { order, is_descending })
        .collect();
    let mut authors = Authors::default();
    let mut keyed = Vec::with_capacity(usize::try_from(hits.len()).unwrap_or_default());
    for number in hits {
        view.go_on()?;
        let Some(record) = rows::record(view.connection, view.key(), number)? else { continue };
        let mut keys = Vec::with_capacity(by.len());
        for by in &by {
            keys.push(match by.order {
                Order::Number if by.is_descending => u128::from(u32::MAX - number),
                Order::Number => number.into(),
                order => by.key(&authors.text(view, order, &record)?),
            });
        }
        keyed.push((keys, number));
    }
    keyed.sort_unstable();
    let offset = usize::try_from(query.offset).unwrap_or(usize::MAX);
    Ok(keyed.into_iter().map(|(_, number)| number).skip(offset).take(query.limit).collect())
}

/// What people are ordered by.
#[derive(Clone, Copy, PartialEq, Eq)]
struct By {
    order: Order,
    is_descending: bool,
}

impl By {
    const NAME: By = By { order: Order::Name, is_descending: false };

    /// The key of a text; turned round for the reverse, but for nothing at all, which comes last in both.
    fn key(self, folded: &str) -> u128 {
        match key_of(folded) {
            NAMELESS => NAMELESS,
            key if self.is_descending => !key,
            key => key,
        }
    }

    /// The keys of these people, from their texts or rows.
    fn keys_of(self, view: &View<'_>, people: &Numbers) -> Result<Vec<(u32, u128)>> {
        let mut keys = Vec::new();
        let mut authors = Authors::default();
        for number in people {
            if self.order == Order::Name {
                keys.push((number, self.key(terms::name_in(&view.text(number)?))));
            } else if let Some(record) = rows::record(view.connection, view.key(), number)? {
                keys.push((number, self.key(&authors.text(view, self.order, &record)?)));
            }
        }
        Ok(keys)
    }

    /// The keys of everyone who lives, in one go.
    fn keys_of_all(self, view: &View<'_>, live: &Numbers) -> Result<Vec<(u32, u128)>> {
        if self.order == Order::Name {
            return self.names_of_all(view, live);
        }
        let sql = "SELECT id, revision, created, modified, document, person
                     FROM contacts
                    WHERE person BETWEEN ?1 AND ?2
                    ORDER BY person";
        let mut statement = view.connection.prepare_cached(sql).map_err(fault)?;
        let mut rows = statement.query(params![person(view.key(), 0), person(view.key(), u32::MAX)]).map_err(fault)?;
        let mut keys = Vec::with_capacity(usize::try_from(live.len()).unwrap_or_default());
        let mut authors = Authors::default();
        while let Some(row) = rows.next().map_err(fault)? {
            let number = number(row.get(5).map_err(fault)?);
            if live.contains(number) {
                keys.push((number, self.key(&authors.text(view, self.order, &rows::read(row, number)?)?)));
            }
        }
        Ok(keys)
    }

    /// The keys of everyone's name, from the texts.
    fn names_of_all(self, view: &View<'_>, live: &Numbers) -> Result<Vec<(u32, u128)>> {
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
                    keys.push((person, self.key(terms::name_in(text))));
                }
            }
        }
        keys.extend((live - named).iter().map(|number| (number, NAMELESS)));
        Ok(keys)
    }
}

/// Who made changes, by revision, as far as was asked: many cards share one.
#[derive(Default)]
struct Authors(HashMap<u64, String>);

impl Authors {
    /// What a card is ordered by.
    fn text(&mut self, view: &View<'_>, order: Order, record: &Record) -> Result<String> {
        if order != Order::Author {
            return Ok(order.key(record, ""));
        }
        let author = match self.0.entry(record.revision) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(place) => {
                let mut found = log::authors(view.connection, view.key(), &BTreeSet::from([record.revision]))?;
                place.insert(found.remove(&record.revision).unwrap_or_default())
            }
        };
        Ok(order.key(record, author))
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
