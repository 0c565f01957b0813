//! Tables of mistakes and the words for them, and both parsers against each other.

use proptest::prelude::*;

use super::*;

/// The text under the mistake and the sentence; what only MetricsQL takes is marked with `~`.
fn said(text: &str) -> String {
    let tell = |mistake: &Mistake| format!("{} | {}", &text[mistake.span.clone()], mistake.sentence());
    match check(text) {
        Err(mistake) => tell(&mistake),
        Ok(checked) => checked.foreign.first().map_or_else(|| "ok".to_owned(), |first| format!("~{}", tell(first))),
    }
}

#[test]
fn every_mistake_says_where_it_is_and_what_to_write() {
    for (text, words) in [
        ("", " | nothing is asked for: write a metric's name, or Tab for what there is"),
        ("rate(x[5m]", "( | `(` is never closed: add `)`"),
        ("rate(x[5m))", ") | `)` stands where the `[` before it needs `]`"),
        ("x{job=\"api\"", "{ | `{` is never closed: add `}`"),
        ("x{", "{ | the braces are never closed: add `}`"),
        ("x{job=\"api}", "\" | the quote \" that opens here never closes: add \""),
        ("(x))", ") | nothing opens this `)`: leave it out"),
        ("sum x", "sum | `sum` takes its argument in parentheses: sum(x)"),
        ("sum by a (x)", "a | `by` takes labels in parentheses: by (label)"),
        ("sum by (a) x", "x | what `sum` takes together stands in parentheses: (x)"),
        (
            "sum by (a=\"b\") (x)",
            "= | `by` takes the names of labels only: conditions stand in braces behind the metric",
        ),
        ("x by (a)", "by | `by` stands behind an aggregation only: sum by (..) (..)"),
        ("rtae(x[5m])", "rtae | there is no function `rtae`: did you mean rate?"),
        ("frobnicate(x)", "frobnicate | there is no function `frobnicate`: Tab lists what there is"),
        ("x{job=api}", "api | the value of a label stands in quotes: job=\"api\""),
        ("x{code!=5..}", "5.. | the value of a label stands in quotes: code!=\"5..\""),
        ("x{job==\"api\"}", "== | labels are compared with one `=`: job=\"..\""),
        ("x{job}", "job | `job` is compared with nothing: job=\"value\""),
        ("x{job:\"api\"}", "job: | labels are compared with `=`: job=\"value\""),
        ("x{a=\"b\" c=\"d\"}", " c | a comma is missing before `c`: {a=\"x\", b=\"y\"}"),
        (
            "x{code>500}",
            "> | labels have no order: labels are text: =, !=, =~ or !~; values are compared behind the braces",
        ),
        ("x{a=~\"b(\"}", "\"b(\" | no regular expression: unclosed group: a sign that means itself is written \\\\."),
        ("{}", "{} | empty braces ask for every series: name a metric, or a label's value"),
        ("x{__name__=\"y\"}", "__name__=\"y\" | the metric is named twice: `x` and `y`: leave one of them out"),
        ("x = 5", "= | `=` compares nothing here: write =="),
        ("x => 5", "=> | `=>` is no operator: write >="),
        ("x <> 5", "<> | `<>` is no operator: write `!=`"),
        ("x && y", "&& | `&&` is no operator: write `and`"),
        ("x ≥ 5", "≥ | `≥` is no operator: write >="),
        ("x{a=“b”}", "“ | `“` is no quote here: write \" or '"),
        ("http.requests", ". | a name has no `.`: quote it: {\"a.b\"}"),
        ("x[5min]", "5min | `5min` is no duration: write 5m"),
        ("rate(x[5 m])", "5 m | a duration has no blanks: write 5m"),
        ("rate(x[])", "[] | the range is empty: for example [5m]"),
        ("rate(x[0s])", "0s | a duration must be longer than nothing: for example 5m"),
        ("rate(x[1e300])", "1e300 | `1e300` is too long: for example 5m"),
        (
            "rate(x[$__rate_interval])",
            "[$__rate_interval] | `[$__rate_interval]` is filled in by a dashboard, not by the server: write a range: [5m]",
        ),
        ("rate(x offset 1h[5m])", "[5m] | the range stands before `offset` and `@`: move [5m] to the name"),
        ("x offset", "offset | `offset` needs to know how long ago: offset 1h"),
        ("x * group_left (b) y", "group_left | `group_left` needs `on (..)` before it: on (label) group_left"),
        (
            "x * on (a) group_left (a) y",
            "group_left | `a` is matched on and brought along at once: leave it out of `group_left`",
        ),
        (
            "x and on (a) group_left y",
            "group_left | `group_left` says nothing to `and`, `or` and `unless`: leave it out",
        ),
        ("x + bool y", "bool | `bool` follows only a comparison: leave it out"),
        ("topk(x, 5)", "topk(x, 5) | the arguments of `topk` are the wrong way round: topk(number, series)"),
        ("rate(x[5m], 5)", "5 | `rate` takes one argument: rate(series[5m])"),
        ("x > \"5\"", "\"5\" | `>` takes no text: labels are compared in braces: {job=\"api\"}"),
        ("x y", "x y | no operator between `x` and `y`: one of + - * / > < == and or unless"),
        ("x +", " | something is missing behind `+`: a metric, a number or a function"),
        ("x + * y", "* | `*` stands where a value should behind `+`"),
    ] {
        assert_eq!(said(text).trim_start_matches(|c| words.starts_with(' ') && c == 'x'), words, "{text}");
    }
}

