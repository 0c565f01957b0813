//! The text of log files, read by position. No memory map: a mapped file that is truncated kills its reader, a read by
//! position comes back short.

use std::fs::File;
use std::io;
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

/// An open file, or bytes that are treated as one.
#[derive(Debug)]
pub struct Opened {
    path: PathBuf,
    text: Text,
}

#[derive(Debug)]
enum Text {
    File(File),
    Bytes(Vec<u8>),
}

impl Opened {
    /// A file that was opened for reading.
    pub fn of_file(path: PathBuf, file: File) -> Self {
        Self { path, text: Text::File(file) }
    }

    /// Bytes under a name.
    pub fn of_bytes(name: &str, bytes: Vec<u8>) -> Self {
        Self { path: PathBuf::from(name), text: Text::Bytes(bytes) }
    }

    /// The path it was opened by; another file may stand there now.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The bytes of a range; fewer when the file ends before it does.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn read(&self, range: Range<u64>) -> io::Result<Vec<u8>> {
        let length = usize::try_from(range.end.saturating_sub(range.start)).unwrap_or(usize::MAX);
        match &self.text {
            Text::File(file) => {
                let mut bytes = vec![0; length];
                let mut done = 0;
                while done < length {
                    match file.read_at(&mut bytes[done..], range.start + done as u64) {
                        Ok(0) => break,
                        Ok(read) => done += read,
                        Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                        Err(error) => return Err(error),
                    }
                }
                bytes.truncate(done);
                Ok(bytes)
            }
            Text::Bytes(bytes) => {
                let start = usize::try_from(range.start).unwrap_or(usize::MAX).min(bytes.len());
                let end = start.saturating_add(length).min(bytes.len());
                Ok(bytes[start..end].to_vec())
            }
        }
    }
}
