//! What the miner promises: whatever the header, the same event; whatever the bytes, an answer; whatever the input, bounds.

use proptest::prelude::*;

use super::header::{Desk, Headers};
use super::miner::without_escapes;
use super::{Budget, Miner, Strip};

/// For each line its pattern's template.
fn mined(lines: &[impl AsRef<[u8]>]) -> Vec<String> {
    let (mut miner, mut strip) = (Miner::default(), Strip::default());
    let slots: Vec<_> = lines.iter().map(|line| strip.push(line.as_ref(), &mut miner)).collect();
    strip.decide(&mut miner);
    let patterns = miner.patterns();
    let template = |slot| patterns.all()[patterns.of_slot(slot).unwrap()].template.to_string();
    slots.into_iter().map(template).collect()
}

/// The distinct templates in order.
fn templates(lines: &[impl AsRef<[u8]>]) -> Vec<String> {
    let mut seen = Vec::new();
    for template in mined(lines) {
        if !seen.contains(&template) {
            seen.push(template);
        }
    }
    seen
}

const PEOPLE: [&str; 6] = ["alice", "bob", "carol", "dave", "erin", "frank"];

/// Messages of nine events, and the event of each.
fn messages() -> Vec<(usize, String)> {
    let person = |at: usize| PEOPLE[at % PEOPLE.len()];
    let one = |at: usize| match at * 7 % 9 {
        0 => format!("order {} accepted for user {}", at * 31, person(at / 9)),
        1 => format!("connection to 10.0.{}.7:5432 lost after {at} s", at % 9),
        2 => format!("connection to 10.0.{}.7:5432 established in {at} ms", at % 9),
        3 => "leader election started".to_owned(),
        4 => "leader election finished".to_owned(),
        5 => format!("wrote {at} bytes to /var/lib/app/{}/{at}.dat", person(at / 9)),
        6 => format!("session closed for user {}", person(at / 9)),
        7 => format!("worker {}: task {:012x} done in {}.5s", at % 5, at * 7_919_191, at % 3),
        _ => format!("heap {at}MB -> {}MB", at / 2),
    };
    (0..540).map(|at| (at * 7 % 9, one(at))).collect()
}

type Style = Box<dyn Fn(usize, &str) -> String>;

