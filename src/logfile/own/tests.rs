//! A format of the configuration reads, and is refused with the words that help.

use super::*;
use crate::logfile::{Choice, Heads, Layout, Take};

fn spec() -> Spec {
    Spec {
        name: "till".to_owned(),
        pattern: r"^(?<time>\d+/\d+ \d+:\d+:\d+)~(?<level>\w+)~(?<service>[\w-]+)~(?<till>\d+)~(?<message>.*)$"
            .to_owned(),
        time_format: "%d/%m %H:%M:%S".to_owned(),
        levels: vec![("OOPS".to_owned(), Severity::Error)],
        examples: vec![Example {
            line: "20/11 21:04:25~oops~till-eu~7~drawer = stuck".to_owned(),
            time: "2026-11-20T21:04:25Z".parse().ok(),
            level: Some(Severity::Error),
            service: Some("till-eu".to_owned()),
            message: Some("drawer = stuck".to_owned()),
            fields: vec![("till".to_owned(), "7".to_owned())],
        }],
    }
}

#[test]
fn a_format_of_ones_own_is_tried_first_and_shown_by_its_name() {
    let own = Own::new(spec()).unwrap();
    let now = "2026-11-20T22:00:00Z".parse().unwrap();
    let mut heads = Heads::resumed(Layout::with_own(Choice::Auto, [own].into()), now);
    let line = b"19/11 21:04:25~WARN~till-eu~7~low";
    let Take::Begins(head) = heads.take(line) else { panic!() };
    assert_eq!(
        (head.severity, head.service, &line[head.message]),
        (Severity::Warn, Some(b"till-eu".as_slice()), &b"low"[..])
    );
    assert_eq!(head.time, Some(1_795_122_265_000_000_000));
    assert_eq!(heads.take(b"and a line more"), Take::Continues);
    assert_eq!(heads.layout().to_string(), "till");
    // Lines in other formats are still understood.
    assert!(
        matches!(heads.take(b"2026-11-20T21:04:25Z INFO x y"), Take::Begins(head) if head.severity == Severity::Info)
    );
}

#[test]
fn a_chosen_format_is_the_only_one() {
    let formats = [Own::new(spec()).unwrap()];
    assert_eq!(Choice::named("nothing", &formats), None);
    let mut heads = Heads::fixed(Choice::named("till", &formats).unwrap(), Timestamp::UNIX_EPOCH);
    let Take::Begins(head) = heads.take(b"2026-11-20T21:04:25Z INFO x y") else { panic!() };
    assert_eq!(head.time, None);
}

#[test]
fn what_is_wrong_is_said() {
    let wrong = |change: fn(&mut Spec)| {
        let mut spec = spec();
        change(&mut spec);
        Own::new(spec).unwrap_err().iter().map(Wrong::to_string).collect::<Vec<_>>().join("; ")
    };
    assert_eq!(wrong(|spec| spec.pattern = "(?<message>.*".to_owned()), "is no regular expression: unclosed group");
    assert_eq!(wrong(|spec| spec.pattern = "(?<time>.*)".to_owned()), "has no group named `message`");
    assert_eq!(wrong(|spec| spec.examples[0].line = "?".to_owned()), "the pattern does not match it");
    assert_eq!(
        wrong(|spec| {
            spec.levels.clear();
            spec.time_format = "%Y".to_owned();
            spec.examples[0].fields[0].1 = "8".to_owned();
        }),
        "its time should be `2026-11-20T21:04:25Z` and is none; its level should be `error` and is none; \
         its field `till` should be `8` and is `7`"
    );
}

#[test]
fn formats_that_no_line_is_in_are_not_tried_for_ever() {
    let mut heads =
        Heads::resumed(Layout::with_own(Choice::Auto, [Own::new(spec()).unwrap()].into()), Timestamp::UNIX_EPOCH);
    for _ in 0..600 {
        heads.take(b"2026-11-20T21:04:25Z INFO x y");
    }
    assert!(heads.layout().own.is_empty());
}
