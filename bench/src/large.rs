//! Everything at full size: one load, then all that is measured on it.

use anyhow::{Context, Result};
use uuid::Uuid;

use crate::bulk::{CONNECTIONS, Loaded, load};
use crate::groups::Everyone;
use crate::inside::{Goals, Inside, Scope};
use crate::report::Row;
use crate::sample::ms;
use crate::{Bench, calling, floors, footprint, reads, search};

/// Loads and measures.
///
/// # Errors
/// When anything fails.
pub fn measure(bench: &mut Bench) -> Result<()> {
    let people = bench.people;
    let before = floors::table(bench.scratch(), people)?;
    let loaded = load(bench.scratch(), people)?;
    footprint::measure_memory(bench, &loaded)?;
    let after = floors::table(bench.scratch(), people)?;
    let bare = f64::midpoint(before.rate, after.rate);
    bench.report.add(Row::new("bulk create", people, loaded.rate, "contacts/s").over(bare).ratio_at_least(0.40));
    let row = Row::new("bulk create, server's processor time each", people, loaded.cpu_us, "µs");
    bench.report.add(row.over(f64::midpoint(before.cpu_us, after.cpu_us)));
    let name = format!("bulk create, slowest request of {CONNECTIONS} connections (floor: median)");
    let row = Row::new(name, people, loaded.latencies.slowest_ms(), "ms").over(loaded.latencies.median_ms());
    bench.report.add(row.ratio_at_most(10.0));

    let busy = loaded.server.process().settle()?;
    bench.report.add(Row::new("merging left over after the load", people, ms(busy), "ms"));
    search::measure_on(bench, &loaded, 40.0)?;
    reads::measure_reads(bench, &loaded)?;
    calling::measure_on(bench, &loaded)?;
    bench.report.add(Row::new("resident memory after reads and searches", people, loaded.server.process().memory_mib()?, "MiB"));

    let Loaded { data, server, account, ids, .. } = loaded;
    server.stop()?;
    footprint::measure_file(bench, data.path(), people, after.bytes)?;
    footprint::measure_start(bench, data.path(), &account, &ids)?;

    let inside = Inside::open(data.path())?;
    let organization = Uuid::parse_str(&account.organization).context("the organization's id")?;
    let scope = Scope { organizations: &[organization], people };
    let goals = Goals { exact: 1.0, prefix: 5.0, substring: 40.0, page: 3.0 };
    inside.measure(&scope, &goals)?.into_iter().for_each(|row| bench.report.add(row));
    let everyone = Everyone { inside: &inside, organization, ids: &ids };
    everyone.measure_group(bench)?;
    everyone.measure_trash(bench)
}
