//! Files to rows: whatever way the bytes come, the rows and their texts are those of the file.

use std::ops::Range;

use proptest::prelude::*;

use super::super::library::{Budgets, Unmined};
use super::*;
use crate::domain::{Severity, SourceId};

/// A row as a reader sees it.
#[derive(Clone, Debug, PartialEq)]
struct Seen {
    span: Range<u64>,
    at: i64,
    severity: Severity,
    service: String,
}

fn library() -> Arc<Library> {
    Arc::new(Library::new(Box::new(Unmined)))
}

fn reel(library: &Arc<Library>, bytes: &[u8]) -> Reel {
    let file = Arc::new(Opened::of_bytes("app.log", bytes.to_vec()));
    let place = Place { source: SourceId::new("files"), service: "app".into() };
    let reading = Reading {
        choice: Choice::Auto,
        modified: 7,
        length: bytes.len() as u64,
        backlog: u64::MAX,
        stage: Stage::Following,
    };
    Reel::new(library, file, place, reading)
}

fn tapes(library: &Library) -> Vec<Vec<Seen>> {
    let seen = |tape: &Arc<Tape>| {
        let snapshot = tape.snapshot();
        let row = |row| {
            let found = snapshot.row(row).unwrap();
            Seen {
                span: snapshot.span(row).unwrap(),
                at: found.at,
                severity: found.mark.severity(),
                service: snapshot.names()[usize::from(found.service)].to_string(),
            }
        };
        (0..snapshot.len()).map(row).collect()
    };
    library.tapes().iter().filter(|tape| !tape.is_retired()).map(seen).collect()
}

fn rows(library: &Library) -> Vec<Seen> {
    let mut rows: Vec<Seen> = tapes(library).into_iter().flatten().collect();
    rows.sort_by_key(|row| row.span.start);
    rows
}

fn texts<'a>(bytes: &'a [u8], rows: &[Seen]) -> Vec<&'a str> {
    rows.iter().map(|row| str::from_utf8(&bytes[row.span.start as usize..row.span.end as usize]).unwrap()).collect()
}

/// All of a file at once.
fn read(bytes: &[u8]) -> Arc<Library> {
    let library = library();
    let mut reel = reel(&library, bytes);
    reel.feed(0, bytes, 9);
    reel.finish(Stage::Ended, 9);
    library
}

fn line() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => (0u32..50_000).prop_map(|second| format!("2026-11-20T{:02}:{:02}:{:02}Z WARN payments: refused", second / 3600, second / 60 % 60, second % 60)),
        1 => Just("    at com.example.Pay.run(Pay.java:12)".to_owned()),
        1 => Just("Caused by: java.io.IOException: äöü".to_owned()),
        1 => Just(String::new()),
        1 => Just("no time in here\r".to_owned()),
        1 => Just("\0\0\0{\"level\":\"error\",\"service\":\"web\",\"msg\":\"x\"}".to_owned()),
    ]
}

