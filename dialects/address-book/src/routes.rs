//! Which path and method leads to which operation. Paths are matched by hand, for letter case does not matter in them.

use std::borrow::Cow;

use axum::http::{Method, StatusCode};
use percent_encoding::percent_decode_str;

use crate::error::{Code, Failure};

/// What can be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    ListContacts,
    GetContact,
    AddContacts,
    ReplaceContact,
    UpdateContacts,
    DeleteContacts,
    Lookup,
    ListGroups,
    GetGroup,
    AddGroup,
    RenameGroup,
    DeleteGroup,
    ListMembers,
    AddMembers,
    RemoveMembers,
    ListStops,
    AddStops,
    RemoveStops,
    ListPermissions,
    SetPermissions,
}

use Operation as Op;

/// A way to an operation: its versions from and to, its path, in which `*` is an id.
struct Route {
    operation: Operation,
    method: Method,
    versions: (u8, u8),
    path: &'static [&'static str],
}

const CONTACTS: &[&str] = &["addressbook", "contacts"];
const CONTACT: &[&str] = &["addressbook", "contacts", "*"];
const LOOKUP: &[&str] = &["addressbook", "contacts", "lookup"];
const GROUPS: &[&str] = &["addressbook", "groups"];
const GROUP: &[&str] = &["addressbook", "groups", "*"];
const MEMBERS: &[&str] = &["addressbook", "groups", "*", "contacts"];
const STOPS: &[&str] = &["addressbook", "stoplog"];
const PERMISSIONS_OF: &[&str] = &["admin", "accounts", "*", "addressbookgrouppermissions", "*"];
const PERMISSIONS: &[&str] = &["admin", "accounts", "*", "addressbookgrouppermissions"];

const fn route(operation: Operation, method: Method, versions: (u8, u8), path: &'static [&'static str]) -> Route {
    Route { operation, method, versions, path }
}

/// The lookup stands before the contact of an id, whose path it has too.
const ROUTES: &[Route] = &[
    route(Op::ListContacts, Method::GET, (1, 4), CONTACTS),
    route(Op::AddContacts, Method::POST, (1, 4), CONTACTS),
    route(Op::UpdateContacts, Method::PATCH, (1, 4), CONTACTS),
    route(Op::DeleteContacts, Method::DELETE, (1, 4), CONTACTS),
    route(Op::Lookup, Method::GET, (1, 4), LOOKUP),
    route(Op::GetContact, Method::GET, (1, 4), CONTACT),
    route(Op::ReplaceContact, Method::PUT, (1, 4), CONTACT),
    route(Op::ListGroups, Method::GET, (1, 4), GROUPS),
    route(Op::AddGroup, Method::POST, (1, 4), GROUPS),
    route(Op::GetGroup, Method::GET, (1, 4), GROUP),
    route(Op::RenameGroup, Method::PUT, (1, 4), GROUP),
    route(Op::DeleteGroup, Method::DELETE, (1, 4), GROUP),
    route(Op::ListMembers, Method::GET, (1, 4), MEMBERS),
    route(Op::AddMembers, Method::PUT, (1, 3), MEMBERS),
    route(Op::AddMembers, Method::POST, (1, 3), MEMBERS),
    route(Op::RemoveMembers, Method::DELETE, (1, 3), MEMBERS),
    route(Op::ListStops, Method::GET, (1, 4), STOPS),
    route(Op::AddStops, Method::POST, (1, 4), STOPS),
    route(Op::RemoveStops, Method::DELETE, (1, 4), STOPS),
    route(Op::ListPermissions, Method::GET, (1, 4), PERMISSIONS_OF),
    route(Op::SetPermissions, Method::PUT, (1, 4), PERMISSIONS),
];

impl Operation {
    /// Its name in metrics and logs.
    pub fn name(self) -> &'static str {
        match self {
            Op::ListContacts => "contacts.list",
            Op::GetContact => "contacts.get",
            Op::AddContacts => "contacts.add",
            Op::ReplaceContact => "contacts.replace",
            Op::UpdateContacts => "contacts.update",
            Op::DeleteContacts => "contacts.delete",
            Op::Lookup => "contacts.lookup",
            Op::ListGroups => "groups.list",
            Op::GetGroup => "groups.get",
            Op::AddGroup => "groups.add",
            Op::RenameGroup => "groups.rename",
            Op::DeleteGroup => "groups.delete",
            Op::ListMembers => "members.list",
            Op::AddMembers => "members.add",
            Op::RemoveMembers => "members.remove",
            Op::ListStops => "stops.list",
            Op::AddStops => "stops.add",
            Op::RemoveStops => "stops.remove",
            Op::ListPermissions => "permissions.list",
            Op::SetPermissions => "permissions.set",
        }
    }

    /// The root element of its answers in XML.
    pub fn root(self) -> &'static str {
        match self {
            Op::ListContacts | Op::ListMembers => "ResponseOfAddressBookResponseV2",
            Op::GetContact | Op::ReplaceContact => "ResponseOfAddressBookResponse",
            Op::AddContacts => "ResponseOfArrayOfAddressBookResponse",
            Op::Lookup => "ResponseOfListOfContactsNameSwap",
            Op::ListGroups => "ResponseOfArrayOfGroupDetailsV2",
            Op::GetGroup => "ResponseOfGroupDetails",
            Op::AddGroup | Op::RenameGroup | Op::DeleteGroup => "ResponseOfGroup",
            Op::ListStops => "ResponseOfAddressBookValidationResponse",
            Op::ListPermissions => "ResponseOfArrayOfAccountAddressbookGroupPermissionResponse",
            Op::UpdateContacts
            | Op::DeleteContacts
            | Op::AddMembers
            | Op::RemoveMembers
            | Op::AddStops
            | Op::RemoveStops
            | Op::SetPermissions => "ResponseOfObject",
        }
    }
}

