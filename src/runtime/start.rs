//! From what the command line asked for to a session that is ready to run.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Context;
use tokio::sync::{mpsc, watch};
use tokio::time::Instant;

use super::clock::Clock;
use super::desk::DeskThread;
use super::effects::Executor;
use super::keeper::Keeper;
use super::maps::known_calls;
use super::numbers::SignalsThread;
use super::preparer::Preparer;
use super::session::{BATCHES, Looks, RESULTS, Session};
use crate::actions::{self, Gate, Journal, RunSettings, Runner, Tables};
use crate::app::conversation::Conversation;
use crate::app::model::{Brain, CopiedNotes, Home, LogStore, Settings, State};
use crate::app::notices::Notices;
use crate::app::records::Records;
use crate::app::stores::{SourceState, Stores};
use crate::app::window::Window;
use crate::app::{Model, Msg, PaneId};
use crate::bundle;
use crate::cli::Start;
use crate::config::Config;
use crate::config::schema::{Files, ProviderKind};
use crate::config::secrets::Secrets;
use crate::config::units::Size;
use crate::copilot::providers::recorded::Recorded;
use crate::copilot::{self, Prompts, Provider, Room};
use crate::domain::panel::Wanted;
use crate::domain::ports::SecretStore;
use crate::domain::recording::Recording;
use crate::domain::{CleanText, EvidenceKind, SourceId};
use crate::logfile::own::Own;
use crate::logfile::{Budgets, Library};
use crate::logs::{Budget, Desk, SharedMiner};
use crate::signals::Signals;
use crate::sources::fetch::LogStores;
use crate::sources::own_formats::own_formats;
use crate::sources::replay::{Commands, RecordedEngine, ReplayClock, ReplaySource, first_alert};
use crate::sources::span::Span;
use crate::sources::{Source, files, registry, stdin};
use crate::store::{AlertStore, ChangeStore, EvidenceStore, GraphStore, IdeaStore, SeriesStore};
use crate::trust::redact;
use crate::ui::clipboard::Through;

/// A file named on the command line is read whole.
const FILE_BACKLOG: Size = Size::mib(usize::MAX >> 20);

/// What was named on the command line.
#[derive(Debug, Default)]
struct Named {
    paths: Vec<PathBuf>,
    /// Whether standard input is read.
    stdin: bool,
}

/// What plays instead of live sources.
struct Played {
    name: CleanText,
    recording: Arc<Recording>,
}

/// Opens a session.
///
/// # Errors
/// In words, when what was named cannot be read.
pub fn open(start: Start) -> anyhow::Result<Session> {
    match start {
        Start::Live { config, .. } => assemble(config, Named::default(), None, Record::Incident),
        Start::Files { paths, stdin, config } => {
            assemble(config.without_sources(), Named { paths, stdin }, None, Record::Incident)
        }
        Start::Shell { config, bundle: Some(dir), .. } | Start::Replay { dir, config } => {
            let recording = bundle::load::load(&dir).map_err(|error| anyhow::anyhow!("{error}"))?;
            assemble(config.without_sources(), Named::default(), Some(played(recording)), Record::Nothing)
        }
        Start::Shell { config, sources, bundle: None } => {
            let config = if sources { config } else { config.without_sources() };
            assemble(config, Named::default(), None, Record::Nothing)
        }
        Start::Drill { name, config } => {
            let name = match name {
                Some(name) => name,
                None => bundle::drills().first().context("this build holds no drill")?.name.to_owned(),
            };
            let recording = bundle::drill(&name).map_err(|error| anyhow::anyhow!("{error}"))?;
            let played = Played { name: CleanText::line(&name), recording: Arc::new(recording) };
            assemble(config.without_sources(), Named::default(), Some(played), Record::Nothing)
        }
    }
}

/// Whether an incident is written down as it happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Record {
    /// As a bundle in the data directory.
    Incident,
    /// It is recorded already, or there is none.
    Nothing,
}

