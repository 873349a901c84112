//! The store itself: starting, closing, and each operation handed to a reader or to a writer.

mod administration;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use async_trait::async_trait;
use cardfile_directory::{
    Applied, Author, Command, Error, Finding, Gauge, Held, History, Job, KeptPlan, Kind, Permits, Planned, Registry, Result,
    Store, Then,
};
use cardfile_model::{
    Audience, Change, Group, GroupQuery, Member, Note, NoteKeys, NoteQuery, Numbers, Organization, OrganizationId,
    OrganizationQuery, Page, Query, Record, TenantId, Write,
};
use jiff::Timestamp;
use uuid::Uuid;

use crate::database::{Database, Readers};
use crate::fault::closed;
use crate::get::Unreached;
use crate::merger::Merger;
use crate::order::Orders;
use crate::searches::{Places, Waiting, is_look_up, names_few};
use crate::sets::SetName;
use crate::signposts::Signpost;
use crate::sql::Connection;
use crate::state::{States, View};
use crate::turn::Turn;
use crate::write::{Foreseen, Prepared};
use crate::writer::Writer;
use crate::{check, commands, jobs, leases, log, once, organizations, plan, plans, purge, rebuild, rows, write};

/// A batch of more writes than this is prepared away from the threads that answer requests.
const PREPARED_INLINE: usize = 16;

/// Rows that are read on a thread that answers requests; more are read on one that may wait.
const READ_INLINE: usize = 32;

/// How the engine uses the machine, whatever the database.
#[derive(Debug, Clone, Copy)]
pub struct Settings {
    /// Searches at once, one less for the same tenant unless that is none, and as many look-ups of few people beside them.
    pub readers: usize,
    /// Requests waiting for a writer before further ones are turned away.
    pub queue: usize,
    /// People whose orders are kept in memory, over all tenants; each takes about 24 bytes.
    pub ordered_people: u64,
}

/// The directory in a database, shared by any number of tasks. See the crate's page.
pub struct Engine<D: Database> {
    database: Arc<D>,
    readers: Arc<Readers>,
    states: Arc<States>,
    orders: Arc<Orders>,
    searches: Places,
    look_ups: Places,
    /// Whom leases are given to.
    holder: Uuid,
    running: Mutex<Option<Running>>,
    writer: Mutex<Option<Writer>>,
}

/// The threads behind an open store.
struct Running {
    alive: Arc<()>,
    merging: JoinHandle<()>,
    writing: Vec<JoinHandle<()>>,
}

impl<D: Database> Engine<D> {
    /// Starts an engine over a database whose schema is up to date.
    ///
    /// # Errors
    /// `Internal` when a thread cannot be started.
    pub fn start(database: Arc<D>, settings: Settings) -> Result<Arc<Self>> {
        let shared: Arc<dyn Database> = Arc::<D>::clone(&database);
        let (states, alive) = (Arc::new(States::default()), Arc::new(()));
        let (bell, list) = Merger::bell();
        let after_group = move |tenants: &[TenantId]| tenants.iter().for_each(|tenant| bell.ring(*tenant));
        let (writer, writing) = Writer::start(&shared, &states, settings.queue, after_group)?;
        let merger = Merger::new(Arc::clone(&shared), Arc::clone(&states), writer.clone());
        let merging = merger.start(list, Arc::downgrade(&alive))?;
        Ok(Arc::new(Engine {
            database,
            readers: shared,
            states,
            orders: Arc::new(Orders::new(settings.ordered_people)),
            searches: Places::new(settings.readers),
            look_ups: Places::new(settings.readers),
            holder: leases::holder(),
            running: Mutex::new(Some(Running { alive, merging, writing })),
            writer: Mutex::new(Some(writer)),
        }))
    }

    /// Builds the index anew where an earlier version of this software made it, which knew less of what is looked for. To be called
    /// when the store is opened, on a thread that may wait; answers when it is done. What fails is told in the log, and tried again
    /// when this is called again.
    ///
    /// # Errors
    /// Those of the database when it cannot be asked what there is to be done.
    pub fn renew_index(&self) -> Result<()> {
        rebuild::renew(&*self.readers, &self.writer()?)
    }

    /// The database, for what only this kind of database does.
    pub fn database(&self) -> &Arc<D> {
        &self.database
    }

    /// Finishes what was begun and lets go of the database. Later requests are `Unavailable`.
    pub fn close(&self) {
        let writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(Running { alive, merging, writing }) = self.running.lock().unwrap_or_else(PoisonError::into_inner).take() else {
            return;
        };
        drop(alive);
        let join = |thread: JoinHandle<()>| {
            if thread.join().is_err() {
                tracing::error!("a thread of the store ended in a panic");
            }
        };
        join(merging);
        // Requests that wait for their answers have writers of their own, so that letting go of this one is not enough.
        writer.iter().for_each(Writer::stop);
        writing.into_iter().for_each(join);
        self.database.close();
    }

