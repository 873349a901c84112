//! The store itself: opening, closing, and each operation handed to a reader or to the writer.

mod administration;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use async_trait::async_trait;
use cardfile_directory::{Applied, Author, Command, Error, Finding, Gauge, Kind, Result, Store};
use cardfile_model::{
    Audience, Change, Group, GroupQuery, Member, Note, NoteKeys, NoteQuery, Numbers, Organization, OrganizationId,
    OrganizationQuery, Page, Query, Record, TenantId,
};
use jiff::Timestamp;
use rusqlite::Connection;
use uuid::Uuid;

use crate::connect::{self, Options, Readers};
use crate::fault::{closed, disk, fault};
use crate::merger::Merger;
use crate::order::Orders;
use crate::searches::{Places, Waiting, is_look_up, names_few};
use crate::sets::SetName;
use crate::state::{States, View};
use crate::write::Prepared;
use crate::writer::Writer;
use crate::{backup, check, checkpoint, commands, get, log, migrate, organizations, purge, rebuild, write};

/// A batch of more writes than this is prepared away from the threads that answer requests.
const PREPARED_INLINE: usize = 16;

/// Rows that are read on a thread that answers requests; more are read on one that may wait.
const READ_INLINE: usize = 32;

/// The directory in one SQLite file, shared by any number of tasks. See the crate's page.
pub struct SqliteStore {
    path: PathBuf,
    readers: Arc<Readers>,
    states: Arc<States>,
    orders: Arc<Orders>,
    log_bytes: Arc<AtomicU64>,
    searches: Places,
    look_ups: Places,
    running: Mutex<Option<Running>>,
    writer: Mutex<Option<Writer>>,
}

/// The threads behind an open store.
struct Running {
    alive: Arc<()>,
    /// Those that use the writer.
    threads: Vec<JoinHandle<()>>,
    writing: JoinHandle<()>,
}

impl SqliteStore {
    /// Opens the store in a directory, making both if there are none, and brings the schema up to date.
    ///
    /// # Errors
    /// `Unavailable` when the file cannot be opened or is busy, `Internal` for a file of a newer version or a damaged one.
    pub fn open(directory: &Path, options: Options) -> Result<Arc<Self>> {
        std::fs::create_dir_all(directory).map_err(disk)?;
        let mut connection = connect::writer(directory, &options)?;
        migrate::migrate(&mut connection)?;
        let lock = std::fs::File::create(directory.join("merge.lock")).map_err(disk)?;

        let (readers, states) = (Arc::new(Readers::new(directory, &options)), Arc::new(States::default()));
        let (alive, log_bytes) = (Arc::new(()), Arc::new(AtomicU64::new(0)));
        connect::watch_log(&mut connection, Arc::clone(&log_bytes))?;
        let (bell, list) = Merger::bell();
        let (used, most) = (Arc::clone(&log_bytes), options.wal_mib << 20);
        let after_group = move |connection: &Connection, tenants: &[TenantId]| {
            for tenant in tenants {
                bell.ring(*tenant);
            }
            if used.load(Ordering::Relaxed) > most
                && let Err(error) = checkpoint::copy_back(connection)
            {
                tracing::warn!(%error, "the write-ahead log cannot be copied back");
            }
        };
        let (writer, writing) = Writer::start(connection, Arc::clone(&states), options.queue, after_group)?;
        let merger = Merger::new(Arc::clone(&readers), Arc::clone(&states), writer.clone());
        let merging = merger.start(list, lock, Arc::downgrade(&alive))?;
        let copying = checkpoint::start(connect::writer(directory, &options)?, Arc::clone(&log_bytes), Arc::downgrade(&alive))?;
        Ok(Arc::new(SqliteStore {
            path: directory.to_owned(),
            readers,
            states,
            orders: Arc::new(Orders::new(options.ordered_people)),
            log_bytes,
            searches: Places::new(options.readers),
            look_ups: Places::new(options.readers),
            running: Mutex::new(Some(Running { alive, threads: vec![merging, copying], writing })),
            writer: Mutex::new(Some(writer)),
        }))
    }

    /// Finishes what was begun, copies the log back into the file and lets go of it. Later requests are `Unavailable`.
    pub fn close(&self) {
        let writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(Running { alive, threads, writing }) = self.running.lock().unwrap_or_else(PoisonError::into_inner).take() else {
            return;
        };
        drop(alive);
        let join = |thread: JoinHandle<()>| {
            if thread.join().is_err() {
                tracing::error!("a thread of the store ended in a panic");
            }
        };
        threads.into_iter().for_each(join);
        // The last connection copies the log back, and readers cannot: the writer must be the last.
        self.readers.close();
        // Requests that wait for their answers have writers of their own, so that letting go of this one is not enough.
        writer.iter().for_each(Writer::stop);
        join(writing);
    }

