//! Who is calling: the native door's look-up by a whole number, by an extension, and by last digits.

use anyhow::{Result, ensure};
use memchr::memmem;

use crate::Bench;
use crate::bulk::Loaded;
use crate::client::{Answer, escaped, get};
use crate::load::send_all;
use crate::people::{Person, Random};
use crate::report::Row;
use crate::sample::Times;

/// Look-ups of each kind.
const COUNT: usize = 2000;

/// How somebody is looked for, and what the answer says it found them by.
struct Way {
    name: &'static str,
    number: fn(&Person) -> String,
    marks: fn(&Answer<'_>) -> Result<()>,
}

const WAYS: [Way; 3] = [
    Way { name: "number", number: |person| person.mobile.replace(' ', "-"), marks: |answer| says(answer, "number") },
    Way {
        name: "extension of 4 digits",
        number: |person| format!("{:04}", person.number % 10_000),
        marks: |answer| says(answer, "extension"),
    },
    Way {
        name: "last digits",
        number: |person| format!("+47 {:07}", person.number),
        marks: |answer| says(answer, "last_digits"),
    },
];

/// Refuses an answer that names nobody, or nobody in this way.
fn says(answer: &Answer<'_>, way: &str) -> Result<()> {
    answer.expect(200)?;
    let is_said = memmem::find(answer.body, format!(r#""match":"{way}""#).as_bytes()).is_some();
    ensure!(is_said, "nobody was found by {way}: {}", String::from_utf8_lossy(answer.body));
    Ok(())
}

/// Looks for people of a loaded server, one request at a time.
///
/// # Errors
/// When a request fails, or does not find whom it is about.
pub fn measure_on(bench: &mut Bench, loaded: &Loaded) -> Result<()> {
    let people = loaded.ids.len();
    for Way { name, number, marks } in WAYS {
        let mut random = Random::new(31);
        let requests = (0..COUNT).map(|_| {
            let number = number(&Person::at(random.below(people)));
            get(&format!("/directory/v1/lookup?number={}", escaped(&number)), &loaded.account.token)
        });
        let times = Times::from(send_all(loaded.server.address, 1, requests.collect(), marks)?.latencies);
        let name = format!("who is calling, by {name}, HTTP");
        bench.report.add(Row::new(format!("{name}, median"), people, times.median_ms(), "ms"));
        bench.report.add(Row::new(format!("{name}, p99"), people, times.p99_ms(), "ms").below(2.0));
    }
    Ok(())
}
