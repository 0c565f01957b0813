//! Classes a suggestion and settles where it would run: what the confirm card shows. The executor calls it off the loop,
//! the screen harness in place.

use std::sync::Arc;

use crate::actions::shell::examine;
use crate::actions::{RunSettings, Tables, classify, prepare, undo};
use crate::app::msg::Prepared;
use crate::domain::approval::{Frozen, Target};
use crate::domain::ports::CommandBook;
use crate::domain::{Brief, Class, CleanText, Language, Origin, Preview, Suggestion, TimeWindow, Verdict};
use crate::promql::{self, Mistake};
use crate::sources::replay::Commands;
use crate::store::native::Fetch;

/// Samples a confirmed query asks for at most.
const POINTS: i64 = 240;

/// What classing and settling need to know.
#[derive(Clone)]
pub struct Preparer {
    /// Rules by which commands are classed.
    pub tables: Tables,
    /// What holds for commands.
    pub settings: Arc<RunSettings>,
    /// The name of the source of metrics; empty when there is none.
    pub metrics: CleanText,
    /// Names of the log stores and what the card says of each.
    pub stores: Vec<(CleanText, CleanText)>,
    /// Seconds between two samples of a panel.
    pub step: u32,
    /// The recording's name and its answers to commands; with it the host is never looked at.
    pub recorded: Option<(CleanText, Commands)>,
}

impl Preparer {
    /// Classes a suggestion and settles its target; a query asks about `window`. Reads the disk for a command on this
    /// machine.
    pub fn prepare(&self, suggestion: &Suggestion, window: TimeWindow) -> Prepared {
        let verdict = classify(&suggestion.text, suggestion.language, &self.tables);
        let target = self.target(suggestion, &verdict, window);
        let undo = match suggestion.language {
            Language::Sh => undo(&suggestion.text, &self.tables),
            Language::Promql | Language::Logs | Language::Fetch => None,
        };
        let brief = brief(suggestion, &self.tables, |read, verdict| self.target(read, verdict, window));
        Prepared { verdict, target, undo, brief }
    }

    /// The store that the text names, with what the answer is filtered by here.
    fn fetch_target(&self, text: &str, window: TimeWindow) -> Target {
        let fetch = match Fetch::parse(text) {
            Ok(fetch) => fetch,
            Err(error) => return blocked(&format!("behind `here:`: {error}")),
        };
        let Some((_, place)) = self.stores.iter().find(|(name, _)| name.as_str() == fetch.source) else {
            let known: Vec<&str> = self.stores.iter().map(|(name, _)| name.as_str()).collect();
            let known = if known.is_empty() { "none is configured".to_owned() } else { known.join(", ") };
            return blocked(&format!("there is no log store `{}`; known: {known}", fetch.source));
        };
        if fetch.native.is_empty() {
            return blocked("nothing is asked; write the question behind the name of the store");
        }
        let mut target = query_target(Language::Fetch, window, 1, place.clone());
        if !fetch.here.is_empty() {
            target.facts.push(("here".into(), CleanText::line(&fetch.here.to_text())));
        }
        target
    }

    /// The server that is asked; a text that no server would read is not sent. What only some servers take is said.
    fn promql_target(&self, text: &str, window: TimeWindow) -> Target {
        let checked = match promql::check(text) {
            Ok(checked) => checked,
            Err(mistake) => return blocked(&broken(text, &mistake)),
        };
        let mut target = query_target(Language::Promql, window, self.step, self.metrics.clone());
        let doubts = checked.foreign.first().map(|mistake| {
            let said = format!("Prometheus would refuse this, VictoriaMetrics takes it: {}", mistake.sentence());
            ("syntax".into(), CleanText::line(&said))
        });
        target.facts.extend(doubts);
        target
    }

    fn target(&self, suggestion: &Suggestion, verdict: &Verdict, window: TimeWindow) -> Target {
        match (suggestion.language, &self.recorded) {
            (Language::Promql, _) => self.promql_target(&suggestion.text, window),
            (Language::Fetch, Some(_)) => blocked("a recording plays: no log store is asked"),
            (Language::Fetch, None) => self.fetch_target(&suggestion.text, window),
            (Language::Logs, _) => query_target(Language::Logs, window, 1, "log records held".into()),
            (Language::Sh, Some((name, book))) => recorded_target(name, book, &suggestion.text),
            (Language::Sh, None) => prepare(suggestion, verdict, &self.tables, &self.settings),
        }
    }
}

/// What is said of a text of this length in bytes when reading it failed: opaque, and not to be run.
pub fn unreadable(length: usize) -> Prepared {
    let why =
        CleanText::line("reading it failed inside midwatch, so nothing is known of it; copy it and run it elsewhere");
    let verdict = Verdict::opaque(length, "midwatch", &why);
    let frozen = Frozen::Blocked { why };
    let target = Target { place: "nowhere".into(), facts: Vec::new(), production: None, frozen };
    Prepared { verdict, target, undo: None, brief: Brief::default() }
}

