//! Files: every rotation, broken bytes, huge lines, files that are not there.

use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use midwatch::config::schema::Files;
use midwatch::config::units::Size;
use midwatch::sources::files::FilesSource;
use tempfile::TempDir;

use super::bench::{Bench, library};

fn bench(paths: &[PathBuf]) -> Bench {
    with_room(paths, 64)
}

fn with_room(paths: &[PathBuf], room: usize) -> Bench {
    let paths = paths.iter().map(|path| path.to_string_lossy().into_owned()).collect();
    let files = Files { name: "logs".to_owned(), paths, service: String::new(), backlog: Size::mib(64) };
    let library = library();
    Bench::of(FilesSource::new(&files, Arc::clone(&library)), room, library)
}

fn append(path: &Path, text: impl AsRef<[u8]>) {
    let mut file = OpenOptions::new().create(true).append(true).open(path).unwrap();
    file.write_all(text.as_ref()).unwrap();
}

fn place() -> (TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("payments.log");
    (dir, path)
}

#[tokio::test]
async fn lines_arrive_with_service_and_nothing_twice() {
    let (_dir, path) = place();
    append(&path, "one\ntwo\n");
    let mut bench = bench(std::slice::from_ref(&path));
    bench.until_bodies(&["one", "two"]).await;
    append(&path, "three\n");
    bench.until_bodies(&["one", "two", "three"]).await;
    assert_eq!(bench.logs[2].service.as_str(), "payments");
    let bench = bench.stop().await;
    assert_eq!((bench.logs.len(), bench.health.len()), (3, 1));
    assert_eq!(bench.health[0].word(), "ok");
}

#[tokio::test]
async fn more_than_the_channel_holds_is_indexed() {
    let (_dir, path) = place();
    let text: String = (0..20_000).map(|n| format!("2026-11-20T21:04:25Z INFO line {n}\n")).collect();
    append(&path, &text);
    let mut bench = with_room(std::slice::from_ref(&path), 1);
    bench.until("all lines", |bench| bench.logs.len() >= 20_000).await;
    assert_eq!(bench.dropped, 0);
    assert_eq!(bench.logs[19_999].body.as_str(), "line 19999");
}

#[tokio::test]
async fn rename_and_create_loses_nothing() {
    let (dir, path) = place();
    append(&path, "before\n");
    let mut writer = OpenOptions::new().append(true).open(&path).unwrap();
    let mut bench = bench(std::slice::from_ref(&path));
    bench.until_bodies(&["before"]).await;
    fs::rename(&path, dir.path().join("payments.log.1")).unwrap();
    writer.write_all(b"late\n").unwrap();
    append(&path, "new\n");
    bench.until("both files", |bench| bench.logs.len() >= 3).await;
    let mut bodies = bench.bodies();
    bodies.sort_unstable();
    assert_eq!(bodies, ["before", "late", "new"]);
}

#[tokio::test]
async fn truncation_starts_the_file_anew() {
    let (_dir, path) = place();
    append(&path, "before the truncation\n");
    let mut bench = bench(std::slice::from_ref(&path));
    bench.until_bodies(&["before the truncation"]).await;
    File::create(&path).unwrap();
    append(&path, "after\n");
    bench.until_bodies(&["before the truncation", "after"]).await;
}

#[tokio::test]
async fn copy_and_truncate_does_not_read_the_copy() {
    let (dir, path) = place();
    append(&path, "before\n");
    let mut bench = bench(&[dir.path().join("*.log*")]);
    bench.until_bodies(&["before"]).await;
    fs::copy(&path, dir.path().join("payments.log.1")).unwrap();
    OpenOptions::new().write(true).open(&path).unwrap().set_len(0).unwrap();
    append(&path, "after the truncation\n");
    bench.until_bodies(&["before", "after the truncation"]).await;
    // The next expansion of the glob sees the copy beside a file that is new; only that one may speak.
    append(&dir.path().join("cart.log"), "cart\n");
    bench.until_bodies(&["before", "after the truncation", "cart"]).await;
}

#[tokio::test]
async fn a_deleted_file_that_comes_back_is_read_from_its_start() {
    let (_dir, path) = place();
    append(&path, "old\n");
    let mut bench = bench(std::slice::from_ref(&path));
    bench.until_bodies(&["old"]).await;
    fs::remove_file(&path).unwrap();
    bench.until_health("down", "payments.log: not there yet").await;
    append(&path, "back\n");
    bench.until_bodies(&["old", "back"]).await;
    bench.until_health("ok", "").await;
}

#[tokio::test]
async fn a_missing_file_degrades_and_is_read_when_it_appears() {
    let (dir, path) = place();
    let later = dir.path().join("cart.log");
    append(&path, "one\n");
    let mut bench = bench(&[path, later.clone()]);
    bench.until_health("degraded", "1 file is read, but: ").await;
    append(&later, "two\n");
    bench.until_bodies(&["one", "two"]).await;
    bench.until_health("ok", "").await;
}

#[tokio::test]
async fn what_cannot_be_read_is_named() {
    let (dir, _) = place();
    let bad = [dir.path().to_owned(), dir.path().join("***")];
    let mut bench = bench(&bad);
    bench.until_health("down", "is a directory").await;
    assert!(bench.health.last().unwrap().why().unwrap().contains("no glob"));
}

#[tokio::test]
async fn characters_split_between_writes_stay_whole() {
    let (_dir, path) = place();
    append(&path, b"caf\xc3");
    let mut bench = bench(std::slice::from_ref(&path));
    bench.until_health("ok", "").await;
    append(&path, b"\xa9\n\xff bad\n");
    bench.until_bodies(&["café", "\u{fffd} bad"]).await;
}

#[tokio::test]
async fn a_line_of_ten_megabytes_is_cut_and_the_next_is_whole() {
    let (_dir, path) = place();
    append(&path, [vec![b'x'; 10 << 20], b"\nnext\n".to_vec()].concat());
    let mut bench = bench(std::slice::from_ref(&path));
    bench.until("both lines", |bench| bench.logs.len() >= 2).await;
    assert!(bench.logs[0].raw.ends_with("[+10424320 bytes]"));
    assert_eq!(bench.logs[1].body.as_str(), "next");
}

#[tokio::test]
async fn binary_junk_and_a_truncated_end_do_no_harm() {
    let (_dir, path) = place();
    let junk: Vec<u8> = (0..50_000u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 11) as u8).collect();
    append(&path, [junk, b"\nwhole\n{\"level\":\"err".to_vec()].concat());
    let mut bench = bench(std::slice::from_ref(&path));
    bench.until("the whole line", |bench| bench.bodies().contains(&"whole")).await;
    append(&path, "or\",\"msg\":\"late\"}\n");
    bench.until("the late line", |bench| bench.bodies().contains(&"late")).await;
}

#[tokio::test]
async fn a_stack_trace_written_in_pieces_is_one_record() {
    let (_dir, path) = place();
    append(
        &path,
        "2026-11-20 21:04:25,548 ERROR a.b - failed\nTraceback (most recent call last):\n  File \"a\"\nKeyError: 1\n",
    );
    let mut bench = bench(std::slice::from_ref(&path));
    bench.until_bodies(&["failed | KeyError: 1"]).await;
}

#[tokio::test]
async fn a_full_channel_does_not_keep_it_from_stopping() {
    let (_dir, path) = place();
    append(&path, "line\n".repeat(10_000));
    let bench = with_room(std::slice::from_ref(&path), 1);
    bench.stop().await;
}
