//! Who waits for whom, and what becomes of a search that nobody waits for.

use std::sync::Arc;
use std::time::{Duration, Instant};

use cardfile_directory::{Error, Result, Store};
use cardfile_model::{
    Comparison, Field, Filter, Order, OrganizationFilter, OrganizationId, OrganizationQuery, Page, Query, TenantId,
};
use cardfile_testkit::contract::run;
use cardfile_testkit::person;
use tokio::task::JoinHandle;
use uuid::Uuid;

use crate::probe::{Bench, Waiting};

fn compared() -> Filter {
    Filter::Compare { field: Field::Phone, comparison: Comparison::Present }
}

/// A search that goes on until it is told to end.
struct LongSearch {
    task: JoinHandle<Result<Page>>,
    waiting: Waiting,
}

impl LongSearch {
    /// One that has begun.
    async fn new(bench: &Bench, tenant: TenantId) -> Self {
        LongSearch::with(bench, tenant, bench.query(tenant, compared())).await
    }

    async fn with(bench: &Bench, tenant: TenantId, query: Query) -> Self {
        let (held, store) = (bench.probe().hold_read(), Arc::clone(&bench.store));
        let task = tokio::spawn(async move { store.find(tenant, query).await });
        LongSearch { task, waiting: held.begun().await }
    }

    async fn end(self) {
        self.waiting.go_on().await.expect("it ends").expect("it ends well");
        self.task.await.expect("the task was not ended").expect("the search ends well");
    }

    /// Leaves; answers the work that goes on.
    async fn left(self) -> Waiting {
        self.task.abort();
        assert!(self.task.await.expect_err("it was ended").is_cancelled());
        self.waiting
    }
}

/// What somebody gets who asks and is not answered within a moment.
async fn in_a_moment<T>(asked: impl Future<Output = T>) -> Option<T> {
    tokio::time::timeout(Duration::from_millis(50), asked).await.ok()
}

#[test]
fn a_search_that_nobody_waits_for_keeps_its_place_until_it_has_ended() {
    run(async {
        let bench = Bench::new(1).await;
        let work = LongSearch::new(&bench, bench.ours).await.left().await;
        let mut next = std::pin::pin!(bench.count(bench.theirs, compared()));
        assert!(in_a_moment(&mut next).await.is_none(), "the work goes on");
        drop(work.go_on());
        assert_eq!(next.await, 0, "a place becomes free");
    });
}

#[test]
fn rows_texts_and_pages_are_not_read_for_nobody() {
    run(async {
        let bench = Bench::new(1).await;
        for n in 1..=3 {
            bench.create(bench.ours, person(n), "test").await.expect("a person can be made");
        }
        let everyone = bench.query(bench.ours, Filter::All);
        let ordered = Query { then: vec![(Order::Name, false)], ..everyone.clone() };
        let named = Query { order: Order::Name, ..everyone.clone() };
        let rows = Query { filter: compared(), ..everyone.clone() };
        let texts = Query { filter: Filter::Contains("a".into()), ..everyone.clone() };
        for query in [everyone, ordered, named, rows, texts] {
            let work = LongSearch::with(&bench, bench.ours, query.clone()).await.left().await;
            let ended = work.go_on().await.expect("it ends");
            assert!(matches!(ended, Err(Error::Internal(_))), "{query:?}: {ended:?}");
            let page = bench.store.find(bench.ours, query).await.expect("people can be found");
            assert_eq!((page.total, page.records.len()), (3, 3));
        }
    });
}

#[test]
fn a_search_that_is_left_in_its_midst_ends_by_itself() {
    run(async {
        let bench = Bench::new(1).await;
        for slice in 0..4 {
            bench.place.populate(1 + slice * 1_000, 1_000).await;
        }
        let begun = Instant::now();
        let query = bench.query(bench.ours, compared());
        let found = bench.store.numbers(bench.ours, query).await.expect("people can be found");
        let whole = begun.elapsed();
        assert_eq!(found.len(), 4_000);
        let mut is_cut_short = false;
        // Where the machine halts for long the search may be through before it is left.
        for _ in 0..10 {
            let (held, store) = (bench.probe().hold_read(), Arc::clone(&bench.store));
            let (tenant, query) = (bench.ours, bench.query(bench.ours, compared()));
            // Nothing is done with the numbers, so that it is the search itself that ends.
            let task = tokio::spawn(async move { store.numbers(tenant, query).await });
            let ended = held.begun().await.go_on();
            tokio::time::sleep(whole / 5).await;
            task.abort();
            is_cut_short |= ended.await.expect("it ends").is_err();
            if is_cut_short {
                break;
            }
        }
        assert!(is_cut_short, "{whole:?}");
        assert_eq!(bench.count(bench.ours, compared()).await, 4_000);
    });
}

#[test]
fn who_is_named_is_looked_up_while_all_places_for_searches_are_taken() {
    run(async {
        let bench = Bench::new(2).await;
        let searches = [LongSearch::new(&bench, bench.ours).await, LongSearch::new(&bench, bench.theirs).await];
        for filter in [Filter::Ids(vec![Uuid::from_u128(9)]), Filter::Numbers([1, 2].into())] {
            assert_eq!(bench.count(bench.ours, filter).await, 0);
        }
        let (under, filter) = (OrganizationId(bench.ours.0), OrganizationFilter::Numbers([7].into()));
        let named = OrganizationQuery { under, filter, order: Vec::new(), offset: 0, limit: 1 };
        let found = bench.store.find_organizations(bench.ours, named).await.expect("they can be looked up");
        assert_eq!(found, (Vec::new(), 0));
        assert!(in_a_moment(bench.count(bench.ours, compared())).await.is_none(), "all places are taken");
        for search in searches {
            search.end().await;
        }
    });
}

#[test]
fn a_tenant_with_its_share_of_places_leaves_one_to_the_others() {
    run(async {
        let bench = Bench::new(3).await;
        let searches = [LongSearch::new(&bench, bench.ours).await, LongSearch::new(&bench, bench.ours).await];
        let mut further = std::pin::pin!(bench.count(bench.ours, compared()));
        assert!(in_a_moment(&mut further).await.is_none(), "its share is taken");
        assert_eq!(bench.count(bench.theirs, compared()).await, 0);
        for search in searches {
            search.end().await;
        }
        assert_eq!(further.await, 0, "its turn comes");
    });
}
