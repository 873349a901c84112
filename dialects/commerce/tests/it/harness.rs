//! A small world for a transcript: a merchant with three accounts and ten people, and who may call.

use std::num::NonZeroU32;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::Request;
use axum::http::request::Builder;
use cardfile_commerce::Settings;
use cardfile_directory::{Attempt, Author, Clock, Command, Directory, OrganizationDraft, Outcome, Principal, Scopes, Surface};
use cardfile_http::Door;
use cardfile_model::{Batch, Contact, Entry, Limits, Membership, Mode, OrganizationId, Reach, Role, Sources, TenantId, Write};
use cardfile_testkit::transcript::Variables;
use cardfile_testkit::{CountingIds, FixedClock};
use cardfile_teststores::{Empty, Place};
use jiff::SignedDuration;
use serde_json::{Value, json};
use tower::ServiceExt;
use uuid::Uuid;

/// Who belongs where: a name, the variable of the id, the accounts in order with the roles there.
type Person = (&'static str, &'static str, &'static [(u32, &'static [&'static str])]);

/// The ten people, by number; the accounts are numbered 2 to 4, below the root.
const PEOPLE: &[Person] = &[
    ("Ida Reed", "IDA", &[(2, &["admin", "buyer"])]),
    ("Omar Vance", "OMAR", &[(2, &["approver"])]),
    ("Lin Marsh", "LIN", &[(2, &["buyer"])]),
    ("Eve Stone", "EVE", &[(2, &["admin"])]),
    ("Tom Bell", "TOM", &[(2, &["buyer"]), (3, &["approver"])]),
    ("Zoe Pike", "ZOE", &[(3, &["admin"])]),
    ("Kai Lund", "KAI", &[(3, &["approver"])]),
    ("Max Orr", "MAX", &[(4, &["admin"]), (3, &["admin"])]),
    ("Joy Hale", "JOY", &[]),
    ("Old Grey", "OLD", &[(2, &["admin"])]),
];

/// The accounts: the name, the variable of the id, whether it does business.
const ACCOUNTS: [(&str, &str, bool); 3] =
    [("Harbor Tools", "O1", true), ("Pine Supply", "O2", true), ("Dormant Ltd", "O3", false)];

/// The dialect over a store, with a world in it.
pub struct Harness {
    /// The dialect.
    pub app: Router,
    /// What a transcript may call things.
    pub variables: Variables,
    /// The store's name.
    pub store: &'static str,
    directory: Arc<Directory>,
    tenant: TenantId,
    /// What goes with the harness.
    _place: Place,
}

/// What is set for a transcript of this name.
fn settings(transcript: &str) -> Settings {
    let standard = Settings::default();
    match transcript {
        "set-limits.http" => Settings {
            page_cap: 2,
            addresses: 2,
            custom_roles: 1,
            dynamic_properties: 2,
            profile_bytes: 300,
            token_seconds: 60,
            application_token_seconds: 120,
            ..standard
        },
        _ => standard,
    }
}

/// How much of everything there may be in a transcript of this name.
fn limits(transcript: &str) -> Limits {
    let memberships = if transcript == "organizations-whole.http" { 2 } else { Limits::default().memberships };
    Limits { memberships, ..Limits::default() }
}

impl Harness {
    /// The same world in each store.
    pub async fn over_every_store(transcript: &str) -> Vec<Harness> {
        let mut harnesses = Vec::new();
        for empty in cardfile_teststores::every().await {
            harnesses.push(Harness::new(empty, transcript).await);
        }
        harnesses
    }

    /// The same world in a store.
    pub async fn new(Empty { name, store, place }: Empty, transcript: &str) -> Harness {
        let (ids, clock) = (Arc::new(CountingIds::new(7)), Arc::new(FixedClock::default()));
        let clock: Arc<dyn Clock> = clock;
        let bounds = cardfile_directory::Settings { limits: limits(transcript), ..cardfile_directory::Settings::default() };
        let directory = Arc::new(Directory::new(store, clock, ids, bounds));
        let rate_limit = NonZeroU32::new(2).filter(|_| transcript == "rate-limit.http");
        let door = cardfile_http::Settings { rate_limit, ..cardfile_http::Settings::default() };
        let door = Arc::new(Door::new(Arc::clone(&directory), door));
        let app = cardfile_commerce::router(door, Arc::new(settings(transcript)));
        let tenant = TenantId(Uuid::from_u128(0x0c0c_0000_0000_4000_8000_0000_0000_0001));
        let mut harness = Harness { app, variables: Variables::new(), store: name, directory, tenant, _place: place };
        harness.settle().await;
        harness
    }

    async fn settle(&mut self) {
        let root = OrganizationDraft::new(OrganizationId(self.tenant.0), "Merchant");
        self.directory.add_organization(root).await.expect("a tenant can be made");
        for (number, (name, variable, is_active)) in (2..).zip(ACCOUNTS) {
            let id = OrganizationId(self.directory.next_id());
            let draft = OrganizationDraft { is_active, ..OrganizationDraft::new(id, name) };
            self.apply(Command::CreateOrganization(Box::new(draft))).await;
            self.variables.set(variable, format!("or-{}", 100_000 + number));
            self.variables.set(&format!("{variable}_UUID"), id.to_string());
        }
        let people: Vec<Contact> = PEOPLE.iter().map(card).collect();
        let made = self.people(people).await;
        for ((number, id), (_, variable, _)) in (1..).zip(made).zip(PEOPLE) {
            let profile = format!("bb-{}", 100_000 + number);
            self.variables.set(&format!("CTX_{variable}"), json!({"shopperProfileId": profile}).to_string());
            self.variables.set(variable, profile);
            self.variables.set(&format!("{variable}_UUID"), id.to_string());
        }
        self.tokens().await;
        for code in [
            "401", "10002", "10024", "13001", "22001", "22003", "22006", "22007", "22010", "22046", "23006", "23012", "23013",
            "23042", "82001", "85000", "89101", "89102", "100000", "100001", "100002", "100018", "100020", "100070", "100091",
            "1002019", "00004", "404", "405", "429",
        ] {
            let error = json!({"errorCode": code, "message": "<str>", "status": "<str>"}).to_string();
            self.variables.pattern(&format!("e{code}"), &error);
        }
        self.variables.pattern("links", r#"[{"rel": "self", "href": "<str>"}]"#);
    }

    /// One token for each who may call; the default is the administrator's.
    async fn tokens(&mut self) {
        let home = OrganizationId(self.tenant.0);
        for (surface, name, variable) in
            [(Surface::Admin, "root@merchant.test", "TOKEN"), (Surface::Agent, "sam@merchant.test", "AGENT_TOKEN")]
        {
            self.directory.add_login(home, surface, name, Some("a good password".into())).await.expect("a log-in can be made");
            let token = self.log_in(surface, name).await;
            self.variables.set(variable, token);
        }
        let admin = self.variables.get("TOKEN").unwrap_or_default().to_owned();
        self.variables.set("ADMIN_TOKEN", admin);
        for (name, variable) in [("ida", "IDA"), ("lin", "LIN"), ("joy", "JOY")] {
            let person = self.variables.get(&format!("{variable}_UUID")).and_then(|id| id.parse().ok()).expect("it was made");
            let login = format!("{name}@h.test");
            self.directory.add_shopper(self.tenant, person, &login, "a good password").await.expect("a shopper can be made");
            let token = self.log_in(Surface::Store, &login).await;
            self.variables.set(&format!("{variable}_TOKEN"), token);
        }
        let principal = |scopes, role| Principal {
            id: self.directory.next_id(),
            name: None,
            organization: home,
            role,
            scopes: Scopes(scopes),
            sources: Sources::Any,
            person: self.directory.next_id(),
            expires: None,
        };
        let key = self.directory.add_token(principal(vec!["commerce:application".into()], Role::Admin)).await;
        let other = self.directory.add_token(principal(vec!["identity:contacts_rw".into()], Role::Admin)).await;
        self.variables.set("KEY", key.expect("a key can be made"));
        let reader = self.directory.add_token(principal(Vec::new(), Role::Reader)).await;
        self.variables.set("READER_KEY", reader.expect("a token can be made"));
        self.variables.set("WEBEX_TOKEN", other.expect("a token can be made"));
    }

    async fn log_in(&self, surface: Surface, name: &str) -> String {
        let attempt = Attempt { surface, name, password: "a good password", address: None, tenant: None };
        self.directory.log_in(attempt, SignedDuration::from_hours(24)).await.expect("they are known").0
    }

    /// Does a command as nobody in particular.
    pub async fn apply(&self, command: Command) -> Vec<cardfile_directory::Result<Outcome>> {
        let author = Author::unbound(self.directory.clock().now(), None, "test", Arc::default());
        let applied = self.directory.store().apply(self.tenant, author, command).await;
        applied.expect("a command can be done").outcomes
    }

    /// Makes people; answers their ids.
    pub async fn people(&self, people: Vec<Contact>) -> Vec<Uuid> {
        let ids: Vec<Uuid> = people.iter().map(|_| self.directory.next_id()).collect();
        let create = |(id, contact)| Write::Create { id, contact: Box::new(contact) };
        self.write(ids.iter().copied().zip(people).map(create).collect()).await;
        ids
    }

    /// Writes to people wherever they belong, bound by nothing.
    pub async fn write(&self, writes: Vec<Write>) {
        let organization = OrganizationId(self.tenant.0);
        let batch = Batch {
            organization,
            reach: Reach::Below(organization),
            sources: Sources::Any,
            mode: Mode::AllOrNothing,
            admits_unknown_groups: false,
            has_unique_emails: false,
            most_blanked: None,
            writes,
        };
        self.apply(Command::Write(batch)).await;
    }

    /// Asks the dialect as an agent for a shopper; answers the status and the body.
    pub async fn ask(&self, method: &str, path: &str, shopper: &str, body: &Value) -> (u16, Value) {
        let context = json!({"shopperProfileId": shopper}).to_string();
        let request = Request::builder().method(method).uri(path).header("x-ccagentcontext", context);
        self.send(request, "AGENT_TOKEN", body).await
    }

    /// Asks the dialect as the merchant's administrator; answers the status and the body.
    pub async fn administer(&self, method: &str, path: &str, body: &Value) -> (u16, Value) {
        self.send(Request::builder().method(method).uri(path), "ADMIN_TOKEN", body).await
    }

    /// Asks the dialect as who may call by the token of this variable; answers the status and the body.
    pub async fn call(&self, method: &str, path: &str, token: &str, body: &Value) -> (u16, Value) {
        self.send(Request::builder().method(method).uri(path), token, body).await
    }

    async fn send(&self, request: Builder, token: &str, body: &Value) -> (u16, Value) {
        let request = request
            .header("authorization", format!("Bearer {}", self.known(token)))
            .body(if body.is_null() { Body::empty() } else { Body::from(body.to_string()) })
            .expect("the request is well-formed");
        let response = self.app.clone().oneshot(request).await.expect("a router answers everything");
        let status = response.status().as_u16();
        let bytes = to_bytes(response.into_body(), usize::MAX).await.expect("the answer is in memory");
        (status, serde_json::from_slice(&bytes).unwrap_or_default())
    }

    /// Keeps, as this variable, the token of somebody who administers an organization as a merchant.
    pub async fn administers(&mut self, organization: &str, variable: &str) {
        let id = OrganizationId(self.known(organization).parse().expect("it is an id"));
        let (name, password) = (format!("{variable}@merchant.test"), Some("a good password".into()));
        self.directory.add_login(id, Surface::Admin, &name, password).await.expect("a log-in can be made");
        let token = self.log_in(Surface::Admin, &name).await;
        self.variables.set(variable, token);
    }

    /// Whether a shopper comes in with a name and a password.
    pub async fn comes_in(&self, name: &str, password: &str) -> bool {
        let attempt = Attempt { surface: Surface::Store, name, password, address: None, tenant: None };
        self.directory.log_in(attempt, SignedDuration::from_hours(1)).await.is_ok()
    }

    /// The name that the person of this variable signs in with.
    pub async fn shopper_log_in(&self, person: &str) -> Option<String> {
        let person = self.known(person).parse().expect("it is an id");
        let login = self.directory.store().login_of(self.tenant, person).await.expect("an answer");
        login.map(|login| login.name)
    }

    /// What a variable stands for.
    pub fn known(&self, name: &str) -> String {
        self.variables.get(name).unwrap_or_default().to_owned()
    }
}

fn card((name, variable, memberships): &Person) -> Contact {
    let (given, family) = name.split_once(' ').unwrap_or((name, ""));
    Contact {
        source: "CH".into(),
        display_name: Some((*name).into()),
        given_name: Some(given.into()),
        family_name: Some(family.into()),
        emails: vec![Entry { value: format!("{}@h.test", variable.to_lowercase()), kind: None, is_primary: Some(true) }],
        memberships: memberships.iter().map(|(organization, roles)| membership(*organization, roles)).collect(),
        is_inactive: *variable == "OLD",
        ..Contact::default()
    }
}

/// A membership with these roles.
pub fn membership(organization: u32, roles: &[&str]) -> Membership {
    Membership { organization, roles: roles.iter().map(|role| (*role).to_owned()).collect() }
}
