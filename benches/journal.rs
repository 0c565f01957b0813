//! What the journal costs: an entry is on the disk before a child starts, so its time is added to every run.

#![expect(clippy::unwrap_used, reason = "a benchmark without its files is none")]

use divan::Bencher;
use midwatch::actions::journal::verify;
use midwatch::actions::{Entry, Event, Journal};
use midwatch::domain::Timestamp;

fn main() {
    divan::main();
}

fn entry() -> Entry {
    Entry::new(Event::Started)
        .with("proposal", "P12")
        .with("text", "kubectl -n shop get pods -o wide --sort-by=.status.startTime | grep -v Running")
        .with("class", "read")
        .with("digest", "0".repeat(64))
}

/// Line and head, each flushed to the disk.
#[divan::bench]
fn append_and_flush(bencher: Bencher) {
    let folder = tempfile::tempdir().unwrap();
    let journal = Journal::open(&folder.path().join("journal.jsonl")).unwrap();
    let entry = entry();
    bencher.bench_local(|| journal.append(&entry, Timestamp::UNIX_EPOCH).unwrap());
}

/// The same where flushing is free: what midwatch itself does.
#[divan::bench]
fn append_in_memory(bencher: Bencher) {
    let folder = tempfile::tempdir_in("/dev/shm").unwrap();
    let journal = Journal::open(&folder.path().join("journal.jsonl")).unwrap();
    let entry = entry();
    bencher.bench_local(|| journal.append(&entry, Timestamp::UNIX_EPOCH).unwrap());
}

#[divan::bench]
fn verify_a_thousand_entries(bencher: Bencher) {
    let folder = tempfile::tempdir_in("/dev/shm").unwrap();
    let path = folder.path().join("journal.jsonl");
    let journal = Journal::open(&path).unwrap();
    (0..1_000).for_each(|_| journal.append(&entry(), Timestamp::UNIX_EPOCH).unwrap());
    bencher.bench_local(|| verify(&path).unwrap());
}
