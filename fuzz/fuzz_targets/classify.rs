//! Any text gets a class in time, and a harmless line before it does not lower it to a read.
//! `cargo +nightly fuzz run classify`
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use midwatch::actions::{Tables, classify, classify_sql, spans, undo};
use midwatch::domain::{Class, Language};

static TABLES: LazyLock<Tables> = LazyLock::new(|| Tables::builtin().expect("the built-in tables"));

fuzz_target!(|text: &str| {
    let verdict = classify(text, Language::Sh, &TABLES);
    for reason in &verdict.reasons {
        assert!(text.get(reason.span.clone()).is_some());
    }
    for (span, _) in spans(text) {
        assert!(text.get(span).is_some());
    }
    let _ = undo(text, &TABLES);
    let _ = classify_sql(text);
    // A line before it hides nothing.
    if matches!(verdict.class, Class::Write | Class::Destructive) {
        let longer = format!("uptime\n{text}");
        assert!(classify(&longer, Language::Sh, &TABLES).class > Class::Read, "{longer:?}");
    }
});
