//! Polls the configured panels. Each answer leaves as soon as it is there; health says what a round found.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use futures_util::{StreamExt, stream};
use jiff::SignedDuration;
use tokio::sync::watch;
use tokio::time::Instant;

use super::evidence::with_hour_before;
use super::{Client, RangeAnswer, measured};
use crate::config::schema::{self, Panel, PanelUnit};
use crate::domain::ports::{Pending, SecretStore};
use crate::domain::query::PolledQuery;
use crate::domain::series::Unit;
use crate::domain::{CleanText, SourceId, Telemetry, TimeWindow, Timestamp};
use crate::promql;
use crate::sources::backoff::Backoff;
use crate::sources::http::HttpError;
use crate::sources::poll::{rest, stopped};
use crate::sources::{Outlet, Source, Span};

/// Panels asked at the same time.
const AT_ONCE: usize = 4;
/// Points per series a panel asks for, about.
const POINTS: i64 = 400;
/// The longest wait between attempts when nothing answers.
const CEILING: Duration = Duration::from_secs(30);
/// How long a changed window is left to settle before it is asked for.
const SETTLE: Duration = Duration::from_millis(150);

/// A polled Prometheus.
pub struct PrometheusSource {
    id: SourceId,
    config: schema::Prometheus,
    client: Result<Client, HttpError>,
    span: watch::Receiver<Span>,
    firing: watch::Receiver<BTreeSet<CleanText>>,
    measured: Measured,
}

/// Panels for what the alerts measure that went off, beside the configured ones.
#[derive(Default)]
struct Measured {
    of: BTreeSet<CleanText>,
    panels: Vec<Panel>,
}

/// What one round over the panels found.
#[derive(Default)]
struct Round {
    answered: usize,
    failures: Vec<(String, HttpError)>,
    notices: Vec<(String, CleanText)>,
}

impl PrometheusSource {
    /// A source for the configured server; `span` says which window its panels are asked for, plus the hour before.
    pub fn new(config: &schema::Prometheus, secrets: Arc<dyn SecretStore>, span: watch::Receiver<Span>) -> Self {
        let client = Client::new(config, secrets);
        let (_, firing) = watch::channel(BTreeSet::new());
        let id = SourceId::new(&config.name);
        Self { id, config: config.clone(), client, span, firing, measured: Measured::default() }
    }

    /// The same, which also asks for what the alerts of these names measure, by the server's own rules.
    #[must_use]
    pub fn measuring(self, firing: watch::Receiver<BTreeSet<CleanText>>) -> Self {
        Self { firing, ..self }
    }

    /// The client for confirmed queries, where the address can be used.
    pub fn client(&self) -> Option<Client> {
        self.client.as_ref().ok().cloned()
    }

    async fn work(mut self, mut outlet: Outlet, mut stop: watch::Receiver<bool>) {
        let client = match &self.client {
            Ok(client) => client.clone(),
            Err(error) => {
                outlet.down(error.to_string(), Timestamp::now()).await;
                return stopped(&mut stop).await;
            }
        };
        let mut backoff = Backoff::new(CEILING.max(self.config.every.std()));
        loop {
            let begun = Instant::now();
            let span = *self.span.borrow_and_update();
            let round = tokio::select! {
                () = stopped(&mut stop) => return,
                round = self.round(&client, span, &mut outlet) => round,
            };
            let more = tokio::select! {
                () = stopped(&mut stop) => return,
                more = self.measure(&client, &round) => more,
            };
            let wait = round.wait(self.config.every.std().saturating_sub(begun.elapsed()), &mut backoff);
            round.tell(&mut outlet, self.panels().count()).await;
            if more {
                continue;
            }
            tokio::select! {
                going_on = rest(&mut stop, wait) => if !going_on { return },
                () = moved(&mut self.span) => if !rest(&mut stop, SETTLE).await { return },
                () = moved(&mut self.firing) => {}
            }
        }
    }

