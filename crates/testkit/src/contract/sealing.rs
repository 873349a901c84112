//! Tenants are sealed.

use cardfile_directory::{Command, Error, Kind};
use cardfile_model::{Audience, Filter, GroupFilter, GroupOrder, GroupQuery, OrganizationId, Selection, TenantId};

use super::place::{create, delete, entitle, joining, kept};
use super::{Harness, Place};
use crate::people::person;

pub async fn equal_ids_in_two_tenants_are_two_people(h: Harness) {
    let (one, two) = (h.tenant().await, h.tenant().await);
    let id = h.id();
    one.create(person(9)).await;
    let first = one.create_as(id, person(1)).await;
    let second = two.create_as(id, person(2)).await;
    assert_eq!((first.number, second.number), (2, 1));
    assert_eq!((first.revision, second.revision), (3, 2), "revisions count up in each tenant");
    one.one(delete(id)).await.expect("it is there");
    assert_eq!(two.get(id).await, Some(second));
    let draft = two.draft("Harbour", &[id]);
    one.apply(Command::CreateGroup(cardfile_model::GroupDraft { organization: one.organization, ..draft.clone() }))
        .await
        .expect("free");
    two.apply(Command::CreateGroup(draft)).await.expect("ids and names are free in the other tenant");
    h.is_sound().await;
}

pub async fn nothing_is_answered_from_another_tenant(h: Harness) {
    let (ours, theirs) = (h.tenant().await, h.tenant().await);
    let id = theirs.create(person(1)).await.id;
    let group = theirs.create_group("Harbour", &[id]).await.id;
    // Our tenant with their organization, and ours throughout.
    for place in [ours, Place { organization: theirs.organization, ..ours }] {
        assert_eq!(place.get(id).await, None);
        assert_eq!(place.find(Filter::All).await, super::NOBODY);
        assert_eq!(place.find(Filter::MemberOf(group)).await, super::NOBODY);
        assert_eq!(place.group(group).await, None);
        assert!(h.store.members(place.tenant, group, 0, 10).await.is_err());
        assert!(matches!(place.patch_group(group, kept()).await, Err(Error::NotFound { kind: Kind::Group, .. })));
        assert!(matches!(place.apply(Command::DeleteGroup { id: group }).await, Err(Error::NotFound { kind: Kind::Group, .. })));
        assert!(matches!(place.undo(2).await, Err(Error::NotFound { kind: Kind::Change, .. })));
    }
    assert!(matches!(ours.one(entitle(id, "Thief")).await, Err(Error::NotFound { .. })));
    assert!(!ours.trash(Selection::ids([id])).await.is_changed);
    let stranger = ours.create_group("Strangers", &[id]).await.id;
    assert_eq!(ours.members(stranger).await[0].name, None, "an id like any unknown one");
    assert_eq!(theirs.find(Filter::All).await, [id]);
    assert_eq!(theirs.changes().await.len(), 3);
}

pub async fn organizations_of_a_tenant_keep_their_own_people(h: Harness) {
    let place = h.tenant().await;
    let below = place.below().await;
    let (mine, yours) = (place.create(person(1)).await.id, below.create(person(2)).await.id);
    assert_eq!((place.get(yours).await, below.get(mine).await), (None, None));
    assert_eq!((place.find(Filter::All).await, below.find(Filter::All).await), (vec![mine], vec![yours]));
    for write in [entitle(yours, "Cook"), delete(yours)] {
        assert!(matches!(place.one(write).await, Err(Error::NotFound { kind: Kind::Contact, .. })));
    }
    assert!(matches!(place.one(create(yours, person(3))).await, Err(Error::AlreadyExists { kind: Kind::Contact, .. })));
    let group = place.create_group("Harbour", &[]).await.id;
    place.edit_members(group, vec![joining(&[mine, yours])]).await;
    assert_eq!(place.member_ids(group).await, [mine, yours], "groups reach across the tenant");
    assert_eq!(below.find(Filter::MemberOf(group)).await, [yours]);
}

pub async fn an_unknown_tenant_is_empty_and_takes_no_writes(h: Harness) {
    let id = h.id();
    let (tenant, organization) = (TenantId(id), OrganizationId(id));
    let place = Place { harness: &h, tenant, organization };
    assert_eq!(place.get(h.id()).await, None);
    assert_eq!(place.find(Filter::All).await, super::NOBODY);
    assert_eq!(place.changes().await, []);
    assert_eq!(h.store.organizations(tenant).await.expect("an answer"), []);
    let query = GroupQuery {
        also: Vec::new(),
        organization,
        filter: GroupFilter::All,
        order: GroupOrder::Name,
        is_descending: false,
        offset: 0,
        limit: 10,
    };
    assert_eq!(h.store.groups(tenant, query).await.expect("an answer"), (Vec::new(), 0));
    assert_eq!(h.store.get(tenant, organization, Audience::Person(id), &[id, id]).await.expect("an answer"), [None, None]);
    let refused = place.apply(Command::Write(place.batch(vec![create(h.id(), person(1))]))).await;
    assert!(matches!(refused, Err(Error::NotFound { .. })));
}
