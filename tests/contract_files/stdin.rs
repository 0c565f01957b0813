//! Standard input: ends with its pipe, keeps what came last, and can be stopped while nobody writes.

use std::io::{self, Cursor, Read, Write};
use std::sync::Arc;

use midwatch::sources::stdin::StdinSource;

use super::bench::{Bench, library};

fn bench(input: impl Read + Send + Sync + 'static) -> Bench {
    let library = library();
    Bench::indexed(StdinSource::of("stdin", "web", Arc::clone(&library), input), library)
}

#[tokio::test]
async fn the_end_of_the_pipe_is_no_failure_and_loses_no_line() {
    let bench = bench(Cursor::new("one\ntwo without end")).ended().await;
    assert_eq!(bench.bodies(), ["one", "two without end"]);
    assert_eq!(bench.logs[0].service.as_str(), "web");
    assert_eq!(bench.health.last().unwrap().word(), "ended");
}

#[tokio::test]
async fn a_line_shows_while_the_pipe_stays_open() {
    let (reader, mut writer) = io::pipe().unwrap();
    let mut bench = bench(reader);
    writer.write_all(b"caf\xc3").unwrap();
    writer.write_all(b"\xa9\n").unwrap();
    bench.until_bodies(&["café"]).await;
    bench.stop().await;
}

#[tokio::test]
async fn more_than_the_channel_holds_waits() {
    let text = "line\n".repeat(50_000);
    let mut bench = bench(Cursor::new(text));
    bench.until("all lines", |bench| bench.logs.len() >= 50_000).await;
    assert_eq!(bench.dropped, 0);
}

#[tokio::test]
async fn a_failing_read_is_told_after_what_was_read() {
    struct Broken(bool);
    impl Read for Broken {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            if std::mem::replace(&mut self.0, true) {
                return Err(io::Error::other("the disk is gone"));
            }
            buffer[..5].copy_from_slice(b"last\n");
            Ok(5)
        }
    }
    let bench = bench(Broken(false)).ended().await;
    assert_eq!(bench.bodies(), ["last"]);
    assert!(bench.health.last().unwrap().why().unwrap().contains("the disk is gone"));
}
