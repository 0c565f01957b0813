//! Counts how much of what services promise was broken: for each objective the share of bad events over the windows by
//! which burn rates are judged. The engine counts; one question holds several windows. Run by the source; what the
//! figures mean, `signals` says.

use std::sync::Arc;
use std::time::Duration;

use jiff::SignedDuration;
use tokio::sync::watch;
use tokio::time::Instant;

use super::{Client, RangeAnswer};
use crate::analysis::burn;
use crate::config::schema::Slo;
use crate::config::services::WINDOW;
use crate::domain::query::PolledQuery;
use crate::domain::slo::SloReading;
use crate::domain::{CleanText, Telemetry, TimeWindow, Timestamp};
use crate::sources::Outlet;
use crate::sources::http::HttpError;
use crate::sources::poll::{rest, stopped};

/// How often windows of hours are asked for.
const OFTEN: Duration = Duration::from_secs(60);
/// How often windows of days are asked for: they move slowly and cost the server most.
const SELDOM: Duration = Duration::from_secs(10 * 60);
/// Windows from this length on are asked for seldom.
const LONG: SignedDuration = SignedDuration::from_hours(24);
/// The label that tells the windows of one answer apart.
const LABEL: &str = "window";

/// An objective with the questions about it.
#[derive(Clone, Debug)]
pub(super) struct Promise {
    service: CleanText,
    name: CleanText,
    target: f64,
    period: SignedDuration,
    questions: Vec<Question>,
}

/// Some windows of one objective in one question.
#[derive(Clone, Debug)]
struct Question {
    query: String,
    every: Duration,
    windows: Vec<SignedDuration>,
}

impl Promise {
    pub(super) fn of(service: &str, slo: &Slo) -> Self {
        let period = SignedDuration::from_hours(24 * i64::from(slo.days));
        let rules = burn::RULES.iter().flat_map(|rule| [rule.short, rule.long]);
        let mut windows: Vec<SignedDuration> = rules.filter(|window| *window < period).chain([period]).collect();
        windows.sort();
        windows.dedup();
        let (long, short): (Vec<_>, Vec<_>) = windows.into_iter().partition(|window| *window >= LONG);
        let questions = [(short, OFTEN), (long, SELDOM)].into_iter().filter(|(windows, _)| !windows.is_empty());
        let question = |(windows, every): (Vec<SignedDuration>, Duration)| Question {
            query: windows.iter().map(|window| labelled(slo, *window)).collect::<Vec<_>>().join(" or "),
            every,
            windows,
        };
        Self {
            service: CleanText::line(service),
            name: CleanText::line(&slo.name),
            target: slo.objective / 100.0,
            period,
            questions: questions.map(question).collect(),
        }
    }

    /// What is asked again and again, for `:queries`.
    pub(super) fn queries(&self, source: &str) -> Vec<PolledQuery> {
        let polled = |question: &Question| PolledQuery {
            source: CleanText::line(source),
            text: CleanText::line(&question.query),
            every_seconds: u32::try_from(question.every.as_secs()).unwrap_or(u32::MAX),
        };
        self.questions.iter().map(polled).collect()
    }
}

/// The share of bad events over one window, with the window as a label. Events of none are no share; no bad event ever
/// counted, which leaves no series, is a share of zero.
fn labelled(slo: &Slo, window: SignedDuration) -> String {
    let text = range(window);
    let total = counted(&slo.total, &text);
    let share = match slo.bad.trim().is_empty() {
        false => format!("({bad} or 0 * {total}) / ({total} > 0)", bad = counted(&slo.bad, &text)),
        true => format!("1 - ({good} or 0 * {total}) / ({total} > 0)", good = counted(&slo.good, &text)),
    };
    format!("label_replace({share}, \"{LABEL}\", \"{text}\", \"\", \"\")")
}

/// Events over a window: a selector is counted, an expression says itself where the window stands.
fn counted(expression: &str, window: &str) -> String {
    match expression.contains(WINDOW) {
        true => format!("({})", expression.trim().replace(WINDOW, window)),
        false => format!("sum(increase({}[{window}]))", expression.trim()),
    }
}

/// A length as PromQL writes it.
fn range(window: SignedDuration) -> String {
    let seconds = window.as_secs().max(1);
    match () {
        () if seconds % 86_400 == 0 => format!("{}d", seconds / 86_400),
        () if seconds % 3_600 == 0 => format!("{}h", seconds / 3_600),
        () if seconds % 60 == 0 => format!("{}m", seconds / 60),
        () => format!("{seconds}s"),
    }
}

