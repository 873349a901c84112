//! A small world for a transcript: an account with five contacts and a group, one below it, one of another tenant.

use std::num::NonZeroU32;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::Request;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use cardfile_address_book::{BusinessErrors, Settings, SuccessError, UnknownMembers};
use cardfile_directory::{Author, Clock, Command, Directory, Lifetimes, OrganizationDraft, Principal, Scopes};
use cardfile_http::Door;
use cardfile_model::{GroupDraft, Limits, Numbers, OrganizationId, People, Role, Selection, Sources, TenantId, Unknown};
use cardfile_testkit::staff::{self, Colleague};
use cardfile_testkit::transcript::Variables;
use cardfile_testkit::{CountingIds, FixedClock};
use cardfile_teststores::{Empty, Place};
use jiff::SignedDuration;
use tower::ServiceExt;
use uuid::Uuid;

/// The group that every transcript finds.
const GROUP: Uuid = Uuid::from_u128(0x0b0e_6b1a_3d0c_4a65_8a1f_6f1f_3f4f_9a01);

/// Whom `protected.http` finds in an account, as 6, 7 and 8: one who decides, one who administers, one who does neither.
const STAFF: [Colleague; 3] = [
    Colleague { id: Uuid::from_u128(0x7001), name: "Omar", roles: &["approver"] },
    Colleague { id: Uuid::from_u128(0x7002), name: "Ida", roles: &["admin"] },
    Colleague { id: Uuid::from_u128(0x7003), name: "Lin", roles: &["buyer"] },
];

/// The dialect over a store, with a world in it.
pub struct Harness {
    /// The dialect.
    pub app: Router,
    /// What a transcript may call things.
    pub variables: Variables,
    /// The store's name.
    pub store: &'static str,
    directory: Arc<Directory>,
    clock: Arc<FixedClock>,
    /// What goes with the harness.
    _place: Place,
}

