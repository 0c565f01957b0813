//! Compressed files against the text that went into them: whole, of several parts, cut off, with something behind.

use std::fs;
use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use ruzstd::encoding::{CompressionLevel, compress_to_vec};

use super::super::{Budgets, Known, State, Unmined, Watch};
use super::*;
use crate::domain::{SourceId, Timestamp};

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

fn zstd(text: &[u8]) -> Vec<u8> {
    compress_to_vec(text, CompressionLevel::Fastest)
}

fn text(lines: std::ops::Range<u32>) -> Vec<u8> {
    lines
        .flat_map(|line| {
            format!("2026-11-20T21:{:02}:{:02}Z INFO line {line}\n", line / 60 % 60, line % 60).into_bytes()
        })
        .collect()
}

/// What a watch makes of a file with these bytes.
struct Read {
    library: Arc<Library>,
    state: State,
    _dir: tempfile::TempDir,
}

fn read_within(bytes: &[u8], spool: u64) -> Read {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("app.log.1");
    fs::write(&path, bytes).unwrap();
    let budgets = Budgets { spool, spool_dir: Some(dir.path().join("tmp")), ..Budgets::default() };
    let library = Arc::new(Library::with_budgets(Box::new(Unmined), budgets));
    let mut watch = Watch::new(path, &SourceId::new("files"), "", u64::MAX);
    let mut known = Known::default();
    while watch.poll(&mut known, &library, Timestamp::UNIX_EPOCH).more {}
    Read { library, state: watch.state().clone(), _dir: dir }
}

fn read(bytes: &[u8]) -> Read {
    read_within(bytes, 1 << 30)
}

impl Read {
    fn text(&self) -> Vec<u8> {
        let spans = |tape: &Arc<super::super::Tape>| {
            let snapshot = tape.snapshot();
            (0..snapshot.len())
                .flat_map(|row| tape.file().text(snapshot.span(row).unwrap()).unwrap())
                .collect::<Vec<u8>>()
        };
        self.library.tapes().iter().filter(|tape| !tape.is_retired()).flat_map(spans).collect()
    }

    fn note(&self) -> String {
        self.library.notes().iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
    }
}

#[test]
fn both_kinds_give_the_text_that_went_in() {
    let whole = text(0..30_000);
    for packed in [gzip(&whole), zstd(&whole)] {
        let found = read(&packed);
        assert!(found.text() == whole, "{}", found.note());
        assert_eq!((found.note().as_str(), found.state.clone()), ("", State::Following));
        assert_eq!(found.library.progress(), (whole.len() as u64, whole.len() as u64));
        assert_eq!(found.library.tapes()[0].stage(), Stage::Ended);
        assert_eq!(found.library.spooled(), whole.len() as u64);
    }
}

#[test]
fn parts_behind_each_other_are_one_text() {
    let (first, second) = (text(0..100), text(100..200));
    let skipped = [b"\x50\x2a\x4d\x18\x05\0\0\0hello".to_vec(), zstd(&second)].concat();
    for packed in [
        [gzip(&first), gzip(&second)].concat(),
        [zstd(&first), zstd(&second)].concat(),
        [zstd(&first), skipped].concat(),
    ] {
        let found = read(&packed);
        assert!(found.text() == text(0..200), "{}", found.note());
        assert_eq!(found.note(), "");
    }
}

#[test]
fn what_is_cut_off_is_read_as_far_as_it_goes() {
    let whole = text(0..200_000);
    for packed in [gzip(&whole), zstd(&whole)] {
        let found = read(&packed[..packed.len() / 2]);
        let text = found.text();
        assert!(text.len() > whole.len() / 4 && whole.starts_with(&text), "{} {}", text.len(), found.note());
        assert!(found.note().contains("ends too early"), "{}", found.note());
    }
}

#[test]
fn what_stands_behind_does_not_spoil_it() {
    let whole = text(0..100);
    for packed in [gzip(&whole), zstd(&whole)] {
        let found = read(&[&packed[..], b"something else altogether"].concat());
        assert!(found.text() == whole);
        assert!(found.note().contains("something else stands behind it"), "{}", found.note());
    }
}

#[test]
fn a_spent_budget_ends_the_unpacking_in_words() {
    let whole = text(0..50_000);
    let found = read_within(&gzip(&whole), 1 << 20);
    assert!(whole.starts_with(&found.text()) && found.text().len() > 500_000);
    assert!(found.note().contains("limits.spool is spent"), "{}", found.note());
}

#[test]
fn a_frame_that_asks_for_more_memory_than_there_is_is_refused() {
    // A window of 2^41 bytes.
    let found = read(b"\x28\xb5\x2f\xfd\0\xf8\x01\0\0");
    assert!(found.note().contains("read as far as it goes"), "{}", found.note());
}

#[test]
fn other_kinds_are_named() {
    let found = read(b"\xfd7zXZ\0 and so on");
    assert!(matches!(found.state, State::Failed(why) if why.contains("xz")));
    let found = read(b"plain text\n");
    assert_eq!((found.state, found.library.files().len()), (State::Following, 1));
}

#[test]
fn a_file_that_was_packed_anew_is_read_anew() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("app.log.1.gz");
    fs::write(&path, gzip(&text(0..10))).unwrap();
    let library = Arc::new(Library::new(Box::new(Unmined)));
    let mut watch = Watch::new(path.clone(), &SourceId::new("files"), "", u64::MAX);
    let mut known = Known::default();
    while watch.poll(&mut known, &library, Timestamp::UNIX_EPOCH).more {}
    fs::write(&path, gzip(&text(0..25))).unwrap();
    while watch.poll(&mut known, &library, Timestamp::UNIX_EPOCH).more {}
    let rows: Vec<u32> = library.tapes().iter().map(|tape| tape.rows()).collect();
    assert_eq!((rows, library.tapes()[0].is_retired()), (vec![0, 25], true));
}
