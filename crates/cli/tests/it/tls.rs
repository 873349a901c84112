//! HTTPS, and a new certificate without dropping connections.

use std::net::TcpStream;
use std::path::Path;
use std::sync::Arc;

use rcgen::{CertifiedKey, generate_simple_self_signed};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use rustls_pki_types::{CertificateDer, ServerName};

use crate::http::Client;
use crate::process::{PATIENCE, Server};

type Secured = StreamOwned<ClientConnection, TcpStream>;

const NAME: &str = "cardfile.example";

/// Puts a new certificate and its key in place.
fn renew(folder: &Path) -> CertificateDer<'static> {
    let CertifiedKey { cert, signing_key } = generate_simple_self_signed([NAME.to_owned()]).unwrap();
    std::fs::write(folder.join("cert.pem"), cert.pem()).unwrap();
    std::fs::write(folder.join("key.pem"), signing_key.serialize_pem()).unwrap();
    cert.der().clone()
}

/// A connection that trusts this certificate only; `None` when the server shows another.
fn connect(address: &str, trusted: &CertificateDer<'static>) -> Option<Client<Secured>> {
    let mut roots = RootCertStore::empty();
    roots.add(trusted.clone()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let mut config = config.with_root_certificates(roots).with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    let connection = ClientConnection::new(Arc::new(config), ServerName::try_from(NAME).unwrap()).unwrap();
    let stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    let mut stream = StreamOwned::new(connection, stream);
    while stream.conn.is_handshaking() {
        stream.conn.complete_io(&mut stream.sock).ok()?;
    }
    Some(Client::over(stream))
}

#[test]
fn a_new_certificate_is_shown_after_sighup_and_a_bad_one_is_not() {
    let data = tempfile::tempdir().unwrap();
    let first = renew(data.path());
    let path = |name: &str| data.path().join(name).to_str().unwrap().to_owned();
    let (cert, key) = (path("cert.pem"), path("key.pem"));
    let mut server = Server::start(data.path(), &[("CARDFILE_TLS_CERT", &cert), ("CARDFILE_TLS_KEY", &key)]);
    assert!(server.said.iter().any(|line| line.starts_with("listening on https://")), "{:?}", server.said);
    let mut before = connect(&server.address, &first).unwrap();
    assert_eq!(before.get("/healthz", None).status, 200);

    let second = renew(data.path());
    server.signal("HUP");
    server.wait_for("the certificate was read again");
    assert!(connect(&server.address, &first).is_none());
    assert_eq!(connect(&server.address, &second).unwrap().get("/healthz", None).status, 200);
    assert_eq!(before.get("/healthz", None).status, 200, "an open connection stays");

    std::fs::write(&key, "no key").unwrap();
    server.signal("HUP");
    server.wait_for("the certificate in use stays");
    assert_eq!(connect(&server.address, &second).unwrap().get("/healthz", None).status, 200);
}
