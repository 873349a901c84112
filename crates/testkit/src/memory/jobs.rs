//! Work that goes on beside requests, as the judge keeps it.

use std::collections::BTreeMap;

use cardfile_directory::{Applied, Author, Error, Job, JobEdit, Result};

use super::state::Tenant;

/// A job with its files, by name and part.
#[derive(Debug, Clone)]
pub(super) struct Kept {
    pub job: Job,
    pub files: BTreeMap<(String, u32), Vec<u8>>,
}

pub(super) fn edit(tenant: &mut Tenant, author: &Author, edit: JobEdit) -> Result<Applied> {
    match edit {
        JobEdit::Put { job, pieces, dropped } => {
            let at = tenant.jobs.iter().position(|kept| kept.job.id == job.id);
            let actual = at.map_or(0, |at| tenant.jobs[at].job.version);
            let most = author.limits.tenant_jobs;
            if job.version == 0 && tenant.jobs.len() >= most as usize {
                return Err(Error::TooLarge { limit: "tenant_jobs", most: most.into() });
            }
            if job.version == 0 {
                tenant.known_organization(job.organization)?;
            }
            if job.version != actual {
                return Err(Error::Stale { expected: job.version, actual });
            }
            let job = Job { version: actual + 1, ..*job };
            let at = at.unwrap_or_else(|| {
                tenant.jobs.push(Kept { job: job.clone(), files: BTreeMap::new() });
                tenant.jobs.len() - 1
            });
            let kept = &mut tenant.jobs[at];
            // What is said when it comes stays.
            let (organization, kind, created) = (kept.job.organization, kept.job.kind.clone(), kept.job.created);
            kept.job = Job { organization, kind, created, ..job };
            kept.files.retain(|(file, _), _| !dropped.contains(file));
            kept.files.extend(pieces.into_iter().map(|piece| ((piece.file, piece.part), piece.bytes)));
        }
        JobEdit::Remove { id } => tenant.jobs.retain(|kept| kept.job.id != id),
    }
    Ok(tenant.unchanged())
}
