//! Tables spread over machines, as far as one machine tells.

use std::collections::BTreeSet;

use cardfile_directory::Error;
use cardfile_store_postgres::{Distributed, Engine, Options, TABLES, distribute};
use cardfile_testkit::contract::run;

use crate::place;

#[test]
fn engines_are_known_by_what_they_say() {
    let postgres = "PostgreSQL 15.8 on x86_64-pc-linux-gnu, compiled by gcc (Debian 12.2.0-14) 12.2.0, 64-bit";
    let yugabyte = "PostgreSQL 15.2-YB-2.25.0.0-b0 on x86_64-pc-linux-gnu, compiled by clang version 17.0.6, 64-bit";
    let cockroach = "CockroachDB CCL v24.3.0 (x86_64-pc-linux-gnu, built 2024/11/18 15:05:53, go1.22.8 X:nocoverageredesign)";
    assert_eq!(Engine::of(postgres, false), Engine::Postgres);
    assert_eq!(Engine::of(postgres, true), Engine::Citus);
    assert_eq!(Engine::of(yugabyte, false), Engine::Yugabyte);
    assert_eq!(Engine::of(cockroach, false), Engine::Cockroach);
}

#[test]
fn only_citus_is_told_and_only_of_what_it_does_not_know() {
    let (none, all) = (BTreeSet::new(), TABLES.iter().map(|table| (*table).to_owned()).collect());
    for engine in [Engine::Postgres, Engine::Yugabyte, Engine::Cockroach] {
        assert_eq!(engine.plan(&none), [""; 0]);
    }
    assert_eq!(Engine::Citus.plan(&all), [""; 0]);
    let plan = Engine::Citus.plan(&none);
    assert_eq!(plan.len(), 2 * TABLES.len());
    let expected = [
        "SELECT create_distributed_table('tenants', 'tenant_id', colocate_with => 'none')",
        "SELECT truncate_local_data_after_distributing_table('tenants')",
        "SELECT create_distributed_table('organizations', 'tenant_id', colocate_with => 'tenants')",
    ];
    assert_eq!(plan[..3], expected);
    let alone: Vec<&String> = plan.iter().filter(|sql| sql.contains("'none'")).collect();
    assert!(matches!(alone[..], [_, last] if last.contains("'signposts'")), "{alone:?}");
    let mut most = all;
    most.remove("notes");
    let expected = [
        "SELECT create_distributed_table('notes', 'tenant_id', colocate_with => 'tenants')",
        "SELECT truncate_local_data_after_distributing_table('notes')",
    ];
    assert_eq!(Engine::Citus.plan(&most), expected);
}

#[test]
fn what_citus_is_told_names_tables_and_parameters_that_there_are() {
    run(async {
        let database = place::database();
        let client = place::client(database.url()).await;
        // The functions as its documentation has them, which here only write down for what they are called.
        let functions = "
            CREATE TABLE told (name text, with_name text);
            CREATE FUNCTION create_distributed_table(table_name regclass, distribution_column text,
                distribution_type text DEFAULT 'hash', colocate_with text DEFAULT 'default', shard_count int DEFAULT NULL)
                RETURNS void LANGUAGE plpgsql AS $$
                BEGIN
                    IF colocate_with <> 'none' AND NOT EXISTS (SELECT 1 FROM told WHERE name = colocate_with) THEN
                        RAISE 'relation % is not distributed', colocate_with;
                    END IF;
                    INSERT INTO told VALUES (table_name::text, colocate_with);
                END $$;
            CREATE FUNCTION truncate_local_data_after_distributing_table(table_name regclass) RETURNS void
                LANGUAGE sql AS 'SELECT';";
        client.batch_execute(functions).await.expect("functions can be made");
        for statement in Engine::Citus.plan(&BTreeSet::new()) {
            client.batch_execute(&statement).await.unwrap_or_else(|error| panic!("{statement}: {error:?}"));
        }
        let rows = client.query("SELECT name FROM told", &[]).await.expect("what was told can be read");
        assert_eq!(rows.iter().map(|row| row.get::<_, String>(0)).collect::<Vec<_>>(), TABLES);
    });
}

#[test]
fn postgresql_has_nothing_to_spread_over() {
    run(async {
        let database = place::database();
        for _ in 0..2 {
            let Distributed { engine, lines } = distribute(database.url(), &Options::default()).await.expect("it goes well");
            assert_eq!(engine, Engine::Postgres);
            assert_eq!(lines, ["PostgreSQL has one machine; there is nothing to spread over"]);
        }
    });
}

#[test]
fn a_database_without_the_schema_is_not_distributed() {
    run(async {
        let database = place::empty();
        let refused = distribute(database.url(), &Options::default()).await;
        assert!(matches!(&refused, Err(Error::Invalid(found)) if found[0].rule == "schema"), "{refused:?}");
    });
}
