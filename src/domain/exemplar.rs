//! An example behind a number: one request that a metric counted, with the trace it belongs to.

use std::collections::BTreeMap;

use super::{CleanText, SourceId, TimeWindow, Timestamp};

/// One exemplar as a metrics server keeps it.
#[derive(Clone, Debug, PartialEq)]
pub struct Exemplar {
    /// Labels of the series it was counted in, `__name__` among them.
    pub series: BTreeMap<CleanText, CleanText>,
    /// Its own labels, all of them.
    pub labels: BTreeMap<CleanText, CleanText>,
    /// The trace it belongs to, where a label of its own names one.
    pub trace_id: Option<CleanText>,
    /// The measured value; may be NaN or infinite.
    pub value: f64,
    /// When it was measured.
    pub at: Timestamp,
}

/// A question for the exemplars of a panel that is polled anyway; a person's key asks it, once.
#[derive(Clone, Debug, PartialEq)]
pub struct ExemplarAsk {
    /// Who is asked.
    pub source: SourceId,
    /// The panel.
    pub title: CleanText,
    /// Its query.
    pub query: String,
    /// The time looked at.
    pub window: TimeWindow,
}

/// The exemplars of a query.
#[derive(Clone, Debug, PartialEq)]
pub struct ExemplarAnswer {
    /// Who answered.
    pub source: CleanText,
    /// The newest, in time order.
    pub exemplars: Vec<Exemplar>,
    /// What was left out or could not be read, in words.
    pub notices: Vec<CleanText>,
}

/// Labels that hold the id of a trace, in the order of trust; compared without case and without `_`, `-` and `.`.
const TRACE: [&str; 4] = ["traceid", "trace", "oteltraceid", "ddtraceid"];

/// The trace that labels name: `trace_id`, `traceID`, `TraceId`, `trace.id` and what else is written for it.
pub fn trace_of(labels: &BTreeMap<CleanText, CleanText>) -> Option<CleanText> {
    let named = |wanted: &str| {
        labels.iter().find(|(name, value)| !value.is_empty() && folded(name) == wanted).map(|(_, value)| value.clone())
    };
    TRACE.into_iter().find_map(named)
}

fn folded(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_trace_is_found_however_its_label_is_written() {
        for (name, found) in [
            ("trace_id", true),
            ("traceID", true),
            ("traceId", true),
            ("trace.id", true),
            ("TraceId", true),
            ("span_id", false),
            ("retraced", false),
        ] {
            let labels = BTreeMap::from([(CleanText::line(name), CleanText::line("4bf92f"))]);
            assert_eq!(trace_of(&labels).is_some(), found, "{name}");
        }
        let both = [("trace", "x"), ("trace_id", "y")].map(|(n, v)| (CleanText::line(n), CleanText::line(v)));
        assert_eq!(trace_of(&both.into()).as_deref(), Some("y"));
        let empty = BTreeMap::from([(CleanText::line("trace_id"), CleanText::default())]);
        assert_eq!(trace_of(&empty), None);
    }
}
