//! What a tenant and a server process cost: the same people in 1, 10, 100 and 1,000 tenants, on one server and on two.

use std::net::SocketAddr;

use anyhow::{Result, ensure};
use cardfile_testdb::Cluster;

use super::prepare;
use crate::Bench;
use crate::bulk::all_written;
use crate::inside::Inside;
use crate::load::{Source, send_all, send_for};
use crate::people::{Id, Person, Random, batches, bulk_body};
use crate::reads::{CONNECTIONS, ROUND};
use crate::report::Row;
use crate::sample::{Times, rate};
use crate::server::{Account, Place, serve};
use crate::tenants;

/// How many tenants share the people.
const TENANTS: [usize; 4] = [1, 10, 100, 1_000];

/// Measures each number of tenants on a database of its own.
///
/// # Errors
/// When a request fails.
pub fn measure(bench: &mut Bench) -> Result<()> {
    let cluster = Cluster::private(&[("max_connections", "200")]);
    for tenants in TENANTS {
        let people = bench.small() / tenants * tenants;
        measure_tenants(bench, &cluster, tenants, people)?;
    }
    Ok(())
}

fn measure_tenants(bench: &mut Bench, cluster: &Cluster, tenants: usize, people: usize) -> Result<()> {
    let name = format!("shards{tenants}");
    let url = prepare(cluster, &name)?;
    let accounts = tenants::make(&Inside::open_database(&url)?, tenants)?;
    let first = serve(Place::Database(&url))?;
    let bare = first.process().memory_mib()?;
    let each = people / tenants;
    let requests = accounts.iter().flat_map(|account| {
        batches(each).map(|range| account.post("/bulk", &bulk_body(range.map(|number| Person::at(number).json()))))
    });
    let sent = send_all(first.address, 4, requests.collect(), all_written)?;
    let label = |what: &str| format!("PostgreSQL, {tenants} tenants: {what}");
    bench.report.add(Row::new(label("bulk create"), people, rate(people, sent.elapsed), "contacts/s"));
    let ids: Vec<Id> = sent.answers.concat();
    ensure!(ids.len() == people, "{} contacts came of {people}", ids.len());
    first.process().settle()?;
    cluster.sql(&name, "VACUUM ANALYZE");
    let stretch = send_for(first.address, ROUND, 200, sources(&accounts, &ids, each))?;
    bench.report.add(Row::new(label("point read, one server"), people, stretch.rate, "requests/s"));
    bench.report.add(Row::new(label("point read, one server, p99"), people, Times::from(stretch.latencies).p99_ms(), "ms"));
    let second = serve(Place::Database(&url))?;
    bench.report.add(Row::new(
        label("point read, two servers"),
        people,
        both([first.address, second.address], &accounts, &ids, each)?,
        "requests/s",
    ));
    bench.report.add(Row::new(label("memory of the server"), people, first.process().memory_mib()?, "MiB").over(bare));
    first.stop()?;
    second.stop()?;
    cluster.sql("postgres", &format!("DROP DATABASE {name} WITH (FORCE)"));
    Ok(())
}

/// Reads from two servers at once; reads a second of both.
fn both([first, second]: [SocketAddr; 2], accounts: &[Account], ids: &[Id], each: usize) -> Result<f64> {
    let (one, other) = std::thread::scope(|threads| {
        let half = || sources(accounts, ids, each).into_iter().take(CONNECTIONS / 2).collect();
        let other = threads.spawn(move || send_for(second, ROUND, 200, half()));
        (send_for(first, ROUND, 200, half()), other.join())
    });
    let other = other.map_err(|_| anyhow::anyhow!("a load ended in a panic"))?;
    Ok(one?.rate + other?.rate)
}

/// Reads of anyone of any tenant, each connection in an order of its own.
fn sources(accounts: &[Account], ids: &[Id], each: usize) -> Vec<Source> {
    let source = |connection: usize| -> Source {
        let (accounts, ids) = (accounts.to_vec(), ids.to_vec());
        let mut random = Random::new(connection as u64);
        Box::new(move |request| {
            let at = random.below(ids.len());
            *request = accounts[at / each].read(&ids[at]);
        })
    };
    (0..CONNECTIONS).map(source).collect()
}
