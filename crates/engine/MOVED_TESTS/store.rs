//! Who waits for whom, and what becomes of a search that nobody waits for.

use std::sync::mpsc;

use cardfile_directory::{OrganizationDraft, Registry};
use cardfile_model::{Batch, Comparison, Field, Filter, Limits, Mode, Order, OrganizationFilter, Reach, Sources, Write};
use cardfile_testkit::contract::run;
use cardfile_testkit::person;
use tempfile::TempDir;
use tokio::task::JoinHandle;

use super::*;

/// A store with two tenants.
struct Bench {
    store: Arc<SqliteStore>,
    ours: TenantId,
    theirs: TenantId,
    _directory: TempDir,
}

impl Bench {
    async fn new(readers: usize) -> Self {
        let directory = tempfile::tempdir().expect("a temporary directory can be made");
        let options = Options { readers, ..Options::default() };
        let store = SqliteStore::open(directory.path(), options).expect("a new store can be opened");
        let [ours, theirs] = [1, 2].map(|id| TenantId(Uuid::from_u128(id)));
        for tenant in [ours, theirs] {
            let draft = OrganizationDraft::new(OrganizationId(tenant.0), "Root");
            store.add_organization(draft, Timestamp::UNIX_EPOCH).await.expect("a tenant can be made");
        }
        Bench { store, ours, theirs, _directory: directory }
    }

    /// A search that goes on until it is told to end; it has begun.
    async fn long_search(&self, tenant: TenantId) -> LongSearch {
        let (begins, begun) = tokio::sync::oneshot::channel();
        let (end, told) = mpsc::channel();
        let store = Arc::clone(&self.store);
        let task = tokio::spawn(async move {
            let work = move |_: &View<'_>, _: &Orders| {
                begins.send(()).ok();
                told.recv().map_err(Error::internal)
            };
            store.search(tenant, work).await
        });
        begun.await.expect("a search begins");
        LongSearch { task, end }
    }

    async fn find(&self, tenant: TenantId, filter: Filter) -> Result<Page> {
        let organization = OrganizationId(tenant.0);
        self.store.find(tenant, Query::of(organization, Reach::Below(organization), filter)).await
    }
}

struct LongSearch {
    task: JoinHandle<Result<()>>,
    end: mpsc::Sender<()>,
}

impl LongSearch {
    async fn end(self) {
        self.end.send(()).expect("the search goes on");
        self.task.await.expect("the task was not ended").expect("the search ends well");
    }
}

fn compared() -> Filter {
    Filter::Compare { field: Field::Phone, comparison: Comparison::Present }
}

/// What somebody gets who asks once and does not wait.
async fn at_once<T>(asked: impl Future<Output = T>) -> Option<T> {
    let mut asked = std::pin::pin!(asked);
    tokio::select! { biased; answer = &mut asked => Some(answer), () = std::future::ready(()) => None }
}

#[test]
fn a_search_that_nobody_waits_for_keeps_its_place_until_it_has_ended() {
    run(async {
        let bench = Bench::new(1).await;
        let LongSearch { task, end } = bench.long_search(bench.ours).await;
        task.abort();
        assert!(task.await.expect_err("it was ended").is_cancelled());
        assert!(at_once(bench.store.searches.take(bench.theirs)).await.is_none(), "the work goes on");
        end.send(()).expect("the work goes on");
        bench.store.searches.take(bench.theirs).await.expect("a place becomes free");
    });
}

#[test]
fn a_search_learns_that_nobody_waits_for_it() {
    run(async {
        let bench = Bench::new(1).await;
        let (begins, begun) = tokio::sync::oneshot::channel();
        let (end, ended) = tokio::sync::oneshot::channel();
        let store = Arc::clone(&bench.store);
        let ours = bench.ours;
        let task = tokio::spawn(async move {
            let work = move |view: &View<'_>, _: &Orders| {
                view.go_on()?;
                begins.send(()).ok();
                while view.go_on().is_ok() {
                    std::thread::yield_now();
                }
                end.send(()).map_err(|()| Error::internal("nobody listens"))
            };
            store.search(ours, work).await
        });
        begun.await.expect("the search begins");
        task.abort();
        ended.await.expect("the search ends by itself");
        bench.store.searches.take(bench.ours).await.expect("a place becomes free");
    });
}

#[test]
fn rows_texts_and_pages_are_not_read_for_nobody() {
    run(async {
        let bench = Bench::new(1).await;
        let organization = OrganizationId(bench.ours.0);
        let create = |n| Write::Create { id: Uuid::from_u128(100 + u128::from(n)), contact: Box::new(person(n)) };
        let batch = Batch {
            organization,
            reach: Reach::Own,
            sources: Sources::Any,
            mode: Mode::AllOrNothing,
            admits_unknown_groups: false,
            has_unique_emails: false,
            writes: (1..=3).map(create).collect(),
        };
        let author = Author::unbound(Timestamp::UNIX_EPOCH, None, "test", Arc::new(Limits::default()));
        bench.store.apply(bench.ours, author, Command::Write(batch)).await.expect("a batch can be written");
        let asked = Waiting::default().asked();
        let everyone = Query::of(organization, Reach::Own, Filter::All);
        let ordered = Query { then: vec![(Order::Name, false)], ..everyone.clone() };
        let named = Query { order: Order::Name, ..everyone.clone() };
        let rows = Query { filter: compared(), ..everyone.clone() };
        let texts = Query { filter: Filter::Contains("a".into()), ..everyone.clone() };
        for query in [everyone, ordered, named, rows, texts] {
            let answer = |asked| {
                bench.store.view(bench.ours, |view| {
                    let view = View { connection: view.connection, state: Arc::clone(&view.state), helpers: None, asked };
                    view.find(&query, &bench.store.orders)
                })
            };
            assert_eq!(answer(None).expect("people can be found").total, 3, "{query:?}");
            assert!(answer(Some(&asked)).is_err(), "{query:?}");
        }
    });
}

#[test]
fn who_is_named_is_looked_up_while_all_places_for_searches_are_taken() {
    run(async {
        let bench = Bench::new(2).await;
        let searches = [bench.long_search(bench.ours).await, bench.long_search(bench.theirs).await];
        for filter in [Filter::Ids(vec![Uuid::from_u128(9)]), Filter::Numbers([1, 2].into())] {
            assert_eq!(bench.find(bench.ours, filter).await.expect("people can be looked up").total, 0);
        }
        let (under, filter) = (OrganizationId(bench.ours.0), OrganizationFilter::Numbers([7].into()));
        let named = OrganizationQuery { under, filter, order: Vec::new(), offset: 0, limit: 1 };
        assert_eq!(bench.store.find_organizations(bench.ours, named).await.expect("they can be looked up"), (Vec::new(), 0));
        for search in searches {
            search.end().await;
        }
    });
}

#[test]
fn a_tenant_with_its_share_of_places_leaves_one_to_the_others() {
    run(async {
        let bench = Bench::new(3).await;
        let searches = [bench.long_search(bench.ours).await, bench.long_search(bench.ours).await];
        let further = bench.store.searches.take(bench.ours);
        let mut further = std::pin::pin!(further);
        assert!(at_once(&mut further).await.is_none(), "its share is taken");
        assert_eq!(bench.find(bench.theirs, compared()).await.expect("people can be found").total, 0);
        for search in searches {
            search.end().await;
        }
        further.await.expect("its turn comes");
        assert_eq!(bench.find(bench.ours, compared()).await.expect("people can be found").total, 0);
    });
}
