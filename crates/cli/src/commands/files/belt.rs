//! Slices on their way into the store: while one is written the next is prepared.

use std::collections::{HashSet, VecDeque};
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use anyhow::Result;
use cardfile_directory::{Applied, Errand, Error, Keeper, Once};
use cardfile_interchange::Item;
use cardfile_jobs::{Reading, RowResult, Slices, marks, refusals, results};
use cardfile_model::Write;
use futures_util::StreamExt;
use futures_util::stream::FuturesOrdered;
use uuid::Uuid;

/// Slices on their way at once.
const AT_ONCE: usize = 4;

/// What came of a slice, and how many cards it blanked.
type Came = Result<(Vec<RowResult>, u64), Error>;
type Going<'k> = Pin<Box<dyn Future<Output = Came> + Send + 'k>>;

/// Slices on their way, in order. They are on it together only if none can find what another makes.
pub(super) struct Belt<'k> {
    keeper: &'k Keeper<'k>,
    run: Uuid,
    going: FuturesOrdered<Going<'k>>,
    /// The slices on their way, with what they may find or be found by.
    slices: VecDeque<(Vec<Item>, HashSet<u64>)>,
    /// A slice that has to wait until those on their way have come.
    waiting: Option<(Vec<Item>, Vec<Write>, HashSet<u64>)>,
    is_over: bool,
}

impl<'k> Belt<'k> {
    /// An empty belt of an import of this name.
    pub(super) fn new(keeper: &'k Keeper<'k>, run: Uuid) -> Self {
        Belt { keeper, run, going: FuturesOrdered::new(), slices: VecDeque::new(), waiting: None, is_over: false }
    }

    /// The next slice and what came of it; `None` behind the last. `left` says from how many cards may still be taken all that they
    /// have in some member: those on their way together share it, and who is refused for that is tried again alone.
    pub(super) async fn next(
        &mut self,
        file: &mut Slices,
        reading: &Reading<'_>,
        left: Option<u64>,
    ) -> Result<Option<(Vec<Item>, Came)>> {
        self.fill(file, reading, left).await?;
        let Some(came) = self.going.next().await else { return Ok(None) };
        let Some((items, _)) = self.slices.pop_front() else { return Ok(None) };
        let came = match came {
            Err(Error::TooLarge { limit: "blanked", .. }) => self.slice(&items, reading.writes(&items), left).await,
            came => came,
        };
        Ok(Some((items, came)))
    }

    /// Has as many on their way as may be.
    async fn fill(&mut self, file: &mut Slices, reading: &Reading<'_>, left: Option<u64>) -> Result<()> {
        while self.slices.len() < AT_ONCE {
            let (items, writes, found_by) = match self.waiting.take() {
                Some(waiting) => waiting,
                None if self.is_over => return Ok(()),
                None => {
                    let Some(items) = file.next().await? else {
                        self.is_over = true;
                        return Ok(());
                    };
                    let writes = reading.writes(&items);
                    let found_by = marks(&writes);
                    (items, writes, found_by)
                }
            };
            if self.slices.iter().any(|(_, others)| !others.is_disjoint(&found_by)) {
                self.waiting = Some((items, writes, found_by));
                return Ok(());
            }
            let share = left.map(|left| left / AT_ONCE as u64);
            self.going.push_back(Box::pin(self.slice(&items, writes, share)));
            self.slices.push_back((items, found_by));
        }
        Ok(())
    }

    /// Writes one slice; what came of it the first time, if it was written before.
    fn slice(
        &self,
        items: &[Item],
        writes: Vec<Write>,
        most_blanked: Option<u64>,
    ) -> impl Future<Output = Came> + Send + use<'k> {
        let rows = refusals(items);
        let first = items.first().map_or(0, |item| item.row);
        let kept = rows.clone();
        let answer = move |applied: &Applied| serde_json::to_vec(&(results(&kept, applied), applied.blanked)).unwrap_or_default();
        let (principal, key) = (self.run, format!("rows from {first}"));
        let once = Once { principal, key, fingerprint: [0; 32], answer: Arc::new(answer) };
        let (keeper, errand) = (self.keeper, Errand { writes, most_blanked, once: Some(once), then: None });
        async move {
            let applied = keeper.write(errand).await?;
            match &applied.receipt {
                Some(receipt) if receipt.is_empty() => {
                    let message = format!("rows from {first} were written before, and somebody among them was erased since");
                    Err(Error::invalid("file", "erased", message))
                }
                Some(receipt) => serde_json::from_slice(receipt).map_err(Error::internal),
                None => Ok((results(&rows, &applied), applied.blanked)),
            }
        }
    }
}
