//! The recording's answers to confirmed queries: the samples it holds, cut to the asked window and to the clock.

use std::sync::Arc;

use super::selector::Selector;
use super::{ReplayClock, folded, listed, name};
use crate::domain::ports::{Pending, QueryEngine};
use crate::domain::query::{QueryAnswer, QueryError, QueryRequest};
use crate::domain::recording::Recording;
use crate::domain::time::plus;
use crate::domain::{CleanText, Language, Sample, Series, Timestamp};

/// Lines an answer may have; more would bury the reader.
const MOST_LINES: usize = 2_000;
/// Queries that a message lists.
const MOST_LISTED: usize = 12;

/// Answers queries from a recording. A PromQL text is answered when it was recorded (blanks aside), or when it is a bare
/// selector over recorded raw series; to anything else it says what can be asked. It never shows what the clock has not
/// reached.
#[derive(Clone, Debug)]
pub struct RecordedEngine {
    recording: Arc<Recording>,
    clock: ReplayClock,
}

impl RecordedEngine {
    /// The answers of `recording` at the time of `clock`.
    pub fn new(recording: Arc<Recording>, clock: ReplayClock) -> Self {
        Self { recording, clock }
    }

    /// The queries it can answer, as recorded.
    pub fn known(&self) -> Vec<CleanText> {
        let mut known: Vec<CleanText> = Vec::new();
        for query in self.recording.queries.iter().map(|query| &query.text) {
            if !known.contains(query) {
                known.push(query.clone());
            }
        }
        known
    }

    fn answer(&self, request: &QueryRequest) -> Result<QueryAnswer, QueryError> {
        match request.language {
            Language::Promql => {}
            Language::Fetch => return Err(self.refuse("a recording has no log store to ask")),
            Language::Logs => return Err(self.refuse("log filters are answered from the records on screen")),
            Language::Sh => return Err(self.refuse("commands are answered by the recording's own list of commands")),
        }
        let now = self.clock.now();
        let found = self.find(&request.text)?;
        let cut_short = request.window.end > now;
        let series: Vec<Series> = found.into_iter().map(|series| cut(series, request, now)).collect();
        let (text, mut left_out) = written(&series);
        if cut_short {
            left_out.push("nothing after the recording's clock".to_owned());
        }
        let left_out = (!left_out.is_empty()).then(|| CleanText::line(&left_out.join("; ")));
        Ok(QueryAnswer { source: name(&self.recording), text: CleanText::block(&text), series, cut: left_out })
    }

    fn find(&self, text: &str) -> Result<Vec<&Series>, QueryError> {
        let wanted = folded(text);
        let recorded = self.recording.queries.iter().any(|query| folded(&query.text) == wanted);
        let exact: Vec<&Series> =
            self.recording.series.iter().filter(|series| folded(&series.query) == wanted).collect();
        if recorded || !exact.is_empty() {
            return Ok(exact);
        }
        let selected: Vec<&Series> = Selector::parse(text)
            .map(|selector| self.recording.series.iter().filter(|series| selector.selects(series)).collect())
            .unwrap_or_default();
        if selected.is_empty() { Err(self.unknown()) } else { Ok(selected) }
    }

    fn unknown(&self) -> QueryError {
        let known = self.known();
        if known.is_empty() {
            return self.refuse("this recording holds no metrics, so no query can be answered");
        }
        let list = listed(known.iter().map(CleanText::as_str), MOST_LISTED);
        self.refuse(&format!("the recording has no answer to this query; it can be asked {list}"))
    }

    fn refuse(&self, why: &str) -> QueryError {
        QueryError { source: name(&self.recording), why: CleanText::line(why) }
    }
}

impl QueryEngine for RecordedEngine {
    fn ask(&self, request: QueryRequest) -> Pending<'_, Result<QueryAnswer, QueryError>> {
        Box::pin(async move { self.answer(&request) })
    }
}

/// The samples inside the window and not after `now`, no closer together than the step asked for.
fn cut(series: &Series, request: &QueryRequest, now: Timestamp) -> Series {
    let step = jiff::SignedDuration::from_secs(i64::from(request.step.max(1)));
    let mut next = Timestamp::MIN;
    let samples: Vec<Sample> = series
        .samples
        .iter()
        // A range query answers at both ends of its range, so the end is inside here.
        .filter(|sample| sample.at >= request.window.start && sample.at <= request.window.end && sample.at <= now)
        .filter(|sample| {
            let keep = sample.at >= next;
            if keep {
                next = plus(sample.at, step);
            }
            keep
        })
        .copied()
        .collect();
    Series { samples, ..series.clone() }
}

/// The series as lines, ready to be evidence, and what did not fit.
fn written(series: &[Series]) -> (String, Vec<String>) {
    let mut lines: Vec<String> = Vec::new();
    let mut left_out = 0_usize;
    for one in series.iter().filter(|one| !one.samples.is_empty()) {
        if lines.len() >= MOST_LINES {
            left_out += one.samples.len();
            continue;
        }
        lines.push(header(one));
        let room = MOST_LINES.saturating_sub(lines.len());
        // The newest samples matter most, so the oldest give way.
        let skipped = one.samples.len().saturating_sub(room);
        left_out += skipped;
        for (index, sample) in one.samples.iter().skip(skipped).enumerate() {
            let format = if index == 0 { "%Y-%m-%dT%H:%M:%SZ" } else { "%H:%M:%SZ" };
            lines.push(format!("{} {}", sample.at.strftime(format), number(sample.value)));
        }
    }
    if lines.is_empty() {
        lines.push("(no samples in this window)".to_owned());
    }
    let left_out = if left_out == 0 { Vec::new() } else { vec![format!("{left_out} samples for want of room")] };
    (lines.join("\n"), left_out)
}

