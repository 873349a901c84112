//! That the judge lets good statements pass, and no bad ones.

use super::judge::judge;

#[track_caller]
fn passes(sql: &str) {
    assert_eq!(judge(sql), [""; 0], "{sql}");
}

#[track_caller]
fn fails(sql: &str, why: &str) {
    let wrong = judge(sql);
    assert!(wrong.iter().any(|wrong| wrong.contains(why)), "{sql}: {wrong:?}");
}

#[test]
fn a_table_needs_its_tenant() {
    passes("SELECT a FROM t WHERE tenant_id = ?1 AND b = ?2");
    passes("SELECT a FROM t x WHERE (?1 = x.tenant_id) AND (b = ?2 OR c = ?3) FOR UPDATE");
    passes("SELECT ?1, * FROM unnest(CAST(?2 AS bigint[]))");
    fails("SELECT a FROM t", "`t` is not bound");
    fails("SELECT a FROM t WHERE b = ?1", "`t` is not bound");
    fails("SELECT a FROM t WHERE tenant_id = ?1 OR b = ?2", "`t` is not bound");
    fails("SELECT a FROM t WHERE NOT (tenant_id = ?1)", "`t` is not bound");
    fails("SELECT a FROM t WHERE tenant_id > ?1", "`t` is not bound");
    fails("SELECT a FROM t WHERE tenant_id = a", "`t` is not bound");
    fails("SELECT a FROM t WHERE tenant_id = ANY(?1)", "`t` is not bound");
    fails("SELECT a FROM t WHERE tenant_id IN (?1, ?2)", "`t` is not bound");
    fails("SELECT a FROM t x WHERE t.tenant_id = ?1", "`x` is not bound");
    fails("TRUNCATE t", "nothing is known");
    fails("SELECT FROM WHERE", "cannot be read");
    fails("SELECT a FROM t WHERE tenant_id = ?1; DELETE FROM t", "not one statement");
}

#[test]
fn a_joined_table_needs_it_too() {
    passes("SELECT a FROM t x JOIN u y ON y.tenant_id = x.tenant_id AND y.b = x.b WHERE x.tenant_id = ?1");
    passes(
        "SELECT a FROM t x LEFT JOIN u y ON y.tenant_id = x.tenant_id LEFT JOIN v z ON z.tenant_id = y.tenant_id WHERE x.tenant_id = ?1",
    );
    passes("SELECT a FROM t x, u y WHERE x.tenant_id = ?1 AND y.tenant_id = ?1");
    fails("SELECT a FROM t x JOIN u y ON y.b = x.b WHERE x.tenant_id = ?1", "`y` is not bound");
    fails("SELECT a FROM t x JOIN u y ON y.b = x.b WHERE tenant_id = ?1", "is not bound");
    fails("SELECT a FROM t x, u y WHERE x.tenant_id = ?1", "`y` is not bound");
    fails("SELECT a FROM t x, u y WHERE x.tenant_id = ?1 AND y.tenant_id = ?2", "several tenants");
    // What an outer join is made by leaves the rows of its left side as they are.
    fails("SELECT a FROM t x LEFT JOIN u y ON y.tenant_id = x.tenant_id AND x.tenant_id = ?1", "`x` is not bound");
    fails("SELECT a FROM t x LEFT JOIN u y ON y.tenant_id = x.tenant_id WHERE y.tenant_id = ?1", "`x` is not bound");
    fails("SELECT a FROM t x FULL JOIN u y ON y.tenant_id = x.tenant_id WHERE x.tenant_id = ?1", "nothing is known");
    fails("SELECT a FROM t x JOIN u y USING (tenant_id) WHERE x.tenant_id = ?1", "nothing is known");
}

