//! Several servers on one database: what one does holds for the other, at once or within the second that answers are remembered.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::{Duration, Instant};

use cardfile_directory::{Caller, Clock, Directory, Error, OrganizationDraft, Principal, Result, Scopes, Settings, Store};
use cardfile_http::Door;
use cardfile_model::{Filter, Mode, Order, OrganizationId, People, Role, Selection, Sources, TenantId};
use cardfile_testdb::{Cluster, Database};
use cardfile_testkit::{CountingIds, FixedClock, person};
use jiff::SignedDuration;
use uuid::Uuid;

use crate::place;

const SECOND: SignedDuration = SignedDuration::from_secs(1);
/// Requests a second.
const LIMIT: u32 = 50;

/// Two servers with the same time, and an organization.
struct Servers {
    doors: [Door; 2],
    clock: Arc<FixedClock>,
    organization: OrganizationId,
    tenant: TenantId,
    database: Database,
}

impl Servers {
    async fn new() -> Self {
        Servers::on(place::database()).await
    }

    async fn on(database: Database) -> Self {
        let clock = Arc::new(FixedClock::default());
        let doors = [server(database.url(), &clock, 1).await, server(database.url(), &clock, 2).await];
        let organization = OrganizationId(doors[0].directory().next_id());
        let draft = OrganizationDraft::new(organization, "Quayside");
        let (tenant, _) = doors[0].directory().add_organization(draft).await.expect("a tenant can be made");
        Servers { doors, clock, organization, tenant, database }
    }

    fn directories(&self) -> [&Directory; 2] {
        self.doors.each_ref().map(|door| &**door.directory())
    }

    /// A new administrator, and their token.
    async fn caller(&self) -> (String, Arc<Caller>) {
        let directory = self.directories()[0];
        let principal = Principal {
            id: directory.next_id(),
            name: None,
            organization: self.organization,
            role: Role::Admin,
            scopes: Scopes(Vec::new()),
            sources: Sources::Any,
            person: directory.next_id(),
            expires: None,
        };
        let token = directory.add_token(principal).await.expect("a token can be made");
        let caller = directory.identify(&token).await.expect("the token is known");
        (token, caller)
    }

