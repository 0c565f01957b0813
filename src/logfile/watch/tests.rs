//! A log writer that does everything log rotation does, against the rows and texts of the tapes: nothing that was read
//! or can be read is lost, nothing is there twice.

use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::sync::Arc;

use proptest::prelude::*;

use super::*;
use crate::logfile::pages::Lost;
use crate::logfile::{Budgets, Unmined};

#[derive(Clone, Copy, Debug)]
enum Step {
    Write(u32),
    /// Part of what is to be written, cut anywhere.
    WritePart(u8),
    WriteOld(u32),
    Poll,
    Quiet,
    Rotate,
    Truncate,
    CopyTruncate,
    Delete,
    Create,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => (1u32..20).prop_map(Step::Write),
        4 => (1u8..200).prop_map(Step::WritePart),
        2 => (1u32..20).prop_map(Step::WriteOld),
        6 => Just(Step::Poll),
        1 => Just(Step::Quiet),
        1 => Just(Step::Rotate),
        1 => Just(Step::Truncate),
        2 => Just(Step::CopyTruncate),
        1 => Just(Step::Delete),
        1 => Just(Step::Create),
    ]
}

/// A file under the writer's pen.
struct Pen {
    file: File,
    was_opened: bool,
    /// Records that no poll saw.
    unread: Vec<u64>,
    /// Records whose text is in the file.
    held: Vec<u64>,
    /// What is begun but not all written.
    pending: Vec<u8>,
}

struct World {
    dir: tempfile::TempDir,
    pen: Option<Pen>,
    old: Option<Pen>,
    records: u64,
    rotations: u32,
    /// Records that nobody can have seen.
    lost: BTreeSet<u64>,
    /// Records whose rows are there but whose text was taken away.
    gone: BTreeSet<u64>,
}

/// A record of one, two or three lines with characters of many bytes.
fn record(number: u64) -> Vec<u8> {
    let more = ["", "  at a.b.C(ü)\n", "  at x\nCaused by: 🦀\n"][(number % 3) as usize];
    let (hour, minute, second) = (number / 3600 % 24, number / 60 % 60, number % 60);
    format!(
        "2026-11-20T{hour:02}:{minute:02}:{second:02}Z INFO record <{number}> äöü {}\n{more}",
        "x".repeat((number % 50) as usize)
    )
    .into_bytes()
}

impl World {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let (lost, gone) = (BTreeSet::new(), BTreeSet::new());
        Self { dir, pen: None, old: None, records: 0, rotations: 0, lost, gone }
    }

    fn path(&self) -> PathBuf {
        self.dir.path().join("app.log")
    }

    fn create(&mut self) {
        if self.pen.is_none() {
            let file = OpenOptions::new().create(true).append(true).open(self.path()).unwrap();
            self.pen = Some(Pen { file, was_opened: false, unread: vec![], held: vec![], pending: vec![] });
        }
    }

    /// Writes what is begun, and so many records more.
    fn write(pen: Option<&mut Pen>, records: &mut u64, count: u32) {
        let Some(pen) = pen else { return };
        let mut bytes = std::mem::take(&mut pen.pending);
        for _ in 0..count {
            *records += 1;
            bytes.extend(record(*records));
            pen.unread.push(*records);
            pen.held.push(*records);
        }
        pen.file.write_all(&bytes).unwrap();
    }

    fn write_part(&mut self, bytes: u8) {
        let Some(pen) = &mut self.pen else { return };
        if pen.pending.is_empty() {
            self.records += 1;
            pen.pending = record(self.records);
            pen.unread.push(self.records);
            pen.held.push(self.records);
        }
        let part: Vec<u8> = pen.pending.drain(..usize::from(bytes).min(pen.pending.len())).collect();
        pen.file.write_all(&part).unwrap();
    }

    /// A file that no poll has opened is out of reach once it left the path.
    fn leave(&mut self) -> Option<Pen> {
        Self::write(self.pen.as_mut(), &mut self.records, 0);
        let gone = self.pen.take()?;
        if !gone.was_opened {
            self.lost.extend(&gone.unread);
        }
        Some(gone)
    }

    fn next_name(&mut self) -> PathBuf {
        self.rotations += 1;
        self.dir.path().join(format!("app.log.{}", self.rotations))
    }

    fn act(&mut self, step: Step) {
        match step {
            Step::Write(count) => Self::write(self.pen.as_mut(), &mut self.records, count),
            Step::WritePart(bytes) => self.write_part(bytes),
            Step::WriteOld(count) => {
                Self::write(self.old.as_mut().filter(|old| old.was_opened), &mut self.records, count)
            }
            Step::Poll => {
                for pen in self.pen.iter_mut() {
                    pen.was_opened = true;
                    // Of what is not all written, not all was seen.
                    let unfinished = (!pen.pending.is_empty()).then_some(pen.unread.last().copied()).flatten();
                    pen.unread = unfinished.into_iter().collect();
                }
            }
            Step::Quiet => {}
            Step::Rotate => {
                if let Some(gone) = self.leave() {
                    fs::rename(self.path(), self.next_name()).unwrap();
                    self.old = Some(gone);
                    self.create();
                }
            }
            Step::Truncate => {
                if let Some(pen) = &mut self.pen {
                    pen.pending.clear();
                    self.lost.extend(pen.unread.drain(..));
                    self.gone.extend(pen.held.drain(..));
                    pen.file.set_len(0).unwrap();
                }
            }
            Step::CopyTruncate => {
                Self::write(self.pen.as_mut(), &mut self.records, 0);
                let (path, copy) = (self.path(), self.next_name());
                if let Some(pen) = &mut self.pen {
                    fs::copy(path, copy).unwrap();
                    // The copy has all of it, if anything of the file was ever read to know it by.
                    if !pen.was_opened || pen.held.len() == pen.unread.len() {
                        self.lost.extend(&pen.unread);
                        self.gone.extend(&pen.held);
                    }
                    pen.unread.clear();
                    pen.held.clear();
                    pen.file.set_len(0).unwrap();
                }
            }
            Step::Delete => {
                if let Some(gone) = self.leave() {
                    fs::remove_file(self.path()).unwrap();
                    self.old = Some(gone);
                }
            }
            Step::Create => self.create(),
        }
    }
}

