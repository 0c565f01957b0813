//! Starts the configured sources, a task each, and routes confirmed queries to them. Called by `runtime` (screen) and
//! `cli` (headless). A new kind of source is one line in [`configured`].

use std::sync::Arc;

use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;

use super::alertmanager::AlertmanagerSource;
use super::changes::ChangesSource;
use super::command::CommandSource;
use super::elastic::ElasticSource;
use super::fetch::LogStores;
use super::files::FilesSource;
use super::git::GitSource;
use super::loki::LokiSource;
use super::otlp::OtlpSource;
use super::programs::{DockerSource, JournaldSource, KubectlSource};
use super::prometheus::{Client, PrometheusSource};
use super::victorialogs::VictoriaLogsSource;
use super::webhook::WebhookSource;
use super::{Outlet, Source, Span};
use crate::config::{Config, schema};
use crate::domain::exemplar::{ExemplarAnswer, ExemplarAsk};
use crate::domain::panel::Wanted;
use crate::domain::ports::{Exemplars, Pending, QueryEngine, SecretStore};
use crate::domain::query::{LabelAnswer, LabelAsk, PolledQuery, QueryAnswer, QueryError, QueryRequest};
use crate::domain::{Batch, CleanText, Language, SourceId, TimeWindow, Timestamp};
use crate::logfile::Library;

/// The sources at work.
pub struct Running {
    /// Answers confirmed queries.
    pub engine: Arc<dyn QueryEngine>,
    /// What is asked again and again, for `:queries`.
    pub queries: Vec<PolledQuery>,
    /// Every source, in the order of the header.
    pub ids: Vec<SourceId>,
    /// One per source; each ends soon after `stop` turned true.
    pub tasks: Vec<JoinHandle<()>>,
}

impl Running {
    /// Waits until every source has ended; call it after `stop` was set, with a deadline around it.
    pub async fn ended(self) {
        for task in self.tasks {
            // A watcher never panics; it reports its source's panic as health.
            let _ = task.await;
        }
    }
}

/// Starts every configured source. `span` moves the window that history is asked for; `stop` turning true, or its
/// sender going away, ends them all.
pub fn start(
    config: &Config,
    secrets: Arc<dyn SecretStore>,
    span: watch::Receiver<Span>,
    library: &Arc<Library>,
    out: mpsc::Sender<Batch>,
    stop: watch::Receiver<bool>,
) -> Running {
    let (_, wanted) = watch::channel(Wanted::default());
    let stores = Arc::new(LogStores::new(config, &secrets, Some(out.clone())));
    let sources = configured(config, &secrets, &span, &wanted, library, &stores);
    let engine = engine(config, &secrets, stores);
    Running { engine, ..start_sources(sources, out, stop) }
}

/// Answers confirmed queries from the configured sources, log stores among them.
pub fn engine(config: &Config, secrets: &Arc<dyn SecretStore>, stores: Arc<LogStores>) -> Arc<dyn QueryEngine> {
    Arc::new(Engine::new(config, secrets, stores))
}

/// Starts these sources alone, with an engine that answers nothing: standard input, files named on the command line.
pub fn start_sources(sources: Vec<Box<dyn Source>>, out: mpsc::Sender<Batch>, stop: watch::Receiver<bool>) -> Running {
    let queries = sources.iter().flat_map(|source| source.queries()).collect();
    let ids = sources.iter().map(|source| source.id().clone()).collect();
    let tasks = sources.into_iter().map(|source| watched(source, &out, &stop)).collect();
    Running { engine: Arc::new(Engine { metrics: None, logs: None }), queries, ids, tasks }
}

/// The sources of a configuration, in the order of the header. `wanted` says what is asked for
/// beside the configured panels; files are indexed into `library`; `stores` are asked
/// about the past of what is followed here.
pub fn configured(
    config: &Config,
    secrets: &Arc<dyn SecretStore>,
    span: &watch::Receiver<Span>,
    wanted: &watch::Receiver<Wanted>,
    library: &Arc<Library>,
    stores: &LogStores,
) -> Vec<Box<dyn Source>> {
    let mut all: Vec<Box<dyn Source>> = Vec::new();
    let secret = || Arc::clone(secrets);
    let metrics = |own: &schema::Prometheus| {
        let promises = config.slos_of(&own.name).map(|(service, slo)| (service.name.as_str(), slo));
        PrometheusSource::new(own, secret(), span.clone()).promising(promises).wanting(wanted.clone())
    };
    // Confirmed queries go to the first.
    let mut servers = config.prometheus.iter();
    all.extend(servers.next().map(|own| boxed(metrics(own).proposing())));
    all.extend(servers.map(|own| boxed(metrics(own))));
    all.extend(config.alertmanager.iter().map(|own| boxed(AlertmanagerSource::new(own, secret()))));
    all.extend(config.webhook.iter().map(|own| boxed(WebhookSource::new(own))));
    all.extend(config.files.iter().map(|own| boxed(FilesSource::new(own, Arc::clone(library)))));
    all.extend(config.loki.iter().map(|own| boxed(LokiSource::new(own, secret()).knowing(stores.known(&own.name)))));
    all.extend(
        config
            .elasticsearch
            .iter()
            .map(|own| boxed(ElasticSource::new(own, secret()).knowing(stores.known(&own.name)))),
    );
    all.extend(
        config
            .victorialogs
            .iter()
            .map(|own| boxed(VictoriaLogsSource::new(own, secret()).knowing(stores.known(&own.name)))),
    );
    all.extend(config.journald.iter().map(|own| boxed(JournaldSource::new(own))));
    all.extend(config.kubectl.iter().map(|own| boxed(KubectlSource::new(own))));
    all.extend(config.docker.iter().map(|own| boxed(DockerSource::new(own))));
    all.extend(config.otlp.iter().map(|own| boxed(OtlpSource::new(own))));
    all.extend(config.command.iter().map(|own| boxed(CommandSource::new(own))));
    all.extend(config.changes.iter().map(|own| boxed(ChangesSource::new(own))));
    all.extend(config.git.iter().map(|own| boxed(GitSource::new(own))));
    all
}

