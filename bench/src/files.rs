//! Files: bringing everyone in by the command line, seeing what that would do, and taking everyone out.

use std::fs::File;
use std::io::{BufWriter, Write, sink};
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use rusqlite::{Connection, OpenFlags};

use crate::Bench;
use crate::bulk::{Loaded, load};
use crate::people::Person;
use crate::process::Process;
use crate::report::Row;
use crate::sample::rate;
use crate::server::{Account, cardfile};

/// How often the memory of a command is looked at.
const LOOK: Duration = Duration::from_millis(20);

/// What a command took.
struct Taken {
    elapsed: Duration,
    peak_mib: f64,
}

/// Runs a command to its end, its answers to nobody.
fn run(data: &Path, arguments: &[&str]) -> Result<Taken> {
    let (start, mut peak_mib) = (Instant::now(), 0.0_f64);
    let mut child = cardfile(data.into(), arguments)?.stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
    let process = Process::of(child.id());
    loop {
        if let Some(status) = child.try_wait()? {
            ensure!(status.success(), "cardfile {arguments:?} failed");
            return Ok(Taken { elapsed: start.elapsed(), peak_mib });
        }
        peak_mib = peak_mib.max(process.peak_mib().unwrap_or_default());
        std::thread::sleep(LOOK);
    }
}

/// Writes everyone as CSV.
fn write(path: &Path, people: usize) -> Result<()> {
    let mut out = BufWriter::new(File::create(path)?);
    writeln!(out, "Display Name,First Name,Last Name,Company,Job Title,Email,Work Phone,Mobile Phone,Address")?;
    for person in (0..people).map(Person::at) {
        let (name, Person { first, last, email, phone, mobile, .. }) = (person.name(), &person);
        let [company, title, address] = person.work();
        writeln!(out, "{name},{first},{last},{company},{title},{email},{phone},{mobile},{address}")?;
    }
    Ok(out.flush()?)
}

/// Reads every row of a directory's file and prints its document, as bare as can be.
fn bare(data: &Path, people: usize) -> Result<f64> {
    let connection = Connection::open_with_flags(data.join("cardfile.db"), OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let start = Instant::now();
    let mut statement = connection.prepare_cached("SELECT document FROM contacts ORDER BY person")?;
    let (mut rows, mut out, mut read) = (statement.query([])?, BufWriter::new(sink()), 0);
    while let Some(row) = rows.next()? {
        let document: serde_json::Value = serde_json::from_slice(row.get_ref(0)?.as_blob()?)?;
        serde_json::to_writer(&mut out, &document)?;
        out.write_all(b"\n")?;
        read += 1;
    }
    ensure!(read == people, "{read} rows are there of {people}");
    Ok(rate(people, start.elapsed()))
}

/// Brings everyone in and takes everyone out.
///
/// # Errors
/// When anything fails.
pub fn measure(bench: &mut Bench) -> Result<()> {
    let (people, unit) = (bench.people, "contacts/s");
    let Loaded { data: _loaded, server, rate: created, .. } = load(bench.scratch(), people)?;
    server.stop()?;
    let folder = tempfile::tempdir_in(bench.scratch())?;
    let (data, file) = (folder.path().join("data"), folder.path().join("people.csv"));
    write(&file, people)?;
    let file = file.to_str().context("a path that is no text")?;
    let plain = folder.path().join("plain");
    let account = Account::make(&*plain)?;
    let made = run(&plain, &["import", file, "--org", &account.organization])?;
    std::fs::remove_dir_all(plain)?;
    let row = Row::new("import of CSV (floor: our bulk create)", people, rate(people, made.elapsed), unit);
    bench.report.add(row.over(created).ratio_at_least(0.8));
    let account = Account::make(&*data)?;
    let import = ["import", file, "--org", &account.organization, "--match", "email"];
    let planned = run(&data, &[&import[..], &["--dry-run"]].concat())?;
    let brought = run(&data, &import)?;
    let row = Row::new("import of CSV, by e-mail (floor: our bulk create)", people, rate(people, brought.elapsed), unit);
    bench.report.add(row.over(created).ratio_at_least(0.8));
    bench.report.add(Row::new("import of CSV, by e-mail, most memory", people, brought.peak_mib, "MiB").below(200.0));
    let row = Row::new("plan of that import (floor: the import)", people, planned.elapsed.as_secs_f64(), "s");
    bench.report.add(row.over(brought.elapsed.as_secs_f64()).ratio_at_most(1.5));
    let floor = bare(&data, people)?;
    let exported = run(&data, &["export", "--org", &account.organization])?;
    let row = Row::new("export as JSON lines (floor: rows read and printed bare)", people, rate(people, exported.elapsed), unit);
    bench.report.add(row.over(floor).ratio_at_least(0.5));
    bench.report.add(Row::new("export, most memory", people, exported.peak_mib, "MiB"));
    Ok(())
}
