//! A confined run's own temporary folder, named in its `TMPDIR`, and the hunt for what the run left behind: whoever
//! still carries that name in its environment when the run is over, in whatever session.

use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

/// Rounds of looking for processes: one that forks while it is hunted, or takes its time to die, is found in the next.
const ROUNDS: usize = 64;

static COUNT: AtomicU64 = AtomicU64::new(0);

/// The folder. Dropping it ends what is left of the run and removes the folder.
pub(super) struct Scratch {
    folder: PathBuf,
}

impl Scratch {
    /// Creates the folder, for this user alone. A name that is taken, by whomever, is not used.
    pub(super) fn new() -> std::io::Result<Self> {
        let base = std::env::temp_dir();
        loop {
            let (number, random) = (COUNT.fetch_add(1, Ordering::Relaxed), fastrand::u64(..));
            let folder = base.join(format!("midwatch-{}-{number}-{random:016x}", std::process::id()));
            match std::fs::DirBuilder::new().mode(0o700).create(&folder) {
                Ok(()) => return Ok(Self { folder }),
                Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// Its path.
    pub(super) fn path(&self) -> &Path {
        &self.folder
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let mark = format!("TMPDIR={}", self.folder.display());
        for _ in 0..ROUNDS {
            if !end_marked(mark.as_bytes()) {
                break;
            }
        }
        // What a program made unremovable stays, in a folder that is this user's alone.
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// Kills every process whose environment holds the mark; whether there was one.
#[cfg(target_os = "linux")]
fn end_marked(mark: &[u8]) -> bool {
    use rustix::process::{Pid, PidfdFlags, Signal, pidfd_open, pidfd_send_signal};

    let Ok(processes) = std::fs::read_dir("/proc") else { return false };
    let mut found = false;
    let numbers = processes.flatten().filter_map(|entry| entry.file_name().to_str()?.parse::<i32>().ok());
    for pid in numbers.filter_map(Pid::from_raw) {
        // Opened before it is looked at: the number cannot pass to another process in between.
        let Ok(process) = pidfd_open(pid, PidfdFlags::empty()) else { continue };
        let Ok(environment) = std::fs::read(format!("/proc/{}/environ", pid.as_raw_nonzero())) else { continue };
        if environment.split(|byte| *byte == 0).any(|entry| entry == mark) {
            found |= pidfd_send_signal(&process, Signal::KILL).is_ok();
        }
    }
    found
}

#[cfg(not(target_os = "linux"))]
fn end_marked(_mark: &[u8]) -> bool {
    false
}