proptest! {
    #[test]
    fn where_the_bytes_are_split_changes_no_row(lines in prop::collection::vec(line(), 0..60), cuts in prop::collection::vec(0usize..3000, 0..8)) {
        let bytes: Vec<u8> = lines.iter().flat_map(|line| format!("{line}\n").into_bytes()).collect();
        let library = library();
        let mut reel = reel(&library, &bytes);
        let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut.min(bytes.len())).chain([bytes.len()]).collect();
        cuts.sort_unstable();
        let mut from = 0;
        for cut in cuts {
            reel.feed(from as u64, &bytes[from..cut], 9);
            reel.publish();
            from = cut;
        }
        reel.finish(Stage::Ended, 9);
        let spans = |library: &Library| rows(library).into_iter().map(|row| (row.span, row.severity, row.service)).collect::<Vec<_>>();
        prop_assert_eq!(spans(&library), spans(&read(&bytes)));
    }

    #[test]
    fn a_tape_never_goes_back_and_rows_leave_no_gap(lines in prop::collection::vec(line(), 0..80), quiet in prop::collection::vec(any::<bool>(), 80), cuts in prop::collection::vec(1usize..200, 80)) {
        let bytes: Vec<u8> = lines.iter().flat_map(|line| format!("{line}\n").into_bytes()).collect();
        let library = library();
        let mut reel = reel(&library, &bytes);
        let mut from = 0;
        let mut before = 0;
        for (cut, quiet) in cuts.into_iter().zip(quiet) {
            let to = (from + cut).min(bytes.len());
            reel.feed(from as u64, &bytes[from..to], 9);
            reel.publish();
            if quiet {
                reel.quiet(9);
            }
            from = to;
            let now = rows(&library).len();
            prop_assert!(now >= before, "a row that was shown went away");
            before = now;
        }
        reel.feed(from as u64, &bytes[from..], 9);
        reel.finish(Stage::Ended, 9);
        for tape in tapes(&library) {
            prop_assert!(tape.is_sorted_by_key(|row| row.at));
        }
        let rows = rows(&library);
        for pair in rows.windows(2) {
            prop_assert_eq!(pair[0].span.end, pair[1].span.start);
        }
        if let (Some(first), Some(last)) = (rows.first(), rows.last()) {
            prop_assert!(bytes[..first.span.start as usize].iter().all(|byte| byte.is_ascii_whitespace() || *byte == 0));
            prop_assert_eq!(last.span.end, bytes.len() as u64);
        }
    }
}

#[test]
fn a_stack_trace_is_one_row_and_a_last_line_without_its_end_is_one_too() {
    let text =
        "2026-11-20T21:04:25Z ERROR [pay] boom\n\tat a.b(C.java:1)\nCaused by: x\n2026-11-20T21:04:26Z INFO [pay] ok";
    let library = read(text.as_bytes());
    let rows = rows(&library);
    assert_eq!(texts(text.as_bytes(), &rows), [&text[..text.len() - 34], &text[text.len() - 34..]]);
    assert_eq!((rows[0].severity, rows[1].severity), (Severity::Error, Severity::Info));
    assert_eq!(rows[1].at - rows[0].at, 1_000_000_000);
}

#[test]
fn a_line_that_was_shown_unfinished_is_one_row_when_it_is_whole() {
    let text = b"2026-11-20T21:04:25Z ERROR [pay] boom\n2026-11-20T21:04:26Z WARN [pay] slow\n";
    let library = library();
    let mut reel = reel(&library, text);
    reel.feed(0, &text[..68], 9);
    reel.publish();
    assert_eq!(rows(&library).len(), 1);
    reel.quiet(9);
    assert_eq!(rows(&library).len(), 2);
    reel.feed(68, &text[68..], 9);
    reel.publish();
    let rows = rows(&library);
    assert_eq!((rows.len(), rows[1].span.clone(), rows[1].severity), (2, 38..text.len() as u64, Severity::Warn));
}

#[test]
fn lines_before_the_first_time_take_it_and_a_stream_without_any_takes_that_of_the_file() {
    let library = read(b"starting up\nloading\n2026-11-20T21:04:25Z INFO up\n");
    let found = rows(&library);
    assert!(found.len() == 3 && found.iter().all(|row| row.at == found[2].at));
    assert_eq!(rows(&read(b"one\ntwo\n")).iter().map(|row| row.at).collect::<Vec<_>>(), [7, 7]);
}

fn at(minutes: &[i64]) -> String {
    let line = |minute: &i64| format!("2026-11-20T{:02}:{:02}:00Z INFO x\n", 10 + minute / 60, minute % 60);
    minutes.iter().map(line).collect()
}

