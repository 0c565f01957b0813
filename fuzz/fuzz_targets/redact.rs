//! Any text is redacted without a panic, lines stay lines, also the second time, and a secret put into it is gone.
//! See `fuzz/README.md` for how to run it.
#![no_main]

use libfuzzer_sys::fuzz_target;
use midwatch::trust::redact::Redactor;

const SECRET: &str = "Zq7kW2mX9rT4";

fuzz_target!(|text: &str| {
    let mut redactor = Redactor::new();
    let once = redactor.redact(text);
    assert!(once != "[REDACTED:unreadable:1]" || text == once, "a detector panicked");
    assert_eq!(once.matches('\n').count(), text.matches('\n').count(), "a line is lost");
    // What stands glued to a placeholder may go too, no more: a placeholder never comes back as a value.
    let twice = redactor.redact(&once);
    assert_eq!(twice.matches('\n').count(), once.matches('\n').count(), "a line is lost the second time");

    // Glued to letters it is another word.
    if text.contains(SECRET) {
        return;
    }
    let with_secret = format!("{text}\npassword={SECRET}\n{text} {SECRET} end");
    let gone = Redactor::new().redact(&with_secret);
    assert!(!gone.contains(SECRET), "leaked");
});
