//! Values as an operator writes them: `30d`, `500ms`, `off`.

use std::fmt;
use std::num::NonZeroU32;
use std::str::FromStr;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// A length of time, written as a whole number and a unit: `ms`, `s`, `m`, `h` or `d`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Term(pub Duration);

const UNITS: [(&str, u64); 5] = [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1)];

impl Term {
    /// So many seconds.
    #[must_use]
    pub const fn seconds(seconds: u64) -> Self {
        Term(Duration::from_secs(seconds))
    }
}

impl FromStr for Term {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wanted = || format!("`{text}` is no length of time; write a whole number and ms, s, m, h or d, as in `30d`");
        let digits = text.bytes().take_while(u8::is_ascii_digit).count();
        let (number, unit) = text.split_at(digits);
        let (_, ms) = UNITS.into_iter().find(|(name, _)| *name == unit).ok_or_else(wanted)?;
        let number: u64 = number.parse().map_err(|_| wanted())?;
        number.checked_mul(ms).map(|ms| Term(Duration::from_millis(ms))).ok_or_else(wanted)
    }
}

impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ms = self.0.as_millis();
        let fits = |(_, unit): &(&str, u64)| ms > 0 && ms.is_multiple_of(u128::from(*unit));
        match UNITS.into_iter().find(fits) {
            Some((name, unit)) => write!(f, "{}{name}", ms / u128::from(unit)),
            None => f.write_str("0s"),
        }
    }
}

impl TryFrom<String> for Term {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<Term> for String {
    fn from(term: Term) -> Self {
        term.to_string()
    }
}

/// Requests a second for each principal; `None` is written `off`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Written", into = "Written")]
pub struct RateLimit(pub Option<NonZeroU32>);

/// A rate limit as it stands in a file.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Written {
    Number(i64),
    Word(String),
}

impl RateLimit {
    /// So many a second; none at all is `off`.
    #[must_use]
    pub const fn per_second(requests: u32) -> Self {
        RateLimit(NonZeroU32::new(requests))
    }
}

impl FromStr for RateLimit {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == "off" {
            return Ok(RateLimit(None));
        }
        let number = text.parse().map_err(|_| format!("`{text}` is no rate limit; write requests a second from 1, or `off`"))?;
        Ok(RateLimit(Some(number)))
    }
}

impl TryFrom<Written> for RateLimit {
    type Error = String;

    fn try_from(written: Written) -> Result<Self, String> {
        match written {
            Written::Number(number) => number.to_string().parse(),
            Written::Word(word) => word.parse(),
        }
    }
}

impl From<RateLimit> for Written {
    fn from(limit: RateLimit) -> Self {
        match limit.0 {
            Some(number) => Written::Number(number.get().into()),
            None => Written::Word("off".into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_term_is_read_and_written_in_its_largest_whole_unit() {
        for (text, written) in [("30d", "30d"), ("48h", "2d"), ("90s", "90s"), ("120000ms", "2m"), ("5ms", "5ms"), ("0h", "0s")] {
            assert_eq!(text.parse::<Term>().unwrap().to_string(), written);
        }
    }

    #[test]
    fn a_term_without_number_or_unit_is_refused() {
        for text in ["", "s", "5", "5 s", "-5s", "1.5h", "5w", "99999999999999999d"] {
            assert!(text.parse::<Term>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_rate_limit_is_a_positive_number_or_off() {
        assert_eq!("off".parse(), Ok(RateLimit(None)));
        assert_eq!("7".parse(), Ok(RateLimit::per_second(7)));
        for text in ["0", "-1", "none", ""] {
            assert!(text.parse::<RateLimit>().is_err(), "{text}");
        }
    }
}
