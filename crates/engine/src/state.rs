//! What is known of a tenant at one version of it: its counters, and sets and segments read when first asked for.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use cardfile_directory::{Error, Kind, Result};
use cardfile_index::Segment;
use cardfile_model::{Numbers, OrganizationId, TenantId, Tree};

use crate::database::Readers;
use crate::searches::Asked;
use crate::sets::{SetName, Sets};
use crate::sql::{Connection, Key, Row, params};
use crate::{organizations, segments};

/// A tenant's counters.
#[derive(Debug, Clone)]
pub(crate) struct TenantRow {
    /// By which its rows are found.
    pub(crate) key: Key,
    /// Moves with every transaction that touches the tenant.
    pub(crate) version: i64,
    /// Moves with every change.
    pub(crate) revision: u64,
    pub(crate) next_person: u32,
    pub(crate) next_group: u32,
    pub(crate) next_organization: u32,
    pub(crate) next_segment: u64,
    /// Every change up to this revision is purged.
    pub(crate) purged: u64,
    /// Moves whenever an organization is made or changed.
    pub(crate) organizations_version: i64,
}

impl TenantRow {
    /// Reads a tenant's counters.
    pub(crate) fn read(connection: &Connection, tenant: TenantId) -> Result<Option<TenantRow>> {
        connection.row(connection.words().tenant, params![tenant.0], |row| TenantRow::of(row, tenant))
    }

    /// Reads a tenant's counters, and keeps others from writing to it until the end of the transaction.
    pub(crate) fn lock(connection: &Connection, tenant: TenantId) -> Result<Option<TenantRow>> {
        connection.row(connection.words().tenant_locked, params![tenant.0], |row| TenantRow::of(row, tenant))
    }

    fn of(row: &Row<'_>, tenant: TenantId) -> Result<TenantRow> {
        Ok(TenantRow {
            key: Key { number: row.get(0)?, id: tenant.0 },
            version: row.get(1)?,
            revision: row.get(2)?,
            next_person: row.get(3)?,
            next_group: row.get(4)?,
            next_organization: row.get(5)?,
            next_segment: row.get(6)?,
            purged: row.get(7)?,
            organizations_version: row.get(8)?,
        })
    }

    /// The version of a tenant.
    pub(crate) fn version(connection: &Connection, tenant: Key) -> Result<Option<i64>> {
        let sql = "SELECT version
                     FROM tenants
                    WHERE tenant_id = ?1";
        connection.row(sql, params![tenant], |row| row.get(0))
    }
}

/// The segments of a tenant's index, newest first.
pub(crate) type Segments = Arc<Vec<Arc<Segment>>>;

/// A tree of organizations, and the `organizations_version` it was read at.
pub(crate) type Dated = (i64, Arc<Tree>);

/// What is known of a tenant without looking into the file.
#[derive(Debug, Default)]
pub(crate) struct Known {
    pub(crate) sets: Sets,
    pub(crate) segments: Option<Segments>,
    /// Maybe of an earlier version: what changed since is read into it.
    pub(crate) tree: Option<Dated>,
}

/// A tenant at one version.
#[derive(Debug)]
pub(crate) struct State {
    pub(crate) row: TenantRow,
    sets: Mutex<Sets>,
    tree: Mutex<Option<Dated>>,
    segments: OnceLock<Segments>,
    live: OnceLock<Arc<Numbers>>,
    present: OnceLock<Arc<Numbers>>,
    sources: OnceLock<Vec<SetName>>,
}

impl State {
    /// A tenant of which some is known already.
    pub(crate) fn new(row: TenantRow, known: Known) -> Self {
        State {
            row,
            sets: Mutex::new(known.sets),
            tree: Mutex::new(known.tree),
            segments: known.segments.map_or_else(OnceLock::new, OnceLock::from),
            live: OnceLock::new(),
            present: OnceLock::new(),
            sources: OnceLock::new(),
        }
    }

    /// How many people are in a set, as far as it is in memory.
    pub(crate) fn known_len(&self, name: &SetName) -> u64 {
        self.sets.lock().unwrap_or_else(PoisonError::into_inner).0.get(name).map_or(0, |set| set.len())
    }