    /// Writes a consistent copy of everything into a new file, while requests go on.
    ///
    /// # Errors
    /// `Invalid` when the file exists already, `Unavailable` when it cannot be written.
    pub fn backup(&self, file: &Path) -> Result<()> {
        backup::backup(&self.path, file)
    }

    fn writer(&self) -> Result<Writer> {
        self.writer.lock().unwrap_or_else(PoisonError::into_inner).clone().ok_or_else(closed)
    }

    fn view<T>(&self, tenant: TenantId, work: impl FnOnce(&View<'_>) -> Result<T>) -> Result<T> {
        self.readers.snapshot(|connection| work(&self.states.view(connection, tenant)?))
    }

    /// Has something long read on a thread that may wait; only so many at once, and not all of them for one tenant.
    async fn search<T: Send + 'static>(
        &self,
        tenant: TenantId,
        work: impl FnOnce(&View<'_>, &Orders) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.read(&self.searches, tenant, work).await
    }

    /// Has what a question finds read; what is only looked up does not wait for what is searched.
    async fn ask<T: Send + 'static>(
        &self,
        tenant: TenantId,
        query: Query,
        work: impl FnOnce(&View<'_>, &Orders, &Query) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let places = if is_look_up(&query) { &self.look_ups } else { &self.searches };
        self.read(places, tenant, move |view, orders| work(view, orders, &query)).await
    }

    /// Reads at one of some places, which is taken until the work has ended. It ends soon when nobody waits for it any more.
    async fn read<T: Send + 'static>(
        &self,
        places: &Places,
        tenant: TenantId,
        work: impl FnOnce(&View<'_>, &Orders) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let place = places.take(tenant).await?;
        let (readers, states, orders) = (Arc::clone(&self.readers), Arc::clone(&self.states), Arc::clone(&self.orders));
        let waiting = Waiting::default();
        let asked = waiting.asked();
        let reading = move || {
            let _until_read = place;
            asked.go_on()?;
            readers.snapshot(|connection| {
                let view = View { helpers: Some(&readers), asked: Some(&asked), ..states.view(connection, tenant)? };
                work(&view, &orders)
            })
        };
        blocking(reading).await
    }
}

impl Drop for SqliteStore {
    fn drop(&mut self) {
        self.close();
    }
}

/// What is asked of a tenant or an organization that is not there is answered as if it were empty.
fn or_empty<T>(answer: Result<T>, empty: impl FnOnce() -> T) -> Result<T> {
    match answer {
        Err(Error::NotFound { kind: Kind::Tenant | Kind::Organization, .. }) => Ok(empty()),
        answer => answer,
    }
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work).await.unwrap_or_else(|error| Err(Error::internal(error)))
}

#[async_trait]
impl Store for SqliteStore {
    async fn get(
        &self,
        tenant: TenantId,
        organization: OrganizationId,
        audience: Audience,
        ids: &[Uuid],
    ) -> Result<Vec<Option<Record>>> {
        if let [id] = *ids {
            let found =
                self.readers.with(|connection| get::one(connection, &self.states, tenant, (organization, audience), id))?;
            if let Some(found) = found {
                return Ok(found);
            }
        }
        or_empty(self.view(tenant, |view| view.get(organization, audience, ids)), || vec![None; ids.len()])
    }

    async fn find(&self, tenant: TenantId, query: Query) -> Result<Page> {
        let page = self.ask(tenant, query, |view, orders, query| view.find(query, orders));
        or_empty(page.await, || Page { records: Vec::new(), total: 0 })
    }

    async fn numbers(&self, tenant: TenantId, query: Query) -> Result<Numbers> {
        let numbers = self.ask(tenant, query, |view, _, query| view.numbers(query).map(Arc::unwrap_or_clone));
        or_empty(numbers.await, Numbers::new)
    }

    async fn authors(&self, tenant: TenantId, revisions: &BTreeSet<u64>) -> Result<BTreeMap<u64, String>> {
        let wanted = revisions.clone();
        let authors = if revisions.len() > READ_INLINE {
            self.search(tenant, move |view, _| log::authors(view.connection, view.key(), &wanted)).await
        } else {
            self.view(tenant, |view| log::authors(view.connection, view.key(), &wanted))
        };
        or_empty(authors, BTreeMap::new)
    }

    async fn apply(&self, tenant: TenantId, author: Author, command: Command) -> Result<Applied> {
        let writer = self.writer()?;
        let Command::Write(batch) = command else {
            let weight = commands::weight(&command);
            return writer.write(weight, move |turn| commands::apply(turn, tenant, &author, command)).await;
        };
        // What needs no transaction is done before it.
        let number = self.view(tenant, |view| view.homes(batch.organization, false).map(|homes| homes[0]))?;
        let (prepared, author) = if batch.writes.len() > PREPARED_INLINE {
            blocking(move || Ok((Prepared::new(batch, number, &author), author))).await?
        } else {
            (Prepared::new(batch, number, &author), author)
        };
        writer.write(prepared.len(), move |turn| write::apply(turn, tenant, &author, prepared)).await
    }

