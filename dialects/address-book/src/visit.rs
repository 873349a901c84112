//! One request past the gate: who calls, what was asked, and the desk it is done at.

use std::sync::Arc;

use cardfile_directory::{Caller, Desk};
use cardfile_http::Door;
use cardfile_http::form::Form;
use cardfile_http::media::Format;
use cardfile_model::OrganizationId;
use uuid::Uuid;

use crate::error::Failure;
use crate::routes::Operation;
use crate::settings::Settings;
use crate::wire::{Document, Envelope, guid};

/// This door's name in the log.
pub const DOOR: &str = "address-book";

/// A request past the gate.
#[derive(Clone)]
pub struct Visit {
    /// The way in.
    pub door: Arc<Door>,
    /// What is set.
    pub settings: Arc<Settings>,
    /// Who calls.
    pub caller: Arc<Caller>,
    /// What is asked.
    pub operation: Operation,
    /// The ids in the path.
    pub ids: Vec<String>,
    /// The query.
    pub query: Arc<Form>,
    /// The body; `None` when there is none.
    pub document: Option<Arc<Document>>,
    /// The format of the answer.
    pub format: Format,
}

impl Visit {
    /// The desk of the caller's account.
    pub async fn desk(&self) -> Result<Desk<'_>, Failure> {
        self.desk_of(self.caller.principal.organization).await
    }

    /// The desk of an account.
    pub async fn desk_of(&self, account: OrganizationId) -> Result<Desk<'_>, Failure> {
        Ok(self.door.directory().desk(&self.caller, account, DOOR).await?)
    }

    /// The id at a place of the path, as a GUID.
    pub fn guid(&self, at: usize, field: &str) -> Result<Uuid, Failure> {
        let text = self.ids.get(at).map(String::as_str).unwrap_or_default();
        guid(text).ok_or_else(|| Failure::invalid(field, "must be a GUID"))
    }

    /// The person number in the path: `None` for a number that nobody can have.
    pub fn person(&self) -> Result<Option<u32>, Failure> {
        let text = self.ids.first().map(String::as_str).unwrap_or_default();
        let number: i32 = text.trim().parse().map_err(|_| Failure::invalid("contactID", "must be a whole number of 32 bits"))?;
        Ok(u32::try_from(number).ok().filter(|number| *number > 0))
    }

    /// The body.
    ///
    /// # Errors
    /// 400 when there is none.
    pub fn body(&self) -> Result<&Document, Failure> {
        self.document.as_deref().ok_or_else(|| Failure::invalid("", "A body is required."))
    }

    /// Who calls, by name.
    pub fn user(&self) -> String {
        let principal = &self.caller.principal;
        principal.name.clone().unwrap_or_else(|| principal.id.to_string())
    }

    /// How the answer is written.
    pub fn envelope(&self) -> Envelope<'_> {
        Envelope { format: self.format, root: self.operation.root(), settings: &self.settings }
    }
}