fn boxed(source: impl Source) -> Box<dyn Source> {
    Box::new(source)
}

/// Runs a source in a task of its own beside a second one that tells when the first broke.
fn watched(source: Box<dyn Source>, out: &mpsc::Sender<Batch>, stop: &watch::Receiver<bool>) -> JoinHandle<()> {
    let id = source.id().clone();
    let (out, stop) = (out.clone(), stop.clone());
    tokio::spawn(async move {
        let outlet = Outlet::new(id.clone(), out.clone());
        let work = tokio::spawn(source.run(outlet, stop));
        if let Err(error) = work.await
            && error.is_panic()
        {
            let why = "this source broke inside midwatch; the others go on. Restart to bring it back, and report it";
            Outlet::new(id, out).down(why, Timestamp::now()).await;
        }
    })
}

/// Routes a confirmed query to the source that can answer it.
struct Engine {
    metrics: Option<Client>,
    logs: Option<Arc<LogStores>>,
}

impl Engine {
    fn new(config: &Config, secrets: &Arc<dyn SecretStore>, stores: Arc<LogStores>) -> Self {
        let metrics = config.prometheus.iter().find_map(|own| Client::new(own, Arc::clone(secrets)).ok());
        Self { metrics, logs: Some(stores) }
    }
}

impl QueryEngine for Engine {
    fn ask(&self, request: QueryRequest) -> Pending<'_, Result<QueryAnswer, QueryError>> {
        Box::pin(async move {
            let why = match (request.language, &self.metrics, &self.logs) {
                (Language::Promql, Some(client), _) => return client.answer(request).await,
                (Language::Promql, None, _) => "no metrics source is configured; add [[prometheus]] with its url",
                (Language::Fetch, _, Some(stores)) => return stores.ask(&request).await,
                (Language::Fetch, _, None) => "no log store is configured; add [[loki]] or another with its url",
                (Language::Logs, _, _) => "log queries are answered from the records held, not by a source",
                (Language::Sh, _, _) => "a command is not a query; it is run, not asked",
            };
            Err(QueryError { source: CleanText::line(request.language.word()), why: why.into() })
        })
    }

    fn labels(&self, ask: LabelAsk, window: TimeWindow) -> Pending<'_, Result<LabelAnswer, QueryError>> {
        Box::pin(async move {
            match &self.metrics {
                Some(client) => client.names_of(ask, window).await,
                None => {
                    let why = "no metrics source is configured; add [[prometheus]] with its url".into();
                    Err(QueryError { source: CleanText::line("promql"), why })
                }
            }
        })
    }

    fn exemplars(&self, ask: ExemplarAsk) -> Pending<'_, Result<ExemplarAnswer, QueryError>> {
        Box::pin(async move {
            let source = CleanText::line(ask.source.as_str());
            match self.metrics.as_ref().filter(|client| *client.id() == ask.source) {
                Some(client) => Exemplars::exemplars(client, ask.query, ask.window).await,
                None => {
                    let why = "exemplars are asked of the first source of metrics only".into();
                    Err(QueryError { source, why })
                }
            }
        })
    }

    fn estimate(&self, request: QueryRequest) -> Pending<'_, Option<CleanText>> {
        Box::pin(async move {
            match (request.language, &self.metrics, &self.logs) {
                (Language::Fetch, _, Some(stores)) => stores.estimate(&request).await,
                (Language::Promql, Some(client), _) => Some(client.estimate(&request).await),
                (Language::Fetch, _, None) | (Language::Promql, None, _) | (Language::Logs | Language::Sh, _, _) => {
                    None
                }
            }
        })
    }
}
