//! Where a receiver may listen: this machine alone. The webhook and the OTLP receiver use it.

use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

/// The address to listen on; only this machine may reach it, since whoever does can write what the
/// person reads. `example` is the port that the message names.
pub(super) fn loopback(listen: &str, example: u16) -> Result<SocketAddr, String> {
    let port_of = |port: &str| port.parse().map(|port| SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), port)).ok();
    let address = listen.parse().ok().or_else(|| listen.strip_prefix("localhost:").and_then(port_of));
    match address {
        Some(address) if address.ip().is_loopback() => Ok(address),
        Some(address) => Err(format!(
            "{address} can be reached from other machines; set listen = \"127.0.0.1:{}\" and forward to it",
            address.port()
        )),
        None => Err(format!("listen is no address; write it as \"127.0.0.1:{example}\"")),
    }
}

/// Why the port cannot be had, and what to do.
pub(super) fn cannot_listen(address: SocketAddr, error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::AddrInUse => {
            format!("port {} is in use, perhaps by another midwatch; free it or set another `listen`", address.port())
        }
        io::ErrorKind::PermissionDenied => {
            format!("port {} needs privileges; set `listen` to a port above 1023", address.port())
        }
        _ => format!("cannot listen on {address}: {error}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_may_reach_it() {
        for (listen, ok) in [
            ("127.0.0.1:9099", true),
            ("localhost:9099", true),
            ("[::1]:9099", true),
            ("0.0.0.0:9099", false),
            ("10.0.0.7:9099", false),
            ("[::]:9099", false),
            ("9099", false),
            (":9099", false),
            ("", false),
        ] {
            let found = loopback(listen, 9099);
            assert_eq!(found.is_ok(), ok, "{listen}");
            assert!(ok || found.unwrap_err().contains("127.0.0.1:"), "{listen}");
        }
    }
}