/// Headers as systems write them, around a message.
fn styles() -> Vec<Style> {
    let level = |at: usize| ["INFO", "WARN", "ERROR", "DEBUG"][at % 4];
    let module = |at: usize| ["com.acme.pay.Ledger", "com.acme.Net", "o.a.k.Consumer"][at % 3];
    let process = |at: usize| ["kernel", "sshd", "cron"][at % 3];
    let host = |at: usize| ["db1", "web-02", "cache.prod.example.com"][at * 5 % 7 % 3];
    let clock = |at: usize| format!("23:{:02}:{:02}", at / 60, at % 60);
    vec![
        Box::new(move |_, message| message.to_owned()),
        Box::new(move |at, message| {
            format!("Jul  {} {} {} {}[{at}]: {message}", at % 9 + 1, clock(at), host(at), process(at))
        }),
        Box::new(move |at, message| {
            format!("<165>1 2025-06-30T{}Z {} {} {at} ID{} - {message}", clock(at), host(at), process(at), at % 50)
        }),
        Box::new(move |at, message| {
            format!("06-30 {}.123  {at}  {at} {} Window: {message}", clock(at), ["D", "I"][at % 2])
        }),
        Box::new(move |at, message| {
            format!("{}0630 {}.123456 {at:7} server.go:{at}] {message}", ["I", "E"][at % 2], clock(at))
        }),
        Box::new(move |at, message| {
            format!("2025-06-30 {},123 {:5} [http 3 exec {at}] {}: {message}", clock(at), level(at), module(at))
        }),
        Box::new(move |at, message| {
            format!("2025-06-30 {},123 - {} - {} - {message}", clock(at), module(at), level(at))
        }),
        Box::new(move |at, message| format!("{}:{}:{message}", level(at), ["root", "acme.db"][at % 2])),
        Box::new(move |at, message| {
            format!("2025-06-30 {}.001 UTC [{at}] {}:  {message}", clock(at), ["LOG", "ERROR"][at % 2])
        }),
        Box::new(move |at, message| {
            format!("20250630-{}:123|{}|{at}|{message}", clock(at), ["Acme_Core", "Sync"][at % 2])
        }),
        Box::new(move |at, message| format!("[06.30 {}] {message}", clock(at))),
        Box::new(move |at, message| {
            format!("[Mon Jun 30 {} 2025] [core:{}] [pid {at}] {message}", clock(at), ["error", "notice"][at % 2])
        }),
        Box::new(move |at, message| {
            format!(
                "- 1751318000 2025.06.30 R{}-M1 2025-06-30-23.10.00.123456 R{}-M1 RAS {} {} {message}",
                at % 9,
                at % 8,
                ["KERNEL", "APP"][at % 2],
                level(at)
            )
        }),
        Box::new(move |at, message| {
            format!(
                "2025-06-30 {}, {:20}  {:6} {message}",
                clock(at),
                ["Info", "Error"][at % 2],
                ["CBS", "CSI"][at / 2 % 2]
            )
        }),
        Box::new(move |at, message| {
            format!("{{\"ts\":\"{}\",\"level\":\"{}\",\"msg\":\"{message}\",\"n\":{at}}}", clock(at), level(at))
        }),
        Box::new(move |at, message| format!("ts={} level={} msg=\"{message}\" n={at}", clock(at), level(at))),
        Box::new(move |at, message| {
            format!("\u{1b}[2m2025-06-30T{}Z\u{1b}[0m \u{1b}[32m{}\u{1b}[0m acme::db: {message}", clock(at), level(at))
        }),
    ]
}

#[test]
fn one_event_whatever_stands_before_the_message() {
    let messages = messages();
    for (number, style) in styles().iter().enumerate() {
        let lines: Vec<String> = messages.iter().enumerate().map(|(at, (_, message))| style(at, message)).collect();
        let found = mined(&lines);
        for event in 0..9 {
            let mut of_event: Vec<&String> =
                found.iter().zip(&messages).filter(|(_, (of, _))| *of == event).map(|(found, _)| found).collect();
            of_event.dedup();
            assert_eq!(of_event.len(), 1, "style {number}, {of_event:?}");
        }
        let mut distinct = found.clone();
        distinct.sort();
        distinct.dedup();
        assert_eq!(distinct.len(), 9, "style {number}: {distinct:#?}");
    }
}

#[test]
fn values_are_masked_by_their_make_up() {
    let cases = [
        ("took 12.5 ms", "took <*>"),
        ("took 3 s, 40%", "took <*>"),
        ("peer 10.0.0.1:80 up", "peer <*> up"),
        ("peer fe80::1ff:fe23:4567 up", "peer <*> up"),
        ("id 550e8400-e29b-41d4-a716-446655440000 ok", "id <*> ok"),
        ("at 0xdeadBEEF and deadbeef01", "at <*> and <*>"),
        ("open /etc/app/conf.d failed", "open <*> failed"),
        ("GET https://a.example/x?y=1 done", "GET <*> done"),
        ("mail to bob@example.com sent", "mail to <*> sent"),
        ("host db.prod.example.com gone", "host <*> gone"),
        ("user='bob' uid=0 tty= x", "user='<*>' uid=<*> tty=<*> x"),
        ("attempt_1445_0020_m_000001 started", "attempt_<*> started"),
        ("since Sun Jul 17 15:09:16 2005 UTC", "since <*>"),
        ("ssh2 over IPv4 by log4j", "ssh2 over IPv4 by log4j"),
        ("deleted [a_1, a_2, a_33]", "deleted [a_<*>]"),
        ("\"GET /v2/x HTTP/1.1\" status: 200", "\"GET <*>\" status: <*>"),
        ("enabled=true retry: null", "enabled=<*> retry: <*>"),
        ("sent 1190 bytes (1.16 KB), idle <1 sec", "sent <*>, idle <*>"),
        ("body {\"a\": {\"b\": \"}\"}} rejected", "body <*> rejected"),
        ("body {\"a\": rejected", "body {\"<*>\": rejected"),
        ("tag=\"View Lock\" error=\"no route\"", "tag=\"<*>\" error=\"no route\""),
        ("    at com.acme.Pay.book(Pay.java:17)", "at <*>"),
        ("open: No such file, cause: none", "open: No such file, cause: <*>"),
        ("from=<3f04@a.example> to <1 sec", "from=<<*>> to <*>"),
        ("lease of 12:34:56:ab:cd:ef is false", "lease of <*> is <*>"),
        ("task t7 of u0 by v8", "task <*> of <*> by v8"),
        ("peer gateway.acme:8080 and Pay.java:17", "peer <*> and <*>"),
    ];
    for (line, template) in cases {
        assert_eq!(templates(&[line]), [template], "{line}");
    }
}

