//! Decides whether a command is kept from writing while it runs, and which variables a read gets for its own good.
//! `prepare` says it on the card; the runner decides again from the same facts and acts on it.

use std::collections::BTreeMap;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use crate::domain::Class;
use crate::domain::approval::FrozenCommand;

use super::prepare::RunSettings;
use super::shell::Findings;

/// What a command without a terminal gets, so that nothing waits for a person, pages, edits, or locks for show.
const QUIET: [(&str, &str); 21] = [
    ("AWS_CLI_AUTO_PROMPT", "off"),
    ("AWS_PAGER", ""),
    ("BAT_PAGER", "cat"),
    ("EDITOR", "false"),
    ("GH_PAGER", "cat"),
    ("GH_PROMPT_DISABLED", "1"),
    ("GIT_EDITOR", "false"),
    ("GIT_OPTIONAL_LOCKS", "0"),
    ("GIT_PAGER", "cat"),
    ("GIT_TERMINAL_PROMPT", "0"),
    ("KUBE_EDITOR", "false"),
    ("LESSSECURE", "1"),
    ("MANPAGER", "cat"),
    ("PAGER", "cat"),
    ("PSQL_PAGER", "cat"),
    ("SSH_ASKPASS_REQUIRE", "never"),
    ("SUDO_EDITOR", "false"),
    ("SYSTEMD_PAGER", "cat"),
    ("SYSTEMD_PAGERSECURE", "1"),
    ("TF_INPUT", "0"),
    ("VISUAL", "false"),
];

/// Programs that connect with libpq and so honour `PGOPTIONS`.
const POSTGRES: [&str; 5] = ["psql", "pgcli", "pg_dump", "pg_dumpall", "pg_isready"];
const READ_ONLY: &str = "-c default_transaction_read_only=on";

/// Programs that look into other processes or signal them. Signals are refused to a confined one, and looking is by
/// Landlock's manual (though not by every kernel): several of these would then show less without a word.
const OTHER_PROCESSES: [&str; 34] = [
    "bpftrace", "fuser", "gdb", "htop", "iotop", "jcmd", "jinfo", "jmap", "jps", "jstack", "jstat", "kill", "killall",
    "lsns", "lsof", "ltrace", "netstat", "nsenter", "perf", "pgrep", "pidof", "pidstat", "pkill", "pmap", "prlimit",
    "ps", "pstree", "pwdx", "py-spy", "rbspy", "smem", "ss", "strace", "top",
];

/// Programs whose work is done on another host, through connections that they share by sockets of their own.
const ELSEWHERE: [&str; 6] = ["ansible", "mosh", "scp", "sftp", "ssh", "tsh"];

/// What keeps a command from writing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Confinement {
    /// It may write to these, to its own temporary folder and to devices that keep nothing, and signal none but its own.
    Confined {
        /// Files and folders.
        writable: Vec<PathBuf>,
    },
    /// It may do what the person may.
    Open(Open),
}

/// Why a command is not confined.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Open {
    /// It is meant to change something, or it has the terminal.
    NotARead,
    /// The configuration says so.
    Off,
    /// The kernel cannot do it.
    NoLandlock,
    /// This program needs what a confined one cannot have.
    Needs {
        /// The program.
        program: String,
        /// What it needs, to stand after its name.
        what: &'static str,
    },
}

impl Confinement {
    /// Whether it is kept from writing.
    pub fn is_confined(&self) -> bool {
        match self {
            Confinement::Confined { .. } => true,
            Confinement::Open(_) => false,
        }
    }

    /// What the card says of a read that is not confined; nothing about anything else.
    pub fn word(&self) -> Option<String> {
        match self {
            Confinement::Confined { .. } | Confinement::Open(Open::NotARead) => None,
            Confinement::Open(Open::Off) => Some("no: confine_reads is off".to_owned()),
            Confinement::Open(Open::NoLandlock) => Some("no: this kernel has no Landlock".to_owned()),
            Confinement::Open(Open::Needs { program, what }) => Some(format!("no: {program} {what}")),
        }
    }
}

