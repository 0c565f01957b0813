//! Any text is redacted without a panic, redacting again changes nothing, lines stay lines, and a secret put into it is gone.
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
    assert_eq!(redactor.redact(&once), once, "not done at once");

    let with_secret = format!("{text}\npassword={SECRET}\n{text} {SECRET} end");
    let gone = Redactor::new().redact(&with_secret);
    assert!(!gone.contains(SECRET), "leaked");
});
