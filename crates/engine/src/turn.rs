//! One transaction of the writer: what its jobs have in common, and what is written for all of them at the end.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use cardfile_directory::{Error, Kind, Result};
use cardfile_index::lookup;
use cardfile_index::terms::Terms;
use cardfile_model::{ChangeKind, Numbers, Patch, Record, TenantId};
use uuid::Uuid;

use crate::bearers::{Bearers, ExactTerm};
use crate::fault::{caught, given_up};
use crate::flush;
use crate::log::Entry;
use crate::people::People;
use crate::segments::{TenantBlocks, index_fault};
use crate::sets::{SetName, Sets, chunks_of};
use crate::sql::{Connection, params};
use crate::state::{Dated, Known, Segments, State, States, TenantRow};

/// What is indexed of a person from now on.
#[derive(Debug, Clone, Default)]
pub(crate) struct Indexed {
    pub(crate) text: String,
    pub(crate) terms: Terms,
}

/// A tenant as the jobs of this turn have made it so far.
#[derive(Debug)]
pub(crate) struct Draft {
    pub(crate) row: TenantRow,
    /// The number that the next person had before this turn.
    first_new: u32,
    /// The people of the running job.
    pub(crate) people: People,
    sets: Sets,
    dirty: BTreeMap<SetName, BTreeSet<u32>>,
    pub(crate) segments: Option<Segments>,
    /// The organizations as they were before.
    tree: Option<Dated>,
    is_touched: bool,
    /// What the running job did to sets, to be taken back if it fails: copies of large sets would cost more than the job.
    steps: Vec<Step>,
}

/// A change of a set: who came into it, or went out of it.
#[derive(Debug)]
struct Step {
    name: SetName,
    numbers: Numbers,
    is_addition: bool,
}

/// What else of a draft a failing job takes back.
type Before = HashMap<TenantId, (TenantRow, Option<Segments>, bool)>;

/// What a job wrote into the log.
#[derive(Debug)]
pub(crate) struct Witnessed {
    pub(crate) kind: ChangeKind,
    pub(crate) touched: Numbers,
    pub(crate) came: Numbers,
    pub(crate) went: Numbers,
    /// For each person whose card changed, the patch that takes it back.
    pub(crate) patches: Vec<(u32, Patch)>,
}

/// One transaction of the writer.
pub(crate) struct Turn<'c> {
    pub(crate) connection: &'c Connection<'c>,
    states: &'c States,
    drafts: HashMap<TenantId, Draft>,
    /// What the jobs that went well want indexed; a later word on a person replaces an earlier one.
    indexed: HashMap<TenantId, BTreeMap<u32, Indexed>>,
    /// What the running job wants indexed.
    staged: Vec<(TenantId, u32, Indexed)>,
    /// Of tenants that were asked about, who bears which term by all that was wanted indexed.
    bearers: HashMap<TenantId, Bearers>,
    published: Vec<(TenantId, i64)>,
    /// What the running job wrote into the log, if it wants to know.
    witnessed: Option<Vec<Witnessed>>,
    /// Whether it is looked whether new ids are taken; otherwise the database refuses those that are, and the turn is taken
    /// again with care.
    is_careful: bool,
    /// Whether a job could not be taken back, so that nothing of the turn may be kept.
    is_spoilt: bool,
}

impl<'c> Turn<'c> {
    pub(crate) fn new(connection: &'c Connection<'c>, states: &'c States, is_careful: bool) -> Self {
        Turn {
            connection,
            states,
            drafts: HashMap::new(),
            indexed: HashMap::new(),
            staged: Vec::new(),
            bearers: HashMap::new(),
            published: Vec::new(),
            witnessed: None,
            is_careful,
            is_spoilt: false,
        }
    }