    /// What is known, to start a new version from.
    pub(crate) fn known(&self) -> Known {
        let sets = self.sets.lock().unwrap_or_else(PoisonError::into_inner).clone();
        Known { sets, segments: self.segments.get().cloned(), tree: self.known_tree() }
    }

    fn known_tree(&self) -> Option<Dated> {
        self.tree.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// A tenant as one snapshot of the file shows it.
pub(crate) struct View<'c> {
    pub(crate) connection: &'c Connection<'c>,
    pub(crate) state: Arc<State>,
    /// Further connections, for what is worth sharing.
    pub(crate) helpers: Option<&'c Readers>,
    /// Whether anybody waits for what is read; `None` when it is read to its end in any case.
    pub(crate) asked: Option<&'c Asked>,
}

impl View<'_> {
    /// By which the tenant's rows are found.
    pub(crate) fn key(&self) -> Key {
        self.state.row.key
    }

    /// To be looked at between one row and the next.
    ///
    /// # Errors
    /// When nobody waits for the answer any more.
    pub(crate) fn go_on(&self) -> Result<()> {
        self.asked.map_or(Ok(()), Asked::go_on)
    }

    /// A set of the tenant.
    pub(crate) fn set(&self, name: &SetName) -> Result<Arc<Numbers>> {
        // Not locked while it is read: threads that answer requests look here too.
        let known = |sets: &Sets| sets.0.get(name).map(Arc::clone);
        if let Some(set) = known(&self.state.sets.lock().unwrap_or_else(PoisonError::into_inner)) {
            return Ok(set);
        }
        let set = Arc::new(crate::sets::load(self.connection, self.key(), name)?);
        let mut sets = self.state.sets.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(Arc::clone(sets.0.entry(name.clone()).or_insert(set)))
    }

    /// Everyone with a card who is not in the trash.
    pub(crate) fn live(&self) -> Result<Arc<Numbers>> {
        if let Some(live) = self.state.live.get() {
            return Ok(Arc::clone(live));
        }
        let (people, trash) = (self.set(&SetName::People)?, self.set(&SetName::Trash)?);
        let live = if trash.is_empty() { people } else { Arc::new(&*people - &*trash) };
        Ok(Arc::clone(self.state.live.get_or_init(|| live)))
    }

    /// Who can be seen in a group: everyone who lives, and those without a card. Groups may still name people who are gone.
    pub(crate) fn present(&self) -> Result<Arc<Numbers>> {
        if let Some(present) = self.state.present.get() {
            return Ok(Arc::clone(present));
        }
        let (live, stubs) = (self.live()?, self.set(&SetName::Stubs)?);
        let present = if stubs.is_empty() { live } else { Arc::new(&*live | &*stubs) };
        Ok(Arc::clone(self.state.present.get_or_init(|| present)))
    }

    /// The sets of all sources that the tenant's contacts have, or had.
    pub(crate) fn sources(&self) -> Result<&[SetName]> {
        if self.state.sources.get().is_none() {
            let names = crate::sets::names(self.connection, self.key(), "source/")?;
            self.state.sources.get_or_init(|| names);
        }
        Ok(self.state.sources.get().map_or(&[], Vec::as_slice))
    }

    /// The tenant's organizations: those of an earlier version, and what changed since.
    pub(crate) fn tree(&self) -> Result<Arc<Tree>> {
        let TenantRow { organizations_version, next_organization, .. } = self.state.row;
        let known = self.state.known_tree().filter(|(version, _)| *version <= organizations_version);
        let (version, mut tree) = known.unwrap_or((-1, Arc::default()));
        if version < organizations_version {
            let changed = organizations::since(self.connection, self.key(), version, next_organization)?;
            Arc::make_mut(&mut tree).put(changed);
            *self.state.tree.lock().unwrap_or_else(PoisonError::into_inner) = Some((organizations_version, Arc::clone(&tree)));
        }
        Ok(tree)
    }

    /// The number of an organization; `None` when the tenant has none of this id.
    pub(crate) fn home(&self, id: OrganizationId) -> Result<Option<u32>> {
        Ok(self.tree()?.get(id).map(|found| found.number))
    }