fn played(recording: Recording) -> Played {
    Played { name: recording.id.clone(), recording: Arc::new(recording) }
}

/// The library of log files that a configuration allows.
fn library(config: &Config, miner: &SharedMiner, own: &[Arc<Own>]) -> Arc<Library> {
    let bytes = |size: Size| size.bytes() as u64;
    let limits = &config.limits;
    let spool_dir = Some(config.data_dir.join("tmp")).filter(|_| !config.data_dir.as_os_str().is_empty());
    let (index, cache) = (bytes(limits.log_index), bytes(limits.log_cache));
    let budgets = Budgets { index, cache, spool: bytes(limits.spool), spool_dir };
    Arc::new(Library::with_budgets(Box::new(miner.clone()), budgets).with_formats(own))
}

fn of_arguments(named: &Named, library: &Arc<Library>) -> Vec<Box<dyn Source>> {
    let mut sources: Vec<Box<dyn Source>> = Vec::new();
    if !named.paths.is_empty() {
        let paths = named.paths.iter().map(|path| glob::Pattern::escape(&path.to_string_lossy())).collect();
        let files = Files { name: "files".to_owned(), paths, service: String::new(), backlog: FILE_BACKLOG };
        sources.push(Box::new(files::FilesSource::new(&files, Arc::clone(library))));
    }
    if named.stdin {
        sources.push(Box::new(stdin::StdinSource::new("stdin", "stdin", Arc::clone(library))));
    }
    sources
}

