//! A directory with something of everything in it.

use std::path::Path;
use std::sync::Arc;

use cardfile_directory::{
    Applied, Author, Client, Clock, Command, Issue, Job, JobEdit, JobState, KeptPlan, Login, Once, OrganizationDraft, Origin,
    Piece, Principal, Scopes, Store, Surface, Token, TokenDraft,
};
use cardfile_model::{Audience, Batch, Limits, Mode, OrganizationId, Reach, Role, Sources, TenantId, Write};
use cardfile_testkit::random::Life;
use cardfile_testkit::{FixedClock, person};
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

/// People of each further tenant.
const PEOPLE: u32 = 40;

/// A tenant that lived at random, and further ones that hold what is asked for after each move.
pub struct Populated {
    life: Life,
    pub others: Vec<TenantId>,
    tokens: Vec<Token>,
    pub time: Timestamp,
}

impl Populated {
    /// Populates a new embedded store, and closes it.
    pub async fn new(directory: &Path, seed: u64, steps: usize) -> Self {
        let store =
            cardfile_store_sqlite::open(directory, cardfile_store_sqlite::Options::default()).expect("a store can be opened");
        let mut life = Life::begin(Arc::<cardfile_store_sqlite::SqliteStore>::clone(&store), seed).await;
        life.go_on(steps).await;
        let (others, time) = ([1, 2, 3].map(|id| TenantId(Uuid::from_u128(id))).to_vec(), FixedClock::default().now());
        let mut tokens = Vec::new();
        for tenant in &others {
            tokens.extend(furnish(&*store, *tenant, time).await);
        }
        store.close();
        Populated { life, others, tokens, time }
    }

    /// Asks a store to which it was moved about everything, and goes on there.
    pub async fn lives_on(&mut self, store: Arc<dyn Store>) {
        for tenant in &self.others {
            let ids: Vec<Uuid> = (1..=PEOPLE).map(|number| id(*tenant, number)).collect();
            let organization = OrganizationId(tenant.0);
            let found = store.get(*tenant, organization, Audience::Everything, &ids).await.expect("contacts can be read");
            for (found, number) in found.into_iter().zip(1..) {
                let record = found.expect("everybody is there");
                assert_eq!((record.number, record.contact), (number, person(number)));
            }
            let kept = plan(*tenant, self.time);
            assert_eq!(store.kept_plan(*tenant, kept.id).await.expect("an answer"), Some(kept));
            let kept = Job { version: 1, ..job(*tenant, self.time) };
            assert_eq!(store.job_piece(*tenant, kept.id, "input", 0).await.expect("an answer"), Some(vec![1, 2, 3]));
            assert_eq!(store.job(*tenant, kept.id).await.expect("an answer"), Some(kept));
            assert!(store.tenants_with_jobs().await.expect("an answer").contains(tenant));
            let author = Author::unbound(self.time, None, "test", Arc::new(Limits::default()));
            let again = store.apply(*tenant, once(&author), Command::Together(Vec::new())).await.expect("an answer");
            assert_eq!(again.receipt.as_deref(), Some(&b"done"[..]));
            assert_eq!(store.tenant_of(organization).await.expect("an answer"), Some(*tenant));
            assert_eq!(store.clients(*tenant).await.expect("an answer").len(), 1);
            let login = store.login(*tenant, Surface::Admin, "mia").await.expect("an answer").expect("the log-in is there");
            assert!(store.logins_named(Surface::Admin, "mia").await.expect("an answer").contains(&(*tenant, login)));
        }
        for token in &self.tokens {
            assert!(store.caller(*token).await.expect("an answer").is_some(), "a token is not known");
        }
        self.life.move_to(store).await;
        self.life.go_on(50).await;
    }
}

fn id(tenant: TenantId, number: u32) -> Uuid {
    Uuid::from_u128(tenant.0.as_u128() << 64 | u128::from(number))
}

