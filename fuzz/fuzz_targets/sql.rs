//! Any SQL gets a class, and a harmless statement before a changing one does not make it a read. See `fuzz/README.md`.
#![no_main]

use libfuzzer_sys::fuzz_target;
use midwatch::actions::classify_sql;
use midwatch::domain::Class;

fuzz_target!(|text: &str| {
    let verdict = classify_sql(text);
    for reason in &verdict.reasons {
        assert!(text.get(reason.span.clone()).is_some(), "a span outside of the text");
    }
    if matches!(verdict.class, Class::Write | Class::Destructive) {
        let longer = format!("SELECT 1;\n{text}");
        assert!(classify_sql(&longer).class > Class::Read, "{longer:?}");
    }
});
