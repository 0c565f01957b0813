//! What the types cannot say about a server's login and certificates.

use std::collections::BTreeMap;

use super::{Check, bad_reference};
use crate::config::auth::Auth;
use crate::config::secrets::is_reference;

const NAMED: &str = "write \"env:NAME\", or \"keyring:NAME\" after `midwatch key set NAME`";

impl Check {
    /// `key` is the server's own.
    pub(super) fn auth(&mut self, key: &str, url: &str, headers: &BTreeMap<String, String>, auth: &Auth) {
        let key = format!("{key}.auth");
        for (name, value) in [("password", &auth.password), ("bearer", &auth.bearer)] {
            if value.is_empty() {
            } else if is_reference(value) {
                self.reference(&format!("{key}.{name}"), value);
            } else {
                self.wrong(format!("{key}.{name}"), "is a secret in plain text", NAMED);
            }
        }
        match (auth.user.is_empty(), auth.password.is_empty()) {
            (false, true) => self.wrong(format!("{key}.user"), "has no `password`", "write password = \"env:NAME\""),
            (true, false) => self.wrong(format!("{key}.password"), "has no `user`", "write user = \"NAME\""),
            (false, false) | (true, true) => {}
        }
        if auth.user.contains(':') || auth.user.chars().any(char::is_control) {
            let what = "holds a colon or a control character, which basic authentication cannot carry";
            self.wrong(format!("{key}.user"), what, "write the name alone; the password stands in `password`");
        }
        let basic = !(auth.user.is_empty() && auth.password.is_empty());
        let header = headers.keys().any(|name| name.eq_ignore_ascii_case("authorization"));
        if !auth.bearer.is_empty() && basic {
            self.wrong(format!("{key}.bearer"), "stands beside `user` and `password`", "keep one way to log in");
        } else if header && (basic || !auth.bearer.is_empty()) {
            let what = "would be sent beside the header `Authorization` of `headers`";
            self.wrong(&key, what, "keep one of the two");
        }
        self.certificates(&key, url, auth);
    }

    fn certificates(&mut self, key: &str, url: &str, auth: &Auth) {
        let cert = !auth.client_cert.as_os_str().is_empty();
        match (cert, auth.client_key.is_empty()) {
            (true, true) => {
                let fix = "write client_key = \"client-key.pem\", or \"keyring:NAME\"";
                self.wrong(format!("{key}.client_cert"), "has no `client_key`", fix);
            }
            (false, false) => {
                let fix = "write client_cert = \"client.pem\"";
                self.wrong(format!("{key}.client_key"), "has no `client_cert`", fix);
            }
            (true, false) | (false, true) => {}
        }
        if is_reference(&auth.client_key) {
            self.reference(&format!("{key}.client_key"), &auth.client_key);
        } else if auth.client_key.contains("-----BEGIN") {
            let fix = "write the path of its file, or \"keyring:NAME\" after `midwatch key set NAME`";
            self.wrong(format!("{key}.client_key"), "is a key in plain text", fix);
        }
        if auth.has_certificates() && url.trim_start().to_ascii_lowercase().starts_with("http:") {
            self.wrong(key, "has certificates, which http:// does not use", "write the url as https://host");
        }
    }

    fn reference(&mut self, key: &str, value: &str) {
        let name = value.split_once(':').map_or("", |(_, name)| name);
        if let Some(what) = bad_reference(name) {
            self.wrong(key, what, "write \"env:NAME\" or \"keyring:NAME\"");
        }
    }
}
