//! What a merchant's administration may do, and nobody else.

use std::sync::Arc;

use cardfile_directory::{
    Account, Action, Author, Caller, Command, Directory, Error, Ids, Kind, Need, OrganizationDraft, Origin, Principal, Scopes,
    Settings, Store, Task,
};
use cardfile_model::{
    Edit, Expect, Filter, Limits, Membership, MembershipEdit, Mode, Organization, OrganizationFilter, OrganizationId,
    OrganizationPatch, Patch, Role, Sources, TenantId, Write,
};
use cardfile_testkit::{CountingIds, FixedClock, MemoryStore, people};
use serde_json::json;
use uuid::Uuid;

struct Place {
    directory: Directory,
    ids: Arc<CountingIds>,
    tenant: TenantId,
    shop: OrganizationId,
}

impl Place {
    /// A tenant with a merchant below the root, of whom two dialects know something.
    async fn new() -> Self {
        let ids = Arc::new(CountingIds::new(1));
        let store: Arc<dyn Store> = Arc::new(MemoryStore::new());
        let clock = Arc::new(FixedClock::default());
        let directory = Directory::new(store, clock, Arc::<CountingIds>::clone(&ids), Settings::default());
        let root = OrganizationDraft::new(OrganizationId(ids.next()), "Quayside");
        let tenant = directory.add_organization(root).await.unwrap().0;
        let shop = OrganizationId(ids.next());
        let draft = OrganizationDraft {
            extensions: [("commerce".to_owned(), json!({"a": 1})), ("other".to_owned(), json!("x"))].into(),
            ..OrganizationDraft::new(shop, "Harbour Shop")
        };
        let place = Place { directory, ids, tenant, shop };
        place.apply(Command::CreateOrganization(Box::new(draft))).await;
        place
    }

    async fn apply(&self, command: Command) {
        let author = Author::unbound(self.directory.clock().now(), None, "test", Arc::default());
        self.directory.store().apply(self.tenant, author, command).await.unwrap();
    }

    fn caller(&self, role: Role) -> Caller {
        let principal = Principal {
            id: self.ids.next(),
            name: None,
            organization: self.shop,
            role,
            scopes: Scopes::default(),
            sources: Sources::Any,
            person: self.ids.next(),
            expires: None,
        };
        Caller { tenant: self.tenant, principal, origin: Origin::Key }
    }

    async fn home(&self) -> Organization {
        let caller = self.caller(Role::Admin);
        self.directory.merchant(&caller, Need::CommerceAdmin, "test").await.unwrap().home().clone()
    }
}

#[tokio::test]
async fn an_administrator_changes_what_a_dialect_keeps_of_the_merchant_and_nothing_else() {
    let place = Place::new().await;
    let before = place.home().await;
    let caller = place.caller(Role::Admin);
    let merchant = place.directory.merchant(&caller, Need::CommerceAdmin, "test").await.unwrap();
    let after = merchant.keep(Expect::At(before.revision), "commerce", json!({"b": 2})).await.unwrap();
    assert_eq!(after, place.home().await, "the next request sees it");
    let mut expected = before.clone();
    expected.extensions.insert("commerce".into(), json!({"b": 2}));
    (expected.revision, expected.modified) = (after.revision, after.modified);
    assert_eq!(after, expected);
    assert!(after.revision > before.revision, "it is logged");

    let stale = merchant.keep(Expect::At(before.revision), "commerce", json!({})).await;
    assert!(matches!(stale, Err(Error::Stale { .. })), "{stale:?}");
    let patch = OrganizationPatch { extensions: [("commerce".to_owned(), Edit::Clear)].into(), ..OrganizationPatch::default() };
    let own = merchant.patch_account(place.shop, Expect::Any, patch, None).await;
    assert!(matches!(own, Err(Error::NotFound { .. })), "the merchant is no account of its own: {own:?}");
    assert_eq!(place.home().await, after);
}

#[tokio::test]
async fn who_is_no_administrator_changes_nothing_of_the_merchant() {
    let place = Place::new().await;
    let before = place.home().await;
    let caller = place.caller(Role::Reader);
    let merchant = place.directory.merchant(&caller, Need::CommerceStore, "test").await.unwrap();
    let refused = merchant.keep(Expect::Any, "commerce", json!({})).await;
    assert!(matches!(refused, Err(Error::Forbidden { action: Action::Role })), "{refused:?}");
    assert_eq!(place.home().await, before);
}

/// The write that makes somebody belong to the account at hand, if they stand as they did at a revision.
fn join(person: Uuid, expect: Expect) -> Write {
    let memberships = vec![MembershipEdit::Join(Membership::plain(Membership::HERE))];
    Write::Patch { id: person, expect, patch: Box::new(Patch { memberships, ..Patch::default() }) }
}

#[tokio::test]
async fn an_account_is_made_and_changed_with_people_or_not_at_all() {
    let place = Place::new().await;
    let caller = place.caller(Role::Admin);
    let person = place.ids.next();
    let merchant = place.directory.merchant(&caller, Need::CommerceAdmin, "test").await.unwrap();
    let writes = vec![Write::Create { id: person, contact: Box::new(people::person(1)) }];
    let task = Task { account: place.shop, delegate: None, mode: Mode::AllOrNothing, has_unique_emails: false, writes };
    merchant.write(task).await.unwrap();
    let account = || Account { parent: None, name: "Pier".into(), is_active: true, extensions: [].into() };
    let count = async || merchant.find_accounts(OrganizationFilter::And(Vec::new()), Vec::new(), (0, 10)).await.unwrap().1;

    let stale = merchant.add_account_with(account(), vec![join(person, Expect::At(1))]).await;
    assert!(matches!(stale, Err(Error::Stale { .. })), "{stale:?}");
    let crowd = vec![join(person, Expect::Any); Limits::default().batch_items + 1];
    let refused = merchant.add_account_with(account(), crowd).await;
    assert!(matches!(refused, Err(Error::TooLarge { limit: "batch_items", .. })), "{refused:?}");
    assert_eq!(count().await, 0);

    let made = merchant.add_account_with(account(), vec![join(person, Expect::Any)]).await.unwrap();
    assert_eq!((count().await, merchant.numbers(Filter::Belongs(made.number)).await.unwrap().len()), (1, 1));
    let merchant = place.directory.merchant(&caller, Need::CommerceAdmin, "test").await.unwrap();
    assert_eq!(merchant.account(made.number).map(|found| &**found), Some(&made), "the next request sees it");

    let patch = || OrganizationPatch { name: Some("Jetty".into()), ..OrganizationPatch::default() };
    let unknown = vec![join(place.ids.next(), Expect::Any)];
    let refused = merchant.patch_account_with(made.id, (Expect::Any, patch()), unknown, None).await;
    assert!(matches!(refused, Err(Error::NotFound { kind: Kind::Contact, .. })), "{refused:?}");
    let merchant = place.directory.merchant(&caller, Need::CommerceAdmin, "test").await.unwrap();
    assert_eq!(merchant.account(made.number).map(|found| found.name.as_str()), Some("Pier"));
    let patch = merchant.patch_account_with(made.id, (Expect::Any, patch()), vec![join(person, Expect::Any)], None).await;
    assert_eq!(patch.unwrap().name, "Jetty");

    let caller = place.caller(Role::Reader);
    let merchant = place.directory.merchant(&caller, Need::CommerceStore, "test").await.unwrap();
    let refused = merchant.add_account_with(account(), vec![join(person, Expect::Any)]).await;
    assert!(matches!(refused, Err(Error::Forbidden { action: Action::Role })), "{refused:?}");
}