/// What the card tells beside class and target. A preview that is no read, or could not run, is not offered.
pub fn brief(suggestion: &Suggestion, tables: &Tables, target: impl Fn(&Suggestion, &Verdict) -> Target) -> Brief {
    if suggestion.language != Language::Sh {
        return Brief::default();
    }
    let found = examine(&suggestion.text, tables);
    let clean = |text: String| CleanText::line(&text);
    let decoded = found.decoded(&suggestion.text).into_iter().map(|(a, b)| (clean(a), clean(b))).collect();
    let previews = found.previews.iter().filter(|text| **text != suggestion.text).filter_map(|text| {
        let read = Suggestion {
            text: text.clone(),
            reason: "a preview, not the run".into(),
            because: Vec::new(),
            origin: Origin::Analyst,
            panel: None,
            watch: Vec::new(),
            ..suggestion.clone()
        };
        let verdict = classify(text, Language::Sh, tables);
        let target = target(&read, &verdict);
        let runs = verdict.class == Class::Read && !matches!(target.frozen, Frozen::Blocked { .. });
        runs.then_some(Preview { suggestion: read, verdict, target })
    });
    let previews = previews.collect();
    Brief { previews, watch: found.watch.iter().map(|name| CleanText::line(name)).collect(), decoded, preview_of: None }
}

/// Why a text is no PromQL, with the place.
fn broken(text: &str, mistake: &Mistake) -> String {
    let place = text.get(mistake.span.clone()).unwrap_or_default();
    let column = text.get(..mistake.span.start).map_or(0, |head| head.chars().count()) + 1;
    match place.chars().count() {
        0 | 41.. => format!("no PromQL, at character {column}: {}", mistake.sentence()),
        _ => format!("no PromQL, at character {column} `{place}`: {}", mistake.sentence()),
    }
}

fn query_target(language: Language, window: TimeWindow, step: u32, source: CleanText) -> Target {
    let seconds = window.length().as_secs().max(1);
    let step = step.max(u32::try_from(seconds / POINTS).unwrap_or(u32::MAX)).max(1);
    if source.is_empty() {
        let why = CleanText::line("no source of metrics is configured");
        return Target { place: why.clone(), facts: Vec::new(), production: None, frozen: Frozen::Blocked { why } };
    }
    Target {
        place: source.clone(),
        facts: Vec::new(),
        production: None,
        frozen: Frozen::Query { language, window, step, source },
    }
}

fn blocked(why: &str) -> Target {
    let why = CleanText::line(why);
    Target { place: "nowhere".into(), facts: Vec::new(), production: None, frozen: Frozen::Blocked { why } }
}

fn recorded_target(name: &CleanText, book: &Commands, text: &str) -> Target {
    let place = CleanText::line(&format!("the recording {name}: nothing touches this machine"));
    let frozen = match book.answer(text) {
        Some(_) => Frozen::Recorded { recording: name.clone() },
        None => {
            let known = book.known().join(" | ");
            Frozen::Blocked { why: CleanText::line(&format!("the recording has no answer to it; it knows: {known}")) }
        }
    };
    Target { place, facts: Vec::new(), production: None, frozen }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::actions::{Demand, Gate};
    use crate::domain::Language;
    use crate::testing::{World, build};

    #[test]
    fn broken_promql_says_what_is_wrong_and_is_never_sent() {
        let mut world = World::new();
        world.propose(build::suggestion(Language::Promql, "sum(rtae(x[5m]))"));
        world.propose(build::suggestion(Language::Promql, "rate(x)"));
        let [broken, foreign] = &world.model.state.proposals[..] else { panic!("two proposals") };
        let Frozen::Blocked { why } = &broken.target.frozen else { panic!("{:?}", broken.target) };
        assert_eq!(why.as_str(), "no PromQL, at character 5 `rtae`: there is no function `rtae`: did you mean rate?");
        assert!(matches!(Gate::default().demand(broken), Demand::Never { .. }));
        assert!(matches!(foreign.target.frozen, Frozen::Query { .. }));
        assert!(
            foreign.target.facts.iter().any(|(name, said)| name.as_str() == "syntax" && said.contains("needs a range"))
        );
    }

    #[test]
    fn what_could_not_be_read_is_opaque_and_never_runs() {
        let mut world = World::new();
        world.propose(build::suggestion(Language::Sh, "uptime"));
        let mut proposal = world.model.state.proposals[0].clone();
        let Prepared { verdict, target, .. } = unreadable(proposal.suggestion.text.len());
        (proposal.verdict, proposal.target) = (verdict, target);
        assert_eq!(proposal.verdict.class, Class::Opaque);
        assert!(matches!(Gate::default().demand(&proposal), Demand::Never { .. }));
    }
}
