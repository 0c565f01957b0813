//! Compressed files, unpacked once, from their start to as far as it goes, into a spool that is read like any file. Which
//! they are is told from their first bytes, not from their names. [`super::Watch`] lets them work in slices.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use flate2::bufread::MultiGzDecoder;
use ruzstd::decoding::errors::{FrameDecoderError, ReadFrameHeaderError};
use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};

use crate::domain::CleanText;

use super::index::{Place, Reading, Reel};
use super::library::Library;
use super::spool::{Full, Spool};
use super::tape::Stage;

/// Bytes unpacked at a time.
const SLICE: usize = 256 << 10;
/// A frame of nothing. The decoder checks how much memory a frame asks for in all but the first that it sees.
const EMPTY: &[u8] = b"\x28\xb5\x2f\xfd\x20\0\x01\0\0";

/// How a file is compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Packing {
    /// Gzip, of any number of members.
    Gzip,
    /// Zstandard, of any number of frames.
    Zstd,
    /// Something that cannot be read here, by its name.
    Other(&'static str),
}

/// A compressed file on its way to rows.
pub(super) struct Packed {
    library: Arc<Library>,
    path: PathBuf,
    reader: Unpacker,
    spool: Spool,
    reel: Reel,
    read: Arc<AtomicU64>,
    length: u64,
    buffer: Vec<u8>,
    is_done: bool,
}

/// What unpacks.
enum Unpacker {
    Gzip(Box<MultiGzDecoder<BufReader<Counted>>>),
    Zstd(Box<Zstd>),
}

/// Frames one after another.
struct Zstd {
    source: BufReader<Counted>,
    decoder: FrameDecoder,
    is_open: bool,
}

/// Counts what was read of the file.
struct Counted {
    file: File,
    read: Arc<AtomicU64>,
}

impl std::fmt::Debug for Packed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Packed").field("path", &self.path).field("is_done", &self.is_done).finish_non_exhaustive()
    }
}

impl Packing {
    /// How the file at a path is compressed; `None` when it is not, or cannot be read.
    pub fn of(path: &Path) -> Option<Self> {
        let is_file = std::fs::metadata(path).ok()?.is_file();
        let file = File::open(path).ok().filter(|_| is_file)?;
        let mut head = [0; 6];
        let read = file.read_at(&mut head, 0).ok()?;
        let head = head.get(..read)?;
        let known: [(&[u8], Packing); 6] = [
            (b"\x1f\x8b\x08", Packing::Gzip),
            (b"\x28\xb5\x2f\xfd", Packing::Zstd),
            (b"\xfd7zXZ\0", Packing::Other("xz")),
            (b"BZh", Packing::Other("bzip2")),
            (b"PK\x03\x04", Packing::Other("zip")),
            (b"\x04\x22\x4d\x18", Packing::Other("lz4")),
        ];
        known.iter().find(|(magic, _)| head.starts_with(magic)).map(|(_, packing)| *packing)
    }
}

impl Packed {
    /// Begins to unpack a file.
    pub(super) fn new(
        library: &Arc<Library>,
        path: &Path,
        packing: Packing,
        place: Place,
        reading: Reading,
    ) -> io::Result<Self> {
        let file = File::open(path)?;
        let length = file.metadata()?.len();
        let read = Arc::new(AtomicU64::new(0));
        let source = BufReader::with_capacity(SLICE, Counted { file, read: Arc::clone(&read) });
        let reader = match packing {
            Packing::Gzip => Unpacker::Gzip(Box::new(MultiGzDecoder::new(source))),
            Packing::Zstd => Unpacker::Zstd(Box::new(Zstd::new(source)?)),
            Packing::Other(name) => {
                let why = format!("is compressed with {name}; gzip and zstd can be read, unpack it otherwise");
                return Err(io::Error::new(io::ErrorKind::Unsupported, why));
            }
        };
        let spool = Spool::new(library)?;
        let opened = Arc::new(spool.opened(path));
        let reading = Reading { length: u64::MAX, stage: Stage::Indexing { to: u64::MAX }, ..reading };
        let reel = Reel::new(library, opened, place, reading);
        let (library, path) = (Arc::clone(library), path.to_owned());
        Ok(Self { library, path, reader, spool, reel, read, length, buffer: vec![0; SLICE], is_done: false })
    }

    /// The rows so far.
    pub(super) fn reel(&mut self) -> &mut Reel {
        &mut self.reel
    }

    /// Whether all was unpacked that can be.
    pub(super) fn is_done(&self) -> bool {
        self.is_done
    }