#[test]
fn a_word_of_many_is_a_parameter_and_an_outcome_never_is() {
    let logins: Vec<String> = PEOPLE.iter().map(|who| format!("login of {who} by password")).collect();
    assert_eq!(templates(&logins), ["login of <*> by password"]);
    let states = ["started", "stopped", "failed", "restarted", "crashing", "paused"];
    let units: Vec<String> = states.iter().map(|state| format!("unit web has {state} on this host")).collect();
    assert_eq!(templates(&units).len(), states.len());
    let two = ["disk is clean on this host", "disk is dirty on this host"];
    assert_eq!(templates(&two).len(), 2);
}

#[test]
fn numbered_names_and_values_beside_words_are_one_parameter() {
    assert_eq!(templates(&["link eth0 has carrier", "link eth1 has carrier"]), ["link <*> has carrier"]);
    assert_eq!(
        templates(&["limit for this group: 40", "limit for this group: unlimited"]),
        ["limit for this group: <*>"]
    );
    assert_eq!(templates(&["limit for this group: 40", "limit for this group: exceeded"]).len(), 2);
}

#[test]
fn two_words_that_vary_together_are_two_parameters() {
    let lines: Vec<String> =
        PEOPLE.iter().map(|who| format!("user {who} granted role {who}-admin by policy")).collect();
    assert_eq!(templates(&lines), ["user <*> granted role <*> by policy"]);
}

#[test]
fn several_words_that_vary_at_once_are_parameters() {
    let line = |at: usize| {
        let of = |by: usize| PEOPLE[at * by % PEOPLE.len()];
        format!("moving the mailbox of {}-{} from host {}.a to host {}_b for good", of(1), of(5), of(7), of(11))
    };
    let lines: Vec<String> = (0..6).map(line).collect();
    assert_eq!(templates(&lines), ["moving the mailbox of <*> from host <*> to host <*> for good"]);
    // What happened divides, whatever else varies.
    let line = |at: usize| {
        let of = |by: usize| PEOPLE[at * by % PEOPLE.len()];
        let done = ["opened", "closed"][at / 6];
        format!("mailbox of {}-x on host {}.a was {done} for user {}_b by rule", of(1), of(5), of(7))
    };
    let lines: Vec<String> = (0..12).map(line).collect();
    assert_eq!(templates(&lines).len(), 2, "{:#?}", templates(&lines));
}

