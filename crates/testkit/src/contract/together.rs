//! Several commands in one transaction.

use std::collections::BTreeSet;
use std::sync::Arc;

use cardfile_directory::{Action, Applied, Author, Command, Error, Kind, OrganizationDraft, Outcome, Protected, Result};
use cardfile_model::{
    Batch, ChangeKind, Contact, Expect, Filter, Limits, Membership, MembershipEdit, Mode, Numbers, Organization,
    OrganizationFilter, OrganizationId, OrganizationQuery, Patch, Reach, Write,
};
use uuid::Uuid;

use super::Harness;
use super::organizations::{draft, made, named, read};
use super::place::{Place, create, entitle};
use crate::people::person;

const ADMIN: &str = "admin";

fn admin(organization: u32) -> Membership {
    Membership { organization, roles: vec![ADMIN.into()] }
}

/// The write that makes somebody an administrator of the organization at hand, and at home there.
fn join(id: Uuid, expect: Expect) -> Write {
    let memberships = vec![MembershipEdit::Join(admin(Membership::HERE)), MembershipEdit::Settle(Membership::HERE)];
    Write::Patch { id, expect, patch: Box::new(Patch { memberships, ..Patch::default() }) }
}

fn leave(id: Uuid) -> Write {
    let memberships = vec![MembershipEdit::Leave(Membership::HERE)];
    Write::Patch { id, expect: Expect::Any, patch: Box::new(Patch { memberships, ..Patch::default() }) }
}

fn unique(h: &Harness, name: &str) -> OrganizationDraft {
    OrganizationDraft { has_unique_name: true, ..draft(h, name) }
}

fn making(wanted: &OrganizationDraft) -> Command {
    Command::CreateOrganization(Box::new(wanted.clone()))
}

fn renamed(id: OrganizationId, expect: Expect, name: &str) -> Command {
    Command::PatchOrganization { id, expect, patch: Box::new(named(name)) }
}

impl Place<'_> {
    /// Writes to everyone of the tenant about an organization, all of them or none.
    fn people(&self, organization: OrganizationId, writes: Vec<Write>) -> Command {
        let (reach, mode) = (Reach::Below(self.organization), Mode::AllOrNothing);
        Command::Write(Batch { organization, reach, mode, ..self.batch(writes) })
    }

    async fn together(&self, commands: Vec<Command>) -> Result<Applied> {
        self.apply(Command::Together(commands)).await
    }

    async fn belonging(&self, number: u32) -> Vec<Uuid> {
        let reach = Reach::Below(self.organization);
        let page = self.page(cardfile_model::Query { reach, ..self.query(Filter::Belongs(number)) }).await;
        page.records.into_iter().map(|record| record.id).collect()
    }

    /// The names of all organizations, and how many changes there were of them and of their people.
    async fn standing(&self) -> (BTreeSet<String>, usize) {
        let all = self.harness.store.organizations(self.tenant).await.expect("organizations can be read");
        let mut changes = 0;
        for organization in &all {
            changes += Place { organization: organization.id, ..*self }.changes().await.len();
        }
        (all.into_iter().map(|organization| organization.name).collect(), changes)
    }
}

pub async fn an_organization_is_made_with_the_people_in_it(h: Harness) {
    let place = h.tenant().await;
    let known = place.create(person(1)).await;
    let (wanted, newcomer) = (draft(&h, "Ropewalk"), h.id());
    let own = Place { organization: wanted.id, ..place };
    let contact = Contact { memberships: vec![admin(Membership::HERE)], ..person(2) };
    let writes = vec![join(known.id, Expect::At(known.revision)), create(newcomer, contact), create(h.id(), person(3))];
    let commands = vec![making(&wanted), place.people(wanted.id, writes)];
    let applied = place.together(commands).await.expect("nothing stands against it");
    let organization = read(&place, wanted.id).await;
    assert_eq!((organization.number, organization.revision), (2, known.revision + 1));
    assert_eq!((applied.revision, applied.is_changed, applied.touched), (known.revision + 2, true, 3));
    assert_eq!(applied.organization, Some(organization));
    let [Ok(Outcome::Changed(joined)), Ok(Outcome::Created(made)), Ok(Outcome::Created(plain))] = &applied.outcomes[..] else {
        panic!("one outcome for each write: {:?}", applied.outcomes);
    };
    assert_eq!(joined.contact.memberships, [admin(2)]);
    assert_eq!(made.contact.memberships, [admin(2)]);
    assert_eq!(plain.contact.memberships, [Membership::plain(2)]);
    assert_eq!(place.belonging(2).await, [known.id, newcomer, plain.id]);
    let changes = own.changes().await;
    let told: Vec<_> = changes.iter().map(|change| (change.kind, change.revision, change.is_undoable)).collect();
    let last = applied.revision;
    assert_eq!(told, [(ChangeKind::Organization, last - 1, true), (ChangeKind::Write, last, true)]);
    assert_eq!((&changes[1].came, &changes[1].touched), (&Numbers::from([2, 3]), &Numbers::from([1, 2, 3])));
    own.undo(last).await.expect("who came in can go again");
    assert_eq!(place.belonging(2).await, super::NOBODY);
    assert_eq!(place.get(known.id).await.map(|back| back.contact), Some(known.contact));
    h.is_sound().await;
}

