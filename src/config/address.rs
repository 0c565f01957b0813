//! Just enough of an address to refuse a wrong one before anything is asked over the network.

use std::net::{IpAddr, SocketAddr};

/// Why the text is no base address, and what to write instead.
pub(super) fn check_base(url: &str) -> Result<(), (String, String)> {
    let example = "write it as http://host:port".to_owned();
    if url.is_empty() {
        return Err(("is empty".to_owned(), example));
    }
    let Some((scheme, rest)) = url.split_once("://") else {
        return Err(("has no scheme".to_owned(), format!("write http:// or https:// before it: http://{url}")));
    };
    if scheme != "http" && scheme != "https" {
        return Err((format!("has the scheme `{scheme}`"), "only http:// and https:// are spoken".to_owned()));
    }
    let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
    if authority.contains('@') {
        let fix = "take it out and send it by `headers = { Authorization = \"env:NAME\" }`";
        return Err(("holds a user name or password".to_owned(), fix.to_owned()));
    }
    if path.contains(['?', '#']) || authority.contains(['?', '#']) {
        return Err(("has a query or fragment".to_owned(), "write the base address alone".to_owned()));
    }
    if url.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return Err(("holds a blank or control character".to_owned(), example));
    }
    check_authority(authority)
}

fn check_authority(authority: &str) -> Result<(), (String, String)> {
    let (host, port) = if let Some(rest) = authority.strip_prefix('[') {
        let Some((host, after)) = rest.split_once(']') else {
            return Err(("has an unclosed `[`".to_owned(), "write an IPv6 host as http://[::1]:9090".to_owned()));
        };
        if host.parse::<IpAddr>().is_err() {
            return Err((format!("has no IPv6 address in `[{host}]`"), "write it as http://[::1]:9090".to_owned()));
        }
        if !after.is_empty() && !after.starts_with(':') {
            return Err((format!("has `{after}` after the host"), "write it as http://[::1]:9090".to_owned()));
        }
        (host, after.strip_prefix(':'))
    } else {
        authority.split_once(':').map_or((authority, None), |(host, port)| (host, Some(port)))
    };
    if host.is_empty() {
        return Err(("has no host".to_owned(), "write it as http://host:port".to_owned()));
    }
    match port {
        Some(port) if !port.parse::<u16>().is_ok_and(|port| port > 0) => {
            Err((format!("has the port `{port}`"), "a port is a number from 1 to 65535".to_owned()))
        }
        Some(_) | None => Ok(()),
    }
}

/// Why the text is no loopback address with a port, and what to write instead.
pub(super) fn check_loopback(listen: &str) -> Result<(), (String, String)> {
    let Ok(address) = listen.parse::<SocketAddr>() else {
        return Err((format!("`{listen}` is no address with a port"), "write it as \"127.0.0.1:9099\"".to_owned()));
    };
    if !address.ip().is_loopback() {
        let fix = format!("write \"127.0.0.1:{}\"; others reach it through ssh -R or a proxy", address.port());
        return Err((format!("`{listen}` would listen to the network; only loopback is allowed"), fix));
    }
    if address.port() == 0 {
        return Err(("port 0 cannot be told to Alertmanager".to_owned(), "choose one, as 9099".to_owned()));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base_addresses_with_and_without_port_and_path_pass() {
        for url in [
            "http://localhost",
            "https://prom.example:9090/",
            "http://[::1]:9090",
            "http://h/a/b",
            "http://10.0.0.1:80",
        ] {
            assert_eq!(check_base(url), Ok(()), "{url}");
        }
    }

    #[test]
    fn wrong_addresses_are_refused() {
        for url in [
            "",
            "h:9090",
            "ftp://h",
            "http://",
            "http://:80",
            "http://h:0",
            "http://h:99999",
            "http://h:9x",
            "http://u:p@h",
            "http://h/?q",
            "http://[::1",
            "http://[zz]:1",
            "http://[::1]9",
            "http://a b",
        ] {
            assert!(check_base(url).is_err(), "{url}");
        }
    }

    #[test]
    fn only_loopback_may_listen() {
        assert_eq!(check_loopback("127.0.0.1:9099"), Ok(()));
        assert_eq!(check_loopback("[::1]:9099"), Ok(()));
        for listen in ["0.0.0.0:9099", "192.168.1.4:9099", "localhost:9099", "127.0.0.1", "127.0.0.1:0", ":9099"] {
            assert!(check_loopback(listen).is_err(), "{listen}");
        }
    }
}
