//! Sending signed deliveries over HTTP, to where that is allowed.

use std::fmt;
use std::future::Future;
use std::io;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use hmac::{Hmac, KeyInit, Mac};
use http_body_util::Full;
use hyper::header::{CONTENT_TYPE, USER_AGENT};
use hyper::{Request, StatusCode, Uri};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::dns::Name;
use hyper_util::rt::TokioExecutor;
use jiff::Timestamp;
use sha2::Sha256;
use tower::Service;

use crate::document::Webhook;

/// The beginning of a secret, as the Standard Webhooks specification has it.
const SECRET: &str = "whsec_";
/// Bytes of a secret.
const SECRET_BYTES: usize = 32;

/// What is sent.
pub(crate) struct Delivery<'a> {
    /// The same however often it is tried.
    pub(crate) id: String,
    pub(crate) time: Timestamp,
    pub(crate) body: &'a [u8],
}

/// Why a delivery was not taken.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// The address wants nothing any more.
    Gone,
    /// Anything else, in a sentence.
    Failed(String),
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Refusal::Gone => f.write_str("the address answered 410 Gone"),
            Refusal::Failed(problem) => f.write_str(problem),
        }
    }
}

/// Sends deliveries.
pub(crate) struct Post {
    client: Result<Client<HttpsConnector<HttpConnector<Resolver>>, Full<Bytes>>, String>,
    is_private_allowed: bool,
    timeout: Duration,
}

impl Post {
    /// A post; whether it goes to addresses that only this network knows, and how long an answer may take.
    pub(crate) fn new(is_private_allowed: bool, timeout: Duration) -> Self {
        let mut http = HttpConnector::new_with_resolver(Resolver { is_private_allowed });
        http.enforce_http(false);
        http.set_connect_timeout(Some(timeout));
        let https = HttpsConnectorBuilder::new().with_native_roots();
        let client = https.map(|builder| {
            let connector = builder.https_or_http().enable_http1().wrap_connector(http);
            Client::builder(TokioExecutor::new()).build(connector)
        });
        Post { client: client.map_err(|error| format!("no roots of certificates: {error}")), is_private_allowed, timeout }
    }

    /// Sends a delivery. Redirects are not followed; the body of the answer is not read.
    pub(crate) async fn send(&self, webhook: &Webhook, delivery: &Delivery<'_>) -> Result<(), Refusal> {
        let Webhook { url, secret, .. } = webhook;
        let failed = |problem: String| Refusal::Failed(problem);
        let uri: Uri = url.parse().map_err(|_| failed("the URL cannot be read".to_owned()))?;
        if let Some(address) = literal(&uri).filter(|address| !self.is_private_allowed && is_private(*address)) {
            return Err(failed(not_allowed(address)));
        }
        let client = self.client.as_ref().map_err(|problem| failed(problem.clone()))?;
        let time = delivery.time.as_second();
        let request = Request::post(uri)
            .header(CONTENT_TYPE, "application/json")
            .header(USER_AGENT, concat!("cardfile/", env!("CARGO_PKG_VERSION")))
            .header("webhook-id", &delivery.id)
            .header("webhook-timestamp", time)
            .header("webhook-signature", signature(secret, &delivery.id, time, delivery.body))
            .body(Full::new(Bytes::copy_from_slice(delivery.body)))
            .map_err(|error| failed(error.to_string()))?;
        let answered = match tokio::time::timeout(self.timeout, client.request(request)).await {
            Err(_) => return Err(failed(format!("no answer in {} s", self.timeout.as_secs()))),
            Ok(Err(error)) => return Err(failed(sentence(&error))),
            Ok(Ok(response)) => response.status(),
        };
        match answered {
            status if status.is_success() => Ok(()),
            StatusCode::GONE => Err(Refusal::Gone),
            status => Err(failed(format!("the answer was {status}"))),
        }
    }
}

/// An error with what is behind it.
fn sentence(error: &dyn std::error::Error) -> String {
    let (mut text, mut source) = (error.to_string(), error.source());
    while let Some(behind) = source {
        text = format!("{text}: {behind}");
        source = behind.source();
    }
    text
}

/// What is wrong with a URL as the address of a webhook, if anything is.
#[must_use]
pub fn url_fault(url: &str) -> Option<&'static str> {
    let Ok(uri) = url.parse::<Uri>() else { return Some("must be a URL") };
    match (uri.scheme_str(), uri.authority()) {
        (Some("http" | "https"), Some(authority)) if !authority.as_str().contains('@') => None,
        (Some("http" | "https"), Some(_)) => Some("must have no name and password in it"),
        _ => Some("must begin with https:// or http:// and a host"),
    }
}

