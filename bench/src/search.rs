//! Finding people: what is asked, and how long the answers take over HTTP.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use memchr::memmem;

use crate::Bench;
use crate::bulk::load;
use crate::client::{Answer, escaped};
use crate::load::send_all;
use crate::people::{Person, Random};
use crate::report::Row;
use crate::sample::{Times, ms};
use crate::server::{Account, Listener};

/// Contacts on a page of an unfiltered list.
pub const PAGE: usize = 100;
/// Hits that a search answers at most.
pub const HITS: usize = 20;

/// A part of a text, of so many letters.
fn fragment(random: &mut Random, text: &str, letters: usize) -> String {
    let count = text.chars().count();
    let skipped = random.below(count.saturating_sub(letters) + 1);
    text.chars().skip(skipped).take(letters).collect()
}

/// What a person may type to find one of `people` by any part: fragments of two to four letters, names, addresses, digits, and
/// now and then what nobody has.
#[must_use]
pub fn keyword(random: &mut Random, people: usize) -> String {
    let person = Person::at(random.below(people));
    match random.below(8) {
        0 => fragment(random, &person.last, 2),
        1 => fragment(random, &person.last, 3),
        2 => fragment(random, &person.name(), 4),
        3 => person.last,
        4 => format!("{} {}", person.first, person.last),
        5 => person.email,
        6 => format!("{:04}", random.below(10_000)),
        _ => format!("zq{}", person.last),
    }
}

/// The beginnings of words as they are typed: one to six letters of a first or last name, or some of both.
#[must_use]
pub fn prefixes(random: &mut Random, people: usize) -> String {
    let person = Person::at(random.below(people));
    let letters = random.below(6) + 1;
    let begin = |name: &str, letters: usize| name.chars().take(letters).collect::<String>();
    match random.below(3) {
        0 => begin(person.first, letters),
        1 => begin(&person.last, letters),
        _ => format!("{} {}", begin(person.first, 3), begin(&person.last, letters)),
    }
}

/// The number behind a name in an answer.
fn number_in(answer: &Answer<'_>, name: &str) -> Result<usize> {
    answer.expect(200)?;
    let mark = format!("\"{name}\":");
    // It stands at the end.
    let at = memmem::rfind(answer.body, mark.as_bytes()).with_context(|| format!("no {name}"))? + mark.len();
    let digits: String = answer.body[at..].iter().map(|byte| char::from(*byte)).take_while(char::is_ascii_digit).collect();
    digits.parse().with_context(|| format!("{name} is no number"))
}

fn total_in(answer: &Answer<'_>) -> Result<usize> {
    number_in(answer, "total")
}

/// How many contacts there are.
///
/// # Errors
/// When the request fails.
pub fn total(server: &Listener, account: &Account) -> Result<usize> {
    let sent = send_all(server.address, 1, vec![account.search("limit=1")], total_in)?;
    Ok(sent.answers[0])
}

/// Searches for parts of names, one request at a time; `accounts` take turns, each with so many people from its first one on.
///
/// # Errors
/// When a request fails.
pub fn keywords(server: &Listener, count: usize, mut next: impl FnMut(&mut Random) -> (Account, String)) -> Result<Times> {
    let mut random = Random::new(17);
    let request = |(account, text): (Account, String)| account.search(&format!("keyword={}&limit={HITS}", escaped(&text)));
    let requests = (0..count).map(|_| request(next(&mut random))).collect();
    Ok(Times::from(send_all(server.address, 1, requests, total_in)?.latencies))
}

/// Reads pages of the unfiltered list, anywhere in it, one request at a time.
///
/// # Errors
/// When a request fails, or the total is not `people`.
pub fn pages(server: &Listener, people: usize, count: usize, mut next: impl FnMut(&mut Random) -> Account) -> Result<Times> {
    let mut random = Random::new(18);
    let request = |_| {
        let account = next(&mut random);
        account.search(&format!("start={}&limit={PAGE}", random.below(people)))
    };
    let requests = (0..count).map(request).collect();
    let sent = send_all(server.address, 1, requests, total_in)?;
    ensure!(sent.answers.iter().all(|total| *total == people), "a total is not {people}");
    Ok(Times::from(sent.latencies))
}

/// How long the first page takes, as after the start or after a load: the order of names is made for it.
///
/// # Errors
/// When the request fails.
pub fn first_page(server: &Listener, account: &Account) -> Result<Duration> {
    let sent = send_all(server.address, 1, vec![account.search(&format!("limit={PAGE}"))], total_in)?;
    Ok(sent.latencies[0])
}

/// Searches and lists over HTTP on a server with people of one account, merged.
///
/// # Errors
/// When a request fails.
pub fn measure_on(bench: &mut Bench, loaded: &crate::bulk::Loaded, goal_ms: f64) -> Result<()> {
    let (people, account) = (loaded.ids.len(), &loaded.account);
    let first = first_page(&loaded.server, account)?;
    bench.report.add(Row::new("first page of the list after the load", people, ms(first), "ms"));
    let count = if people > 200_000 { 500 } else { 1000 };
    let times = keywords(&loaded.server, count, |random| (account.clone(), keyword(random, people)))?;
    bench.report.add(Row::new("substring search with exact total, HTTP, median", people, times.median_ms(), "ms"));
    bench.report.add(Row::new("substring search with exact total, HTTP, p99", people, times.p99_ms(), "ms").below(goal_ms));
    let times = pages(&loaded.server, people, 2000, |_| account.clone())?;
    bench.report.add(Row::new("any page of 100 of the list, HTTP, median", people, times.median_ms(), "ms"));
    bench.report.add(Row::new("any page of 100 of the list, HTTP, p99", people, times.p99_ms(), "ms").below(3.0));
    Ok(())
}

/// Searches and lists on a server with 100,000 people.
///
/// # Errors
/// When a request fails.
pub fn measure(bench: &mut Bench) -> Result<()> {
    let loaded = load(bench.scratch(), bench.small())?;
    loaded.server.process().settle()?;
    measure_on(bench, &loaded, 5.0)?;
    loaded.server.stop()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_is_mostly_found_in_somebody() {
        let mut random = Random::new(1);
        for _ in 0..200 {
            assert!(!keyword(&mut random, 1000).is_empty());
            assert!(!prefixes(&mut random, 1000).is_empty());
        }
        assert_eq!(fragment(&mut random, "Ødelby", 20), "Ødelby");
    }

    #[test]
    fn the_total_is_read_off_an_answer() {
        let answer = Answer { status: 200, body: br#"{"result":[{"total":1}],"start":0,"limit":20,"total":417}"# };
        assert_eq!(total_in(&answer).unwrap(), 417);
    }
}
