//! The commerce door in an account of 100,000: taking a thousand contacts out at once, pages of members wherever they begin,
//! and signing in, which is slow by choice.

use std::path::Path;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use crate::Bench;
use crate::bulk::load_into;
use crate::client::{Answer, post_form, send};
use crate::load::send_all;
use crate::report::Row;
use crate::sample::Times;
use crate::server::{Account, Listener};

/// Contacts that are taken out by one request.
const REMOVED: usize = 1000;
const ROUNDS: usize = 10;
/// Members of a page.
const PAGE: usize = 250;
const PAGES: usize = 100;
const LOG_INS: usize = 10;
/// What this door adds to a person number to make an id.
const BASE: usize = 100_000;

/// Loads an account through the Webex door and measures this one on it.
///
/// # Errors
/// When a request is refused, or does something else than it should.
pub fn measure(bench: &mut Bench) -> Result<()> {
    let people = bench.small();
    let data = tempfile::tempdir_in(bench.scratch())?;
    let merchant = Account::make(data.path())?;
    let account = merchant.below(data.path())?;
    let loaded = load_into(data, account, people)?;
    loaded.server.process().settle()?;
    let shop = Shop::enter(&loaded.server, loaded.data.path(), &merchant, people + 1)?;
    shop.measure_pages(bench, people)?;
    shop.measure_removals(bench, people)?;
    shop.measure_log_ins(bench)?;
    loaded.server.stop()
}

struct Shop<'a> {
    server: &'a Listener,
    /// An administrator's log-in and password, as a form.
    form: String,
    token: String,
    /// The header that names the account's own administrator.
    context: String,
}

impl<'a> Shop<'a> {
    /// Signs in, and makes the account's own administrator, who gets this person number.
    fn enter(server: &'a Listener, data: &Path, merchant: &Account, number: usize) -> Result<Self> {
        let (login, password) = merchant.user(data)?;
        let form = format!("grant_type=password&username={login}&password={password}");
        let answer = one(server, post_form("/ccadmin/v1/login", &form))?;
        let token = answer["access_token"].as_str().context("no token came")?.to_owned();
        let organizations = one(server, crate::client::get("/ccadmin/v1/organizations", &token))?;
        let account = organizations["items"][0]["id"].as_str().context("no account came")?.to_owned();
        let relative = json!({"id": account});
        let profile = json!({
            "firstName": "Ida", "lastName": "Reed", "email": "ida@bench.example", "parentOrganization": account,
            "roles": [{"function": "admin", "relativeTo": relative}, {"function": "approver", "relativeTo": relative}],
        });
        let made = one(server, send("POST", "/ccadmin/v1/profiles", &token, "application/json", &profile.to_string()))?;
        ensure!(made["id"] == profile_id(number).as_str(), "{} was made", made["id"]);
        let context = format!("X-CCAgentContext: {}\r\n", json!({"shopperProfileId": made["id"]}));
        Ok(Shop { server, form, token, context })
    }

    fn request(&self, method: &str, path: &str, body: &str) -> Vec<u8> {
        let Shop { token, context, .. } = self;
        format!(
            "{method} /ccagent/v1/{path} HTTP/1.1\r\nhost: bench\r\nauthorization: Bearer {token}\r\n{context}\
             content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        )
        .into_bytes()
    }

    /// Disjoint thousands are taken out, one after the other.
    fn measure_removals(&self, bench: &mut Bench, people: usize) -> Result<()> {
        let each = REMOVED.min(people / ROUNDS / 2);
        let body = |round: usize| {
            let members: Vec<String> = (1 + round * each..=(round + 1) * each).map(profile_id).collect();
            json!({"members": members}).to_string()
        };
        let requests = (0..ROUNDS).map(|round| self.request("POST", "organizations/removeContacts", &body(round))).collect();
        let times = Times::from(send_all(self.server.address, 1, requests, |answer| answer.expect(200))?.latencies);
        let name = format!("commerce: removeContacts of {each}, slowest of {ROUNDS}");
        bench.report.add(Row::new(name, people, times.slowest_ms(), "ms").below(30.0));
        let left = one(self.server, self.request("GET", "organizationMembers?limit=1", ""))?;
        ensure!(left["total"] == people + 1 - ROUNDS * each, "{} members are left", left["total"]);
        Ok(())
    }

    /// Pages of members, from the first to the last.
    fn measure_pages(&self, bench: &mut Bench, people: usize) -> Result<()> {
        let step = (people - PAGE) / PAGES;
        let page = |at: usize| self.request("GET", &format!("organizationMembers?limit={PAGE}&offset={}", at * step), "");
        // Whoever asks first waits until the order of names is made.
        send_all(self.server.address, 1, vec![page(0)], page_of_250)?;
        let times = Times::from(send_all(self.server.address, 1, (0..PAGES).map(page).collect(), page_of_250)?.latencies);
        let name = format!("commerce: page of {PAGE} members, at {PAGES} offsets, p99");
        bench.report.add(Row::new(name, people, times.p99_ms(), "ms").below(5.0));
        Ok(())
    }

    /// Told only: that it is slow is what keeps passwords from being guessed.
    fn measure_log_ins(&self, bench: &mut Bench) -> Result<()> {
        let requests = vec![post_form("/ccadmin/v1/login", &self.form); LOG_INS];
        let times = Times::from(send_all(self.server.address, 1, requests, |answer| answer.expect(200))?.latencies);
        bench.report.add(Row::new("commerce: log-in with a password, median", 1, times.median_ms(), "ms"));
        Ok(())
    }
}

fn profile_id(number: usize) -> String {
    format!("bb-{}", BASE + number)
}

fn one(server: &Listener, request: Vec<u8>) -> Result<Value> {
    let read = |answer: &Answer<'_>| -> Result<Value> {
        answer.expect(200)?;
        Ok(serde_json::from_slice(answer.body)?)
    };
    send_all(server.address, 1, vec![request], read)?.answers.pop().context("no answer came")
}

fn page_of_250(answer: &Answer<'_>) -> Result<()> {
    answer.expect(200)?;
    let count = memchr::memmem::find_iter(answer.body, b"\"profileType\"").count();
    ensure!(count == PAGE, "{count} members are on a page of {PAGE}");
    Ok(())
}
