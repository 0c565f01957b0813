//! Any bytes are cut into records: a line taken again after the same lines is the same, ranges lie inside their lines, and
//! what was cut is read in full without a panic and to the same time and level.
//! `RUSTC_BOOTSTRAP=1 cargo fuzz run -s none heads`
#![no_main]

use libfuzzer_sys::fuzz_target;
use midwatch::domain::{CleanText, SourceId, Timestamp};
use midwatch::logfile::{Context, Heads, Take, record};

fuzz_target!(|bytes: &[u8]| {
    let now: Timestamp = "2026-11-20T22:00:00Z".parse().unwrap_or_default();
    let lines = || bytes.split(|byte| *byte == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line));
    let (mut once, mut again) = (Heads::new(now), Heads::new(now));
    once.look(bytes);
    again.look(bytes);
    for line in lines() {
        let take = once.take(line);
        assert_eq!(take, again.take(line));
        let Take::Begins(head) = take else { continue };
        assert!(head.message.start <= head.message.end && head.message.end <= line.len());
        let context =
            Context { source: SourceId::new("f"), service: CleanText::line("f"), observed: now, at: head.time };
        let full = record(line, &once.layout(), &context);
        // What ends in a line end of its own is read without it.
        if !line.ends_with(b"\r") {
            assert_eq!(full.severity, head.severity, "{}", String::from_utf8_lossy(line));
            assert_eq!(full.time.map(|time| time.as_nanosecond()), head.time.map(i128::from));
        }
    }
});
