//! Reads by position against the bytes that stand in the file.

use std::io::Write;

use super::*;

fn file(bytes: &[u8]) -> (tempfile::NamedTempFile, Arc<Pages>, Opened) {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(bytes).unwrap();
    let pages = Arc::new(Pages::new(3 * BLOCK));
    let open = Arc::new(File::open(file.path()).unwrap());
    let opened = Opened::cached(file.path().to_owned(), open, Arc::clone(&pages));
    (file, pages, opened)
}

fn pattern(length: usize) -> Vec<u8> {
    (0..length).map(|at| (at * 7 + at / 251) as u8).collect()
}

#[test]
fn every_range_is_what_stands_there_whatever_the_cache_holds() {
    let bytes = pattern(5 * BLOCK as usize + 1000);
    let (_file, pages, opened) = file(&bytes);
    let block = BLOCK as usize;
    for (from, to) in [(0, 10), (block - 5, block + 5), (0, bytes.len()), (3 * block, 5 * block + 7), (7, 7)] {
        assert_eq!(opened.read(from as u64..to as u64).unwrap(), bytes[from..to], "{from}..{to}");
    }
    assert_eq!(opened.read(5 * BLOCK + 990..5 * BLOCK + 2000).unwrap(), bytes[5 * block + 990..]);
    assert!(pages.used().bytes <= pages.used().budget);
}

#[test]
fn a_file_that_grew_gives_its_new_bytes() {
    let (mut file, _pages, opened) = file(b"one");
    assert_eq!(opened.read(0..3).unwrap(), b"one");
    file.write_all(b" two").unwrap();
    assert_eq!(opened.text(2..7).unwrap(), b"e two");
}

#[test]
fn text_that_is_gone_is_no_empty_text() {
    let (file, _pages, opened) = file(&pattern(4 * BLOCK as usize));
    opened.read(0..10).unwrap();
    opened.look();
    opened.looked();
    file.as_file().set_len(0).unwrap();
    assert!(matches!(opened.text(2 * BLOCK..2 * BLOCK + 5), Err(Lost::Gone)));
    assert_eq!(opened.text(5..5).unwrap(), b"");
    opened.set_gone();
    assert_eq!(opened.text(0..10).unwrap(), pattern(10), "what the cache has can still be read");
}

#[test]
fn what_another_writer_put_there_is_not_taken_for_the_old_text() {
    let (file, _pages, opened) = file(&[b'a'; 100]);
    opened.look();
    opened.looked();
    std::fs::write(file.path(), [b'b'; 100]).unwrap();
    assert_eq!(opened.read(0..1).unwrap(), b"b");
    opened.set_gone();
    assert!(matches!(opened.text(0..1), Err(Lost::Gone)));
}

#[test]
fn a_scan_hands_every_byte_on_once_and_leaves_the_cache_alone() {
    let bytes = pattern(3 * STRIDE + 17);
    let (_file, pages, opened) = file(&bytes);
    let (mut found, mut buffer) = (Vec::new(), Vec::new());
    let end = opened.scan(5..u64::MAX, &mut buffer, |at, part| {
        assert_eq!(at as usize, 5 + found.len());
        found.extend_from_slice(part);
        ControlFlow::Continue(())
    });
    assert_eq!((end.unwrap() as usize, found), (bytes.len(), bytes[5..].to_vec()));
    assert_eq!(pages.used().bytes, 0);
}

#[test]
fn followed_bytes_are_at_hand_without_a_read() {
    let (_file, pages, opened) = file(b"");
    opened.keep(0, b"one ");
    opened.keep(4, b"two");
    opened.keep(BLOCK * 3 + 5, b"no block to join");
    let misses = pages.used().misses;
    assert_eq!(opened.read(0..7).unwrap(), b"one two");
    assert_eq!(pages.used().misses, misses);
}