/// What is set for a transcript of this name: each of the switches has one of its own.
fn settings(transcript: &str) -> Settings {
    let standard = Settings::default();
    match transcript {
        "set-ok200.http" => Settings { business_errors: BusinessErrors::Ok200, ..standard },
        "set-empty-error.http" => Settings { success_error: SuccessError::Empty, ..standard },
        "set-paging-base.http" => Settings { paging_base: 1, ..standard },
        "set-reject.http" => Settings { unknown_members: UnknownMembers::Reject, ..standard },
        "set-names.http" => Settings { list_member: "Items".into(), total_member: "Count".into(), ..standard },
        "set-codes.http" => {
            let codes = [("GroupNotFound", "2204"), ("InvalidRequest", "1001")];
            Settings { error_codes: codes.map(|(ours, theirs)| (ours.into(), theirs.into())).into(), ..standard }
        }
        "set-basic.http" => Settings { basic_auth: true, ..standard },
        "set-limits.http" => Settings {
            body_bytes: 600,
            form_keys: 3,
            page_default: 2,
            page_cap: 3,
            name_chars: 5,
            batch_items: 2,
            list_numbers: 3,
            token_seconds: 60,
            ..standard
        },
        _ => standard,
    }
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

    async fn new(Empty { name, store, place }: Empty, transcript: &str) -> Harness {
        let (ids, clock) = (Arc::new(CountingIds::new(7)), Arc::new(FixedClock::default()));
        let shared: Arc<dyn Clock> = Arc::<FixedClock>::clone(&clock);
        let directory = Directory::new(store, shared, ids, cardfile_directory::Settings::default());
        let directory = Arc::new(directory);
        let rate_limit = NonZeroU32::new(2).filter(|_| transcript == "rate-limit.http");
        let door = cardfile_http::Settings { rate_limit, ..cardfile_http::Settings::default() };
        let door = Arc::new(Door::new(Arc::clone(&directory), door));
        let app = cardfile_address_book::router(door, Arc::new(settings(transcript)));
        let variables = Variables::new();
        let mut harness = Harness { app, variables, store: name, directory, clock, _place: place };
        harness.settle(transcript != "rate-limit.http", transcript == "protected.http").await;
        harness
    }

    async fn settle(&mut self, is_populated: bool, is_staffed: bool) {
        let org = self.organization(1, None, Some("GB")).await;
        let child = self.organization(2, Some(org), None).await;
        let other = self.organization(4, None, None).await;
        for (name, id) in [("ORG", org), ("CHILD", child), ("OTHER_ORG", other)] {
            self.variables.set(name, id.to_string());
        }
        self.variables.set("G", GROUP.to_string());
        self.client("", org, "ops@harbour.example").await;
        self.client("CHILD_", child, "annex@harbour.example").await;
        self.client("OTHER_", other, "ops@elsewhere.example").await;
        for number in 1..=9 {
            self.variables.pattern(&format!("p{number}"), format!(r#"{{"$has": {{"PersonNumber": {number}}}}}"#));
        }
        let user = r#"{"UserId": "ops@harbour.example"}"#;
        let done =
            format!(r#"{{"Error": null, "ResponseData": {{"Identification": {user}, "Result": "Success", "Detail": {{}}}}}}"#);
        self.variables.pattern("done", &done);
        for code in
            ["InvalidRequest", "NotPermitted", "NotFound", "GroupNotFound", "ContactNotFound", "GroupNameExists", "TooManyItems"]
        {
            let error = format!(
                r#"{{"Message": "<str>", "Error": {{"ErrorCode": "{code}", "ErrorReason": "<str>"}}, "ResponseData": null}}"#
            );
            self.variables.pattern(code, &error);
        }
        if is_populated {
            self.populate(org).await;
        }
        if is_staffed {
            self.staff(TenantId(org.0), child).await;
        }
    }

    /// Ada, Ben, Cat, Dan and Eve, of whom the first three are in the group.
    async fn populate(&self, org: OrganizationId) {
        let names = [("Ada", "Quist"), ("Ben", "Ross"), ("Cat", "Sand"), ("Dan", "Tarn"), ("Eve", "Umber")];
        let contact = |(at, (first, last)): (usize, &(&str, &str))| {
            let (number, email) = (format!("+4477009000{:02}", at + 11), format!("{}@harbour.example", first.to_lowercase()));
            serde_json::json!({"FirstName": first, "LastName": last, "MobilePhone": number, "EmailAddress": email, "Validated": true})
        };
        let contacts: Vec<_> = names.iter().enumerate().map(contact).collect();
        // One request each, for the limits of some transcripts.
        for contact in contacts {
            let body = serde_json::json!({"contacts": [contact]}).to_string();
            let answer = self.ask("POST", "/api/v4/addressbook/contacts", "", &body).await;
            assert!(self.variables.get("TOKEN").is_some() && answer.0 == 200, "{}: {}", answer.0, answer.1);
        }
        let draft = GroupDraft {
            id: GROUP,
            organization: org,
            parent: None,
            name: "Crew".into(),
            description: None,
            members: Selection::Only(People::Numbers(Numbers::from([1, 2, 3]))),
            unknown: Unknown::Refuse,
        };
        let caller = self.directory.identify(self.variables.get("TOKEN").unwrap_or_default()).await.expect("it was issued");
        let (principal, limits) = (Some(caller.principal.id), Arc::new(Limits::default()));
        let author = Author::unbound(self.clock.now(), principal, "address-book", limits);
        let command = Command::CreateGroup(draft);
        self.directory.store().apply(TenantId(org.0), author, command).await.expect("a group can be made");
    }

    /// People who are protected in an account, and a token of one of them.
    async fn staff(&mut self, tenant: TenantId, account: OrganizationId) {
        staff::settle(&**self.directory.store(), &*self.clock, tenant, account, &STAFF).await;
        let id = self.directory.next_id();
        let (scopes, sources, person) = (Scopes::default(), Sources::Any, STAFF[2].id);
        let principal =
            Principal { id, name: None, organization: account, role: Role::Admin, scopes, sources, person, expires: None };
        let token = self.directory.add_token(principal).await.expect("a token can be made");
        self.variables.set("LIN_TOKEN", token);
    }

    async fn organization(&self, n: u128, parent: Option<OrganizationId>, country: Option<&str>) -> OrganizationId {
        let id = OrganizationId(Uuid::from_u128(0x0a11_0000_0000_4000_8000_0000_0000_0000 + n));
        let tenant = parent.map(|parent| TenantId(parent.0));
        let country = country.map(str::to_owned);
        let draft = OrganizationDraft { tenant, parent, country, ..OrganizationDraft::new(id, format!("Organization {n}")) };
        self.directory.add_organization(draft).await.expect("an organization can be made");
        id
    }

    /// A client and a token of its own.
    async fn client(&mut self, prefix: &str, organization: OrganizationId, name: &str) {
        let (id, secret) = self.directory.add_client(organization, Some(name.into())).await.expect("a client can be made");
        let day = SignedDuration::from_hours(24);
        let issued = self.directory.sign_in(&id, &secret, Lifetimes { access: day, refresh: day }).await.expect("it is known");
        self.variables.set(&format!("{prefix}BASIC"), STANDARD.encode(format!("{id}:{secret}")));
        self.variables.set(&format!("{prefix}TOKEN"), issued.access);
        self.variables.set(&format!("{prefix}SECRET"), secret);
    }

    /// Asks the dialect; a prefix names whose token is used. Answers the status and the body.
    pub async fn ask(&self, method: &str, path: &str, prefix: &str, body: &str) -> (u16, String) {
        let token = self.variables.get(&format!("{prefix}TOKEN")).unwrap_or_default();
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("authorization", format!("Bearer {token}"))
            .header("content-type", "application/json")
            .body(Body::from(body.to_owned()))
            .expect("the request is well-formed");
        let response = self.app.clone().oneshot(request).await.expect("a router answers everything");
        let status = response.status().as_u16();
        let bytes = to_bytes(response.into_body(), usize::MAX).await.expect("the answer is in memory");
        (status, String::from_utf8_lossy(&bytes).into_owned())
    }
}
