//! What the server takes: memory, disk, and time to start.

use std::path::Path;
use std::time::Instant;

use anyhow::{Context, Result};

use crate::Bench;
use crate::bulk::Loaded;
use crate::load::send_all;
use crate::people::{Id, Random};
use crate::report::Row;
use crate::sample::{float, ms};
use crate::server::{Account, serve};

const STARTS: usize = 5;
const MIB: f64 = 1024.0 * 1024.0;

/// Memory in use right after a load.
///
/// # Errors
/// When `/proc` does not tell.
pub fn measure_memory(bench: &mut Bench, loaded: &Loaded) -> Result<()> {
    let (process, people) = (loaded.server.process(), loaded.ids.len());
    bench.report.add(Row::new("resident memory after the load", people, process.memory_mib()?, "MiB").below(150.0));
    bench.report.add(Row::new("resident memory, peak so far", people, process.peak_mib()?, "MiB"));
    Ok(())
}

/// Size of all files of a stopped server, beside the bare table's.
///
/// # Errors
/// When they cannot be read.
pub fn measure_file(bench: &mut Bench, data: &Path, people: usize, bare: u64) -> Result<()> {
    let mut bytes = 0;
    for entry in std::fs::read_dir(data)? {
        bytes += entry?.metadata()?.len();
    }
    let mib = |bytes: u64| usize::try_from(bytes).map(|bytes| float(bytes) / MIB);
    bench.report.add(Row::new("file (floor: bare table)", people, mib(bytes)?, "MiB").over(mib(bare)?).ratio_at_most(1.4));
    Ok(())
}

/// From the start of the process to its first answer, a contact; the figure is the slowest of some starts.
///
/// # Errors
/// When there is no answer.
pub fn measure_start(bench: &mut Bench, data: &Path, account: &Account, ids: &[Id]) -> Result<()> {
    let mut slowest: Option<f64> = None;
    let mut random = Random::new(5);
    for _ in 0..STARTS {
        let begin = Instant::now();
        let server = serve(data)?;
        send_all(server.address, 1, vec![account.read(&random.pick(ids))], |answer| answer.expect(200))?;
        let took = ms(begin.elapsed());
        slowest = Some(slowest.map_or(took, |slowest| slowest.max(took)));
        server.stop()?;
    }
    let slowest = slowest.context("no start was measured")?;
    bench.report.add(Row::new(format!("start to first answer, slowest of {STARTS}"), ids.len(), slowest, "ms").below(200.0));
    Ok(())
}
