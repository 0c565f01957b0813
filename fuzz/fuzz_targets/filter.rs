//! Any text is a filter or an error; what a filter says of itself reads back as the same filter.
//! `cargo +nightly fuzz run filter`
#![no_main]

use libfuzzer_sys::fuzz_target;
use midwatch::store::Filter;

fuzz_target!(|text: &str| {
    if let Ok(filter) = Filter::parse(text) {
        let written = filter.to_text();
        let again = Filter::parse(&written).unwrap_or_else(|error| panic!("{written:?}: {error}"));
        assert_eq!(again.to_text(), written);
        for chip in 0..filter.chips().len() {
            let _ = filter.without(chip);
        }
    }
});
