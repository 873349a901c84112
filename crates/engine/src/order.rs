//! The orders of people, by name or by something else of their cards, kept in memory per tenant and brought up to date from the
//! log when they are asked for.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use cardfile_directory::Result;
use cardfile_index::texts::chunk_of;
use cardfile_index::{NAMELESS, NameOrder, PEOPLE_PER_CHUNK, TextChunk, key_of, terms};
use cardfile_model::{Numbers, Order, Query, Record, fold};

use crate::fault::corrupt;
use crate::sets::bits;
use crate::sql::{ALL, Key, Row, Value, params};
use crate::state::View;
use crate::{log, rows};

/// Up to so many people are ordered by their rows when they are asked for: that is quicker than an order of everyone is made.
const FEW: u64 = 2_000;

/// Chunks of texts asked for in one statement at most.
const ASKED: usize = 1_000;

/// Which order: of whom, by what, and whether it is turned round.
type Which = (Key, Order, bool);

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
    let mut orders: Vec<Keys> = std::iter::once((query.order, query.is_descending))
        .chain(query.then.iter().copied())
        .map(|(order, is_descending)| Keys::new(By { order, is_descending }, hits.len()))
        .collect();
    let mut numbers = Vec::with_capacity(usize::try_from(hits.len()).unwrap_or_default());
    rows::records(view.connection, view.key(), hits, |record| {
        view.go_on()?;
        numbers.push(record.number);
        for keys in &mut orders {
            keys.add(&record);
        }
        Ok(())
    })?;
    let orders = orders.into_iter().map(|keys| keys.finish(view)).collect::<Result<Vec<_>>>()?;
    let keys = |at: usize| orders.iter().map(|keys| keys[at].1).collect::<Vec<u128>>();
    let mut keyed: Vec<(Vec<u128>, u32)> = numbers.iter().enumerate().map(|(at, number)| (keys(at), *number)).collect();
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
        let connection = view.connection;
        if self.order == Order::Name {
            let mut chunks: Vec<u32> = people.iter().map(chunk_of).collect();
            chunks.dedup();
            let wanted: Vec<Value<'_>> = chunks.into_iter().map(|chunk| Value::Integer(chunk.into())).collect();
            let mut names = Names::new(self, people);
            for wanted in wanted.chunks(ASKED) {
                connection.ask(&connection.words().texts, view.key(), wanted, |row| names.add(row))?;
            }
            return Ok(names.finish());
        }
        let mut keys = Keys::new(self, people.len());
        rows::records(connection, view.key(), people, |record| {
            keys.add(&record);
            Ok(())
        })?;
        keys.finish(view)
    }

    /// The keys of everyone who lives, in one go.
    fn keys_of_all(self, view: &View<'_>, live: &Numbers) -> Result<Vec<(u32, u128)>> {
        let connection = view.connection;
        if self.order == Order::Name {
            let mut names = Names::new(self, live);
            connection.through((connection.words().texts_between, 0), view.key(), ALL, |row| names.add(row))?;
            return Ok(names.finish());
        }
        let mut keys = Keys::new(self, live.len());
        connection.through((connection.words().everyone, 5), view.key(), ALL, |row| {
            let number = row.get(5)?;
            if live.contains(number) {
                keys.add(&rows::read(row, number)?);
            }
            Ok(())
        })?;
        keys.finish(view)
    }
}

/// The keys of people's names, made while their texts are read.
struct Names<'p> {
    by: By,
    people: &'p Numbers,
    named: Numbers,
    keys: Vec<(u32, u128)>,
}

impl<'p> Names<'p> {
    fn new(by: By, people: &'p Numbers) -> Self {
        let keys = Vec::with_capacity(usize::try_from(people.len()).unwrap_or_default());
        Names { by, people, named: Numbers::new(), keys }
    }

    /// Takes the names of those in `chunk, bytes` of a chunk of texts.
    fn add(&mut self, row: &Row<'_>) -> Result<()> {
        let chunk: u32 = row.get(0)?;
        let texts = TextChunk::parse(row.blob(1)?).map_err(|error| corrupt(error.0))?;
        for (slot, text) in texts.iter() {
            let person = chunk * PEOPLE_PER_CHUNK + u32::try_from(slot).unwrap_or_default();
            if self.people.contains(person) {
                self.named.insert(person);
                self.keys.push((person, self.by.key(terms::name_in(text))));
            }
        }
        Ok(())
    }

    /// All keys, also of those who have no text.
    fn finish(self) -> Vec<(u32, u128)> {
        let Names { people, named, mut keys, .. } = self;
        keys.extend((people - named).iter().map(|number| (number, NAMELESS)));
        keys
    }
}

/// The keys of people by something of their cards, made while these are read.
struct Keys {
    by: By,
    found: Vec<(u32, u128)>,
    /// When authors are wanted: the last change of each card. Many cards share one, so that authors are asked for at the end.
    changes: Vec<u64>,
}

impl Keys {
    fn new(by: By, people: u64) -> Self {
        Keys { by, found: Vec::with_capacity(usize::try_from(people).unwrap_or_default()), changes: Vec::new() }
    }

    fn add(&mut self, record: &Record) {
        let key = match self.by.order {
            Order::Number if self.by.is_descending => u128::from(u32::MAX - record.number),
            Order::Number => record.number.into(),
            Order::Author => {
                self.changes.push(record.revision);
                NAMELESS
            }
            order => self.by.key(&order.key(record, "")),
        };
        self.found.push((record.number, key));
    }

    /// All keys, in the order in which the cards came.
    fn finish(mut self, view: &View<'_>) -> Result<Vec<(u32, u128)>> {
        if !self.changes.is_empty() {
            let wanted: BTreeSet<u64> = self.changes.iter().copied().collect();
            let authors = log::authors(view.connection, view.key(), &wanted)?.into_iter();
            let known: HashMap<u64, u128> = authors.map(|(change, name)| (change, self.by.key(&fold::text(&name)))).collect();
            for ((_, key), change) in self.found.iter_mut().zip(&self.changes) {
                *key = known.get(change).copied().unwrap_or(NAMELESS);
            }
        }
        Ok(self.found)
    }
}

/// Everyone whose card was touched after a revision; `None` when that is more than is worth going through.
fn touched_since(view: &View<'_>, revision: u64) -> Result<Option<Numbers>> {
    const MAX_CHANGES: usize = 10_000;
    let sql = "SELECT touched
                 FROM log
                WHERE tenant_id = ?1 AND revision > ?2 AND revision <= ?3 AND group_id IS NULL
                LIMIT ?4";
    let (mut touched, mut changes) = (Numbers::new(), 0);
    view.connection.each(sql, params![view.key(), revision, view.state.row.revision, MAX_CHANGES], |row| {
        touched |= bits(row.blob(0)?)?;
        changes += 1;
        Ok(())
    })?;
    Ok((changes < MAX_CHANGES).then_some(touched))
}
