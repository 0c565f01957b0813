//! Answers what the PromQL input wants to know of labels while somebody writes. Called by the registry's engine.

use super::Client;
use super::index::{Extent, Listed};
use crate::domain::query::{LabelAnswer, LabelAsk, QueryError};
use crate::domain::{CleanText, TimeWindow};

/// Names or values of one answer, at most.
const MOST: usize = 1_000;

impl Client {
    /// Names of labels, or values of one.
    ///
    /// # Errors
    /// In words for the person who writes.
    pub async fn names_of(&self, ask: LabelAsk, window: TimeWindow) -> Result<LabelAnswer, QueryError> {
        let matcher = matcher(&ask);
        let matchers: Vec<&str> = matcher.iter().map(String::as_str).collect();
        let listed = match &ask.label {
            Some(label) => self.label_values(label, &matchers, window, MOST).await,
            None => self.labels(&matchers, window, MOST).await,
        };
        let told = |Listed { mut items, extent, .. }: Listed<CleanText>| {
            items.sort();
            LabelAnswer { items, cut: extent == Extent::Cut }
        };
        let source = CleanText::line(self.id().as_str());
        listed.map(told).map_err(|error| QueryError { source, why: error.to_string().into() })
    }
}

/// The series that are looked at; `None` for all.
fn matcher(ask: &LabelAsk) -> Option<String> {
    let quoted = |text: &str| format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n"));
    let mut parts: Vec<String> = ask.metric.iter().map(|metric| format!("__name__={}", quoted(metric))).collect();
    if let Some(label) = ask.label.as_ref().filter(|_| !ask.prefix.is_empty()) {
        let pattern: String = ask.prefix.chars().flat_map(escape).collect();
        parts.push(format!(
            "{}=~{}",
            if plain(label) { label.clone() } else { quoted(label) },
            quoted(&format!("{pattern}.*"))
        ));
    }
    (!parts.is_empty()).then(|| format!("{{{}}}", parts.join(",")))
}

fn escape(c: char) -> impl Iterator<Item = char> {
    let special = r"\.+*?()|[]{}^$".contains(c);
    special.then_some('\\').into_iter().chain([c])
}

fn plain(label: &str) -> bool {
    label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') && !label.starts_with(|c: char| c.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_series_of_the_metric_and_of_the_prefix_are_looked_at() {
        let ask = |metric: Option<&str>, label: Option<&str>, prefix: &str| LabelAsk {
            metric: metric.map(str::to_owned),
            label: label.map(str::to_owned),
            prefix: prefix.to_owned(),
        };
        assert_eq!(matcher(&ask(None, None, "")), None);
        assert_eq!(matcher(&ask(Some("a\"b"), None, "x")), Some("{__name__=\"a\\\"b\"}".to_owned()));
        let value = matcher(&ask(Some("up"), Some("path"), "/a.b"));
        assert_eq!(value, Some("{__name__=\"up\",path=~\"/a\\\\.b.*\"}".to_owned()));
        for text in [value, matcher(&ask(None, Some("a.b"), "("))].into_iter().flatten() {
            assert!(crate::promql::check(&text).is_ok(), "{text}");
        }
    }
}
