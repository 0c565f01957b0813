//! The program's own log: a file in the data directory, never the terminal under the screen. `MIDWATCH_LOG` filters it.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use tracing_appender::non_blocking::{NonBlockingBuilder, WorkerGuard};
use tracing_subscriber::EnvFilter;

/// Size at which the file is put aside as `midwatch.log.1`, in bytes.
const LARGEST: u64 = 4 << 20;

/// Starts the log; dropping what comes back writes its last lines. Failing is not fatal: the log is then missing.
pub(super) fn to_file(data_dir: &Path) -> Option<WorkerGuard> {
    if data_dir.as_os_str().is_empty() {
        return None;
    }
    let file = Bounded::open(data_dir.join("midwatch.log"), LARGEST).ok()?;
    let (writer, guard) = NonBlockingBuilder::default().lossy(true).finish(file);
    let filter = EnvFilter::try_from_env("MIDWATCH_LOG").unwrap_or_else(|_| EnvFilter::new("midwatch=info,warn"));
    tracing_subscriber::fmt()
        .with_writer(writer)
        .with_env_filter(filter)
        .with_ansi(false)
        .log_internal_errors(false)
        .try_init()
        .ok()?;
    tracing::info!(version = env!("CARGO_PKG_VERSION"), "started");
    Some(guard)
}

/// A file that never grows beyond its limit by more than one write: the older half is put aside, replacing the one before.
struct Bounded {
    path: PathBuf,
    file: File,
    size: u64,
    limit: u64,
}

impl Bounded {
    fn open(path: PathBuf, limit: u64) -> io::Result<Self> {
        if let Some(folder) = path.parent() {
            fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
        }
        let file = OpenOptions::new().create(true).append(true).mode(0o600).open(&path)?;
        let size = file.metadata()?.len();
        Ok(Self { path, file, size, limit })
    }
}

impl Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.size >= self.limit {
            fs::rename(&self.path, self.path.with_extension("log.1"))?;
            *self = Self::open(self.path.clone(), self.limit)?;
        }
        let written = self.file.write(bytes)?;
        self.size += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_is_bounded_private_and_keeps_the_newest() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("data/midwatch.log");
        let mut file = Bounded::open(path.clone(), 100).unwrap();
        for number in 0..100 {
            file.write_all(format!("line {number:04}\n").as_bytes()).unwrap();
        }
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.ends_with("line 0099\n") && text.len() <= 110, "{text}");
        assert!(fs::read_to_string(path.with_extension("log.1")).unwrap().len() <= 110);
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn a_place_that_cannot_be_written_gives_no_log_and_no_error() {
        assert!(to_file(Path::new("/proc/nowhere")).is_none());
        assert!(to_file(Path::new("")).is_none());
    }
}
