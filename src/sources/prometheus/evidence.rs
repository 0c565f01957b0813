//! Writes an answer as lines that people and citations can point at: values exactly as the server sent them.

use super::decode::{RangeAnswer, RawHistogram, RawSeries};
use crate::domain::TimeWindow;

/// Lines of one answer at most.
const MOST_LINES: usize = 1_200;
/// Lines kept of each series, however many there are.
const FEWEST_LINES: usize = 12;

/// One header line per series, then `time value` lines; the date stands where it is new. Beside it, what was left out.
pub(super) fn lines(answer: &RangeAnswer) -> (String, Vec<String>) {
    let mut left_out: Vec<String> = answer.notices.iter().map(ToString::to_string).collect();
    if answer.series.is_empty() {
        return ("no series: nothing matched in this window\n".to_owned(), left_out);
    }
    let each = (MOST_LINES / answer.series.len()).max(FEWEST_LINES) - 1;
    let fitting = (MOST_LINES / (each + 1)).clamp(1, answer.series.len());
    let mut text = String::new();
    let mut older = 0;
    for series in &answer.series[..fitting] {
        older += series.size().saturating_sub(each);
        write_series(&mut text, series, each);
    }
    for remark in &answer.remarks {
        text.push_str(&format!("# {remark}\n"));
    }
    if older > 0 {
        left_out.push(format!("{older} older samples are not shown, the newest {each} of each series are"));
    }
    if fitting < answer.series.len() {
        left_out.push(format!("{} more series are not shown", answer.series.len() - fitting));
    }
    (text, left_out)
}

fn write_series(text: &mut String, series: &RawSeries, most: usize) {
    text.push_str(&header(series));
    text.push('\n');
    let mut day = None;
    let points = (0..series.points.len()).map(|index| (series.points[index].at, series.text(index)));
    let whole = |one: &RawHistogram| (one.at, format!("count={} sum={}", one.count, one.sum).into());
    let histograms = series.histograms.iter().map(whole);
    for (at, value) in points.chain(histograms).skip(series.size().saturating_sub(most)) {
        let millis = if at.subsec_nanosecond() == 0 { "" } else { "%.3f" };
        let today = at.strftime("%Y-%m-%d").to_string();
        let format = if day.as_ref() == Some(&today) { "%H:%M:%S" } else { "%Y-%m-%dT%H:%M:%S" };
        let stamp = at.strftime(&format!("{format}{millis}Z")).to_string();
        text.push_str(&format!("{stamp} {value}\n"));
        day = Some(today);
    }
}

/// The series' name and labels as PromQL writes them.
fn header(series: &RawSeries) -> String {
    let name = series.labels.get("__name__").map_or("", |name| name.as_str());
    let labels: Vec<String> = series
        .labels
        .iter()
        .filter(|(name, _)| name.as_str() != "__name__")
        .map(|(name, value)| format!("{name}=\"{}\"", value.replace('\\', "\\\\").replace('"', "\\\"")))
        .collect();
    format!("{name}{{{}}}", labels.join(","))
}

/// The window widened so that the hour before it is there to compare with.
pub(super) fn with_hour_before(window: TimeWindow) -> TimeWindow {
    let hour = jiff::SignedDuration::from_hours(1);
    TimeWindow::ending(window.end, window.length().checked_add(hour).unwrap_or(window.length()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{CleanText, Sample, Timestamp};
    use crate::sources::prometheus::decode::{ResultKind, ValueTexts};

    fn series(service: &str, start: &str, count: i64) -> RawSeries {
        let start: Timestamp = start.parse().unwrap();
        let point = |i: i64| Sample { at: Timestamp::from_second(start.as_second() + 15 * i).unwrap(), value: 0.5 };
        let mut texts = ValueTexts::default();
        (0..count).for_each(|_| texts.push(b"0.50"));
        let labels = [("__name__", "up"), ("service", service)].map(|(k, v)| (CleanText::line(k), CleanText::line(v)));
        let points = (0..count).map(point).collect();
        RawSeries { labels: labels.into(), points, texts: Some(texts), histograms: Vec::new() }
    }

    fn answer(series: Vec<RawSeries>) -> RangeAnswer {
        let (notices, remarks) = (Vec::new(), Vec::new());
        RangeAnswer { kind: ResultKind::Matrix, sent: series.len(), samples: 0, series, notices, remarks }
    }

    #[test]
    fn values_stand_as_sent_and_a_new_day_is_said() {
        let series = vec![series("a\"b", "2026-11-20T23:59:30Z", 4)];
        let (text, left_out) = lines(&answer(series));
        let expected = "up{service=\"a\\\"b\"}\n2026-11-20T23:59:30Z 0.50\n23:59:45Z 0.50\n2026-11-21T00:00:00Z 0.50\n00:00:15Z 0.50\n";
        assert_eq!((text.as_str(), left_out.len()), (expected, 0));
    }

    #[test]
    fn what_does_not_fit_is_counted() {
        let all: Vec<_> = (0..300).map(|i| series(&format!("s{i}"), "2026-11-20T00:00:00Z", 400)).collect();
        let (text, left_out) = lines(&answer(all));
        assert!(text.lines().count() <= MOST_LINES);
        assert_eq!(text.matches("up{").count(), 100);
        assert!(left_out[0].starts_with("38900 older samples") && left_out[1].starts_with("200 more series"));
    }
}