/// A watched path and its library.
struct Eye {
    library: Arc<Library>,
    known: Known,
    watch: Watch,
}

impl Eye {
    fn new(path: PathBuf) -> Self {
        let library = Arc::new(Library::new(Box::new(Unmined)));
        let watch = Watch::new(path, &SourceId::new("files"), "", u64::MAX);
        Self { library, known: Known::default(), watch }
    }

    fn poll(&mut self) -> Polled {
        self.watch.poll(&mut self.known, &self.library, Timestamp::UNIX_EPOCH)
    }

    /// Polls until nothing comes any more, and is not yet quiet.
    fn settle(&mut self) {
        while self.poll().read > 0 {}
    }

    fn quiet(&mut self) {
        for _ in 0..QUIET + 1 {
            self.poll();
        }
    }

    /// The texts of all rows in the order of the tapes; `None` where the text is gone.
    fn texts(&self) -> Vec<Option<String>> {
        let mut texts = Vec::new();
        for tape in self.library.tapes().iter().filter(|tape| !tape.is_retired()) {
            let snapshot = tape.snapshot();
            for row in 0..snapshot.len() {
                texts.push(match tape.file().text(snapshot.span(row).unwrap()) {
                    Ok(text) => Some(String::from_utf8_lossy(&text).into_owned()),
                    Err(Lost::Gone) => None,
                    Err(Lost::Unreadable(error)) => panic!("{error}"),
                });
            }
        }
        texts
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]
    #[test]
    fn nothing_readable_is_lost_and_nothing_is_there_twice(steps in prop::collection::vec(step(), 1..60)) {
        let mut world = World::new();
        let mut eye = Eye::new(world.path());
        for step in steps.into_iter().chain([Step::Create, Step::Poll]) {
            world.act(step);
            match step {
                Step::Poll => eye.settle(),
                Step::Quiet => {
                    world.act(Step::Poll);
                    eye.quiet();
                }
                Step::Write(_) | Step::WritePart(_) | Step::WriteOld(_) | Step::Rotate | Step::Truncate | Step::CopyTruncate | Step::Delete | Step::Create => {}
            }
        }
        World::write(world.pen.as_mut(), &mut world.records, 0);
        eye.quiet();
        let mut seen = BTreeSet::new();
        for text in eye.texts().into_iter().flatten() {
            let Some(number) = text.split_once('<').and_then(|(_, rest)| rest.split_once('>')).map(|(number, _)| number.parse::<u64>().unwrap()) else {
                continue;
            };
            // What was cut off by a truncation in the middle of a record is all that there is of it.
            let whole = String::from_utf8(record(number)).unwrap();
            prop_assert!(text == whole || whole.starts_with(text.trim_end()) || world.gone.contains(&number), "{:?} is not {:?}", text, whole);
            prop_assert!(seen.insert(number), "record {} is there twice", number);
        }
        let expected: BTreeSet<u64> = (1..=world.records).filter(|number| !world.lost.contains(number) && !world.gone.contains(number)).collect();
        prop_assert!(expected.is_subset(&seen), "missing {:?}", expected.difference(&seen).collect::<Vec<_>>());
    }
}

