//! Any bytes come out as text that only shows, and cleaning again changes nothing. See `fuzz/README.md`.
#![no_main]

use libfuzzer_sys::fuzz_target;
use midwatch::domain::CleanText;
use midwatch::domain::text::is_hidden;
use midwatch::ui::reveal::reveal;

fuzz_target!(|bytes: &[u8]| {
    let block = CleanText::from_bytes(bytes);
    assert!(block.chars().all(|c| (c >= ' ' || c == '\n') && c != '\u{7f}' && !is_hidden(c)));
    assert_eq!(CleanText::block(&block), block);

    let text = String::from_utf8_lossy(bytes);
    let line = CleanText::line(&text);
    assert!(!line.contains('\n'));
    assert_eq!(CleanText::line(&line), line);

    let shown: usize = reveal(&text).iter().map(|part| part.span.len()).sum();
    assert_eq!(shown, text.len());
});
