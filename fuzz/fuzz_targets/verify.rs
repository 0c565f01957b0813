//! Any answer over any evidence is judged sentence by sentence, in order and inside the text.
//! `cargo +nightly fuzz run verify`
#![no_main]

use libfuzzer_sys::fuzz_target;
use midwatch::domain::{CleanText, EvidenceId, EvidenceKind, Timestamp};
use midwatch::store::{Capture, EvidenceStore};
use midwatch::trust::verify::check;

fuzz_target!(|input: (&str, &str)| {
    let (answer, raw) = input;
    let answer = CleanText::block(answer);
    let mut store = EvidenceStore::new(2);
    let capture = Capture {
        kind: EvidenceKind::Logs,
        source: CleanText::line("fuzz"),
        query: CleanText::line("fuzz"),
        window: None,
        captured_at: Timestamp::UNIX_EPOCH,
        text: CleanText::block(raw),
        cut: None,
    };
    let id = store.add(capture).expect("there is room");
    let find = |asked: EvidenceId| store.get(asked).cloned();
    let mut at = 0;
    for sentence in check(&answer, &find) {
        assert!(sentence.span.start >= at && answer.get(sentence.span.clone()).is_some());
        at = sentence.span.end;
    }
    assert!(find(id).is_some());
});