    /// The numbers of an organization, and of those above it if wanted, the nearest first.
    ///
    /// # Errors
    /// `NotFound` when the tenant has none of this id.
    pub(crate) fn homes(&self, id: OrganizationId, inherits: bool) -> Result<Vec<u32>> {
        let tree = self.tree()?;
        let found = tree.get(id).ok_or_else(|| Error::NotFound { kind: Kind::Organization, id: id.to_string() })?;
        let above = tree.above(id).take(if inherits { usize::MAX } else { 0 });
        Ok(std::iter::once(found).chain(above).map(|found| found.number).collect())
    }

    /// The numbers of an organization and of all below it.
    ///
    /// # Errors
    /// `NotFound` when the tenant has none of this id.
    pub(crate) fn below(&self, id: OrganizationId) -> Result<Vec<u32>> {
        let mut homes = self.homes(id, false)?;
        homes.extend(self.tree()?.below(homes[0]));
        Ok(homes)
    }

    /// Whether a person belongs to an organization, at home or as a guest.
    pub(crate) fn is_member(&self, home: u32, number: u32) -> Result<bool> {
        let is_home = if home == organizations::ROOT {
            !self.set(&SetName::Elsewhere)?.contains(number)
        } else {
            self.set(&SetName::Organization(home))?.contains(number)
        };
        Ok(is_home || self.set(&SetName::Guests(home))?.contains(number))
    }

    /// The segments of the index, newest first.
    pub(crate) fn segments(&self) -> Result<Segments> {
        if let Some(segments) = self.state.segments.get() {
            return Ok(Arc::clone(segments));
        }
        let segments = segments::load(self.connection, self.key())?;
        Ok(Arc::clone(self.state.segments.get_or_init(|| segments)))
    }
}

/// Tenants remembered before all are forgotten.
const MAX_TENANTS: usize = 1024;
/// Versions of one tenant remembered: a reader may be a few behind the writer.
const MAX_VERSIONS: usize = 3;

/// What is known of tenants, by version, shared by the writer and all readers.
#[derive(Debug, Default)]
pub(crate) struct States(Mutex<HashMap<TenantId, VecDeque<Arc<State>>>>);

impl States {
    /// The tenant as this connection's snapshot shows it.
    ///
    /// # Errors
    /// `NotFound` for an unknown tenant.
    pub(crate) fn view<'c>(&self, connection: &'c Connection<'c>, tenant: TenantId) -> Result<View<'c>> {
        let row = TenantRow::read(connection, tenant)?;
        let row = row.ok_or_else(|| Error::NotFound { kind: Kind::Tenant, id: tenant.to_string() })?;
        if let Some(state) = self.at(tenant, row.version) {
            return Ok(View { connection, state, helpers: None, asked: None });
        }
        let known = Known { tree: self.known_tree(tenant), ..Known::default() };
        let state = Arc::new(State::new(row, known));
        self.publish(tenant, Arc::clone(&state));
        Ok(View { connection, state, helpers: None, asked: None })
    }

    /// The tree of a tenant's newest known version.
    fn known_tree(&self, tenant: TenantId) -> Option<Dated> {
        let states = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let newest = states.get(&tenant)?.front().cloned();
        drop(states);
        newest?.known_tree()
    }

    /// What is known of a tenant at a version.
    pub(crate) fn at(&self, tenant: TenantId, version: i64) -> Option<Arc<State>> {
        let states = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        states.get(&tenant)?.iter().find(|state| state.row.version == version).cloned()
    }

    /// Makes a version known.
    pub(crate) fn publish(&self, tenant: TenantId, state: Arc<State>) {
        let mut states = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if states.len() >= MAX_TENANTS && !states.contains_key(&tenant) {
            states.clear();
        }
        let versions = states.entry(tenant).or_default();
        versions.retain(|known| known.row.version != state.row.version);
        versions.push_front(state);
        versions.make_contiguous().sort_by_key(|known| std::cmp::Reverse(known.row.version));
        versions.truncate(MAX_VERSIONS);
    }

    /// Forgets versions that did not come to be.
    pub(crate) fn withdraw_all(&self, versions: impl IntoIterator<Item = (TenantId, i64)>) {
        let mut states = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for (tenant, version) in versions {
            if let Some(known) = states.get_mut(&tenant) {
                known.retain(|known| known.row.version != version);
            }
        }
    }

    /// The newest known version of every tenant.
    pub(crate) fn newest(&self) -> Vec<Arc<State>> {
        let states = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        states.values().filter_map(|versions| versions.front().cloned()).collect()
    }
}
