//! Makes bundles in temporary folders.

use std::path::Path;

use midwatch::bundle::load;
use midwatch::domain::Timestamp;
use midwatch::domain::recording::Recording;
use tempfile::TempDir;

/// The smallest manifest that has nothing to complain about.
pub const MANIFEST: &str = r#"version = 1
id = "INC-1"
title = "checkout fails"
severity = "SEV2"
stack = ["prometheus"]
[window]
start = "2026-11-20T02:00:00Z"
end = "2026-11-20T03:00:00Z"
"#;

/// A folder with these files.
pub fn bundle(files: &[(&str, &[u8])]) -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    for (path, bytes) in files {
        let path = dir.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }
    dir
}

/// A loaded bundle with [`MANIFEST`] and these files.
pub fn loaded(files: &[(&str, &[u8])]) -> Recording {
    let mut all: Vec<(&str, &[u8])> = vec![("incident.toml", MANIFEST.as_bytes())];
    all.extend(files);
    read(bundle(&all).path())
}

/// A bundle that must load.
pub fn read(dir: &Path) -> Recording {
    load(dir).unwrap_or_else(|error| panic!("{error}"))
}

/// Whether some gap holds all these words.
pub fn has_gap(recording: &Recording, words: &[&str]) -> bool {
    recording.gaps.iter().any(|gap| words.iter().all(|word| gap.contains(word)))
}

/// An instant.
pub fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}