#[test]
fn what_only_metricsql_takes_is_told_apart_and_judged_by_the_server() {
    for (text, words) in [
        ("rate(x)", "~x | `rate` needs a range: rate(x[5m])"),
        ("rate(sum(x))", "~sum(x) | `rate` needs a range: rate((sum(x))[5m:])"),
        ("sum(x[5m])", "~x[5m] | `sum` takes no range: x, or rate(x[5m])"),
        ("x[5m]", "~x[5m] | a range is no value yet: a function has to read it: rate(x[5m])"),
        ("x or 0", "~0 | `or` joins series, not numbers: or vector(0)"),
        ("1 > 2", "~> | two numbers are compared with `bool` only: > bool"),
        (
            "keep_last_value(x)",
            "~keep_last_value | `keep_last_value` is a function of MetricsQL: write last_over_time(..)",
        ),
        ("x default 0", "~default | `default` is an operator of MetricsQL: write `or vector(0)`"),
        ("x > 5Mi", "~5Mi | `5Mi` is a number of MetricsQL: write 5242880"),
        ("rate(x[1.5h])", "~1.5h | `1.5h` is a duration of MetricsQL: write 90m"),
        ("WITH (f(q) = q * 2) f(x)", "~WITH | `WITH (..)` is MetricsQL: write the parts out"),
        (
            "x{a=\"b\" or c=\"d\"}",
            "~or | `or` between matchers is MetricsQL: write two selectors with `or` between them",
        ),
        ("Rate(x[5m])", "~Rate | `Rate` is written in small letters: write rate"),
    ] {
        assert_eq!(said(text), words, "{text}");
        assert!(check_for(text, Dialect::Promql).is_err(), "{text}");
        assert!(check_for(text, Dialect::Metricsql).is_ok_and(|checked| checked.foreign.is_empty()), "{text}");
    }
}

#[test]
fn what_is_right_stays_unmentioned() {
    for text in [
        "up",
        "sum by (job) (rate(http_requests_total{code=~\"5..\"}[5m])) > 0.5",
        "a / on (instance) group_left (x) b",
        "a / ignoring (x) group_right b",
        "rate(x[5m:1m]) # why",
        "histogram_quantile(0.9, sum by (le, job) (rate(x_bucket[5m] offset 1d)))",
        "{\"http.server.duration\", job=\"x\"}",
        "increase(x[1d] @ 1609746000) > bool 1_000",
        "-x ^ 2 - -1 + +inf",
        "sum without () (x) unless on () vector(1)",
        "label_replace(up, \"a\", \"$1\", \"b\", \"(.*)\")",
        "sum + on (by) rate{or=\"and\"} or offset",
        "x{a=~\"a{1}|b\\\\.c\",}",
        "absent(up{job=\"x\"} offset -5m)",
        "max_over_time(deriv(rate(x[5m])[30m:5s])[10m:])",
        "x > 5m",
    ] {
        assert_eq!(said(text), "ok", "{text}");
    }
}

