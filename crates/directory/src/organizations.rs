//! Making and changing organizations as a door does.

use cardfile_model::{Organization, TenantId};

use crate::access::Directory;
use crate::applied::Applied;
use crate::error::{Error, Result};
use crate::store::{Author, Command};

impl Directory {
    /// Does a command on an organization, and forgets how organizations were remembered.
    ///
    /// # Errors
    /// Those of the command.
    pub(crate) async fn organize(&self, tenant: TenantId, author: Author, command: Command) -> Result<Organization> {
        let applied = self.apply(tenant, author, command).await.inspect_err(|error| {
            // It is remembered as it was before somebody came between.
            if matches!(error, Error::Stale { .. }) {
                self.forget_remembered();
            }
        })?;
        self.heed(&applied);
        applied.organization.ok_or_else(|| Error::internal("a store answered no organization for a change of one"))
    }

    /// Forgets how organizations were remembered, if what was done changed one.
    pub(crate) fn heed(&self, applied: &Applied) {
        if applied.is_changed && applied.organization.is_some() {
            self.forget_remembered();
        }
    }
}