#[test]
fn a_little_back_is_put_right_and_a_jump_back_begins_a_new_tape() {
    let minutes = |minutes: &[i64]| -> Vec<Vec<i64>> {
        let found = tapes(&read(at(minutes).as_bytes()));
        let zero = rows(&read(at(&[0]).as_bytes()))[0].at;
        found.iter().map(|tape| tape.iter().map(|row| (row.at - zero) / 60_000_000_000).collect()).collect()
    };
    assert_eq!(minutes(&[10, 7, 11]), [[10, 10, 11]]);
    assert_eq!(minutes(&[30, 31, 1, 2, 3]), [vec![30, 31], vec![1, 2, 3]]);
    assert_eq!(minutes(&[30, 1, 31]), [[30, 30, 31]], "a single record behind");
    assert_eq!(minutes(&[30, 90, 31, 32]), [[30, 30, 31, 32]], "a single record ahead");
}

#[test]
fn tapes_without_end_are_clamped_and_said() {
    let minutes: Vec<i64> = (0..400).map(|line| if line % 4 < 2 { 200 } else { 5 }).collect();
    let library = read(at(&minutes).as_bytes());
    assert_eq!(library.tapes().len(), 65);
    assert_eq!(rows(&library).len(), 400);
    assert!(library.notes()[0].contains("go back"), "{:?}", library.notes());
}

#[test]
fn a_huge_line_is_one_row_and_a_hole_is_none_of_it() {
    let mut bytes = vec![0; 3 << 20];
    bytes.extend_from_slice(b"2026-11-20T21:04:25Z INFO begins\n2026-11-20T21:04:26Z INFO ");
    bytes.resize(bytes.len() + (5 << 20), b'x');
    bytes.extend_from_slice(b"\n2026-11-20T21:04:27Z INFO ends\n");
    let library = library();
    let mut reel = reel(&library, &bytes);
    for (index, part) in bytes.chunks(100_000).enumerate() {
        reel.feed(index as u64 * 100_000, part, 9);
    }
    assert!(reel.tail.as_ref().unwrap().held() <= 2 << 20, "a line is never held whole");
    reel.finish(Stage::Ended, 9);
    let rows = rows(&library);
    assert_eq!((rows.len(), rows[0].span.start), (3, 3 << 20));
    assert!(rows[1].span.end - rows[1].span.start > 5 << 20);
}

/// The end first, then what stands before it.
fn tail_first(bytes: &[u8], library: &Arc<Library>, tail: usize) -> Reel {
    let mut reel = reel(library, bytes);
    let from = bytes.len().saturating_sub(tail);
    let line = if from == 0 { 0 } else { bytes[from..].iter().position(|byte| *byte == b'\n').unwrap() + 1 };
    reel.feed((from + line) as u64, &bytes[from + line..], 9);
    reel.publish();
    reel
}

fn long(lines: usize) -> Vec<u8> {
    let line = |line: usize| {
        let second = line / 10;
        let trace = if line.is_multiple_of(7) { "  at x.y.Z\nCaused by: q\n" } else { "" };
        format!(
            "2026-11-20T{:02}:{:02}:{:02}Z INFO svc-{}: did {line}\n{trace}",
            second / 3600,
            second / 60 % 60,
            second % 60,
            line % 5
        )
    };
    (0..lines).flat_map(|number| line(number).into_bytes()).collect()
}

#[test]
fn the_end_first_gives_the_same_rows_as_from_the_start() {
    let bytes = long(20_000);
    let library = library();
    let mut reel = tail_first(&bytes, &library, 30_000);
    assert!(rows(&library).len() > 100);
    while reel.is_busy() {
        assert!(reel.work(50_000).unwrap() > 0);
    }
    reel.finish(Stage::Ended, 9);
    assert_eq!(rows(&library), rows(&read(&bytes)));
    let tapes = tapes(&library);
    assert!(tapes[0].last().unwrap().span.end == tapes[1][0].span.start, "the older tape has the smaller number");
    assert_eq!(reel.file().progress(), (bytes.len() as u64, bytes.len() as u64));
}

