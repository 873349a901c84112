//! One file for each resource: read the request, ask the directory, write the answer.

mod add;
mod contacts;
mod delete;
mod groups;
mod listing;
mod lookup;
mod members;
mod permissions;
mod stops;
pub mod token;

use crate::error::Failure;
use crate::routes::Operation;
use crate::visit::Visit;
use crate::wire::{Out, Response};

/// Has a request done.
pub async fn handle(visit: Visit) -> Result<Response, Failure> {
    let detail = match visit.operation {
        // Lists may be too long to be held, and are sent as they are read.
        Operation::ListContacts => return contacts::list(visit).await,
        Operation::GetContact => contacts::get(&visit).await?,
        Operation::AddContacts => add::add(&visit).await?,
        Operation::ReplaceContact => contacts::replace(&visit).await?,
        Operation::UpdateContacts => contacts::update(&visit).await?,
        Operation::DeleteContacts => delete::delete(&visit).await?,
        Operation::Lookup => lookup::lookup(&visit).await?,
        Operation::ListGroups => groups::list(&visit).await?,
        Operation::GetGroup => groups::get(&visit).await?,
        Operation::AddGroup => groups::add(&visit).await?,
        Operation::RenameGroup => groups::rename(&visit).await?,
        Operation::DeleteGroup => groups::delete(&visit).await?,
        Operation::ListMembers => members::list(&visit).await?,
        Operation::AddMembers => members::add(&visit).await?,
        Operation::RemoveMembers => members::remove(&visit).await?,
        Operation::ListStops => stops::list(&visit).await?,
        Operation::AddStops => stops::add(&visit).await?,
        Operation::RemoveStops => stops::remove(&visit).await?,
        Operation::ListPermissions => permissions::list(&visit).await?,
        Operation::SetPermissions => permissions::set(&visit).await?,
    };
    Ok(visit.envelope().success(&visit.user(), &detail))
}

/// The detail of an answer that says no more than that it was done.
fn done() -> Out {
    Out::object(Vec::new())
}
