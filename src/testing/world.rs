//! The program under a test's hands.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;

use super::build;
use super::feed::Played;
use super::script::{self, Answer, Script};
use crate::actions::{ApprovedCommand, RunSettings};
use crate::app::effect::Steer;
use crate::app::model::{Brain, Settings};
use crate::app::msg::{Prepared, ReplayState, RunEvent};
use crate::app::stores::SourceState;
use crate::app::view::view;
use crate::app::{Effect, Intent, Model, Msg, update};
use crate::config::Config;
use crate::copilot::{Delta, Prompts, Room};
use crate::domain::Panel;
use crate::domain::approval::Frozen;
use crate::domain::model::{Location, ModelLabel};
use crate::domain::ports::{CommandBook, QueryEngine};
use crate::domain::proposal::Outcome;
use crate::domain::query::PolledQuery;
use crate::domain::{
    Alert, Batch, Change, CleanText, Health, Language, LogRecord, ProposalId, Series, SourceId, Suggestion, Telemetry,
    TimeWindow, Timestamp, Verdict,
};
use crate::logfile::Library;
use crate::logs::{Budget, Desk, SharedMiner, Slice};
use crate::runtime::{Clock, Preparer, start};
use crate::signals::{self, Signals};
use crate::sources::replay::{ReplayClock, first_alert};
use crate::ui::Theme;
use crate::ui::dump::{Buffer, draw_to_buffer, dump, grid};
use crate::ui::key::{Key, keys};

/// Time between two keys of a person.
const PACE: Duration = Duration::from_millis(500);

/// A model with everything around it scripted.
pub struct World {
    /// The model.
    pub model: Model,
    /// Every effect since [`World::take_effects`], answered or not.
    pub effects: Vec<Effect>,
    /// What answers.
    pub script: Script,
    /// The looks.
    pub theme: Theme,
    preparer: Preparer,
    desk: Desk,
    signals: Signals,
    /// The desk answers nothing.
    pub deaf: bool,
    played: Option<Played>,
    uptime: Duration,
}

impl World {
    /// Live, four sources that have not spoken, a local model, at [`build::NOW`].
    pub fn new() -> Self {
        let sources = [("am", "alerts"), ("prom", "metrics"), ("logs", "logs"), ("changes", "changes")];
        let states = sources.iter().map(|(id, gives)| SourceState::new(SourceId::new(id), (*gives).into())).collect();
        let settings = Settings {
            person: "oncall".into(),
            host: "bastion".into(),
            stack: vec!["prometheus".into(), "labctl".into()],
            not_configured: vec!["traces".into()],
            seed: 7,
            queries: vec![PolledQuery {
                source: "prom".into(),
                text: "sum by (service) (rate(http_requests_total[1m]))".into(),
                every_seconds: 15,
            }],
            watch: config_watch(),
            ..Settings::default()
        };
        let label = ModelLabel {
            provider: "ollama".into(),
            model: "qwen3:8b".into(),
            location: Location::Local,
            context_tokens: Some(8192),
        };
        let room = Room { label, answer_tokens: 1024, token_weight: 1.0 };
        let clock = Clock::Replay(ReplayClock::new(build::now(), None, build::now()));
        Self::with(&clock, states, settings, Brain::Ready(room), None)
    }

    /// The drill of that name with everything that happened up to an instant, `22:21:30`.
    pub fn drill(name: &str, at: &str) -> Self {
        let played = Played::drill(name);
        let name = CleanText::line(name);
        let settings = Settings {
            person: "oncall".into(),
            host: "bastion".into(),
            recording: Some(name.clone()),
            first_alert: first_alert(&played.recording),
            stack: played.recording.stack.clone(),
            not_configured: vec!["traces".into()],
            seed: 7,
            queries: played.recording.queries.clone(),
            watch: config_watch(),
            ..Settings::default()
        };
        let states = vec![SourceState::new(SourceId::new("recording"), "alerts".into())];
        let room = Room::of(&played.model, Config::default().model.answer_tokens);
        let clock = Clock::Replay(played.clock.clone());
        let mut world = Self::with(&clock, states, settings, Brain::Ready(room), Some(played));
        world.script.answer = Answer::Recorded;
        world.play();
        let day = world.model.state.now.strftime("%Y-%m-%d").to_string();
        world.play_to(format!("{day}T{at}Z").parse().expect("a time of day"));
        world
    }

