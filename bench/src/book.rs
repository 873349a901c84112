//! The address book's door at full size: everyone but three into a group and out of it, a large group page by page, and XML
//! beside JSON.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use crate::bulk::load;
use crate::client::{Answer, get, post_form, send};
use crate::load::send_all;
use crate::people::Person;
use crate::report::Row;
use crate::sample::{Times, float, median, ms};
use crate::server::{Account, Listener};
use crate::{Bench, members};

const ROUNDS: usize = 5;
/// Bodies of contacts sent in each format.
const BODIES: usize = 20;
/// Contacts in one of these.
const BODY_CONTACTS: usize = 1000;
const PAGE: usize = 100;
/// The page that is compared with the first, if the group has so many.
const FAR_PAGE: usize = 9000;
const BOOK: &str = "/api/v2/addressbook";

/// Loads people through the Webex door and measures this one on them.
///
/// # Errors
/// When a request is refused, or does something else than it should.
pub fn measure(bench: &mut Bench) -> Result<()> {
    let loaded = load(bench.scratch(), bench.people)?;
    loaded.server.process().settle()?;
    let book = Book::enter(&loaded.server, loaded.data.path(), &loaded.account)?;
    let group = book.new_group()?;
    let floors = members::rows(bench.scratch(), bench.people)?;
    loaded.server.process().settle()?;
    book.measure_members(bench, &group, &floors)?;
    book.measure_pages(bench, &group)?;
    book.measure_formats(bench)?;
    loaded.server.stop()
}

struct Book<'a> {
    server: &'a Listener,
    token: String,
}

impl<'a> Book<'a> {
    fn enter(server: &'a Listener, data: &std::path::Path, account: &Account) -> Result<Self> {
        let (id, secret) = account.client(data)?;
        let form = format!("grant_type=client_credentials&client_id={id}&client_secret={secret}");
        let answer = one(server, post_form("/Token", &form))?;
        let token = answer["access_token"].as_str().context("no token came")?.to_owned();
        Ok(Book { server, token })
    }

    fn new_group(&self) -> Result<String> {
        let body = r#"{"GroupName":"Everyone but three"}"#;
        let answer = one(self.server, send("POST", &format!("{BOOK}/groups"), &self.token, "application/json", body))?;
        Ok(answer["ResponseData"]["Detail"]["GroupID"].as_str().context("no group came")?.to_owned())
    }

    fn size(&self, group: &str) -> Result<usize> {
        let answer = one(self.server, get(&format!("/api/v1/addressbook/groups/{group}"), &self.token))?;
        Ok(usize::try_from(answer["ResponseData"]["Detail"]["Contacts"].as_u64().context("no count came")?)?)
    }

