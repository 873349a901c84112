//! How far a move has come, and about how far it has to go.

use cardfile_directory::Result;
use cardfile_model::TenantId;

use crate::database::Database;
use crate::sql::{Connection, params};
use crate::state::TenantRow;

/// People and changes from which on the rows are counted that they do not tell the number of.
const COUNTED_FROM: u64 = 10_000;

/// What is being done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// Rows are read and written.
    Moving,
    /// Rows of both sides are read and compared.
    Verifying,
}

/// How far a move has come.
#[derive(Debug, Clone, Copy)]
pub struct Progress {
    /// What is being done.
    pub phase: Phase,
    /// Tenants with which it is done.
    pub tenants: usize,
    /// All tenants.
    pub of_tenants: usize,
    /// Rows with which it was done since this phase began.
    pub rows: u64,
    /// Bytes that these held.
    pub bytes: u64,
    /// About how many rows are left in this phase.
    pub rows_left: u64,
}

/// Counts what is done, and tells it.
pub(super) struct Meter<'a> {
    from: &'a dyn Database,
    tell: &'a mut dyn FnMut(&Progress),
    progress: Progress,
    /// About how many rows all tenants have.
    all: u64,
    /// About how many rows the tenants have that are not begun.
    later: u64,
    /// About how many rows of the tenant that is begun are left.
    now: u64,
}

impl<'a> Meter<'a> {
    pub(super) fn new(from: &'a dyn Database, tenants: &[TenantId], tell: &'a mut dyn FnMut(&Progress)) -> Result<Self> {
        let mut all = 0;
        for tenant in tenants {
            let row = from.with(|connection| TenantRow::read(connection, *tenant))?;
            all += row.map_or(0, |row| about(from, &row));
        }
        let (phase, of_tenants) = (Phase::Moving, tenants.len());
        let progress = Progress { phase, tenants: 0, of_tenants, rows: 0, bytes: 0, rows_left: all };
        Ok(Meter { from, tell, progress, all, later: all, now: 0 })
    }

    pub(super) fn begin(&mut self, phase: Phase) {
        self.progress = Progress { phase, tenants: 0, rows: 0, bytes: 0, rows_left: self.all, ..self.progress };
        (self.later, self.now) = (self.all, 0);
        (self.tell)(&self.progress);
    }

    /// A tenant is begun, or begun anew, of which some rows are done already.
    pub(super) fn tenant_begun(&mut self, row: &TenantRow, done: u64) {
        let about = about(self.from, row);
        if self.now == 0 {
            self.later = self.later.saturating_sub(about);
        }
        self.now = about.saturating_sub(done).max(1);
    }

    pub(super) fn moved(&mut self, rows: u64, bytes: usize) {
        self.now = self.now.saturating_sub(rows).max(1);
        self.progress.rows += rows;
        self.progress.bytes += bytes as u64;
        self.progress.rows_left = self.later + self.now;
        (self.tell)(&self.progress);
    }

    pub(super) fn tenant_done(&mut self, row: &TenantRow) {
        if self.now == 0 {
            self.later = self.later.saturating_sub(about(self.from, row));
        }
        self.now = 0;
        self.progress.tenants += 1;
        self.progress.rows_left = self.later;
        (self.tell)(&self.progress);
    }
}

/// About how many rows a tenant has.
fn about(from: &dyn Database, row: &TenantRow) -> u64 {
    let people = u64::from(row.next_person).saturating_sub(1);
    // An id and a card each, a change and what takes it back.
    let told = people * 2 + row.revision * 2 + u64::from(row.next_group) + u64::from(row.next_organization);
    if people + row.revision < COUNTED_FROM {
        return told + people / 8;
    }
    // That it cannot be counted is no reason not to move it.
    told + from.with(|connection| count(connection, row)).unwrap_or_default()
}

fn count(connection: &Connection, row: &TenantRow) -> Result<u64> {
    let mut all = 0;
    for sql in ["SELECT count(*) FROM blocks WHERE tenant_id = ?1", "SELECT count(*) FROM sets WHERE tenant_id = ?1"] {
        all += connection.one(sql, params![row.key], |row| row.get::<u64>(0))?;
    }
    Ok(all)
}
