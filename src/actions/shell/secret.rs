//! Places where secrets lie. A command that reads one keeps its class; what it says stays on this machine unless the
//! person sends it.

use super::findings::Findings;
use super::value::Value;
use super::walk::Walk;
use crate::domain::CleanText;

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

/// Files that patterns are held against: what a pattern meets of these it may read.
const SAMPLES: [&str; 30] = [
    "/proc/1/environ",
    "/proc/self/environ",
    "/etc/shadow",
    "/etc/gshadow",
    "/etc/kubernetes/admin.conf",
    "/etc/kubernetes/pki/ca.key",
    "/etc/ssl/private/a.key",
    "/run/secrets/a",
    "/run/secrets/kubernetes.io/serviceaccount/token",
    "/var/run/secrets/a",
    "/var/run/secrets/kubernetes.io/serviceaccount/token",
    "~/.aws/credentials",
    "~/.ssh/id_rsa",
    "~/.kube/config",
    "~/.docker/config.json",
    "~/.netrc",
    "~/.pgpass",
    "~/.my.cnf",
    "~/.vault-token",
    "~/.git-credentials",
    "~/.bash_history",
    "/root/.aws/credentials",
    "/root/.ssh/id_rsa",
    "/root/.kube/config",
    "/root/.bash_history",
    "/home/a/.aws/credentials",
    "/home/a/.ssh/id_rsa",
    "/home/a/.kube/config",
    "/home/a/.bash_history",
    "/srv/a/.env",
];

/// Notes what the calls and redirections of a whole text read of secrets, in the words as they are written: behind `~`,
/// behind `$HOME`, by a pattern, or from the folder that the command went to before.
pub(super) fn places(found: &mut Findings, text: &str) {
    if found.sensitive.is_some() {
        return;
    }
    let (mut at, mut said) = (String::new(), None);
    for words in found.calls() {
        let name = words.first().and_then(Value::exact).unwrap_or_default();
        let rest: Vec<String> = words.iter().skip(1).map(|word| written(word, text)).collect();
        said = said.or_else(|| environment(name, &rest));
        said = said.or_else(|| rest.iter().find_map(|word| read_from(&at, word)));
        if let ("cd" | "pushd", [to]) = (name, rest.as_slice()) {
            at = if to.starts_with(['/', '~']) { to.clone() } else { format!("{at}/{to}") };
        }
    }
    said = said.or_else(|| found.redirected.iter().find_map(|word| read_from(&at, &written(word, text))));
    found.sensitive = said.map(|said| CleanText::line(&said));
}

/// The word as it is written, without its quotes: of one that is not all known, what the text says.
fn written(word: &Value, text: &str) -> String {
    let source = word.exact().or_else(|| text.get(word.span.clone())).unwrap_or(&word.text);
    let bare: String = source.chars().filter(|c| !"'\"\\".contains(*c)).collect();
    bare.replace("${HOME}", "~").replace("$HOME", "~")
}

fn read_from(at: &str, word: &str) -> Option<String> {
    let path =
        if word.starts_with(['/', '~', '-']) || at.is_empty() { word.to_owned() } else { format!("{at}/{word}") };
    let met = path.contains(['*', '?', '[']) && SAMPLES.iter().any(|sample| meets(&path, sample));
    (is_secret(&path) || met).then(|| format!("reads {path}, where secrets lie"))
}

/// What shows variables, which hold secrets as often as not.
fn environment(name: &str, rest: &[String]) -> Option<String> {
    let name = name.rsplit('/').next().unwrap_or_default();
    let shows = match name {
        "env" => rest.iter().all(|word| word == "-0" || word == "--null"),
        "printenv" => true,
        // `ps eww`: without a dash, `e` shows the environment of each process.
        "ps" => rest.iter().any(|word| word.contains('e') && word.bytes().all(|byte| byte.is_ascii_alphabetic())),
        _ => false,
    };
    shows.then(|| format!("{name} shows variables, where secrets lie"))
}

/// Whether a file name pattern, part by part, meets a path.
fn meets(pattern: &str, path: &str) -> bool {
    let (patterns, parts): (Vec<&str>, Vec<&str>) = (pattern.split('/').collect(), path.split('/').collect());
    let hidden = |pattern: &str, part: &str| part.starts_with('.') && !pattern.starts_with('.');
    patterns.len() == parts.len()
        && patterns.iter().zip(&parts).all(|(pattern, part)| !hidden(pattern, part) && wild(pattern, part))
}

/// `*` any part, `?` and `[...]` one character.
fn wild(pattern: &str, text: &str) -> bool {
    let mut rest = pattern.chars();
    match rest.next() {
        None => text.is_empty(),
        Some('*') => {
            text.char_indices().map(|(at, _)| at).chain([text.len()]).any(|at| wild(rest.as_str(), &text[at..]))
        }
        Some(first) => {
            let mut left = text.chars();
            let Some(here) = left.next() else { return false };
            match (first, rest.as_str().split_once(']')) {
                ('[', Some((_, after))) => wild(after, left.as_str()),
                ('?', _) => wild(rest.as_str(), left.as_str()),
                _ => first == here && wild(rest.as_str(), left.as_str()),
            }
        }
    }
}

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
    let memory = path.starts_with("/proc/") && path.ends_with("/mem");
    let named = path.split(['?', '#']).next().unwrap_or_default().ends_with("/secrets") || path.contains("/secrets/");
    memory
        || named
        || PLACES.iter().any(|place| {
            text.contains(place) || path.ends_with(place.trim_end_matches('/')) && path.starts_with(['/', '~', '.'])
        })
        || (ENDS.iter().any(|end| path.ends_with(end)) && !path.contains(char::is_whitespace))
}

#[cfg(test)]
mod tests {
    use super::is_secret;
    use crate::actions::Tables;
    use crate::actions::shell::examine;

    #[test]
    fn however_it_is_written_a_place_of_secrets_is_one() {
        let tables = Tables::builtin().unwrap();
        for text in [
            "cat ~/.aws/credentials",
            "cat ~root/.ssh/id_rsa",
            "cat \"$HOME/.ssh/\"*",
            "cat ${HOME}/.ku\"be\"/config",
            "cat ~/.a*s/cred*",
            "cat /proc/1/enviro?",
            "cat /etc/shad[o]w",
            "sudo cat /etc/sha*",
            "cat < ~/.ssh/id_rsa",
            "while read -r l; do echo \"$l\"; done < ~/.aws/credentials",
            "cd /proc/1 && cat environ",
            "cd /etc; cd kubernetes; ls pki",
            "strings /proc/12/mem",
            "kubectl get --raw /api/v1/secrets",
            "env",
            "kubectl exec web -- printenv",
            "ps auxeww",
        ] {
            assert!(examine(text, &tables).sensitive.is_some(), "{text}");
        }
        for text in [
            "cat ~/notes",
            "ls ~/.config",
            "cat /var/log/*.log",
            "ls *",
            "ps -ef",
            "ps aux",
            "env FOO=1 ls",
            "cd /var/log && cat syslog",
            "wc -l < \"$HOME/a\"",
            "cat /et[c",
            "kubectl get pods",
        ] {
            assert_eq!(examine(text, &tables).sensitive, None, "{text}");
        }
    }

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
