//! The background thread that keeps the index in few segments: it reads and merges on its own connection, and writes in
//! small slices through the writer, so that no request waits for it. Of several processes on one database, the one that holds
//! the lease of a tenant merges.

use std::ops::Range;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Weak};
use std::thread::JoinHandle;
use std::time::Duration;

use cardfile_directory::{Error, Result};
use cardfile_index::{Block, FOLD_PEOPLE, Merge, Segment, plan};
use cardfile_model::{Numbers, TenantId};
use uuid::Uuid;

use crate::database::Readers;
use crate::fault::caught;
use crate::leases::{self, Lease};
use crate::segments::{self, BUILDING, DEAD, LIVE, TenantBlocks, index_fault};
use crate::sets::SetName;
use crate::sql::{Connection, Key, params};
use crate::state::{States, TenantRow};
use crate::turn::Turn;
use crate::writer::Writer;

/// Blocks written in one transaction.
const SLICE_BLOCKS: usize = 128;
/// Blocks of dead segments removed in one transaction.
const REMOVED_BLOCKS: usize = 256;
/// The part of a segment's people who may be gone for good before it is written anew: one in so many.
const DEAD_SHARE: u64 = 8;
/// How long to wait for an announcement before looking whether the store is still there.
const WAIT: Duration = Duration::from_millis(100);
/// After how many announcements and waits tenants that nobody announced are looked at: those another process wrote to, or that
/// a crash left unfinished.
const ROUND: u32 = 600;
/// How long nobody else merges a tenant, from the last slice on.
const LEASE_SECONDS: i64 = 30;

/// Tells the merger which tenants to look at.
#[derive(Clone)]
pub(crate) struct Bell(SyncSender<TenantId>);

impl Bell {
    /// Announces a tenant. If the merger has too many on its list already, its next round will find this one.
    pub(crate) fn ring(&self, tenant: TenantId) {
        match self.0.try_send(tenant) {
            Ok(()) | Err(TrySendError::Full(_) | TrySendError::Disconnected(_)) => {}
        }
    }
}

/// What the merger works with.
pub(crate) struct Merger {
    readers: Arc<Readers>,
    states: Arc<States>,
    writer: Writer,
    /// Whom the leases are given to.
    holder: Uuid,
}

impl Merger {
    pub(crate) fn new(readers: Arc<Readers>, states: Arc<States>, writer: Writer) -> Self {
        Merger { readers, states, writer, holder: leases::holder() }
    }

    /// A bell, and what is to hear it.
    pub(crate) fn bell() -> (Bell, Receiver<TenantId>) {
        let (bell, list) = sync_channel(1024);
        (Bell(bell), list)
    }

    /// Starts the thread; it ends when `alive` is gone.
    pub(crate) fn start(self, list: Receiver<TenantId>, alive: Weak<()>) -> Result<JoinHandle<()>> {
        let run = move || {
            let mut waits = 0;
            while alive.strong_count() > 0 {
                if waits % ROUND == 0 {
                    self.round(&alive);
                }
                waits += 1;
                match list.recv_timeout(WAIT) {
                    Ok(tenant) => self.look_at(tenant, &alive),
                    Err(RecvTimeoutError::Timeout) => {}
                    Err(RecvTimeoutError::Disconnected) => return,
                }
            }
        };
        std::thread::Builder::new().name("cardfile-merger".into()).spawn(run).map_err(Error::internal)
    }

    fn round(&self, alive: &Weak<()>) {
        match self.readers.with(crate::registry::tenants) {
            Ok(tenants) => tenants.into_iter().for_each(|tenant| self.look_at(tenant, alive)),
            Err(error) => tracing::warn!(%error, "the merger cannot list the tenants"),
        }
    }

    /// Merges whatever there is to merge of a tenant, and removes what is dead.
    fn look_at(&self, tenant: TenantId, alive: &Weak<()>) {
        while alive.strong_count() > 0 {
            let merged = caught(|| self.merge_one(tenant, alive));
            // Also what a merge left that was given up.
            match self.bury(tenant).and(merged) {
                Ok(true) => {}
                Ok(false) => return,
                Err(error) => {
                    tracing::warn!(%error, cause = ?std::error::Error::source(&error), "a merge was given up");
                    return;
                }
            }
        }
    }

