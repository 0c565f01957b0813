//! How fast a log file becomes rows: 32 MiB of lines that are made here, as text and as JSON, without mining; line ends
//! alone beside them as the floor.

#![expect(clippy::unwrap_used, reason = "a bench says by a panic what it could not do")]

use std::ops::ControlFlow;
use std::sync::Arc;

use divan::Bencher;
use divan::counter::{BytesCount, ItemsCount};
use midwatch::domain::SourceId;
use midwatch::logfile::{Library, Opened, Place, Reading, Reel, Unmined};

const BYTES: usize = 32 << 20;
const SERVICES: [&str; 8] = ["cart", "checkout", "frontend", "inventory", "mail", "payments", "search", "users"];
const LEVELS: [&str; 6] = ["INFO", "INFO", "DEBUG", "INFO", "WARN", "ERROR"];

fn main() {
    divan::main();
}

/// Lines of one kind until there are enough bytes; the same at every run.
fn lines(line: impl Fn(u64, &str, &str, u64) -> String) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(BYTES + 1024);
    let mut state = 42u64;
    for number in 0.. {
        // An xorshift step.
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        let service = SERVICES[(state % 8) as usize];
        let level = LEVELS[(state / 8 % 6) as usize];
        bytes.extend_from_slice(line(number, service, level, state >> 40).as_bytes());
        if bytes.len() >= BYTES {
            break;
        }
    }
    bytes
}

fn stamp(number: u64) -> String {
    let millis = number * 3;
    let (second, minute, hour) = (millis / 1000, millis / 60_000, millis / 3_600_000);
    format!("2026-11-20T{:02}:{:02}:{:02}.{:03}Z", hour % 24, minute % 60, second % 60, millis % 1000)
}

fn text() -> Vec<u8> {
    lines(|number, service, level, value| {
        format!(
            "{} {level} [{service}] shop.{service}.http - request done route=/v1/{service} status=200 took={value}us\n",
            stamp(number)
        )
    })
}

fn json() -> Vec<u8> {
    lines(|number, service, level, value| {
        let (time, trace) = (stamp(number), value.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        format!(
            r#"{{"ts":"{time}","level":"{level}","service":"{service}","host":"node-{}","trace_id":"{trace:016x}{trace:016x}","route":"/v1/{service}","status":200,"took_us":{value},"msg":"request done, cart {value} of customer {} was sent"}}"#,
            value % 9,
            value % 1000
        ) + "\n"
    })
}

fn index(bencher: Bencher<'_, '_>, bytes: &[u8]) {
    let file = Arc::new(Opened::of_bytes("bench.log", bytes.to_vec()));
    let count = bytes.iter().filter(|byte| **byte == b'\n').count();
    bencher.counter(BytesCount::new(bytes.len())).counter(ItemsCount::new(count)).bench_local(|| {
        let library = Arc::new(Library::new(Box::new(Unmined)));
        let place = Place { source: SourceId::new("bench"), service: "bench".into() };
        let mut reel = Reel::new(&library, Arc::clone(&file), place, Reading::default());
        let mut buffer = Vec::new();
        file.scan(0..u64::MAX, &mut buffer, |at, bytes| {
            reel.feed(at, bytes, 0);
            ControlFlow::Continue(())
        })
        .unwrap();
        reel.publish();
        library.row_bytes()
    });
}

#[divan::bench(sample_count = 10)]
fn rows_of_text(bencher: Bencher<'_, '_>) {
    index(bencher, &text());
}

#[divan::bench(sample_count = 10)]
fn rows_of_json(bencher: Bencher<'_, '_>) {
    index(bencher, &json());
}

#[divan::bench(sample_count = 10)]
fn line_ends_of_text(bencher: Bencher<'_, '_>) {
    let bytes = text();
    bencher.counter(BytesCount::new(bytes.len())).bench_local(|| memchr::memchr_iter(b'\n', &bytes).count());
}
