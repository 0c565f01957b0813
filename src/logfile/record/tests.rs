//! Each format on lines that real services wrote, and on lines that only look like them.

use proptest::prelude::*;

use super::*;
use crate::domain::Severity;
use crate::logfile::heads::{Heads, Take};

fn observed() -> Timestamp {
    "2026-11-20T22:00:00Z".parse().unwrap()
}

fn context() -> Context {
    Context { source: SourceId::new("files"), service: CleanText::line("-"), observed: observed(), at: None }
}

fn read(line: &str) -> (Format, LogRecord) {
    let mut heads = Heads::new(observed());
    assert!(matches!(heads.take(line.as_bytes()), Take::Begins(_)), "{line}");
    (heads.layout().usual.unwrap(), record(line.as_bytes(), &heads.layout(), &context()))
}

/// Format, time, severity, service, trace id, body.
type Row =
    (&'static str, Format, &'static str, Option<Severity>, Option<&'static str>, Option<&'static str>, &'static str);

const TRACE_ID: &str = "88134be054f6e0c8a85b09395738e7bd";

const ROWS: &[Row] = &[
    (
        r#"{"ts": "2026-11-20T21:04:20.105Z", "level": "error", "service": "checkout", "instance": "checkout-0", "msg": "request", "status": 502, "reason": "payments answered 500: internal error", "trace_id": "88134be054f6e0c8a85b09395738e7bd", "span_id": "5527c0f50c284f2f"}"#,
        Format::Json,
        "2026-11-20T21:04:20.105Z",
        Some(Severity::Error),
        Some("checkout"),
        Some(TRACE_ID),
        r#"request status=502 reason="payments answered 500: internal error""#,
    ),
    (
        r#"{"timeUnixNano":"1795208660105000000","severityNumber":17,"body":{"stringValue":"declined"},"resource":{"service.name":"payments"},"attributes":{"card":"amex"},"traceId":"88134BE054F6E0C8A85B09395738E7BD"}"#,
        Format::Json,
        "2026-11-20T21:04:20.105Z",
        Some(Severity::Error),
        Some("payments"),
        Some(TRACE_ID),
        "declined card=amex",
    ),
    (
        r#"{"level":50,"time":1795208660105,"pid":7,"hostname":"h","msg":"pino"}"#,
        Format::Json,
        "2026-11-20T21:04:20.105Z",
        Some(Severity::Error),
        None,
        None,
        "pino",
    ),
    (
        r#"{"time":1795208660.5,"@l":"Warning","@mt":"slow","service":{"name":"cart"}}"#,
        Format::Json,
        "2026-11-20T21:04:20.5Z",
        Some(Severity::Warn),
        Some("cart"),
        None,
        "slow",
    ),
    (
        r#"{"ts":"2026-11-20T20:59:22.848Z","type":"Warning","reason":"BackOff","message":"restarting"}"#,
        Format::Json,
        "2026-11-20T20:59:22.848Z",
        Some(Severity::Warn),
        None,
        None,
        "restarting reason=BackOff",
    ),
    (
        r#"{"log":"level=warn msg=\"disk is filling\" free=3%\n","stream":"stderr","time":"2026-11-20T21:04:20.105Z"}"#,
        Format::Logfmt,
        "2026-11-20T21:04:20.105Z",
        Some(Severity::Warn),
        None,
        None,
        "disk is filling free=3%",
    ),
    (
        r#"ts=2026-11-20T21:04:24.071Z level=warn service=inventory instance=inventory-0 msg=request method=POST reason="out of stock: \"SKU-0004\"" trace_id=88134be054f6e0c8a85b09395738e7bd"#,
        Format::Logfmt,
        "2026-11-20T21:04:24.071Z",
        Some(Severity::Warn),
        Some("inventory"),
        Some(TRACE_ID),
        r#"request method=POST reason="out of stock: "SKU-0004"""#,
    ),
    (
        r#"127.0.0.1 - u05938 [2026-11-20T21:04:25+00:00] "POST /api/checkout HTTP/1.1" 502 73 "-" "Python/3.11 aiohttp/3.14.5" rt=0.269 traceparent=00-88134be054f6e0c8a85b09395738e7bd-05e58d79557731cf-01"#,
        Format::Access,
        "2026-11-20T21:04:25Z",
        Some(Severity::Error),
        None,
        Some(TRACE_ID),
        "POST /api/checkout 502 rt=0.269",
    ),
    (
        r#"10.0.0.9 - - [20/Nov/2026:23:04:25 +0200] "GET / HTTP/1.0" 404 0"#,
        Format::Access,
        "2026-11-20T21:04:25Z",
        Some(Severity::Warn),
        None,
        None,
        "GET / 404",
    ),
    (
        r#"10.0.0.9 - - [20/Nov/2026:21:04:25 +0000] "\x16\x03\x01" 400 150 "-" "-""#,
        Format::Access,
        "2026-11-20T21:04:25Z",
        Some(Severity::Warn),
        None,
        None,
        r"\x16\x03\x01 400",
    ),
    (
        "<165>1 2026-11-20T21:04:25.003Z web1 payments 812 ID47 [x@1 card=\"amex\"] charge declined",
        Format::Syslog,
        "2026-11-20T21:04:25.003Z",
        Some(Severity::Info),
        Some("payments"),
        None,
        "charge declined",
    ),
    (
        "<11>Nov 20 21:04:25 web1 payments[812]: charge declined card=amex",
        Format::Syslog,
        "2026-11-20T21:04:25Z",
        Some(Severity::Error),
        Some("payments"),
        None,
        "charge declined card=amex",
    ),
    (
        "Nov  2 21:04:25 web1 kernel: Out of memory: Killed process 812 (java)",
        Format::Syslog,
        "2026-11-02T21:04:25Z",
        Some(Severity::Fatal),
        Some("kernel"),
        None,
        "Out of memory: Killed process 812 (java)",
    ),
    (
        "Dec 31 23:59:59 web1 sshd[1]: closed",
        Format::Syslog,
        "2025-12-31T23:59:59Z",
        None,
        Some("sshd"),
        None,
        "closed",
    ),
    (
        "2026-11-20T21:04:25+0000 web1 systemd[1]: Started nginx.",
        Format::Syslog,
        "2026-11-20T21:04:25Z",
        None,
        Some("systemd"),
        None,
        "Started nginx.",
    ),
    (
        "E1120 21:04:25.123456    1234 reflector.go:140] Failed to watch *v1.Pod: timeout",
        Format::Klog,
        "2026-11-20T21:04:25.123456Z",
        Some(Severity::Error),
        None,
        None,
        "Failed to watch *v1.Pod: timeout",
    ),
    (
        "2026-11-20 21:04:25,378 ERROR [payments-1] [trace=88134be054f6e0c8a85b09395738e7bd span=6175127d6716ba57] shop.payments.http - request status=500 reason=KeyError: 'mastercard' region=us",
        Format::Text,
        "2026-11-20T21:04:25.378Z",
        Some(Severity::Error),
        None,
        Some(TRACE_ID),
        "request status=500 reason=KeyError: 'mastercard' region=us",
    ),
    (
        "2026-11-20 21:03:12.543 UTC [7713] user=shop,db=shop,app=inventory-0 LOG:  duration: 1922.096 ms",
        Format::Text,
        "2026-11-20T21:03:12.543Z",
        Some(Severity::Info),
        None,
        None,
        "duration: 1922.096 ms",
    ),
    (
        "2026-11-20 22:03:12.543 CET [7713] FATAL:  too many connections",
        Format::Text,
        "2026-11-20T21:03:12.543Z",
        Some(Severity::Fatal),
        None,
        None,
        "too many connections",
    ),
    (
        "2026/11/20 21:04:25 [error] 31#31: *1 upstream timed out (110) while reading",
        Format::Text,
        "2026-11-20T21:04:25Z",
        Some(Severity::Error),
        None,
        None,
        "*1 upstream timed out (110) while reading",
    ),
    (
        "2719:M 20 Nov 2026 21:33:18.012 * Ready to accept connections",
        Format::Text,
        "2026-11-20T21:33:18.012Z",
        Some(Severity::Info),
        None,
        None,
        "Ready to accept connections",
    ),
    (
        "2026-11-20 21:04:25.100  WARN 1 --- [nio-8080-exec-1] c.e.shop.Api : slow query",
        Format::Text,
        "2026-11-20T21:04:25.1Z",
        Some(Severity::Warn),
        None,
        None,
        "slow query",
    ),
    (
        "[2026-11-20 21:04:25] production.ERROR: nothing left",
        Format::Text,
        "2026-11-20T21:04:25Z",
        Some(Severity::Error),
        None,
        None,
        "nothing left",
    ),
    (
        "[Fri Nov 20 21:04:25.123456 2026] [core:error] [pid 31] AH00126: Invalid URI",
        Format::Text,
        "2026-11-20T21:04:25.123456Z",
        Some(Severity::Error),
        None,
        None,
        "AH00126: Invalid URI",
    ),
    (
        "2026-11-20T21:04:25.1Z stderr F level=error msg=\"no route\"",
        Format::Logfmt,
        "2026-11-20T21:04:25.1Z",
        Some(Severity::Error),
        None,
        None,
        "no route",
    ),
    (
        "2026-11-20T21:04:25.1Z the job ended with error 3",
        Format::Text,
        "2026-11-20T21:04:25.1Z",
        None,
        None,
        None,
        "the job ended with error 3",
    ),
    (
        "ERROR: relation \"orders\" does not exist",
        Format::Plain,
        "",
        Some(Severity::Error),
        None,
        None,
        "relation \"orders\" does not exist",
    ),
    (
        "panic: runtime error: index out of range",
        Format::Plain,
        "",
        Some(Severity::Fatal),
        None,
        None,
        "panic: runtime error: index out of range",
    ),
    ("no errors were found, all is well", Format::Plain, "", None, None, None, "no errors were found, all is well"),
    ("{not json}", Format::Plain, "", None, None, None, "{not json}"),
];

#[test]
fn every_format_gives_time_level_service_trace_and_body() {
    for (line, format, time, severity, service, trace, body) in ROWS {
        let (found, parsed) = read(line);
        assert_eq!(found, *format, "{line}");
        assert_eq!(parsed.time, time.parse().ok(), "{line}");
        assert_eq!(parsed.severity, severity.unwrap_or(Severity::Unset), "{line}");
        assert_eq!(parsed.service.as_str(), service.unwrap_or("-"), "{line}");
        assert_eq!(parsed.trace_id.as_deref(), *trace, "{line}");
        assert_eq!(parsed.body.as_str(), *body, "{line}");
    }
}

#[test]
fn fields_that_filters_ask_for_are_attributes() {
    for (line, name, value) in [
        (ROWS[0].0, "status", "502"),
        (ROWS[7].0, "status", "502"),
        (ROWS[7].0, "rt", "0.269"),
        (ROWS[10].0, "card", "amex"),
        (ROWS[16].0, "status", "500"),
        (ROWS[16].0, "reason", "KeyError: 'mastercard'"),
        (ROWS[16].0, "logger", "shop.payments.http"),
        (ROWS[16].0, "thread", "payments-1"),
        (ROWS[17].0, "app", "inventory-0"),
        (ROWS[17].0, "pid", "7713"),
    ] {
        let (_, parsed) = read(line);
        assert_eq!(parsed.attribute(name).map(CleanText::as_str), Some(value), "{name} in {line}");
    }
}

#[test]
fn numbers_that_are_no_times_and_ids_that_are_none_are_refused() {
    for text in [
        "0",
        "1e308",
        "NaN",
        "-5",
        "20261120",
        "99999999999999999999",
        "2026-13-01T00:00:00Z",
        "9999-12-31T23:59:59-15:00",
    ] {
        assert_eq!(parse::instant(text), None, "{text}");
    }
    for text in ["-", "00000000000000000000000000000000", "xyz", "00-00000000000000000000000000000000-01-01", "1234"] {
        assert_eq!(parse::fields::trace_id(text), None, "{text}");
    }
}

#[test]
fn a_stream_keeps_its_format_against_lines_that_only_look_like_another() {
    let mut heads = Heads::new(observed());
    assert!(matches!(heads.take(b"key=value other=thing"), Take::Begins(_)));
    heads.take(ROWS[16].0.as_bytes());
    assert_eq!(heads.take(b"key=value other=thing"), Take::Continues);
}

#[test]
fn logfmt_behind_a_time_keeps_its_level_and_parts() {
    let (_, parsed) = read("2026-11-20T22:59:01.25Z level=error service=payments msg=\"KeyError: 'amex'\"");
    assert_eq!((parsed.severity, parsed.service.as_str()), (Severity::Error, "payments"));
    assert_eq!(parsed.body.as_str(), "KeyError: 'amex'");
    assert_eq!(parsed.time.map(|time| time.to_string()).as_deref(), Some("2026-11-20T22:59:01.25Z"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]
    #[test]
    fn no_line_breaks_a_reader(row in 0..ROWS.len(), cut in 0usize..200, junk in "\\PC{0,12}", tail in any::<bool>()) {
        let line = ROWS[row].0;
        let (head, rest) = line.split_at(line.floor_char_boundary(cut.min(line.len())));
        let broken = if tail { format!("{head}{junk}{rest}") } else { format!("{head}{junk}") };
        for format in std::iter::once(Choice::Auto).chain(parse::CHOICES.map(Choice::Format)) {
            let layout = Layout::chosen(format);
            let found = record(broken.as_bytes(), &layout, &context());
            prop_assert!(found.body.len() <= 4096 + 64 + MAX_CAUSE);
            let mut list = FieldList::default();
            fields(broken.as_bytes(), &layout, &context(), &mut list);
            let text = |bytes: &[u8]| CleanText::line(&String::from_utf8_lossy(bytes));
            let pairs = list.iter().map(|(name, value)| (text(name), text(value)));
            let (traces, others): (Vec<_>, Vec<_>) = pairs.partition(|(name, _)| name.as_str() == "trace");
            let known = found.attributes.iter().filter(|(name, _)| name.as_str() != "trace");
            prop_assert_eq!(others, known.cloned().collect::<Vec<_>>());
            prop_assert!(found.trace_id.iter().all(|id| traces.iter().any(|(_, it)| it == id)));
        }
    }
}
