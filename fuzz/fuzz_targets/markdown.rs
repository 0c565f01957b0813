//! Any text renders, within its columns and with spans inside it. `cargo +nightly fuzz run markdown`
#![no_main]

use libfuzzer_sys::fuzz_target;
use midwatch::ui::markdown::render;

fuzz_target!(|input: (&str, u8)| {
    let (text, columns) = input;
    for row in render(text, usize::from(columns)) {
        assert!(row.line.width() <= usize::from(columns).max(26));
        assert!(text.get(row.span).is_some());
    }
});
