//! The PostgreSQL store, held to what every store must hold to, and to what is its own.

mod conflicts;
mod distributing;
mod migrating;
mod moving;
mod place;
mod routing;
mod servers;
mod tenant;
mod tls;

mod contract {
    use std::sync::Arc;

    use cardfile_directory::Store;
    use cardfile_testkit::store_contract;

    use crate::routing::Watched;

    async fn open() -> (Arc<dyn Store>, Watched) {
        let watched = Watched::new().await;
        (watched.store(), watched)
    }

    store_contract!(open);
}
