//! Measures the index in memory: `cargo run --release -p cardfile-index --example speed [people]`.

#![expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, reason = "figures for people to read")]

use std::hint::black_box;
use std::time::{Duration, Instant};

use cardfile_index::{
    MemoryBlocks, Merge, NameOrder, PEOPLE_PER_CHUNK, Postings, Segment, TextChunk, hash64, key_of, lookup, plan, segment, texts,
};
use memchr::memmem::Finder;
use roaring::RoaringBitmap;

const BATCH: u32 = 1000;

fn main() {
    let people = std::env::args().nth(1).and_then(|people| people.parse().ok());
    let people: u32 = people.unwrap_or(1_000_000);
    let (blocks, segments) = build_and_merge(people);
    look_up(people, &blocks, &segments);
    scan_texts(people);
    order_names(people);
}

/// Prints what one of so many things took.
fn report(what: &str, took: Duration, count: u64) {
    let each = took.as_nanos() as f64 / count.max(1) as f64;
    println!("{what:<46} {:>9.1} ms in all {each:>12.1} ns each", took.as_secs_f64() * 1e3);
}

fn timed<T>(total: &mut Duration, work: impl FnOnce() -> T) -> T {
    let start = Instant::now();
    let result = work();
    *total += start.elapsed();
    result
}

fn word(n: u64) -> String {
    const SYLLABLES: [&str; 16] =
        ["an", "ber", "ta", "ka", "rin", "mo", "el", "sa", "ge", "li", "do", "ro", "no", "vi", "hu", "jo"];
    (0..3).map(|at| SYLLABLES[(n >> (4 * at)) as usize % 16]).collect()
}

fn words(number: u32) -> [String; 6] {
    let random = |salt: u64| hash64(&(u64::from(number) << 8 | salt).to_le_bytes());
    [
        word(random(1) % 4096),
        word(random(2) % 4096),
        word(random(3) % 200),
        word(random(4) % 50),
        word(random(5) % 1000),
        "germany".to_owned(),
    ]
}

/// Four exact keys and six words, as a contact has.
fn push_terms(postings: &mut Postings, number: u32, at: u32) {
    for kind in 1..5u8 {
        let mut term = [kind; 9];
        term[1..].copy_from_slice(&key(kind, number));
        postings.push(&term, at);
    }
    for (kind, word) in (0x40..).zip(words(number)) {
        postings.push(&[&[kind], word.as_bytes()].concat(), at);
    }
}

fn key(kind: u8, number: u32) -> [u8; 8] {
    hash64(&[&[kind][..], &number.to_le_bytes()].concat()).to_be_bytes()
}

fn build_and_merge(people: u32) -> (MemoryBlocks, Vec<Segment>) {
    let mut blocks = MemoryBlocks::new();
    let mut segments: Vec<Segment> = Vec::new();
    let alive: RoaringBitmap = (0..people).collect();
    let [mut prepare, mut build, mut merging] = [Duration::ZERO; 3];
    let (mut merged, mut id) = (0, 0);
    let mut worst = Duration::ZERO;
    for first in (0..people).step_by(BATCH as usize) {
        let mut postings = Postings::new();
        (0..BATCH).for_each(|at| push_terms(&mut postings, first + at, at));
        timed(&mut prepare, || postings.sort());
        id += 1;
        let made = timed(&mut build, || {
            postings.renumber(|at| Some(first + at));
            postings.sort();
            let covered = (first..first + BATCH).collect();
            segment::build(id, id, &postings, covered, |block| blocks.push(id, block))
        });
        segments.insert(0, made);
        while let Some(run) = plan(&segments) {
            id += 1;
            merged += segments[run.clone()].iter().map(|s| s.postings).sum::<u64>();
            let mut merge = timed(&mut merging, || Merge::new(&segments[run.clone()], &alive));
            loop {
                let mut slice = Duration::ZERO;
                let made = timed(&mut slice, || merge.next_blocks(&blocks, 64).expect("memory"));
                merging += slice;
                worst = worst.max(slice);
                let Some(made) = made else { break };
                blocks.extend(id, made);
            }
            for old in segments.splice(run, [merge.finish(id)]) {
                blocks.remove(old.id);
            }
        }
    }
    let contacts = u64::from(people);
    report("sort a batch, per contact", prepare, contacts);
    report("renumber and encode a batch, per contact", build, contacts);
    report("merge, per posting", merging, merged);
    report("merge, per contact", merging, contacts);
    report("merge, the worst slice of 64 blocks", worst, 1);
    let postings: u64 = segments.iter().map(|s| s.postings).sum();
    let bytes: u64 = segments.iter().map(|s| s.bytes).sum();
    println!(
        "{} segments, {} blocks, {:.2} bytes a posting, {:.0} bytes a contact",
        segments.len(),
        segments.iter().map(|s| s.blocks).sum::<u64>(),
        bytes as f64 / postings as f64,
        bytes as f64 / f64::from(people),
    );
    (blocks, segments)
}

