//! What each kind of term finds, what bad text is told, and that printing and reading agree.

use proptest::prelude::*;

use super::*;
use crate::domain::Severity;
use crate::store::logs::tests::record;

fn sample() -> LogRecord {
    let text = |t: &str| CleanText::line(t);
    LogRecord {
        severity: Severity::Error,
        raw: text("ERROR [payments-1] Card declined for /charge after 612ms"),
        attributes: Box::new([
            (text("status"), text("502")),
            (text("duration_ms"), text("612.5")),
            (text("took"), text("1.2s")),
            (text("size"), text("4096")),
            (text("order"), text("12345678901234567890")),
        ]),
        trace_id: Some(text("4bf92f3577b34da6a3ce929d0e0e4736")),
        ..record(0, "Card declined")
    }
}

#[test]
fn each_kind_of_term_finds_what_it_says() {
    for (filter, expected) in [
        ("", true),
        ("declined", true),
        ("card", true),
        ("Card", true),
        ("CARD", false),
        ("\"card declined\"", true),
        ("card charge", true),
        ("card refund", false),
        ("-refund", true),
        ("-card", false),
        ("/charge", true),
        ("/charge/", true),
        ("/after \\d+ms/", true),
        ("/card/", false),
        ("/(?i)card/", true),
        ("service=payments", true),
        ("service!=payments", false),
        ("service~pay", true),
        ("service!~pay", false),
        ("source=files", true),
        ("level>=error", true),
        ("level>error", false),
        ("severity=ERROR", true),
        ("level<=warn", false),
        ("trace=4bf92f", true),
        ("trace=4BF92F", true),
        ("trace=92f", false),
        ("status>=500", true),
        ("status=502", true),
        ("status=502.0", true),
        ("status<500", false),
        ("duration_ms>500ms", true),
        ("duration_ms>0.6s", true),
        ("duration_ms>0.7s", false),
        ("duration_ms>600", true),
        ("took>1s", true),
        ("took>1", true),
        ("size>=4KiB", true),
        ("size>4kb", true),
        ("took>4KiB", false),
        ("order=12345678901234567891", false),
        ("user=\"\"", true),
        ("user!=\"\"", false),
        ("status=\"\"", false),
        ("missing>1", false),
        ("-missing>1", true),
        ("missing!=a", true),
        ("time>=1970-01-01", true),
        ("time<00:00:01", true),
        ("time>02:05", false),
        ("-time>02:05", true),
        ("time>500ms", false),
        ("pattern=p3f9a", true),
        ("pattern=p3f9b", false),
        ("-pattern=p3f9b", true),
        ("file~app", true),
        ("file=other.log", false),
    ] {
        let parsed = Filter::parse(filter).unwrap_or_else(|e| panic!("{filter}: {e}"));
        let aside = Aside { pattern: Some(0x3f9a_0000_0000_0001), file: Some("app.log") };
        assert_eq!(parsed.matches_with(&sample(), &aside), expected, "{filter}");
    }
}

#[test]
fn bad_text_is_told_where_and_how() {
    for (filter, message) in [
        ("a level>=bad", "column 10: `bad` is no level; write trace, debug, info, warn, error, fatal or unset"),
        ("level~err", "column 1: a level is compared, as level>=error or level=warn"),
        ("é \"open", "column 3: the quote is not closed; end the phrase with \""),
        ("\"a\"b", "column 4: a blank belongs after the closing quote"),
        ("x>soon", "column 3: `soon` is no number to compare with; write x>=500 or x>1.5s or x<4KiB"),
        ("x>1e999", "column 3: `1e999` is no number to compare with; write x>=500 or x>1.5s or x<4KiB"),
        ("\"\"", "column 1: an empty phrase finds everything; leave it out"),
        ("a~", "column 3: write the text, as a~timeout"),
        ("time=02:05", "column 1: a time is compared, as time>=02:05 or time<2026-01-15T02:20"),
        ("pattern=x", "column 9: `x` names no pattern; write p and hexadecimal digits"),
        ("pattern~p1", "column 1: a pattern is named, as pattern=p3f9a or -pattern=p3f9a"),
        ("/a(/", "column 1: no regular expression: unclosed group; put plain text in quotes"),
    ] {
        assert_eq!(Filter::parse(filter).unwrap_err().to_string(), message, "{filter}");
    }
    assert!(Filter::parse(&"a ".repeat(65)).unwrap_err().message.contains("64 terms"));
    assert!(Filter::parse(&"a".repeat(5000)).unwrap_err().message.contains("4096 bytes"));
}

#[test]
fn chips_come_off_one_by_one() {
    let filter = Filter::parse("service=payments  severity>=err \"a b\"").unwrap();
    assert_eq!(filter.chips(), ["service=payments", "level>=error", "\"a b\""].map(CleanText::line));
    assert_eq!(filter.without(1).to_text(), "service=payments \"a b\"");
    assert_eq!(filter.without(9), filter);
    assert_eq!(
        filter.and(&Filter::parse("\"a b\" new").unwrap()).to_text(),
        "service=payments level>=error \"a b\" new"
    );
}

#[test]
fn a_selected_value_becomes_a_chip_however_it_is_written() {
    for value in ["payments", "card declined", "\"quoted\"", "=x", "", "a\\b"] {
        let filter = Filter::equals("reason", value).unwrap();
        let with = |text: &str| LogRecord {
            attributes: Box::new([(CleanText::line("reason"), CleanText::line(text))]),
            ..record(0, "x")
        };
        assert!(filter.matches(&with(value)), "{value}");
        assert!(!filter.matches(&with("other")), "{value}");
    }
}

/// Text made of the pieces that matter to the reader.
fn pieces() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just(" ".to_owned()),
        Just("\"".to_owned()),
        Just("\\".to_owned()),
        Just("/".to_owned()),
        Just("-".to_owned()),
        Just("level".to_owned()),
        Just("error".to_owned()),
        Just("status".to_owned()),
        Just("5ms".to_owned()),
        "[=!~<>]{1,2}",
        "[a-zA-Z0-9._@]{1,4}",
        any::<char>().prop_map(String::from),
    ];
    prop::collection::vec(piece, 0..12).prop_map(|parts| parts.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]
    #[test]
    fn what_is_printed_reads_back_equal(text in pieces()) {
        if let Ok(filter) = Filter::parse(&text) {
            prop_assert_eq!(Filter::parse(&filter.to_text()), Ok(filter));
        }
    }

    #[test]
    fn a_word_in_quotes_finds_itself(text in "[ -~]{1,12}") {
        let quoted = format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""));
        let filter = Filter::parse(&quoted).unwrap();
        prop_assert!(filter.matches(&record(0, &text)));
    }
}