    fn writer(&self) -> Result<Writer> {
        self.writer.lock().unwrap_or_else(PoisonError::into_inner).clone().ok_or_else(closed)
    }

    /// Reads what is soon read: here, unless the database is on another machine.
    async fn soon<T: Send + 'static>(&self, work: impl FnOnce(&Readers) -> Result<T> + Send + 'static) -> Result<T> {
        if !self.database.is_remote() {
            return work(&*self.readers);
        }
        let readers = Arc::clone(&self.readers);
        blocking(move || work(&*readers)).await
    }

    /// Reads what takes one statement.
    async fn ask_once<T: Send + 'static>(&self, work: impl FnOnce(&Connection) -> Result<T> + Send + 'static) -> Result<T> {
        self.soon(move |readers| readers.with(work)).await
    }

    async fn view<T: Send + 'static>(
        &self,
        tenant: TenantId,
        work: impl FnOnce(&View<'_>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let states = Arc::clone(&self.states);
        self.soon(move |readers| readers.snapshot(|connection| work(&states.view(connection, tenant)?))).await
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
        let is_remote = self.database.is_remote();
        let reading = move || {
            let _until_read = place;
            asked.go_on()?;
            readers.snapshot(|connection| {
                // A second connection helps where it costs nothing; one of few might be waited for by all who hold the others.
                let helpers = (!is_remote).then_some(&*readers);
                let view = View { helpers, asked: Some(&asked), ..states.view(connection, tenant)? };
                work(&view, &orders)
            })
        };
        blocking(reading).await
    }
}

impl<D: Database> Drop for Engine<D> {
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
impl<D: Database> Store for Engine<D> {
    async fn get(
        &self,
        tenant: TenantId,
        organization: OrganizationId,
        audience: Audience,
        ids: &[Uuid],
    ) -> Result<Vec<Option<Record>>> {
        if let [id] = *ids {
            let point = self.database.point(tenant, id).await?;
            let seen = point.and_then(|point| point.seen(&Unreached, &self.states, tenant, (organization, audience)));
            if let Some(seen) = seen {
                return Ok(vec![seen]);
            }
        }
        let wanted = ids.to_vec();
        or_empty(self.view(tenant, move |view| view.get(organization, audience, &wanted)).await, || vec![None; ids.len()])
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
            self.view(tenant, move |view| log::authors(view.connection, view.key(), &wanted)).await
        };
        or_empty(authors, BTreeMap::new)
    }