#[test]
fn a_truncated_file_keeps_its_rows_and_says_that_their_text_is_gone() {
    let mut world = World::new();
    world.create();
    let mut eye = Eye::new(world.path());
    World::write(world.pen.as_mut(), &mut world.records, 200);
    eye.settle();
    world.act(Step::Truncate);
    World::write(world.pen.as_mut(), &mut world.records, 1);
    eye.settle();
    let tapes = eye.library.tapes();
    assert_eq!((tapes[0].stage(), tapes[0].rows(), tapes[1].stage()), (Stage::Gone, 200, Stage::Following));
    assert!(eye.texts().last().unwrap().as_deref().unwrap().contains("<201>"));
}

#[test]
fn the_text_of_a_copied_and_truncated_file_is_read_from_its_copy() {
    let mut world = World::new();
    world.create();
    let mut eye = Eye::new(world.path());
    World::write(world.pen.as_mut(), &mut world.records, 10_000);
    eye.settle();
    World::write(world.pen.as_mut(), &mut world.records, 3);
    world.act(Step::CopyTruncate);
    eye.quiet();
    let texts = eye.texts();
    assert_eq!(texts.len(), 10_003, "what came before the copy was made is in it");
    assert!(texts.iter().all(Option::is_some));
}

#[test]
fn a_large_file_shows_its_end_after_the_first_poll() {
    let world = World::new();
    let bytes: Vec<u8> = (1..=60_000).flat_map(record).collect();
    fs::write(world.path(), &bytes).unwrap();
    let mut eye = Eye::new(world.path());
    let polled = eye.poll();
    assert!(polled.more && polled.worked > 0);
    assert!(eye.library.tapes().last().unwrap().rows() > 5000);
    while eye.poll().more {}
    assert_eq!(eye.texts().len(), 60_000);
    assert_eq!(eye.library.progress(), (bytes.len() as u64, bytes.len() as u64));
}

#[test]
fn only_the_backlog_of_a_file_that_was_there_is_indexed() {
    let world = World::new();
    fs::write(world.path(), (1..=60_000).flat_map(record).collect::<Vec<u8>>()).unwrap();
    let mut eye = Eye::new(world.path());
    eye.watch = Watch::new(world.path(), &SourceId::new("files"), "", 1 << 20);
    while eye.poll().more {}
    assert!((20_000..40_000).contains(&eye.texts().len()), "{}", eye.texts().len());
    assert!(eye.library.notes()[0].contains("backlog"));
}

#[test]
fn a_chosen_format_is_taken_up_at_the_next_poll() {
    let mut world = World::new();
    world.create();
    let mut eye = Eye::new(world.path());
    World::write(world.pen.as_mut(), &mut world.records, 10);
    eye.settle();
    eye.library.reread(&world.path(), Choice::Auto);
    World::write(world.pen.as_mut(), &mut world.records, 5);
    eye.settle();
    assert!(eye.library.tapes()[0].is_retired());
    assert_eq!(eye.texts().len(), 15);
    eye.library.reread(std::path::Path::new("/else"), Choice::Auto);
    eye.settle();
    assert_eq!(eye.library.tapes().len(), 2);
}

#[test]
fn a_deleted_file_is_held_while_the_disk_it_takes_has_room() {
    for (spool, text) in [(1 << 20, Stage::Ended), (10, Stage::Gone)] {
        let mut world = World::new();
        world.create();
        let mut eye = Eye::new(world.path());
        eye.library = Arc::new(Library::with_budgets(Box::new(Unmined), Budgets { spool, ..Budgets::default() }));
        World::write(world.pen.as_mut(), &mut world.records, 10);
        eye.settle();
        world.act(Step::Delete);
        world.act(Step::Create);
        for _ in 0..100 {
            eye.poll();
        }
        eye.watch.tidy(&eye.library);
        eye.watch.tidy(&eye.library);
        let tapes = eye.library.tapes();
        assert_eq!((tapes[0].stage(), tapes[0].rows()), (text, 10));
        assert_eq!(eye.library.spooled() > 0, text == Stage::Ended);
        assert_eq!(eye.library.notes().len(), usize::from(text == Stage::Gone));
    }
}

#[test]
fn of_many_rotated_files_the_oldest_are_let_go_and_said() {
    let mut world = World::new();
    let mut eye = Eye::new(world.path());
    for _ in 0..MAX_PAST + 3 {
        world.create();
        World::write(world.pen.as_mut(), &mut world.records, 1);
        eye.settle();
        world.act(Step::Rotate);
    }
    for _ in 0..100 {
        eye.poll();
    }
    eye.watch.tidy(&eye.library);
    let gone = eye.library.tapes().iter().filter(|tape| tape.stage() == Stage::Gone).count();
    assert!((3..6).contains(&gone), "{gone}");
    assert!(eye.library.notes()[0].contains("let go"));
}