fn assemble(config: Config, named: Named, played: Option<Played>, record: Record) -> anyhow::Result<Session> {
    // Loading the grammars takes longer than a frame may.
    tokio::task::spawn_blocking(crate::ui::highlight::warm);
    let miner = SharedMiner::default();
    // What is wrong with them was said before the session was opened.
    let own = own_formats(&config).unwrap_or_default();
    let library = library(&config, &miner, &own);
    let mut sources = of_arguments(&named, &library);
    let (results, results_in) = mpsc::channel(RESULTS);
    let (out, batches) = mpsc::channel(BATCHES);
    let (stop, stopped) = watch::channel(false);
    let (span, spanned) = watch::channel(Span::following(config.window.signed()));
    let (wanted, told) = watch::channel(Wanted::default());
    let secrets: Arc<dyn SecretStore> = Arc::new(Secrets);

    let clock = match &played {
        Some(played) => Clock::Replay(ReplayClock::of(&played.recording)),
        None => Clock::Live,
    };
    let mut states = announced(&config);
    if let (Some(played), Clock::Replay(replay)) = (&played, &clock) {
        let source = ReplaySource::new(Arc::clone(&played.recording), replay.clone());
        states.push(SourceState::new(source.id().clone(), "alerts".into()));
        sources.push(Box::new(source));
    } else {
        states.extend(sources.iter().map(|source| SourceState::new(source.id().clone(), "logs".into())));
    }
    let stores = Arc::new(LogStores::new(&config, &secrets, Some(out.clone())));
    sources.extend(registry::configured(&config, &secrets, &spanned, &told, &library, &stores));
    let mut running = registry::start_sources(sources, out, stopped);
    if played.is_none() {
        running.engine = registry::engine(&config, &secrets, stores);
    }

    let (tables, tables_problem) = tables(&config);
    let redactor = secrets_of(&config);
    let journal = journal(&config, played.is_some(), redactor.clone());
    let records = record == Record::Incident && !config.data_dir.as_os_str().is_empty();
    let incidents = records.then(|| config.data_dir.join("incidents"));
    let stack = stack(&config, played.as_ref());
    let keeper = Keeper::start(journal.as_ref().ok().cloned(), incidents, stack.clone(), results.clone())
        .context("the program could not start its threads")?;
    let provider = Arc::new(Mutex::new(None));
    let brain = connect(&config, played.as_ref(), Arc::clone(&provider), &secrets, &results);
    let settings = RunSettings::new(&config.run);

    let preparer = Preparer {
        tables,
        settings: Arc::new(settings),
        metrics: match &played {
            Some(played) => CleanText::line(&format!("the recording {}", played.name)),
            None => config
                .prometheus
                .first()
                .map(|one| CleanText::line(&format!("{} at {}", one.name, one.url)))
                .unwrap_or_default(),
        },
        stores: config.log_stores().into_iter().map(|store| (CleanText::line(store.name), store.place())).collect(),
        recorded: match (&played, &clock) {
            (Some(played), Clock::Replay(replay)) => {
                Some((played.name.clone(), Commands::new(Arc::clone(&played.recording), replay.clone())))
            }
            _ => None,
        },
        step: config.prometheus.first().map_or(5, |one| u32::try_from(one.step.signed().as_secs()).unwrap_or(15)),
    };
    let desk = Desk::new(Arc::clone(&library), miner, Budget { held: config.limits.logs.bytes() });
    let desk = desk.with_formats(own.to_vec());
    let desk = DeskThread::start(desk, &library, results.clone()).context("the program could not start its threads")?;
    let signals = SignalsThread::start(Signals::default(), results.clone());
    let signals = signals.context("the program could not start its threads")?;
    let executor = Executor {
        runner: journal
            .clone()
            .map(|journal| Runner::new(journal, preparer.tables.clone(), RunSettings::clone(&preparer.settings))),
        preparer,
        engine: match (&played, &clock) {
            (Some(played), Clock::Replay(replay)) => {
                Arc::new(RecordedEngine::new(Arc::clone(&played.recording), replay.clone()))
            }
            _ => Arc::clone(&running.engine),
        },
        provider,
        keeper,
        desk,
        signals,
        results,
        clock: clock.clone(),
        span,
        wanted,
        through: match (std::env::var_os("TMUX"), std::env::var_os("STY")) {
            (Some(_), _) => Through::Tmux,
            (None, Some(_)) => Through::Screen,
            (None, None) => Through::Terminal,
        },
        stops: HashMap::new(),
        log_answers: HashMap::new(),
        noted: HashMap::new(),
        asking: None,
        naming: None,
    };

    let prompts_dir = (!config.prompts_dir.as_os_str().is_empty()).then_some(config.prompts_dir.as_path());
    let prompts = Prompts::load(prompts_dir).map_err(|why| anyhow::anyhow!("{why}"))?;
    let settings = person_settings(&config, played.as_ref(), stack, running.queries.clone());
    let mut model = model(&config, &clock, states, settings, prompts, brain);
    if !named.paths.is_empty() || named.stdin {
        // Who names files wants to read them, whenever they were written.
        model.panes.logs.set_span(crate::panes::logs::Span::All);
        model.settle_in(PaneId::Logs);
    }
    model.state.redactor = redactor;
    model.state.journal = Some(match &journal {
        Ok(journal) => Ok(CleanText::line(&journal.path().display().to_string())),
        Err(why) => Err(why.clone()),
    });
    for source in &config.prometheus {
        let id = SourceId::new(&source.name);
        source.panels.iter().for_each(|panel| model.state.stores.series.declare(&id, &CleanText::line(&panel.title)));
    }
    if played.is_none() {
        // In a recording nothing touches the host, and its own runbook must be playable under any policy.
        let variable = |name: &str| std::env::var(name).ok();
        let found = actions::policy::load(&config, &executor.preparer.tables, &variable);
        // A table that is left out may be the one that made a class worse.
        let policy = tables_problem.into_iter().fold(found.policy, actions::Policy::closing);
        policy.closed().cloned().into_iter().for_each(|why| model.state.problem(why));
        model.state.gate.policy = policy;
    }
    if let Some(played) = &played {
        adopt(&mut model.state, &played.recording, &executor.preparer.tables);
    }
    let looks = Looks { theme: config.theme.clone(), ascii: config.ascii, mouse: config.mouse };
    Ok(Session { model, executor, batches, results: results_in, clock, stop, running, began: Instant::now(), looks })
}

