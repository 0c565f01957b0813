//! What a file is, so that a change of it shows: where it lies on the disk, its times, and the bytes of a small one.
//! `prepare` asks for every file that a command's effect hangs on.

use std::io::Read;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::digest::hex;

/// Largest file whose bytes are part of its identity.
const SMALL: u64 = 1 << 20;
/// Longest first line of a script.
const FIRST_LINE: u64 = 256;

/// The file a command word starts: its own path, or the first match on the PATH.
pub(super) fn resolve(name: &str, path: &str, cwd: &Path) -> Option<PathBuf> {
    let runs = |file: &PathBuf| {
        std::fs::metadata(file).is_ok_and(|meta| meta.is_file() && meta.permissions().mode() & 0o111 != 0)
    };
    if name.is_empty() {
        return None;
    }
    if name.contains('/') {
        return Some(cwd.join(name)).filter(runs);
    }
    path.split(':').map(|folder| Path::new(folder).join(name)).find(runs)
}

/// Device, inode, size, times and, of a small file, its bytes: of what a link points to, so that a swapped link shows.
/// The time of the last change of the inode cannot be set back, so that a file with a forged time shows as well.
pub(super) fn identity(file: &Path) -> Result<String, String> {
    let meta = std::fs::metadata(file).map_err(|error| format!("{} cannot be looked at: {error}", file.display()))?;
    let place = format!(
        "dev {} inode {} size {} mtime {}.{:09} ctime {}.{:09} mode {:o} owner {}",
        meta.dev(),
        meta.ino(),
        meta.size(),
        meta.mtime(),
        meta.mtime_nsec(),
        meta.ctime(),
        meta.ctime_nsec(),
        meta.mode(),
        meta.uid()
    );
    if !meta.is_file() || meta.len() > SMALL {
        return Ok(place);
    }
    // A program that may be run but not read has no bytes to compare.
    let bytes = std::fs::read(file).map_or_else(|_| "unreadable".to_owned(), |bytes| hex(&Sha256::digest(bytes)));
    Ok(format!("{place} sha256 {bytes}"))
}

/// The bytes of a tool's own configuration; its times do not matter.
pub(super) fn content(file: &Path) -> String {
    match std::fs::metadata(file) {
        Ok(meta) if meta.is_file() && meta.len() <= SMALL => match std::fs::read(file) {
            Ok(bytes) => format!("sha256 {}", hex(&Sha256::digest(bytes))),
            Err(error) => format!("cannot be read: {}", error.kind()),
        },
        Ok(_) => identity(file).unwrap_or_default(),
        Err(_) => "is not there".to_owned(),
    }
}

/// Where a name leads after every link, with device and inode; `None` when there is nothing.
pub(super) fn leads_to(file: &Path) -> Option<(PathBuf, String)> {
    let real = file.canonicalize().ok()?;
    let meta = std::fs::metadata(&real).ok()?;
    let place = format!("is {} dev {} inode {}", real.display(), meta.dev(), meta.ino());
    Some((real, place))
}

/// The interpreters that a script's first line names: `#!/usr/bin/env python3` names two.
pub(super) fn interpreters(file: &Path, path: &str) -> Vec<PathBuf> {
    let mut head = Vec::new();
    let read = std::fs::File::open(file).and_then(|file| file.take(FIRST_LINE).read_to_end(&mut head));
    let Some(line) = head.strip_prefix(b"#!").filter(|_| read.is_ok()) else { return Vec::new() };
    let line = line.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let line = String::from_utf8_lossy(line);
    let mut words = line.split_whitespace();
    let Some(first) = words.next() else { return Vec::new() };
    let mut all = vec![PathBuf::from(first)];
    if first.ends_with("/env") {
        let name = words.find(|word| !word.starts_with('-') && !word.contains('='));
        all.extend(name.and_then(|name| resolve(name, path, Path::new("/"))));
    }
    all
}

/// Device and inode of a folder.
pub(super) fn folder(folder: &Path) -> Result<String, String> {
    let meta =
        std::fs::metadata(folder).map_err(|error| format!("{} cannot be looked at: {error}", folder.display()))?;
    if !meta.is_dir() {
        return Err(format!("the working directory {} is no directory; set run.cwd", folder.display()));
    }
    Ok(format!("directory dev {} inode {}", meta.dev(), meta.ino()))
}