/// `http_requests_total{code="500"}`, as PromQL writes a series.
fn header(series: &Series) -> String {
    let labels = series.labels.iter().filter(|(name, _)| name.as_str() != "__name__");
    let labels: Vec<String> = labels.map(|(name, value)| format!("{name}={:?}", value.as_str())).collect();
    format!("{}{{{}}}", series.labels.get("__name__").map_or("", |name| name.as_str()), labels.join(", "))
}

/// A value as Prometheus writes it.
fn number(value: f64) -> String {
    match value {
        _ if value.is_nan() => "NaN".to_owned(),
        _ if value.is_infinite() => if value > 0.0 { "+Inf" } else { "-Inf" }.to_owned(),
        _ if value != 0.0 && !(1e-7..1e21).contains(&value.abs()) => format!("{value:e}"),
        _ => value.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::query::PolledQuery;
    use crate::domain::series::Unit;
    use crate::domain::{SourceId, TimeWindow};

    const QUERY: &str = "sum by (code) (rate(x_total[30s]))";

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_000_000 + second).unwrap()
    }

    fn series(query: &str, labels: &[(&str, &str)], values: &[f64]) -> Series {
        let samples = values.iter().enumerate().map(|(i, value)| Sample { at: at(i as i64 * 5), value: *value });
        Series {
            source: SourceId::new("recording"),
            query: CleanText::line(query),
            title: CleanText::line(query),
            unit: Unit::Number,
            labels: labels.iter().map(|(k, v)| (CleanText::line(k), CleanText::line(v))).collect(),
            samples: samples.collect(),
        }
    }

    fn engine(clock: &ReplayClock) -> RecordedEngine {
        let queries = [QUERY, "up", "absent_everywhere"].map(|text| PolledQuery {
            source: CleanText::line("recording"),
            text: CleanText::line(text),
            every_seconds: 5,
        });
        let series = vec![
            series(QUERY, &[("code", "500")], &[0.0, 0.25, f64::NAN, f64::INFINITY, 1e308]),
            series("up", &[("__name__", "up"), ("service", "cart")], &[1.0, 0.0]),
        ];
        RecordedEngine::new(
            Arc::new(Recording { queries: queries.to_vec(), series, ..Recording::default() }),
            clock.clone(),
        )
    }

    async fn ask(engine: &RecordedEngine, text: &str, step: u32) -> Result<QueryAnswer, QueryError> {
        let window = TimeWindow::new(at(0), at(60));
        engine.ask(QueryRequest { language: Language::Promql, text: text.to_owned(), window, step }).await
    }

    #[tokio::test(start_paused = true)]
    async fn an_answer_ends_at_the_clock_and_says_so() {
        let clock = ReplayClock::new(at(5), None, at(100));
        let engine = engine(&clock);
        let answer = ask(&engine, "sum by (code)   (rate(x_total[30s]))", 5).await.unwrap();
        assert_eq!(answer.text.as_str(), "{code=\"500\"}\n1970-01-12T13:46:40Z 0\n13:46:45Z 0.25");
        assert_eq!(answer.cut.unwrap().as_str(), "nothing after the recording's clock");
        clock.jump_to(at(80)).unwrap();
        let answer = ask(&engine, QUERY, 10).await.unwrap();
        assert_eq!(answer.text.as_str(), "{code=\"500\"}\n1970-01-12T13:46:40Z 0\n13:46:50Z NaN\n13:47:00Z 1e308");
        assert_eq!(answer.cut, None);
    }

    #[tokio::test(start_paused = true)]
    async fn selectors_reach_raw_series_and_an_empty_result_is_an_answer() {
        let clock = ReplayClock::new(at(90), None, at(100));
        let engine = engine(&clock);
        let answer = ask(&engine, "up{service=\"cart\"}", 5).await.unwrap();
        assert_eq!(answer.series.len(), 1);
        assert!(answer.text.starts_with("up{service=\"cart\"}"), "{}", answer.text);
        let answer = ask(&engine, "absent_everywhere", 5).await.unwrap();
        assert_eq!(answer.text.as_str(), "(no samples in this window)");
    }

    #[tokio::test(start_paused = true)]
    async fn what_was_not_recorded_is_refused_with_what_can_be_asked() {
        let clock = ReplayClock::new(at(90), None, at(100));
        let error = ask(&engine(&clock), "rate(up[5m])", 5).await.unwrap_err();
        assert!(error.why.contains(QUERY), "{}", error.why);
        let nothing = RecordedEngine::new(Arc::default(), clock);
        assert!(ask(&nothing, "up", 5).await.unwrap_err().why.contains("no metrics"));
    }
}
