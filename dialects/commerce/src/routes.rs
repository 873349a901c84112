//! Which path and method leads to which operation, on which surface.

use std::borrow::Cow;

use axum::http::Method;
use percent_encoding::percent_decode_str;

use crate::error::{Failure, Result};
use crate::surface::Surface;

/// What can be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    LogIn,
    Refresh,
    LogOut,
    Verify,
    ListOrganizations,
    GetOrganization,
    CreateOrganization,
    UpdateOrganization,
    RemoveContacts,
    ListOrganizationalRoles,
    ListAddresses,
    AddAddress,
    GetAddress,
    UpdateAddress,
    DeleteAddress,
    ListMembers,
    CreateMember,
    GetMember,
    UpdateMember,
    AddMember,
    ListRoles,
    CreateRole,
    CurrentProfile,
    ListProfiles,
    CreateProfile,
    GetProfile,
    UpdateProfile,
    DeleteProfile,
    AppendSecondaryOrganizations,
    ReplaceSecondaryOrganizations,
    RemoveSecondaryOrganizations,
    UpdateParentOrganization,
    UpdateUserRoles,
    ListProfileRoles,
    AddRoles,
    RemoveRoles,
}

use Operation as Op;

/// A way to an operation: the surfaces it is on, and its path, in which `*` is an id.
struct Route {
    operation: Operation,
    method: Method,
    surfaces: &'static [Surface],
    path: &'static [&'static str],
}

const ALL: &[Surface] = &[Surface::Agent, Surface::Store, Surface::Admin];
const STORE: &[Surface] = &[Surface::Store];
const ADMIN: &[Surface] = &[Surface::Admin];
const MEMBERS: &[Surface] = &[Surface::Agent, Surface::Store];
const STAFF: &[Surface] = &[Surface::Agent, Surface::Admin];

