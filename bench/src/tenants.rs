//! Many small tenants in one file: each must be as quick as if it were alone.

use anyhow::{Result, ensure};
use cardfile_directory::{
    Clock, Ids, OrganizationDraft, Origin, Principal, Scopes, SystemClock, TimeOrderedIds, Token, TokenDraft,
};
use cardfile_model::{OrganizationId, Role, Sources, TenantId};
use uuid::Uuid;

use crate::bulk::{CONNECTIONS, all_written};
use crate::inside::{Goals, Inside, Scope};
use crate::load::send_all;
use crate::people::{Person, Random, bulk_body};
use crate::report::Row;
use crate::sample::{Times, rate};
use crate::server::{Account, serve};
use crate::{Bench, search};

const TENANTS: usize = 200;
/// What every question is to be answered within, in milliseconds.
const GOAL_MS: f64 = 2.0;

/// Makes tenants, each with an administrator's token.
///
/// # Errors
/// When the store refuses.
pub fn make(inside: &Inside, tenants: usize) -> Result<Vec<Account>> {
    let accounts = (0..tenants).map(|number| {
        let organization = OrganizationId(TimeOrderedIds.next());
        let draft = OrganizationDraft::new(organization, format!("Tenant {number}"));
        inside.runtime.block_on(inside.store.add_organization(draft, SystemClock.now()))?;
        let (text, token) = Token::make(TenantId(organization.0))?;
        let principal = Principal {
            id: TimeOrderedIds.next(),
            name: None,
            organization,
            role: Role::Admin,
            scopes: Scopes::default(),
            sources: Sources::Only(vec!["CH".to_owned()]),
            person: TimeOrderedIds.next(),
            expires: None,
        };
        let draft = TokenDraft { token, principal, created: SystemClock.now(), origin: Origin::Key };
        inside.runtime.block_on(inside.store.add_token(draft))?;
        Ok(Account { organization: organization.to_string(), token: text })
    });
    accounts.collect()
}

/// Fills 200 tenants with 1,000 people each, and asks them in turn.
///
/// # Errors
/// When a request fails.
pub fn measure(bench: &mut Bench) -> Result<()> {
    let data = tempfile::tempdir_in(bench.scratch())?;
    let accounts = make(&Inside::open(data.path())?, TENANTS)?;
    let each = (bench.people / TENANTS).clamp(10, 1000);
    let all = TENANTS * each;
    let server = serve(data.path())?;
    let body = bulk_body((0..each).map(|number| Person::at(number).json()));
    let requests = accounts.iter().map(|account| account.post("/bulk", &body)).collect();
    let sent = send_all(server.address, CONNECTIONS, requests, all_written)?;
    ensure!(sent.answers.iter().all(|ids| ids.len() == each), "a tenant has not everyone");
    bench.report.add(Row::new(format!("{TENANTS} tenants: bulk create"), all, rate(all, sent.elapsed), "contacts/s"));
    server.process().settle()?;

    let firsts = accounts.iter().map(|account| search::first_page(&server, account)).collect::<Result<Vec<_>>>()?;
    let firsts = Times::from(firsts);
    bench.report.add(Row::new(
        format!("{TENANTS} tenants: first page of each after the load, median"),
        all,
        firsts.median_ms(),
        "ms",
    ));
    bench.report.add(Row::new(format!("{TENANTS} tenants: first page of each after the load, p99"), all, firsts.p99_ms(), "ms"));

    let mut add = |name: &str, times: &Times| {
        let name = format!("{TENANTS} tenants: {name}, HTTP");
        bench.report.add(Row::new(format!("{name}, median"), all, times.median_ms(), "ms"));
        bench.report.add(Row::new(format!("{name}, p99"), all, times.p99_ms(), "ms").below(GOAL_MS));
    };
    let any = |random: &mut Random| accounts[random.below(TENANTS)].clone();
    let times = search::keywords(&server, 2000, |random| (any(random), search::keyword(random, each)))?;
    add("substring search with exact total", &times);
    let times = search::pages(&server, each, 2000, any)?;
    add("any page of 100 of the list", &times);
    server.stop()?;

    let inside = Inside::open(data.path())?;
    let organizations = accounts.iter().map(|account| Uuid::parse_str(&account.organization)).collect::<Result<Vec<_>, _>>()?;
    let goals = Goals { exact: GOAL_MS, prefix: GOAL_MS, substring: GOAL_MS, page: GOAL_MS };
    for row in inside.measure(&Scope { organizations: &organizations, people: each }, &goals)? {
        bench.report.add(Row { name: format!("{TENANTS} tenants: {}", row.name), ..row });
    }
    Ok(())
}
