//! That a request is done once, however often it is sent.

use std::fmt;
use std::sync::Arc;

use uuid::Uuid;

use crate::applied::Applied;

/// A key under which a command is done once: when it is asked for again, what was answered is told instead. Key and answer are
/// kept in the transaction of the command, so that neither stands without the other, whatever crashes.
///
/// A command that is refused keeps nothing: it may be sent again under its key.
#[derive(Clone)]
pub struct Once {
    /// Whose key it is: other principals have keys of their own.
    pub principal: Uuid,
    /// The key, as the client chose it.
    pub key: String,
    /// What tells the request from others: the same key with another one is `AlreadyExists`.
    pub fingerprint: [u8; 32],
    /// Makes the answer that is kept.
    pub answer: Answer,
}

/// Makes an answer of what a command did. It is called within the transaction, maybe more than once.
pub type Answer = Arc<dyn Fn(&Applied) -> Vec<u8> + Send + Sync>;

impl fmt::Debug for Once {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Once").field("principal", &self.principal).field("key", &self.key).finish_non_exhaustive()
    }
}