/// Decides it from what the command is, names and resolves to.
pub fn decide(class: Class, found: &Findings, command: &FrozenCommand, settings: &RunSettings) -> Confinement {
    if class != Class::Read || command.interactive {
        return Confinement::Open(Open::NotARead);
    }
    if !settings.confine_reads {
        return Confinement::Open(Open::Off);
    }
    if let Some(open) = needs(found, command) {
        return Confinement::Open(open);
    }
    match landlock() {
        Landlock::Absent => Confinement::Open(Open::NoLandlock),
        Landlock::Full | Landlock::Partial => Confinement::Confined { writable: settings.reads_may_write.clone() },
    }
}

fn needs(found: &Findings, command: &FrozenCommand) -> Option<Open> {
    let needs = |program: &str, what| Some(Open::Needs { program: program.to_owned(), what });
    let names = found.programs();
    for name in names.iter().map(|name| name.rsplit('/').next().unwrap_or_default()) {
        if OTHER_PROCESSES.contains(&name) {
            return needs(name, "looks into other processes");
        }
        if ELSEWHERE.contains(&name) {
            return needs(name, "works on another host");
        }
    }
    if command.argv.iter().any(|word| word.contains("/proc/")) {
        return needs("/proc", "shows other processes");
    }
    if command.argv.iter().any(|word| word.contains("netns")) {
        return needs("netns", "enters another namespace");
    }
    if rustix::process::geteuid().is_root() {
        return None;
    }
    let files = command.files.iter().map(|(path, _)| path).chain([&command.program]);
    files.into_iter().find(|path| gains_rights(Path::new(path))).and_then(|path| {
        needs(path.rsplit('/').next().unwrap_or_default(), "takes on other rights, which a confined program cannot")
    })
}

/// Whether starting the file gives rights the person has not: set-uid, set-gid, or file capabilities.
fn gains_rights(program: &Path) -> bool {
    let marked = std::fs::metadata(program).is_ok_and(|meta| meta.is_file() && meta.mode() & 0o6000 != 0);
    marked || has_capabilities(program)
}

#[cfg(target_os = "linux")]
fn has_capabilities(program: &Path) -> bool {
    let mut value = [0_u8; 64];
    // No such attribute, or a file system without them: no rights come from there.
    rustix::fs::getxattr(program, "security.capability", &mut value).is_ok_and(|length| length > 0)
}

#[cfg(not(target_os = "linux"))]
fn has_capabilities(_program: &Path) -> bool {
    false
}

/// Whether every command without a terminal gets this variable; a card need not name it.
pub fn is_quiet(name: &str) -> bool {
    QUIET.iter().any(|(quiet, _)| *quiet == name)
}

/// Adds what keeps a command without a terminal quiet. A variable of the same name that the person passes on gives way.
pub(super) fn add_quiet(env: &mut BTreeMap<String, String>) {
    env.extend(QUIET.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
}

/// Asks PostgreSQL for read-only transactions, when one of its programs is called in a read. What `PGOPTIONS` held is
/// added to.
pub(super) fn add_read_only(
    env: &mut BTreeMap<String, String>,
    class: Class,
    found: &Findings,
    settings: &RunSettings,
) {
    let named = |name: &String| POSTGRES.contains(&name.rsplit('/').next().unwrap_or_default());
    if class != Class::Read || !settings.read_only_sessions || !found.programs().iter().any(named) {
        return;
    }
    let value = match env.get("PGOPTIONS").filter(|value| !value.is_empty()) {
        Some(value) => format!("{value} {READ_ONLY}"),
        None => READ_ONLY.to_owned(),
    };
    env.insert("PGOPTIONS".to_owned(), value);
}

/// What the kernel can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Landlock {
    /// No write that Landlock knows gets through.
    Full,
    /// It is there, but too old to refuse everything: cutting files short (before Linux 6.2) or signals (6.12).
    Partial,
    /// It is not there, or switched off.
    Absent,
}

#[cfg(target_os = "linux")]
pub use super::runner::landlock;

/// What the kernel can do: on this platform nothing.
#[cfg(not(target_os = "linux"))]
pub fn landlock() -> Landlock {
    Landlock::Absent
}