#[test]
fn a_quoted_phrase_that_takes_many_forms_is_a_value() {
    let phrases = ["red shoes", "brown case", "a large wooden table", "running shoes", "one lamp"];
    let lines: Vec<String> =
        phrases.iter().map(|phrase| format!("query \"{phrase}\" matched some documents")).collect();
    assert_eq!(templates(&lines), ["query \"<*>\" matched some documents"]);
    assert_eq!(templates(&lines[2..4]).len(), 2);
    let words: Vec<String> = (1..6)
        .flat_map(|long| (0..6).map(move |at| (long, at)))
        .map(|(long, at)| {
            let list: Vec<&str> = (0..long).map(|more| PEOPLE[(at + more * 5) % 6]).collect();
            format!("granted the scopes {} to this client", list.join(", "))
        })
        .collect();
    assert_eq!(templates(&words[..12]), ["granted the scopes <*> to this client"]);
}

#[test]
fn a_pattern_of_many_takes_the_stragglers_but_nothing_that_says_what_happened() {
    let badges = ["gold", "tin", "oak", "lead", "jade", "ruby"];
    let mut lines: Vec<String> = (0..12)
        .map(|at| format!("{} has won the badge of merit [{}]", PEOPLE[at % 6], badges[(at + at / 6) % 6]))
        .collect();
    lines.push("zelda has won the badge of merit [old silver]".to_owned());
    lines.push("zelda has won the badge of merit [not available]".to_owned());
    let found = templates(&lines);
    assert_eq!(found[0], "<*> has won the badge of merit [<*>]");
    assert_eq!(found.len(), 2, "{found:#?}");
    assert_eq!(mined(&lines)[12], found[0]);
}

#[test]
fn numbered_names_are_a_series_wherever_they_stand() {
    let lines = [
        "port Gi3/7 joined Vlan12 as trunk",
        "port Gi2/11 joined Vlan5 as trunk",
        "peer of Vlan7 is Gi1/2 over ssh2",
        "peer of Vlan10 is Gi3/4 over ssh2",
    ];
    assert_eq!(templates(&lines), ["port <*> joined Vlan<*> as trunk", "peer of Vlan<*> is <*> over ssh2"]);
    assert_eq!(templates(&["sent over IPv4 only", "sent over IPv6 only", "md5 of it"]).len(), 2);
}

#[test]
fn a_rare_error_does_not_melt_into_a_frequent_line() {
    let mut lines: Vec<String> = (0..3000).map(|at| format!("write to segment {at} acknowledged by replica")).collect();
    lines.insert(2700, "write to segment 7 refused by replica".to_owned());
    assert_eq!(
        templates(&lines),
        ["write to segment <*> acknowledged by replica", "write to segment <*> refused by replica"]
    );
}

#[test]
fn counts_go_on_without_joining_anew_and_lines_beyond_the_budget_are_told() {
    let mut miner = Miner::new(Budget { shapes: 9, bytes: 400, ever: 3 });
    miner.take(b"disk 7 full");
    let before = miner.patterns();
    miner.take(b"disk 9 full");
    let after = miner.patterns();
    assert_eq!((before.all()[0].count, after.all()[0].count, after.all().len()), (1, 2, 1));
    assert!(std::sync::Arc::ptr_eq(&before.all()[0].template, &after.all()[0].template));
    assert!(std::sync::Arc::ptr_eq(&after, &miner.patterns()));
    for line in ["one more", "and more", "yet another"] {
        miner.take(line.as_bytes());
    }
    let patterns = miner.patterns();
    assert_eq!((&*patterns.all()[2].template, patterns.all()[2].count), ("<*>", 2));
}

#[test]
fn headers_end_where_they_end_whatever_came_before() {
    let messages = messages();
    let styles = styles();
    let mut lines: Vec<String> = Vec::new();
    for at in 0..3000 {
        let (_, message) = &messages[at * 13 % messages.len()];
        let line = styles[at * at % styles.len()](at, message);
        // Now and then a digit or a sign is another one.
        let mut bytes = line.into_bytes();
        if at % 3 == 0 {
            let place = at * 31 % bytes.len().min(40);
            bytes[place] = b"0123456789: -[]/TZ"[at % 18];
        }
        lines.push(String::from_utf8_lossy(&bytes).into_owned());
    }
    let mut learnt = Headers::learn(lines.iter().map(|line| without_escapes(line.as_bytes())));
    let mut again = learnt.clone();
    let mut shared = Desk::default();
    for line in &lines {
        let line = without_escapes(line.as_bytes());
        let (one, other) = (learnt.end(&line, &mut shared), again.end(&line, &mut Desk::default()));
        assert_eq!(one, other, "{}", String::from_utf8_lossy(&line));
    }
}

