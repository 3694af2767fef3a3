//! Binds the one address of a server, or says which port is free instead.

use crate::exit;
use crate::failure::Failure;
use std::io::ErrorKind;
use std::net::{SocketAddr, TcpListener};

/// How many ports after a taken one are tried for the advice. More would only make the message late.
const PORTS_TRIED: u16 = 100;

/// Binds `host:port`; port 0 takes any free one.
///
/// `command` is the subcommand that the advice names.
pub(crate) fn bind(command: &str, host: &str, port: u16) -> anyhow::Result<TcpListener> {
    let error = match TcpListener::bind((host, port)) {
        Ok(listener) => {
            // Tokio takes over the socket, and refuses a blocking one.
            listener.set_nonblocking(true)?;
            return Ok(listener);
        }
        Err(error) => error,
    };
    let place = format!("{host}:{port}");
    let other_host = (host != "127.0.0.1").then(|| format!(" --host {host}"));
    let other_host = other_host.unwrap_or_default();
    let failure = match error.kind() {
        ErrorKind::AddrInUse => {
            Failure::new(exit::LACKING, format!("port {port} is taken")).fix(match next_free(host, port) {
                Some(free) => format!("port {free} is free: proofbook {command} --port {free}{other_host}"),
                None => format!("let the system choose: proofbook {command} --port 0{other_host}"),
            })
        }
        ErrorKind::PermissionDenied => Failure::new(exit::LACKING, format!("port {port} is not allowed to you"))
            .fix("take a port above 1023, such as --port 3000"),
        _ => Failure::new(exit::USAGE, format!("can't listen on {host}"))
            .fix("--host takes an address of this machine: 127.0.0.1, or 0.0.0.0 for all of them"),
    };
    Err(failure.at(place).because(error).into())
}

fn next_free(host: &str, taken: u16) -> Option<u16> {
    (1..=PORTS_TRIED).map_while(|step| taken.checked_add(step)).find(|port| TcpListener::bind((host, *port)).is_ok())
}

/// The origin that a browser on this machine reaches the listener by, without a slash at its end.
pub(crate) fn origin(address: SocketAddr) -> String {
    // "All addresses" is nowhere to go: loopback is one of them.
    let ip = match address {
        SocketAddr::V4(v4) if v4.ip().is_unspecified() => std::net::Ipv4Addr::LOCALHOST.into(),
        SocketAddr::V6(v6) if v6.ip().is_unspecified() => std::net::Ipv6Addr::LOCALHOST.into(),
        _ => address.ip(),
    };
    format!("http://{}", SocketAddr::new(ip, address.port()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::failure::describe;

    #[test]
    fn a_taken_port_names_the_next_free_one_and_the_command() {
        let taken = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = taken.local_addr().expect("an address").port();
        let error = bind("serve", "127.0.0.1", port).expect_err("the port is taken");
        let text = describe(&error);
        assert!(text.contains(&format!("port {port} is taken")), "{text}");
        assert!(text.contains("proofbook serve --port "), "{text}");
    }

    #[test]
    fn an_unspecified_address_is_shown_as_loopback() {
        let shown = |text: &str| origin(text.parse().expect("an address"));
        assert_eq!(shown("0.0.0.0:80"), "http://127.0.0.1:80");
        assert_eq!(shown("[::]:80"), "http://[::1]:80");
        assert_eq!(shown("192.0.2.7:80"), "http://192.0.2.7:80");
    }
}