    fn panels(&self) -> impl Iterator<Item = &Panel> {
        self.config.panels.iter().chain(&self.measured.panels)
    }

    /// Learns what the alerts measure that went off since the last round; whether there is more to ask for now. A server
    /// that did not answer the panels is not asked for its rules.
    async fn measure(&mut self, client: &Client, round: &Round) -> bool {
        let firing = self.firing.borrow_and_update().clone();
        if firing == self.measured.of || round.answered == 0 {
            return false;
        }
        let panels = match client.rules().await {
            Ok(rules) => measured::panels(&rules, &firing, &self.config.panels),
            // Not every server has rules.
            Err(error) if error.concerns_the_question() => Vec::new(),
            Err(_) => return false,
        };
        let more = panels.iter().any(|panel| !self.measured.panels.contains(panel));
        self.measured = Measured { of: firing, panels };
        more
    }

    async fn round(&self, client: &Client, span: Span, outlet: &mut Outlet) -> Round {
        let mut round = Round::default();
        if self.panels().next().is_none() {
            match client.probe().await {
                Ok(()) => round.answered = 1,
                Err(error) => round.failures.push((String::new(), error)),
            }
            return round;
        }
        let (window, step) = grid(span, self.config.step.signed().as_secs(), Timestamp::now());
        let ask = |panel: Panel| {
            let client = client.clone();
            async move {
                let answer = client.range(&panel.query, window, step).await;
                (panel, answer)
            }
        };
        let mut answers = stream::iter(self.panels().cloned().collect::<Vec<_>>()).map(ask).buffer_unordered(AT_ONCE);
        while let Some((panel, answer)) = answers.next().await {
            match answer {
                Ok(answer) => {
                    round.answered += 1;
                    round.notices.extend(answer.notices.iter().map(|notice| (panel.title.clone(), notice.clone())));
                    outlet.send(vec![series_set(client, &panel, answer)]).await;
                }
                Err(error) => {
                    let hopeless = round.answered == 0 && !error.concerns_the_question();
                    round.failures.push((panel.title, error));
                    if hopeless && round.failures.len() >= AT_ONCE {
                        break;
                    }
                }
            }
        }
        round
    }
}

impl Source for PrometheusSource {
    fn id(&self) -> &SourceId {
        &self.id
    }

    fn queries(&self) -> Vec<PolledQuery> {
        let every_seconds = u32::try_from(self.config.every.std().as_secs()).unwrap_or(u32::MAX);
        let query = |panel: &Panel| PolledQuery {
            source: CleanText::line(&self.config.name),
            text: CleanText::line(&panel.query),
            every_seconds,
        };
        self.config.panels.iter().map(query).collect()
    }

    fn run(self: Box<Self>, outlet: Outlet, stop: watch::Receiver<bool>) -> Pending<'static, ()> {
        Box::pin(self.work(outlet, stop))
    }
}

impl Round {
    /// How long to wait for the next round: as configured, longer where nothing answers or the server orders it.
    fn wait(&self, usual: Duration, backoff: &mut Backoff) -> Duration {
        let ordered = self.failures.iter().filter_map(|(_, error)| error.ordered_wait()).max().unwrap_or_default();
        let server_answers = self.answered > 0 || self.failures.iter().any(|(_, error)| error.concerns_the_question());
        let own = if server_answers { usual } else { backoff.wait() };
        if server_answers {
            backoff.reset();
        }
        own.max(ordered)
    }

    async fn tell(&self, outlet: &mut Outlet, panels: usize) {
        let now = Timestamp::now();
        let failed = self.failures.len();
        match (self.failures.first(), self.notices.first()) {
            (Some((_, error)), _) if self.answered == 0 && !error.concerns_the_question() => {
                outlet.down(error.to_string(), now).await;
            }
            (Some((title, error)), _) => {
                let others = if failed > 1 { format!(" (and {} more)", failed - 1) } else { String::new() };
                let why = format!("{} of {panels} panels answer; `{title}`{others}: {error}", self.answered);
                outlet.degraded(why, now).await;
            }
            (None, Some((title, notice))) => outlet.degraded(format!("panel `{title}`: {notice}"), now).await,
            (None, None) => outlet.up(now).await,
        }
    }
}

