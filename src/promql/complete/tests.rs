//! What is offered where, and that accepting it keeps the rest of the text.

use proptest::prelude::*;

use super::*;
use crate::domain::catalog::{Described, MetricCatalog};
use crate::domain::{SourceId, Timestamp};

struct Server(MetricCatalog);

impl Names for Server {
    fn metrics(&self) -> &[MetricInfo] {
        &self.0.metrics
    }

    fn labels(&self, metric: Option<&str>) -> Vec<CleanText> {
        let all: &[&str] = match metric {
            Some("requests_total") => &["code", "job", "a.b"],
            _ => &["job", "instance", "__name__"],
        };
        all.iter().copied().map(CleanText::line).collect()
    }

    fn values(&self, metric: Option<&str>, label: &str) -> Vec<CleanText> {
        let all: &[&str] = match (metric, label) {
            (Some("requests_total"), "code") => &["200", "500", "a\"b\\"],
            _ => &[],
        };
        all.iter().copied().map(CleanText::line).collect()
    }
}

fn server() -> Server {
    let described = [
        ("requests", "counter"),
        ("queue_depth", "gauge"),
        ("http_request_duration_seconds", "histogram"),
        ("http.server.active", "gauge"),
    ];
    let described = described.map(|(name, kind)| Described {
        name: name.to_owned(),
        kind: kind.to_owned(),
        help: "what it is".to_owned(),
        unit: String::new(),
    });
    let names =
        ["requests_total", "queue_depth", "http_request_duration_seconds_bucket", "http.server.active", "rate_limit"];
    let names = names.map(str::to_owned).into();
    Server(MetricCatalog::assemble(SourceId::new("p"), names, described.into(), Vec::new(), Timestamp::UNIX_EPOCH))
}

/// The text with the first item accepted, `|` the cursor in both.
fn first(text: &str) -> String {
    let cursor = text.find('|').unwrap();
    let text = text.replacen('|', "", 1);
    let completions = complete(&text, cursor, &server());
    let Some(item) = completions.items.first() else { return format!("{:?}", completions.place) };
    let (mut text, cursor) = completions.accept(&text, item);
    text.insert(cursor, '|');
    text
}

#[test]
fn the_place_of_the_cursor_decides_what_is_offered() {
    for (text, best) in [
        ("req|", "requests_total|"),
        ("ra|", "rate(|"),
        ("his|", "histogram_quantile(|"),
        ("sum(ra|)", "sum(rate(|)"),
        ("http dur|", "Behind { aggregation: false, operator: false }"),
        ("httpdur|", "http_request_duration_seconds_bucket|"),
        ("server|", "{\"http.server.active\"}|"),
        ("rate(|", "rate(requests_total|"),
        ("deriv(|", "deriv(queue_depth|"),
        ("rate(requests_total[|", "rate(requests_total[5m|"),
        ("rate(requests_total[1|", "rate(requests_total[1m|"),
        ("max_over_time(rate(a[1m])[1h:|", "max_over_time(rate(a[1m])[1h:5m|"),
        ("requests_total{|", "requests_total{code|"),
        ("requests_total{code=\"200\", |", "requests_total{code=\"200\", job|"),
        ("requests_total{co|}", "requests_total{code|}"),
        ("requests_total{code|}", "requests_total{code|}"),
        ("requests_total{code |}", "requests_total{code =\"|}"),
        ("requests_total{code=\"5|", "requests_total{code=\"500\"|"),
        ("requests_total{code=\"5|\"}", "requests_total{code=\"500|\"}"),
        ("requests_total{code=~'a|", "requests_total{code=~'a\"b\\\\'|"),
        ("requests_total{a|", "requests_total{\"a.b\"|"),
        ("{\"requests_total\", code!=\"5|", "{\"requests_total\", code!=\"500\"|"),
        ("sum by (co|) (rate(requests_total[5m]))", "sum by (code|) (rate(requests_total[5m]))"),
        ("sum(requests_total) by (|", "sum(requests_total) by (code|"),
        ("queue_depth |", "queue_depth /|"),
        ("queue_depth an|", "queue_depth and|"),
        ("queue_depth un|", "queue_depth unless|"),
        ("sum |", "sum by (|"),
        ("sum(queue_depth) wi|", "sum(queue_depth) without (|"),
        ("queue_depth / o|", "queue_depth / on (|"),
        ("queue_depth offset |", "queue_depth offset 5m|"),
        ("queue_depth @ |", "queue_depth @ end()|"),
        ("queue_depth > 5|", "Nothing"),
        ("queue_depth # re|", "Nothing"),
        ("label_replace(up, \"co|", "Nothing"),
        ("zzzz|", "Operand(Operand { ranged: false, grows: false, modifiers: false })"),
    ] {
        assert_eq!(first(text), best, "{text}");
    }
}

#[test]
fn a_name_says_what_it_is_and_what_finds_no_room_is_counted() {
    let completions = complete("requ", 4, &server());
    assert_eq!(completions.items[0].detail.as_str(), "counter · what it is");
    let rate = complete("irat", 4, &server()).items.remove(0);
    assert_eq!(rate.detail.as_str(), "irate(series[5m]) · per second, from the last two samples");
    let all = complete("", 0, &server());
    assert_eq!((all.items.len(), all.more > 20), (MOST, true));
}

proptest! {
    #[test]
    fn accepting_keeps_the_rest_of_any_text(
        text in "\\PC{0,30}|(sum|by|rate|re|5m|\\(|\\)|\\{|\\}|\\[|\\]|=|\"a|\"| |,|or|offset|@|>|é|#|\n){0,12}",
        cursor in 0usize..60,
    ) {
        let completions = complete(&text, cursor, &server());
        prop_assert!(completions.items.len() <= MOST);
        let head = text.get(..completions.replace.start).unwrap();
        let tail = text.get(completions.replace.end..).unwrap();
        for item in &completions.items {
            let (new, at) = completions.accept(&text, item);
            prop_assert!(new.starts_with(head) && new.ends_with(tail) && new.is_char_boundary(at));
            prop_assert_eq!(new.len() - tail.len(), at);
        }
    }
}
