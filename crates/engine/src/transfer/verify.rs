//! Reading both sides again, and comparing them: counts and checksums of each table of each tenant.

use cardfile_directory::{Error, Result};
use cardfile_model::TenantId;

use super::canon::{Cells, Sum};
use super::progress::Meter;
use super::rows::{Most, each_signpost};
use super::slice::{Cursor, Part, Slice};
use super::tables::TABLES;
use super::{Report, read};
use crate::database::Database;
use crate::sql::{Connection, Value, params};
use crate::state::TenantRow;

/// What is not alike on both sides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The tenant.
    pub tenant: TenantId,
    /// What of it, and how.
    pub message: String,
}

/// A tenant as one side has it.
struct Seen {
    row: TenantRow,
    sums: Vec<Sum>,
}

/// Compares a tenant on both sides; adds to the report what they have, or what differs.
pub(super) fn tenant(
    (from, to): (&dyn Database, &dyn Database),
    tenant: TenantId,
    most: Most,
    meter: &mut Meter<'_>,
    report: &mut Report,
) -> Result<()> {
    let mut find = |message: String| report.differences.push(Difference { tenant, message });
    let Some(row) = from.with(|connection| TenantRow::read(connection, tenant))? else {
        find("it is gone where it comes from".to_owned());
        return Ok(());
    };
    meter.tenant_begun(&row, 0);
    let mut strange = 0;
    let (here, there) = std::thread::scope(|scope| {
        let there = scope.spawn(|| {
            see(to, tenant, most, |slice| {
                strange += misled(to, tenant, &slice.parts)?;
                Ok(())
            })
        });
        let here = see(from, tenant, most, |slice| {
            meter.moved(slice.rows(), slice.bytes);
            Ok(())
        });
        (here, there.join().unwrap_or_else(|_| Err(Error::internal("a panic while the target was read"))))
    });
    let (here, there) = match (here?, there?) {
        (Some(here), Some(there)) => (here, there),
        (None, _) => {
            find("it was written to where it comes from while it was compared".to_owned());
            return Ok(());
        }
        (_, None) => {
            find("it is not in the target, or was written to there while it was compared".to_owned());
            return Ok(());
        }
    };
    if counters(&here.row) != counters(&there.row) {
        let versions = (here.row.version, there.row.version);
        find(format!("its counters differ: it has version {} where it comes from, {} in the target", versions.0, versions.1));
    }
    for ((shape, one), other) in TABLES.iter().zip(&here.sums).zip(&there.sums) {
        if one != other {
            let Sum { rows, sum } = one;
            let told = format!("{rows} rows (checksum {sum:032x}) where it comes from");
            find(format!("{}: {told}, {} rows (checksum {:032x}) in the target", shape.name, other.rows, other.sum));
        }
    }
    if strange > 0 {
        find(format!("{strange} organizations or log-ins are not found in the target by id or name"));
    }
    if report.tables.is_empty() {
        report.tables = TABLES.iter().map(|shape| (shape.name, 0)).collect();
    }
    report.tables.iter_mut().zip(&here.sums).for_each(|((_, rows), sum)| *rows += sum.rows);
    meter.tenant_done(&row);
    Ok(())
}

/// Reads all of a tenant; `None` when it is not there, or does not stand still.
fn see(
    database: &dyn Database,
    tenant: TenantId,
    most: Most,
    mut each: impl FnMut(&Slice) -> Result<()>,
) -> Result<Option<Seen>> {
    let Some(row) = database.with(|connection| TenantRow::read(connection, tenant))? else { return Ok(None) };
    let (mut sums, mut cursor) = (vec![Sum::default(); TABLES.len()], Cursor::default());
    loop {
        let Some(slice) = read(database, tenant, row.version, &cursor, most)? else { return Ok(None) };
        for part in &slice.parts {
            if let Some(at) = TABLES.iter().position(|shape| shape.name == part.shape.name) {
                part.rows.iter().for_each(|row| sums[at].add(row));
            }
        }
        each(&slice)?;
        if slice.is_end {
            return Ok(Some(Seen { row, sums }));
        }
        cursor = slice.end;
    }
}

/// How many of the signposts to rows do not lead to their tenant.
fn misled(database: &dyn Database, tenant: TenantId, parts: &[Part]) -> Result<u64> {
    let mut misled = 0;
    database.with(|connection: &Connection| {
        for part in parts {
            each_signpost(part.shape, &part.rows, |signpost| {
                misled += u64::from(!signpost.follow(connection)?.contains(&tenant));
                Ok(())
            })?;
        }
        Ok(())
    })?;
    Ok(misled)
}

/// All that the row of a tenant says but for its number.
fn counters(row: &TenantRow) -> Cells {
    let TenantRow { version, revision, next_person, next_group, next_organization, next_segment, purged, .. } = row;
    let next = [*next_person, *next_group, *next_organization].map(Value::from);
    let values = params![version, revision, next_segment, purged, row.organizations_version];
    let rest = values.iter().filter_map(|value| match value {
        Value::Integer(number) => Some(Value::Integer(*number)),
        _ => None,
    });
    next.into_iter().chain(rest).collect()
}
