//! Tests of what happens at once, over the stores that last.

/// Makes tests of races, each so many rounds in a file, and a tenth of them in a database, which is slower: there is more time in
/// between for something to go wrong.
macro_rules! over_lasting_stores {
    ($($race:ident: $rounds:expr),* $(,)?) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $race() {
                let harness = crate::harness::Harness::new(cardfile_teststores::sqlite(), "races").await;
                super::$race(std::sync::Arc::new(harness), $rounds).await;
            })*
        }
        mod postgresql {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $race() {
                let harness = crate::harness::Harness::new(cardfile_teststores::postgres().await, "races").await;
                super::$race(std::sync::Arc::new(harness), $rounds / 10).await;
            })*
        }
    };
}