    /// Runs a job so that nothing of it is left if it fails or panics.
    pub(crate) fn job<T>(&mut self, work: impl FnOnce(&mut Turn<'_>) -> Result<T>) -> Result<T> {
        self.stands()?;
        self.connection.many("SAVEPOINT job", &[Vec::new()])?;
        let before = self.before();
        self.witnessed = None;
        let result = caught(|| work(self)).and_then(|result| self.store_people().map(|()| result));
        let settled = self.settle(before, result.is_ok());
        self.is_spoilt |= settled.is_err();
        result.and_then(|result| settled.map(|()| result))
    }

    /// How the drafts are before a job.
    fn before(&mut self) -> Before {
        for draft in self.drafts.values_mut() {
            draft.steps.clear();
            draft.people.clear();
        }
        let kept = |draft: &Draft| (draft.row.clone(), draft.segments.clone(), draft.is_touched);
        self.drafts.iter().map(|(tenant, draft)| (*tenant, kept(draft))).collect()
    }

    /// Keeps what a job did, or takes it back.
    fn settle(&mut self, mut before: Before, is_kept: bool) -> Result<()> {
        if is_kept {
            for (tenant, number, indexed) in self.staged.drain(..) {
                self.indexed.entry(tenant).or_default().insert(number, indexed);
            }
        } else {
            self.staged.clear();
            self.drafts.retain(|tenant, draft| match before.remove(tenant) {
                Some((row, segments, is_touched)) => {
                    draft.take_back();
                    draft.people.clear();
                    (draft.row, draft.segments, draft.is_touched) = (row, segments, is_touched);
                    true
                }
                None => false,
            });
            self.stands()?;
            self.connection.execute("ROLLBACK TO SAVEPOINT job", &[])?;
        }
        self.connection.many("RELEASE SAVEPOINT job", &[Vec::new()])
    }

    /// Keeps what is written into the log from now on.
    pub(crate) fn watch(&mut self) {
        self.witnessed = Some(Vec::new());
    }

    /// What was written into the log since it was watched.
    pub(crate) fn watched(&mut self) -> Vec<Witnessed> {
        self.witnessed.take().unwrap_or_default()
    }

    /// Something is written into the log.
    pub(crate) fn witness(&mut self, entry: &Entry) {
        let Some(witnessed) = &mut self.witnessed else { return };
        witnessed.push(Witnessed {
            kind: entry.kind,
            touched: entry.touched(),
            came: entry.came.clone(),
            went: entry.went.clone(),
            patches: entry.before.patches.clone(),
        });
    }

    /// Whether new ids are to be looked for before they are given to anybody.
    pub(crate) fn is_careful(&self) -> bool {
        self.is_careful
    }

    /// Writes the rows of people that are kept back.
    fn store_people(&mut self) -> Result<()> {
        let connection = self.connection;
        self.drafts.values_mut().try_for_each(|draft| draft.store_people(connection))
    }

    /// Refuses to go on when there is no transaction: a database may take all of it back, as when the disk is full, and what was
    /// then written might be written at once, without what belongs to it.
    fn stands(&self) -> Result<()> {
        if self.is_spoilt || !self.connection.stands() { Err(given_up()) } else { Ok(()) }
    }

    /// The draft of a tenant, to read from and to write to.
    ///
    /// # Errors
    /// `NotFound` for an unknown tenant.
    pub(crate) fn draft(&mut self, tenant: TenantId) -> Result<&mut Draft> {
        if !self.drafts.contains_key(&tenant) {
            let row = TenantRow::lock(self.connection, tenant)?;
            let row = row.ok_or_else(|| Error::NotFound { kind: Kind::Tenant, id: tenant.to_string() })?;
            let known = self.states.at(tenant, row.version).map(|state| state.known()).unwrap_or_default();
            let Known { sets, segments, tree } = known;
            let people = People::default();
            let first_new = row.next_person;
            let draft = Draft {
                row,
                first_new,
                people,
                sets,
                dirty: BTreeMap::new(),
                segments,
                tree,
                is_touched: false,
                steps: Vec::new(),
            };
            self.drafts.insert(tenant, draft);
        }
        self.drafts.get_mut(&tenant).ok_or_else(|| Error::internal("a draft vanished"))
    }

    /// Has a person indexed anew.
    pub(crate) fn index(&mut self, tenant: TenantId, number: u32, indexed: Indexed) {
        if let Some(bearers) = self.bearers.get_mut(&tenant) {
            bearers.add(number, &indexed);
        }
        self.staged.push((tenant, number, indexed));
    }

    /// Who is, or will be at the end of this turn, in the index by this term: also some who were, but are no more.
    pub(crate) fn indexed_by(&mut self, tenant: TenantId, term: &[u8]) -> Result<Numbers> {
        let connection = self.connection;
        let draft = self.draft(tenant)?;
        let (blocks, segments) = (TenantBlocks { connection, tenant: draft.row.key }, draft.segments(connection)?);
        let found = lookup::exact(&segments, &blocks, term).map_err(index_fault)?;
        Ok(found | self.indexed_since(tenant, term))
    }

    /// Who was in the index before this turn by each of these sorted terms, in other segments than those that were looked into
    /// already; terms that find nobody are left out.
    pub(crate) fn indexed_before(
        &mut self,
        tenant: TenantId,
        terms: &[ExactTerm],
        known: &HashSet<u64>,
    ) -> Result<HashMap<ExactTerm, Numbers>> {
        let connection = self.connection;
        let draft = self.draft(tenant)?;
        let (blocks, segments) = (TenantBlocks { connection, tenant: draft.row.key }, draft.segments(connection)?);
        let segments: Vec<_> = segments.iter().filter(|segment| !known.contains(&segment.id)).cloned().collect();
        let found = lookup::exact_many(&segments, &blocks, terms).map_err(index_fault)?;
        Ok(terms.iter().copied().zip(found).filter(|(_, found)| !found.is_empty()).collect())
    }

    /// Who will be in the index by this term since this turn: also some who were to be, but are no more.
    pub(crate) fn indexed_since(&mut self, tenant: TenantId, term: &[u8]) -> Numbers {
        let Turn { bearers, indexed, staged, .. } = self;
        let bearers = bearers.entry(tenant).or_insert_with(|| {
            let kept = indexed.get(&tenant).into_iter().flatten().map(|(number, indexed)| (*number, indexed));
            let staged = staged.iter().filter(|(of, ..)| *of == tenant).map(|(_, number, indexed)| (*number, indexed));
            Bearers::of(kept.chain(staged))
        });
        bearers.of_term(term)
    }

    /// Writes what the jobs left to the end: sets, texts, the index, the counters. Readers may see the new versions from the
    /// commit on.
    pub(crate) fn finish(&mut self) -> Result<()> {
        self.stands()?;
        for (tenant, mut draft) in std::mem::take(&mut self.drafts) {
            if !draft.is_touched {
                continue;
            }
            draft.row.version += 1 + stride()?;
            for (name, chunks) in &draft.dirty {
                let set = draft.sets.get(self.connection, draft.row.key, name)?;
                crate::sets::store(self.connection, draft.row.key, name, &set, chunks)?;
            }
            if let Some(indexed) = self.indexed.remove(&tenant) {
                let segments = draft.segments(self.connection)?;
                draft.segments = Some(flush::segment(self.connection, &mut draft.row, &segments, &indexed)?);
                flush::texts(self.connection, draft.row.key, &indexed, draft.first_new)?;
            }
            write_row(self.connection, &draft.row)?;
            self.published.push((tenant, draft.row.version));
            let known = Known { sets: draft.sets, segments: draft.segments, tree: draft.tree };
            self.states.publish(tenant, Arc::new(State::new(draft.row, known)));
        }
        Ok(())
    }

    /// The tenants that were written to, and the versions made known of them, which are to be withdrawn if the commit fails.
    pub(crate) fn published(&mut self) -> Vec<(TenantId, i64)> {
        std::mem::take(&mut self.published)
    }
}

/// How many versions are left out. After a database lost its last changes, as when an older copy takes over, versions are made
/// anew: that they are others than those made before keeps what is remembered of these from being taken for them.
fn stride() -> Result<i64> {
    let mut random = [0; 2];
    getrandom::fill(&mut random).map_err(|error| Error::internal(error.to_string()))?;
    Ok(u16::from_le_bytes(random).into())
}

fn write_row(connection: &Connection, row: &TenantRow) -> Result<()> {
    let sql = "UPDATE tenants
                  SET version = ?2, revision = ?3, next_person = ?4, next_group = ?5, next_organization = ?6, next_segment = ?7,
                      purged = ?8, organizations_version = ?9
                WHERE tenant_id = ?1";
    let row = params![
        row.key,
        row.version,
        row.revision,
        row.next_person,
        row.next_group,
        row.next_organization,
        row.next_segment,
        row.purged,
        row.organizations_version,
    ];
    connection.many(sql, &[row.to_vec()])
}

impl Draft {
    /// The number that an id was given, as the running job sees it.
    pub(crate) fn number_of(&mut self, connection: &Connection, id: Uuid) -> Result<Option<u32>> {
        self.people.number_of(connection, self.row.key, id)
    }