const fn route(operation: Operation, method: Method, surfaces: &'static [Surface], path: &'static [&'static str]) -> Route {
    Route { operation, method, surfaces, path }
}

const ORGANIZATIONS: &[&str] = &["organizations"];
const ORGANIZATION: &[&str] = &["organizations", "*"];
const ACCOUNT_ADDRESSES: &[&str] = &["organizations", "*", "secondaryAddresses"];
const ACCOUNT_ADDRESS: &[&str] = &["organizations", "*", "secondaryAddresses", "*"];
const ADDRESSES: &[&str] = &["organizationAddresses"];
const ADDRESS: &[&str] = &["organizationAddresses", "*"];
const MEMBER: &[&str] = &["organizationMembers", "*"];
const PROFILE: &[&str] = &["profiles", "*"];

/// What has a name stands before what has an id at its place.
const ROUTES: &[Route] = &[
    route(Op::LogIn, Method::POST, ALL, &["login"]),
    route(Op::LogIn, Method::POST, STAFF, &["mfalogin"]),
    route(Op::Refresh, Method::POST, ALL, &["refresh"]),
    route(Op::LogOut, Method::POST, ALL, &["logout"]),
    route(Op::Verify, Method::POST, ALL, &["verify"]),
    route(Op::RemoveContacts, Method::POST, MEMBERS, &["organizations", "removeContacts"]),
    route(Op::ListOrganizations, Method::GET, ALL, ORGANIZATIONS),
    route(Op::CreateOrganization, Method::POST, ADMIN, ORGANIZATIONS),
    route(Op::GetOrganization, Method::GET, ALL, ORGANIZATION),
    route(Op::UpdateOrganization, Method::PUT, ALL, ORGANIZATION),
    route(Op::ListOrganizationalRoles, Method::GET, ADMIN, &["organizations", "*", "organizationalRoles"]),
    route(Op::ListAddresses, Method::GET, ADMIN, ACCOUNT_ADDRESSES),
    route(Op::AddAddress, Method::POST, ADMIN, ACCOUNT_ADDRESSES),
    route(Op::GetAddress, Method::GET, ADMIN, ACCOUNT_ADDRESS),
    route(Op::UpdateAddress, Method::PUT, ADMIN, ACCOUNT_ADDRESS),
    route(Op::DeleteAddress, Method::DELETE, ADMIN, ACCOUNT_ADDRESS),
    route(Op::ListAddresses, Method::GET, MEMBERS, ADDRESSES),
    route(Op::AddAddress, Method::POST, MEMBERS, ADDRESSES),
    route(Op::GetAddress, Method::GET, MEMBERS, ADDRESS),
    route(Op::UpdateAddress, Method::PUT, MEMBERS, ADDRESS),
    route(Op::DeleteAddress, Method::DELETE, MEMBERS, ADDRESS),
    route(Op::ListMembers, Method::GET, MEMBERS, &["organizationMembers"]),
    route(Op::CreateMember, Method::POST, MEMBERS, &["organizationMembers"]),
    route(Op::GetMember, Method::GET, MEMBERS, MEMBER),
    route(Op::UpdateMember, Method::PUT, MEMBERS, MEMBER),
    route(Op::AddMember, Method::PUT, MEMBERS, &["organizationMembers", "*", "add"]),
    route(Op::ListRoles, Method::GET, &[Surface::Store, Surface::Admin], &["roles"]),
    route(Op::CreateRole, Method::POST, &[Surface::Store, Surface::Admin], &["roles"]),
    route(Op::CurrentProfile, Method::GET, STORE, &["profiles", "current"]),
    route(Op::ListProfiles, Method::GET, ADMIN, &["profiles"]),
    route(Op::CreateProfile, Method::POST, ADMIN, &["profiles"]),
    route(Op::GetProfile, Method::GET, ADMIN, PROFILE),
    route(Op::UpdateProfile, Method::PUT, ADMIN, PROFILE),
    route(Op::DeleteProfile, Method::DELETE, STAFF, PROFILE),
    route(Op::AppendSecondaryOrganizations, Method::POST, ADMIN, &["profiles", "*", "appendSecondaryOrganizations"]),
    route(Op::ReplaceSecondaryOrganizations, Method::POST, ADMIN, &["profiles", "*", "replaceSecondaryOrganizations"]),
    route(Op::RemoveSecondaryOrganizations, Method::POST, ADMIN, &["profiles", "*", "removeSecondaryOrganizations"]),
    route(Op::UpdateParentOrganization, Method::POST, ADMIN, &["profiles", "*", "updateParentOrganization"]),
    route(Op::UpdateUserRoles, Method::POST, ADMIN, &["profiles", "*", "updateUserRoles"]),
    route(Op::ListProfileRoles, Method::GET, ADMIN, &["profiles", "*", "roles"]),
    route(Op::AddRoles, Method::POST, ADMIN, &["profiles", "*", "addRoles"]),
    route(Op::RemoveRoles, Method::POST, ADMIN, &["profiles", "*", "removeRoles"]),
];

impl Operation {
    /// Its name in metrics and logs.
    pub fn name(self) -> &'static str {
        match self {
            Op::LogIn => "login",
            Op::Refresh => "refresh",
            Op::LogOut => "logout",
            Op::Verify => "verify",
            Op::ListOrganizations => "organizations.list",
            Op::GetOrganization => "organizations.get",
            Op::CreateOrganization => "organizations.create",
            Op::UpdateOrganization => "organizations.update",
            Op::RemoveContacts => "organizations.remove-contacts",
            Op::ListOrganizationalRoles => "organizations.roles",
            Op::ListAddresses => "addresses.list",
            Op::AddAddress => "addresses.add",
            Op::GetAddress => "addresses.get",
            Op::UpdateAddress => "addresses.update",
            Op::DeleteAddress => "addresses.delete",
            Op::ListMembers => "members.list",
            Op::CreateMember => "members.create",
            Op::GetMember => "members.get",
            Op::UpdateMember => "members.update",
            Op::AddMember => "members.add",
            Op::ListRoles => "roles.list",
            Op::CreateRole => "roles.create",
            Op::CurrentProfile => "profiles.current",
            Op::ListProfiles => "profiles.list",
            Op::CreateProfile => "profiles.create",
            Op::GetProfile => "profiles.get",
            Op::UpdateProfile => "profiles.update",
            Op::DeleteProfile => "profiles.delete",
            Op::AppendSecondaryOrganizations => "profiles.append-organizations",
            Op::ReplaceSecondaryOrganizations => "profiles.replace-organizations",
            Op::RemoveSecondaryOrganizations => "profiles.remove-organizations",
            Op::UpdateParentOrganization => "profiles.update-parent",
            Op::UpdateUserRoles => "profiles.update-roles",
            Op::ListProfileRoles => "profiles.roles",
            Op::AddRoles => "profiles.add-roles",
            Op::RemoveRoles => "profiles.remove-roles",
        }
    }
}

