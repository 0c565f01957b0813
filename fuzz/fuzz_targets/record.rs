//! What heads cut from any bytes, lines joined, is one record: no panic, bounded, whatever the chosen format.
//! `RUSTC_BOOTSTRAP=1 cargo fuzz run -s none record`
#![no_main]

use libfuzzer_sys::fuzz_target;
use midwatch::domain::{CleanText, SourceId, Timestamp};
use midwatch::logfile::{Choice, Context, Heads, Layout, Take, record};

fuzz_target!(|input: (&[u8], u8)| {
    let (bytes, pick) = input;
    let now = Timestamp::UNIX_EPOCH;
    let names = Choice::names(&[]);
    let name = &names[usize::from(pick) % names.len()];
    let layout = Layout::chosen(Choice::named(name, &[]).unwrap_or_default());
    let mut heads = Heads::resumed(layout, now);
    let mut records: Vec<Vec<u8>> = Vec::new();
    for line in bytes.split(|byte| *byte == b'\n') {
        match (heads.take(line), records.last_mut()) {
            (Take::Continues, Some(last)) => {
                last.push(b'\n');
                last.extend_from_slice(line);
            }
            (Take::Continues | Take::Begins(_), _) => records.push(line.to_vec()),
        }
    }
    assert_eq!(records.join(&b'\n'), bytes);
    for raw in records {
        let context = Context { source: SourceId::new("f"), service: CleanText::line("f"), observed: now, at: Some(0) };
        let found = record(&raw, &heads.layout(), &context);
        assert!(found.attributes.len() <= 128 && found.body.len() <= 16 << 10);
    }
});