    fn lease(&self, tenant: TenantId) -> Lease {
        Lease { tenant, name: "merge", holder: self.holder, seconds: LEASE_SECONDS }
    }

    /// Has something written under a lease that was taken before, and is renewed by it.
    fn write_leased<T: Send + 'static>(
        &self,
        lease: Lease,
        mut work: impl FnMut(&mut Turn<'_>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.writer.write_blocking(lease.tenant, move |turn| {
            if lease.renew(turn)? { work(turn) } else { Err(Error::internal("another process took the lease")) }
        })
    }

    /// Merges one run of segments; answers whether there was one, and nobody else merges the tenant.
    fn merge_one(&self, tenant: TenantId, alive: &Weak<()>) -> Result<bool> {
        let planned = self.readers.snapshot(|connection| {
            let view = self.states.view(connection, tenant)?;
            let segments = view.segments()?;
            // The newest one may still be folded into.
            let skipped = usize::from(segments.first().is_some_and(|newest| newest.people < FOLD_PEOPLE));
            let (segments, people) = (&segments[skipped..], view.set(&SetName::People)?);
            let erased = view.set(&SetName::Erased)?;
            // Those of different forms are not mixed, so that all of an older one goes when the index is built anew.
            let mut forms = segments.chunk_by(|newer, older| newer.form == older.form);
            let inputs = forms.find_map(|segments| {
                let run = plan(segments).or_else(|| holding(segments, &erased)).or_else(|| mostly_dead(segments, &people))?;
                Some(segments[run].to_vec())
            });
            Ok(inputs.map(|inputs| (view.key(), Merge::new(&inputs, &people), inputs)))
        })?;
        let Some((key, mut merge, inputs)) = planned else { return Ok(false) };
        let lease = self.lease(tenant);
        let begun = self.writer.write_blocking(tenant, move |turn| {
            if !begin(turn, lease)? {
                return Ok(None);
            }
            let draft = turn.draft(tenant)?;
            draft.row.next_segment += 1;
            draft.touch();
            let id = draft.row.next_segment - 1;
            segments::put(turn.connection, key, &Segment { id, ..empty() }, BUILDING)?;
            Ok(Some(id))
        })?;
        let Some(id) = begun else { return Ok(false) };
        loop {
            // Each slice reads a snapshot of its own, so that none is held for long.
            let slice = self.readers.with(|connection| {
                merge.next_blocks(&TenantBlocks { connection, tenant: key }, SLICE_BLOCKS).map_err(index_fault)
            })?;
            let Some(blocks) = slice else { break };
            if alive.strong_count() == 0 {
                // Whoever takes the lease next gives up what is unfinished.
                return Ok(false);
            }
            self.write_leased(lease, move |turn| segments::put_blocks(turn.connection, key, id, &blocks))?;
        }
        let merged = merge.finish(id);
        self.write_leased(lease, move |turn| {
            exchange(turn, tenant, &inputs, merged.clone())?;
            lease.release(turn)
        })?;
        Ok(true)
    }

    /// Removes the blocks of dead segments, slice by slice, unless somebody else does.
    fn bury(&self, tenant: TenantId) -> Result<()> {
        let is_due = self.readers.with(|connection| {
            let Some(row) = TenantRow::read(connection, tenant)? else { return Ok(false) };
            let sql = "SELECT 1
                         FROM segments
                        WHERE tenant_id = ?1 AND state <> 1
                        LIMIT 1";
            connection.exists(sql, params![row.key])
        })?;
        if !is_due {
            return Ok(());
        }
        let lease = self.lease(tenant);
        let mut is_left = self.writer.write_blocking(tenant, move |turn| Ok(begin(turn, lease)? && bury_some(turn, lease)?))?;
        while is_left {
            is_left = self.write_leased(lease, move |turn| bury_some(turn, lease))?;
        }
        Ok(())
    }
}

