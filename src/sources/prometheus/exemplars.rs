//! Exemplars of a query: which requests a metric counted, by their traces. Asked through the port [`Exemplars`].

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use super::Client;
use crate::domain::exemplar::{Exemplar, ExemplarAnswer, trace_of};
use crate::domain::ports::{Exemplars, Pending};
use crate::domain::query::QueryError;
use crate::domain::{CleanText, TimeWindow, time};
use crate::sources::http::HttpError;

/// Exemplars of one answer that are kept.
const MOST: usize = 2_000;

#[derive(Deserialize)]
struct WireSeries {
    #[serde(default, rename = "seriesLabels")]
    labels: Option<BTreeMap<String, String>>,
    #[serde(default)]
    exemplars: Option<Vec<WireExemplar>>,
}

#[derive(Deserialize)]
struct WireExemplar {
    #[serde(default)]
    labels: Option<BTreeMap<String, String>>,
    #[serde(default)]
    value: Value,
    #[serde(default)]
    timestamp: Value,
}

impl Client {
    /// The exemplars of what `query` selects within `window`: the newest two thousand, in time order.
    ///
    /// # Errors
    /// See [`HttpError`]; servers without exemplars answer with an error or with none.
    pub async fn exemplars(&self, query: &str, window: TimeWindow) -> Result<ExemplarAnswer, HttpError> {
        let (start, end) = (time::to_seconds(window.start), time::to_seconds(window.end));
        let (start, end) = (format!("{start:.3}"), format!("{end:.3}"));
        let parameters = [("query", query), ("start", &start), ("end", &end)];
        let source = CleanText::line(self.id().as_str());
        self.data("api/v1/query_exemplars", &parameters, move |data| read(data, source)).await
    }
}

impl Exemplars for Client {
    fn exemplars(&self, query: String, window: TimeWindow) -> Pending<'_, Result<ExemplarAnswer, QueryError>> {
        Box::pin(async move {
            let failed =
                |error: HttpError| QueryError { source: self.id().as_str().into(), why: error.to_string().into() };
            Client::exemplars(self, &query, window).await.map_err(failed)
        })
    }
}

fn read(data: &str, source: CleanText) -> serde_json::Result<ExemplarAnswer> {
    let wire = match data.trim() {
        "{}" => Vec::new(),
        data => serde_json::from_str::<Option<Vec<WireSeries>>>(data)?.unwrap_or_default(),
    };
    let (mut exemplars, mut odd) = (Vec::new(), 0);
    for WireSeries { labels, exemplars: own } in wire {
        let series = clean(labels);
        for wire in own.unwrap_or_default() {
            let at = number(&wire.timestamp).and_then(time::from_seconds);
            let (Some(at), Some(value)) = (at, number(&wire.value)) else {
                odd += 1;
                continue;
            };
            let labels = clean(wire.labels);
            let trace_id = trace_of(&labels);
            exemplars.push(Exemplar { series: series.clone(), labels, trace_id, value, at });
        }
    }
    exemplars.sort_by_key(|exemplar| exemplar.at);
    let mut notices = Vec::new();
    if odd > 0 {
        notices.push(format!("{odd} exemplars without a usable time or value are left out").into());
    }
    if exemplars.len() > MOST {
        notices.push(format!("{} exemplars, the newest {MOST} are kept", exemplars.len()).into());
        exemplars.drain(..exemplars.len() - MOST);
    }
    Ok(ExemplarAnswer { source, exemplars, notices })
}

/// Numbers come as numbers or, as the API says for values, as strings.
fn number(value: &Value) -> Option<f64> {
    value.as_f64().or_else(|| value.as_str()?.trim().parse().ok())
}

fn clean(labels: Option<BTreeMap<String, String>>) -> BTreeMap<CleanText, CleanText> {
    let labels = labels.unwrap_or_default();
    labels.iter().map(|(name, value)| (CleanText::line(name), CleanText::line(value))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exemplars_come_in_time_order_with_their_traces_and_odd_ones_are_counted() {
        let data = r#"[{"seriesLabels":{"__name__":"d_bucket","service":"s"},"exemplars":[
            {"labels":{"traceID":"b"},"value":"6","timestamp":1600096955.479},
            {"labels":{"user":"x"},"value":0.5,"timestamp":"1600096945.479"},
            {"labels":{},"value":"x","timestamp":1},{"labels":null,"value":"1"}]},{"seriesLabels":null}]"#;
        let answer = read(data, CleanText::line("prom")).unwrap();
        let traces: Vec<Option<&str>> = answer.exemplars.iter().map(|one| one.trace_id.as_deref()).collect();
        assert_eq!(traces, [None, Some("b")]);
        assert_eq!((answer.exemplars[0].value, answer.exemplars[1].value), (0.5, 6.0));
        assert_eq!(answer.exemplars[1].series["service"].as_str(), "s");
        assert!(answer.notices[0].starts_with("2 exemplars without"));
        for nothing in ["null", "[]", "{}"] {
            assert!(read(nothing, CleanText::default()).unwrap().exemplars.is_empty());
        }
    }
}