    fn with(
        clock: &Clock,
        sources: Vec<SourceState>,
        settings: Settings,
        brain: Brain,
        played: Option<Played>,
    ) -> Self {
        let config = Config::default();
        let recorded = played.as_ref().map(|played| (settings.recording.clone().unwrap(), played.commands.clone()));
        let metrics = match &settings.recording {
            Some(name) => CleanText::line(&format!("the recording {name}")),
            None => "prom at http://prom.example:9090".into(),
        };
        let preparer = Preparer {
            tables: start::tables(&config).0,
            settings: Arc::new(RunSettings::new(&config.run)),
            metrics,
            stores: Vec::new(),
            step: 15,
            recorded,
        };
        let prompts = Prompts::load(None).unwrap();
        let mut model = start::model(&config, clock, sources, settings, prompts, brain);
        model.state.wall = build::now();
        model.state.journal = Some(Ok("journal.jsonl".into()));
        let mut world = Self {
            model,
            effects: Vec::new(),
            script: Script::default(),
            theme: Theme::named("dark").unwrap(),
            preparer,
            desk: desk(&config),
            signals: Signals::default(),
            deaf: false,
            played,
            uptime: Duration::from_secs(60),
        };
        world.pass(Duration::ZERO);
        world
    }

    /// Nobody configured a model.
    #[must_use]
    pub fn without_model(mut self) -> Self {
        self.model.state.brain = Brain::Absent;
        self
    }

    /// Only reads are let through.
    #[must_use]
    pub fn read_only(mut self) -> Self {
        self.model.state.settings.read_only = true;
        self.model.state.gate.read_only = true;
        self
    }

    /// No colours, borders and trends in ASCII.
    #[must_use]
    pub fn plain(mut self) -> Self {
        self.model.state.settings.ascii = true;
        self.theme = Theme::plain();
        self.theme.ascii = true;
        self
    }

    /// Tells the model one thing and answers what follows from it.
    pub fn tell(&mut self, msg: Msg) {
        let mut waiting = VecDeque::from([msg]);
        while let Some(msg) = waiting.pop_front() {
            for effect in update(&mut self.model, msg) {
                waiting.extend(self.answer(&effect));
                self.effects.push(effect);
            }
            // The desk answers once nothing else waits, as from its thread.
            while waiting.is_empty() && !self.deaf && self.desk.is_busy() {
                waiting.extend(self.desk.work(Slice::default()).into_iter().map(Msg::Logs));
            }
            while waiting.is_empty() && self.signals.is_busy() {
                waiting.extend(self.signals.work(signals::Slice::default()).into_iter().map(Msg::Signals));
            }
        }
    }

    /// What a pane or overlay might want.
    pub fn want(&mut self, intent: Intent) {
        self.tell(Msg::Want(intent));
    }

    /// Time passes since the program started; the incident's clock stands.
    pub fn pass(&mut self, time: Duration) {
        self.uptime += time;
        let (now, wall) = (self.model.state.now, self.model.state.wall);
        self.tell(Msg::Tick { now, wall, uptime: self.uptime });
    }

    /// The incident's clock stands here now.
    pub fn at(&mut self, now: Timestamp) {
        let wall = self.model.state.wall;
        self.tell(Msg::Tick { now, wall, uptime: self.uptime });
    }

    /// Presses keys as a person does, `jj<enter>`; a filter is let finish after each.
    pub fn keys(&mut self, text: &str) -> &mut Self {
        self.keys_every(PACE, text)
    }

    /// Presses keys with this time before each.
    pub fn keys_every(&mut self, pace: Duration, text: &str) -> &mut Self {
        for key in keys(text).expect("keys of the notation") {
            self.pass(pace);
            self.press(key);
        }
        self
    }

    fn press(&mut self, key: Key) {
        self.tell(Msg::Key(key));
    }

