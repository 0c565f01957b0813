//! Where headless searches read from: files as they are, compressed ones unpacked on the way, standard input.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

use ruzstd::decoding::StreamingDecoder;

use super::super::exit::Failure;
use crate::domain::{CleanText, Timestamp};
use crate::logfile::Packing;

/// Something to read, and the time that lends its date to lines without one.
pub(in crate::cli) struct Input {
    pub(in crate::cli) name: String,
    pub(in crate::cli) reader: Box<dyn Read>,
    pub(in crate::cli) modified: Timestamp,
}

/// Zstandard, frame after frame.
struct Frames {
    source: Option<BufReader<File>>,
    open: Option<Box<StreamingDecoder<BufReader<File>, ruzstd::decoding::FrameDecoder>>>,
}

/// Opens what an argument names; `-` is standard input.
pub(in crate::cli) fn open(path: &Path) -> Result<Input, Failure> {
    if path == Path::new("-") {
        return Ok(Input {
            name: "(standard input)".to_owned(),
            reader: Box::new(io::stdin().lock()),
            modified: Timestamp::now(),
        });
    }
    let name = path.display().to_string();
    let (reader, modified) = open_file(path).map_err(|error| failure(path, error))?;
    Ok(Input { name, reader, modified })
}

fn open_file(path: &Path) -> io::Result<(Box<dyn Read>, Timestamp)> {
    let file = File::open(path)?;
    let about = file.metadata()?;
    if about.is_dir() {
        return Err(io::ErrorKind::IsADirectory.into());
    }
    let modified = about.modified().ok().and_then(|at| Timestamp::try_from(at).ok()).unwrap_or_default();
    let reader: Box<dyn Read> = match Packing::of(path) {
        None => Box::new(file),
        Some(Packing::Gzip) => Box::new(flate2::bufread::MultiGzDecoder::new(BufReader::new(file))),
        Some(Packing::Zstd) => Box::new(Frames { source: Some(BufReader::new(file)), open: None }),
        Some(Packing::Other(what)) => return Err(io::Error::other(format!("{what} cannot be read here"))),
    };
    Ok((reader, modified))
}

/// What is said of a file that cannot be read.
pub(in crate::cli) fn failure(path: &Path, error: io::Error) -> Failure {
    let name = CleanText::line(&path.display().to_string());
    let message = format!("{name}: {error}; name a log file that can be read, or - for standard input");
    match error.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::PermissionDenied | io::ErrorKind::IsADirectory => {
            Failure::bad_input(message)
        }
        _ => Failure::CouldNot(anyhow::Error::new(error).context(message)),
    }
}

impl Read for Frames {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            if let Some(open) = &mut self.open {
                let read = open.read(buffer)?;
                if read > 0 || buffer.is_empty() {
                    return Ok(read);
                }
            }
            if let Some(done) = self.open.take() {
                self.source = Some(done.into_inner());
            }
            let Some(mut source) = self.source.take() else { return Ok(0) };
            if source.fill_buf()?.is_empty() {
                return Ok(0);
            }
            self.open = Some(Box::new(StreamingDecoder::new(source).map_err(io::Error::other)?));
        }
    }
}