/// Takes the lease of a tenant, and gives up what an earlier holder left unfinished; answers whether it was to be had.
fn begin(turn: &mut Turn<'_>, lease: Lease) -> Result<bool> {
    if !lease.take(turn)? {
        return Ok(false);
    }
    let sql = "UPDATE segments
                  SET state = 2
                WHERE tenant_id = ?1 AND state = 0";
    let key = turn.draft(lease.tenant)?.row.key;
    turn.connection.execute(sql, params![key])?;
    Ok(true)
}

/// Removes some blocks of a dead segment; answers whether there is more to remove, and lets go of the lease when there is not.
fn bury_some(turn: &mut Turn<'_>, lease: Lease) -> Result<bool> {
    let connection = turn.connection;
    let draft = turn.draft(lease.tenant)?;
    let key = draft.row.key;
    let dead = dead(connection, key)?;
    let erased = draft.set(connection, &SetName::Erased)?;
    if let Some(segment) = dead.first().filter(|_| !erased.is_empty())
        && segments::covered(connection, key, *segment)?.is_none_or(|covered| !covered.is_disjoint(&erased))
    {
        connection.shred()?;
    }
    let is_left = match dead.first() {
        Some(segment) => segments::remove_some(turn.connection, key, *segment, REMOVED_BLOCKS)? || dead.len() > 1,
        None => false,
    };
    if !is_left {
        lease.release(turn)?;
    }
    Ok(is_left)
}

/// The dead segments of a tenant.
fn dead(connection: &Connection, tenant: Key) -> Result<Vec<u64>> {
    let sql = "SELECT segment
                 FROM segments
                WHERE tenant_id = ?1 AND state = 2
                ORDER BY segment";
    connection.rows(sql, params![tenant], |row| row.get(0))
}

/// A segment of which much is about people who were removed for good: written anew by itself, it forgets them.
fn mostly_dead(segments: &[Arc<Segment>], people: &Numbers) -> Option<Range<usize>> {
    let is_due = |segment: &Arc<Segment>| segment.covered.difference_len(people) * DEAD_SHARE > segment.covered.len();
    segments.iter().position(is_due).map(|at| at..at + 1)
}

/// A segment that may hold words of people who were erased. Written anew it does not name them any more, so that each comes to be
/// due once. The newest one needs not be looked at: what holds their words is older than the entry that covers these.
fn holding(segments: &[Arc<Segment>], erased: &Numbers) -> Option<Range<usize>> {
    segments.iter().position(|segment| !segment.covered.is_disjoint(erased)).map(|at| at..at + 1)
}

/// Puts a merged segment in the place of its inputs, unless one of them is gone meanwhile.
fn exchange(turn: &mut Turn<'_>, tenant: TenantId, inputs: &[Arc<Segment>], merged: Segment) -> Result<()> {
    let connection = turn.connection;
    let draft = turn.draft(tenant)?;
    let (key, current) = (draft.row.key, draft.segments(connection)?);
    let is_input = |segment: &Segment| inputs.iter().any(|input| input.id == segment.id);
    if current.iter().filter(|segment| is_input(segment)).count() != inputs.len() {
        return segments::set_state(connection, key, merged.id, DEAD);
    }
    let erased = draft.set(connection, &SetName::Erased)?;
    if inputs.iter().any(|input| !input.covered.is_disjoint(&erased)) {
        // Their heads name words, too.
        connection.shred()?;
    }
    for input in inputs {
        segments::set_state(connection, key, input.id, DEAD)?;
    }
    segments::put(connection, key, &merged, LIVE)?;
    let mut left: Vec<Arc<Segment>> = current.iter().filter(|segment| !is_input(segment)).cloned().collect();
    left.push(Arc::new(merged));
    left.sort_by_key(|segment| std::cmp::Reverse(segment.age));
    draft.segments = Some(Arc::new(left));
    draft.touch();
    Ok(())
}

/// The head of a segment that has nothing yet.
fn empty() -> Segment {
    cardfile_index::segment::build(0, 0, &cardfile_index::Postings::new(), cardfile_model::Numbers::new(), |_: Block| {})
}
