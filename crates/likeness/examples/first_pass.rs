//! How long the first pass takes, and how much memory it holds: `cargo run --release --example first_pass [PEOPLE]`.
//!
//! Each person has an e-mail address, two numbers and a key; one of fifty is there twice, and one of ten has a switchboard's number.

use std::time::Instant;

use cardfile_likeness::{Finder, Settings, compare};
use cardfile_model::{Contact, Entry, ForeignKey, Record, fold};

fn main() {
    let people = std::env::args().nth(1).map_or(1_000_000, |people| people.parse().expect("a number of people"));
    let begin = Instant::now();
    (0..people).for_each(|number| drop(std::hint::black_box(record(number))));
    println!("make the records, which is part of what follows: {:.2?}", begin.elapsed());
    let mut finder = Finder::new(Settings::default());
    let start = memory_kib("VmRSS:");
    let begin = Instant::now();
    for number in 0..people {
        let record = record(number);
        finder.see(&record, record.contact.phones.iter().map(|entry| fold::phone(&entry.value)));
    }
    let (bytes, seen) = (finder.bytes(), begin.elapsed());
    println!(
        "see {people} people: {seen:.2?}, {} MiB held, of the process {} KiB more",
        bytes >> 20,
        memory_kib("VmRSS:") - start
    );
    let begin = Instant::now();
    let found = finder.candidates();
    println!("put together: {:.2?}, of the process at most {} KiB more", begin.elapsed(), memory_kib("VmHWM:") - start);
    let (begin, common) = (Instant::now(), found.common().clone());
    let (mut clusters, mut pairs, mut alike) = (0_u32, 0_u32, 0_u32);
    for cluster in found {
        clusters += 1;
        let cards: Vec<Contact> = cluster
            .numbers
            .iter()
            .map(|number| {
                let mut contact = record(*number).contact;
                common.strip(&mut contact, &fold::phone);
                contact
            })
            .collect();
        for (at, one) in cards.iter().enumerate() {
            for other in &cards[at + 1..] {
                pairs += 1;
                alike += u32::from(compare(one, other, &|one, other| fold::phone(one) == fold::phone(other)).is_some());
            }
        }
    }
    println!("compare {pairs} pairs of {clusters} clusters, {alike} probable: {:.2?}", begin.elapsed());
}

/// A person; every fiftieth is the one before again, in capitals and with another number.
fn record(number: u32) -> Record {
    let person = if number % 50 == 49 { number - 1 } else { number };
    let (given, family) = (word(person), word(person.wrapping_mul(31).wrapping_add(7)));
    let name = if person == number { format!("{given} {family}") } else { format!("{family}, {given}").to_uppercase() };
    let mobile = format!("+49 171 {number:08}");
    let office = if person % 10 == 0 { format!("+49 30 {:06}", person / 1000) } else { format!("+49 40 {person:08}") };
    let entry = |value: String| Entry { value, ..Entry::default() };
    let contact = Contact {
        display_name: Some(name),
        emails: vec![entry(format!("{given}.{family}{person}@quay.example"))],
        phones: vec![entry(mobile), entry(office)],
        keys: vec![ForeignKey { system: "CRM".into(), value: format!("{number:010}") }],
        ..Contact::default()
    };
    let (id, now) = (uuid::Uuid::from_u128(number.into()), jiff::Timestamp::UNIX_EPOCH);
    Record { id, number, revision: 1, created: now, modified: now, contact }
}

fn word(seed: u32) -> String {
    const SYLLABLES: [&str; 16] =
        ["ma", "ra", "vin", "ter", "jo", "nas", "som", "mer", "li", "na", "ka", "el", "ber", "ge", "rud", "ost"];
    let mut mixed = seed.wrapping_mul(0x9e37_79b9);
    let mut word = String::new();
    for _ in 0..3 {
        word.push_str(SYLLABLES[(mixed >> 28) as usize]);
        mixed = mixed.wrapping_mul(0x85eb_ca6b).rotate_left(7);
    }
    word
}

/// What the system tells of this process, in KiB; 0 where it does not.
fn memory_kib(what: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(what));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or(0)
}
