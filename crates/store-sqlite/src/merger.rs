//! The background thread that keeps the index in few segments: it reads and merges on its own connection, and writes in
//! small slices through the writer, so that no request waits for it.

use std::fs::File;
use std::ops::Range;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Weak};
use std::thread::JoinHandle;
use std::time::Duration;

use cardfile_directory::{Error, Result};
use cardfile_index::{Block, FOLD_PEOPLE, Merge, Segment, plan};
use cardfile_model::{Numbers, TenantId};

use crate::connect::Readers;
use crate::fault::{caught, fault};
use crate::segments::{self, BUILDING, DEAD, LIVE, TenantBlocks, index_fault};
use crate::sets::SetName;
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
}

impl Merger {
    pub(crate) fn new(readers: Arc<Readers>, states: Arc<States>, writer: Writer) -> Self {
        Merger { readers, states, writer }
    }

    /// A bell, and what is to hear it.
    pub(crate) fn bell() -> (Bell, Receiver<TenantId>) {
        let (bell, list) = sync_channel(1024);
        (Bell(bell), list)
    }

    /// Starts the thread; it ends when `alive` is gone. Of several processes on one file, the one that holds `lock` merges.
    pub(crate) fn start(self, list: Receiver<TenantId>, lock: File, alive: Weak<()>) -> Result<JoinHandle<()>> {
        let run = move || {
            while lock.try_lock().is_err() {
                std::thread::sleep(WAIT);
                if alive.strong_count() == 0 {
                    return;
                }
            }
            self.bury_unfinished();
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

    /// Gives up what an earlier process left unfinished.
    fn bury_unfinished(&self) {
        let sql = "UPDATE segments
                      SET state = 2
                    WHERE state = 0";
        let buried = self.writer.write_blocking(move |turn| turn.connection.execute(sql, []).map_err(fault));
        if let Err(error) = buried {
            tracing::warn!(%error, "unfinished merges cannot be given up");
        }
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

    /// Merges one run of segments; answers whether there was one.
    fn merge_one(&self, tenant: TenantId, alive: &Weak<()>) -> Result<bool> {
        let planned = self.readers.snapshot(|connection| {
            let view = self.states.view(connection, tenant)?;
            let segments = view.segments()?;
            // The newest one may still be folded into.
            let skipped = usize::from(segments.first().is_some_and(|newest| newest.people < FOLD_PEOPLE));
            let (segments, people) = (&segments[skipped..], view.set(&SetName::People)?);
            let Some(run) = plan(segments).or_else(|| mostly_dead(segments, &people)) else { return Ok(None) };
            let inputs: Vec<Arc<Segment>> = segments[run].to_vec();
            Ok(Some((view.key(), Merge::new(&inputs, &people), inputs)))
        })?;
        let Some((key, mut merge, inputs)) = planned else { return Ok(false) };
        let id = self.writer.write_blocking(move |turn| {
            let draft = turn.draft(tenant)?;
            draft.row.next_segment += 1;
            draft.touch();
            let id = draft.row.next_segment - 1;
            segments::put(turn.connection, key, &Segment { id, ..empty() }, BUILDING)?;
            Ok(id)
        })?;
        loop {
            // Each slice reads a snapshot of its own, so that the log of the file can be copied back in between.
            let slice = self.readers.with(|connection| {
                merge.next_blocks(&TenantBlocks { connection, tenant: key }, SLICE_BLOCKS).map_err(index_fault)
            })?;
            let Some(blocks) = slice else { break };
            if alive.strong_count() == 0 {
                // Who opens the file next gives up what is unfinished.
                return Ok(false);
            }
            self.writer.write_blocking(move |turn| segments::put_blocks(turn.connection, key, id, &blocks))?;
        }
        let merged = merge.finish(id);
        self.writer.write_blocking(move |turn| exchange(turn, tenant, &inputs, merged))?;
        Ok(true)
    }

    /// Removes the blocks of dead segments, slice by slice.
    fn bury(&self, tenant: TenantId) -> Result<()> {
        let dead = self.readers.with(|connection| {
            let Some(row) = TenantRow::read(connection, tenant)? else { return Ok(Vec::new()) };
            let sql = "SELECT segment
                         FROM segments
                        WHERE tenant = ?1 AND state <> 1";
            let mut statement = connection.prepare_cached(sql).map_err(fault)?;
            let rows = statement.query_map([row.key], |found| Ok((row.key, found.get::<_, u64>(0)?)));
            rows.and_then(Iterator::collect::<rusqlite::Result<Vec<_>>>).map_err(fault)
        })?;
        for (key, segment) in dead {
            while self.writer.write_blocking(move |turn| segments::remove_some(turn.connection, key, segment, REMOVED_BLOCKS))? {}
        }
        Ok(())
    }
}

/// A segment of which much is about people who were removed for good: written anew by itself, it forgets them.
fn mostly_dead(segments: &[Arc<Segment>], people: &Numbers) -> Option<Range<usize>> {
    let is_due = |segment: &Arc<Segment>| segment.covered.difference_len(people) * DEAD_SHARE > segment.covered.len();
    segments.iter().position(is_due).map(|at| at..at + 1)
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