#[test]
fn a_stream_that_changes_its_layout_is_learnt_anew() {
    let messages = messages();
    let name = |at: usize| ["alpha", "beta"][at / 7 % 2];
    let clock = |at: usize| format!("2025-06-30 10:{:02}:{:02}", at / 60 % 60, at % 60);
    let first: Style = Box::new(move |at, message| format!("{} INFO [{at}] {message}", clock(at)));
    // One departs further on, one begins with another column.
    let others: [Style; 2] = [
        Box::new(move |at, message| format!("{} INFO {} {at} - {message}", clock(at), name(at))),
        Box::new(move |at, message| format!("{} {} INFO {message}", name(at), clock(at))),
    ];
    for (number, other) in others.iter().enumerate() {
        let message = |at: usize| messages[at * 13 % messages.len()].1.as_str();
        let mut lines: Vec<String> = (0..2500).map(|at| first(at, message(at))).collect();
        lines.extend((0..3000).map(|at| other(at, message(at))));
        let late: std::collections::BTreeSet<String> = mined(&lines).drain(4500..).collect();
        assert_eq!(late.len(), 9, "{number}: {late:#?}");
    }
}

#[test]
fn a_line_that_waits_for_its_header_keeps_its_number() {
    let (mut miner, mut strip) = (Miner::default(), Strip::default());
    let lines: Vec<String> =
        (0..2500).map(|at| format!("2025-06-30T10:00:{:02}Z INFO [web] event {} came", at % 60, at % 3)).collect();
    let slots: Vec<_> = lines.iter().map(|line| strip.push(line.as_bytes(), &mut miner)).collect();
    assert_eq!(miner.counters().lines, 2500);
    let patterns = miner.patterns();
    assert_eq!((patterns.all().len(), &*patterns.all()[0].template), (1, "event <*> came"));
    assert!(slots.iter().all(|slot| patterns.of_slot(*slot) == Some(0)));
    // What was learnt at once finds the same.
    let mut learnt = Strip::learn(lines.iter().map(String::as_bytes));
    assert_eq!(learnt.message(lines[7].as_bytes()), lines[7].find("event").unwrap());
}

#[test]
fn a_template_has_the_same_name_in_another_file() {
    let id = |lines: &[&str]| {
        let mut miner = Miner::default();
        for line in lines {
            miner.take(line.as_bytes());
        }
        miner.patterns().all().last().unwrap().id.to_string()
    };
    assert_eq!(id(&["disk 7 full"]), id(&["hello", "disk 9 full"]));
    assert_eq!(id(&["disk 7 full"]).len(), 17);
}

#[test]
fn memory_is_bounded_and_what_falls_out_is_counted() {
    let budget = Budget { shapes: 100, bytes: 8 << 10, ever: 5000 };
    let mut miner = Miner::new(budget);
    let letters = |mut number: usize| {
        let mut word = String::new();
        for _ in 0..6 {
            word.push(char::from(b'a' + (number % 26) as u8));
            number = number / 26 + number * 7;
        }
        word
    };
    for at in 0..8000 {
        miner.take(format!("{} {} {}", letters(at), letters(at * 3 + 1), letters(at * 5 + 2)).as_bytes());
        let counters = miner.counters();
        assert!(counters.shapes <= 101 && counters.bytes <= 8 << 10, "{counters:?}");
    }
    let (counters, patterns) = (miner.counters(), miner.patterns());
    assert!(counters.dropped > 0 && counters.beyond > 0, "{counters:?}");
    assert_eq!(patterns.all().iter().map(|pattern| pattern.count).sum::<u64>(), 8000);
}

