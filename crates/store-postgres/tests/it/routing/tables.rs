//! That every key and every index begins with what rows are spread by.

use cardfile_testkit::contract::run;

use crate::place;

#[test]
fn every_table_and_every_index_begins_with_the_tenant() {
    run(async {
        let database = place::database();
        let client = place::client(database.url()).await;
        let sql = "SELECT c.relname, i.indexrelid IS NOT NULL, coalesce(i.indisprimary, FALSE), x.relname, a.attname
                     FROM pg_class c
                     LEFT JOIN pg_index i ON i.indrelid = c.oid
                     LEFT JOIN pg_class x ON x.oid = i.indexrelid
                     LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = i.indkey[0]
                    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'm', 'f')";
        let (mut tables, mut keyed) = (Vec::new(), Vec::new());
        for row in client.query(sql, &[]).await.expect("the catalogue can be read") {
            let (table, has_index, is_primary): (String, bool, bool) = (row.get(0), row.get(1), row.get(2));
            if has_index {
                let (index, first): (String, Option<String>) = (row.get(3), row.get(4));
                assert_eq!(first.as_deref(), Some("tenant_id"), "{index}");
            }
            if is_primary {
                keyed.push(table.clone());
            }
            tables.push(table);
        }
        tables.sort();
        tables.dedup();
        keyed.sort();
        assert_eq!(tables, keyed, "tables, and those that have a primary key");
        let mut known: Vec<&str> = cardfile_store_postgres::TABLES.to_vec();
        known.sort_unstable();
        assert_eq!(tables, known, "what `migrate` makes, and what `distribute` knows");
    });
}

#[test]
fn nothing_but_tables_is_made() {
    run(async {
        let database = place::database();
        let client = place::client(database.url()).await;
        // Sequences, views, functions and triggers are what engines differ in, or what does not go with shards.
        let sql = "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind NOT IN ('r', 'i')
                   UNION ALL SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace
                   UNION ALL SELECT tgname FROM pg_trigger WHERE NOT tgisinternal
                   UNION ALL SELECT conname FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND contype <> 'p'
                   UNION ALL SELECT extname FROM pg_extension WHERE extname <> 'plpgsql'";
        let rows = client.query(sql, &[]).await.expect("the catalogue can be read");
        let found: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
        assert_eq!(found, [""; 0]);
    });
}
