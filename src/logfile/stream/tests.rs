//! Which lines belong together, however the bytes arrive.

use proptest::prelude::*;

use super::*;
use crate::domain::Severity;

fn now() -> Timestamp {
    "2026-11-20T22:00:00Z".parse().unwrap()
}

fn parser() -> LineParser {
    LineParser::new(SourceId::new("files"), "payments")
}

fn records(text: &str) -> Vec<LogRecord> {
    let mut parser = parser();
    let mut records = parser.feed(text.as_bytes(), now());
    records.extend(parser.finish(now()));
    records
}

/// Lines per record, and each body.
fn shape(text: &str) -> Vec<(usize, String)> {
    records(text).iter().map(|record| (record.raw.lines().count(), record.body.to_string())).collect()
}

const PYTHON: &str = "2026-11-20 21:04:25,548 ERROR [payments-1] shop.http - unhandled error
Traceback (most recent call last):
  File \"app.py\", line 52, in charge
    fee(body)
    ^^^^^^^^^
KeyError: 'mastercard'

During handling of the above exception, another exception occurred:

Traceback (most recent call last):
  File \"app.py\", line 60, in charge
    raise Declined
Declined: no fee
2026-11-20 21:04:25,550 INFO [payments-1] shop.http - next
";

const JAVA: &str = "2026-11-20 21:04:25.100 ERROR 1 --- [main] c.e.Api : failed
java.lang.IllegalStateException: no pool
\tat com.example.Api.call(Api.java:10)
\tat com.example.Api.main(Api.java:5)
Caused by: java.net.ConnectException: refused
\t... 12 more
2026-11-20 21:04:26.100  INFO 1 --- [main] c.e.Api : next
";

const GO: &str = "level=info msg=started
panic: runtime error: index out of range [5]

goroutine 1 [running]:
main.main()
\t/app/main.go:4 +0x39
exit status 2
level=info msg=restarted
";

const RUST: &str = "{\"level\":\"info\",\"msg\":\"started\"}
thread 'main' panicked at src/main.rs:2:5:
no pool
stack backtrace:
   0: rust_begin_unwind
   1: app::main
note: run with `RUST_BACKTRACE=full`
{\"level\":\"info\",\"msg\":\"restarted\"}
";

#[test]
fn a_python_traceback_is_one_record_with_its_exception_in_the_body() {
    assert_eq!(shape(PYTHON), [(13, "unhandled error | Declined: no fee".to_owned()), (1, "next".to_owned())]);
}

#[test]
fn a_java_stack_is_one_record_with_its_exception_in_the_body() {
    let expected = [(6, "failed | java.lang.IllegalStateException: no pool".to_owned()), (1, "next".to_owned())];
    assert_eq!(shape(JAVA), expected);
}

#[test]
fn go_and_rust_panics_stand_between_structured_records_as_one() {
    let lines: Vec<usize> = shape(GO).iter().map(|(lines, _)| *lines).collect();
    assert_eq!(lines, [1, 6, 1]);
    assert_eq!(records(GO)[1].severity, Severity::Fatal);
    let lines: Vec<usize> = shape(RUST).iter().map(|(lines, _)| *lines).collect();
    assert_eq!(lines, [1, 6, 1]);
}

#[test]
fn plain_lines_stay_apart_and_indented_ones_join() {
    let expected = [(2, "one".to_owned()), (1, "two".to_owned()), (1, "three".to_owned())];
    assert_eq!(shape("one\n  more\ntwo\n\nthree"), expected);
}

#[test]
fn what_is_left_of_a_record_at_the_start_is_as_old_as_the_next() {
    let text = "    return fee\nKeyError: 'mastercard'\n2026-11-20 21:04:25,378 ERROR [p] x.y - request\n";
    let times: Vec<_> = records(text).iter().map(|record| record.time.map(|time| time.to_string())).collect();
    assert_eq!(times, vec![Some("2026-11-20T21:04:25.378Z".to_owned()); 3]);
}

#[test]
fn a_stream_without_times_is_not_held_back_for_ever() {
    let mut parser = parser();
    let text: String = (0..200).map(|n| format!("line {n}\n")).collect();
    assert_eq!(parser.feed(text.as_bytes(), now()).len(), 199);
    assert_eq!(parser.flush_idle().len(), 1);
}

#[test]
fn the_last_record_waits_for_its_lines_until_the_stream_is_quiet() {
    let mut parser = parser();
    assert_eq!(parser.feed(b"2026-11-20 21:04:25,378 ERROR a.b - x\n  more\n", now()).len(), 0);
    assert!(parser.is_pending());
    assert_eq!(parser.flush_idle().len(), 1);
    assert!(!parser.is_pending());
    assert_eq!(parser.feed(b"half a li", now()).len(), 0);
    assert_eq!(parser.flush_idle().len(), 0);
    assert_eq!(parser.feed(b"ne\n", now()).len() + parser.flush_idle().len(), 1);
}

#[test]
fn an_endless_trace_is_cut_and_says_so() {
    let text = format!("2026-11-20 21:04:25,378 ERROR a.b - x\n{}", "  at deep\n".repeat(1500));
    let record = &records(&text)[0];
    assert_eq!(record.raw.lines().count(), 1001);
    assert!(record.raw.ends_with("[+501 lines]"));
    let wide = format!("2026-11-20 21:04:25,378 ERROR a.b - x\n{}", format!("  {}\n", "y".repeat(60_000)).repeat(9));
    assert!(records(&wide)[0].raw.len() < 300 * 1024);
}

#[test]
fn colours_go_and_other_controls_are_seen() {
    let record = &records("2026-11-20T21:04:25Z \u{1b}[31mERROR\u{1b}[0m x\u{1b}[2Jy\n")[0];
    assert_eq!((record.severity, record.body.as_str()), (Severity::Error, "x␛[2Jy"));
}

#[test]
fn binary_junk_is_only_ugly() {
    let junk: Vec<u8> = (0..100_000u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    let mut parser = parser();
    let mut records = parser.feed(&junk, now());
    records.extend(parser.finish(now()));
    assert!(records.iter().all(|record| !record.raw.contains('\u{0}')));
}

proptest! {
    #[test]
    fn where_the_bytes_are_split_changes_no_record(pick in 0usize..4, cuts in prop::collection::vec(0usize..900, 0..8)) {
        let text = [PYTHON, JAVA, GO, RUST][pick].as_bytes();
        let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut.min(text.len())).collect();
        cuts.sort_unstable();
        let mut parser = parser();
        let mut found = Vec::new();
        let mut from = 0;
        for cut in cuts.into_iter().chain([text.len()]) {
            found.extend(parser.feed(&text[from..cut], now()));
            from = cut;
        }
        found.extend(parser.finish(now()));
        prop_assert_eq!(found, records([PYTHON, JAVA, GO, RUST][pick]));
    }
}
