//! Pages: how many, and where the next one begins.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use cardfile_model::Numbers;
use serde::{Deserialize, Serialize};

use crate::error::{Failure, parameter};
use crate::visit::Visit;

/// Where a page begins. To clients it is a text without a meaning.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cursor {
    /// Behind this number.
    #[serde(rename = "n", default, skip_serializing_if = "Option::is_none")]
    pub after: Option<u32>,
    /// After so many items.
    #[serde(rename = "o", default, skip_serializing_if = "Option::is_none")]
    pub offset: Option<u64>,
}

/// What is asked of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Slice {
    /// Where it begins.
    pub cursor: Cursor,
    /// How many items it has at most.
    pub limit: usize,
}

impl Slice {
    /// Reads `limit` and `cursor`.
    pub fn of(visit: &Visit) -> Result<Slice, Failure> {
        let settings = visit.settings();
        let limit = visit.parameters.whole_number("limit").map_err(|message| parameter("limit", message))?;
        let limit = limit.map_or(settings.page_default, |limit| usize::try_from(limit).unwrap_or(usize::MAX));
        if limit > settings.page_cap {
            return Err(parameter("limit", format!("must be at most {} (page_cap)", settings.page_cap)));
        }
        let cursor = visit.parameters.filled("cursor").map(Cursor::read).transpose()?.unwrap_or_default();
        Ok(Slice { cursor, limit })
    }

    /// How many items are passed over, for what is counted.
    pub fn offset(&self) -> u64 {
        self.cursor.offset.unwrap_or_default()
    }

    /// The cursor behind a page of so many items, if there are more than these.
    pub fn next(&self, shown: usize, total: u64) -> Option<String> {
        let offset = self.offset() + shown as u64;
        (shown > 0 && offset < total).then(|| Cursor { offset: Some(offset), after: None }.text())
    }

    /// Of some numbers those of this page, and the cursor behind them.
    pub fn cut(&self, all: &Numbers) -> (Numbers, Option<String>) {
        let first = self.cursor.after.map_or(Some(0), |after| after.checked_add(1));
        let Some(first) = first else { return (Numbers::new(), None) };
        let mut rest = all.range(first..);
        let page: Numbers = rest.by_ref().take(self.limit).collect();
        let last = page.max().filter(|_| rest.next().is_some());
        (page, last.map(|last| Cursor { after: Some(last), offset: None }.text()))
    }
}

impl Cursor {
    fn read(text: &str) -> Result<Cursor, Failure> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok();
        let read = bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok());
        read.ok_or_else(|| parameter("cursor", "must be a cursor that this door gave"))
    }

    fn text(self) -> String {
        URL_SAFE_NO_PAD.encode(serde_json::to_vec(&self).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slice(cursor: Option<&str>, limit: usize) -> Slice {
        Slice { cursor: cursor.map(|text| Cursor::read(text).unwrap()).unwrap_or_default(), limit }
    }

    #[test]
    fn pages_of_numbers_neither_skip_nor_repeat_though_numbers_go_in_between() {
        let mut all: Numbers = [1, 2, 5, 8, 13].into();
        let (first, next) = slice(None, 2).cut(&all);
        assert_eq!(first, [1, 2].into());
        all.remove(1);
        let (second, next) = slice(next.as_deref(), 2).cut(&all);
        assert_eq!(second, [5, 8].into());
        let (third, next) = slice(next.as_deref(), 2).cut(&all);
        assert_eq!((third, next), ([13].into(), None));
    }

    #[test]
    fn a_page_that_ends_with_the_last_number_has_no_next() {
        let all: Numbers = [7, u32::MAX].into();
        assert_eq!(slice(None, 2).cut(&all).1, None);
        let (_, next) = slice(None, 1).cut(&all);
        assert_eq!(slice(next.as_deref(), 1).cut(&all), ([u32::MAX].into(), None));
        assert_eq!(slice(None, 0).cut(&all), (Numbers::new(), None));
    }

    #[test]
    fn what_this_door_did_not_give_is_no_cursor() {
        for text in ["", "x", "e30x", "eyJ4IjoxfQ"] {
            assert!(Cursor::read(text).is_err(), "{text}");
        }
        assert_eq!(slice(None, 2).next(2, 3).map(|text| Cursor::read(&text).unwrap().offset), Some(Some(2)));
        assert_eq!(slice(None, 2).next(2, 2), None);
    }
}