fn look_up(people: u32, blocks: &MemoryBlocks, segments: &[Segment]) {
    let number = |at: u32| (hash64(&at.to_le_bytes()) % u64::from(people)) as u32;
    let term = |at| [&[1][..], &key(1, number(at))].concat();
    let mut took = Duration::ZERO;
    for at in 0..10_000 {
        let term = term(at);
        let found = timed(&mut took, || lookup::exact(segments, blocks, &term));
        assert!(found.expect("memory").contains(number(at)));
    }
    report("exact", took, 10_000);
    let mut terms: Vec<_> = (0..1000).map(term).collect();
    terms.sort();
    let mut took = Duration::ZERO;
    let found = timed(&mut took, || lookup::exact_many(segments, blocks, &terms));
    assert!(found.expect("memory").iter().all(|found| !found.is_empty()));
    report("exact_many of 1,000, each", took, 1000);
    for prefix in ["Aanber", "Aan", "Bb", "Cr", "D", "Fgermany"] {
        let prefix = prefix.to_lowercase().into_bytes();
        let prefix = [&[prefix[0] - b'a' + 0x40], &prefix[1..]].concat();
        let mut took = Duration::ZERO;
        let found = timed(&mut took, || lookup::prefix(segments, blocks, &prefix));
        let found = found.expect("memory").len();
        let name = String::from_utf8_lossy(&prefix[1..]).into_owned();
        report(&format!("prefix {}:{name}, {found} people, each", prefix[0]), took, found);
    }
}

fn scan_texts(people: u32) {
    let mut rows = Vec::new();
    let mut took = Duration::ZERO;
    let all: Vec<String> = (0..people).map(|n| words(n)[..5].join(" ") + "@example.com").collect();
    for chunk in all.chunks(PEOPLE_PER_CHUNK as usize) {
        let texts = chunk.iter().map(|text| Some(&**text)).enumerate();
        rows.push(timed(&mut took, || texts::edit(None, texts)).expect("nothing old"));
    }
    report("pack texts, per contact", took, u64::from(people));
    let bytes: usize = rows.iter().map(Vec::len).sum();
    println!("{} chunks, {:.1} bytes a contact", rows.len(), bytes as f64 / f64::from(people));
    let mut took = Duration::ZERO;
    for (at, row) in rows.iter_mut().enumerate() {
        let old = std::mem::take(row);
        let change = [(at % PEOPLE_PER_CHUNK as usize, Some("another text"))];
        *row = timed(&mut took, || texts::edit(Some(&old), change)).expect("our own");
    }
    report("edit one text", took, rows.len() as u64);
    for needle in ["nobody", "anber", "ta", "e"] {
        let finder = Finder::new(needle);
        let mut took = Duration::ZERO;
        let mut found = Vec::new();
        timed(&mut took, || {
            for (chunk, row) in (0..).zip(&rows) {
                let texts = TextChunk::parse(row).expect("our own");
                texts.scan(&finder, chunk * PEOPLE_PER_CHUNK, &mut |number| found.push(number));
            }
        });
        report(&format!("scan for {needle}, {} people, per contact", found.len()), took, people.into());
    }
}

fn order_names(people: u32) {
    let key = |number: u32| key_of(&words(number)[..2].join(" "));
    let keyed: Vec<_> = (0..people).map(|number| (number, key(number))).collect();
    let mut took = Duration::ZERO;
    let mut order: NameOrder = timed(&mut took, || keyed.into_iter().collect());
    report("order names, per contact", took, people.into());
    for count in [1, 1000, 20_000] {
        let changes: Vec<_> = (0..count).map(|at| (people + at, Some(key(at.wrapping_mul(7919))))).collect();
        let mut took = Duration::ZERO;
        timed(&mut took, || order.update(changes));
        report(&format!("add {count} names, each"), took, count.into());
        let mut took = Duration::ZERO;
        timed(&mut took, || order.update((0..count).map(|at| (people + at, None))));
        report(&format!("remove {count} names, each"), took, count.into());
    }
    let mut took = Duration::ZERO;
    let offset = u64::from(people) / 2;
    timed(&mut took, || black_box(order.page(None, offset, 100, false)));
    report("page of everyone, in the middle", took, 1);
    for step in [1, 2, 10, 100, 10_000] {
        let hits: RoaringBitmap = (0..people).step_by(step).collect();
        for offset in [0, hits.len() / 2, hits.len().saturating_sub(100)] {
            let mut took = Duration::ZERO;
            timed(&mut took, || black_box(order.page(Some(&hits), offset, 100, false)));
            report(&format!("page of {} hits at {offset}", hits.len()), took, 1);
        }
    }
}
