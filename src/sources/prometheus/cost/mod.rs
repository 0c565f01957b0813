//! What a query would cost its server, before a person confirms it: how many series its selectors have by the index, and
//! what the engine would read of them. No sample is asked for. Called by the query engine for the card.

mod recorded;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::{StreamExt, stream};
use jiff::SignedDuration;
use tokio::sync::Mutex;

use super::client::affordable_step;
use super::decode::grouped;
use super::index::Extent;
use super::{Client, Rules};
use crate::domain::query::QueryRequest;
use crate::domain::time::minus;
use crate::domain::{CleanText, TimeWindow};
use crate::promql::{self, Selected};
use crate::sources::http::HttpError;

/// How long the card waits for an estimate.
const PATIENCE: Duration = Duration::from_secs(3);
/// Series that are counted for one selector.
const MOST_SERIES: usize = 10_000;
/// Bytes of a list of series that are read; more of them are more series than are counted.
const MOST_BYTES: usize = 16 << 20;
/// Selectors of one expression that are asked about.
const MOST_SELECTORS: usize = 6;
/// How long known rules are taken for the server's.
const RULES_HOLD: Duration = Duration::from_secs(300);
/// How far back an instant selector looks: Prometheus' default.
const LOOKBACK: f64 = 300.0;
/// From so many series or samples on, a query is called wide.
const WIDE: (usize, f64) = (1_000, 5e6);

/// The rules of a server as last read, shared by the clones of its client.
#[derive(Clone, Default)]
pub(super) struct KnownRules(Arc<Mutex<Option<Read>>>);

/// Rules and when they were read.
struct Read {
    at: Instant,
    rules: Arc<Rules>,
}

/// What a query reads.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Reads {
    series: usize,
    samples: f64,
    /// Whether there is more than was counted.
    more: bool,
}

impl Client {
    /// The cost of a query in words, within three seconds; where it cannot be told, why not.
    pub async fn estimate(&self, request: &QueryRequest) -> CleanText {
        let words = match tokio::time::timeout(PATIENCE, self.cost(request)).await {
            Ok(Ok(words)) => words,
            Ok(Err(error)) => format!("unknown: {error}"),
            Err(_) => format!("unknown: no answer within {} s about its series", PATIENCE.as_secs()),
        };
        CleanText::line(&words)
    }

    async fn cost(&self, request: &QueryRequest) -> Result<String, HttpError> {
        // The same selector twice is read twice and counted once.
        let mut selectors: BTreeMap<String, Vec<Selected>> = BTreeMap::new();
        for selected in promql::selectors(&request.text) {
            selectors.entry(selected.text.clone()).or_default().push(selected);
        }
        if selectors.is_empty() {
            return Ok("reads no series".to_owned());
        }
        let index = &self.with_limit(MOST_BYTES);
        let unasked = selectors.len().saturating_sub(MOST_SELECTORS);
        let count = |(text, uses): (String, Vec<Selected>)| async move {
            match index.series_of(&[&text], reach(request.window, &uses), MOST_SERIES).await {
                Ok(listed) => Ok((uses, listed.items.len(), listed.extent)),
                // Servers that know no limit send them all.
                Err(HttpError::TooLarge { .. }) => Ok((uses, MOST_SERIES, Extent::Cut)),
                Err(error) => Err(error),
            }
        };
        let asked = stream::iter(selectors.into_iter().take(MOST_SELECTORS)).map(count).buffer_unordered(3);
        let (counted, rules) = tokio::join!(asked.collect::<Vec<Result<_, HttpError>>>(), self.known_rules());
        let points = points(request);
        let mut reads = Reads { more: unasked > 0, ..Reads::default() };
        for one in counted {
            let (uses, series, extent) = one?;
            reads.series += series;
            reads.more |= extent == Extent::Cut;
            reads.samples += uses.iter().map(|one| read_by(one, series, points, self.interval)).sum::<f64>();
        }
        let named = rules.as_deref().map_or_else(Vec::new, |rules| recorded::within(&request.text, &rules.recorded));
        Ok(words(reads, points, &request.text, &named))
    }

    /// The rules, asked for where they are not known; none where that fails: they are no condition of an estimate.
    async fn known_rules(&self) -> Option<Arc<Rules>> {
        let mut held = self.held_rules.0.lock().await;
        if let Some(read) = held.as_ref().filter(|read| read.at.elapsed() < RULES_HOLD) {
            return Some(Arc::clone(&read.rules));
        }
        let rules = Arc::new(self.rules().await.ok()?);
        *held = Some(Read { at: Instant::now(), rules: Arc::clone(&rules) });
        Some(rules)
    }
}