/// Resolves when what is told moved; never, once nobody can move it any more.
async fn moved<T>(told: &mut watch::Receiver<T>) {
    if told.changed().await.is_err() {
        std::future::pending::<()>().await;
    }
}

/// The window to ask for and the step: on a fixed grid, so that a point stays where it was from round to round.
fn grid(span: Span, step: i64, now: Timestamp) -> (TimeWindow, u32) {
    let window = with_hour_before(span.at(now));
    let base = step.max(1);
    let steps = window.length().as_secs() / POINTS / base + 1;
    let step = base.saturating_mul(steps);
    // A coarse grid would hide the newest minutes.
    let hold = step.min(base.max(60));
    let aligned = window.end.as_second() - window.end.as_second().rem_euclid(hold);
    let end = Timestamp::from_second(aligned).unwrap_or(window.end);
    let length = SignedDuration::from_secs(window.length().as_secs() / step * step);
    (TimeWindow::ending(end, length), u32::try_from(step).unwrap_or(u32::MAX))
}

fn series_set(client: &Client, panel: &Panel, mut answer: RangeAnswer) -> Telemetry {
    let unit = match panel.unit {
        PanelUnit::Auto => promql::guess_unit(&panel.query),
        PanelUnit::Number => Unit::Number,
        PanelUnit::Ratio => Unit::Ratio,
        PanelUnit::Seconds => Unit::Seconds,
        PanelUnit::Bytes => Unit::Bytes,
        PanelUnit::PerSecond => Unit::PerSecond,
    };
    drop_shared_labels(&mut answer);
    let (title, query) = (CleanText::line(&panel.title), CleanText::line(&panel.query));
    let series = answer.series.into_iter().map(|raw| client.series(raw, &query, &title, unit)).collect();
    Telemetry::SeriesSet { title, series }
}

/// Takes away labels that do not tell siblings apart. `service` stays: it joins series with alerts and logs.
fn drop_shared_labels(answer: &mut RangeAnswer) {
    let [first, others @ ..] = &answer.series[..] else { return };
    if others.is_empty() {
        return;
    }
    let shared: BTreeSet<CleanText> = first
        .labels
        .iter()
        .filter(|(name, value)| others.iter().all(|series| series.labels.get(*name) == Some(value)))
        .map(|(name, _)| name.clone())
        .filter(|name| name.as_str() != "service")
        .collect();
    for series in &mut answer.series {
        series.labels.retain(|name, _| !shared.contains(name));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_grid_holds_few_points_and_stays_put_between_rounds() {
        let now: Timestamp = "2026-11-20T22:00:07Z".parse().unwrap();
        for (minutes, most) in [(30, 15), (6 * 60, 75), (7 * 24 * 60, 1_600)] {
            let span = Span::following(SignedDuration::from_mins(minutes));
            let (window, step) = grid(span, 15, now);
            let points = window.length().as_secs() / i64::from(step);
            assert!(points <= POINTS && points > POINTS / 3, "{minutes} min: {points} points");
            assert!(i64::from(step) <= most && step % 15 == 0, "{minutes} min: step {step}");
            assert!(window.end <= now && window.end.duration_until(now) < SignedDuration::from_secs(60));
            let (later, _) = grid(span, 15, now + SignedDuration::from_secs(5));
            assert_eq!(later, window);
        }
    }

    #[test]
    fn a_window_in_the_past_is_asked_for_where_it_lies() {
        let end: Timestamp = "2026-11-20T02:00:00Z".parse().unwrap();
        let span = Span { length: SignedDuration::from_mins(30), end: Some(end) };
        let (window, _) = grid(span, 15, "2026-11-20T22:00:07Z".parse().unwrap());
        assert_eq!((window.end, window.length()), (end, SignedDuration::from_mins(90)));
    }
}
