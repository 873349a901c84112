//! One file for each resource: read the request, ask the directory, write the answer.

pub mod bulk;
pub mod contacts;
pub mod groups;
pub mod members;
pub mod search;

use cardfile_directory::{Error, Result};

use crate::wire::SCHEMA;

/// About how long a contact is in an answer.
const CONTACT_BYTES: usize = 1024;

/// What a body is asked to be, and what it says it is.
fn check_schema(given: Option<&str>) -> Result<()> {
    let refusal = || Error::invalid("schemas", "known", format!("must be {SCHEMA}"));
    if given == Some(SCHEMA) { Ok(()) } else { Err(refusal()) }
}
