//! What a merchant's administration may do, and nobody else.

use std::sync::Arc;

use cardfile_directory::{
    Action, Author, Caller, Command, Directory, Error, Ids, Need, OrganizationDraft, Origin, Principal, Scopes, Settings, Store,
};
use cardfile_model::{Edit, Expect, Organization, OrganizationId, OrganizationPatch, Role, Sources, TenantId};
use cardfile_testkit::{CountingIds, FixedClock, MemoryStore};
use serde_json::json;

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