    /// Unpacks about so many bytes; gives how many it were. What is wrong ends the work and is said in the library.
    pub(super) fn work(&mut self, bytes: usize) -> u64 {
        let from = self.spool.at();
        while !self.is_done && self.spool.at() - from < bytes as u64 {
            self.step();
        }
        self.say_progress();
        self.reel.publish();
        self.spool.at() - from
    }

    /// Unpacks one slice.
    fn step(&mut self) {
        let read = match self.reader.read(&mut self.buffer) {
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => return,
            Err(error) => return self.end(Some(self.reason(&error))),
        };
        let bytes = self.buffer.get(..read).unwrap_or_default();
        if bytes.is_empty() {
            return self.end(None);
        }
        let at = self.spool.at();
        match self.spool.write(bytes) {
            Ok(()) => self.reel.feed(at, bytes, 0),
            Err(full @ (Full::Budget | Full::Disk { .. })) => self.end(Some(full.to_string())),
        }
    }

    /// What a failure of the decoder means.
    fn reason(&self, error: &io::Error) -> String {
        let at_end = self.read.load(Ordering::Relaxed) >= self.length;
        match (error.kind(), self.spool.at()) {
            (io::ErrorKind::UnexpectedEof, _) => "it ends too early".to_owned(),
            (io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData, 1..) if at_end => {
                "something else stands behind it".to_owned()
            }
            _ => error.to_string(),
        }
    }

    fn end(&mut self, why: Option<String>) {
        self.is_done = true;
        if let Some(why) = why {
            let name = self.path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let text = format!("{name} is read as far as it goes, {} bytes unpacked: {why}", self.spool.at());
            self.library.note(CleanText::line(&text));
        }
        self.reel.finish(Stage::Ended, 0);
        self.reel.file().settle_length(self.spool.at());
    }

    /// Guesses the unpacked length from what was unpacked so far.
    fn say_progress(&self) {
        if !self.is_done {
            let read = self.read.load(Ordering::Relaxed).max(1);
            let guess = u128::from(self.spool.at()) * u128::from(self.length) / u128::from(read);
            self.reel.file().settle_length(u64::try_from(guess).unwrap_or(u64::MAX).max(self.spool.at() + 1));
        }
    }
}

impl Unpacker {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Unpacker::Gzip(decoder) => {
                let mut done = 0;
                // A decoder gives what it has; fuller slices cost less.
                while let Some(rest) = buffer.get_mut(done..).filter(|rest| !rest.is_empty()) {
                    match decoder.read(rest) {
                        Ok(0) => break,
                        Ok(read) => done += read,
                        Err(error) if done == 0 => return Err(error),
                        Err(_) => break,
                    }
                }
                Ok(done)
            }
            Unpacker::Zstd(frames) => frames.read(buffer),
        }
    }
}

impl Zstd {
    fn new(source: BufReader<Counted>) -> io::Result<Self> {
        let mut decoder = FrameDecoder::new();
        decoder.init(EMPTY).map_err(invalid)?;
        Ok(Self { source, decoder, is_open: false })
    }

    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            if !self.is_open && !self.open()? {
                return Ok(0);
            }
            while !self.decoder.is_finished() && self.decoder.can_collect() < buffer.len() {
                let more = BlockDecodingStrategy::UptoBytes(buffer.len());
                self.decoder.decode_blocks(&mut self.source, more).map_err(invalid)?;
            }
            let read = self.decoder.read(buffer)?;
            if read > 0 {
                return Ok(read);
            }
            self.is_open = false;
        }
    }

    /// Begins with the next frame; `false` at the end.
    fn open(&mut self) -> io::Result<bool> {
        loop {
            if io::BufRead::fill_buf(&mut self.source)?.is_empty() {
                return Ok(false);
            }
            match self.decoder.init(&mut self.source) {
                Ok(()) => {
                    self.is_open = true;
                    return Ok(true);
                }
                Err(FrameDecoderError::ReadFrameHeaderError(ReadFrameHeaderError::SkipFrame { length, .. })) => {
                    io::copy(&mut Read::by_ref(&mut self.source).take(u64::from(length)), &mut io::sink())?;
                }
                Err(error) => return Err(invalid(error)),
            }
        }
    }
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read(buffer)?;
        self.read.fetch_add(read as u64, Ordering::Relaxed);
        Ok(read)
    }
}

/// A decoder's error as one of reading, with the end of the file told apart.
fn invalid(error: FrameDecoderError) -> io::Error {
    let words = error.to_string();
    let kind = match words.contains("failed to fill whole buffer") {
        true => io::ErrorKind::UnexpectedEof,
        false => io::ErrorKind::InvalidData,
    };
    io::Error::new(kind, words)
}

#[cfg(test)]
mod tests;
