//! Where webhooks may be sent.

#![allow(clippy::unwrap_used)]

use proofbook_webhook::destination::{Reach, check, is_public};

#[test]
fn public_https_and_loopback_are_allowed() {
    for url in [
        "https://hooks.example.com/x",
        "https://93.184.216.34/x",
        "https://[2606:2800:220:1::1]/",
        "http://127.0.0.1:8080/x",
        "http://[::1]:8080/",
        "http://localhost:8080/",
        "https://localhost/",
    ] {
        assert!(check(url, Reach::Public).is_ok(), "{url}: {:?}", check(url, Reach::Public));
    }
}

#[test]
fn everything_that_leads_into_a_private_network_is_refused() {
    for url in [
        "http://example.com/",
        "https://10.0.0.5/",
        "https://192.168.1.1/",
        "https://172.16.0.1/",
        "https://169.254.169.254/latest/meta-data/",
        "https://100.64.0.1/",
        "https://0.0.0.0/",
        "https://[fd00::1]/",
        "https://[fe80::1]/",
        "https://[::ffff:10.0.0.5]/",
        "https://[64:ff9b::a00:5]/",
        "https://[2002:a00:5::]/",
        // The WHATWG URL standard reads these as 10.0.0.5.
        "https://167772165/",
        "https://0xa.0.0.5/",
        "https://012.0.0.5/",
        "https://user@example.com/",
        "https://user:secret@example.com/",
        "ftp://example.com/",
        "https://",
    ] {
        assert!(check(url, Reach::Public).is_err(), "{url}");
    }
}

#[test]
fn reserved_addresses_are_not_public() {
    for address in
        ["192.0.2.1", "198.18.0.1", "203.0.113.9", "224.0.0.1", "255.255.255.255", "::", "2001:db8::1", "ff02::1"]
    {
        assert!(!is_public(address.parse().unwrap()), "{address}");
    }
}

#[test]
fn a_private_network_is_reached_only_if_somebody_says_so() {
    for url in ["http://10.0.0.5/x", "https://169.254.169.254/", "http://receiver.internal/"] {
        assert!(check(url, Reach::Public).is_err(), "{url}");
        assert!(check(url, Reach::Private).is_ok(), "{url}");
    }
    for url in ["ftp://10.0.0.5/", "file:///etc/passwd", "https://user:secret@10.0.0.5/"] {
        assert!(check(url, Reach::Private).is_err(), "{url}");
    }
}
