//! A small world for a transcript: organizations, tokens, and what a transcript may call them.

use std::num::NonZeroU32;
use std::sync::Arc;

use axum::Router;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use cardfile_directory::{Directory, OrganizationDraft, Principal, Scopes};
use cardfile_http::{Door, Settings};
use cardfile_model::{OrganizationId, Role, Sources, TenantId};
use cardfile_testkit::staff::{self, Colleague};
use cardfile_testkit::transcript::Variables;
use cardfile_testkit::{CountingIds, FixedClock};
use cardfile_teststores::{Empty, Place};
use uuid::Uuid;

/// Whom `protected.http` finds in an account: one who decides, one who administers, one who does neither.
const STAFF: [Colleague; 3] = [
    Colleague { id: Uuid::from_u128(0x7001), name: "Omar", roles: &["approver"] },
    Colleague { id: Uuid::from_u128(0x7002), name: "Ida", roles: &["admin"] },
    Colleague { id: Uuid::from_u128(0x7003), name: "Lin", roles: &["buyer"] },
];

/// A body limit that a transcript can reach.
const BODY_BYTES: usize = 512 * 1024;

/// The dialect over a store, with a world in it.
pub struct Harness {
    /// The dialect.
    pub app: Router,
    /// What a transcript may call things.
    pub variables: Variables,
    /// The store's name.
    pub store: &'static str,
    directory: Arc<Directory>,
    /// What goes with the harness.
    _place: Place,
}

impl Harness {
    /// The same world in each store; `rate-limit.http` is served with a limit.
    pub async fn over_every_store(transcript: &str) -> Vec<Harness> {
        let is_limited = transcript == "rate-limit.http";
        let mut harnesses = Vec::new();
        for empty in cardfile_teststores::every().await {
            harnesses.push(Harness::new(empty, is_limited).await);
        }
        if transcript == "protected.http" {
            for harness in &mut harnesses {
                harness.staff().await;
            }
        }
        harnesses
    }

    async fn new(Empty { name, store, place }: Empty, is_limited: bool) -> Harness {
        let ids = Arc::new(CountingIds::new(7));
        let directory = Directory::new(store, Arc::new(FixedClock::default()), ids, cardfile_directory::Settings::default());
        let directory = Arc::new(directory);
        let settings =
            Settings { body_bytes: BODY_BYTES, rate_limit: NonZeroU32::new(2).filter(|_| is_limited), ..Settings::default() };
        let app = cardfile_webex::router(Arc::new(Door::new(Arc::clone(&directory), settings)));
        let mut harness = Harness { app, variables: Variables::new(), store: name, directory, _place: place };
        harness.settle().await;
        harness
    }

    async fn settle(&mut self) {
        let org = self.organization(1, None).await;
        let child = self.organization(2, Some(org)).await;
        let locked = self.organization(3, Some(org)).await;
        let other = self.organization(4, None).await;
        self.directory.lock_organization(locked, true).await.expect("an organization can be locked");
        for (name, id) in [("ORG", org), ("TENANT", org), ("CHILD", child), ("LOCKED", locked), ("OTHER_ORG", other)] {
            self.variables.set(name, id.to_string());
        }
        for (name, id) in [("ORG64", org), ("CHILD64", child), ("OTHER64", other)] {
            self.variables.set(name, webex_id("ORGANIZATION", &id.to_string()));
        }
        for (name, n) in [("P1", 0x51), ("P2", 0x52), ("P3", 0x53)] {
            self.variables.set(name, webex_id("PEOPLE", &Uuid::from_u128(n).to_string()));
        }
        self.variables.set("P1UUID", Uuid::from_u128(0x51).to_string());
        self.variables.set("READER_PERSON", Uuid::from_u128(0x6001).to_string());
        self.variables.set("NOBODY", "7c6e0f34-0000-4000-8000-00000000beef");
        self.variables.pattern("contact", r#"{"$has": {"contactId": "<uuid>", "source": "<str>", "isMigration": false}}"#);
        let error = r#"{"message": "<str>", "errors": {"$len": 1, "$each": {"description": "<str>"}}, "trackingId": "<str>"}"#;
        self.variables.pattern("error", error);

        let ch = || Sources::Only(vec!["CH".into()]);
        let both = Sources::Only(vec!["CH".into(), "Webex4Broadworks".into()]);
        self.token("TOKEN", org, Role::Admin, &[], ch()).await;
        self.token("READER", org, Role::Reader, &[], ch()).await;
        self.token("BROADWORKS", org, Role::Admin, &[], both).await;
        self.token("READ_ONLY", org, Role::Admin, &["identity:contacts_read"], ch()).await;
        self.token("GROUPS_READ", org, Role::Admin, &["Identity:Groups_Read"], ch()).await;
        self.token("CHILD_TOKEN", child, Role::Admin, &[], ch()).await;
        self.token("OTHER_TOKEN", other, Role::Admin, &[], ch()).await;
    }

    /// People who are protected in the account CHILD, and a token of one of them.
    async fn staff(&mut self) {
        let id = |name: &str| Uuid::parse_str(self.variables.get(name).unwrap_or_default()).map(OrganizationId);
        let (tenant, account) = (id("ORG").expect("it was set"), id("CHILD").expect("it was set"));
        staff::settle(&**self.directory.store(), &FixedClock::default(), TenantId(tenant.0), account, &STAFF).await;
        for (name, colleague) in ["APPROVER", "ADMIN", "BUYER"].into_iter().zip(STAFF) {
            self.variables.set(name, colleague.id.to_string());
        }
        let id = self.directory.next_id();
        let (scopes, sources, person) = (Scopes::default(), Sources::Any, STAFF[2].id);
        let principal =
            Principal { id, name: None, organization: account, role: Role::Admin, scopes, sources, person, expires: None };
        let token = self.directory.add_token(principal).await.expect("a token can be made");
        self.variables.set("BUYER_TOKEN", token);
    }

    async fn organization(&self, n: u128, parent: Option<OrganizationId>) -> OrganizationId {
        let id = OrganizationId(Uuid::from_u128(0x0a11_0000_0000_4000_8000_0000_0000_0000 + n));
        let tenant = parent.map(|parent| TenantId(parent.0));
        let draft = OrganizationDraft { tenant, parent, ..OrganizationDraft::new(id, format!("Organization {n}")) };
        self.directory.add_organization(draft).await.expect("an organization can be made");
        id
    }

    async fn token(&mut self, name: &str, organization: OrganizationId, role: Role, scopes: &[&str], sources: Sources) {
        let person = Uuid::from_u128(if role == Role::Reader { 0x6001 } else { 0x6000 });
        let scopes = Scopes(scopes.iter().map(|scope| (*scope).to_owned()).collect());
        let id = self.directory.next_id();
        let principal = Principal { id, name: None, organization, role, scopes, sources, person, expires: None };
        let token = self.directory.add_token(principal).await.expect("a token can be made");
        self.variables.set(name, token);
    }
}

fn webex_id(kind: &str, slug: &str) -> String {
    URL_SAFE_NO_PAD.encode(format!("ciscospark://us/{kind}/{slug}"))
}
