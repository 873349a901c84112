//! Which slice of a list is asked for: `limit` and `offset`.

use cardfile_http::Parameters;

use crate::parameter::Fault;

/// The limit when none is given.
pub const LIMIT_DEFAULT: u64 = 250;
/// How many items one answer holds at most, unless the server is set otherwise.
pub const PAGE_CAP: usize = 10_000;

/// A slice of a list, as asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Paging {
    /// How many items at most; 1 or more. The answer repeats it as given, even when it is capped and so holds fewer: that
    /// more is left is told by the total.
    pub limit: u64,
    /// How many items to pass over.
    pub offset: u64,
}

impl Paging {
    /// Reads both parameters. One without a value is as one that is not there.
    ///
    /// # Errors
    /// A limit that is not a whole number of 1 or more, an offset that is not one of 0 or more, and either when it does not
    /// fit into 64 bits.
    pub fn read(parameters: &Parameters) -> Result<Self, Fault> {
        let limit = number(parameters, "limit", 1)?.unwrap_or(LIMIT_DEFAULT);
        let offset = number(parameters, "offset", 0)?.unwrap_or(0);
        Ok(Paging { limit, offset })
    }

    /// How many items are answered at most, where an answer may not hold more than `page_cap`.
    #[must_use]
    pub fn capped(self, page_cap: usize) -> usize {
        usize::try_from(self.limit).unwrap_or(usize::MAX).min(page_cap)
    }
}

fn number(parameters: &Parameters, name: &'static str, least: u64) -> Result<Option<u64>, Fault> {
    let Some(text) = parameters.filled(name) else { return Ok(None) };
    let is_plain = text.bytes().all(|byte| byte.is_ascii_digit());
    let number = text.parse().ok().filter(|number| is_plain && *number >= least);
    number.map(Some).ok_or_else(|| Fault::new(name, text))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(query: &str) -> Result<Paging, Fault> {
        Paging::read(&Parameters::read(Some(query)))
    }

    #[test]
    fn nothing_asked_for_is_the_first_page() {
        for query in ["", "limit=&offset=", "q=x"] {
            assert_eq!(read(query), Ok(Paging { limit: 250, offset: 0 }), "{query}");
        }
        assert_eq!(read("limit=2&offset=18446744073709551615"), Ok(Paging { limit: 2, offset: u64::MAX }));
    }

    #[test]
    fn what_is_no_such_number_is_named() {
        for limit in ["0", "-1", "abc", "1.5", "+1", "0x1", "١", "18446744073709551616"] {
            let fault = read(&format!("limit={}", limit.replace('+', "%2B"))).unwrap_err();
            assert_eq!(fault, Fault::new("limit", limit));
        }
        assert_eq!(read("offset=-1&limit=5"), Err(Fault::new("offset", "-1")));
    }

    #[test]
    fn an_answer_is_capped_but_repeats_the_limit() {
        let paging = read("limit=20000").unwrap();
        assert_eq!((paging.limit, paging.capped(PAGE_CAP)), (20_000, 10_000));
        assert_eq!(read("limit=3").unwrap().capped(PAGE_CAP), 3);
    }

    proptest! {
        #[test]
        fn numbers_are_read_back(limit in 1..=u64::MAX, offset in any::<u64>()) {
            prop_assert_eq!(read(&format!("offset={offset}&limit={limit}")), Ok(Paging { limit, offset }));
        }
    }
}
