//! A file of a job, read piece by piece as one stream.

use std::io::{self, Read};
use std::sync::Arc;

use cardfile_directory::Directory;
use cardfile_model::TenantId;
use tokio::runtime::Handle;
use uuid::Uuid;

/// A file of a job as a stream, for a thread that may wait.
pub(crate) struct Pieces {
    directory: Arc<Directory>,
    runtime: Handle,
    tenant: TenantId,
    job: Uuid,
    file: &'static str,
    next: u32,
    piece: io::Cursor<Vec<u8>>,
}

impl Pieces {
    /// The file from its beginning.
    pub(crate) fn of(directory: &Arc<Directory>, tenant: TenantId, job: Uuid, file: &'static str) -> Self {
        let (directory, runtime) = (Arc::clone(directory), Handle::current());
        Pieces { directory, runtime, tenant, job, file, next: 0, piece: io::Cursor::default() }
    }
}

impl Read for Pieces {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let read = self.piece.read(buffer)?;
            if read > 0 || buffer.is_empty() {
                return Ok(read);
            }
            let asked = self.directory.job_piece(self.tenant, self.job, self.file, self.next);
            match self.runtime.block_on(asked).map_err(io::Error::other)? {
                Some(bytes) => self.piece = io::Cursor::new(bytes),
                None => return Ok(0),
            }
            self.next += 1;
        }
    }
}
