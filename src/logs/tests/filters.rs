//! The sieve against [`Filter::matches_with`] on decoded records, for lines of many kinds and filters of many kinds.

use proptest::prelude::*;

use super::*;

const FILES: [&str; 3] = ["a.log", "b.log", "c.log"];

fn word() -> impl Strategy<Value = String> {
    prop::sample::select(vec![
        "timeout",
        "Timeout",
        "card",
        "declined",
        "user=42",
        "latency=12ms",
        "status=502",
        "a\\b",
        "\"quoted\"",
        "é",
        "naïve",
        "\t",
        "\u{1b}[31mred\u{1b}[0m",
        "x y",
        "4bf92f3577b34da6a3ce929d0e0e4736",
        "ratio=0.5",
        "\u{202e}",
        "5",
        "K",
    ])
    .prop_map(str::to_owned)
}

fn line() -> impl Strategy<Value = String> {
    let words = prop::collection::vec(word(), 1..5);
    (words, 0usize..6, 0u32..900).prop_map(|(words, kind, status)| {
        let text = words.join(" ");
        let json = serde_json::to_string(&text).unwrap();
        match kind {
            0 => format!("INFO {text}"),
            1 => format!("{{\"level\":\"error\",\"msg\":{json},\"status\":{status},\"took_ms\":{},\"user\":\"u{}\"}}", status * 2, status % 3),
            2 => format!("level=warn msg={json} status={status} service=edge"),
            3 => format!("1.2.3.4 - bob [10/Oct/2023:13:55:36 +0000] \"GET /x HTTP/1.1\" {status} 99 \"-\" \"curl\""),
            4 => format!("{{\"http\":{{\"status\":{status}}},\"message\":{json},\"trace_id\":\"4bf92f3577b34da6a3ce929d0e0e4736\",\"level\":30}}"),
            _ => format!("ERROR failed {text}\n\tat com.example.Foo(Foo.java:{status})\n\tat com.example.Bar"),
        }
    })
}

fn file() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec((line(), any::<bool>()), 1..40).prop_map(|lines| {
        let mut text = Vec::new();
        for (at, (line, odd)) in lines.iter().enumerate() {
            let time = Timestamp::from_second(1_700_000_000 + at as i64).unwrap();
            match line.strip_prefix('{') {
                Some(rest) => text.extend(format!("{{\"ts\":\"{time}\",{rest}").bytes()),
                None => text.extend(format!("{time} {line}").bytes()),
            }
            if *odd && at % 7 == 0 {
                text.push(0xff);
            }
            text.push(b'\n');
        }
        text
    })
}

fn term() -> impl Strategy<Value = String> {
    prop::sample::select(vec![
        "timeout",
        "Timeout",
        "TIMEOUT",
        "k",
        "\"x y\"",
        "\"    at com\"",
        "é",
        "NAÏVE",
        "\"\\\"quoted\\\"\"",
        "a\\b",
        "edge",
        "red failed",
        "/tim.out/",
        "/^2023/",
        "/Bar$/",
        "/(?i)CARD\\s+\\S+/",
        "/[^a]timeout/",
        "/d\\s+at/",
        "/5\\n/",
        "/\\bcard\\b/",
        "level>=error",
        "level=info",
        "level!=warn",
        "level<info",
        "service=edge",
        "service=a",
        "service!=edge",
        "service~b",
        "source=files",
        "file=b.log",
        "file~c",
        "status>=500",
        "status<300",
        "status=502",
        "status!=502",
        "status=\"\"",
        "status~50",
        "http.status>400",
        "took_ms>1s",
        "took_ms<=600",
        "took_ms>600ms",
        "latency=12ms",
        "latency>=10ms",
        "latency>1s",
        "user=u1",
        "user=U1",
        "user~u",
        "user=42",
        "user!~u",
        "user=\"\"",
        "ratio<1",
        "ratio=0.50",
        "trace=4bf92f",
        "trace=4BF92F3577b34",
        "trace!=4bf9",
        "trace~92f",
        "trace=\"\"",
        "body~timeout",
        "body=x",
        "method=GET",
        "path=/x",
        "bytes>50",
        "missing=x",
        "missing!=x",
        "missing=\"\"",
        "Status>=500",
        "USER=u1",
        "http.status=\"\"",
        "status~5",
        "user!=u1",
        "time>=22:13:30",
        "time<2023-11-14T22:13:40",
        "pattern=p0",
        "caller=\"\"",
        "red",
        "msg~card",
    ])
    .prop_flat_map(|term| any::<bool>().prop_map(move |not| if not { format!("-{term}") } else { term.to_owned() }))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]
    #[test]
    fn the_sieve_says_what_the_filter_says(
        files in prop::collection::vec(file(), 1..3),
        terms in prop::collection::vec(term(), 1..4),
        search in prop::option::of(term()),
    ) {
        let mut bench = Bench::new();
        for (name, text) in FILES.iter().zip(&files) {
            bench.file(name, text);
        }
        let text = terms.join(" ");
        let looked = Show { search: search.as_deref().map(filter), ..show(&text, Anchor::Oldest, 500) };
        bench.ask(Ask::Show(looked));
        let all = bench.all();
        let wanted = filter(&text);
        let found = search.as_deref().map(filter);
        let name = |key: RecordKey| crate::logfile::tape::place_of(key.id).map(|(tape, _)| {
            let tape = bench.library.tape(tape).unwrap();
            FILES.iter().find(|file| tape.file().path() == std::path::Path::new(file)).copied().unwrap()
        });
        let passes = |filter: &Filter, key: RecordKey, record: &LogRecord| {
            filter.matches_with(record, &Aside { pattern: bench.desk.pattern_of(key), file: name(key) })
        };
        let expected: Vec<&str> = all.iter().filter(|(key, record)| passes(&wanted, *key, record)).map(|(_, record)| record.raw.as_str()).collect();
        let got: Vec<&str> = bench.page().rows.iter().map(|row| row.record.raw.as_str()).collect();
        prop_assert_eq!(got, expected, "{}", text);
        if let Some(found) = found {
            let hits = all.iter().filter(|(key, record)| passes(&wanted, *key, record) && passes(&found, *key, record)).count();
            prop_assert_eq!(bench.page().hits.unwrap().count as usize, hits, "{} / {}", text, search.unwrap());
        }
    }
}
