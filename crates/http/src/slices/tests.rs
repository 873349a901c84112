use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU32, Ordering};

use async_trait::async_trait;
use cardfile_directory::{Result, Taken};
use cardfile_model::TenantId;
use uuid::Uuid;

use super::*;
use crate::limiter::Limiter;

/// A count of one principal in a second that does not end, which answers after a while.
#[derive(Default)]
struct Count {
    all: AtomicU32,
    asked: AtomicU32,
    delay: Duration,
    is_gone: bool,
}

#[async_trait]
impl Permits for Count {
    async fn take(&self, _: TenantId, _: Uuid, wanted: u32, limit: u32) -> Result<Taken> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        tokio::time::sleep(self.delay).await;
        if self.is_gone {
            return Err(Error::internal("gone"));
        }
        let before = self.all.fetch_add(wanted, Ordering::SeqCst);
        let permits = wanted.min(limit.saturating_sub(before));
        Ok(Taken { permits, left: limit.saturating_sub(before + wanted), lasts: Duration::from_mins(1) })
    }

    async fn forget(&self, _: TenantId) -> Result<()> {
        Ok(())
    }
}

const KEY: Key = (TenantId(Uuid::nil()), Uuid::nil());

fn limiter(count: &Arc<Count>, limit: u32) -> Limiter {
    let permits: Arc<dyn Permits> = Arc::<Count>::clone(count);
    Limiter::new(NonZeroU32::new(limit).unwrap(), Some(permits))
}

/// How many of so many requests at once are let in.
async fn admitted(limiters: &[Limiter], requests: usize) -> usize {
    let asked = (0..requests).map(|n| limiters[n % limiters.len()].admit(KEY));
    futures_util::future::join_all(asked).await.into_iter().flatten().count()
}

#[tokio::test]
async fn two_servers_have_one_limit_and_ask_seldom() {
    let count = Arc::new(Count::default());
    let servers = [limiter(&count, 100), limiter(&count, 100)];
    assert_eq!(admitted(&servers, 300).await, 100);
    assert!(count.asked.load(Ordering::SeqCst) <= 20, "slices grow to ten, and who is refused asks no more");
    let Err(Error::Throttled { retry_after }) = servers[0].admit(KEY).await else { panic!("one too many was let in") };
    assert!(retry_after >= Duration::from_secs(1));
}

#[tokio::test]
async fn many_servers_that_are_seldom_asked_do_not_use_up_the_limit() {
    let count = Arc::new(Count::default());
    let servers: Vec<_> = (0..60).map(|_| limiter(&count, 100)).collect();
    assert_eq!(admitted(&servers, 60).await, 60);
}

#[tokio::test]
async fn one_server_alone_has_all_of_it_and_tells_what_is_left() {
    let count = Arc::new(Count { delay: Duration::from_millis(1), ..Count::default() });
    let server = limiter(&count, 25);
    assert_eq!(server.admit(KEY).await.unwrap(), Allowance { limit: 25, remaining: 24 });
    assert_eq!(server.admit(KEY).await.unwrap().remaining, 23);
    assert_eq!(admitted(&[server], 100).await, 23);
}

#[tokio::test]
async fn a_server_whose_count_does_not_answer_limits_by_itself_without_much_delay() {
    let (slow, gone) = (Count { delay: Duration::from_mins(1), ..Count::default() }, Count { is_gone: true, ..Count::default() });
    for count in [slow, gone].map(Arc::new) {
        let (began, server) = (Instant::now(), [limiter(&count, 2)]);
        assert_eq!(admitted(&server, 5).await, 2);
        let asked = count.asked.load(Ordering::SeqCst);
        assert_eq!(admitted(&server, 5).await, 0);
        assert!(began.elapsed() < Duration::from_secs(1), "{:?}", began.elapsed());
        assert_eq!(count.asked.load(Ordering::SeqCst), asked, "it is let alone for a while");
    }
}

#[tokio::test]
async fn what_comes_too_late_serves_the_next_one() {
    let count = Arc::new(Count { delay: PATIENCE * 2, ..Count::default() });
    let server = limiter(&count, 50);
    assert_eq!(server.admit(KEY).await.unwrap().remaining, 49, "counted by itself");
    tokio::time::sleep(PATIENCE * 2).await;
    assert_eq!(server.admit(KEY).await.unwrap().remaining, 49, "counted in the slice that came");
    assert_eq!(count.asked.load(Ordering::SeqCst), 1);
}
