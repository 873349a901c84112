//! The PostgreSQL store, held to what every store must hold to, and to what is its own.

mod moving;
mod place;
mod servers;

mod contract {
    use std::sync::Arc;

    use cardfile_directory::Store;
    use cardfile_testdb::Database;
    use cardfile_testkit::store_contract;

    use crate::place;

    async fn open() -> (Arc<dyn Store>, Database) {
        let database = place::database();
        let store = place::open(database.url()).await;
        (store, database)
    }

    store_contract!(open);
}
