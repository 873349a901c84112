//! Work that goes on beside requests: what is kept of it, and the files it reads and writes.

use cardfile_model::OrganizationId;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

/// A piece of work that outlives the request that asked for it, and the process that does it.
///
/// The store knows nothing of what it is about: that is in `document`, in the words of whoever does it.
#[derive(Debug, Clone, PartialEq)]
pub struct Job {
    /// The id.
    pub id: Uuid,
    /// Whose contacts it is about.
    pub organization: OrganizationId,
    /// What kind of work, as `import`.
    pub kind: String,
    /// Where it stands.
    pub state: JobState,
    /// When it was asked for.
    pub created: Timestamp,
    /// When it was last written.
    pub updated: Timestamp,
    /// When it is to be looked at next, and not before: who works at it puts this off, so that nobody else takes it up meanwhile;
    /// of one that has ended it is when it goes with its files.
    pub due: Timestamp,
    /// How often it was written: what is written expects the one it has read.
    pub version: u64,
    /// What is to be done and how far it has come.
    pub document: Value,
}

/// Where a job stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JobState {
    /// What it is to read still comes in.
    Receiving,
    /// It waits for somebody to do it.
    Waiting,
    /// Somebody is at it.
    Running,
    /// It has stopped to be told whether to go on.
    Asking,
    /// It is to stop.
    Cancelling,
    /// All is done.
    Done,
    /// It could not be done.
    Failed,
    /// It was stopped; what it did until then is done.
    Cancelled,
}

impl JobState {
    const ALL: [JobState; 8] = [
        JobState::Receiving,
        JobState::Waiting,
        JobState::Running,
        JobState::Asking,
        JobState::Cancelling,
        JobState::Done,
        JobState::Failed,
        JobState::Cancelled,
    ];

    /// The name, in the store and in answers.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            JobState::Receiving => "receiving",
            JobState::Waiting => "waiting",
            JobState::Running => "running",
            JobState::Asking => "asking",
            JobState::Cancelling => "cancelling",
            JobState::Done => "done",
            JobState::Failed => "failed",
            JobState::Cancelled => "cancelled",
        }
    }

    /// The state of this name.
    #[must_use]
    pub fn read(name: &str) -> Option<JobState> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }

    /// Whether nothing more comes of it.
    #[must_use]
    pub fn is_over(self) -> bool {
        matches!(self, JobState::Done | JobState::Failed | JobState::Cancelled)
    }
}

/// What happens to a job and its files, in one transaction.
#[derive(Debug, Clone, PartialEq)]
pub enum JobEdit {
    /// It is written as it is here, its version one more. One of version 0 is new; any other must be there in this very version.
    Put {
        /// The job.
        job: Box<Job>,
        /// What is put to the ends of its files.
        pieces: Vec<Piece>,
        /// Files of it that are not needed any more, by name; they go before the pieces come.
        dropped: Vec<String>,
    },
    /// It goes with its files; one that is not there is no error.
    Remove {
        /// Which.
        id: Uuid,
    },
}

/// How the names of files begin that hold what could not be delivered: they are forgotten when somebody is erased.
pub const DEAD_LETTERS: &str = "dead-letter-";

/// A piece of a file of a job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// The file's name.
    pub file: String,
    /// Which of its pieces, from 0: it takes the place of one that is there.
    pub part: u32,
    /// What is in it.
    pub bytes: Vec<u8>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_is_read_by_its_name() {
        assert!(JobState::ALL.iter().all(|state| JobState::read(state.name()) == Some(*state)));
        assert_eq!(JobState::read("lost"), None);
    }
}
