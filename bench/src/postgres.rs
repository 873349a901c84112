//! The store in PostgreSQL, on a durable cluster of its own, beside bare tables of the same cluster.

pub mod shards;

use std::time::Instant;

use anyhow::{Context, Result, ensure};
use cardfile_directory::{Ids, TimeOrderedIds};
use cardfile_testdb::Cluster;
use tokio_postgres::binary_copy::BinaryCopyInWriter;
use tokio_postgres::types::Type;
use tokio_postgres::{Client, NoTls};
use uuid::Uuid;

use crate::Bench;
use crate::bulk::{Loaded, fill};
use crate::groups::Everyone;
use crate::inside::Inside;
use crate::people::Person;
use crate::reads::{self, CONNECTIONS, ROUND};
use crate::report::Row;
use crate::sample::{Times, median, rate};
use crate::server::{Account, Place, json, serve};

/// People in one transaction of the bare table.
const COPIED: usize = 10_000;
const ROUNDS: usize = 3;

/// A database with the schema and nothing in it.
fn prepare(cluster: &Cluster, name: &str) -> Result<String> {
    cluster.sql("postgres", &format!("CREATE DATABASE {name}"));
    let url = cluster.url(name);
    json(Place::Database(&url), &["migrate"])?;
    Ok(url)
}

/// Starts a server on a new database and creates people there.
fn load(bench: &Bench, url: &str, people: usize) -> Result<Loaded> {
    let account = Account::make(Place::Database(url))?;
    fill(tempfile::tempdir_in(bench.scratch())?, serve(Place::Database(url))?, account, people)
}

async fn connect(url: &str) -> Result<Client> {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
    tokio::spawn(connection);
    Ok(client)
}

/// Binary COPY of the same people into a bare table with a unique id and a number, 10,000 in a durable transaction; people a second.
async fn copy(url: &str, people: usize) -> Result<f64> {
    let client = connect(url).await?;
    client
        .batch_execute("CREATE TABLE bare (number bigint PRIMARY KEY, id uuid NOT NULL UNIQUE, document bytea NOT NULL)")
        .await?;
    let documents: Vec<String> = (0..people).map(|number| Person::at(number).json()).collect();
    let start = Instant::now();
    for first in (0..people).step_by(COPIED) {
        let sink = client.copy_in("COPY bare (number, id, document) FROM STDIN BINARY").await?;
        let writer = BinaryCopyInWriter::new(sink, &[Type::INT8, Type::UUID, Type::BYTEA]);
        let mut writer = std::pin::pin!(writer);
        for (at, document) in documents.iter().enumerate().skip(first).take(COPIED) {
            writer.as_mut().write(&[&i64::try_from(at)?, &TimeOrderedIds.next(), &document.as_bytes()]).await?;
        }
        writer.finish().await?;
    }
    Ok(rate(people, start.elapsed()))
}

/// Reads by primary key from a table, 32 connections, as `pgbench -S` does; reads a second.
fn pgbench(cluster: &Cluster, database: &str, people: usize) -> Result<f64> {
    // Readable by the user whom the cluster's programs run as.
    let place = std::env::temp_dir().join(format!("cardfile-bench-{}.sql", std::process::id()));
    std::fs::write(
        &place,
        format!("\\set number random(0, {})\nSELECT document FROM bare WHERE number = :number;\n", people - 1),
    )?;
    let (connections, seconds) = (CONNECTIONS.to_string(), ROUND.as_secs().to_string());
    let url = cluster.url(database);
    let file = place.to_str().context("a path is no text")?;
    let said = cluster.run("pgbench", &["-n", "-f", file, "-c", &connections, "-j", "2", "-T", &seconds, &url]);
    std::fs::remove_file(&place)?;
    let text = String::from_utf8_lossy(&said.stdout);
    let line = text
        .lines()
        .find(|line| line.starts_with("tps = "))
        .with_context(|| format!("pgbench says {text}{}", String::from_utf8_lossy(&said.stderr)))?;
    Ok(line.split_whitespace().nth(2).context("no figure")?.parse()?)
}

/// Bulk creation, point reads and operations on groups.
///
/// # Errors
/// When a request fails.
pub fn measure(bench: &mut Bench) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    let cluster = Cluster::private(&[]);
    let people = bench.small();
    let (mut bare, mut created, mut floor, mut reads, mut p99s) = (Vec::new(), Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        let (name, ours) = (format!("bare{round}"), format!("ours{round}"));
        cluster.sql("postgres", &format!("CREATE DATABASE {name}"));
        bare.push(runtime.block_on(copy(&cluster.url(&name), people))?);
        let loaded = load(bench, &prepare(&cluster, &ours)?, people)?;
        created.push(loaded.rate);
        loaded.server.process().settle()?;
        cluster.sql(&ours, "VACUUM ANALYZE");
        cluster.sql(&name, "VACUUM ANALYZE");
        floor.push(pgbench(&cluster, &name, people)?);
        let stretch = reads::read(&loaded.server, &loaded, round)?;
        reads.push(stretch.rate);
        p99s.push(Times::from(stretch.latencies).p99_ms());
        loaded.server.stop()?;
        for gone in [name, ours] {
            cluster.sql("postgres", &format!("DROP DATABASE {gone} WITH (FORCE)"));
        }
    }
    let row = Row::new("PostgreSQL: bulk create (floor: binary COPY)", people, median(created), "contacts/s");
    bench.report.add(row.over(median(bare)).ratio_at_least(0.4));
    let row = Row::new("PostgreSQL: point read, 32 connections (floor: pgbench)", people, median(reads), "requests/s");
    bench.report.add(row.over(median(floor)).ratio_at_least(0.6));
    bench.report.add(Row::new("PostgreSQL: point read, 32 connections, p99", people, median(p99s), "ms"));
    groups(bench, &cluster)
}

/// Everyone into a group, out of it, into the trash and back.
fn groups(bench: &mut Bench, cluster: &Cluster) -> Result<()> {
    let url = prepare(cluster, "groups")?;
    let loaded = load(bench, &url, bench.people)?;
    let row = Row::new("PostgreSQL: bulk create at full size", bench.people, loaded.rate, "contacts/s");
    bench.report.add(row);
    let Loaded { server, account, ids, .. } = loaded;
    server.stop()?;
    let inside = Inside::open_database(&url)?;
    let organization = Uuid::parse_str(&account.organization)?;
    let everyone = Everyone { inside: &inside, organization, ids: &ids };
    let times = everyone.times()?;
    for (name, slowest) in times {
        ensure!(slowest.is_finite(), "{name} was not measured");
        bench.report.add(Row::new(format!("PostgreSQL: {name}"), bench.people, slowest, "ms").below(50.0));
    }
    Ok(())
}
