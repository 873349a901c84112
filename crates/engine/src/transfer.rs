//! Moving a directory from one database to another, of whatever kinds the two are.
//!
//! Tenant by tenant, in slices of rows: each is read as one snapshot shows it and written in one transaction, together with how
//! far the tenant has come (`transfer/target.rs`). So a move that ended early goes on where it was when it is begun again. A
//! tenant that is written to meanwhile is begun anew. Nobody sees a tenant in the target before all of it is there. At the end
//! everything is read again on both sides and compared (`transfer/verify.rs`).
//!
//! The database that is moved from is read and nothing else.

mod canon;
mod progress;
mod rows;
mod slice;
mod tables;
mod target;
mod verify;

use cardfile_directory::{Error, Result};
use cardfile_model::TenantId;

use crate::database::Database;
use crate::registry;
use crate::state::TenantRow;
use progress::Meter;
pub use progress::{Phase, Progress};
use rows::Most;
use slice::Slice;
use target::Place;
pub use verify::Difference;

/// How a directory is moved.
#[derive(Debug, Clone, Copy)]
pub struct Settings {
    /// Rows of a slice, at most.
    pub rows: usize,
    /// Bytes from which on a slice takes no more rows.
    pub bytes: usize,
    /// How often a tenant is begun that is written to meanwhile.
    pub tries: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Settings { rows: 4_000, bytes: 4 << 20, tries: 5 }
    }
}

/// What became of a move.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Tenants that are there now.
    pub tenants: usize,
    /// Rows that this move wrote: fewer than there are if an earlier one had come some way.
    pub written: u64,
    /// Rows of each table, over all tenants, as both sides have them.
    pub tables: Vec<(&'static str, u64)>,
    /// What is not alike on both sides. The tenants named are begun anew by the next move.
    pub differences: Vec<Difference>,
}

/// Moves every tenant from one database to another, and verifies it. Blocks; must not be called on a thread that answers requests.
///
/// # Errors
/// `Invalid` when the target has a tenant already that no move brought there, or a tenant does not stand still; those of the
/// databases. What was moved stays, and the next move goes on from there.
pub fn transfer(from: &dyn Database, to: &dyn Database, settings: Settings, tell: &mut dyn FnMut(&Progress)) -> Result<Report> {
    let tenants = from.with(registry::tenants)?;
    for tenant in &tenants {
        target::refuse_known(to, *tenant)?;
    }
    let most = Most { rows: settings.rows.max(1), bytes: settings.bytes.max(1) };
    let mut run = Move { from, to, most, tries: settings.tries, meter: Meter::new(from, &tenants, tell)?, written: 0 };
    for tenant in &tenants {
        run.tenant(*tenant)?;
    }
    let Move { mut meter, written, .. } = run;
    meter.begin(Phase::Verifying);
    let mut report = Report { tenants: tenants.len(), written, ..Report::default() };
    for tenant in &tenants {
        verify::tenant((from, to), *tenant, most, &mut meter, &mut report)?;
    }
    if report.differences.is_empty() {
        target::forget(to, &tenants)?;
    } else {
        for Difference { tenant, .. } in &report.differences {
            target::distrust(to, *tenant)?;
        }
    }
    Ok(report)
}

/// A move that is under way.
struct Move<'a> {
    from: &'a dyn Database,
    to: &'a dyn Database,
    most: Most,
    tries: u32,
    meter: Meter<'a>,
    written: u64,
}

impl Move<'_> {
    /// Moves a tenant as it is when it stands still.
    fn tenant(&mut self, tenant: TenantId) -> Result<()> {
        for _ in 0..self.tries.max(1) {
            // A tenant that is gone now has nothing to move; it will be told of when all is compared.
            let Some(row) = self.from.with(|connection| TenantRow::read(connection, tenant))? else { return Ok(()) };
            if self.attempt(tenant, &row)? {
                self.meter.tenant_done(&row);
                return Ok(());
            }
        }
        let message = format!("tenant {tenant} is written to again and again: stop the servers of the directory that is moved");
        Err(refused(message))
    }

    /// Moves what is left of a tenant at a version; answers whether it stayed at it.
    fn attempt(&mut self, tenant: TenantId, row: &TenantRow) -> Result<bool> {
        let (key, mut cursor) = match target::place(self.to, tenant, row.version, self.most)? {
            Place::Whole => return Ok(true),
            Place::Begun(key, cursor) => (key, cursor),
        };
        self.meter.tenant_begun(row, cursor.rows);
        loop {
            let Some(slice) = read(self.from, tenant, row.version, &cursor, self.most)? else { return Ok(false) };
            target::write(self.to, row, (key, &cursor), &slice)?;
            self.written += slice.rows();
            self.meter.moved(slice.rows(), slice.bytes);
            if slice.is_end {
                return Ok(true);
            }
            cursor = slice.end;
        }
    }
}

/// Reads a slice of a tenant at a version; `None` when it is at another.
fn read(database: &dyn Database, tenant: TenantId, version: i64, cursor: &slice::Cursor, most: Most) -> Result<Option<Slice>> {
    database.snapshot(|connection| match TenantRow::read(connection, tenant)? {
        Some(row) if row.version == version => Slice::read(connection, row.key, cursor, most).map(Some),
        _ => Ok(None),
    })
}

fn refused(message: String) -> Error {
    Error::invalid("move", "target", message)
}

fn moved_apart(tenant: TenantId) -> Error {
    refused(format!(
        "tenant {tenant} changed on both sides since it was moved: stop the servers of both, and begin with an empty target"
    ))
}
