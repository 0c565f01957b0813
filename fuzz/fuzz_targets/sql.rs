//! Any SQL gets a class at both prompts, and a harmless statement before a changing one does not make it a read. See
//! `fuzz/README.md`.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use midwatch::actions::{Dialect, Tables, classify_sql, silence_panics};
use midwatch::domain::Class;

static TABLES: LazyLock<Tables> = LazyLock::new(|| {
    // The parser's own panics are caught and answered; only what gets out is a finding.
    silence_panics();
    Tables::builtin().expect("the built-in tables")
});

fuzz_target!(|text: &str| {
    for dialect in [Dialect::Postgres, Dialect::Mysql] {
        let verdict = classify_sql(text, dialect, &TABLES);
        for reason in &verdict.reasons {
            assert!(text.get(reason.span.clone()).is_some(), "a span outside of the text");
        }
        if matches!(verdict.class, Class::Write | Class::Destructive) {
            let longer = format!("SELECT 1;\n{text}");
            assert!(classify_sql(&longer, dialect, &TABLES).class > Class::Read, "{longer:?}");
        }
    }
});