/// The operation at a path below `/api`, and the ids in the path, decoded.
///
/// # Errors
/// 404 for a path that leads nowhere, 405 for one that does with other methods.
pub fn find(method: &Method, path: &str) -> Result<(Operation, Vec<String>), Failure> {
    let path = path.strip_suffix('/').unwrap_or(path);
    let decode = |segment: &str| percent_decode_str(segment).decode_utf8().ok().map(Cow::into_owned);
    let segments: Option<Vec<String>> = path.split('/').skip(1).map(decode).collect();
    let segments = segments.ok_or_else(Failure::no_route)?;
    let [api, version, rest @ ..] = segments.as_slice() else { return Err(Failure::no_route()) };
    let number = version.strip_prefix(['v', 'V']).and_then(|number| number.parse::<u8>().ok());
    let Some(number) = number.filter(|_| api.eq_ignore_ascii_case("api") && version.len() == 2) else {
        return Err(Failure::no_route());
    };
    let there = ROUTES.iter().filter(|route| (route.versions.0..=route.versions.1).contains(&number));
    let there: Vec<&Route> = there.filter(|route| leads(route.path, rest)).collect();
    if let Some(route) = there.iter().find(|route| route.method == *method) {
        let ids = route.path.iter().zip(rest).filter(|(part, _)| **part == "*").map(|(_, id)| id.clone());
        return Ok((route.operation, ids.collect()));
    }
    let mut methods: Vec<&str> = there.iter().map(|route| route.method.as_str()).collect();
    methods.sort_unstable();
    methods.dedup();
    if methods.is_empty() {
        return Err(Failure::no_route());
    }
    Err(no_method(&methods.join(", ")))
}

/// The path has other methods.
pub fn no_method(allow: &str) -> Failure {
    let reason = "This method is not for this address.";
    let failure = Failure::new(StatusCode::METHOD_NOT_ALLOWED, Code::MethodNotAllowed, reason);
    Failure { allow: Some(allow.to_owned()), ..failure }
}

fn leads(path: &[&str], segments: &[String]) -> bool {
    let is_like = |(part, segment): (&&str, &String)| *part == "*" || part.eq_ignore_ascii_case(segment);
    path.len() == segments.len() && segments.iter().all(|segment| !segment.is_empty()) && path.iter().zip(segments).all(is_like)
}

/// Whether this is the path at which tokens are issued.
pub fn is_token(path: &str) -> bool {
    let path = path.strip_suffix('/').unwrap_or(path);
    path.eq_ignore_ascii_case("/token")
}

/// A path of this door with its first segment in the case that the server knows; `None` for a path that is as it is known, or of
/// another door.
#[must_use]
pub fn canonical_path(path: &str) -> Option<String> {
    let end = path.get(1..)?.find('/').map_or(path.len(), |at| at + 1);
    let (first, rest) = path.split_at(end);
    let known = ["/api", "/token"].into_iter().find(|known| known.eq_ignore_ascii_case(first))?;
    (known != first).then(|| format!("{known}{rest}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(method: &Method, path: &str) -> Result<(Operation, Vec<String>), Failure> {
        find(method, path)
    }

    #[test]
    fn paths_are_matched_in_any_case_with_ids_decoded() {
        let (operation, ids) = found(&Method::DELETE, "/API/v3/AddressBook/GROUPS/%7BAB%7D/Contacts/").unwrap();
        assert_eq!((operation, ids), (Op::RemoveMembers, vec!["{AB}".to_owned()]));
        assert_eq!(found(&Method::GET, "/api/v2/addressbook/contacts/LookUp").unwrap().0, Op::Lookup);
        assert_eq!(found(&Method::GET, "/api/v1/addressbook/contacts/17").unwrap().0, Op::GetContact);
    }

    #[test]
    fn a_known_path_tells_its_methods_and_an_unknown_one_nothing() {
        let failure = found(&Method::HEAD, "/api/v3/addressbook/groups/x/contacts").unwrap_err();
        assert_eq!((failure.status.as_u16(), failure.allow.as_deref()), (405, Some("DELETE, GET, POST, PUT")));
        for path in [
            "/api/v5/addressbook/contacts",
            "/api/v3/addressbook",
            "/api/v3/addressbook//contacts",
            "/api/v03/addressbook/contacts",
            "/api",
            "/x",
            "/api/v3/addressbook/contacts/%ff",
        ] {
            assert_eq!(found(&Method::GET, path).unwrap_err().status.as_u16(), 404, "{path}");
        }
    }

    #[test]
    fn the_first_segment_is_brought_into_the_known_case() {
        assert_eq!(canonical_path("/API/V3/x").as_deref(), Some("/api/V3/x"));
        assert_eq!(canonical_path("/Token").as_deref(), Some("/token"));
        for path in ["/api/v3", "/token", "/apis", "/", "", "/v1/API"] {
            assert_eq!(canonical_path(path), None, "{path}");
        }
    }
}