/// What a path leads to.
#[derive(Debug, PartialEq, Eq)]
pub struct Found {
    /// On which surface.
    pub surface: Surface,
    /// What is asked.
    pub operation: Operation,
    /// The ids in the path, decoded.
    pub ids: Vec<String>,
}

/// What is at a path.
///
/// # Errors
/// 404 for a path that leads nowhere, 405 for one that does with other methods.
pub fn find(method: &Method, path: &str) -> Result<Found> {
    let path = path.strip_suffix('/').unwrap_or(path);
    let decode = |segment: &str| percent_decode_str(segment).decode_utf8().ok().map(Cow::into_owned);
    let segments: Option<Vec<String>> = path.split('/').skip(1).map(decode).collect();
    let segments = segments.ok_or_else(Failure::no_route)?;
    let [root, version, rest @ ..] = segments.as_slice() else { return Err(Failure::no_route()) };
    let surface = Surface::of(root).filter(|_| version == "v1").ok_or_else(Failure::no_route)?;
    let there = ROUTES.iter().filter(|route| route.surfaces.contains(&surface) && leads(route.path, rest));
    let mut there = there.peekable();
    let Some(first) = there.peek() else { return Err(Failure::no_route()) };
    // What has a name there is not also an id.
    let named = first.path;
    let there: Vec<&Route> = there.filter(|route| route.path == named).collect();
    if let Some(route) = there.iter().find(|route| route.method == *method) {
        let ids = route.path.iter().zip(rest).filter(|(part, _)| **part == "*").map(|(_, id)| id.clone());
        return Ok(Found { surface, operation: route.operation, ids: ids.collect() });
    }
    let mut methods: Vec<&str> = there.iter().map(|route| route.method.as_str()).collect();
    methods.sort_unstable();
    methods.dedup();
    Err(Failure::no_method(methods.join(", ")))
}

fn leads(path: &[&str], segments: &[String]) -> bool {
    let is_like = |(part, segment): (&&str, &String)| *part == "*" || part == segment;
    path.len() == segments.len() && segments.iter().all(|segment| !segment.is_empty()) && path.iter().zip(segments).all(is_like)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn aliases_lead_to_the_same() {
        for root in ["ccagent", "ccagentui"] {
            let found = find(&Method::POST, &format!("/{root}/v1/login/")).unwrap();
            assert_eq!((found.surface, found.operation), (Surface::Agent, Op::LogIn));
        }
        for root in ["ccadmin", "ccadminui", "ccapp"] {
            let found = find(&Method::GET, &format!("/{root}/v1/organizations/or%2D100002")).unwrap();
            let expected = Found { surface: Surface::Admin, operation: Op::GetOrganization, ids: vec!["or-100002".into()] };
            assert_eq!(found, expected);
        }
    }

    #[test]
    fn what_has_a_name_is_no_id() {
        let failure = find(&Method::GET, "/ccagent/v1/organizations/removeContacts").unwrap_err();
        assert_eq!(failure.status.as_u16(), 405);
        assert_eq!(find(&Method::POST, "/ccstore/v1/organizations/removeContacts").unwrap().operation, Op::RemoveContacts);
        assert_eq!(find(&Method::GET, "/ccstore/v1/profiles/current").unwrap().operation, Op::CurrentProfile);
    }

    #[test]
    fn a_path_leads_where_its_surface_has_it() {
        for (method, path) in [
            (Method::POST, "/ccadmin/v1/organizations/removeContacts/x"),
            (Method::GET, "/ccadmin/v1/organizationMembers"),
            (Method::GET, "/ccstore/v1/profiles"),
            (Method::GET, "/ccagent/v2/organizations"),
            (Method::GET, "/ccagent/v1"),
            (Method::GET, "/ccagent/v1//"),
            (Method::GET, "/CCAGENT/v1/organizations"),
            (Method::GET, "/ccagent/v1/organizations/%ff"),
        ] {
            assert_eq!(find(&method, path).unwrap_err().status.as_u16(), 404, "{path}");
        }
    }
}
