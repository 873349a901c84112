//! Many small rows, sorted in little memory: full runs are sorted as they come, and merged at the end.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::collections::binary_heap::PeekMut;

use crate::evidence::Evidence;

/// Rows of one run: 768 KiB.
const RUN: usize = 1 << 16;

/// Who has which evidence: 12 bytes, in the order of the evidence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Row {
    halves: [u32; 2],
    pub(crate) number: u32,
}

impl Row {
    pub(crate) fn new(evidence: Evidence, number: u32) -> Row {
        Row { halves: evidence.halves(), number }
    }

    pub(crate) fn evidence(self) -> Evidence {
        Evidence::of_halves(self.halves)
    }
}

/// Rows as they come.
#[derive(Debug, Default)]
pub(crate) struct Runs {
    sorted: Vec<Vec<Row>>,
    open: Vec<Row>,
}

impl Runs {
    pub(crate) fn push(&mut self, row: Row) {
        self.open.push(row);
        if self.open.len() == RUN {
            self.open.sort_unstable();
            // The next run will be as long, or this is nearly the end.
            let full = std::mem::replace(&mut self.open, Vec::with_capacity(RUN));
            self.sorted.push(full);
        }
    }

    /// Bytes held.
    pub(crate) fn bytes(&self) -> usize {
        (self.sorted.len() * RUN + self.open.capacity()) * size_of::<Row>()
    }

    /// All rows in order. What has been passed is let go, a run at a time.
    pub(crate) fn merged(mut self) -> Merged {
        self.open.sort_unstable();
        self.sorted.push(self.open);
        let mut runs: Vec<_> = self.sorted.into_iter().map(Vec::into_iter).collect();
        let heads = runs.iter_mut().enumerate().filter_map(|(at, run)| Some(Reverse((run.next()?, at)))).collect();
        Merged { runs, heads }
    }
}

/// The rows of several runs in one order.
pub(crate) struct Merged {
    runs: Vec<std::vec::IntoIter<Row>>,
    heads: BinaryHeap<Reverse<(Row, usize)>>,
}

impl Iterator for Merged {
    type Item = Row;

    fn next(&mut self) -> Option<Row> {
        let mut head = self.heads.peek_mut()?;
        let Reverse((row, at)) = *head;
        if let Some(next) = self.runs[at].next() {
            *head = Reverse((next, at));
        } else {
            self.runs[at] = Vec::new().into_iter();
            PeekMut::pop(head);
        }
        Some(row)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_small() {
        assert_eq!(size_of::<Row>(), 12);
    }

    #[test]
    fn rows_of_several_runs_come_in_order_and_none_is_lost() {
        let mut runs = Runs::default();
        let count = 2 * u32::try_from(RUN).unwrap() + 17;
        for number in 0..count {
            runs.push(Row::new(Evidence::of_phone(&(number / 2).to_string()), number));
        }
        let rows: Vec<Row> = runs.merged().collect();
        assert!(rows.is_sorted());
        let mut numbers: Vec<u32> = rows.iter().map(|row| row.number).collect();
        numbers.sort_unstable();
        assert!(numbers.into_iter().eq(0..count));
    }

    #[test]
    fn nothing_merges_into_nothing() {
        assert_eq!(Runs::default().merged().next(), None);
    }
}
