//! The embedded store, held to what every store must hold to, and to what is its own.

mod backups;
mod closing;
mod counted;
mod damage;
mod erasing;
mod failing;
mod logging;
mod merging;
mod migrating;
mod mixing;
mod numbers;
mod orders;
mod organizations;
mod place;
mod probe;
mod processes;
mod purging;
mod renewing;
mod searching;
mod waiting;

mod contract {
    use std::sync::Arc;

    use cardfile_directory::Store;
    use cardfile_store_sqlite::Options;
    use cardfile_testkit::store_contract;
    use tempfile::TempDir;

    async fn open() -> (Arc<dyn Store>, TempDir) {
        let directory = tempfile::tempdir().expect("a temporary directory can be made");
        let store = cardfile_store_sqlite::open(directory.path(), Options::default()).expect("a new store can be opened");
        (store, directory)
    }

    store_contract!(open);
}
