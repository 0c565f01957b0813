//! Which hosts a command logs in to or asks: ssh with the names its configuration gives, copies between hosts, requests
//! by address.

use crate::domain::approval::{Place, PlaceKind};

use super::Around;
use super::options::{Call, Style};

const SSH: Style = Style { letters: "BbcDEeFIiJLlmOoPpQRSWw", attached: "", long: &[] };
const SCP: Style = Style { letters: "cFiJloPSXD", attached: "", long: &[] };
const RSYNC: Style =
    Style { letters: "efBTM", attached: "", long: &["--rsh", "--exclude", "--include", "--rsync-path"] };

const CURL: Style = Style {
    letters: "AbcCdDeEFhHKmoPQrtTuUwxXyYz",
    attached: "",
    long: &[
        "--request",
        "--header",
        "--data",
        "--data-raw",
        "--data-binary",
        "--data-urlencode",
        "--data-ascii",
        "--json",
        "--form",
        "--user",
        "--user-agent",
        "--output",
        "--output-dir",
        "--write-out",
        "--max-time",
        "--connect-timeout",
        "--retry",
        "--retry-delay",
        "--retry-max-time",
        "--cacert",
        "--capath",
        "--cert",
        "--key",
        "--cert-type",
        "--key-type",
        "--cookie",
        "--cookie-jar",
        "--config",
        "--proxy",
        "--proxy-user",
        "--noproxy",
        "--resolve",
        "--connect-to",
        "--unix-socket",
        "--interface",
        "--limit-rate",
        "--max-redirs",
        "--oauth2-bearer",
        "--range",
        "--referer",
        "--upload-file",
        "--url-query",
        "--ciphers",
        "--tls-max",
        "--dump-header",
        "--stderr",
        "--trace",
        "--trace-ascii",
        "--aws-sigv4",
        "--variable",
        "--netrc-file",
    ],
};
const WGET: Style = Style {
    letters: "oOaeBtTwQPUAlDIXRi",
    attached: "",
    long: &[
        "--output-document",
        "--output-file",
        "--header",
        "--post-data",
        "--body-data",
        "--method",
        "--timeout",
        "--tries",
        "--user",
        "--password",
        "--user-agent",
        "--ca-certificate",
    ],
};
const HTTPIE: Style = Style {
    letters: "aosAp",
    attached: "",
    long: &["--output", "--auth", "--auth-type", "--verify", "--session", "--print", "--proxy", "--cert", "--timeout"],
};

/// The hosts of a call.
pub(super) fn places(call: &Call<'_>, around: &mut Around<'_>) {
    match call.name {
        "ssh" | "mosh" | "autossh" | "ssh-copy-id" => {
            // Everything after the host is the command there.
            let Some(host) = call.operands(&["-l", "-p"], SSH).into_iter().next() else { return };
            let user = call.option(&["-l"], SSH);
            login(&host, user.as_deref(), call.option(&["-F"], SSH), around);
            for jump in call.option(&["-J"], SSH).iter().flat_map(|jumps| jumps.split(',')) {
                login(jump, None, call.option(&["-F"], SSH), around);
            }
        }
        "scp" | "sftp" => copies(&call.operands(&[], SCP), call.name == "sftp", around),
        "rsync" => copies(&call.operands(&[], RSYNC), false, around),
        "curl" | "wget" | "http" | "https" | "xh" | "hey" | "ab" | "wrk" | "promtool" | "websocat" | "grpcurl" => {
            for word in call.arguments() {
                if let Some((_, rest)) = word.text.split_once("://") {
                    address(rest, word.is_dynamic(), around);
                }
            }
            // What is no option is an address, with or without its scheme.
            let (style, methods) = match call.name {
                "curl" => (CURL, false),
                "wget" => (WGET, false),
                _ => (HTTPIE, true),
            };
            if matches!(call.name, "curl" | "wget" | "http" | "https" | "xh") {
                let bare = call.operands(&[], style).into_iter().filter(|word| !word.contains("://"));
                let mut bare = bare.filter(|word| !(methods && word.bytes().all(|byte| byte.is_ascii_uppercase())));
                // Behind its address httpie names what it sends.
                let several = if methods { 1 } else { usize::MAX };
                bare.by_ref().take(several).for_each(|rest| address(&rest, false, around));
            }
        }
        "ansible" | "ansible-playbook" => {
            let style = Style { letters: "imaeulftM", attached: "", long: &[] };
            let limit = call.option(&["-l", "--limit"], style);
            let pattern = call.operands(&["-i", "--inventory"], style).into_iter().next();
            let hosts = limit.or(pattern.filter(|_| call.name == "ansible"));
            around.reach.add(PlaceKind::Host, hosts.unwrap_or_default());
            let inventory = call.option(&["-i", "--inventory"], style).unwrap_or_default();
            around.reach.add(PlaceKind::Workspace, inventory);
        }
        // Every other tool names its places elsewhere, or has none.
        _ => {}
    }
}

