//! Where a request came from: the other end of the connection, or what trusted proxies tell.

use std::net::{IpAddr, SocketAddr};

use axum::http::HeaderMap;
use axum::http::header::FORWARDED;

const X_FORWARDED_FOR: &str = "x-forwarded-for";

/// Proxies that are believed.
#[derive(Debug, Clone, Default)]
pub(crate) struct Proxies(Vec<IpAddr>);

impl Proxies {
    pub(crate) fn new(addresses: &[IpAddr]) -> Self {
        Proxies(addresses.iter().map(IpAddr::to_canonical).collect())
    }

    /// The address of the client: of the hops that proxies wrote down, the last one that is no trusted proxy. `X-Forwarded-For`
    /// comes before `Forwarded`.
    ///
    /// Whatever stands before that hop, a client may have made up; so it may everything, if the connection is no proxy's.
    ///
    /// **Source**: RFC 7239 §5.2.
    pub(crate) fn peer(&self, connection: IpAddr, headers: &HeaderMap) -> IpAddr {
        let mut peer = connection.to_canonical();
        for hop in hops(headers).into_iter().rev() {
            if !self.0.contains(&peer) {
                break;
            }
            match hop {
                Some(address) => peer = address,
                // A proxy that hides who it was asked by is the last that is known.
                None => break,
            }
        }
        peer
    }
}

/// The hops in the order in which they were passed; `None` for one that is no address.
fn hops(headers: &HeaderMap) -> Vec<Option<IpAddr>> {
    let listed = list(headers, X_FORWARDED_FOR);
    if !listed.is_empty() {
        return listed.into_iter().map(address).collect();
    }
    list(headers, FORWARDED.as_str()).into_iter().map(|element| forwarded_for(element).and_then(address)).collect()
}

/// The elements of a list, which may be spread over several headers.
fn list<'h>(headers: &'h HeaderMap, name: &str) -> Vec<&'h str> {
    let lines = headers.get_all(name).iter().map(|line| line.to_str().unwrap_or_default());
    lines.flat_map(|line| line.split(',')).map(str::trim).collect()
}

fn forwarded_for(element: &str) -> Option<&str> {
    let pairs = element.split(';').filter_map(|pair| pair.split_once('='));
    let mut found = pairs.filter(|(name, _)| name.trim().eq_ignore_ascii_case("for")).map(|(_, value)| value.trim());
    found.next().map(|value| value.trim_matches('"'))
}

/// An address, with or without a port, and with or without brackets.
fn address(text: &str) -> Option<IpAddr> {
    let plain = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(text);
    let read = plain.parse().ok().or_else(|| text.parse().ok().map(|socket: SocketAddr| socket.ip()));
    read.map(|address: IpAddr| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn peer(connection: &str, pairs: &[(&'static str, &str)]) -> String {
        let proxies = Proxies::new(&["10.0.0.1", "10.0.0.2", "::1"].map(|address| address.parse().unwrap()));
        let pairs = pairs.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()));
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            let name: axum::http::HeaderName = name;
            headers.append(name, value);
        }
        proxies.peer(connection.parse().unwrap(), &headers).to_string()
    }

    #[test]
    fn who_is_no_trusted_proxy_is_not_believed() {
        assert_eq!(peer("192.0.2.7", &[("x-forwarded-for", "198.51.100.1")]), "192.0.2.7");
        assert_eq!(peer("::ffff:192.0.2.7", &[]), "192.0.2.7");
    }

    #[test]
    fn the_last_hop_that_is_no_trusted_proxy_is_the_peer() {
        for value in ["198.51.100.1", "6.6.6.6, 198.51.100.1", "6.6.6.6,198.51.100.1:443, 10.0.0.2"] {
            assert_eq!(peer("10.0.0.1", &[("x-forwarded-for", value)]), "198.51.100.1", "{value}");
            assert_eq!(peer("::ffff:10.0.0.1", &[("x-forwarded-for", value)]), "198.51.100.1", "{value}");
        }
        let lines = [("x-forwarded-for", "6.6.6.6"), ("x-forwarded-for", "198.51.100.1")];
        assert_eq!(peer("10.0.0.1", &lines), "198.51.100.1");
        assert_eq!(peer("10.0.0.1", &[("x-forwarded-for", "10.0.0.2")]), "10.0.0.2");
        assert_eq!(peer("10.0.0.1", &[]), "10.0.0.1");
    }

    #[test]
    fn the_standard_header_is_read_where_the_other_is_not() {
        let value = "for=6.6.6.6, For=\"[2001:db8::7]:4711\";proto=https;by=10.0.0.1";
        assert_eq!(peer("::1", &[("forwarded", value)]), "2001:db8::7");
        assert_eq!(peer("::1", &[("forwarded", value), ("x-forwarded-for", "198.51.100.1")]), "198.51.100.1");
    }

    #[test]
    fn a_hop_that_is_no_address_ends_the_way() {
        for value in ["6.6.6.6, unknown", "6.6.6.6, ", "6.6.6.6, _hidden, 10.0.0.1"] {
            assert_eq!(peer("10.0.0.1", &[("x-forwarded-for", value)]), "10.0.0.1", "{value}");
        }
        assert_eq!(peer("10.0.0.1", &[("forwarded", "proto=https")]), "10.0.0.1");
    }
}
