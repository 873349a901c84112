//! One file for each resource: read the request, ask the directory, write the answer.

mod addresses;
mod contacts;
mod members;
mod organizations;
mod profiles;
mod roles;
mod sessions;

use axum::response::Response;

use crate::error::Result;
use crate::routes::Operation;
use crate::visit::Visit;

/// Has a request done.
pub async fn handle(visit: Visit) -> Result<Response> {
    match visit.operation {
        // Who signs in has no token yet, and is answered before.
        Operation::LogIn | Operation::Refresh => sessions::refresh(&visit).await,
        Operation::LogOut => sessions::log_out(&visit).await,
        Operation::Verify => Ok(sessions::verify()),
        Operation::ListOrganizations => organizations::list(&visit).await,
        Operation::GetOrganization => organizations::get(&visit).await,
        Operation::CreateOrganization => organizations::create(&visit).await,
        Operation::UpdateOrganization => organizations::update(&visit).await,
        Operation::RemoveContacts => contacts::remove(&visit).await,
        Operation::ListOrganizationalRoles => roles::of_organization(&visit).await,
        Operation::ListAddresses => addresses::list(&visit).await,
        Operation::AddAddress => addresses::add(&visit).await,
        Operation::GetAddress => addresses::get(&visit).await,
        Operation::UpdateAddress => addresses::update(&visit).await,
        Operation::DeleteAddress => addresses::delete(&visit).await,
        Operation::ListMembers => members::list(&visit).await,
        Operation::CreateMember => members::create(&visit).await,
        Operation::GetMember => members::get(&visit).await,
        Operation::UpdateMember => members::update(&visit).await,
        Operation::AddMember => members::add(&visit).await,
        Operation::ListRoles => roles::list(&visit).await,
        Operation::CreateRole => roles::create(&visit).await,
        Operation::CurrentProfile => profiles::current(&visit).await,
        Operation::ListProfiles => profiles::list(&visit).await,
        Operation::CreateProfile => profiles::create(&visit).await,
        Operation::GetProfile => profiles::get(&visit).await,
        Operation::UpdateProfile => profiles::update(&visit).await,
        Operation::DeleteProfile => profiles::delete(&visit).await,
        Operation::AppendSecondaryOrganizations
        | Operation::ReplaceSecondaryOrganizations
        | Operation::RemoveSecondaryOrganizations => profiles::secondary_organizations(&visit).await,
        Operation::UpdateParentOrganization => profiles::parent_organization(&visit).await,
        Operation::UpdateUserRoles => roles::update_user_roles(&visit).await,
        Operation::ListProfileRoles => roles::of_profile(&visit).await,
        Operation::AddRoles | Operation::RemoveRoles => roles::change_profile_roles(&visit).await,
    }
}
