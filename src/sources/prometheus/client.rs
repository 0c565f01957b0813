//! Asks one Prometheus API: ranges for panels and confirmed queries. Used by the source, the query engine, discovery.

use std::sync::Arc;

use serde_json::value::RawValue;

use super::cost::KnownRules;
use super::decode::RawSeries;
use super::{evidence, query, rules, wire};
use crate::config::schema;
use crate::domain::ports::SecretStore;
use crate::domain::query::{QueryAnswer, QueryError, QueryRequest};
use crate::domain::series::Unit;
use crate::domain::{CleanText, Language, Series, SourceId};
use crate::promql;
use crate::sources::http::{Endpoint, HttpError};

/// Points per series that Prometheus gives at most.
const MOST_POINTS: i64 = 11_000;

/// One Prometheus API. Cheap to clone.
#[derive(Clone)]
pub struct Client {
    id: SourceId,
    pub(super) endpoint: Endpoint,
    extra: Arc<[(&'static str, &'static str)]>,
    /// Bytes of a query's answer that are read.
    pub(super) most_bytes: usize,
    /// The distance of raw samples that is taken for the server's, in seconds.
    pub(super) interval: f64,
    pub(super) held_rules: KnownRules,
}

impl Client {
    /// Prepares to ask the configured server; asks nothing yet.
    ///
    /// # Errors
    /// When its address cannot be used.
    pub fn new(config: &schema::Prometheus, secrets: Arc<dyn SecretStore>) -> Result<Self, HttpError> {
        let headers = config.all_headers();
        let endpoint = Endpoint::with_auth(&config.url, &headers, &config.auth, secrets, config.timeout.std())?;
        let switches = [("dedup", config.dedup), ("partial_response", config.partial_response)];
        let extra: Vec<_> = switches.into_iter().filter_map(|(name, switch)| Some((name, switch.word()?))).collect();
        Ok(Self {
            id: SourceId::new(&config.name),
            endpoint,
            most_bytes: query::MOST_BYTES,
            extra: extra.into(),
            interval: config.step.std().as_secs_f64(),
            held_rules: KnownRules::default(),
        })
    }

    /// The same server with another limit on the bytes of an answer.
    #[must_use]
    pub fn with_limit(&self, bytes: usize) -> Self {
        Self { endpoint: self.endpoint.with_limit(bytes), most_bytes: bytes, ..self.clone() }
    }

    /// The configured name.
    pub fn id(&self) -> &SourceId {
        &self.id
    }

    /// The base address, for people.
    pub fn at(&self) -> &str {
        self.endpoint.at()
    }

    /// Parameters that go along with every query, for servers that know them.
    pub(super) fn extra(&self) -> impl Iterator<Item = (&str, &str)> {
        self.extra.iter().copied()
    }

    /// Asks the least that shows whether the API answers.
    ///
    /// # Errors
    /// See [`HttpError`].
    pub async fn probe(&self) -> Result<(), HttpError> {
        self.data("api/v1/query", &[("query", "vector(1)")], |_| Ok(())).await
    }

    /// The recording and alerting rules it evaluates; empty where it evaluates none.
    ///
    /// # Errors
    /// See [`HttpError`].
    pub async fn rules(&self) -> Result<rules::Rules, HttpError> {
        self.data("api/v1/rules", &[], rules::rules).await
    }

    /// Answers a confirmed query with raw lines and series. Ends within the configured timeout.
    ///
    /// # Errors
    /// In words for the person who confirmed it.
    pub async fn answer(&self, request: QueryRequest) -> Result<QueryAnswer, QueryError> {
        let source = CleanText::line(self.id.as_str());
        if request.language != Language::Promql {
            let why = format!("{} answers promql only, not {}", self.id, request.language.word()).into();
            return Err(QueryError { source, why });
        }
        let step = affordable_step(&request);
        let answer = self.range_as_sent(&request.text, request.window, step).await;
        let mut answer =
            answer.map_err(|error| QueryError { source: source.clone(), why: error.to_string().into() })?;
        let (text, mut left_out) = evidence::lines(&answer);
        if step != request.step.max(1) {
            left_out
                .insert(0, format!("step {step}s instead of {}s, at most {MOST_POINTS} points a series", request.step));
        }
        answer.flatten_histograms();
        let (query, unit) = (CleanText::block(&request.text), promql::guess_unit(&request.text));
        let series = answer.series.into_iter().map(|raw| self.series(raw, &query, &query, unit)).collect();
        let cut = (!left_out.is_empty()).then(|| CleanText::line(&left_out.join("; ")));
        Ok(QueryAnswer { source, text: CleanText::block(&text), series, cut })
    }

    pub(super) fn series(&self, raw: RawSeries, query: &CleanText, title: &CleanText, unit: Unit) -> Series {
        Series {
            source: self.id.clone(),
            query: query.clone(),
            title: title.clone(),
            unit,
            labels: raw.labels,
            samples: raw.points,
        }
    }

    pub(super) async fn data<T: Send + 'static>(
        &self,
        path: &str,
        parameters: &[(&str, &str)],
        read: impl FnOnce(&str) -> serde_json::Result<T> + Send + 'static,
    ) -> Result<T, HttpError> {
        self.enveloped(path, parameters, |envelope| read(envelope.data.map_or("null", RawValue::get))).await
    }

    /// Asks and reads what is in the frame of a good answer; a frame that says failure is [`HttpError::Refused`].
    pub(super) async fn enveloped<T: Send + 'static>(
        &self,
        path: &str,
        parameters: &[(&str, &str)],
        read: impl FnOnce(&wire::Envelope<'_>) -> serde_json::Result<T> + Send + 'static,
    ) -> Result<T, HttpError> {
        let decode = move |text: &str| {
            let envelope: wire::Envelope<'_> = serde_json::from_str(text)?;
            match envelope.failure() {
                Some(said) => Ok(Err(said)),
                None => read(&envelope).map(Ok),
            }
        };
        self.endpoint.ask(path, parameters, decode).await?.map_err(|said| self.refused(said))
    }

    pub(super) fn refused(&self, said: String) -> HttpError {
        HttpError::Refused { at: self.endpoint.at().to_owned(), status: 200, said, retry_after: None }
    }
}

/// The asked resolution, coarser where the window would hold more points than the server gives.
pub(super) fn affordable_step(request: &QueryRequest) -> u32 {
    let least = request.window.length().as_secs() / (MOST_POINTS - 1) + 1;
    request.step.max(1).max(u32::try_from(least).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::TimeWindow;
    use jiff::SignedDuration;

    #[test]
    fn a_step_grows_until_the_points_fit() {
        let request = |length, step| QueryRequest {
            language: Language::Promql,
            text: "up".to_owned(),
            window: TimeWindow::ending("2026-11-20T22:00:00Z".parse().unwrap(), length),
            step,
        };
        assert_eq!(affordable_step(&request(SignedDuration::from_mins(30), 0)), 1);
        assert_eq!(affordable_step(&request(SignedDuration::from_mins(30), 15)), 15);
        let week = SignedDuration::from_hours(24 * 7);
        let step = affordable_step(&request(week, 1));
        assert!(week.as_secs() / i64::from(step) < MOST_POINTS, "{step}");
    }
}