/// The one redactor of the session, for the journal and for what is sent.
fn secrets_of(config: &Config) -> redact::Session {
    let mail = if config.redact.mail { redact::Mail::Redact } else { redact::Mail::Keep };
    let plain = config.redact.plain_to_local_models;
    redact::Session::with(mail, if plain { redact::LocalModels::Plain } else { redact::LocalModels::Redacted })
}

/// What a recording brings along: evidence collected then. What was held back then is held back again, and so is what
/// was read from a store of secrets by the tables of today.
pub fn adopt(state: &mut State, recording: &Recording, tables: &Tables) {
    for evidence in &recording.evidence {
        let secret = recording.held_back.contains(&evidence.id)
            || evidence.kind == EvidenceKind::Command && actions::reads_secrets(&evidence.query, tables);
        match state.stores.evidence.adopt(evidence.clone()) {
            Ok(id) if secret => state.stores.evidence.hold_back(id),
            Ok(_) => {}
            Err(full) => {
                state.problem(CleanText::line(&full.to_string()));
                break;
            }
        }
    }
    if !recording.gaps.is_empty() {
        let gaps: Vec<&str> = recording.gaps.iter().map(|gap| gap.as_str()).collect();
        state.done(format!("not in this recording: {}", gaps.join("; ")));
    }
}

/// Every configured source with what it gives, before it has spoken.
fn announced(config: &Config) -> Vec<SourceState> {
    let one = |name: &str, gives: &'static str| SourceState::new(SourceId::new(name), gives.into());
    let mut states: Vec<SourceState> = Vec::new();
    states.extend(config.alertmanager.iter().map(|source| one(&source.name, "alerts")));
    states.extend(config.webhook.iter().map(|source| one(&source.name, "alerts")));
    states.extend(config.prometheus.iter().map(|source| one(&source.name, "metrics")));
    states.extend(config.files.iter().map(|source| one(&source.name, "logs")));
    states.extend(config.command.iter().map(|source| one(&source.name, "logs")));
    states.extend(config.changes.iter().map(|source| one(&source.name, "changes")));
    states.extend(config.git.iter().map(|source| one(&source.name, "changes")));
    states
}

/// The tables that class commands: built in, from files, and those of the drills. A bad file costs only itself.
pub fn tables(config: &Config) -> (Tables, Option<CleanText>) {
    let mut tables = Tables::builtin().unwrap_or_else(|_| Tables::empty());
    for (name, text) in bundle::drill_tables() {
        tables = tables.clone().with_text(name, text).unwrap_or(tables);
    }
    match tables.clone().with_files(&config.run.tables) {
        Ok(tables) => (tables, None),
        Err(error) => (tables, Some(CleanText::line(&format!("only reads run: tool tables: {error}")))),
    }
}

fn journal(config: &Config, played: bool, secrets: redact::Session) -> Result<Arc<Journal>, CleanText> {
    let default = if played { "drills-journal.jsonl" } else { "journal.jsonl" };
    let path = match (config.journal.as_os_str().is_empty(), config.data_dir.as_os_str().is_empty()) {
        (false, _) => config.journal.clone(),
        (true, false) => config.data_dir.join(default),
        (true, true) => return Err("there is no home directory for the journal; give one with --journal PATH".into()),
    };
    Journal::open(&path)
        .map(|journal| Arc::new(journal.sharing(secrets)))
        .map_err(|error| CleanText::line(&error.to_string()))
}