/// The time whose samples the uses of a selector read.
fn reach(window: TimeWindow, uses: &[Selected]) -> TimeWindow {
    let back = |one: &Selected| (one.offset.unwrap_or(0.0), one.offset.unwrap_or(0.0) + one.range.unwrap_or(LOOKBACK));
    let length = |seconds: f64| SignedDuration::try_from_secs_f64(seconds).unwrap_or(SignedDuration::ZERO);
    let nearest = uses.iter().map(|one| back(one).0).fold(f64::INFINITY, f64::min);
    let furthest = uses.iter().map(|one| back(one).1).fold(0.0, f64::max);
    TimeWindow::new(minus(window.start, length(furthest)), minus(window.end, length(nearest)))
}

/// The points of a series at the step that will be asked for.
fn points(request: &QueryRequest) -> f64 {
    (request.window.length().as_secs() / i64::from(affordable_step(request)).max(1) + 1) as f64
}

/// Samples that the engine reads for one use of a selector. An instant selector gives one for each point; a range gives
/// all of its window for each point, as Prometheus counts them against `query.max-samples`.
fn read_by(one: &Selected, series: usize, points: f64, interval: f64) -> f64 {
    let each = one.range.map_or(1.0, |range| (range / interval).max(1.0));
    series as f64 * points * each
}

fn words(reads: Reads, points: f64, text: &str, recorded: &[&str]) -> String {
    let Reads { series, samples, more } = reads;
    let least = if more || has_subquery(text) { "at least" } else { "about" };
    let count = if more { format!("more than {}", grouped(series)) } else { format!("≈ {}", grouped(series)) };
    let mut words = format!("{count} series x {points} points; the engine reads {least} {} samples", short(samples));
    if more || series >= WIDE.0 || samples >= WIDE.1 {
        words.push_str("; wide");
    }
    let names: Vec<String> = recorded.iter().map(|name| format!("`{name}`")).collect();
    match (recorded.len(), series) {
        (0, 0) => "no series match in this window".to_owned(),
        (0, _) => words,
        (_, _) => format!("{words}; recorded as {}", names.join(" and ")),
    }
}

/// Whether a part is evaluated again and again inside one point; how often is not counted.
fn has_subquery(text: &str) -> bool {
    let mut quote = None;
    let (mut brackets, mut before) = (0, ' ');
    for c in text.chars() {
        match (quote, c) {
            (Some(open), _) => {
                if c == open && before != '\\' {
                    quote = None;
                }
            }
            (None, '"' | '\'' | '`') => quote = Some(c),
            (None, '[') => brackets += 1,
            (None, ']') => brackets -= 1,
            (None, ':') if brackets > 0 => return true,
            (None, _) => {}
        }
        before = c;
    }
    false
}

/// `1.5 M`, `310 k`, `42`.
fn short(samples: f64) -> String {
    let with = |value: f64, unit: &str| match value < 10.0 {
        true => format!("{value:.1} {unit}").replace(".0 ", " "),
        false => format!("{value:.0} {unit}"),
    };
    match samples {
        s if s >= 1e9 => with(s / 1e9, "G"),
        s if s >= 1e6 => with(s / 1e6, "M"),
        s if s >= 1e4 => with(s / 1e3, "k"),
        s => grouped(s as usize),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn costs_read_as_a_person_says_them() {
        let reads = |series, samples, more| Reads { series, samples, more };
        for (cost, text, recorded, said) in [
            (reads(12, 1_452.0, false), "up", vec![], "≈ 12 series x 121 points; the engine reads about 1,452 samples"),
            (
                reads(1_240, 1.5e6, false),
                "rate(x[5m])",
                vec![],
                "≈ 1,240 series x 121 points; the engine reads about 1.5 M samples; wide",
            ),
            (
                reads(10_000, 2.42e9, true),
                "x[1h:1m]",
                vec!["a:b"],
                "more than 10,000 series x 121 points; the engine reads at least 2.4 G samples; wide; recorded as `a:b`",
            ),
            (reads(0, 0.0, false), "gone", vec![], "no series match in this window"),
        ] {
            assert_eq!(words(cost, 121.0, text, &recorded), said);
        }
        assert_eq!((short(9_999.0), short(310_000.0), short(2e6)), ("9,999".into(), "310 k".into(), "2 M".into()));
    }

    #[test]
    fn only_brackets_with_a_colon_are_subqueries() {
        assert!(has_subquery("max_over_time(rate(x[1m])[1h:30s])") && has_subquery("x[1h:]"));
        assert!(!has_subquery("job:x:rate5m{a=\"[:]\"}[5m]") && !has_subquery("x{a='\\'[:'}"));
    }
}