    /// Has requests of a new caller made at some doors, in turn, until each refuses; answers how many were let in. Where that takes
    /// so long that a door may not have waited for the database, it is done anew.
    async fn admitted(&self, doors: &[Door]) -> u32 {
        for _ in 0..20 {
            let (_, caller) = self.caller().await;
            let (began, mut admitted, mut refused) = (Instant::now(), 0, 0);
            let mut doors_in_turn = doors.iter().cycle();
            while refused < doors.len() {
                match doors_in_turn.next().expect("there are doors").admit(&caller).await {
                    Ok(_) => (admitted, refused) = (admitted + 1, 0),
                    Err(Error::Throttled { .. }) => refused += 1,
                    Err(error) => panic!("{error}"),
                }
            }
            if began.elapsed() < Duration::from_millis(200) {
                return admitted;
            }
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
        panic!("this machine is too busy");
    }
}

async fn server(url: &str, clock: &Arc<FixedClock>, seed: u32) -> Door {
    let (store, clock): (Arc<dyn Store>, Arc<dyn Clock>) = (place::open(url).await, Arc::<FixedClock>::clone(clock));
    let directory = Directory::new(store, clock, Arc::new(CountingIds::new(seed)), Settings::default());
    let settings = cardfile_http::Settings { rate_limit: NonZeroU32::new(LIMIT), ..cardfile_http::Settings::default() };
    Door::new(Arc::new(directory), settings)
}

fn is_refused<T>(answer: &Result<T>) -> bool {
    matches!(answer, Err(Error::Unauthenticated))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_revoked_at_one_is_refused_at_the_other_within_a_second() {
    let servers = Servers::new().await;
    let [a, b] = servers.directories();
    let (token, _) = servers.caller().await;
    b.identify(&token).await.expect("what one makes is known to the other at once");
    a.revoke_token(&token).await.expect("a token can be revoked");
    assert!(is_refused(&a.identify(&token).await));
    servers.clock.advance(SECOND);
    assert!(is_refused(&b.identify(&token).await));
}

#[tokio::test(flavor = "multi_thread")]
async fn contacts_written_at_one_are_seen_at_the_other_at_once() {
    let servers = Servers::new().await;
    let (_, caller) = servers.caller().await;
    let [a, b] = servers.directories();
    let (a, b) = (a.desk(&caller, servers.organization, "test").await, b.desk(&caller, servers.organization, "test").await);
    let (a, b) = (a.expect("this is a place"), b.expect("this is a place"));
    let (editor, reader) = (a.editor().expect("they administer"), b.reader().expect("they may read"));
    for n in 1..=20 {
        let made = editor.create(person(n)).await.expect("a contact can be made");
        assert_eq!(reader.get(made.id).await.expect("it was made").contact, made.contact);
        let page = reader.find(Filter::All, Order::Number, 0, 100).await.expect("contacts can be found");
        assert_eq!(page.total, u64::from(n));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_organization_made_at_one_is_seen_at_the_other_within_a_second() {
    let servers = Servers::new().await;
    let (_, caller) = servers.caller().await;
    let [a, b] = servers.directories();
    b.desk(&caller, servers.organization, "test").await.expect("this is a place");
    let id = OrganizationId(a.next_id());
    let draft = OrganizationDraft { tenant: Some(servers.tenant), ..OrganizationDraft::new(id, "Pier") };
    a.add_organization(draft).await.expect("an organization can be made");
    a.desk(&caller, id, "test").await.expect("who made it knows it at once");
    servers.clock.advance(SECOND);
    b.desk(&caller, id, "test").await.expect("the other one knows it too");
}

#[tokio::test(flavor = "multi_thread")]
async fn both_together_let_in_as_many_as_one_alone() {
    let servers = Servers::new().await;
    assert_eq!(servers.admitted(&servers.doors).await, LIMIT);
    assert_eq!(servers.admitted(&servers.doors[..1]).await, LIMIT);
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_second_there_are_as_many_permits_again() {
    let servers = Servers::new().await;
    let permits = servers.directories().map(|directory| directory.store().permits().expect("servers share permits here"));
    let take = async |server: usize, wanted| {
        let taken = permits[server].take(servers.tenant, Uuid::nil(), wanted, 10).await.expect("permits can be taken");
        assert!(taken.lasts <= Duration::from_secs(1));
        (taken.permits, taken.left)
    };
    loop {
        let began = Instant::now();
        let taken = [take(0, 4).await, take(1, 4).await, take(0, 4).await, take(1, 4).await];
        if began.elapsed() < Duration::from_millis(900) {
            assert_eq!(taken, [(4, 6), (4, 2), (2, 0), (0, 0)]);
            break;
        }
    }
    tokio::time::sleep(Duration::from_millis(1_100)).await;
    assert_eq!(take(1, 4).await, (4, 6));
}

#[tokio::test(flavor = "multi_thread")]
async fn while_the_database_is_away_each_counts_by_itself() {
    let cluster = Cluster::private(&[]);
    let servers = Servers::on(place::database_of(&cluster)).await;
    let (_, caller) = servers.caller().await;
    let door = &servers.doors[0];
    cluster.stop_immediately();
    let began = Instant::now();
    let allowance = door.admit(&caller).await.expect("one request is not many").expect("there is a limit");
    assert_eq!(allowance.remaining, LIMIT - 1);
    assert!(began.elapsed() < Duration::from_secs(1), "{:?}", began.elapsed());
    cluster.start();
    tokio::time::sleep(Duration::from_millis(1_100)).await;
    let permits = servers.directories()[1].store().permits().expect("servers share permits here");
    for _ in 0..50 {
        door.admit(&caller).await.expect("so many are let in");
        let taken = permits.take(servers.tenant, caller.principal.id, 0, LIMIT).await;
        if taken.is_ok_and(|taken| taken.left < LIMIT) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("the servers do not count together again");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_purges_at_once_purge_each_person_once() {
    const PEOPLE: usize = 1_500;
    let servers = Servers::new().await;
    let (_, caller) = servers.caller().await;
    let [a, b] = servers.directories();
    let desk = a.desk(&caller, servers.organization, "test").await.expect("this is a place");
    let editor = desk.editor().expect("they administer");
    for batch in 0..3_u32 {
        let creation = |n: u32| editor.creation(person(batch * 500 + n));
        editor.write(Mode::Each, (1..=500).map(creation).collect()).await.expect("contacts can be made");
        editor.trash(Selection::AllExcept(People::Ids(Vec::new()))).await.expect("contacts can go");
    }
    servers.clock.advance(a.settings().retention + SECOND);
    let (at_a, at_b) = tokio::join!(purged(a), purged(b));
    // One of them may have found the other at it, and left it to that one.
    assert_eq!(at_a + at_b + purged(a).await + purged(b).await, PEOPLE as u64);
    assert_eq!(a.store().check().await.expect("a store can be checked"), []);
}

async fn purged(directory: &Directory) -> u64 {
    let mut people = 0;
    loop {
        match directory.purge().await.expect("a store can purge").people {
            0 => return people,
            some => people += some,
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_purge_forgets_who_has_not_asked_for_an_hour() {
    let servers = Servers::new().await;
    let permits = servers.directories()[0].store().permits().expect("servers share permits here");
    for principal in [1, 2] {
        permits.take(servers.tenant, Uuid::from_u128(principal), 1, 1).await.expect("permits can be taken");
    }
    let (client, connection) = tokio_postgres::connect(servers.database.url(), tokio_postgres::NoTls).await.unwrap();
    tokio::spawn(connection);
    let sql = "UPDATE permits SET until = until - 3700000000 WHERE principal = $1";
    assert_eq!(client.execute(sql, &[&Uuid::from_u128(1)]).await.unwrap(), 1);
    purged(servers.directories()[1]).await;
    let left = client.query("SELECT principal FROM permits", &[]).await.unwrap();
    assert_eq!(left.iter().map(|row| row.get(0)).collect::<Vec<Uuid>>(), [Uuid::from_u128(2)]);
}
