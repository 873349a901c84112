//! An export: people are read slice by slice and written into a file of the job.

use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};

use cardfile_interchange::{Format, WriteOptions, Writer};
use cardfile_model::{Filter, Numbers};

use crate::bench::{Bench, Stop};
use crate::document::{Export, Progress};
use crate::open::{Around, format};

/// People read at once.
const SLICE: usize = 1_000;
/// Bytes of a piece of the file, about.
const PIECE: usize = 1 << 18;

/// Makes the file, anew if it was broken off. Who comes meanwhile is not in it, who goes may not be.
pub(crate) async fn run(bench: &mut Bench<'_>, export: &Export) -> Result<(), Stop> {
    let kind = format(&export.format).map_err(Stop::Fail)?;
    let keeper = bench.keeper().await?;
    let everyone = keeper.everyone(export.people.clone().map_or(Filter::All, |people| Filter::Numbers(people.0))).await?;
    let options = WriteOptions { places: Arc::new(Around(Arc::clone(keeper.tree()))), ..WriteOptions::default() };
    drop(keeper);
    let file = format!("contacts.{}", kind.extension());
    bench.document.progress = Progress { total: everyone.len(), ..Progress::default() };
    let dropped = bench.document.files.remove(&file).map(|_| file.clone());
    bench.keep(Vec::new(), dropped.into_iter().collect()).await?;
    let buffer = Buffer::default();
    let mut writer = Writer::new(kind, buffer.clone(), options).map_err(failed)?;
    let mut numbers = everyone.iter();
    loop {
        let wanted: Numbers = numbers.by_ref().take(SLICE).collect();
        if wanted.is_empty() {
            break;
        }
        bench.document.progress.done += wanted.len();
        let people = bench.keeper().await?.people(wanted).await?;
        people.iter().try_for_each(|record| writer.write(record)).map_err(failed)?;
        if buffer.len() >= PIECE {
            keep(bench, (&file, kind), &buffer).await?;
        }
    }
    writer.finish().map_err(failed)?;
    keep(bench, (&file, kind), &buffer).await
}

async fn keep(bench: &mut Bench<'_>, (file, format): (&str, Format), buffer: &Buffer) -> Result<(), Stop> {
    let piece = bench.document.append(file, format.media_type(), buffer.take());
    bench.keep(vec![piece], Vec::new()).await
}

#[expect(clippy::needless_pass_by_value, reason = "it is what an error is mapped by")]
fn failed(error: io::Error) -> Stop {
    Stop::Later(error.to_string())
}

/// What is written and not kept yet.
#[derive(Clone, Default)]
struct Buffer(Arc<Mutex<Vec<u8>>>);

impl Buffer {
    fn len(&self) -> usize {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    fn take(&self) -> Vec<u8> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Write for Buffer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