#[test]
fn a_spent_budget_leaves_out_the_oldest_and_says_so() {
    let bytes = long(40_000);
    let budgets = Budgets { index: 19 * 20_000, ..Budgets::default() };
    let library = Arc::new(Library::with_budgets(Box::new(Unmined), budgets));
    let mut reel = tail_first(&bytes, &library, 300_000);
    while reel.is_busy() {
        reel.work(50_000).unwrap();
    }
    reel.finish(Stage::Ended, 9);
    assert!(library.row_bytes() <= 19 * 20_000);
    let rows = rows(&library);
    assert!(rows.len() > 5_000, "{}", rows.len());
    assert_eq!(rows.last().unwrap().span.end, bytes.len() as u64);
    assert!(rows.windows(2).all(|pair| pair[0].span.end == pair[1].span.start), "no hole between what is indexed");
    let note = library.notes()[0].to_string();
    assert!(note.starts_with("the first ") && note.ends_with("of app.log are not indexed: limits.log_index"), "{note}");
    let (done, total) = reel.file().progress();
    assert_eq!((done, total), (total, total));
}

#[test]
fn a_file_that_grows_for_ever_keeps_its_newest_rows() {
    let bytes = long(60_000);
    let budgets = Budgets { index: 19 * 20_000, ..Budgets::default() };
    let library = Arc::new(Library::with_budgets(Box::new(Unmined), budgets));
    let mut reel = reel(&library, b"");
    for (index, part) in bytes.chunks(10_000).enumerate() {
        reel.feed(index as u64 * 10_000, part, 9);
        reel.publish();
        assert!(library.row_bytes() <= 19 * 20_000);
    }
    let rows = rows(&library);
    assert_eq!(rows.last().unwrap().span.end, bytes.len() as u64);
    assert!(rows.len() > 10_000 && rows.windows(2).all(|pair| pair[0].span.end == pair[1].span.start));
    assert!(library.notes()[0].contains("are not indexed"));
    assert_eq!(library.evicted() as usize, 60_000 - rows.len());
}

#[test]
fn another_reading_hides_the_tapes_of_the_first_and_goes_on_where_it_was() {
    let bytes = long(2000);
    let library = library();
    let (first, rest) = bytes.split_at(bytes.len() - 100);
    let mut reel = reel(&library, &bytes);
    reel.feed(0, first, 9);
    reel.publish();
    let before = library.tapes().len();
    reel.reread(Choice::Auto).unwrap();
    reel.feed(first.len() as u64, rest, 9);
    reel.finish(Stage::Ended, 9);
    assert!(library.tapes()[..before].iter().all(|tape| tape.is_retired()));
    assert_eq!(rows(&library), rows(&read(&bytes)));
    assert_eq!(library.row_bytes(), 19 * rows(&library).len() as u64);
}

#[test]
fn a_shift_holds_for_tapes_that_come_later() {
    let library = library();
    library.shift(std::path::Path::new("app.log"), 1000);
    let mut reel = reel(&library, b"one\n");
    reel.feed(0, b"one\n", 9);
    reel.quiet(9);
    assert_eq!(rows(&library)[0].at, 1007);
    library.shift(std::path::Path::new("app.log"), -7);
    assert_eq!(rows(&library)[0].at, 0);
}

#[test]
fn fields_that_the_start_of_a_file_names_are_known_at_its_end() {
    let mut bytes = b"#Software: x\n#Fields: date time s-ip cs-method cs-uri-stem sc-status\n".to_vec();
    for second in 0..3000 {
        let (minute, second) = (second / 60, second % 60);
        bytes.extend(format!("2026-11-20 21:{minute:02}:{second:02} 10.0.0.1 GET /cart 500\n").into_bytes());
    }
    let library = library();
    let mut reel = tail_first(&bytes, &library, 20_000);
    while reel.is_busy() {
        reel.work(50_000).unwrap();
    }
    reel.finish(Stage::Ended, 9);
    let severities = |rows: &[Seen]| rows.iter().rev().take(2000).map(|row| row.severity).collect::<Vec<_>>();
    assert_eq!(severities(&rows(&library)), severities(&rows(&read(&bytes))));
    assert_eq!(rows(&library).last().unwrap().severity, Severity::Error);
}
