//! Places where secrets lie. A command that reads one keeps its class; what it says stays on this machine unless the
//! person sends it.

use super::value::Value;
use super::walk::Walk;

/// Parts of paths; each stands for a store of secrets.
const PLACES: [&str; 34] = [
    "/environ",
    ".aws/",
    ".kube/",
    ".ssh/",
    ".gnupg",
    ".docker/config",
    ".config/gcloud",
    ".azure/",
    ".netrc",
    ".pgpass",
    ".my.cnf",
    ".git-credentials",
    ".npmrc",
    ".pypirc",
    ".vault-token",
    ".terraformrc",
    ".htpasswd",
    "/etc/shadow",
    "/etc/gshadow",
    "/etc/kubernetes/admin.conf",
    "/etc/kubernetes/pki",
    "/etc/rancher/k3s/k3s.yaml",
    "/etc/ssl/private",
    "/etc/pki/tls/private",
    "/run/secrets",
    "/var/run/secrets",
    "terraform.tfstate",
    "id_rsa",
    "id_ed25519",
    "id_ecdsa",
    "kubeconfig",
    "credentials",
    "_history",
    "secrets.y",
];
/// Ends of names; each stands for a key or a list of secrets.
const ENDS: [&str; 10] =
    [".key", ".p12", ".pfx", ".jks", ".keystore", ".env", "-key.pem", "privkey.pem", ".kdbx", "key.pem"];

impl Walk<'_> {
    /// Notes a word that names a place where secrets lie.
    pub(super) fn secret_place(&mut self, word: &Value) {
        if self.found.sensitive.is_none() && is_secret(&word.text) {
            self.sensitive(&format!("reads {}, where secrets lie", word.text));
        }
    }
}

fn is_secret(text: &str) -> bool {
    let path = text.strip_prefix('@').unwrap_or(text).trim_end_matches('/');
    PLACES.iter().any(|place| {
        text.contains(place) || path.ends_with(place.trim_end_matches('/')) && path.starts_with(['/', '~', '.'])
    }) || (ENDS.iter().any(|end| path.ends_with(end)) && !path.contains(char::is_whitespace))
}

#[cfg(test)]
mod tests {
    use super::is_secret;

    #[test]
    fn places_of_secrets_are_told_from_others() {
        for secret in [
            "/proc/1/environ",
            "~/.aws/credentials",
            "/etc/shadow",
            "/srv/tls.key",
            "~/.ssh/id_rsa",
            "../app.env",
            "~/.kube",
        ] {
            assert!(is_secret(secret), "{secret}");
        }
        for other in ["/etc/hosts", "/var/log/syslog", "server.pem", "keys", "environ", "secret"] {
            assert!(!is_secret(other), "{other}");
        }
    }
}