/// Reaches the model in the background; the screen does not wait.
fn connect(
    config: &Config,
    played: Option<&Played>,
    slot: Arc<Mutex<Option<Arc<dyn Provider>>>>,
    secrets: &Arc<dyn SecretStore>,
    results: &mpsc::Sender<Msg>,
) -> Brain {
    let put = |slot: &Mutex<Option<Arc<dyn Provider>>>, provider: Arc<dyn Provider>| {
        *slot.lock().unwrap_or_else(PoisonError::into_inner) = Some(provider);
    };
    match (config.model.provider, played) {
        (ProviderKind::None, Some(played)) if !played.recording.answers.is_empty() => {
            let provider = Arc::new(Recorded::new(played.name.clone(), played.recording.answers.clone()));
            let room = Room::of(provider.as_ref(), config.model.answer_tokens);
            put(&slot, provider);
            Brain::Ready(room)
        }
        (ProviderKind::None, _) => Brain::Absent,
        (ProviderKind::Ollama | ProviderKind::Openai, _) => {
            let (model, secrets, results) = (config.model.clone(), Arc::clone(secrets), results.clone());
            tokio::spawn(async move {
                let known = copilot::connect(&model, secrets).await.map(|provider| {
                    let room = Room::of(provider.as_ref(), model.answer_tokens);
                    put(&slot, provider);
                    room
                });
                // Nobody listens any more when the program is ending.
                let _ = results.send(Msg::ModelKnown(known)).await;
            });
            Brain::Connecting
        }
    }
}

/// The tools this team has, as far as the configuration and the PATH tell.
fn stack(config: &Config, played: Option<&Played>) -> Vec<CleanText> {
    if let Some(played) = played {
        return played.recording.stack.clone();
    }
    let mut stack: Vec<CleanText> = Vec::new();
    if !config.prometheus.is_empty() {
        stack.push("prometheus".into());
    }
    if !config.alertmanager.is_empty() || config.webhook.is_some() {
        stack.push("alertmanager".into());
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    let tools =
        ["kubectl", "helm", "docker", "systemctl", "journalctl", "psql", "mysql", "redis-cli", "git", "curl", "labctl"];
    let on_path = |tool: &str| std::env::split_paths(&path).any(|folder: PathBuf| Path::join(&folder, tool).is_file());
    stack.extend(tools.iter().filter(|tool| on_path(tool)).map(|tool| CleanText::line(tool)));
    stack
}

/// Every text of the configuration, as it is and nothing but it.
fn configured(config: &Config) -> Vec<CleanText> {
    fn texts(value: &serde_json::Value, into: &mut Vec<CleanText>) {
        match value {
            serde_json::Value::String(text) => into.push(CleanText::line(text)),
            serde_json::Value::Array(values) => values.iter().for_each(|value| texts(value, into)),
            serde_json::Value::Object(values) => values.values().for_each(|value| texts(value, into)),
            serde_json::Value::Null | serde_json::Value::Bool(_) | serde_json::Value::Number(_) => {}
        }
    }
    let mut found = Vec::new();
    // A value that cannot be written as JSON is known to nobody: its words may be marked, which costs a key.
    if let Ok(value) = serde_json::to_value(config) {
        texts(&value, &mut found);
    }
    found
}

fn person_settings(
    config: &Config,
    played: Option<&Played>,
    stack: Vec<CleanText>,
    queries: Vec<crate::domain::query::PolledQuery>,
) -> Settings {
    let mut missing: Vec<CleanText> = Vec::new();
    if played.is_none() {
        let absent = [
            ("alerts", config.alertmanager.is_empty() && config.webhook.is_none()),
            ("metrics", config.prometheus.is_empty()),
            ("logs", !config.gives_logs()),
            ("changes", config.changes.is_empty() && config.git.is_empty()),
        ];
        missing.extend(absent.iter().filter(|(_, absent)| *absent).map(|(name, _)| CleanText::line(name)));
    }
    missing.push("traces".into());
    let uname = rustix::system::uname();
    let person = ["USER", "LOGNAME"].iter().find_map(|name| std::env::var(name).ok()).unwrap_or_else(actions::user);
    Settings {
        person: CleanText::line(&person),
        host: CleanText::line(&uname.nodename().to_string_lossy()),
        read_only: config.read_only,
        recording: played.map(|played| played.name.clone()),
        first_alert: played.and_then(|played| first_alert(&played.recording)),
        stack,
        not_configured: missing,
        ascii: config.ascii,
        configured: configured(config),
        seed: fastrand::u64(..),
        queries,
        watch: config.run.watch.signed(),
        log_stores: log_stores(config),
        copied_notes: if config.redact.copied_notes { CopiedNotes::Redacted } else { CopiedNotes::Plain },
    }
}

fn log_stores(config: &Config) -> Vec<LogStore> {
    let held = |own: crate::config::schema::LogStore<'_>| LogStore {
        name: CleanText::line(own.name),
        tongue: own.tongue,
        base: own.base.to_owned(),
    };
    config.log_stores().into_iter().map(held).collect()
}

