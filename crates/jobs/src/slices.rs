//! A file in slices of items, read on a thread of its own.

use std::io::Read;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use cardfile_interchange::{Item, Reader, Unreadable};
use tokio::sync::mpsc::{Receiver, channel};

/// Rows written at once.
pub const SLICE: usize = 1_000;
/// Slices that are read ahead.
const AHEAD: usize = 2;

/// Slices of a file, as they are read.
pub struct Slices(Receiver<Result<Vec<Item>, Unreadable>>);

impl Slices {
    /// Begins to read.
    pub fn of<R: Read + Send + 'static>(reader: Reader<R>) -> Self {
        let (send, slices) = channel(AHEAD);
        std::thread::spawn(move || {
            for slice in cut(reader) {
                if send.blocking_send(slice).is_err() {
                    break;
                }
            }
        });
        Slices(slices)
    }

    /// The next rows; `None` behind the last.
    ///
    /// # Errors
    /// What the file cannot be read for; what was read before is answered before.
    pub async fn next(&mut self) -> Result<Option<Vec<Item>>, Unreadable> {
        self.0.recv().await.transpose()
    }
}

/// Items in slices. What was read before a failure is answered before it.
fn cut<R: Read>(mut reader: Reader<R>) -> impl Iterator<Item = Result<Vec<Item>, Unreadable>> {
    let mut failed = None;
    std::iter::from_fn(move || {
        if let Some(error) = failed.take() {
            return Some(Err(error));
        }
        let mut items = Vec::with_capacity(SLICE);
        for item in reader.by_ref().take(SLICE) {
            match item {
                Ok(item) => items.push(item),
                Err(error) if items.is_empty() => return Some(Err(error)),
                Err(error) => {
                    failed = Some(error);
                    break;
                }
            }
        }
        (!items.is_empty()).then_some(Ok(items))
    })
}

/// What counts what is read through it.
pub struct Counted<R> {
    input: R,
    read: Arc<AtomicU64>,
}

impl<R> Counted<R> {
    /// Counts from 0.
    pub fn new(input: R) -> Self {
        Counted { input, read: Arc::default() }
    }

    /// How many bytes were read, as it goes on.
    pub fn count(&self) -> Arc<AtomicU64> {
        Arc::clone(&self.read)
    }
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let read = self.input.read(buffer)?;
        self.read.fetch_add(read as u64, Ordering::Relaxed);
        Ok(read)
    }
}
