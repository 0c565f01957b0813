//! Rotations of every kind against a model that knows every line ever written.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{File, OpenOptions};
use std::io::Write;

use proptest::prelude::*;

use super::*;

#[derive(Clone, Copy, Debug)]
enum Step {
    Write(u8),
    WriteOld(u8),
    Poll,
    Rotate,
    Truncate,
    CopyTruncate,
    Delete,
    Create,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => (1u8..20).prop_map(Step::Write),
        2 => (1u8..20).prop_map(Step::WriteOld),
        6 => Just(Step::Poll),
        1 => Just(Step::Rotate),
        1 => Just(Step::Truncate),
        1 => Just(Step::CopyTruncate),
        1 => Just(Step::Delete),
        1 => Just(Step::Create),
    ]
}

/// A log writer that knows what it wrote where, and which of that no reader can have seen.
struct World {
    dir: tempfile::TempDir,
    writer: Option<Writer>,
    old: Option<Writer>,
    lines: u64,
    rotations: u32,
    lost: BTreeSet<u64>,
}

struct Writer {
    file: File,
    opened: bool,
    unread: Vec<u64>,
}

impl World {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        Self { dir, writer: None, old: None, lines: 0, rotations: 0, lost: BTreeSet::new() }
    }

    fn path(&self) -> PathBuf {
        self.dir.path().join("app.log")
    }

    fn create(&mut self) {
        if self.writer.is_none() {
            let file = OpenOptions::new().create(true).append(true).open(self.path()).unwrap();
            self.writer = Some(Writer { file, opened: false, unread: Vec::new() });
        }
    }

    fn write(writer: Option<&mut Writer>, lines: &mut u64, count: u8) {
        let Some(writer) = writer else { return };
        for _ in 0..count {
            *lines += 1;
            writeln!(writer.file, "line {lines} {}", "x".repeat((*lines % 50) as usize)).unwrap();
            writer.unread.push(*lines);
        }
    }

    /// A file that no poll has opened is out of reach once it left the path.
    fn leave(&mut self) -> Option<Writer> {
        let gone = self.writer.take()?;
        if !gone.opened {
            self.lost.extend(&gone.unread);
        }
        Some(gone)
    }

    fn act(&mut self, step: Step) {
        match step {
            Step::Write(count) => Self::write(self.writer.as_mut(), &mut self.lines, count),
            Step::WriteOld(count) => {
                let old = self.old.as_mut().filter(|old| old.opened);
                Self::write(old, &mut self.lines, count);
            }
            Step::Poll => {
                for writer in self.writer.iter_mut() {
                    writer.opened = true;
                    writer.unread.clear();
                }
            }
            Step::Rotate => {
                if let Some(gone) = self.leave() {
                    self.rotations += 1;
                    std::fs::rename(self.path(), self.dir.path().join(format!("app.log.{}", self.rotations))).unwrap();
                    self.old = Some(gone);
                    self.create();
                }
            }
            Step::Truncate | Step::CopyTruncate => {
                if let Some(writer) = self.writer.as_mut() {
                    self.lost.extend(writer.unread.drain(..));
                    writer.file.set_len(0).unwrap();
                }
            }
            Step::Delete => {
                if let Some(gone) = self.leave() {
                    std::fs::remove_file(self.path()).unwrap();
                    self.old = Some(gone);
                }
            }
            Step::Create => self.create(),
        }
    }
}

fn numbers(bytes: &[u8]) -> Vec<u64> {
    let text = String::from_utf8(bytes.to_vec()).unwrap();
    text.lines().map(|line| line.split(' ').nth(1).unwrap().parse().unwrap()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]
    #[test]
    fn nothing_is_lost_and_nothing_comes_twice(steps in prop::collection::vec(step(), 1..60), budget in 1usize..3000) {
        let mut world = World::new();
        let mut follower = Follower::appeared(world.path(), 1 << 20);
        let (mut known, mut found) = (Known::default(), BTreeMap::<u64, Vec<u8>>::new());
        let mut ended = BTreeSet::new();
        let mut poll = |follower: &mut Follower| -> usize {
            let mut chunks = Vec::new();
            follower.poll(&mut known, budget, &mut chunks);
            for chunk in &chunks {
                match chunk {
                    Chunk::Begins(_) | Chunk::Moved { .. } => {}
                    Chunk::Bytes { generation, bytes, .. } => {
                        assert!(!ended.contains(generation), "bytes after the end of generation {generation}");
                        found.entry(*generation).or_default().extend(bytes);
                    }
                    Chunk::End { generation, .. } => assert!(ended.insert(*generation)),
                }
            }
            chunks.len()
        };
        for step in steps.into_iter().chain([Step::Create, Step::Poll]) {
            world.act(step);
            if matches!(step, Step::Poll) {
                while poll(&mut follower) > 0 {}
            }
        }
        let mut seen = BTreeSet::new();
        for bytes in found.values() {
            let numbers = numbers(bytes);
            prop_assert!(numbers.is_sorted(), "out of order: {:?}", numbers);
            for number in numbers {
                prop_assert!(seen.insert(number), "line {} came twice", number);
            }
        }
        let expected: BTreeSet<u64> = (1..=world.lines).filter(|line| !world.lost.contains(line)).collect();
        prop_assert!(expected.is_subset(&seen), "missing {:?}", expected.difference(&seen).collect::<Vec<_>>());
    }
}

