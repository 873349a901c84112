//! How a database finds what statements ask for.

use std::collections::BTreeSet;

use serde_json::Value;
use tokio_postgres::SimpleQueryMessage;

use crate::place;

/// The statements for which a whole table is looked through, or an index in which the statement names no tenant, and where. That
/// there are few rows is no excuse.
pub async fn without_index(statements: &BTreeSet<String>) -> Vec<(&str, Vec<String>)> {
    let database = place::database();
    let client = place::client(database.url()).await;
    client
        .batch_execute("SET plan_cache_mode = force_generic_plan; SET enable_seqscan = off")
        .await
        .expect("a session can be set");
    let mut wrong = Vec::new();
    for sql in statements {
        client.batch_execute(&format!("PREPARE asked AS {sql}")).await.unwrap_or_else(|error| panic!("{sql}: {error:?}"));
        let count = "SELECT cardinality(parameter_types) FROM pg_prepared_statements WHERE name = 'asked'";
        let count: i32 = client.query_one(count, &[]).await.expect("it was prepared").get(0);
        let nulls = vec!["NULL"; usize::try_from(count).expect("it is not negative")].join(", ");
        let values = if nulls.is_empty() { nulls } else { format!("({nulls})") };
        let explain = format!("EXPLAIN (COSTS OFF, FORMAT JSON) EXECUTE asked {values}");
        // Asked this way, what is answered is text.
        let answer = client.simple_query(&explain).await.unwrap_or_else(|error| panic!("{sql}: {error:?}"));
        let text = answer.iter().find_map(|message| if let SimpleQueryMessage::Row(row) = message { row.get(0) } else { None });
        let plan: Value = serde_json::from_str(text.expect("a plan is answered")).expect("a plan is JSON");
        client.batch_execute("DEALLOCATE asked").await.expect("it was prepared");
        let mut found = Vec::new();
        look_through(&plan, &mut found);
        if !found.is_empty() {
            wrong.push((sql.as_str(), found));
        }
    }
    wrong
}

/// Finds the parts of a plan that read a table, or an index, without a tenant.
fn look_through(plan: &Value, wrong: &mut Vec<String>) {
    match plan {
        Value::Array(plans) => plans.iter().for_each(|plan| look_through(plan, wrong)),
        Value::Object(members) => {
            let text = |name: &str| members.get(name).and_then(Value::as_str).unwrap_or_default();
            let is_wrong = match text("Node Type") {
                "Seq Scan" | "Sample Scan" | "Tid Scan" | "Tid Range Scan" => true,
                "Index Scan" | "Index Only Scan" | "Bitmap Index Scan" => !text("Index Cond").contains("tenant_id"),
                _ => false,
            };
            if is_wrong {
                wrong.push(format!("{} {} {}", text("Node Type"), text("Relation Name"), text("Index Name")));
            }
            members.values().for_each(|part| look_through(part, wrong));
        }
        _ => {}
    }
}

#[test]
fn what_is_not_served_by_an_index_is_seen() {
    cardfile_testkit::contract::run(async {
        let statements = [
            "SELECT count(*) FROM contacts WHERE number = $1",
            "SELECT number FROM contacts ORDER BY tenant_id, number",
            "UPDATE log SET is_purged = TRUE WHERE tenant_id = $1 AND door IN (SELECT door FROM log WHERE revision = $2)",
            "DELETE FROM texts WHERE chunk = $1",
            "SELECT bytes FROM texts WHERE tenant_id = $1 AND chunk = $2",
        ];
        let statements: BTreeSet<String> = statements.iter().map(|sql| (*sql).to_owned()).collect();
        let wrong = without_index(&statements).await;
        assert_eq!(wrong.len(), 4, "{wrong:#?}");
        assert!(wrong.iter().all(|(sql, _)| !sql.contains("bytes")), "{wrong:#?}");
    });
}
