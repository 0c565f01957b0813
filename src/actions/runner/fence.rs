//! Starts a child behind Landlock: a thread of its own takes the restriction on, starts the child, which inherits it, and
//! ends. Nothing else of midwatch is restricted, and no code runs between fork and exec for it. Linux only.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use landlock::{
    ABI, AccessFs, BitFlags, PathBeneath, PathFd, Ruleset, RulesetAttr, RulesetCreatedAttr, RulesetError,
    RulesetStatus, Scope,
};

use crate::actions::confine::Landlock;

/// Devices that keep nothing.
const SINKS: [&str; 4] = ["/dev/null", "/dev/zero", "/dev/full", "/dev/fd"];
/// Lock files and control devices that programs open for writing just to show a state: lists of packet filters, of
/// volumes, of pools, of sensors.
const STATE: [&str; 7] = [
    "/run/xtables.lock",
    "/run/lock/lvm",
    "/run/lvm",
    "/dev/mapper/control",
    "/dev/zfs",
    "/dev/btrfs-control",
    "/dev/ipmi0",
];

/// Everything that changes files. Requests to devices are left alone: reading the health of a disk is one.
fn writes() -> BitFlags<AccessFs> {
    AccessFs::from_write(ABI::V3)
}

/// Restricts the calling thread, and what it starts, to writing below these. Paths that do not exist are left out.
fn restrict<'a>(writable: impl IntoIterator<Item = &'a Path>) -> Result<RulesetStatus, RulesetError> {
    let mut rules = Ruleset::default().handle_access(writes())?.scope(Scope::Signal)?.create()?;
    for path in SINKS.iter().chain(&STATE).map(Path::new).chain(writable) {
        let Ok(metadata) = std::fs::metadata(path) else { continue };
        let Ok(opened) = PathFd::new(path) else { continue };
        let access = if metadata.is_dir() { writes() } else { writes() & AccessFs::from_file(ABI::V3) };
        rules = rules.add_rule(PathBeneath::new(opened, access))?;
    }
    Ok(rules.restrict_self()?.ruleset)
}

/// Starts something on a thread that may write only below these, within the caller's async runtime.
///
/// # Errors
/// What the start itself says; also when the restriction could not be taken on, and then nothing was started.
pub(super) fn behind<T: Send>(
    writable: &[PathBuf],
    start: impl FnOnce() -> std::io::Result<T> + Send,
) -> std::io::Result<T> {
    let runtime = tokio::runtime::Handle::current();
    let work = || {
        let _inside = runtime.enter();
        match restrict(writable.iter().map(PathBuf::as_path)) {
            Ok(RulesetStatus::FullyEnforced | RulesetStatus::PartiallyEnforced) => start(),
            Ok(RulesetStatus::NotEnforced) => Err(std::io::Error::other("it could not be confined")),
            Err(error) => Err(std::io::Error::other(format!("it could not be confined: {error}"))),
        }
    };
    std::thread::scope(|scope| {
        std::thread::Builder::new()
            .name("confined start".to_owned())
            .spawn_scoped(scope, work)?
            .join()
            .unwrap_or_else(|_| Err(std::io::Error::other("its start failed")))
    })
}

/// What the kernel can do, found out once by restricting a thread that does nothing else.
pub fn landlock() -> Landlock {
    static FOUND: OnceLock<Landlock> = OnceLock::new();
    *FOUND.get_or_init(|| {
        let tried = std::thread::Builder::new().spawn(|| restrict([])).ok().and_then(|thread| thread.join().ok());
        match tried {
            Some(Ok(RulesetStatus::FullyEnforced)) => Landlock::Full,
            Some(Ok(RulesetStatus::PartiallyEnforced)) => Landlock::Partial,
            Some(Ok(RulesetStatus::NotEnforced) | Err(_)) | None => Landlock::Absent,
        }
    })
}