    /// The contact of a number, as the running job sees it; `None` when it has no row.
    pub(crate) fn record(&mut self, connection: &Connection, number: u32) -> Result<Option<Record>> {
        self.people.record(connection, self.row.key, number)
    }

    /// Writes the rows of people that are kept back.
    pub(crate) fn store_people(&mut self, connection: &Connection) -> Result<()> {
        self.people.store(connection, self.row.key)
    }

    /// A set as it is now.
    pub(crate) fn set(&mut self, connection: &Connection, name: &SetName) -> Result<Arc<Numbers>> {
        self.sets.get(connection, self.row.key, name)
    }

    /// Puts people into a set.
    pub(crate) fn include(&mut self, connection: &Connection, name: &SetName, numbers: &Numbers) -> Result<()> {
        let numbers = numbers - &*self.set(connection, name)?;
        self.step(Step { name: name.clone(), numbers, is_addition: true });
        Ok(())
    }

    /// Takes people out of a set.
    pub(crate) fn exclude(&mut self, connection: &Connection, name: &SetName, numbers: &Numbers) -> Result<()> {
        let numbers = numbers & &*self.set(connection, name)?;
        self.step(Step { name: name.clone(), numbers, is_addition: false });
        Ok(())
    }

    fn step(&mut self, step: Step) {
        if step.numbers.is_empty() {
            return;
        }
        self.dirty.entry(step.name.clone()).or_default().append(&mut chunks_of(&step.numbers));
        self.apply(&step, step.is_addition);
        self.steps.push(step);
        self.touch();
    }