/// A model before anything has happened. The screen harness begins with it too.
pub fn model(
    config: &Config,
    clock: &Clock,
    sources: Vec<SourceState>,
    settings: Settings,
    prompts: Prompts,
    brain: Brain,
) -> Model {
    let limits = &config.limits;
    let (graph, unread) = known_calls(config);
    let graph = Arc::new(graph);
    // Where nothing can fire, the records are what a person came for.
    let announces_alerts = sources.is_empty() || sources.iter().any(|source| source.gives.as_str() == "alerts");
    let mut state = State {
        now: clock.now(),
        wall: Clock::wall(),
        uptime: std::time::Duration::ZERO,
        settings,
        stores: Stores {
            records: Records::default(),
            series: SeriesStore::new(limits.series),
            alerts: AlertStore::new(limits.alerts),
            changes: ChangeStore::new(10_000),
            evidence: EvidenceStore::new(limits.evidence),
            catalogs: Default::default(),
            graph: GraphStore::new(graph.as_ref().clone()),
            slos: Default::default(),
            ideas: IdeaStore::default(),
            signals: Arc::default(),
            exemplars: None,
            sources,
        },
        window: Window::following(config.window.signed()),
        paused_at: None,
        relative_times: false,
        incident: None,
        proposals: Vec::new(),
        conversation: Conversation::default(),
        asked: Vec::new(),
        generation: 0,
        brain,
        prompts,
        gate: Gate { read_only: config.read_only, ..Gate::default() },
        selection: None,
        notices: Notices::default(),
        replay: None,
        journal: None,
        bundle: None,
        outputs: Default::default(),
        preparing: Default::default(),
        redactor: Default::default(),
        last_preview: None,
        watches: Vec::new(),
        wanted: Wanted { graph: Arc::clone(&graph), ..Wanted::default() },
        signalled: Default::default(),
        watched: (std::time::Duration::ZERO, clock.now()),
        series_recorded: std::time::Duration::ZERO,
    };
    unread.into_iter().for_each(|why| state.problem(why));
    Model {
        state,
        panes: Default::default(),
        overlays: Vec::new(),
        unasked: None,
        interrupted: None,
        focus: if announces_alerts { PaneId::Alerts } else { PaneId::Logs },
        zoomed: false,
        home: Home::default(),
        size: (80, 24),
        layout: Default::default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Evidence, EvidenceId, Timestamp};

    #[test]
    fn what_a_recording_read_from_a_secret_store_is_held_back_in_it_too() {
        let tables = Tables::builtin().unwrap();
        let evidence = |id, query: &str| Evidence {
            id: EvidenceId(id),
            kind: EvidenceKind::Command,
            source: CleanText::line("host"),
            query: CleanText::block(query),
            window: None,
            captured_at: Timestamp::UNIX_EPOCH,
            text: CleanText::block(query),
            cut: None,
        };
        let evidence = vec![evidence(1, "kubectl get secret db -o yaml"), evidence(2, "df -h")];
        let recording = Recording { evidence, ..Recording::default() };
        let mut world = crate::testing::World::new();
        adopt(&mut world.model.state, &recording, &tables);
        let held_back = |id| world.model.state.stores.evidence.is_held_back(EvidenceId(id));
        assert!(held_back(1) && !held_back(2));
    }
}
