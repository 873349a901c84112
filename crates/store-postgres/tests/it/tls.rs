//! TLS to the database, as its URL asks for it.

use cardfile_store_postgres::Options;
use cardfile_testdb::Cluster;
use cardfile_testkit::contract::run;
use rcgen::{CertifiedKey, generate_simple_self_signed};

/// Has the server of a cluster keep a file, which nobody else may read.
fn keep(cluster: &Cluster, file: &str, text: &str) {
    let lines = format!("SELECT unnest(string_to_array($${}$$, E'\\n'))", text.trim_end());
    cluster.sql("postgres", &format!("COPY ({lines}) TO PROGRAM 'umask 077; cat > {file}'"));
}

#[test]
fn a_url_says_whether_it_must_be_known_who_answers() {
    run(async {
        let cluster = Cluster::private_on_tcp(&[]);
        let CertifiedKey { cert, signing_key } = generate_simple_self_signed(["localhost".to_owned()]).expect("a certificate");
        keep(&cluster, "server.crt", &cert.pem());
        keep(&cluster, "server.key", &signing_key.serialize_pem());
        cluster.sql("postgres", "ALTER SYSTEM SET ssl = on");
        cluster.stop();
        cluster.start();
        let authority = tempfile::NamedTempFile::new().expect("a file can be made");
        std::fs::write(authority.path(), cert.pem()).expect("a file can be written");
        let known = format!("sslmode=verify-full&sslrootcert={}", authority.path().display());
        for (host, asked, is_trusted) in [
            ("localhost", "sslmode=disable", true),
            ("127.0.0.1", "sslmode=require", true),
            ("localhost", known.as_str(), true),
            ("127.0.0.1", known.as_str(), false),
            ("localhost", "sslmode=verify-full&sslrootcert=/nowhere", false),
        ] {
            let url = format!("postgres://postgres@{host}:{}/postgres?{asked}", cluster.port());
            let migrated = cardfile_store_postgres::migrate(&url, &Options::default()).await;
            assert_eq!(migrated.is_ok(), is_trusted, "{url}: {migrated:?}");
        }
    });
}
