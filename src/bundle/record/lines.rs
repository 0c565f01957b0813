//! The files of a bundle that only grow: whole lines, appended. A line that a crash tore in two is closed before the next.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use super::place::{RecordError, file_name};
use crate::domain::{LogRecord, SourceId};

/// Files kept open; with more, all are closed and opened again as needed.
const MOST_OPEN: usize = 64;

/// The open files.
#[derive(Debug, Default)]
pub(super) struct Lines {
    open: BTreeMap<PathBuf, BufWriter<File>>,
    /// Which source writes a service's own file; others get one beside it, since a file must have one format.
    owners: BTreeMap<String, SourceId>,
}

impl Lines {
    /// Appends `line` and a line end to the file's buffer.
    pub(super) fn write(&mut self, path: &Path, line: &str) -> Result<(), RecordError> {
        let wrote = self.file(path).and_then(|file| {
            file.write_all(line.as_bytes()).and_then(|()| file.write_all(b"\n")).map_err(|e| RecordError::new(path, &e))
        });
        self.close_after_failure(path, wrote)
    }

    /// Hands one file's buffer to the system.
    pub(super) fn flush_one(&mut self, path: &Path) -> Result<(), RecordError> {
        let flushed = match self.open.get_mut(path) {
            Some(file) => file.flush().map_err(|error| RecordError::new(path, &error)),
            None => Ok(()),
        };
        self.close_after_failure(path, flushed)
    }

    /// Hands every file's buffer to the system; the first failure is told, the others are tried all the same.
    pub(super) fn flush(&mut self) -> Result<(), RecordError> {
        let paths: Vec<PathBuf> = self.open.keys().cloned().collect();
        paths.iter().map(|path| self.flush_one(path)).fold(Ok(()), Result::and)
    }

    /// `logs/payments.log`, or `logs/payments@nginx.log` when another source already writes that service's file.
    pub(super) fn log_path(&mut self, record: &LogRecord) -> String {
        let service = if record.service.is_empty() { record.source.as_str() } else { record.service.as_str() };
        let service = file_name(service).replace('@', "_");
        let owner = self.owners.entry(service.clone()).or_insert_with(|| record.source.clone());
        if *owner == record.source {
            format!("logs/{service}.log")
        } else {
            format!("logs/{service}@{}.log", file_name(record.source.as_str()))
        }
    }

    /// A file that failed is closed without writing its buffer again: the next line opens it anew and mends its end.
    fn close_after_failure(&mut self, path: &Path, result: Result<(), RecordError>) -> Result<(), RecordError> {
        if result.is_err()
            && let Some(file) = self.open.remove(path)
        {
            let _ = file.into_parts();
        }
        result
    }

    fn file(&mut self, path: &Path) -> Result<&mut BufWriter<File>, RecordError> {
        if !self.open.contains_key(path) {
            if self.open.len() >= MOST_OPEN {
                self.flush()?;
                self.open.clear();
            }
            let file = appendable(path).map_err(|error| RecordError::new(path, &error))?;
            self.open.insert(path.to_path_buf(), BufWriter::new(file));
        }
        self.open.get_mut(path).ok_or_else(|| RecordError::new(path, &std::io::Error::other("it was closed")))
    }
}

/// A record as the line its service wrote; one that states no time gets the time of its reading in front.
pub(super) fn written(record: &LogRecord) -> String {
    let raw = if record.raw.is_empty() { &record.body } else { &record.raw };
    match record.time {
        Some(_) => raw.trim_end_matches('\n').to_owned(),
        None => format!("{} {}", record.observed, raw.trim_end_matches('\n')),
    }
}

fn appendable(path: &Path) -> std::io::Result<File> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let mut file = OpenOptions::new().read(true).append(true).create(true).open(path)?;
    if file.metadata()?.len() > 0 {
        let mut last = [0_u8];
        file.seek(SeekFrom::End(-1))?;
        file.read_exact(&mut last)?;
        if last != *b"\n" {
            file.write_all(b"\n")?;
        }
    }
    Ok(file)
}