    async fn apply(&self, tenant: TenantId, author: Author, command: Command) -> Result<Applied> {
        let writer = self.writer()?;
        let (command, then) = match command {
            Command::AndJob { command, then } if matches!(*command, Command::Write(_)) => (*command, Some(then)),
            command => (command, None),
        };
        let Command::Write(batch) = command else {
            let weight = commands::weight(&command);
            let work = move |turn: &mut Turn<'_>| {
                once::guarded(turn, tenant, &author, |turn| commands::apply(turn, tenant, &author, command.clone()))
            };
            return writer.write(tenant, weight, work).await;
        };
        // What needs no transaction is done before it.
        let organization = batch.organization;
        let number = self.view(tenant, move |view| view.homes(organization, false).map(|homes| homes[0])).await?;
        let spare = self.database.may_repeat().then(|| batch.clone());
        let (prepared, author) = if batch.writes.len() > PREPARED_INLINE {
            let (readers, states) = (Arc::clone(&self.readers), Arc::clone(&self.states));
            // Of a database on another machine it is not sure that the writer's is the one that was looked into.
            let may_foresee =
                !self.database.is_remote() && batch.writes.iter().any(|write| matches!(write, Write::Upsert { .. }));
            blocking(move || {
                let look = || readers.snapshot(|connection| states.view(connection, tenant)?.foresee(&batch.writes));
                let foreseen = if may_foresee { look()? } else { Foreseen::default() };
                Ok((Prepared::new(batch, number, &author).foreseeing(foreseen), author))
            })
            .await?
        } else {
            (Prepared::new(batch, number, &author), author)
        };
        let (weight, mut prepared) = (prepared.len(), Some(prepared));
        let work = move |turn: &mut Turn<'_>| {
            let anew = || spare.clone().map(|batch| Prepared::new(batch, number, &author));
            let prepared = prepared.take().or_else(anew).ok_or_else(|| Error::internal("a batch is done twice"))?;
            once::guarded(turn, tenant, &author, |turn| {
                let applied = write::apply(turn, tenant, &author, prepared)?;
                if let Some(Then(then)) = &then {
                    jobs::apply(turn, tenant, &author, then(&applied))?;
                }
                Ok(applied)
            })
        };
        writer.write(tenant, weight, work).await
    }

    async fn plan(&self, tenant: TenantId, author: Author, command: Command, most: usize) -> Result<Planned> {
        let found = Arc::new(Mutex::new(None));
        let told = Arc::clone(&found);
        let author = Author { once: None, ..author };
        let weight = commands::weight(&command);
        let work = move |turn: &mut Turn<'_>| -> Result<()> {
            let planned = plan::plan(turn, tenant, &author, (command.clone(), most))?;
            *told.lock().unwrap_or_else(PoisonError::into_inner) = Some(planned);
            // A job that fails is taken back.
            Err(Error::internal("a plan is taken back"))
        };
        let ended = self.writer()?.write(tenant, weight, work).await;
        let planned = found.lock().unwrap_or_else(PoisonError::into_inner).take();
        planned.map_or_else(|| ended.and_then(|()| Err(Error::internal("a plan was kept"))), Ok)
    }

    async fn kept_plan(&self, tenant: TenantId, id: Uuid) -> Result<Option<KeptPlan>> {
        or_empty(self.view(tenant, move |view| plans::by_id(view.connection, view.key(), id)).await, || None)
    }

    async fn job(&self, tenant: TenantId, id: Uuid) -> Result<Option<Job>> {
        or_empty(self.view(tenant, move |view| jobs::by_id(view.connection, view.key(), id)).await, || None)
    }

    async fn jobs(&self, tenant: TenantId, due: Option<Timestamp>) -> Result<Vec<Job>> {
        or_empty(self.view(tenant, move |view| jobs::all(view.connection, view.key(), due)).await, Vec::new)
    }

    async fn job_piece(&self, tenant: TenantId, id: Uuid, file: &str, part: u32) -> Result<Option<Vec<u8>>> {
        let file = file.to_owned();
        or_empty(self.view(tenant, move |view| jobs::piece(view.connection, view.key(), id, (&file, part))).await, || None)
    }

    async fn tenants_with_jobs(&self) -> Result<Vec<TenantId>> {
        self.ask_once(|connection| Signpost::Jobs.follow(connection)).await
    }

    async fn group(&self, tenant: TenantId, id: Uuid) -> Result<Option<Group>> {
        or_empty(self.view(tenant, move |view| view.group(id)).await, || None)
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
            self.view(tenant, move |view| view.notes(&query)).await
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

    async fn history(&self, tenant: TenantId, since: u64, limit: usize) -> Result<History> {
        let history = if limit <= READ_INLINE {
            self.view(tenant, move |view| log::history(view, since, limit)).await
        } else {
            self.search(tenant, move |view, _| log::history(view, since, limit)).await
        };
        or_empty(history, History::default)
    }

    async fn ids(&self, tenant: TenantId, numbers: &Numbers) -> Result<BTreeMap<u32, Uuid>> {
        let wanted = numbers.clone();
        let ids = if numbers.len() > READ_INLINE as u64 {
            self.search(tenant, move |view, _| rows::ids(view, &wanted)).await
        } else {
            self.view(tenant, move |view| rows::ids(view, &wanted)).await
        };
        or_empty(ids, BTreeMap::new)
    }

    async fn held(&self, tenant: TenantId, id: Uuid) -> Result<Option<Held>> {
        or_empty(self.search(tenant, move |view, _| view.held(tenant, id)).await, || None)
    }

    async fn purge(&self, before: Timestamp) -> Result<u64> {
        let (readers, states, writer) = (Arc::clone(&self.readers), Arc::clone(&self.states), self.writer()?);
        let holder = self.holder;
        let removed = blocking(move || purge::slice(&*readers, &states, &writer, holder, before)).await?;
        if let Some(permits) = self.permits().filter(|_| removed == 0) {
            for tenant in self.tenants().await? {
                permits.forget(tenant).await?;
            }
        }
        Ok(removed)
    }

    async fn check(&self) -> Result<Vec<Finding>> {
        let (readers, states) = (Arc::clone(&self.readers), Arc::clone(&self.states));
        blocking(move || check::check(&*readers, &states)).await
    }

    async fn rebuild_index(&self) -> Result<()> {
        let (readers, writer, orders) = (Arc::clone(&self.readers), self.writer()?, Arc::clone(&self.orders));
        blocking(move || {
            rebuild::rebuild(&*readers, &writer)?;
            orders.clear();
            Ok(())
        })
        .await
    }

    async fn ready(&self) -> Result<()> {
        self.writer()?;
        self.ask_once(|connection| Signpost::Tenant.follow(connection).map(drop)).await
    }

    fn gauges(&self) -> Vec<Gauge> {
        let gauge = |name, help, value| Gauge { name, help, value };
        #[expect(clippy::cast_precision_loss, reason = "a gauge is for looking at")]
        let float = |count: u64| count as f64;
        let mut gauges = self.database.gauges();
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
    fn permits(&self) -> Option<Arc<dyn Permits>> {
        self.database.permits()
    }
}