pub async fn an_organization_is_changed_with_the_people_in_it(h: Harness) {
    let place = h.tenant().await;
    let before = made(&place, "Ropewalk").await;
    let own = Place { organization: before.id, ..place };
    let (staying, coming) = (own.create(person(1)).await, place.create(person(2)).await);
    let change = renamed(before.id, Expect::At(before.revision), "Quay");
    let writes = vec![leave(staying.id), join(coming.id, Expect::At(coming.revision))];
    let applied = place.together(vec![change, place.people(before.id, writes)]).await.expect("nothing stands against it");
    assert_eq!(applied.organization.as_ref().map(|after| after.name.as_str()), Some("Quay"));
    assert_eq!(place.belonging(before.number).await, [coming.id]);
    own.undo(applied.revision - 1).await.expect("the name is undone alone");
    assert_eq!(
        (read(&place, before.id).await.name.as_str(), place.belonging(before.number).await),
        ("Ropewalk", vec![coming.id])
    );
    own.undo(applied.revision).await.expect("and so is who belongs to it");
    assert_eq!(place.belonging(before.number).await, [staying.id]);
    h.is_sound().await;
}

pub async fn nothing_is_left_of_commands_of_which_one_is_refused(h: Harness) {
    let place = h.tenant().await;
    let before = made(&place, "Ropewalk").await;
    let own = Place { organization: before.id, ..place };
    let last = own.create(Contact { memberships: vec![admin(before.number)], ..person(1) }).await;
    let [free, full] = [place.create(person(2)).await, own.create(person(3)).await];
    let (was, everyone) = (place.standing().await, place.get_all(&[last.id, free.id, full.id]).await);
    let narrow = Limits { memberships: 1, ..Limits::default() };
    let wanted = unique(&h, "Quay");
    let joining = |expect| vec![join(free.id, Expect::At(free.revision)), join(full.id, expect)];
    for organization in [making(&wanted), renamed(before.id, Expect::Any, "Quay")] {
        let id = if matches!(organization, Command::CreateOrganization(_)) { wanted.id } else { before.id };
        let refuse = async |writes, author: Author| {
            let command = Command::Together(vec![organization.clone(), place.people(id, writes)]);
            let refused = h.store.apply(place.tenant, author, command).await.expect_err("one of them is refused");
            assert_eq!(place.standing().await, was, "{refused:?}");
            assert_eq!(place.get_all(&[last.id, free.id, full.id]).await, everyone);
            assert_eq!(place.belonging(before.number).await, [last.id, full.id]);
            refused
        };
        let refused = refuse(joining(Expect::At(full.revision - 1)), h.author()).await;
        assert!(matches!(refused, Error::Stale { .. }), "{refused:?}");
        let mut writes = joining(Expect::Any);
        writes.push(entitle(h.id(), "Nobody"));
        let refused = refuse(writes, h.author()).await;
        assert!(matches!(refused, Error::NotFound { kind: Kind::Contact, .. }), "{refused:?}");
        let taking = {
            let memberships = vec![MembershipEdit::Leave(before.number)];
            let patch = Box::new(Patch { memberships, ..Patch::default() });
            vec![entitle(free.id, "Rigger"), Write::Patch { id: last.id, expect: Expect::Any, patch }]
        };
        let protected = Protected { last_admin: true, ..Protected::default() };
        let refused = refuse(taking, Author { protected, ..h.author() }).await;
        assert!(matches!(refused, Error::Forbidden { action: Action::TakeLast(ADMIN) }), "{refused:?}");
        let second = Command::Together(vec![organization.clone(), renamed(before.id, Expect::At(1), "Mill")]);
        let refused = place.apply(second).await;
        assert!(matches!(refused, Err(Error::Stale { .. })), "{refused:?}");
        assert_eq!(place.standing().await, was);
    }
    // Full is at home elsewhere already, and belongs to no more than one.
    let make = async |limits| {
        let writes = joining(Expect::Any);
        let command = Command::Together(vec![making(&wanted), place.people(wanted.id, writes)]);
        h.store.apply(place.tenant, h.author_within(limits), command).await
    };
    let refused = make(narrow).await;
    assert!(matches!(&refused, Err(Error::Invalid(found)) if found[0].field == "memberships"), "{refused:?}");
    assert_eq!((place.standing().await, place.belonging(3).await), (was, Vec::new()));
    let done = make(Limits::default()).await.expect("the name and the id are as free as they were");
    assert_eq!(done.organization.map(|made| made.number), Some(3), "what was refused took no number");
    assert_eq!(place.belonging(3).await, [free.id, full.id]);
    h.is_sound().await;
}

