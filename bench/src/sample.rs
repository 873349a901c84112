//! Times: what is typical of them, and what is the worst.

use std::time::Duration;

/// A count that is far below where floating point loses whole numbers.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "counts and bytes here are far below 2^52")]
pub fn float(count: usize) -> f64 {
    count as f64
}

/// So many in so long, as a number a second.
#[must_use]
pub fn rate(count: usize, elapsed: Duration) -> f64 {
    float(count) / elapsed.as_secs_f64()
}

/// So long for so many, in microseconds for each.
#[must_use]
pub fn micros_each(count: usize, time: Duration) -> f64 {
    time.as_secs_f64() * 1e6 / float(count)
}

/// In milliseconds.
#[must_use]
pub fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

/// The middle one, the higher of two.
#[must_use]
pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

/// Times in order.
#[derive(Debug, Clone)]
pub struct Times(Vec<Duration>);

impl From<Vec<Duration>> for Times {
    fn from(mut times: Vec<Duration>) -> Self {
        times.sort_unstable();
        Times(times)
    }
}

impl Times {
    /// The time that so many of a thousand stay within, in milliseconds.
    #[must_use]
    pub fn within_ms(&self, of_1000: usize) -> f64 {
        let rank = (self.0.len() * of_1000).div_ceil(1000).max(1);
        self.0.get(rank - 1).map_or(f64::NAN, |time| ms(*time))
    }

    /// What half of them stay within, in milliseconds.
    #[must_use]
    pub fn median_ms(&self) -> f64 {
        self.within_ms(500)
    }

    /// What all but one of a hundred stay within, in milliseconds.
    #[must_use]
    pub fn p99_ms(&self) -> f64 {
        self.within_ms(990)
    }

    /// The slowest, in milliseconds.
    #[must_use]
    pub fn slowest_ms(&self) -> f64 {
        self.within_ms(1000)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_those_of_the_nearest_rank() {
        let times = Times::from((1..=200).rev().map(Duration::from_millis).collect::<Vec<_>>());
        let close = |found: f64, wanted: f64| assert!((found - wanted).abs() < 1e-9, "{found} is not {wanted}");
        close(times.median_ms(), 100.0);
        close(times.p99_ms(), 198.0);
        close(times.slowest_ms(), 200.0);
        close(median(vec![3.0, 1.0, 2.0]), 2.0);
        assert!(Times::from(Vec::new()).p99_ms().is_nan());
    }
}