    fn apply(&mut self, step: &Step, is_addition: bool) {
        if let Some(set) = self.sets.0.get_mut(&step.name).map(Arc::make_mut) {
            if is_addition { *set |= &step.numbers } else { *set -= &step.numbers }
        }
    }

    /// Undoes the steps of the running job, the last one first.
    fn take_back(&mut self) {
        for step in std::mem::take(&mut self.steps).into_iter().rev() {
            self.apply(&step, !step.is_addition);
        }
    }

    /// Whether a person with a card has this number and is not in the trash.
    pub(crate) fn is_live(&mut self, connection: &Connection, number: u32) -> Result<bool> {
        Ok(self.set(connection, &SetName::People)?.contains(number) && !self.set(connection, &SetName::Trash)?.contains(number))
    }

    /// Everyone with a card who is not in the trash.
    pub(crate) fn live(&mut self, connection: &Connection) -> Result<Numbers> {
        Ok(&*self.set(connection, &SetName::People)? - &*self.set(connection, &SetName::Trash)?)
    }

    /// Who is in a group, those in the trash included; who was removed for good is forgotten by it.
    pub(crate) fn members(&mut self, connection: &Connection, group: u32) -> Result<Numbers> {
        let known = &*self.set(connection, &SetName::People)? | &*self.set(connection, &SetName::Stubs)?;
        Ok(known & &*self.set(connection, &SetName::Group(group))?)
    }