    /// A text is pasted.
    pub fn paste(&mut self, text: &str) {
        self.pass(PACE);
        self.tell(Msg::Paste(text.to_owned()));
    }

    /// The effects so far; they are forgotten.
    pub fn take_effects(&mut self) -> Vec<Effect> {
        std::mem::take(&mut self.effects)
    }

    /// The screen at this size.
    pub fn buffer(&mut self, columns: u16, rows: u16) -> Buffer {
        self.tell(Msg::Resize(columns, rows));
        draw_to_buffer(columns, rows, &self.theme, |canvas| view(&self.model, canvas))
    }

    /// The screen at this size as text: the grid, then its looks.
    pub fn screen(&mut self, columns: u16, rows: u16) -> String {
        dump(&self.buffer(columns, rows))
    }

    /// The grid alone.
    pub fn grid(&mut self, columns: u16, rows: u16) -> String {
        grid(&self.buffer(columns, rows))
    }

    /// A source says something.
    pub fn hear(&mut self, source: &str, items: Vec<Telemetry>) {
        self.tell(Msg::Batch(Batch { source: SourceId::new(source), items, dropped: 0 }));
    }

    /// These alerts fire, and no others.
    pub fn alerts(&mut self, alerts: Vec<Alert>) {
        self.hear("am", vec![Telemetry::AlertSnapshot(alerts)]);
    }

    /// Records arrive.
    pub fn logs(&mut self, records: impl IntoIterator<Item = LogRecord>) {
        self.hear("logs", records.into_iter().map(Telemetry::Log).collect());
    }

    /// A panel was asked again.
    pub fn series(&mut self, series: Vec<Series>) {
        let first = series.first().map(|first| (first.title.clone(), first.query.clone(), first.unit));
        let (title, query, unit) = first.unwrap_or_default();
        let panel = Arc::new(Panel::plain(title, query, unit));
        self.hear("prom", vec![Telemetry::SeriesSet { panel, shift: None, series }]);
    }

    /// A change was heard of.
    pub fn change(&mut self, change: Change) {
        self.hear("changes", vec![Telemetry::Change(change)]);
    }

    /// A source answers, since 12 minutes.
    pub fn up(&mut self, source: &str) {
        let since = build::ago(12 * 60);
        self.hear(source, vec![Telemetry::Health(Health::Up { since })]);
    }

    /// A source does not answer, since 40 seconds.
    pub fn down(&mut self, source: &str, why: &str) {
        let (why, since) = (CleanText::line(why), build::ago(40));
        self.hear(source, vec![Telemetry::Health(Health::Down { why, since })]);
    }

    /// A suggestion is put forward and its card opened.
    pub fn propose(&mut self, suggestion: Suggestion) -> ProposalId {
        self.want(Intent::Propose(suggestion));
        self.model.state.proposals.last().expect("it was prepared").id
    }

    /// Plays the recording on to an instant.
    pub fn play_to(&mut self, at: Timestamp) {
        if let Some(played) = &self.played {
            played.clock.jump_to(at).expect("the recording goes forward");
        }
        self.play();
    }

    /// Tells what the recording's clock has passed.
    fn play(&mut self) {
        for at in self.played.as_ref().map(Played::instants).unwrap_or_default() {
            self.at(at);
            if let Some(batch) = self.played.as_mut().map(|played| played.until(at)) {
                self.tell(Msg::Batch(batch));
            }
        }
        if let Some(played) = &self.played {
            let holding = played.clock.holding() || played.clock.ended();
            self.tell(Msg::Replay(ReplayState { speed: 1.0, paused: false, holding }));
        }
    }