    /// Everyone but three joins, and everyone but three leaves, several times; the figures are the worst, those beside a row a member the medians.
    fn measure_members(&self, bench: &mut Bench, group: &str, floors: &[members::Cost; 2]) -> Result<()> {
        let people = bench.people;
        let ways = [("PUT", "v2", "into", "1,2,3"), ("DELETE", "v3", "out of", "4,5,6")];
        let (mut times, mut bytes) = ([Vec::new(), Vec::new()], [Vec::new(), Vec::new()]);
        for _ in 0..ROUNDS {
            for (at, (method, version, _, spared)) in ways.into_iter().enumerate() {
                let path = format!("/api/{version}/addressbook/groups/{group}/contacts");
                let body = format!(r#"{{"All":true,"Contacts":[{spared}]}}"#);
                let request = send(method, &path, &self.token, "application/json", &body);
                let before = self.server.process().written()?;
                let sent = send_all(self.server.address, 1, vec![request], |answer| answer.expect(200))?;
                bytes[at].push(float(self.server.process().written()? - before));
                times[at].push(sent.elapsed);
                let wanted = if at == 0 { people } else { 3 };
                // The three who were spared the way out are in when everyone but three comes again.
                ensure!(self.size(group)?.abs_diff(wanted) <= 3, "{} are in the group", self.size(group)?);
            }
        }
        for (((_, _, way, _), times), (bytes, floor)) in ways.into_iter().zip(times).zip(bytes.into_iter().zip(floors)) {
            let name = format!("address book: everyone but three {way} a group");
            let times = Times::from(times);
            let slowest = times.slowest_ms();
            bench.report.add(Row::new(format!("{name}, HTTP, slowest of {ROUNDS}"), people, slowest, "ms").below(30.0));
            let row = Row::new(format!("{name}, beside a row a member, median"), people, times.median_ms(), "ms");
            bench.report.add(row.over(ms(floor.took)).ratio_at_most(0.01));
            let written = median(bytes) / 1024.0;
            let row = Row::new(format!("{name}, written, beside a row a member, median"), people, written, "KiB");
            bench.report.add(row.over(float(floor.written) / 1024.0).ratio_at_most(0.001));
        }
        Ok(())
    }

    /// The first page of a group and one far behind.
    fn measure_pages(&self, bench: &mut Bench, group: &str) -> Result<()> {
        let everyone = format!("{BOOK}/groups/{group}/contacts");
        let all = send("PUT", &everyone, &self.token, "application/json", r#"{"All":true}"#);
        send_all(self.server.address, 1, vec![all], |answer| answer.expect(200))?;
        let far = FAR_PAGE.min(bench.people / PAGE - 1);
        let times = |page: usize| -> Result<Times> {
            let request = get(&format!("{everyone}?page={page}&noOfRecordsPerPage={PAGE}"), &self.token);
            Ok(Times::from(send_all(self.server.address, 1, vec![request; 300], page_of_100)?.latencies))
        };
        times(0)?;
        let (first, last) = (times(0)?, times(far)?);
        let row = Row::new(
            format!("address book: page {far} of a group (floor: page 0), median"),
            bench.people,
            last.median_ms(),
            "ms",
        );
        bench.report.add(row.over(first.median_ms()).ratio_at_most(2.0));
        Ok(())
    }

    /// Bodies of a thousand contacts, made and listed, in XML beside JSON.
    fn measure_formats(&self, bench: &mut Bench) -> Result<()> {
        let path = "/api/v4/addressbook/contacts";
        let bodies = |format: fn(usize) -> String| (0..BODIES).map(|at| format(at * BODY_CONTACTS)).collect::<Vec<_>>();
        let send_each = |kind: &str, bodies: Vec<String>| -> Result<Duration> {
            let requests = bodies.iter().map(|body| send("POST", path, &self.token, kind, body)).collect();
            Ok(send_all(self.server.address, 1, requests, |answer| answer.expect(200))?.elapsed)
        };
        let (json, xml) = (send_each("application/json", bodies(json_body))?, send_each("application/xml", bodies(xml_body))?);
        let rate = |took: Duration| crate::sample::rate(BODIES * BODY_CONTACTS, took);
        let row =
            Row::new("address book: bulk add of 1,000 in XML (floor: JSON)", BODIES * BODY_CONTACTS, rate(xml), "contacts/s");
        bench.report.add(row.over(rate(json)).ratio_at_least(0.5));
        let list = |accept: &str| -> Result<Times> {
            let path = "/api/v3/addressbook/contacts?paging.Page=1&paging.NoOfRecords=1000";
            let head =
                format!("GET {path} HTTP/1.1\r\nhost: bench\r\nauthorization: Bearer {}\r\naccept: {accept}\r\n\r\n", self.token);
            let requests = vec![head.into_bytes(); BODIES];
            Ok(Times::from(send_all(self.server.address, 1, requests, |answer| answer.expect(200))?.latencies))
        };
        let (json, xml) = (list("application/json")?.median_ms(), list("application/xml")?.median_ms());
        let row = Row::new("address book: list of 1,000 in XML (floor: JSON), median", bench.people, xml, "ms");
        bench.report.add(row.over(json).ratio_at_most(2.0));
        Ok(())
    }
}

fn one(server: &Listener, request: Vec<u8>) -> Result<Value> {
    let read = |answer: &Answer<'_>| -> Result<Value> {
        answer.expect(200)?;
        Ok(serde_json::from_slice(answer.body)?)
    };
    send_all(server.address, 1, vec![request], read)?.answers.pop().context("no answer came")
}

fn page_of_100(answer: &Answer<'_>) -> Result<()> {
    answer.expect(200)?;
    let count = memchr::memmem::find_iter(answer.body, b"\"PersonNumber\"").count();
    ensure!(count == PAGE, "{count} contacts are on a page of {PAGE}");
    Ok(())
}

fn json_body(first: usize) -> String {
    let contact = |number: usize| {
        let Person { first, last, email, .. } = Person::at(number);
        let mobile = format!("+1678{number:07}");
        serde_json::json!({"FirstName": first, "LastName": last, "MobilePhone": mobile, "EmailAddress": email, "Validated": true})
    };
    serde_json::json!({"contacts": (first..first + BODY_CONTACTS).map(contact).collect::<Vec<_>>()}).to_string()
}

fn xml_body(first: usize) -> String {
    let contact = |number: usize| {
        let Person { first, last, email, .. } = Person::at(number);
        format!(
            "<AddressBookLite><FirstName>{first}</FirstName><LastName>{last}</LastName><MobilePhone>+1678{number:07}</MobilePhone>\
             <EmailAddress>{email}</EmailAddress><Validated>true</Validated></AddressBookLite>"
        )
    };
    let contacts: String = (first..first + BODY_CONTACTS).map(contact).collect();
    format!("<AddressBookLiteV2><contacts>{contacts}</contacts></AddressBookLiteV2>")
}