/// Asks until told to stop; all readings leave together whenever one of them is new.
pub(super) async fn poll(client: Client, promises: Vec<Promise>, mut outlet: Outlet, mut stop: watch::Receiver<bool>) {
    let mut held: Vec<Vec<Option<Held>>> = promises.iter().map(|it| vec![None; it.questions.len()]).collect();
    if promises.is_empty() {
        return stopped(&mut stop).await;
    }
    loop {
        let begun = Instant::now();
        for (promise, answers) in promises.iter().zip(&mut held) {
            for (question, answer) in promise.questions.iter().zip(answers) {
                if answer.as_ref().is_some_and(|held| begun.duration_since(held.asked) < question.every) {
                    continue;
                }
                let asked = tokio::select! {
                    () = stopped(&mut stop) => return,
                    asked = ask(&client, question) => asked,
                };
                // What fails is asked again in the next round; what was learned before stays, with its time.
                if let Ok(shares) = asked {
                    *answer = Some(Held { asked: begun, shares });
                }
            }
        }
        let readings: Vec<SloReading> = promises.iter().zip(&held).filter_map(|(it, held)| reading(it, held)).collect();
        outlet.send(vec![Telemetry::Slos(Arc::from(readings))]).await;
        if !rest(&mut stop, OFTEN.saturating_sub(begun.elapsed()).max(Duration::from_secs(1))).await {
            return;
        }
    }
}

/// An answer and when it was asked for.
#[derive(Clone, Debug)]
struct Held {
    asked: Instant,
    shares: Vec<(SignedDuration, Option<f64>)>,
}

fn reading(promise: &Promise, held: &[Option<Held>]) -> Option<SloReading> {
    let windows: Vec<_> = held.iter().flatten().flat_map(|held| held.shares.iter().copied()).collect();
    (!windows.is_empty()).then(|| SloReading {
        service: promise.service.clone(),
        name: promise.name.clone(),
        target: promise.target,
        period: promise.period,
        at: Timestamp::now(),
        windows,
    })
}

async fn ask(client: &Client, question: &Question) -> Result<Vec<(SignedDuration, Option<f64>)>, HttpError> {
    let now = Timestamp::now();
    let answer = client.range(&question.query, TimeWindow::new(now, now), 60).await?;
    Ok(question.windows.iter().map(|window| (*window, share(&answer, *window))).collect())
}

/// The share of one window; `None` where there were no events, or no number.
fn share(answer: &RangeAnswer, window: SignedDuration) -> Option<f64> {
    let text = range(window);
    let of =
        answer.series.iter().find(|series| series.labels.get(LABEL).is_some_and(|label| label.as_str() == text))?;
    of.points.last().map(|point| point.value).filter(|share| share.is_finite()).map(|share| share.clamp(0.0, 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slo(bad: &str, good: &str, total: &str) -> Slo {
        Slo {
            name: "availability".into(),
            objective: 99.9,
            days: 30,
            prometheus: String::new(),
            bad: bad.into(),
            good: good.into(),
            total: total.into(),
        }
    }

    #[test]
    fn each_objective_is_two_questions_the_costly_one_seldom() {
        let promise = Promise::of("shop", &slo("x{code=~\"5..\"}", "", "x"));
        let queries = promise.queries("prom");
        assert_eq!(queries.iter().map(|it| it.every_seconds).collect::<Vec<_>>(), [60, 600]);
        let windows: Vec<String> =
            promise.questions.iter().flat_map(|it| it.windows.iter().map(|window| range(*window))).collect();
        assert_eq!(windows, ["5m", "30m", "1h", "6h", "3d", "30d"]);
        for query in queries {
            promql_parser::parser::parse(&query.text).unwrap_or_else(|error| panic!("{}: {error}", query.text));
        }
    }

    #[test]
    fn selectors_are_counted_and_expressions_are_given_the_window() {
        let window = SignedDuration::from_mins(5);
        assert_eq!(
            labelled(&slo("x{code=\"500\"}", "", "x"), window),
            "label_replace((sum(increase(x{code=\"500\"}[5m])) or 0 * sum(increase(x[5m]))) / (sum(increase(x[5m])) > 0), \
             \"window\", \"5m\", \"\", \"\")"
        );
        let text = labelled(&slo("", "sum(rate(a[{{.window}}]))", "sum(rate(b[{{.window}}]))"), window);
        assert!(text.starts_with("label_replace(1 - ((sum(rate(a[5m]))) or 0 * (sum(rate(b[5m]))))"), "{text}");
        promql_parser::parser::parse(&text).unwrap();
    }
}
