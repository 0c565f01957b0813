//! Variables: which are the text's own, and which may be set for a command without changing more than its looks or its
//! place. Whatever is not listed may make a program start another one.

/// Variables that only change how something is written, or where and as whom it looks.
const HARMLESS: [&str; 38] = [
    "LC_ALL",
    "LANG",
    "LANGUAGE",
    "LC_CTYPE",
    "LC_COLLATE",
    "LC_MESSAGES",
    "LC_NUMERIC",
    "LC_TIME",
    "TZ",
    "NO_COLOR",
    "CLICOLOR",
    "FORCE_COLOR",
    "COLUMNS",
    "LINES",
    "PGPASSWORD",
    "PGCONNECT_TIMEOUT",
    "PGAPPNAME",
    "MYSQL_PWD",
    "REDISCLI_AUTH",
    "AWS_PROFILE",
    "AWS_REGION",
    "AWS_DEFAULT_REGION",
    "AWS_DEFAULT_OUTPUT",
    "CLOUDSDK_CORE_PROJECT",
    "ETCDCTL_API",
    "ETCDCTL_ENDPOINTS",
    "ETCDCTL_CACERT",
    "ETCDCTL_CERT",
    "ETCDCTL_KEY",
    "VAULT_ADDR",
    "VAULT_NAMESPACE",
    "CONSUL_HTTP_ADDR",
    "NOMAD_ADDR",
    "ALERTMANAGER_URL",
    "LOKI_ADDR",
    "SYSTEMD_COLORS",
    "GIT_OPTIONAL_LOCKS",
    "DEBIAN_FRONTEND",
];
/// Variables that are harmless with an empty value or `cat`.
const PAGERS: [&str; 8] =
    ["PAGER", "GIT_PAGER", "SYSTEMD_PAGER", "MANPAGER", "PSQL_PAGER", "AWS_PAGER", "GH_PAGER", "BAT_PAGER"];
/// Lower-case variables that programs heed.
const EFFECTIVE: [&str; 7] =
    ["http_proxy", "https_proxy", "ftp_proxy", "all_proxy", "no_proxy", "rsync_proxy", "auto_resume"];
/// Variables in capitals that the shell or many programs heed, by a part of their name...
const TELLING: [&str; 36] = [
    "PATH",
    "OPT",
    "PROXY",
    "PRELOAD",
    "LIB",
    "ENV",
    "SHELL",
    "EDITOR",
    "VISUAL",
    "PAGER",
    "HOME",
    "IFS",
    "HIST",
    "PROMPT",
    "COMMAND",
    "CONF",
    "DEBUG",
    "AUDIT",
    "BROWSER",
    "TERM",
    "TMP",
    "TEMP",
    "XDG",
    "ARGS",
    "FLAGS",
    "HOOK",
    "PLUGIN",
    "WRAPPER",
    "CREDENTIAL",
    "ASKPASS",
    "MODULE",
    "INIT",
    "STARTUP",
    "PROGRAM",
    "DISPLAY",
    "GLOB",
];
/// ... or by its beginning.
const FAMILIES: [&str; 44] = [
    "LD_",
    "DYLD_",
    "BASH",
    "ZSH",
    "FCEDIT",
    "FIGNORE",
    "PS0",
    "PS1",
    "PS2",
    "PS3",
    "PS4",
    "POSIX",
    "OLDPWD",
    "PWD",
    "CD",
    "MAIL",
    "TIMEFORMAT",
    "INPUTRC",
    "EXECIGNORE",
    "UID",
    "EUID",
    "PPID",
    "RANDOM",
    "SECONDS",
    "LINENO",
    "REPLY",
    "GIT",
    "SSH",
    "PYTHON",
    "PERL",
    "RUBY",
    "NODE",
    "NPM",
    "JAVA",
    "JDK",
    "LUA",
    "PHP",
    "LESS",
    "MAN",
    "GCONV",
    "PG",
    "MYSQL",
    "KUBE",
    "USER",
];
/// ... and the tools' own families, which a remote shell may have exported.
const TOOLS: [&str; 18] = [
    "AWS", "DOCKER", "HELM", "VAULT", "CONSUL", "NOMAD", "TF_", "ANSIBLE", "GOOGLE", "CLOUDSDK", "AZURE", "ARM_",
    "REDIS", "ETCD", "CURL", "SSL", "RSYNC", "TAR",
];

/// Whether setting this variable for a command changes nothing but its looks or its place.
pub(super) fn is_harmless(name: &str) -> bool {
    HARMLESS.contains(&name)
}

/// Whether setting this variable to this value changes nothing but looks.
pub(super) fn is_harmless_as(name: &str, value: &str) -> bool {
    (PAGERS.contains(&name) && matches!(value, "" | "cat"))
        || (name == "KUBECONFIG" && is_own_kubeconfig(value))
        || (name == "TERM" && matches!(value, "dumb" | "xterm" | "xterm-256color" | "linux" | "vt100"))
}

/// Kubeconfigs where they belong: one from elsewhere may start programs.
fn is_own_kubeconfig(value: &str) -> bool {
    const PLACES: [&str; 5] = ["~/.kube/", "$HOME/.kube/", "/root/.kube/", "/etc/kubernetes/", "/etc/rancher/"];
    let home = value.strip_prefix("/home/").and_then(|rest| rest.split_once('/')).map(|(_, rest)| rest);
    let placed =
        PLACES.iter().any(|place| value.starts_with(place)) || home.is_some_and(|rest| rest.starts_with(".kube/"));
    placed && !value.contains("..") && !value.contains(':')
}

/// Whether the variable is the text's own: no shell and no known program heeds its name.
pub(super) fn is_own(name: &str) -> bool {
    let of = |first: fn(char) -> bool| {
        name.starts_with(first) && name.chars().all(|c| first(c) || c.is_ascii_digit() || c == '_')
    };
    if of(|c| c.is_ascii_lowercase()) {
        return !EFFECTIVE.contains(&name);
    }
    of(|c| c.is_ascii_uppercase())
        && name != "ENV"
        && !TELLING.iter().any(|part| name.contains(part))
        && !FAMILIES.iter().chain(&TOOLS).any(|start| name.starts_with(start))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn own_names_are_told_from_those_that_programs_heed() {
        for own in ["i", "pod", "NS", "POD", "SINCE", "HOST", "C1"] {
            assert!(is_own(own), "{own}");
        }
        for other in [
            "PATH",
            "LD_PRELOAD",
            "IFS",
            "PS4",
            "BASH_ENV",
            "http_proxy",
            "GIT_SSH_COMMAND",
            "LESSOPEN",
            "Mixed",
            "_",
            "KUBECONFIG",
        ] {
            assert!(!is_own(other), "{other}");
        }
    }
}
