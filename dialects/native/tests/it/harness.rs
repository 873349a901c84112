//! A small world for a transcript: organizations, tokens, and what a transcript may call them.

use std::sync::Arc;

use axum::Router;
use cardfile_directory::{Directory, OrganizationDraft, Principal, Scopes};
use cardfile_http::{Door, Settings};
use cardfile_jobs::Worker;
use cardfile_model::{OrganizationId, Role, Sources, TenantId};
use cardfile_testkit::transcript::Variables;
use cardfile_testkit::{CountingIds, FixedClock};
use cardfile_teststores::{Empty, Place};
use uuid::Uuid;

/// A body limit that a transcript can reach.
const BODY_BYTES: usize = 64 * 1024;

/// The dialect over a store, with a world in it.
pub struct Harness {
    /// The dialect.
    pub app: Router,
    /// What a transcript may call things.
    pub variables: Variables,
    /// The store's name.
    pub store: &'static str,
    /// The time.
    pub clock: Arc<FixedClock>,
    /// Who does the jobs, when they are told to.
    pub worker: Arc<Worker>,
    pub directory: Arc<Directory>,
    /// What goes with the harness.
    _place: Place,
}

/// A path at which a transcript has what waits done.
fn work(worker: Arc<Worker>) -> Router {
    let finish = async move || {
        worker.finish_due().await.expect("jobs can be read");
        axum::http::StatusCode::NO_CONTENT
    };
    Router::new().route("/work", axum::routing::post(finish))
}

impl Harness {
    /// The same world in each store.
    pub async fn over_every_store() -> Vec<Harness> {
        let mut harnesses = Vec::new();
        for empty in cardfile_teststores::every().await {
            harnesses.push(Harness::new(empty).await);
        }
        harnesses
    }

    /// Tells the directory that the server stops.
    pub fn close(&self) {
        self.directory.close();
    }

    async fn new(Empty { name, store, place }: Empty) -> Harness {
        let (ids, clock) = (Arc::new(CountingIds::new(7)), Arc::new(FixedClock::default()));
        let settings = cardfile_directory::Settings::default();
        let directory = Arc::new(Directory::new(store, Arc::<FixedClock>::clone(&clock), ids, settings));
        let door = Door::new(Arc::clone(&directory), Settings { body_bytes: BODY_BYTES, ..Settings::default() });
        // Limits that few people reach.
        let settings = cardfile_native::Settings {
            guard_people: 2,
            selected_items: 3,
            plan_differences: 2,
            import_mib: 1,
            ..Default::default()
        };
        let jobs = cardfile_jobs::Settings { guard_people: 2, webhook_tries: 3, webhook_private: true, ..Default::default() };
        let worker = Worker::new(Arc::clone(&directory), jobs);
        let app = cardfile_native::router(Arc::new(door), Arc::new(settings)).merge(work(Arc::clone(&worker)));
        let mut harness = Harness { app, worker, variables: Variables::new(), store: name, clock, directory, _place: place };
        harness.settle().await;
        harness
    }

    async fn settle(&mut self) {
        let org = self.organization(1, None).await;
        let child = self.organization(2, Some(org)).await;
        let other = self.organization(4, None).await;
        for (name, id) in [("ORG", org), ("CHILD", child), ("OTHER_ORG", other)] {
            self.variables.set(name, id.to_string());
        }
        self.variables.set("NOBODY", "7c6e0f34-0000-4000-8000-00000000beef");
        let problem =
            r#"{"$has": {"type": "<str>", "title": "<str>", "status": "<int>", "detail": "<str>", "instance": "<str>"}}"#;
        self.variables.pattern("problem", problem);
        self.token_for("CH_TOKEN", org, (Role::Admin, &[]), Sources::Only(vec!["CH".into()])).await;
        self.token("TOKEN", org, Role::Admin, &[]).await;
        self.token("READER", org, Role::Reader, &[]).await;
        self.token("READ_ONLY", org, Role::Admin, &["directory:read"]).await;
        self.token("WRITE_ONLY", org, Role::Admin, &["directory:write"]).await;
        self.token("CHILD_TOKEN", child, Role::Admin, &[]).await;
        self.token("OTHER_TOKEN", other, Role::Admin, &[]).await;
    }

    async fn organization(&self, n: u128, parent: Option<OrganizationId>) -> OrganizationId {
        let id = OrganizationId(Uuid::from_u128(0x0a11_0000_0000_4000_8000_0000_0000_0000 + n));
        let tenant = parent.map(|parent| TenantId(parent.0));
        let country = parent.is_none().then(|| "GB".to_owned());
        let draft = OrganizationDraft { tenant, parent, country, ..OrganizationDraft::new(id, format!("Organization {n}")) };
        self.directory.add_organization(draft).await.expect("an organization can be made");
        id
    }

    async fn token(&mut self, name: &str, organization: OrganizationId, role: Role, scopes: &[&str]) {
        self.token_for(name, organization, (role, scopes), Sources::Any).await;
    }

    async fn token_for(&mut self, name: &str, organization: OrganizationId, (role, scopes): (Role, &[&str]), sources: Sources) {
        let scopes = Scopes(scopes.iter().map(|scope| (*scope).to_owned()).collect());
        let (id, person) = (self.directory.next_id(), Uuid::from_u128(0x6000));
        let principal = Principal { id, name: None, organization, role, scopes, sources, person, expires: None };
        let token = self.directory.add_token(principal).await.expect("a token can be made");
        self.variables.set(name, token);
    }
}