/// A new secret.
///
/// # Errors
/// When this machine gives no randomness.
pub fn new_secret() -> cardfile_directory::Result<String> {
    let mut bytes = [0; SECRET_BYTES];
    getrandom::fill(&mut bytes).map_err(|error| cardfile_directory::Error::internal(error.to_string()))?;
    Ok(format!("{SECRET}{}", STANDARD.encode(bytes)))
}

/// The signature of a delivery.
fn signature(secret: &str, id: &str, time: i64, body: &[u8]) -> String {
    let key =
        secret.strip_prefix(SECRET).and_then(|text| STANDARD.decode(text).ok()).unwrap_or_else(|| secret.as_bytes().to_vec());
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).expect("HMAC takes keys of every length");
    mac.update(format!("{id}.{time}.").as_bytes());
    mac.update(body);
    format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
}

fn literal(uri: &Uri) -> Option<IpAddr> {
    uri.host()?.trim_matches(['[', ']']).parse().ok()
}

fn not_allowed(address: IpAddr) -> String {
    format!("{address} is an address within a network, to which webhooks are not sent (jobs.webhook_private)")
}

/// Whether an address is none of the public network: this machine's, a private network's, or one of the kinds that no host has.
fn is_private(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => {
            let [first, second, ..] = v4.octets();
            let is_shared = first == 100 && (64..128).contains(&second);
            v4.is_loopback()
                || v4.is_private()
                || v4.is_link_local()
                || v4.is_broadcast()
                || v4.is_multicast()
                || first == 0
                || is_shared
                || v4.is_documentation()
                || first >= 240
        }
        IpAddr::V6(v6) => match v6.to_ipv4_mapped() {
            Some(v4) => is_private(v4.into()),
            None => {
                v6.is_loopback()
                    || v6 == Ipv6Addr::UNSPECIFIED
                    || v6.is_multicast()
                    || v6.is_unique_local()
                    || v6.is_unicast_link_local()
            }
        },
    }
}

/// Finds the addresses of a host, and leaves out those that are not allowed.
#[derive(Clone)]
struct Resolver {
    is_private_allowed: bool,
}

impl Service<Name> for Resolver {
    type Response = std::vec::IntoIter<SocketAddr>;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = io::Result<Self::Response>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, name: Name) -> Self::Future {
        let is_private_allowed = self.is_private_allowed;
        Box::pin(async move {
            let found: Vec<SocketAddr> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            let (private, allowed): (Vec<_>, Vec<_>) =
                found.into_iter().partition(|address| !is_private_allowed && is_private(address.ip()));
            match private.first() {
                Some(address) if allowed.is_empty() => Err(io::Error::other(not_allowed(address.ip()))),
                _ => Ok(allowed.into_iter()),
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_delivery_is_signed_as_the_specification_does() {
        // The example of the Standard Webhooks specification.
        let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
        let signed = signature(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, br#"{"test": 2432232314}"#);
        assert_eq!(signed, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn addresses_within_networks_are_told_from_public_ones() {
        for text in [
            "127.0.0.1",
            "10.1.2.3",
            "192.168.0.9",
            "172.16.0.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "224.0.0.1",
            "::1",
            "::",
            "fd00::1",
            "fe80::1",
            "::ffff:10.0.0.1",
        ] {
            assert!(is_private(text.parse().unwrap()), "{text}");
        }
        for text in ["9.9.9.9", "100.128.0.1", "172.32.0.1", "2620:fe::fe", "::ffff:9.9.9.9"] {
            assert!(!is_private(text.parse().unwrap()), "{text}");
        }
    }

    fn to(url: &str) -> Webhook {
        let document = serde_json::json!({"url": url, "secret": "secret", "below": false, "position": ""});
        serde_json::from_value(document).unwrap()
    }

    #[tokio::test]
    async fn nothing_is_sent_within_a_network_unless_that_is_allowed() {
        let post = Post::new(false, Duration::from_secs(1));
        let delivery = Delivery { id: "1".into(), time: Timestamp::UNIX_EPOCH, body: b"{}" };
        for url in ["http://127.0.0.1:9/x", "http://[::1]:9/", "http://localhost:9/"] {
            let Err(Refusal::Failed(problem)) = post.send(&to(url), &delivery).await else { panic!("{url} was sent to") };
            assert!(problem.contains("webhook_private"), "{url}: {problem}");
        }
    }

    #[test]
    fn only_urls_of_the_web_are_addresses() {
        assert_eq!(url_fault("https://hooks.example.com/a?b=c"), None);
        for url in ["", "/a", "ftp://x/", "https://", "https://me:secret@x/", "not a url"] {
            assert!(url_fault(url).is_some(), "{url}");
        }
    }
}
