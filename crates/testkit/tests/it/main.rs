//! The judge is held to the contract that it judges others by, and the harness is tried by that.

mod judge {
    use std::sync::Arc;

    use cardfile_directory::Store;
    use cardfile_testkit::{MemoryStore, store_contract};

    async fn open() -> (Arc<dyn Store>, ()) {
        (Arc::new(MemoryStore::new()), ())
    }

    store_contract!(open);
}