    fn answer(&mut self, effect: &Effect) -> Vec<Msg> {
        match effect {
            Effect::Prepare(id, suggestion, window) => vec![self.prepare(*id, suggestion, *window)],
            Effect::Run(id, approved) => self.run(*id, approved),
            Effect::Logs(ask) => {
                self.desk.ask(ask.clone());
                Vec::new()
            }
            Effect::Signals(ask) => {
                self.signals.ask(ask.clone());
                Vec::new()
            }
            Effect::LogAnswer(id, answer) => vec![Msg::Run(*id, RunEvent::Answered(answer.clone()))],
            Effect::Stop(id) => vec![Msg::Run(*id, RunEvent::Ended(Outcome::Cancelled, 0))],
            Effect::Ask { generation, question, evidence, .. } => {
                let text = match (&self.script.answer, &self.played) {
                    (Answer::Text(text), _) => text.clone(),
                    (Answer::Recorded, Some(played)) => played.model.answer(question, evidence),
                    (Answer::Later | Answer::Recorded, _) => return Vec::new(),
                };
                let words = text.split_inclusive(' ').map(|word| Delta::Text(word.to_owned()));
                let done = Delta::Done { prompt_tokens: None, answer_tokens: None, cut: None };
                words.chain([done]).map(|delta| Msg::Model(*generation, delta)).collect()
            }
            Effect::Copy(_) => vec![Msg::Done("copied to the terminal's clipboard".into())],
            Effect::Replay(Steer::JumpTo(at)) if self.played.is_some() => {
                self.play_to(*at);
                Vec::new()
            }
            Effect::Replay(_)
            | Effect::CancelAsk
            | Effect::Journal(_)
            | Effect::OpenBundle(..)
            | Effect::UpdateIncident(_)
            | Effect::RecordEntry(_)
            | Effect::RecordEvidence(..)
            | Effect::RecordLogs(_)
            | Effect::RecordSeries(_)
            | Effect::RecordNotes(_)
            | Effect::Window(_)
            | Effect::Wanted(_)
            | Effect::Labels(..)
            | Effect::Exemplars(_)
            | Effect::Theme(_)
            | Effect::Redraw
            | Effect::Suspend
            | Effect::Quit => Vec::new(),
        }
    }

    fn prepare(&self, id: ProposalId, suggestion: &Suggestion, window: TimeWindow) -> Msg {
        let prepared = match (suggestion.language, &self.played) {
            (Language::Sh, None) => {
                let tables = &self.preparer.tables;
                let verdict = crate::actions::classify(&suggestion.text, suggestion.language, tables);
                let target = (self.script.target)(suggestion, script::target(suggestion, &verdict, tables));
                let settle = |read: &Suggestion, verdict: &Verdict| {
                    (self.script.target)(read, script::target(read, verdict, tables))
                };
                let brief = crate::runtime::brief(suggestion, tables, settle);
                Prepared { target, undo: crate::actions::undo(&suggestion.text, tables), verdict, brief }
            }
            _ => self.preparer.prepare(suggestion, window),
        };
        Msg::Prepared(id, Box::new(prepared))
    }

    fn run(&mut self, id: ProposalId, approved: &ApprovedCommand) -> Vec<Msg> {
        let events = match (approved.frozen(), &self.played) {
            (Frozen::Query { language: Language::Logs, .. }, _) => vec![RunEvent::ReadLogs],
            (Frozen::Query { .. }, Some(played)) => {
                let request = approved.query().expect("a query");
                let answer = played.engine.ask(request).now_or_never().expect("a recording answers at once");
                vec![RunEvent::Answered(Box::new(answer))]
            }
            (Frozen::Recorded { .. }, Some(played)) => {
                let answer = played.commands.answer(approved.text()).expect("the recording knows it");
                played.commands.ran(&answer);
                self.play();
                script::printed(&answer.output, answer.exit)
            }
            (Frozen::Query { .. } | Frozen::Recorded { .. } | Frozen::Command(_) | Frozen::Blocked { .. }, _) => {
                (self.script.runs)(approved)
            }
        };
        events.into_iter().map(|event| Msg::Run(id, event)).collect()
    }
}

/// A desk over no files.
fn desk(config: &Config) -> Desk {
    let miner = SharedMiner::default();
    let library = Arc::new(Library::new(Box::new(miner.clone())));
    Desk::new(library, miner, Budget { held: config.limits.logs.bytes() })
}

/// How long a write is watched unless somebody says otherwise.
fn config_watch() -> jiff::SignedDuration {
    Config::default().run.watch.signed()
}

impl Default for World {
    fn default() -> Self {
        Self::new()
    }
}