    async fn group(&self, tenant: TenantId, id: Uuid) -> Result<Option<Group>> {
        or_empty(self.view(tenant, |view| view.group(id)), || None)
    }

    async fn groups(&self, tenant: TenantId, query: GroupQuery) -> Result<(Vec<Group>, u64)> {
        or_empty(self.search(tenant, move |view, _| view.groups(&query)).await, Default::default)
    }

    async fn groups_of(
        &self,
        tenant: TenantId,
        organization: OrganizationId,
        also: &[Uuid],
        people: &Numbers,
    ) -> Result<Vec<(String, Numbers)>> {
        let (also, people) = (also.to_vec(), people.clone());
        or_empty(self.search(tenant, move |view, _| view.groups_of(organization, &also, &people)).await, Vec::new)
    }

    async fn find_organizations(&self, tenant: TenantId, query: OrganizationQuery) -> Result<(Vec<Organization>, u64)> {
        let places = if names_few(&query.filter) { &self.look_ups } else { &self.searches };
        or_empty(self.read(places, tenant, move |view, _| Ok(view.tree()?.find(&query))).await, Default::default)
    }

    async fn notes(&self, tenant: TenantId, query: NoteQuery) -> Result<(Vec<Note>, u64)> {
        let notes = if matches!(&query.keys, NoteKeys::These(keys) if keys.len() <= READ_INLINE) || query.limit <= READ_INLINE {
            self.view(tenant, |view| view.notes(&query))
        } else {
            self.search(tenant, move |view, _| view.notes(&query)).await
        };
        or_empty(notes, Default::default)
    }

    async fn members(&self, tenant: TenantId, group: Uuid, offset: u64, limit: usize) -> Result<Vec<Member>> {
        self.search(tenant, move |view, _| view.members(group, offset, limit)).await
    }

    async fn changes(&self, tenant: TenantId, organization: OrganizationId, since: u64, limit: usize) -> Result<Vec<Change>> {
        let changes = self.search(tenant, move |view, _| {
            let organization = organizations::number(view.connection, view.key(), organization)?;
            log::since(view.connection, view.key(), organization, since, limit)
        });
        or_empty(changes.await, Vec::new)
    }

    async fn purge(&self, before: Timestamp) -> Result<u64> {
        let (readers, states, writer) = (Arc::clone(&self.readers), Arc::clone(&self.states), self.writer()?);
        blocking(move || purge::slice(&readers, &states, &writer, before)).await
    }

    async fn check(&self) -> Result<Vec<Finding>> {
        let (readers, states) = (Arc::clone(&self.readers), Arc::clone(&self.states));
        blocking(move || check::check(&readers, &states)).await
    }

    async fn rebuild_index(&self) -> Result<()> {
        let (readers, writer, orders) = (Arc::clone(&self.readers), self.writer()?, Arc::clone(&self.orders));
        blocking(move || {
            rebuild::rebuild(&readers, &writer)?;
            orders.clear();
            Ok(())
        })
        .await
    }

    async fn ready(&self) -> Result<()> {
        self.writer()?;
        self.readers.with(|connection| {
            let sql = "SELECT 1
                         FROM tenants
                        LIMIT 1";
            let mut statement = connection.prepare_cached(sql).map_err(fault)?;
            statement.exists([]).map(drop).map_err(fault)
        })
    }

    fn gauges(&self) -> Vec<Gauge> {
        let gauge = |name, help, value| Gauge { name, help, value };
        #[expect(clippy::cast_precision_loss, reason = "a gauge is for looking at")]
        let float = |count: u64| count as f64;
        let mut gauges =
            vec![gauge("store_log_bytes", "Bytes of the write-ahead log in use", float(self.log_bytes.load(Ordering::Relaxed)))];
        if let Ok(writer) = self.writer() {
            let meter = writer.meter();
            let count = |value: &std::sync::atomic::AtomicUsize| float(value.load(Ordering::Relaxed) as u64);
            gauges.extend([
                gauge("store_writer_waiting_jobs", "Jobs waiting for the writer", count(&meter.waiting)),
                gauge("store_writer_last_group_jobs", "Jobs in the last group commit", count(&meter.last_group)),
                gauge("store_writer_groups", "Group commits so far", float(meter.groups.load(Ordering::Relaxed))),
                gauge("store_writer_jobs", "Jobs committed so far", float(meter.jobs.load(Ordering::Relaxed))),
            ]);
        }
        let states = self.states.newest();
        let sum = |name: &SetName| states.iter().map(|state| state.known_len(name)).sum::<u64>();
        gauges.extend([
            gauge("store_known_tenants", "Tenants in memory", float(states.len() as u64)),
            gauge("store_known_people", "People of the tenants in memory, the trash included", float(sum(&SetName::People))),
            gauge("store_known_trash", "People in the trash of the tenants in memory", float(sum(&SetName::Trash))),
        ]);
        gauges
    }
}
