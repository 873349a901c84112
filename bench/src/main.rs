//! The benchmark: our server and its floors, measured in one run.
//!
//! It starts `cardfile serve` as a process of its own and loads it over loopback HTTP, beside floors that it measures in the
//! same run, so that the ratios mean the same on every machine. What the HTTP door has no words for is measured on the store
//! in this process. Start reading at `bulk.rs`; docs/performance.md says what the figures mean.

mod book;
mod bulk;
mod calling;
mod client;
mod commerce;
mod endpoint;
mod files;
mod floors;
mod footprint;
mod groups;
mod inside;
mod large;
mod load;
mod members;
mod people;
mod postgres;
mod process;
mod reads;
mod report;
mod sample;
mod search;
mod server;
mod tenants;

use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context, Result};
use clap::{Parser, Subcommand, ValueEnum};

use report::Report;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Measures Cardfile and its floors, and writes results.json and results.md beside the build
#[derive(Parser)]
struct Arguments {
    /// Contacts of the large measurements; the others take no more than 100,000
    #[arg(long, env = "PEOPLE", default_value_t = 1_000_000, value_parser = clap::value_parser!(u32).range(1000..))]
    people: u32,
    /// Only these measurements
    #[arg(long, value_name = "NAME")]
    only: Vec<Part>,
    #[command(subcommand)]
    hidden: Option<Hidden>,
}

#[derive(Subcommand)]
enum Hidden {
    /// Be the bare endpoint
    #[command(name = endpoint::COMMAND, hide = true)]
    Endpoint,
}

/// What can be measured by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Part {
    /// Bulk create, update and delete of 100,000
    Bulk,
    /// Single reads and creates at 100,000
    Reads,
    /// Search and list at 100,000
    Search,
    /// Load, footprint, reads, search, groups and deletion at full size
    Large,
    /// The address book's door at full size
    Book,
    /// The commerce door in an account of 100,000
    Commerce,
    /// Import and export of files by the command line, at full size
    Files,
    /// 200 tenants in one file
    Tenants,
    /// The store in PostgreSQL, beside bare tables of the same cluster
    Postgres,
    /// What tenants and server processes cost on PostgreSQL
    Shards,
}

/// A run.
struct Bench {
    directory: PathBuf,
    people: usize,
    report: Report,
}

impl Bench {
    /// Where databases may be made; on the disk that is measured.
    fn scratch(&self) -> &Path {
        &self.directory
    }

    /// How many people the small measurements take.
    fn small(&self) -> usize {
        self.people.min(100_000)
    }

    fn run(&mut self, part: Part) -> Result<()> {
        eprintln!("{part:?}, load average {}", process::load_average());
        match part {
            Part::Bulk => bulk::measure(self),
            Part::Reads => reads::measure(self),
            Part::Search => search::measure(self),
            Part::Large => large::measure(self),
            Part::Book => book::measure(self),
            Part::Commerce => commerce::measure(self),
            Part::Files => files::measure(self),
            Part::Tenants => tenants::measure(self),
            Part::Postgres => postgres::measure(self),
            Part::Shards => postgres::shards::measure(self),
        }
    }
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    if let Some(Hidden::Endpoint) = arguments.hidden {
        return endpoint::serve();
    }
    // Beside `release`, where this binary lies.
    let target = std::env::current_exe()?.parent().and_then(Path::parent).context("this binary lies nowhere")?.to_owned();
    let directory = target.join("bench");
    std::fs::create_dir_all(&directory)?;
    let mut bench = Bench { directory, people: arguments.people as usize, report: Report::default() };
    let (start, before) = (Instant::now(), process::load_average());
    for part in Part::value_variants() {
        if arguments.only.is_empty() || arguments.only.contains(part) {
            bench.run(*part).with_context(|| format!("{part:?} failed"))?;
        }
    }
    let circumstances = format!(
        "{} processors; load average {before} before, {} after; {:.0} s.",
        std::thread::available_parallelism()?,
        process::load_average(),
        start.elapsed().as_secs_f64()
    );
    bench.report.write(&bench.directory, &circumstances)?;
    println!("{}\n{circumstances} {} goals missed.", bench.report.table(), bench.report.missed());
    Ok(())
}
