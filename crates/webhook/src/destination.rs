//! Where a webhook may be sent: not into a private network, so that whoever sends can't be used to reach it.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::{Host, Url};

/// How far a sender may reach.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// Public addresses by `https`, and this machine if it is named.
    Public,
    /// Any address, because somebody has said so.
    Private,
}

/// A client that reaches no further, follows no redirect and uses no proxy. A name is resolved once, and what is connected to
/// is what was looked at.
///
/// # Errors
/// If TLS can't be set up.
pub fn client(reach: Reach, timeout: Duration) -> Result<reqwest::Client, reqwest::Error> {
    // An error only says that a provider is installed already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = reqwest::Client::builder().timeout(timeout).redirect(reqwest::redirect::Policy::none()).no_proxy();
    // What is sent and what comes is shown as it is, whatever another crate of the program has reqwest do.
    let client = client.no_gzip();
    match reach {
        Reach::Public => client.dns_resolver(PublicOnly).build(),
        Reach::Private => client.build(),
    }
}

/// Checks the URL of a webhook.
///
/// # Errors
/// A sentence that says why it is not called.
pub fn check(url: &str, reach: Reach) -> Result<Url, String> {
    let url = Url::parse(url).map_err(|error| format!("The URL can't be read: {error}."))?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err("The URL must not have a user or a password.".to_owned());
    }
    let loopback = match url.host() {
        None => return Err("The URL has no host.".to_owned()),
        Some(Host::Domain(name)) => is_localhost(name),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
    };
    if url.scheme() != "https" && url.scheme() != "http" {
        return Err("The URL must be https.".to_owned());
    }
    if loopback || reach == Reach::Private {
        return Ok(url);
    }
    if url.scheme() != "https" {
        return Err("The URL must be https; http is only for a loopback address of the sandbox's machine.".to_owned());
    }
    let address = match url.host() {
        Some(Host::Ipv4(address)) => Some(IpAddr::V4(address)),
        Some(Host::Ipv6(address)) => Some(IpAddr::V6(address)),
        _ => None,
    };
    match address {
        Some(address) if !is_public(address) => Err(format!("`{address}` is not a public address.")),
        _ => Ok(url),
    }
}

/// Whether a name is one that always means this machine (RFC 6761, section 6.3).
#[must_use]
pub fn is_localhost(name: &str) -> bool {
    let name = name.strip_suffix('.').unwrap_or(name);
    name.eq_ignore_ascii_case("localhost") || name.to_ascii_lowercase().ends_with(".localhost")
}

/// Whether an address is reachable from everywhere, by the registries of RFC 6890.
#[must_use]
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    !(a == 0
        || address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_documentation()
        || address.is_broadcast()
        || (a == 100 && (64..128).contains(&b))
        || (a == 192 && b == 0 && c == 0)
        || (a == 192 && b == 88 && c == 99)
        || (a == 198 && (b == 18 || b == 19))
        || a >= 224)
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    if let Some(mapped) = address.to_ipv4_mapped() {
        return is_public_v4(mapped);
    }
    let segments = address.segments();
    match segments {
        // 64:ff9b::/96 and 2002::/16 carry an IPv4 address.
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] => is_public_v4(embedded(high, low)),
        [0x2002, high, low, ..] => is_public_v4(embedded(high, low)),
        // Teredo, ORCHID and the rest of 2001::/23, and documentation.
        [0x2001, second, ..] => second >= 0x200 && second != 0xdb8,
        [0x3fff, second, ..] => second >= 0x1000,
        [first, ..] => first & 0xe000 == 0x2000,
    }
}

fn embedded(high: u16, low: u16) -> Ipv4Addr {
    Ipv4Addr::from_bits(u32::from(high) << 16 | u32::from(low))
}

/// Resolves names, and leaves out every address that is not public: a name that points into a private network when it
/// is called is refused then, whatever it pointed at when the webhook was created.
#[derive(Debug, Clone, Copy)]
pub struct PublicOnly;

impl Resolve for PublicOnly {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let name = name.as_str().to_owned();
            let loopback = is_localhost(&name);
            let host = if loopback { "localhost".to_owned() } else { name.clone() };
            let addresses: Vec<SocketAddr> = tokio::net::lookup_host((host, 0))
                .await?
                .filter(|address| if loopback { address.ip().is_loopback() } else { is_public(address.ip()) })
                .collect();
            if addresses.is_empty() {
                return Err(format!("`{name}` has no public address").into());
            }
            Ok(Box::new(addresses.into_iter()) as Addrs)
        })
    }
}
