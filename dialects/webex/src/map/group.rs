//! Groups and the people in them.

use cardfile_directory::{Error, Result};
use cardfile_http::json::Object;
use cardfile_model::{Group, Member, MemberEdit, Selection};
use uuid::Uuid;

use crate::ids;
use crate::wire::{GroupAnswer, MemberAnswer, MemberRequest, PurgeRequest, Stamp};

type Members<'a> = Vec<Object<MemberRequest<'a>>>;

/// Which members of a group an answer has; the id is always among them.
#[derive(Debug, Clone, Default)]
pub struct Attributes(Option<Vec<String>>);

impl Attributes {
    /// Reads a list parted by commas; none, or an empty one, means all.
    pub fn read(list: Option<&str>) -> Self {
        let names: Option<Vec<String>> =
            list.map(|list| list.split(',').map(|name| name.trim().to_owned()).filter(|name| !name.is_empty()).collect());
        Attributes(names.filter(|names| !names.is_empty()))
    }

    /// Whether this member is among them, ignoring case.
    pub fn hold(&self, name: &str) -> bool {
        self.0.as_ref().is_none_or(|names| names.iter().any(|known| known.eq_ignore_ascii_case(name)))
    }
}

/// A group as it is answered, with these people.
pub fn group(group: Group, members: Option<Vec<Member>>, attributes: &Attributes) -> GroupAnswer {
    // Destructured without `..`, so that a new member does not compile until it is thought of here.
    let Group {
        id,
        number: _,
        organization,
        parent: _,
        name,
        description,
        created,
        modified,
        revision: _,
        size,
        cards: _,
        with_email: _,
        with_phone: _,
    } = group;
    GroupAnswer {
        id: ids::of_group(id, organization),
        display_name: attributes.hold("displayName").then_some(name),
        org_id: attributes.hold("orgId").then(|| ids::of_organization(organization)),
        description: description.filter(|_| attributes.hold("description")),
        created: attributes.hold("created").then_some(Stamp(created)),
        last_modified: attributes.hold("lastModified").then_some(Stamp(modified)),
        member_size: attributes.hold("memberSize").then_some(size),
        members: members.filter(|_| attributes.hold("members")).map(|people| people.into_iter().map(member).collect()),
    }
}

fn member(person: Member) -> MemberAnswer {
    let Member { id, number: _, name } = person;
    MemberAnswer { id: ids::of_person(id), kind: "user", display_name: name.unwrap_or_else(|| id.to_string()) }
}

/// The people a new group starts with.
///
/// # Errors
/// `Invalid` for what cannot be an id.
pub fn member_ids(members: Option<Members<'_>>) -> Result<Selection> {
    let sent = members.unwrap_or_default();
    let ids = sent.iter().enumerate().map(|(at, Object(member))| person(at, member));
    Ok(Selection::ids(ids.collect::<Result<Vec<Uuid>>>()?))
}

/// Who joins and who leaves, in the order sent; a purge comes first.
///
/// # Errors
/// `Invalid` for what cannot be an id and for an operation that is not known.
pub fn member_edits(members: Option<Members<'_>>, purge: Option<Object<PurgeRequest<'_>>>) -> Result<Vec<MemberEdit>> {
    let is_purged =
        |Object(purge): Object<PurgeRequest<'_>>| purge.attributes.iter().any(|name| name.0.eq_ignore_ascii_case("members"));
    let mut edits = Vec::new();
    if purge.is_some_and(is_purged) {
        edits.push(MemberEdit::Remove(Selection::all()));
    }
    let mut steps: Vec<(bool, Vec<Uuid>)> = Vec::new();
    for (at, Object(member)) in members.unwrap_or_default().iter().enumerate() {
        let joins = joins(at, member)?;
        let id = person(at, member)?;
        match steps.last_mut() {
            Some((same, ids)) if *same == joins => ids.push(id),
            _ => steps.push((joins, vec![id])),
        }
    }
    for (joins, ids) in steps {
        let people = Selection::ids(ids);
        edits.push(if joins { MemberEdit::Add(people) } else { MemberEdit::Remove(people) });
    }
    Ok(edits)
}

fn joins(at: usize, member: &MemberRequest<'_>) -> Result<bool> {
    match member.operation.as_ref().map(|operation| &*operation.0) {
        None => Ok(true),
        Some(operation) if operation.eq_ignore_ascii_case("add") => Ok(true),
        Some(operation) if operation.eq_ignore_ascii_case("delete") => Ok(false),
        Some(_) => Err(Error::invalid(format!("members[{at}].operation"), "known", "must be add or delete")),
    }
}

fn person(at: usize, member: &MemberRequest<'_>) -> Result<Uuid> {
    let refusal = || Error::invalid(format!("members[{at}].id"), "form", "this is no person's id");
    ids::read(&member.id.0).ok_or_else(refusal)
}

#[cfg(test)]
mod tests {
    use cardfile_model::People;

    use super::*;
    use crate::wire;

    fn edits(text: &str) -> Result<Vec<MemberEdit>> {
        let request = wire::group(text).unwrap();
        member_edits(request.members, request.purge_all_values)
    }

    fn id(n: u128) -> Uuid {
        Uuid::from_u128(n)
    }

    #[test]
    fn neighbouring_edits_of_one_kind_are_one_step_and_a_purge_comes_first() {
        let (a, b) = (id(1), ids::of_person(id(2)));
        let sent = format!(
            r#"{{"members":[{{"id":"{a}"}},{{"id":"{b}","operation":"ADD"}},{{"id":"{a}","operation":"delete"}},{{"id":"{b}"}}],
            "purgeAllValues":{{"attributes":["members"]}}}}"#
        );
        let wanted = [
            MemberEdit::Remove(Selection::all()),
            MemberEdit::Add(Selection::Only(People::Ids(vec![id(1), id(2)]))),
            MemberEdit::Remove(Selection::ids([id(1)])),
            MemberEdit::Add(Selection::ids([id(2)])),
        ];
        assert_eq!(edits(&sent).unwrap(), wanted);
        assert_eq!(edits("{}").unwrap(), []);
    }

    #[test]
    fn another_operation_and_what_is_no_id_are_refused() {
        assert!(edits(&format!(r#"{{"members":[{{"id":"{}","operation":"replace"}}]}}"#, id(1))).is_err());
        assert!(edits(r#"{"members":[{"id":"nobody"}]}"#).is_err());
    }

    #[test]
    fn attributes_choose_members_ignoring_case() {
        let chosen = Attributes::read(Some("displayname, memberSize"));
        assert!(chosen.hold("displayName") && chosen.hold("memberSize") && !chosen.hold("orgId"));
        assert!(Attributes::read(None).hold("orgId") && Attributes::read(Some("")).hold("orgId"));
    }
}
