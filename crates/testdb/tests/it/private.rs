//! Clusters of one test's own.

use cardfile_testdb::Cluster;

#[test]
fn what_was_committed_outlives_a_crash() {
    let cluster = Cluster::private(&[("work_mem", "5MB")]);
    assert_eq!(cluster.sql("postgres", "SHOW fsync; SHOW work_mem"), "on\n5MB");
    cluster.sql("postgres", "CREATE TABLE person (name text); INSERT INTO person VALUES ('Ada')");
    cluster.stop_immediately();
    cluster.start();
    assert_eq!(cluster.sql("postgres", "SELECT * FROM person"), "Ada");
    cluster.stop();
    cluster.start();
    assert_eq!(cluster.sql("postgres", "SELECT * FROM person"), "Ada");
}

#[test]
fn a_standby_follows_and_takes_over() {
    let cluster = Cluster::private_on_tcp(&[("synchronous_commit", "remote_apply")]);
    let standby = cluster.standby();
    assert_ne!(cluster.url("postgres"), standby.url("postgres"));
    cluster.sql("postgres", "ALTER SYSTEM SET synchronous_standby_names = 'standby'");
    cluster.sql("postgres", "SELECT pg_reload_conf()");
    // A setting is taken over a moment after the reload was asked for; a new connection may be too early.
    while cluster.sql("postgres", "SHOW synchronous_standby_names") != "standby" {}
    cluster.sql("postgres", "CREATE TABLE person (name text); INSERT INTO person VALUES ('Ada')");
    assert_eq!(standby.sql("postgres", "SELECT * FROM person; SELECT pg_is_in_recovery()"), "Ada\nt");
    cluster.stop_immediately();
    standby.promote();
    standby.sql("postgres", "INSERT INTO person VALUES ('Grace')");
    assert_eq!(standby.sql("postgres", "SELECT count(*) FROM person"), "2");
}

#[tokio::test]
async fn a_cluster_is_reached_by_tcp_where_asked_for() {
    let cluster = Cluster::private_on_tcp(&[]);
    assert_eq!(cluster.url("postgres"), format!("postgres://postgres@127.0.0.1:{}/postgres", cluster.port()));
    for url in [cluster.url("postgres"), cluster.socket_url("postgres")] {
        let (client, connection) = tokio_postgres::connect(&url, tokio_postgres::NoTls).await.unwrap();
        tokio::spawn(connection);
        let row = client.query_one("SELECT 1 + 1", &[]).await.unwrap();
        assert_eq!(row.get::<_, i32>(0), 2);
    }
}

#[test]
fn nothing_is_left_of_a_cluster_that_was_dropped() {
    let cluster = Cluster::private(&[]);
    let directory = cluster.directory().to_path_buf();
    let version = cluster.run("pg_controldata", &[directory.join("data").to_str().unwrap()]);
    assert!(version.status.success());
    drop(cluster);
    assert!(!directory.exists());
}