#[test]
fn a_query_within_needs_it_too() {
    passes("SELECT (SELECT max(a) FROM u WHERE tenant_id = ?1) FROM t WHERE tenant_id = ?1");
    passes("SELECT 1 FROM t x WHERE x.tenant_id = ?1 AND NOT EXISTS (SELECT 1 FROM u y WHERE y.tenant_id = x.tenant_id)");
    passes("SELECT min(a) FROM (SELECT a FROM t WHERE tenant_id = ?1 LIMIT 1) AS first");
    passes(
        "WITH RECURSIVE w (a) AS (SELECT a FROM t WHERE tenant_id = ?1 UNION SELECT o.a FROM w JOIN t o ON o.tenant_id = ?1) SELECT a FROM w",
    );
    fails("SELECT (SELECT max(a) FROM u) FROM t WHERE tenant_id = ?1", "`u` is not bound");
    fails("SELECT 1 FROM t x WHERE x.tenant_id = ?1 AND EXISTS (SELECT 1 FROM u y WHERE y.a = x.a)", "`y` is not bound");
    // Not even by a name that is another table's outside.
    fails("SELECT 1 FROM t x WHERE x.tenant_id = ?1 AND EXISTS (SELECT 1 FROM u x WHERE x.a = 1)", "`x` is not bound");
    fails("SELECT min(a) FROM (SELECT a FROM t LIMIT 1) AS first", "`t` is not bound");
    fails("SELECT a FROM t WHERE tenant_id = ?1 UNION SELECT a FROM u", "`u` is not bound");
    fails("SELECT a FROM t WHERE tenant_id = ?1 ORDER BY (SELECT 1 FROM u)", "`u` is not bound");
    fails("WITH w AS (SELECT a FROM t) SELECT a FROM w", "`t` is not bound");
}

#[test]
fn what_is_written_needs_it_too() {
    passes("INSERT INTO t (a, tenant_id) VALUES (?2, ?1), (?3, ?1) ON CONFLICT (tenant_id, a) DO UPDATE SET a = excluded.a");
    passes("INSERT INTO t (tenant_id, a) SELECT ?1, * FROM unnest(CAST(?2 AS bigint[]))");
    passes("UPDATE t SET a = u.a FROM unnest(CAST(?2 AS bigint[])) AS u (a) WHERE t.tenant_id = ?1");
    passes("DELETE FROM t WHERE tenant_id = ?1 AND a IN (SELECT a FROM t WHERE tenant_id = ?1 LIMIT 1)");
    fails("INSERT INTO t (a) VALUES (?1)", "get no tenant");
    fails("INSERT INTO t (tenant_id, a) VALUES (?1, ?2), (DEFAULT, ?2)", "is no parameter");
    fails("INSERT INTO t (tenant_id, a) VALUES (?1, 1), (?2, 2)", "several tenants");
    fails("INSERT INTO t (a, tenant_id) SELECT *, ?1 FROM unnest(CAST(?2 AS bigint[]))", "is no parameter");
    fails("INSERT INTO t (tenant_id, a) SELECT ?1, a FROM u", "`u` is not bound");
    fails("INSERT INTO t (tenant_id, a) VALUES (?1, ?2) ON CONFLICT (a) DO NOTHING", "not one within a tenant");
    fails(
        "INSERT INTO t (tenant_id, a) VALUES (?1, ?2) ON CONFLICT (tenant_id) DO UPDATE SET a = (SELECT 1 FROM u)",
        "`u` is not bound",
    );
    fails("UPDATE t SET a = 1", "`t` is not bound");
    fails("UPDATE t SET tenant_id = ?2 WHERE tenant_id = ?1", "another tenant");
    fails("UPDATE t SET a = u.a FROM u WHERE t.tenant_id = ?1", "`u` is not bound");
    fails("UPDATE t SET a = (SELECT a FROM u) WHERE tenant_id = ?1", "`u` is not bound");
    fails("DELETE FROM t WHERE a = ?1", "`t` is not bound");
    fails("DELETE FROM t USING u WHERE t.tenant_id = ?1", "`u` is not bound");
    fails("DELETE FROM t WHERE tenant_id = ?1 AND a IN (SELECT a FROM u)", "`u` is not bound");
    fails("DELETE FROM t WHERE a IN (SELECT a FROM u WHERE tenant_id = ?1)", "`t` is not bound");
}
