//! The address by which a client reached this server, for links that it can follow.

use std::net::IpAddr;

use axum::http::header::{FORWARDED, HOST};
use axum::http::uri::Authority;
use axum::http::{Extensions, HeaderMap, Uri};

use crate::door::Settings;

/// Marks a request that came over TLS: the listener puts it into the request's extensions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OverTls;

/// The address a request came from: the listener puts it into the request's extensions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Peer(pub IpAddr);

/// The scheme, host and prefix that a client put in front of this server's paths, without a slash at the end.
///
/// The configured public URL comes first, then what proxies tell (`Forwarded`, then `X-Forwarded-Proto`, `-Host` and
/// `-Prefix`), then the `Host` of the request. Nothing is repeated that is not a host and port of the usual form; when
/// there is none, the answer is empty, and a link made from it keeps to the host it was asked at.
///
/// **Source**: RFC 7239 §4, RFC 9110 §7.2.
#[must_use]
pub fn base_url(settings: &Settings, headers: &HeaderMap, uri: &Uri, extensions: &Extensions) -> String {
    if let Some(url) = &settings.public_url {
        return url.trim_end_matches('/').to_owned();
    }
    let forwarded = Forwarded::read(headers);
    let host = forwarded
        .host
        .or_else(|| header(headers, HOST.as_str()))
        .and_then(authority)
        .or_else(|| uri.authority().and_then(|given| authority(given.as_str())));
    let prefix = header(headers, "x-forwarded-prefix").and_then(prefix).unwrap_or_default();
    let is_secure = match forwarded.proto {
        Some(proto) => proto.eq_ignore_ascii_case("https"),
        None => extensions.get::<OverTls>().is_some() || uri.scheme_str() == Some("https"),
    };
    let scheme = if is_secure { "https" } else { "http" };
    host.map_or_else(|| prefix.to_owned(), |host| format!("{scheme}://{host}{prefix}"))
}

/// What the proxy nearest to the client says of the request it got.
#[derive(Default)]
struct Forwarded<'h> {
    proto: Option<&'h str>,
    host: Option<&'h str>,
}

impl<'h> Forwarded<'h> {
    fn read(headers: &'h HeaderMap) -> Self {
        if let Some(first) = header(headers, FORWARDED.as_str()) {
            let mut read = Forwarded::default();
            for (name, value) in first.split(';').filter_map(|pair| pair.split_once('=')) {
                let value = value.trim().trim_matches('"');
                match name.trim() {
                    name if name.eq_ignore_ascii_case("proto") => read.proto = Some(value),
                    name if name.eq_ignore_ascii_case("host") => read.host = Some(value),
                    _ => {}
                }
            }
            return read;
        }
        Forwarded { proto: header(headers, "x-forwarded-proto"), host: header(headers, "x-forwarded-host") }
    }
}

/// The first element of a header that may hold a list: what the proxy nearest to the client wrote.
fn header<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers.get(name)?.to_str().ok()?.split(',').next().map(str::trim).filter(|text| !text.is_empty())
}

/// A host with or without a port, and nothing that could be taken for more than that.
fn authority(text: &str) -> Option<&str> {
    let is_plain = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._:[]".contains(&byte));
    let read: Authority = text.parse().ok().filter(|_| is_plain)?;
    let port = text.get(read.host().len()..)?;
    let is_port = port.is_empty() || (port.len() > 1 && read.port_u16().is_some());
    (is_port && !read.host().is_empty()).then_some(text)
}

/// A path to put in front of paths.
fn prefix(text: &str) -> Option<&str> {
    let text = text.trim_end_matches('/');
    let is_plain = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte));
    (is_plain && text.starts_with('/') && !text.starts_with("//")).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn base(pairs: &[(&'static str, &str)]) -> String {
        let headers = pairs.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect();
        base_url(&Settings::default(), &headers, &Uri::from_static("/v1/x"), &Extensions::new())
    }

    #[test]
    fn the_configured_url_wins() {
        let settings = Settings { public_url: Some("https://cards.example/base/".into()), ..Settings::default() };
        let headers = HeaderMap::from_iter([(HOST, "other".parse().unwrap())]);
        assert_eq!(base_url(&settings, &headers, &Uri::default(), &Extensions::new()), "https://cards.example/base");
    }

    #[test]
    fn proxies_are_believed_before_the_host_header() {
        assert_eq!(base(&[("host", "in:8080")]), "http://in:8080");
        assert_eq!(
            base(&[
                ("host", "in"),
                ("x-forwarded-proto", "https, http"),
                ("x-forwarded-host", "out.example"),
                ("x-forwarded-prefix", "/cards/")
            ]),
            "https://out.example/cards"
        );
        assert_eq!(base(&[("host", "in"), ("forwarded", "for=1.2.3.4;Proto=https;host=\"out:444\", for=x")]), "https://out:444");
        assert_eq!(base(&[("host", "in"), ("forwarded", "proto=https")]), "https://in");
    }

    #[test]
    fn what_is_no_host_is_never_repeated() {
        for bad in ["a b", "user@host", "host/path", "host?x", "<script>", "host:", "host:99999", "ho\"st", "", ":80"] {
            assert_eq!(base(&[("host", bad)]), "", "{bad}");
        }
        assert_eq!(base(&[("host", "h"), ("x-forwarded-prefix", "//evil.example")]), "http://h");
        assert_eq!(base(&[("host", "[::1]:80")]), "http://[::1]:80");
    }

    #[test]
    fn the_scheme_is_that_of_the_listener() {
        let headers = HeaderMap::from_iter([(HOST, "h".parse().unwrap())]);
        let mut extensions = Extensions::new();
        extensions.insert(OverTls);
        assert_eq!(base_url(&Settings::default(), &headers, &Uri::default(), &extensions), "https://h");
        let uri = Uri::from_static("https://two.example/v1");
        assert_eq!(base_url(&Settings::default(), &HeaderMap::new(), &uri, &Extensions::new()), "https://two.example");
    }
}
