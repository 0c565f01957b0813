//! Where a bundle's files come from: a folder on disk, or the binary itself for the embedded drills.

use std::borrow::Cow;
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

/// Most files looked at in one folder of a bundle.
const MOST_FILES: usize = 4_096;

/// Read access to the files of one bundle. Paths are relative, with `/` between their parts.
pub trait Files {
    /// The first `limit` bytes of a file; `None` when there is no such file, words when it cannot be read.
    fn read(&self, path: &str, limit: usize) -> Result<Option<Content<'_>>, String>;

    /// The names of the regular files in a folder, sorted; `None` when there is no such folder.
    fn list(&self, folder: &str) -> Result<Option<Vec<String>>, String>;
}

/// What was read of a file.
#[derive(Debug)]
pub struct Content<'a> {
    /// The bytes, from the beginning.
    pub bytes: Cow<'a, [u8]>,
    /// Bytes of the file that were not read because of the limit.
    pub left_out: u64,
}

/// A bundle in a folder on disk.
#[derive(Clone, Debug)]
pub struct Folder(PathBuf);

impl Folder {
    /// The bundle in `path`.
    pub fn new(path: &Path) -> Self {
        Self(path.to_path_buf())
    }
}

impl Files for Folder {
    fn read(&self, path: &str, limit: usize) -> Result<Option<Content<'_>>, String> {
        let full = self.0.join(path);
        // Only regular files: opening a pipe that somebody put there would wait for ever.
        let size = match std::fs::metadata(&full) {
            Ok(data) if data.is_file() => data.len(),
            Ok(_) => return Err("it is not a regular file".to_owned()),
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error.to_string()),
        };
        let file = std::fs::File::open(&full).map_err(|error| error.to_string())?;
        let mut bytes = Vec::new();
        file.take(limit as u64).read_to_end(&mut bytes).map_err(|error| error.to_string())?;
        let left_out = size.saturating_sub(bytes.len() as u64);
        Ok(Some(Content { bytes: Cow::Owned(bytes), left_out }))
    }

    fn list(&self, folder: &str) -> Result<Option<Vec<String>>, String> {
        let entries = match std::fs::read_dir(self.0.join(folder)) {
            Ok(entries) => entries,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error.to_string()),
        };
        let mut names: Vec<String> = entries
            .filter_map(Result::ok)
            .filter(|entry| entry.path().is_file())
            .filter_map(|entry| entry.file_name().into_string().ok())
            .take(MOST_FILES)
            .collect();
        names.sort_unstable();
        Ok(Some(names))
    }
}

/// A bundle inside the binary.
#[derive(Clone, Debug)]
pub struct Embedded<'a>(&'a include_dir::Dir<'a>);

impl<'a> Embedded<'a> {
    /// The bundle in an embedded folder.
    pub fn new(dir: &'a include_dir::Dir<'a>) -> Self {
        Self(dir)
    }
}

impl Files for Embedded<'_> {
    fn read(&self, path: &str, limit: usize) -> Result<Option<Content<'_>>, String> {
        Ok(self.0.get_file(self.0.path().join(path)).map(|file| {
            let bytes = file.contents();
            let kept = bytes.get(..limit).unwrap_or(bytes);
            Content { bytes: Cow::Borrowed(kept), left_out: (bytes.len() - kept.len()) as u64 }
        }))
    }

    fn list(&self, folder: &str) -> Result<Option<Vec<String>>, String> {
        Ok(self.0.get_dir(self.0.path().join(folder)).map(|dir| {
            let names = dir.files().filter_map(|file| file.path().file_name().and_then(|name| name.to_str()));
            let mut names: Vec<String> = names.map(str::to_owned).take(MOST_FILES).collect();
            names.sort_unstable();
            names
        }))
    }
}