#[test]
fn hostile_texts_cost_neither_the_stack_nor_the_program() {
    for text in [
        "(".repeat(60_000),
        "-".repeat(60_000),
        "sum(".repeat(15_000),
        "a".to_owned() + &" or a".repeat(12_000),
        "a".to_owned() + &"^a".repeat(30_000),
        "x".to_owned() + &"[5m:]".repeat(12_000),
        "{".repeat(60_000),
        "x{a=~\"(((a{100}){100}){100})\"}".to_owned(),
        "x".repeat(1 << 20),
        "x @ 99999999999999999999".to_owned(),
        "x offset 99999999999y".to_owned(),
        "sum(x) by (".to_owned() + &"a,".repeat(30_000),
    ] {
        let head: String = text.chars().take(12).collect();
        if let Err(mistake) = check(&text) {
            assert!(text.get(mistake.span).is_some(), "{head}");
        }
        one_line(&text);
        measured(&text);
        guess_unit(&text);
    }
}

fn expression() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        prop::sample::select(vec![
            "x",
            "up{job=\"a\"}",
            "x{a!=\"b\",c=~\"d.*\"}",
            "{a=\"b\"}",
            "1",
            "0.5",
            "1e3",
            "inf",
            "\"text\"",
            "x[5m]",
            "x offset 1h",
            "x[5m] offset 1h",
            "x @ 5",
            "sum",
            "by",
            "offset",
            "x:y",
            "5m",
            "{\"a.b\"}",
            "time()",
            "pi()",
        ])
        .prop_map(str::to_owned),
        "[a-z]{1,3}",
    ];
    leaf.prop_recursive(4, 24, 3, |inner| {
        let op = prop::sample::select(vec![
            "+",
            "-",
            "*",
            "/",
            "%",
            "^",
            ">",
            "<=",
            "==",
            "!=",
            "> bool",
            "and",
            "or",
            "unless",
            "atan2",
            "/ on (a)",
            "* on (a) group_left",
            "- ignoring (a) group_right (b)",
            "== bool on ()",
        ]);
        let function = prop::sample::select(vec![
            "rate",
            "sum",
            "max by (a)",
            "abs",
            "scalar",
            "vector",
            "absent",
            "avg_over_time",
            "count without (b)",
            "-",
            "",
            "topk",
            "round",
        ]);
        prop_oneof![
            (inner.clone(), op, inner.clone()).prop_map(|(left, op, right)| format!("{left} {op} {right}")),
            (function, inner.clone()).prop_map(|(function, inner)| format!("{function}({inner})")),
            (inner.clone(), inner.clone()).prop_map(|(left, right)| format!("quantile({left}, {right})")),
            inner.clone().prop_map(|inner| format!("sum({inner}) by (a)")),
            inner.clone().prop_map(|inner| format!("{inner}[5m:1m]")),
            inner.prop_map(|inner| format!("({inner}) offset 5m")),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]
    #[test]
    fn any_text_is_checked_without_panic_and_spans_stand_in_it(
        text in "\\PC{0,40}|[a-z0-9:> <=!~(){}\\[\\]\"'`#,.@é\n\\\\^$-]{0,60}|(sum|by|rate|x|5m|\\(|\\)|\\{|\\}|\\[|\\]|=|\"a\"| |,|or|offset|@|>|with){0,14}"
    ) {
        match check(&text) {
            Ok(checked) => {
                checked.tree.walk(&mut |part| assert!(text.get(part.span.clone()).is_some(), "{part:?}"));
                for mistake in checked.foreign {
                    prop_assert!(text.get(mistake.span).is_some());
                }
            }
            Err(mistake) => {
                prop_assert!(text.get(mistake.span.clone()).is_some(), "{:?}", mistake);
                prop_assert!(!mistake.what.is_empty());
            }
        }
    }

    #[test]
    fn the_parser_of_the_language_agrees(text in expression()) {
        let theirs = promql_parser::parser::parse(&text);
        match (check(&text), theirs) {
            (Err(mistake), Ok(_)) => {
                // An answer over time has values; the language proper has ranges and texts of their own, too.
                let said = mistake.what.as_str();
                prop_assert!(said.contains("no values over time"), "{} refused: {}", text, said);
            }
            (Ok(checked), Ok(_)) => {
                let ranges = |mistake: &Mistake| mistake.what.contains("a range is no value yet");
                prop_assert!(checked.foreign.iter().all(ranges), "{}: {:?}", text, checked.foreign);
            }
            (Ok(checked), Err(said)) => prop_assert!(!checked.foreign.is_empty(), "{} passed: {}", text, said),
            (Err(mistake), Err(_)) => {
                prop_assert!(!mistake.what.contains("would refuse it"), "{}: {}", text, mistake.what);
            }
        }
    }
}
