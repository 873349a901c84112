//! TLS to the database, as its URL asks for it.

use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};
use tokio_postgres_rustls::MakeRustlsConnect;

/// Whom a connection trusts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Trust {
    /// Whoever answers.
    Anyone,
    /// Who has a certificate of a known authority for the host's name.
    Known,
}

/// What a URL says of TLS beyond what the driver reads in it.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Wanted {
    pub(crate) trust: Option<Trust>,
    /// The file with the authorities' certificates.
    pub(crate) authorities: Option<String>,
}

/// Takes out of a URL what the driver does not read: `sslmode=verify-ca` and `verify-full`, and `sslrootcert`.
pub(crate) fn wanted(url: &str) -> Result<(String, Wanted), String> {
    let mut wanted = Wanted::default();
    let Some((base, query)) = url.split_once('?') else { return Ok((url.to_owned(), wanted)) };
    let mut left = Vec::new();
    for part in query.split('&') {
        match part.split_once('=') {
            Some(("sslmode", "verify-ca" | "verify-full")) => wanted.trust = Some(Trust::Known),
            Some(("sslmode", "require" | "prefer")) => {
                wanted.trust = Some(Trust::Anyone);
                left.push(part);
            }
            Some(("sslrootcert", file)) => wanted.authorities = Some(decoded(file)?),
            _ => left.push(part),
        }
    }
    let plain = if left.is_empty() { base.to_owned() } else { format!("{base}?{}", left.join("&")) };
    Ok((plain, wanted))
}

/// A part of a URL with its percent signs read.
fn decoded(text: &str) -> Result<String, String> {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        let digit = |byte: Option<u8>| byte.and_then(|byte| char::from(byte).to_digit(16));
        bytes.push(match byte {
            b'%' => match (digit(rest.next()), digit(rest.next())) {
                (Some(high), Some(low)) => u8::try_from(high * 16 + low).unwrap_or_default(),
                _ => return Err(format!("{text} has a broken percent sign")),
            },
            byte => byte,
        });
    }
    String::from_utf8(bytes).map_err(|_| format!("{text} is no UTF-8"))
}

/// What makes connections secret.
pub(crate) fn connector(wanted: &Wanted) -> Result<MakeRustlsConnect, String> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?;
    let config = if wanted.trust == Some(Trust::Known) {
        builder.with_root_certificates(authorities(wanted.authorities.as_deref())?).with_no_client_auth()
    } else {
        builder.dangerous().with_custom_certificate_verifier(Arc::new(Anyone(provider))).with_no_client_auth()
    };
    Ok(MakeRustlsConnect::new(config))
}

fn authorities(file: Option<&str>) -> Result<RootCertStore, String> {
    let mut known = RootCertStore::empty();
    let Some(file) = file else {
        let found = rustls_native_certs::load_native_certs();
        known.add_parsable_certificates(found.certs);
        return if known.is_empty() { Err("the system trusts no authority; name some by sslrootcert".into()) } else { Ok(known) };
    };
    let certificates =
        CertificateDer::pem_file_iter(file).map_err(|error| format!("sslrootcert {file} cannot be read: {error}"))?;
    for certificate in certificates {
        let certificate = certificate.map_err(|error| format!("sslrootcert {file} cannot be read: {error}"))?;
        known.add(certificate).map_err(|error| format!("sslrootcert {file} has no authority: {error}"))?;
    }
    if known.is_empty() { Err(format!("sslrootcert {file} has no certificate")) } else { Ok(known) }
}

/// Trusts whoever answers, as `sslmode=require` means: nobody listens in, but who it is remains unknown.
#[derive(Debug)]
struct Anyone(Arc<CryptoProvider>);

impl ServerCertVerifier for Anyone {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, certificate, signed, &self.0.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, certificate, signed, &self.0.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_says_whom_to_trust() {
        let (plain, wanted_of_it) =
            wanted("postgres://a@b/c?sslmode=verify-full&sslrootcert=%2Fx%20y&connect_timeout=3").expect("a URL");
        assert_eq!(plain, "postgres://a@b/c?connect_timeout=3");
        assert_eq!(wanted_of_it, Wanted { trust: Some(Trust::Known), authorities: Some("/x y".into()) });
        let (plain, wanted_of_it) = wanted("postgres://a@b/c?sslmode=require").expect("a URL");
        assert_eq!((plain.as_str(), wanted_of_it.trust), ("postgres://a@b/c?sslmode=require", Some(Trust::Anyone)));
        assert_eq!(wanted("postgres://a@b/c").expect("a URL").1, Wanted::default());
        assert!(wanted("postgres://a@b/c?sslrootcert=%zz").is_err());
    }
}