/// The author, who wants this done once.
fn once(author: &Author) -> Author {
    let answer = Arc::new(|_: &Applied| b"done".to_vec());
    let once = Once { principal: Uuid::from_u128(7), key: "key".to_owned(), fingerprint: [7; 32], answer };
    Author { once: Some(once), ..author.clone() }
}

/// The plan that a tenant keeps.
fn plan(tenant: TenantId, time: Timestamp) -> KeptPlan {
    let (id, expires) = (id(tenant, 2_001), time + SignedDuration::from_hours(1));
    KeptPlan {
        id,
        organization: OrganizationId(tenant.0),
        created: time,
        expires,
        document: serde_json::json!({"verb": "delete"}),
    }
}

/// The job that a tenant has.
fn job(tenant: TenantId, time: Timestamp) -> Job {
    Job {
        id: id(tenant, 2_002),
        organization: OrganizationId(tenant.0),
        kind: "import".to_owned(),
        state: JobState::Waiting,
        created: time,
        updated: time,
        due: time,
        version: 0,
        document: serde_json::json!({"format": "csv"}),
    }
}

/// Makes a tenant with people, a token, a client with tokens, a log-in; answers the tokens.
async fn furnish(store: &dyn Store, tenant: TenantId, time: Timestamp) -> Vec<Token> {
    let organization = OrganizationId(tenant.0);
    store.add_organization(OrganizationDraft::new(organization, "Årsta"), time).await.expect("a tenant can be made");
    let write = |number| Write::Create { id: id(tenant, number), contact: Box::new(person(number)) };
    let batch = Batch {
        organization,
        reach: Reach::Own,
        sources: Sources::Any,
        mode: Mode::AllOrNothing,
        admits_unknown_groups: true,
        has_unique_emails: false,
        most_blanked: None,
        writes: (1..=PEOPLE).map(write).collect(),
    };
    let author = Author::unbound(time, None, "test", Arc::new(Limits::default()));
    store.apply(tenant, once(&author), Command::Write(batch)).await.expect("people can be made");
    store.apply(tenant, author.clone(), Command::KeepPlan(Box::new(plan(tenant, time)))).await.expect("a plan can be kept");
    let pieces = vec![Piece { file: "input".to_owned(), part: 0, bytes: vec![1, 2, 3] }];
    let edit = JobEdit::Put { job: Box::new(job(tenant, time)), pieces, dropped: Vec::new() };
    store.apply(tenant, author.clone(), Command::Job(edit)).await.expect("a job can be kept");
    let principal = |name: Option<&str>, number| Principal {
        id: id(tenant, number),
        name: name.map(str::to_owned),
        organization,
        role: Role::Admin,
        scopes: Scopes(vec!["identity:contacts_read".into()]),
        sources: Sources::Only(vec!["CH".into()]),
        person: id(tenant, number),
        expires: None,
    };
    let draft = |principal| {
        let (_, token) = Token::make(tenant).expect("this machine gives randomness");
        TokenDraft { token, principal, created: time, origin: Origin::Key }
    };
    let key = draft(principal(None, 1_001));
    store.add_token(key.clone()).await.expect("a token can be kept");
    let (_, secret) = Token::make(tenant).expect("this machine gives randomness");
    let client = Client { id: "desk".into(), secret, principal: principal(Some("desk"), 1_002), created: time };
    store.add_client(client.clone()).await.expect("a client can be kept");
    let (_, refresh) = Token::make(tenant).expect("this machine gives randomness");
    let access = draft(client.principal.clone());
    let issue = Issue {
        client: client.id.clone(),
        spent: None,
        access: access.clone(),
        refresh: (refresh, time + SignedDuration::from_hours(1)),
    };
    store.issue(issue).await.expect("tokens can be issued");
    let login = Login {
        surface: Surface::Admin,
        name: "mia".into(),
        hash: "$argon2id$".into(),
        principal: principal(Some("mia"), 1_003),
        created: time,
    };
    store.add_login(tenant, login).await.expect("a log-in can be kept");
    vec![key.token, access.token]
}