fn read_all(follower: &mut Follower, known: &mut Known) -> (String, State) {
    let mut chunks = Vec::new();
    let state = follower.poll(known, 1 << 20, &mut chunks);
    let bytes: Vec<u8> = chunks
        .into_iter()
        .flat_map(|chunk| match chunk {
            Chunk::Bytes { bytes, .. } => bytes,
            Chunk::Begins(_) | Chunk::Moved { .. } | Chunk::End { .. } => Vec::new(),
        })
        .collect();
    (String::from_utf8(bytes).unwrap(), state)
}

#[test]
fn the_backlog_begins_at_a_line() {
    let world = World::new();
    std::fs::write(world.path(), "first line\nsecond line\nthird line\n").unwrap();
    for (backlog, expected) in [
        (5, ""),
        (11, "third line\n"),
        (12, "third line\n"),
        (23, "second line\nthird line\n"),
        (1000, "first line\nsecond line\nthird line\n"),
        (0, ""),
    ] {
        let mut follower = Follower::new(world.path(), backlog);
        assert_eq!(read_all(&mut follower, &mut Known::default()).0, expected, "{backlog}");
    }
}

#[test]
fn a_file_written_anew_to_the_same_length_is_noticed() {
    let world = World::new();
    std::fs::write(world.path(), "aaaa\n").unwrap();
    let (mut follower, mut known) = (Follower::new(world.path(), 1000), Known::default());
    assert_eq!(read_all(&mut follower, &mut known).0, "aaaa\n");
    std::fs::write(world.path(), "bbbb\n").unwrap();
    // The clock of some file systems is coarse: a later write moves it for certain.
    File::open(world.path()).unwrap().set_modified(std::time::SystemTime::UNIX_EPOCH).unwrap();
    assert_eq!(read_all(&mut follower, &mut known).0, "bbbb\n");
}

#[test]
fn a_rotated_file_found_under_its_new_name_is_not_read_again() {
    let world = World::new();
    let rotated = world.dir.path().join("app.log.1");
    std::fs::write(world.path(), "old\n").unwrap();
    let (mut follower, mut known) = (Follower::new(world.path(), 1000), Known::default());
    read_all(&mut follower, &mut known);
    std::fs::rename(world.path(), &rotated).unwrap();
    std::fs::write(world.path(), "new\n").unwrap();
    assert_eq!(read_all(&mut follower, &mut known).0, "new\n");
    let mut again = Follower::appeared(rotated, 1000);
    for _ in 0..LINGER + 5 {
        assert_eq!(read_all(&mut again, &mut known), (String::new(), State::Elsewhere));
        read_all(&mut follower, &mut known);
    }
    assert!(follower.old.is_empty(), "the rotated file is let go in the end");
    assert_eq!(read_all(&mut again, &mut known).1, State::Elsewhere);
}

#[test]
fn what_is_no_file_is_told_and_what_is_missing_is_waited_for() {
    let world = World::new();
    let mut known = Known::default();
    let (_, state) = read_all(&mut Follower::new(world.dir.path().to_owned(), 10), &mut known);
    assert!(matches!(state, State::Failed(why) if why.contains("directory")));
    let mut follower = Follower::new(world.path(), 3);
    assert_eq!(read_all(&mut follower, &mut known).1, State::Missing);
    std::fs::write(world.path(), "all of it\n").unwrap();
    assert_eq!(read_all(&mut follower, &mut known), ("all of it\n".to_owned(), State::Following));
}

#[test]
fn a_deleted_file_is_closed_after_its_last_line() {
    let mut world = World::new();
    world.create();
    let (mut follower, mut known) = (Follower::new(world.path(), 1000), Known::default());
    read_all(&mut follower, &mut known);
    world.act(Step::Write(1));
    world.act(Step::Delete);
    assert!(read_all(&mut follower, &mut known).0.starts_with("line 1"));
    for _ in 0..LINGER + 2 {
        read_all(&mut follower, &mut known);
    }
    assert!(!follower.is_reading(), "a deleted file must not keep its space");
}

#[test]
fn a_pipe_or_a_device_is_refused_instead_of_waited_for() {
    let folder = tempfile::tempdir().unwrap();
    let pipe = folder.path().join("pipe.log");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status().unwrap();
    assert!(made.success());
    for path in [pipe.as_path(), std::path::Path::new("/dev/zero")] {
        let error = super::open::Open::at_path(path, 0).unwrap_err();
        assert!(error.to_string().contains("standard input"), "{error}");
    }
}
