//! Any bytes in the files of a bundle load, or fail in words. `cargo +nightly fuzz run bundle`
#![no_main]

use libfuzzer_sys::fuzz_target;
use midwatch::bundle::load;

const FILES: [&str; 8] = [
    "incident.toml",
    "alerts.jsonl",
    "changes.jsonl",
    "timeline.jsonl",
    "notes.md",
    "logs/app.log",
    "metrics/one.json",
    "evidence/E1.json",
];

fuzz_target!(|contents: [&[u8]; 8]| {
    let folder = std::env::temp_dir().join(format!("midwatch-fuzz-{}", std::process::id()));
    for sub in ["logs", "metrics", "evidence"] {
        std::fs::create_dir_all(folder.join(sub)).expect("a scratch folder");
    }
    for (name, content) in FILES.iter().zip(contents) {
        std::fs::write(folder.join(name), content).expect("a scratch file");
    }
    let _ = load(&folder);
});