#[test]
fn a_full_table_joins_before_it_forgets() {
    let budget = Budget { shapes: 50, bytes: 64 << 10, ever: 5000 };
    let mut miner = Miner::new(budget);
    let first = miner.take(b"the only line of its kind");
    for at in 0..2000_u32 {
        let name: String = at.to_string().bytes().map(|digit| char::from(digit - b'0' + b'a')).collect();
        miner.take(format!("request of customer {name} was served").as_bytes());
    }
    let patterns = miner.patterns();
    let found: Vec<&str> = patterns.all().iter().map(|pattern| &*pattern.template).collect();
    assert_eq!(found, ["the only line of its kind", "request of customer <*> was served"]);
    assert_eq!(patterns.of_slot(first), Some(0));
    assert_eq!((miner.counters().dropped, patterns.all()[1].count), (0, 2000));
    assert_eq!(miner.counters().remembered, 4 * 50);
}

fn text() -> impl Strategy<Value = Vec<Vec<u8>>> {
    let piece = prop_oneof![
        Just("Jun 14 15:16:01 "),
        Just("2025-06-30T23:10:00Z "),
        Just("INFO "),
        Just("[x]"),
        Just("a=\"b c\" "),
        Just("{"),
        Just("}"),
        Just("\""),
        Just("'"),
        Just("10.0.0.1:80"),
        Just("blk_-12, "),
        Just("\\u00"),
        Just("::1 "),
        Just("msg="),
        Just("\u{1b}[1m"),
        Just("http://"),
        Just("user alice "),
        Just("é"),
        Just("<*>"),
        Just("|"),
        Just(" "),
        Just("x@y "),
    ];
    let mixed = prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat().into_bytes());
    let any = prop::collection::vec(any::<u8>(), 0..60);
    prop::collection::vec(prop_oneof![3 => mixed, 1 => any], 0..60)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn headers_of_any_bytes_end_where_they_end(lines in text()) {
        let mut learnt = Headers::learn(lines.iter().map(|line| without_escapes(line)));
        let mut again = learnt.clone();
        let mut shared = Desk::default();
        for line in &lines {
            let line = without_escapes(line);
            prop_assert_eq!(learnt.end(&line, &mut shared), again.end(&line, &mut Desk::default()));
        }
    }

    #[test]
    fn any_bytes_have_a_pattern(lines in text()) {
        prop_assert_eq!(mined(&lines).len(), lines.len());
    }

    #[test]
    fn looking_in_between_and_the_order_change_nothing(lines in text(), every in 1_usize..7) {
        let (mut looked, mut plain) = (Miner::default(), Miner::default());
        for (at, line) in lines.iter().enumerate() {
            looked.take(line);
            if at % every == 0 {
                looked.patterns();
            }
        }
        for line in lines.iter().rev() {
            plain.take(line);
        }
        let told = |miner: &mut Miner| {
            let patterns = miner.patterns();
            let mut all: Vec<_> = patterns.all().iter().map(|one| (one.id, one.template.clone(), one.count)).collect();
            all.sort();
            all
        };
        prop_assert_eq!(told(&mut looked), told(&mut plain));
    }

    #[test]
    fn every_line_is_counted_once_in_a_small_table(lines in text(), shapes in 1_usize..9) {
        let mut miner = Miner::new(Budget { shapes, bytes: 400, ever: 30 });
        let slots: Vec<_> = lines.iter().map(|line| miner.take(line)).collect();
        let patterns = miner.patterns();
        prop_assert_eq!(patterns.all().iter().map(|pattern| pattern.count).sum::<u64>(), lines.len() as u64);
        for slot in slots {
            prop_assert!(patterns.of_slot(slot).is_some());
        }
    }
}