    /// The sets of all sources that the tenant's contacts have, or had.
    pub(crate) fn sources(&self, connection: &Connection) -> Result<BTreeSet<SetName>> {
        let stored = crate::sets::names(connection, self.row.key, "source/")?;
        let drafted = self.dirty.keys().filter(|name| matches!(name, SetName::Source(_))).cloned();
        Ok(stored.into_iter().chain(drafted).collect())
    }

    /// The sets of all groups that anybody is in, or was.
    pub(crate) fn groups(&self, connection: &Connection) -> Result<BTreeSet<SetName>> {
        let stored = crate::sets::names(connection, self.row.key, "group/")?;
        let drafted = self.dirty.keys().filter(|name| matches!(name, SetName::Group(_))).cloned();
        Ok(stored.into_iter().chain(drafted).collect())
    }

    /// The sets that this turn changed.
    pub(crate) fn drafted_sets(&self) -> impl Iterator<Item = SetName> {
        self.dirty.keys().cloned()
    }

    /// The segments of the index, newest first.
    pub(crate) fn segments(&mut self, connection: &Connection) -> Result<Segments> {
        if let Some(segments) = &self.segments {
            return Ok(Arc::clone(segments));
        }
        let segments = crate::segments::load(connection, self.row.key)?;
        self.segments = Some(Arc::clone(&segments));
        Ok(segments)
    }

    /// Says that an organization is being made or changed; answers the `organizations_version` it has from now on.
    pub(crate) fn touch_organizations(&mut self) -> i64 {
        self.touch();
        self.row.organizations_version += 1;
        self.row.organizations_version
    }

    /// Says that something of the tenant changed, so that its version moves.
    pub(crate) fn touch(&mut self) {
        self.is_touched = true;
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use crate::sql::{EachRow, Sql, Table, Value, Words};

    use super::*;

    const TENANT: TenantId = TenantId(Uuid::from_u128(1));

    /// A database that has nothing, and notes what it is told to do.
    #[derive(Default)]
    struct Told(RefCell<Vec<String>>);

    impl Sql for Told {
        fn visit(&self, _: &str, _: &[Value<'_>], _: &mut EachRow<'_>) -> Result<()> {
            Ok(())
        }

        fn execute(&self, sql: &str, _: &[Value<'_>]) -> Result<u64> {
            self.0.borrow_mut().push(sql.to_owned());
            Ok(0)
        }

        fn insert(&self, _: Table, _: &[Vec<Value<'_>>]) -> Result<()> {
            Ok(())
        }

        fn words(&self) -> &'static Words {
            unreachable!("nothing is asked for")
        }

        fn stands(&self) -> bool {
            true
        }
    }

    #[test]
    fn a_job_that_panics_fails_alone() {
        let (told, states) = (Told::default(), States::default());
        let mut turn = Turn::new(&told, &states, true);
        let index = |turn: &mut Turn<'_>, number| {
            turn.index(TENANT, number, Indexed::default());
            Ok(())
        };
        assert!(turn.job(|turn| index(turn, 1)).is_ok());
        let panicked = turn.job(|turn| {
            index(turn, 2)?;
            if turn.published.is_empty() { panic!("on purpose") } else { Ok(()) }
        });
        assert!(matches!(panicked, Err(Error::Internal(_))));
        assert!(turn.job(|turn| index(turn, 3)).is_ok());
        assert!(turn.indexed[&TENANT].keys().eq(&[1, 3]));
        let (begun, taken_back, kept) = ("SAVEPOINT job", "ROLLBACK TO SAVEPOINT job", "RELEASE SAVEPOINT job");
        assert_eq!(*told.0.borrow(), [begun, kept, begun, taken_back, kept, begun, kept]);
    }
}
