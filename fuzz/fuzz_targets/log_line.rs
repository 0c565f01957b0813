//! Any bytes are taken as log records: cut into lines, parsed in every format, at any piece size the same.
//! `cargo +nightly fuzz run log_line`
#![no_main]

use libfuzzer_sys::fuzz_target;
use midwatch::domain::{SourceId, Timestamp};
use midwatch::logfile::LineParser;

fuzz_target!(|input: (&[u8], u8)| {
    let (bytes, size) = input;
    let now = Timestamp::UNIX_EPOCH;
    let records = |size: usize| {
        let mut parser = LineParser::new(SourceId::new("fuzz"), "fuzz");
        let mut out = Vec::new();
        for piece in bytes.chunks(size.max(1)) {
            out.extend(parser.feed(piece, now));
        }
        out.extend(parser.finish(now));
        out
    };
    let (whole, pieces) = (records(bytes.len()), records(usize::from(size)));
    let raw = |records: &[midwatch::domain::LogRecord]| records.iter().map(|r| r.raw.clone()).collect::<Vec<_>>();
    assert_eq!(raw(&whole), raw(&pieces));
});