/// The host of an address without its scheme; of one that is only known when it runs, perhaps its beginning.
fn address(rest: &str, dynamic: bool, around: &mut Around<'_>) {
    let end = rest.find(['/', '?', '#']);
    let authority = &rest[..end.unwrap_or(rest.len())];
    let host = authority.rsplit('@').next().unwrap_or_default();
    let open = dynamic && end.is_none();
    around.reach.add(PlaceKind::Host, if open || host.is_empty() { Place::UNKNOWN } else { host });
}

fn copies(operands: &[String], always: bool, around: &mut Around<'_>) {
    for operand in operands {
        let address = operand.strip_prefix("rsync://").or_else(|| operand.strip_prefix("sftp://"));
        match (address, operand.split_once(':')) {
            (Some(rest), _) => login(rest.split('/').next().unwrap_or_default(), None, None, around),
            (None, Some((host, _))) if !host.contains('/') => login(host, None, None, around),
            (None, Some(_) | None) if always => login(operand, None, None, around),
            (None, Some(_) | None) => {}
        }
    }
}

/// A host as it is named, and as ssh's configuration resolves it.
fn login(named: &str, user: Option<&str>, file: Option<String>, around: &mut Around<'_>) {
    let named = named.strip_prefix("ssh://").unwrap_or(named);
    let (own_user, host) = named.rsplit_once('@').map_or((None, named), |(user, host)| (Some(user), host));
    if host == Place::UNKNOWN || host.is_empty() {
        return around.reach.add(PlaceKind::Host, Place::UNKNOWN);
    }
    let mut said = Login::default();
    let files = match file {
        Some(file) => vec![file],
        None => vec!["~/.ssh/config".to_owned(), "/etc/ssh/ssh_config".to_owned()],
    };
    for path in files {
        said.take(&around.read(&path).unwrap_or_default(), host);
    }
    let user = own_user.or(user).map(str::to_owned).or(said.user);
    let as_user = user.map(|user| format!("{user}@")).unwrap_or_default();
    around.reach.add(PlaceKind::Host, format!("{as_user}{host}"));
    if let Some(real) = said.host.filter(|real| real != host) {
        around.reach.add(PlaceKind::Host, real.replace("%h", host));
    }
}

/// What ssh's configuration says about a host; the first value of a key decides.
#[derive(Default)]
struct Login {
    host: Option<String>,
    user: Option<String>,
}

impl Login {
    fn take(&mut self, text: &str, host: &str) {
        let mut applies = true;
        for line in text.lines().map(str::trim).filter(|line| !line.starts_with('#')) {
            let Some((key, value)) = line.split_once([' ', '\t', '=']) else { continue };
            let value = value.trim_matches([' ', '\t', '=', '"']);
            match key.to_ascii_lowercase().as_str() {
                "host" => {
                    let matches = |pattern: &str| crate::actions::policy::glob(pattern, host);
                    let mut patterns = value.split_whitespace();
                    let refused = value.split_whitespace().filter_map(|pattern| pattern.strip_prefix('!')).any(matches);
                    applies = patterns.any(matches) && !refused;
                }
                // Conditions are not evaluated: what they would say is left out.
                "match" => applies = false,
                "hostname" if applies && self.host.is_none() => self.host = Some(value.to_owned()),
                "user" if applies && self.user.is_none() => self.user = Some(value.to_owned()),
                // The file's bytes are bound whole; only these two are shown.
                _ => {}
            }
        }
    }
}