pub async fn each_command_sees_what_those_before_it_did(h: Harness) {
    let place = h.tenant().await;
    let (above, id) = (draft(&h, "Ropewalk"), h.id());
    let below = OrganizationDraft { parent: Some(above.id), ..draft(&h, "Loft") };
    let contact = person(1);
    let commands = vec![
        making(&above),
        making(&below),
        place.people(below.id, vec![create(id, contact.clone())]),
        Command::CreateGroup(Place { organization: below.id, ..place }.draft("Hands", &[id])),
        Command::Together(vec![place.people(below.id, vec![entitle(id, "Rigger")]), renamed(above.id, Expect::Any, "Quay")]),
    ];
    let applied = place.together(commands).await.expect("nothing stands against it");
    assert_eq!(applied.organization, Some(read(&place, above.id).await), "the last one is told");
    assert_eq!(applied.group.map(|group| group.size), Some(1));
    let found = Place { organization: below.id, ..place }.get(id).await.expect("they are there");
    assert_eq!((found.contact.title.as_deref(), found.contact.home()), (Some("Rigger"), 3));
    assert_eq!(applied.revision, 7);
    let twice = draft(&h, "Twin");
    let refused = place.together(vec![making(&twice), making(&twice)]).await;
    assert!(matches!(refused, Err(Error::AlreadyExists { kind: Kind::Organization, .. })), "{refused:?}");
    let address = contact.emails[0].value.clone();
    let twin = Contact { emails: contact.emails, ..person(2) };
    let unique = |contact: Contact| {
        Command::Write(Batch { has_unique_emails: true, mode: Mode::AllOrNothing, ..place.batch(vec![create(h.id(), contact)]) })
    };
    let gone = place.people(place.organization, vec![super::place::delete(id)]);
    place.together(vec![gone, unique(twin.clone())]).await.expect("the address is free by then");
    let refused = place.together(vec![unique(person(3)), unique(person(3))]).await;
    assert!(matches!(refused, Err(Error::AlreadyExists { kind: Kind::Contact, .. })), "{refused:?}");
    assert_eq!(place.find(Filter::Email(address)).await.len(), 1);
    h.is_sound().await;
}

pub async fn commands_that_change_nothing_leave_no_entry(h: Harness) {
    let place = h.tenant().await;
    let organization = made(&place, "Ropewalk").await;
    let was = place.standing().await;
    let nothing = place.together(Vec::new()).await.expect("nothing can be done");
    assert_eq!((nothing.is_changed, nothing.revision), (false, organization.revision));
    let same = vec![renamed(organization.id, Expect::Any, "Ropewalk"), place.people(organization.id, Vec::new())];
    let same = place.together(same).await.expect("it is so already");
    assert_eq!((same.is_changed, same.revision, same.organization), (false, organization.revision, Some(organization)));
    assert_eq!(place.standing().await, was);
    let nowhere = Place { tenant: cardfile_model::TenantId(h.id()), ..place };
    assert!(matches!(nowhere.together(Vec::new()).await, Err(Error::NotFound { kind: Kind::Tenant, .. })));
}

/// One of them makes the organization with its people; the others leave nothing, nor anybody in two.
pub async fn of_two_making_one_name_with_people_one_wins(h: Harness) {
    let place = h.tenant().await;
    let someone = place.create(person(1)).await;
    let mut writers = tokio::task::JoinSet::new();
    for _ in 0..16 {
        let wanted = unique(&h, "Ropewalk");
        let people = place.people(wanted.id, vec![join(someone.id, Expect::Any)]);
        let command = Command::Together(vec![making(&wanted), people]);
        let (store, author, tenant) = (Arc::clone(&h.store), h.author(), place.tenant);
        writers.spawn(async move { store.apply(tenant, author, command).await.is_ok() });
    }
    assert_eq!(writers.join_all().await.into_iter().filter(|is_made| *is_made).count(), 1);
    let query = OrganizationQuery {
        under: place.organization,
        filter: OrganizationFilter::And(Vec::new()),
        order: Vec::new(),
        offset: 0,
        limit: 10,
    };
    let (found, _) = h.store.find_organizations(place.tenant, query).await.expect("an answer");
    assert_eq!(found.iter().map(|found: &Organization| found.number).collect::<Vec<_>>(), [2]);
    let someone = Place { organization: found[0].id, ..place }.get(someone.id).await.expect("they are there");
    assert_eq!(someone.contact.memberships, [admin(2)]);
    h.is_sound().await;
}
