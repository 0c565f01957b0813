//! Any text gets a class in time, and a harmless line before it does not lower it to a read.
//! See `fuzz/README.md` for how to run it.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use midwatch::actions::{Tables, classify, silence_panics, spans, undo};
use midwatch::domain::{Class, Language};

static TABLES: LazyLock<Tables> = LazyLock::new(|| {
    // The parser's own panics are caught and answered; only what gets out is a finding.
    silence_panics();
    Tables::builtin().expect("the built-in tables")
});

fuzz_target!(|text: &str| {
    let verdict = classify(text, Language::Sh, &TABLES);
    for reason in &verdict.reasons {
        assert!(text.get(reason.span.clone()).is_some());
    }
    for (span, _) in spans(text) {
        assert!(text.get(span).is_some());
    }
    let _ = undo(text, &TABLES);
    let _ = classify(text, Language::Promql, &TABLES);
    // A line before it hides nothing.
    if matches!(verdict.class, Class::Write | Class::Destructive) {
        let longer = format!("uptime\n{text}");
        assert!(classify(&longer, Language::Sh, &TABLES).class > Class::Read, "{longer:?}");
    }
});
